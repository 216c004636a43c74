# The front door. Every target works from a fresh clone and does first what it depends on.
# PG_CONFIG=/path/to/pg_config make …   uses an installed Postgres instead of the private one.
# HEIMDALL_CACHE=/folder make …         keeps what clones share elsewhere than in ~/.cache/heimdall.

SHELL := bash
.DEFAULT_GOAL := help
R := docker/runtime

.PHONY: help demo test conformance bench fuzz lint fmt setup build up down reset psql env status install clean distclean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: up ## set up, build, start, take in four dumps and show what they have in common
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

build: setup ## the extension
	@$R/build.sh

up: build ## start this clone's development server, with the extension just built
	@$R/server.sh start

down: ## stop it; the data stay
	@$R/server.sh stop

reset: ## stop it and throw its data away
	@$R/server.sh reset

psql: up ## a psql in it
	@$R/server.sh psql

env: up ## its address as export lines: eval "$(make -s env)"
	@$R/server.sh env

status: ## where it listens, its data, its log
	@$R/server.sh status

install: setup ## the extension into an installed Postgres: PG_CONFIG=… make install
	@$R/install.sh

clean: ## remove this clone's server, data and build
	@$R/clean.sh

distclean: ## that, and what all clones share
	@$R/clean.sh --cache
