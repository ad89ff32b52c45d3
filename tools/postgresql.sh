#!/bin/sh
# Gets the database in which the tests keep states: Debian's PostgreSQL. It installs it only where nobody
# would mind, on CI as root; elsewhere it says what to do. Fails if there is none.
set -u
has_database() { command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }

has_database && exit 0
if [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Debian's PostgreSQL: half a minute."
    export DEBIAN_FRONTEND=noninteractive
    # The tests start their own: none is set up, and none is left running.
    mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    timeout 120 apt-get update -qq >/dev/null 2>&1
    timeout 300 apt-get install -qq --yes --no-install-recommends postgresql >/dev/null 2>&1
    has_database && exit 0
fi
echo "There is no PostgreSQL (Debian: apt-get install postgresql)." >&2
exit 1
