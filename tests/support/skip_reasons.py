"""Why tests may be skipped; the summary of every run counts them by these."""

NO_ENGINE = "no Pulumi engine beside this Python: `make setup` gets it"
NO_HOSTS = (
    "no language hosts for YAML and Node.js beside the Pulumi engine: `make test` builds them with "
    "Go 1.25 or later"
)
NO_BROWSER = "no chromium and chromedriver on PATH: Debian has packages with these names"
NO_ACTIONLINT = "no actionlint on PATH or in .venv: `make test` builds it with Go 1.25 or later"
NO_NPM_PACKAGES = (
    "no packages from npm in .venv: `make test` installs them with Node.js 20 or later"
)
NO_POCKETBASE = "no PocketBase in .venv: `make test` builds it with Go 1.25 or later"
NO_POSTGRESQL = "no PostgreSQL: Debian has it in the package postgresql"
NO_TERRAFORM = (
    "no Terraform on PATH, or not its provider: `make test` builds it with Go 1.25 or later"
)
