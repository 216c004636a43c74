# The front door. Every target works from a fresh clone and does first what it depends on.
# PG_CONFIG=/path/to/pg_config make …   uses an installed Postgres instead of the private one.
# HEIMDALL_CACHE=/folder make …         keeps what clones share elsewhere than in ~/.cache/heimdall.

SHELL := bash
.DEFAULT_GOAL := help
R := docker/runtime

.PHONY: help demo test conformance bench fuzz lint fmt setup build up running down reset psql env status install clean distclean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: running ## set up, build, start, take in four dumps and show what they have in common
	@$R/server.sh run docs/demo/demo.sh

test: build ## every test, from unit to end-to-end (one of them: make test ARGS='-- name')
	@$R/test.sh $(ARGS)

conformance: ## run the published vectors and write their table in docs/reference/canonical.md
	@$R/conformance.sh

bench: build ## measure everything against its rivals and rewrite docs/benchmarks.md; half an hour (ARGS='growth', ARGS='scale=0.1')
	@$R/with-server.sh --durable $R/bench.sh $(ARGS)

fuzz: ## libFuzzer on the parsers, 60 s each (one for an hour: make fuzz ARGS='name 3600')
	@$R/fuzz.sh $(ARGS)

lint: build ## formatting, clippy, rustdoc, shell scripts, dependencies, install SQL
	@$R/lint.sh

fmt: ## format the Rust code
	@cargo fmt --all

setup: ## the private Postgres with AGE and pgvector, libclang and cargo-pgrx, into the cache
	@$R/setup.sh

build: setup ## the extension, and the gateway
	@$R/build.sh
	@$R/gateway.sh build

up: running ## start this clone's development server, and a gateway on https://localhost:8443, as just built
	@$R/gateway.sh welcome

running: build
	@$R/server.sh start
	@$R/server.sh run $R/gateway.sh start

down: ## stop both; the data stay
	@$R/gateway.sh stop
	@$R/server.sh stop

reset: ## stop both and throw the data away
	@$R/gateway.sh stop
	@$R/server.sh reset

psql: running ## a psql in it
	@$R/server.sh psql

env: running ## their addresses as export lines: eval "$(make -s env)"
	@$R/server.sh env
	@$R/gateway.sh env

status: ## where they listen, their data, their logs
	@$R/server.sh status
	@$R/gateway.sh status

install: setup ## the extension into an installed Postgres: PG_CONFIG=… make install
	@$R/install.sh

clean: ## remove this clone's server, data and build
	@$R/clean.sh

distclean: ## that, and what all clones share
	@$R/clean.sh --cache
