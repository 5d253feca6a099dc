# An index of what can be done here. `make help` lists it.
GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
PLAN    ?= scenarios/scale-out.yaml
LDFLAGS := -X github.com/artisan-platform/headroom/runner/cli.version=$(VERSION)

.DEFAULT_GOAL := help
.PHONY: build test unit lint containers e2e bench verify up down report clean help

build: ## build bin/headroom
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/headroom ./runner

test: ## everything that CI runs: build, vet, lint, race tests, then a real cluster end to end
	./scripts/test.sh

unit: ## the tests that need no cluster, with the race detector
	$(GO) test -race ./...

lint: ## go vet and golangci-lint, at the version pinned in tools/go.mod
	$(GO) vet ./...
	$(GO) tool -modfile=tools/go.mod golangci-lint run ./...

containers: ## platform and extension against real databases in containers; needs Docker and the images of `headroom images build`
	HEADROOM_CONTAINERS=1 HEADROOM_REQUIRE_TOOLS=1 $(GO) test -race -count=1 -timeout 15m -run '^TestContainer' ./runner/extension
	HEADROOM_CONTAINERS=1 $(GO) test -race -count=1 -timeout 15m ./cluster/platform/integration

e2e: build ## the real cluster, end to end; needs root and what `headroom doctor --fix` sets up
	HEADROOM_E2E=$${HEADROOM_E2E:-1} $(GO) test -count=1 -v -timeout 75m ./e2e

bench: ## what a request and a virtual user cost, against peers in the same run; the packages' own benchmarks
	$(GO) run ./bench
	$(GO) test -run '^$$' -bench . -benchmem ./...

verify: build ## the main job on this machine: cluster, stack, load, verdict, report (PLAN=file)
	bin/headroom doctor --fix
	bin/headroom verify $(PLAN)

up: build ## make the cluster and the stack, and leave them running
	bin/headroom up

down: build ## remove the cluster and prove that nothing is left
	bin/headroom down

report: build ## write the report of the newest run again, from its log
	bin/headroom report

clean: ## remove what was built here; runs (out/) and caches stay
	rm -rf bin

help: ## this list
	@grep -hE '^[a-z0-9]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'
