#!/bin/sh
# Builds .venv/bin/NAME from PACKAGE and the module that tools/NAME pins: go-program.sh NAME PACKAGE.
# Fails if it cannot.
set -u
cd "$(dirname "$0")/.." || exit 1
name=$1
package=$2
built=$PWD/.venv/bin/$name

[ -x "$built" ] && [ -z "$(find "tools/$name" -type f -newer "$built")" ] && exit 0
if command -v go >/dev/null; then
    echo "Building $name with the Go on PATH: a minute, once."
    unset GOROOT GOCACHEPROG GONOSUMCHECK
    # As tools/pulumi-cli has it: nothing in the environment takes the place of the go.sum here.
    export CGO_ENABLED=0 GO111MODULE=on GOFLAGS=-mod=readonly GOTOOLCHAIN=local GOWORK=off
    said=$(cd "tools/$name" && go build -trimpath -mod=readonly -buildvcs=false -ldflags="-s -w" \
        -o "$built" "$package" 2>&1) && exit 0
    echo "$said" | tail -n 1 >&2
fi
echo "There is no Go 1.25 or later on PATH that could build $name." >&2
exit 1
