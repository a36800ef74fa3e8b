#!/bin/sh
# Sees that the system's programs which the tests run are there: `programs.sh program:package ...`. A program may go by
# several names, with commas between them. As root, Debian's packages of missing ones are installed; else they are named.
set -eu
POLICY="${POLICY:-/usr/sbin/policy-rc.d}" # Debian asks it before it starts a service
PATH="$PATH:/usr/sbin:/sbin"

is_there() {
    for name in $(echo "$1" | tr , ' '); do
        if command -v "$name" >/dev/null; then return 0; fi
    done
    return 1
}

missing=""
for pair in "$@"; do
    is_there "${pair%%:*}" || missing="$missing ${pair#*:}"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "The tests need more programs: sudo apt-get install$missing" >&2
    exit 1
fi

# The tests run servers of their own. Those that a package brings along must not take ports now, nor at the next start.
if [ ! -e "$POLICY" ]; then
    trap 'rm -f "$POLICY"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$POLICY"
    chmod 755 "$POLICY"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # one word for each package
apt-get install -y -qq $missing >/dev/null
for service in nginx haproxy; do
    case "$missing " in *" $service "*) ! command -v systemctl >/dev/null || systemctl --quiet disable "$service" ;; esac
done
