#!/usr/bin/env bash
# What building and testing need: system packages where this machine is a Debian and we may install, and the modules of
# the interface. Does nothing where all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(build-essential pkg-config libwebkit2gtk-4.1-dev librsvg2-dev webkit2gtk-driver xvfb xauth chromium fonts-dejavu-core)

if command -v dpkg-query >/dev/null; then
  missing=()
  for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    as=()
    if [ "$(id -u)" -ne 0 ]; then
      if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
        echo "missing packages: ${missing[*]}" >&2
        echo "  install them (sudo apt-get install ${missing[*]}), then run this again" >&2
        exit 1
      fi
      as=(sudo -n)
    fi
    echo "installing ${missing[*]}"
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
  fi
else
  echo "this is no Debian: the packages are not looked after (${packages[*]})" >&2
fi

for tool in cargo node npm; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: see the README for what is needed" >&2; exit 1; }
done

# `npm ci` leaves its own copy of the lock; older than ours, or absent, means that the modules are not those of the lock.
if [ ! -f ui/node_modules/.package-lock.json ] || [ ui/package-lock.json -nt ui/node_modules/.package-lock.json ]; then
  (cd ui && npm ci --no-audit --no-fund --loglevel=error)
  touch ui/node_modules/.package-lock.json
fi
