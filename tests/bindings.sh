#!/usr/bin/env bash
# Writes the interface's types from the Rust ones into ui/src/bindings; with --check, fails where they are not those.
set -euo pipefail
cd "$(dirname "$0")/.."

fresh=target/bindings
rm -rf "$fresh"
mkdir -p "$fresh"
TS_RS_EXPORT_DIR="$PWD/$fresh" cargo test --quiet --workspace --lib --features "$FEATURES" bindings >/dev/null
[ -n "$(ls "$fresh")" ] || { echo "no types were written" >&2; exit 1; }

if [ "${1:-}" = --check ]; then
  diff -r "$fresh" ui/src/bindings || { echo "ui/src/bindings is stale: run make bindings" >&2; exit 1; }
else
  rm -rf ui/src/bindings
  cp -r "$fresh" ui/src/bindings
fi
