#!/bin/sh
# Builds the PocketBase of tests/foreign as .venv/bin/pocketbase, from the module that tools/pocketbase
# pins. Fails if it cannot.
set -u
cd "$(dirname "$0")/.." || exit 1
built=$PWD/.venv/bin/pocketbase

[ -x "$built" ] && [ -z "$(find tools/pocketbase -type f -newer "$built")" ] && exit 0
if command -v go >/dev/null; then
    echo "Building PocketBase with the Go on PATH: a minute, once."
    unset GOROOT GOCACHEPROG GONOSUMCHECK
    # As tools/pulumi-cli has it: nothing in the environment takes the place of the go.sum here.
    export CGO_ENABLED=0 GO111MODULE=on GOFLAGS=-mod=readonly GOTOOLCHAIN=local GOWORK=off
    said=$(cd tools/pocketbase && go build -trimpath -mod=readonly -buildvcs=false -ldflags="-s -w" \
        -o "$built" . 2>&1) && exit 0
    echo "$said" | tail -n 1 >&2
fi
echo "There is no Go 1.25 or later on PATH that could build PocketBase." >&2
exit 1
