#!/usr/bin/env bash
# The demonstration: its case and its reports in demo/, and the window on it where there is a display.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --bins --features desktop,tauri/custom-protocol
target/debug/behalf demo --to demo
case_file=$(find demo -name '*.behalf' | sort | head -n 1)

echo
echo "The case:    $case_file"
find demo -maxdepth 1 -type f -name 'findings.*' | sort | sed 's/^/The report:  /'
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  echo "Opening the window."
  exec target/debug/behalf-desktop "$case_file"
fi
echo "There is no display here. With one: target/debug/behalf-desktop \"$case_file\""
echo "In a browser of this machine:       target/debug/behalf serve --case \"$case_file\""
