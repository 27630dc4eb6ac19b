#!/usr/bin/env bash
# Makes the base images that the Dockerfile and compose.yaml name, from Debian's packages, for
# machines that can reach a Debian mirror and the npm registry but no image registry.
# Images that are there already are left alone.
#   docker/base-images.sh [NODE_BINARY]     (needs root, debootstrap and a running engine)
set -euo pipefail
cd "$(dirname "$0")/.."
node_binary=${1:-node_modules/node/bin/node}
debian=minchat-base/debian:bookworm

have() { docker image inspect "$1" >/dev/null 2>&1; }
# Builds an image from standard input's Dockerfile with a context folder.
build() { docker build --quiet --network host --tag "$1" --file "$2/Dockerfile" "$2" >/dev/null && echo "made $1"; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! have "$debian"; then
  debootstrap --variant=minbase --include=ca-certificates bookworm "$work/root" >"$work/debootstrap.log" 2>&1 || { tail -n 20 "$work/debootstrap.log" >&2; exit 1; }
  # Certificates that this machine trusts, so that package clients work behind its proxy.
  cp /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/ca-certificates.crt"
  rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/usr/share/{doc,man,locale}/*
  tar -C "$work/root" -c . | docker import - "$debian" >/dev/null
  echo "made $debian"
fi

if ! have node:24-bookworm-slim; then
  mkdir -p "$work/node"
  cp "$node_binary" "$work/node/node"
  # Where npm itself lies, which need not be where it installs to.
  cp -r "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$work/node/npm"
  cat > "$work/node/Dockerfile" <<EOF
FROM $debian
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \
 && apt-get update && apt-get install -y --no-install-recommends libstdc++6 libatomic1 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 1000 node && useradd --uid 1000 --gid node --create-home node
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
EOF
  build node:24-bookworm-slim "$work/node"
fi

if ! have nats:2; then
  mkdir -p "$work/nats"
  cat > "$work/nats/Dockerfile" <<EOF
FROM $debian
RUN apt-get update && apt-get install -y --no-install-recommends nats-server && rm -rf /var/lib/apt/lists/*
EXPOSE 4222 8222
ENTRYPOINT ["/usr/sbin/nats-server"]
EOF
  build nats:2 "$work/nats"
fi

if ! have postgres:15; then
  mkdir -p "$work/postgres"
  # Understands the three variables of the official image that compose.yaml uses.
  cat > "$work/postgres/entrypoint.sh" <<'EOF'
#!/bin/sh
set -eu
data=/var/lib/postgresql/data
bin=/usr/lib/postgresql/15/bin
if [ ! -s "$data/PG_VERSION" ]; then
  echo "$POSTGRES_PASSWORD" > /tmp/password
  "$bin/initdb" -D "$data" -U "${POSTGRES_USER:-postgres}" --auth=scram-sha-256 --pwfile=/tmp/password >/dev/null
  rm /tmp/password
  echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"
  name=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}
  if [ "$name" != postgres ]; then
    echo "CREATE DATABASE \"$name\";" | "$bin/postgres" --single -D "$data" postgres >/dev/null
  fi
fi
exec "$bin/postgres" -D "$data" -c listen_addresses='*'
EOF
  chmod +x "$work/postgres/entrypoint.sh"
  cat > "$work/postgres/Dockerfile" <<EOF
FROM $debian
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-15 && rm -rf /var/lib/apt/lists/* /var/lib/postgresql/15 \
 && mkdir -p /var/lib/postgresql/data && chown postgres:postgres /var/lib/postgresql/data /var/run/postgresql
COPY entrypoint.sh /usr/local/bin/entrypoint.sh
USER postgres
EXPOSE 5432
STOPSIGNAL SIGINT
ENTRYPOINT ["/usr/local/bin/entrypoint.sh"]
EOF
  build postgres:15 "$work/postgres"
fi
