# Behalf. `make demo` shows it, `make test` checks all of it; `.ci/run` is `make test` on a clean machine.

CARGO    ?= cargo
# One set of features for every build, so that nothing is compiled twice. A release is built by `tauri build`, with
# neither `journeys` nor `bindings`.
FEATURES := behalf-app/desktop,behalf-app/journeys,behalf-app/bindings,tauri/custom-protocol
DRIVER   := target/tools/bin/tauri-driver
RECORDS  ?= 1000000

.PHONY: setup demo test bench accuracy bindings screenshots journeys fixtures sources ui window release help

help:
	@echo "make demo         the demonstration case, its reports, and the window on it"
	@echo "make test         everything that is checked; ends with the counts"
	@echo "make journeys     the same review through the real window and through a browser"
	@echo "make screenshots  pictures of every screen, into target/journeys and ui/test/shots"
	@echo "make bindings     the interface's types, written from the Rust ones"
	@echo "make fixtures     the fixtures, written anew"
	@echo "make sources      docs/sources.md, from the doc comments of the sources"
	@echo "make bench        import, analysis and answers measured (RECORDS=$(RECORDS))"
	@echo "make accuracy     attribution on damaged worlds measured, into docs/accuracy.md"
	@echo "make release      a package of the application for this system"
	@echo "make setup        what the others need: system packages, the interface's modules"

setup:
	@tests/setup.sh

ui: setup
	cd ui && npm run build

# The window and the command line, as the tests use them.
window: ui
	$(CARGO) build --workspace --bins --features $(FEATURES)

demo: ui
	@tests/demo.sh

test:
	@FEATURES=$(FEATURES) tests/all.sh

bindings:
	@FEATURES=$(FEATURES) tests/bindings.sh

$(DRIVER):
	$(CARGO) install tauri-driver --version 2.1.0 --locked --root target/tools

journeys: window $(DRIVER)
	$(CARGO) test --workspace --features $(FEATURES) --test window -- --ignored --nocapture --test-threads=1
	cd ui && npm run journey

screenshots: journeys
	cd ui && npm run screens
	@echo "pictures: target/journeys, ui/test/shots"

fixtures:
	$(CARGO) xtask fixtures

sources:
	$(CARGO) xtask sources

bench:
	BENCH_RECORDS=$(RECORDS) $(CARGO) bench --bench import

accuracy:
	$(CARGO) xtask accuracy --write

release: setup
	ui/node_modules/.bin/tauri build
