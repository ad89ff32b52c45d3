#!/bin/sh
# Gets actionlint, which reads the workflows of examples/gitops as GitHub does: the one on PATH, else
# .venv/bin/actionlint, built from the module that tools/actionlint pins. Fails if there is none.
set -u
cd "$(dirname "$0")/.." || exit 1
built=$PWD/.venv/bin/actionlint

case "$(command -v actionlint)" in "" | "$built") ;; *) exit 0 ;; esac
[ -x "$built" ] && [ -z "$(find tools/actionlint/go.mod -newer "$built")" ] && exit 0
if command -v go >/dev/null; then
    echo "Building actionlint with the Go on PATH: half a minute, once."
    unset GOROOT GOCACHEPROG GONOSUMCHECK
    # As tools/pulumi-cli has it: nothing in the environment takes the place of the go.sum here.
    export CGO_ENABLED=0 GO111MODULE=on GOFLAGS=-mod=readonly GOTOOLCHAIN=local GOWORK=off
    said=$(cd tools/actionlint && go build -trimpath -mod=readonly -buildvcs=false -ldflags="-s -w" \
        -o "$built" github.com/rhysd/actionlint/cmd/actionlint 2>&1) && exit 0
    echo "$said" | tail -n 1 >&2
fi
echo "There is no actionlint on PATH, nor a Go 1.25 or later that could build it." >&2
exit 1
