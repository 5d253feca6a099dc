// A k6 that is built with this module links k6, which is AGPL-3.0. It is a
// module of its own so that nothing else here depends on it.
module github.com/artisan-platform/headroom/xk6-artisan/k6

go 1.26.8

require (
	github.com/artisan-platform/headroom v0.0.0
	go.k6.io/k6/v2 v2.0.0
)

replace github.com/artisan-platform/headroom => ../..
