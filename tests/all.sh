#!/usr/bin/env bash
# Everything that is checked, one step after another; a failed step does not hide the next. Ends with the counts.
set -uo pipefail
cd "$(dirname "$0")/.."

logs=target/test-logs
mkdir -p "$logs"
rm -f "$logs"/*.log target/journeys/*
passed=0
failed=0
broken=()
began=$SECONDS

# Without the colours of a terminal.
plain() { sed 's/\x1b\[[0-9;]*m//g' "$1"; }

# Adds up what a log says of tests: nextest, cargo test, vitest.
counted() {
  plain "$1" | awk '
    /Summary \[/ { for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) p += $(i-1); if ($i ~ /^failed/ || $i ~ /^timed/) f += $(i-1) } }
    /^test result:/ { for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) p += $(i-1); if ($i ~ /^failed/) f += $(i-1) } }
    /^ *Tests  / { for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) p += $(i-1); if ($i ~ /^failed/) f += $(i-1) } }
    END { print p + 0, f + 0 }'
}

# step NAME COMMAND...: a step that runs no tests counts as one.
step() {
  local name=$1 log="$logs/${1// /-}.log" start=$SECONDS status p f
  shift
  echo "==> $name"
  "$@" >"$log" 2>&1 </dev/null
  status=$?
  read -r p f < <(counted "$log")
  if [ "$status" -eq 0 ]; then
    [ "$p" -gt 0 ] || p=1
    echo "    ok, $p passed, $((SECONDS - start)) s"
  else
    [ "$f" -gt 0 ] || f=1
    broken+=("$name")
    echo "    FAILED, $((SECONDS - start)) s; the end of $log:"
    plain "$log" | tail -n 60 | sed 's/^/    | /'
  fi
  grep -h '^retry: ' "$log" | sed 's/^/    /' || true
  passed=$((passed + p))
  failed=$((failed + f))
}

in_ui() { (cd ui && "$@"); }

rust_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    # Those that write the interface's types write the same files: they run in one process, in their own step.
    cargo nextest run --workspace --features "$FEATURES" --no-fail-fast -E 'not test(/export_bindings/)'
  else
    TS_RS_EXPORT_DIR="$PWD/target/bindings" cargo test --workspace --features "$FEATURES" --no-fail-fast
  fi
}

driver() {
  [ -x target/tools/bin/tauri-driver ] || command -v tauri-driver >/dev/null ||
    cargo install tauri-driver --version 2.1.0 --locked --root target/tools
}

# Kept under target/tools. Where it cannot be installed, the step is said to be skipped, and the rest goes on.
deny() {
  if ! command -v cargo-deny >/dev/null && [ ! -x target/tools/bin/cargo-deny ]; then
    if [ -n "${SKIP_DENY:-}" ] || ! cargo install cargo-deny --locked --root target/tools; then
      echo "skipped: cargo-deny is not here and could not be installed"
      return 0
    fi
  fi
  PATH="$PWD/target/tools/bin:$PATH" cargo deny --all-features check bans licenses sources
}

step "setup" tests/setup.sh
step "format" cargo fmt --all --check
step "interface lint" in_ui npm run lint
step "interface types" in_ui npm run typecheck
step "interface tests" in_ui npm test
step "interface build" in_ui npm run build
step "clippy" cargo clippy --workspace --all-targets --features "$FEATURES" -- -D warnings
step "rust" rust_tests
step "bindings fresh" tests/bindings.sh --check
step "fixtures fresh" cargo xtask fixtures --check
step "window build" cargo build --workspace --bins --features "$FEATURES"
step "driver" driver
step "journey in the window" cargo test --workspace --features "$FEATURES" --test window -- --ignored --nocapture --test-threads=1
step "journey in a browser" in_ui npm run journey
step "screens" in_ui npm run screens
step "dependencies" deny
grep -h '^skipped: ' "$logs"/*.log || true

echo
echo "$((SECONDS - began)) s"
[ ${#broken[@]} -eq 0 ] || printf 'failed: %s\n' "${broken[@]}"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
