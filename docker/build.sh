#!/usr/bin/env bash
# Builds the images of the services named, or of all: docker/build.sh [SERVICE...]
set -euo pipefail
cd "$(dirname "$0")/.."
services=("$@")
[ ${#services[@]} -gt 0 ] || services=($(ls services))
for service in "${services[@]}"; do
  [ -d "services/$service" ] || { echo "MC_USAGE: there is no service \"$service\"; there are:" $(ls services) >&2; exit 64; }
  docker build --network "${BUILD_NETWORK:-default}" --quiet --file docker/Dockerfile --build-arg "SERVICE=$service" \
    ${NODE_IMAGE:+--build-arg "NODE_IMAGE=$NODE_IMAGE"} --tag "minchat/$service" . >/dev/null
  echo "built minchat/$service"
done
