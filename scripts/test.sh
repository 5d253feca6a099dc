#!/usr/bin/env bash
# The whole test run, in the order that tells soonest: build and vet, then the
# images in the background while lint and the race tests use what is left of
# the machine, then the real cluster.
set -euo pipefail
cd "$(dirname "$0")/.."

start=$SECONDS
say() { printf '\n== %4d s  %s\n' $((SECONDS - start)) "$*"; }

say "build"
make build
say "doctor --fix"
bin/headroom doctor --fix
command -v redis-server >/dev/null || { apt-get update -q; apt-get install -y -q --no-install-recommends redis-server; }

say "images, in the background (log: out/images.log)"
mkdir -p out
bin/headroom images build --images source >out/images.log 2>&1 &
images=$!
trap 'kill "$images" 2>/dev/null || true' EXIT

say "lint"
make lint
say "race tests"
HEADROOM_REQUIRE_TOOLS=1 go test -race ./...

say "waiting for the images"
if ! wait "$images"; then
	tail -n 50 out/images.log
	exit 1
fi
tail -n 5 out/images.log
say "the real cluster"
make e2e
say "done"
