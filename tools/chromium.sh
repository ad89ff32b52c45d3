#!/bin/sh
# Gets the browser in which the tests look at the dashboard: Debian's packages. It installs them only
# where nobody would mind, on CI as root; elsewhere it says what to do. Fails if there is none.
set -u
has_browser() { command -v chromium >/dev/null && command -v chromedriver >/dev/null; }

has_browser && exit 0
if [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Debian's chromium: about two minutes."
    export DEBIAN_FRONTEND=noninteractive
    timeout 120 apt-get update -qq >/dev/null 2>&1
    timeout 420 apt-get install -qq --yes --no-install-recommends \
        chromium chromium-driver fonts-noto-color-emoji >/dev/null 2>&1
    has_browser && exit 0
fi
echo "There is no chromium with its chromedriver on PATH (Debian: apt-get install chromium chromium-driver)." >&2
exit 1
