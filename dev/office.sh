# What dev/run, dev/test, dev/shell and dev/shot share: where things are, the private
# PostgreSQL cluster, Odoo's command line. Sourced, never run. Everything made for this
# checkout lives in .office/, which git ignores; deleting that folder undoes it all.

set -euo pipefail
MODULE=crm_property_sales
DEV=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
ROOT=$(dirname "$DEV")
OFFICE=$ROOT/.office
VENV=$OFFICE/venv
PREFIX=$OFFICE/odoo
ADDONS=$OFFICE/addons
PYTHON=$VENV/bin/python
PGUSER=odoo

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
die() { printf '\033[31merror:\033[0m %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# quietly LOG COMMAND...: run with the output in .office/log/LOG, show its end on failure.
quietly() {
    local log=$OFFICE/log/$1.log
    shift
    mkdir -p "$OFFICE/log"
    if ! "$@" >"$log" 2>&1; then
        tail -n 25 "$log" >&2
        die "that failed: ${*:0:4} (whole log: $log)"
    fi
}

# --- Odoo: where it is ------------------------------------------------------------

# Sets ODOO_PYTHONPATH and CORE_ADDONS from ODOO_HOME, an Odoo 19 on the machine, or
# the one dev/setup unpacked. Returns 1 where there is none yet.
find_odoo() {
    local base
    for base in "${ODOO_HOME:-}" "${ODOO_HOME:+$ODOO_HOME/usr/lib/python3/dist-packages}" \
        "$PREFIX/usr/lib/python3/dist-packages" /usr/lib/python3/dist-packages; do
        [ -n "$base" ] && grep -qs "^version_info = (19, 0" "$base/odoo/release.py" || continue
        ODOO_PYTHONPATH=$base
        CORE_ADDONS=$base/odoo/addons
        [ -d "$base/addons/web" ] && CORE_ADDONS=$base/addons,$CORE_ADDONS
        return 0
    done
    return 1
}

# odoo ARGUMENT...: Odoo's command line on this checkout's cluster and folders.
odoo() {
    (cd "$OFFICE" && exec env PYTHONPATH="$ODOO_PYTHONPATH" ODOO_RC="$OFFICE/odoo.conf" \
        PATH="$OFFICE/bin:$VENV/bin:$PATH" LANG=C.UTF-8 "$PYTHON" -m odoo "$@")
}

# The configuration is written anew at every start: the cluster's port may have moved.
write_conf() {
    cat >"$OFFICE/odoo.conf" <<CONF
[options]
addons_path = $CORE_ADDONS,$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/odoo/addons,$ADDONS
data_dir = $OFFICE/data
db_host = 127.0.0.1
db_port = $(pg_port)
db_user = $PGUSER
http_interface = 127.0.0.1
list_db = False
log_handler = :WARNING
without_demo = True
CONF
}

# --- PostgreSQL: a private cluster on loopback ---------------------------------------

as_pg() { # initdb and the server refuse root
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

pg_bin() { # the newest server binaries on this machine
    local found
    found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    [ -n "$found" ] || found=$(dirname "$(command -v initdb || echo /nonexistent/initdb)")
    [ -x "$found/initdb" ] || die "no PostgreSQL server binaries: run dev/setup"
    echo "$found"
}

pg_dir() { # root's cluster belongs to 'postgres', who may be unable to enter the checkout
    if [ "$(id -u)" != 0 ] || runuser -u postgres -- test -x "$OFFICE"; then
        echo "$OFFICE/pg"
    else
        echo "/var/tmp/$MODULE-$(echo "$ROOT" | md5sum | cut -c1-12)/pg"
    fi
}

pg_port() { sed -n 4p "$(pg_dir)/data/postmaster.pid"; }

pg_running() { as_pg "$(pg_bin)/pg_ctl" -D "$(pg_dir)/data" status >/dev/null 2>&1; }

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start_pg() {
    local dir try
    dir=$(pg_dir)
    pg_running && return
    mkdir -p "$dir"
    [ "$(id -u)" = 0 ] && chown postgres: "$dir"
    if [ ! -s "$dir/data/PG_VERSION" ]; then
        say "making the PostgreSQL cluster in $dir"
        as_pg "$(pg_bin)/initdb" -D "$dir/data" -U $PGUSER -A trust -E UTF8 \
            --locale=C.UTF-8 >"$OFFICE/log/initdb.log" 2>&1 ||
            die "initdb failed, see $OFFICE/log/initdb.log"
        # A crash may cost the development database its last second, never its shape.
        as_pg tee -a "$dir/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
synchronous_commit = off
shared_buffers = 256MB
max_connections = 200
CONF
    fi
    for try in 1 2 3; do # another checkout may take the port between look and start
        as_pg "$(pg_bin)/pg_ctl" -D "$dir/data" -w -l "$dir/server.log" \
            -o "-p $(free_port)" start >/dev/null && return
    done
    tail -n 5 "$dir/server.log" >&2
    die "PostgreSQL did not start; its log is $dir/server.log"
}

sql() { # sql DATABASE QUERY
    "$(pg_bin)/psql" -h 127.0.0.1 -p "$(pg_port)" -U $PGUSER -d "$1" -qAtc "$2"
}

db_exists() { [ "$(sql postgres "SELECT 1 FROM pg_database WHERE datname = '$1'")" = 1 ]; }

db_drop() {
    sql postgres "DROP DATABASE IF EXISTS \"$1\" WITH (FORCE)" >/dev/null 2>&1
    rm -rf "$OFFICE/data/filestore/$1"
}

# db_create NAME: the module and zh_CN, no demo data. Built under another name, so that
# an interrupted build is never taken for a database.
db_create() {
    local building=$1__building
    db_drop "$building"
    say "making the database $1 (about a minute)"
    quietly "create-$1" odoo -d "$building" -i "$MODULE${2:+,$2}" --load-language zh_CN --stop-after-init
    # Debian's package lacks this optional part of mail: without this line every page
    # that loads the back office's scripts logs an error.
    sql "$building" "INSERT INTO ir_asset (name, bundle, directive, path, active, sequence)
        VALUES ('no selfie segmentation', 'web.assets_backend', 'remove',
        'mail/static/lib/selfie_segmentation/selfie_segmentation.js', true, 16)" >/dev/null
    sql postgres "ALTER DATABASE \"$building\" RENAME TO \"$1\""
    rm -rf "$OFFICE/data/filestore/$1"
    [ ! -d "$OFFICE/data/filestore/$building" ] ||
        mv "$OFFICE/data/filestore/$building" "$OFFICE/data/filestore/$1"
}
