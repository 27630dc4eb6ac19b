#!/usr/bin/env bash
# Sees to it that a Docker engine answers: leaves a running one alone, else installs Debian's, with
# Debian's compose, and starts it (root on Debian). Says in one line what it did or why it could not,
# and then exits 1.
set -uo pipefail
docker version >/dev/null 2>&1 && { echo "docker: an engine answers"; exit 0; }
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || { echo "docker: no engine answers, and only root on Debian can install one here"; exit 1; }
if ! command -v dockerd >/dev/null || ! command -v debootstrap >/dev/null; then
  log=$(mktemp)
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y docker.io docker-compose iptables debootstrap; } >"$log" 2>&1 \
    || { echo "docker: installing docker.io failed: $(tail -n 1 "$log")"; exit 1; }
fi
nohup dockerd >"${TMPDIR:-/tmp}/minchat-dockerd.log" 2>&1 &
for _ in $(seq 60); do
  docker version >/dev/null 2>&1 && { echo "docker: started an engine"; exit 0; }
  sleep 1
done
echo "docker: the engine did not come up: $(tail -n 1 "${TMPDIR:-/tmp}/minchat-dockerd.log")"
exit 1
