#!/usr/bin/env bash
# The whole test run, in the order that tells soonest: build and vet, then the
# images in the background while lint and the race tests use what is left of
# the machine, then the real cluster.
set -euo pipefail
cd "$(dirname "$0")/.."

start=$SECONDS
say() { printf '\n== %4d s  %s\n' $((SECONDS - start)) "$*"; }

# need PROGRAM PACKAGE ...: what the tests use and Debian has. A service that a
# package would start is not: it would take a port that the cluster maps.
need() {
	local program=$1
	shift
	command -v "$program" >/dev/null && return
	say "install $*"
	local policy=/usr/sbin/policy-rc.d
	[ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && ours=$policy; }
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
	rm -f "${ours:-}"
}

say "build"
make build
say "doctor --fix"
bin/headroom doctor --fix
need gcc gcc libc6-dev # the race detector links with cgo
need redis-server redis-server
need pgbouncer pgbouncer
[ -x /usr/lib/postgresql/15/bin/postgres ] || need postgres postgresql-15
need prometheus prometheus
need npm npm
command -v tsc >/dev/null || npm install --global --no-fund --no-audit typescript@5.9.3

say "images, in the background (log: out/images.log)"
mkdir -p out
bin/headroom images build --images source >out/images.log 2>&1 &
images=$!
trap 'kill "$images" 2>/dev/null && wait "$images" || true' EXIT

say "lint"
make lint
say "race tests"
HEADROOM_REQUIRE_TOOLS=1 go test -race ./...

say "waiting for the images"
if ! wait "$images"; then
	tail -n 50 out/images.log
	exit 1
fi
trap - EXIT
tail -n 5 out/images.log
say "databases in containers"
make containers
say "the real cluster"
if ! make e2e 2>&1 | tee out/e2e.log; then
	awk -f scripts/failures.awk out/e2e.log
	exit 1
fi
say "done"
