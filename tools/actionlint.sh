#!/bin/sh
# Gets actionlint, which reads the workflows of examples/gitops as GitHub does: the one on PATH, else
# the one that tools/actionlint pins. Fails if there is none.
set -u
tools=$(cd "$(dirname "$0")" && pwd)

case "$(command -v actionlint)" in "" | "$(dirname "$tools")/.venv/bin/actionlint") ;; *) exit 0 ;; esac
exec "$tools/go-program.sh" actionlint github.com/rhysd/actionlint/cmd/actionlint
