#!/usr/bin/env bash
# Installs the Debian packages of debian-packages.txt that are missing, and checks the Swift toolchain. Safe to repeat.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v swift >/dev/null; then
    echo "setup: no 'swift' on the PATH. Install Swift 6.2 or newer for Debian 12 (https://www.swift.org/install/linux) and try again." >&2
    exit 69
fi

missing=()
while read -r package _; do
    case "$package" in "" | \#*) continue ;; esac
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done < debian-packages.txt
[ "${#missing[@]}" -eq 0 ] && exit 0

echo "setup: installing ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "setup: not root and no sudo; run as root: apt-get install ${missing[*]}" >&2; exit 69; }
    as_root=(sudo)
fi
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
echo "setup: done"
