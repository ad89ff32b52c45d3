#!/bin/sh
# Installs the npm packages that tools/npm pins into .venv/npm, without running any of their scripts.
# Fails if there is no npm, or if it cannot.
set -u
cd "$(dirname "$0")/.." || exit 1
pins=$PWD/tools/npm
installed=$PWD/.venv/npm

[ -e "$installed/.installed" ] && [ -z "$(find "$pins" -type f -newer "$installed/.installed")" ] && exit 0
if command -v npm >/dev/null; then
    echo "Installing the npm packages that tools/npm pins: a minute or two, once."
    rm -rf "$installed"
    mkdir -p "$installed"
    cp "$pins/package.json" "$pins/package-lock.json" "$pins/.npmrc" "$installed"
    said=$(cd "$installed" && npm ci --ignore-scripts 2>&1) && touch "$installed/.installed" && exit 0
    echo "$said" | tail -n 1 >&2
fi
echo "There is no npm on PATH that could install what tools/npm pins (Node.js 20 or later)." >&2
exit 1
