#!/bin/sh
# Builds the REST provider that tools/terraform-provider-restapi pins, for the Terraform on PATH. Fails
# if there is none.
set -u
command -v terraform >/dev/null || { echo "There is no Terraform on PATH." >&2; exit 1; }
exec "$(dirname "$0")/go-program.sh" terraform-provider-restapi \
    github.com/Mastercard/terraform-provider-restapi
