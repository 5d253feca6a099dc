// Package integration holds tests of the platform against real PostgreSQL,
// PgBouncer and Redis. There is no program here.
//
// The services run from Debian's packages, or in containers of the very images
// that the stack runs, with testcontainers-go; the arguments and the addresses
// are the same, since the containers share the host's network. CI does both:
// the programs early, with all other tests, while the images are still being
// built; the containers (HEADROOM_CONTAINERS=1, as make containers sets it)
// once they are. Where neither is there the tests are skipped, or fail with
// HEADROOM_REQUIRE_TOOLS=1.
package integration
