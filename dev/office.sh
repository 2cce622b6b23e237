# What the scripts in dev/ share: where things are, the private PostgreSQL cluster, Odoo's
# command line, databases. Sourced, never run. Everything made for this checkout lives in
# .office/, which git ignores; deleting that folder undoes it all (root's cluster may have
# its files under /var/tmp, .office/pg then says where).

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

# One at a time: two scripts of one checkout may want the same thing made. Servers started
# meanwhile must not inherit descriptor 9, or the lock would live as long as they do.
lock() {
    have flock || return 0
    mkdir -p "$OFFICE"
    exec 9>"$OFFICE/lock"
    flock -n 9 || { say "waiting for another script of this checkout" && flock 9; }
}
unlock() { exec 9>&-; }

# office_ready [--test]: dev/setup, and its results in this shell.
office_ready() {
    "$DEV/setup" "$@"
    find_odoo || die "no Odoo 19.0 found: run dev/setup"
    set_office_env
}

# copy_module FOLDER [TAR-OPTION...]: the module as others get it: a folder of its name
# without .office. Whatever walks the module's folder, and follows links, wants that.
copy_module() {
    local folder=$1
    shift
    mkdir -p "$folder/$MODULE"
    tar -cf - -C "$ROOT" --exclude=./.office --exclude=./.git --exclude=__pycache__ "$@" . |
        tar -xf - -C "$folder/$MODULE"
}

# --- Odoo: where it is ------------------------------------------------------------

# Sets ODOO_PYTHONPATH and CORE_ADDONS from ODOO_HOME (dev/setup remembers it), the Odoo
# dev/setup unpacked, or one on the machine. Returns 1 where there is none yet.
find_odoo() {
    local base home=${ODOO_HOME:-$(cat "$OFFICE/odoo_home" 2>/dev/null || true)}
    for base in ${home:+"$home" "$home/usr/lib/python3/dist-packages"} \
        "$PREFIX/usr/lib/python3/dist-packages" /usr/lib/python3/dist-packages; do
        grep -qs "^version_info = (19, 0" "$base/odoo/release.py" || continue
        ODOO_PYTHONPATH=$base
        CORE_ADDONS=$base/odoo/addons
        [ ! -d "$base/addons/web" ] || CORE_ADDONS=$base/addons,$CORE_ADDONS
        return 0
    done
    return 1
}

# Sets OFFICE_ENV: Odoo's modules, this checkout's configuration and programs. The current
# folder stays out of Python's path: the checkout has folders named tests and models.
set_office_env() {
    OFFICE_ENV=(PYTHONPATH="$ODOO_PYTHONPATH" PYTHONSAFEPATH=1 ODOO_RC="$OFFICE/odoo.conf"
        PATH="$OFFICE/bin:$VENV/bin:$PATH" LANG=C.UTF-8)
}

odoo() { env "${OFFICE_ENV[@]}" "$PYTHON" -m odoo "$@"; }

# load_module LOG DATABASE ARGUMENT...: install or update, showing only the number of the
# module being loaded. What Odoo logged stays in .office/log/LOG.log.
load_module() {
    local log=$OFFICE/log/$1.log database=$2 status=0 line
    shift 2
    odoo --log-handler odoo.modules.loading:INFO -d "$database" "$@" --stop-after-init \
        </dev/null 2>&1 | tee "$log" |
        sed -un 's/.*Loading module \([^ ]*\) (\([0-9/]*\)).*/\2 \1/p' |
        while read -r line; do [ ! -t 2 ] || printf '\r\033[K    %s' "$line" >&2; done || status=$?
    [ ! -t 2 ] || printf '\r\033[K' >&2
    # Odoo also ends well when it has skipped the module.
    [ "$status" = 0 ] && [ "$(sql "$database" "SELECT state FROM ir_module_module
        WHERE name = '$MODULE'")" = installed ] || {
        grep -vE ' INFO .* odoo.modules.loading: ' "$log" | tail -n 30 >&2
        return 1
    }
}

purelib() { "$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'; }

addons_path() { echo "$CORE_ADDONS,$(purelib)/odoo/addons,$1"; } # and the folder of ours

# The configuration is written anew at every start: the cluster's port may have moved.
write_conf() {
    cat >"$OFFICE/odoo.conf.$$" <<CONF
[options]
addons_path = $(addons_path "$ADDONS")
data_dir = $OFFICE/data
db_host = 127.0.0.1
db_port = $(pg_port)
db_user = $PGUSER
http_interface = 127.0.0.1
list_db = False
log_handler = :WARNING,werkzeug:WARNING
without_demo = True
CONF
    mv "$OFFICE/odoo.conf.$$" "$OFFICE/odoo.conf"
}

# --- PostgreSQL: a private cluster on loopback ---------------------------------------

as_pg() { # initdb and the server refuse root; 'postgres' may be unable to enter this folder
    if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

pg_bin() { # the newest server binaries on this machine
    local found
    found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    [ -n "$found" ] || found=$(dirname "$(command -v initdb || echo /nonexistent/initdb)")
    [ -x "$found/initdb" ] || die "no PostgreSQL server binaries: run dev/setup"
    echo "$found"
}

# .office/pg is the cluster's folder, or a link to one where 'postgres' can enter: the
# checkout may lie under /root.
pg_dir() { readlink -f "$OFFICE/pg"; }

make_pg_dir() {
    local elsewhere
    [ ! -d "$OFFICE/pg" ] || return 0
    if [ "$(id -u)" != 0 ] || as_pg test -x "$OFFICE"; then
        mkdir "$OFFICE/pg"
    else
        elsewhere=$(mktemp -d "/var/tmp/$MODULE.XXXXXX")
        ln -sfn "$elsewhere" "$OFFICE/pg"
    fi
    [ "$(id -u)" != 0 ] || chown postgres: "$(pg_dir)"
}

pg_port() { sed -n 4p "$(pg_dir)/data/postmaster.pid"; }

pg_running() { as_pg "$(pg_bin)/pg_ctl" -D "$(pg_dir)/data" status >/dev/null 2>&1; }

port_free() {
    python3 -c 'import socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1])))
print(s.getsockname()[1])' "$1" 2>/dev/null
}

free_port() { port_free 0; }

start_pg() {
    local dir try
    make_pg_dir
    dir=$(pg_dir)
    pg_running && return
    if [ ! -s "$dir/data/PG_VERSION" ]; then
        say "making the PostgreSQL cluster in $dir"
        # Under another name until it is whole: a killed initdb leaves a folder it refuses.
        rm -rf "$dir/data" "$dir/new"
        quietly initdb as_pg "$(pg_bin)/initdb" -D "$dir/new" -U $PGUSER -A trust -E UTF8 --locale=C.UTF-8
        # A crash may cost the development database its last second, never its shape.
        as_pg tee -a "$dir/new/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
synchronous_commit = off
shared_buffers = 256MB
max_connections = 200
CONF
        mv "$dir/new" "$dir/data"
    fi
    for try in 1 2 3; do # another checkout may take the port between look and start
        as_pg "$(pg_bin)/pg_ctl" -D "$dir/data" -w -l "$dir/server.log" \
            -o "-p $(free_port)" start >/dev/null 9>&- && return
    done
    tail -n 5 "$dir/server.log" >&2
    die "PostgreSQL did not start; its log is $dir/server.log"
}

sql() { # sql DATABASE QUERY
    "$(pg_bin)/psql" -h 127.0.0.1 -p "$(pg_port)" -U $PGUSER -d "$1" -qAtc "$2"
}

# --- Databases with the module --------------------------------------------------------

db_exists() { [ "$(sql postgres "SELECT 1 FROM pg_database WHERE datname = '$1'")" = 1 ]; }

db_drop() {
    sql postgres "DROP DATABASE IF EXISTS \"$1\" WITH (FORCE)" >/dev/null 2>&1
    rm -rf "${OFFICE:?}/data/filestore/$1"
}

# A sum over all that Odoo reads when it installs or updates the module. A database carries
# the sum it was made from as its comment.
code_sum() {
    (cd "$ROOT" && find . \( -name '.?*' -o -name __pycache__ -o -path ./dev -o -path ./demo \
        -o -path ./docs -o -path ./tests -o -path ./static/src -o -path ./static/tests \) -prune \
        -o -type f ! -name '*.md' -print0 | LC_ALL=C sort -z | xargs -0 md5sum | md5sum | cut -c1-32)
}

db_current() {
    [ "$(sql postgres "SELECT shobj_description(oid, 'pg_database') FROM pg_database
        WHERE datname = '$1'")" = "$(code_sum)" ]
}

db_stamp() { sql postgres "COMMENT ON DATABASE \"$1\" IS '$2'"; }

# db_create NAME [demo]: made anew with the module and zh_CN; with 'demo' the demo office
# too. Built under another name, so that an interrupted build is never taken for a database.
db_create() {
    local building=$1__building sum
    sum=$(code_sum)
    db_drop "$building"
    say "making the database $1 (half a minute)"
    load_module "create-$1" "$building" -i "$MODULE" --load-language zh_CN ||
        die "the module does not install (whole log: $OFFICE/log/create-$1.log)"
    # Debian's package lacks this optional part of mail: without this line every page
    # that loads the back office's scripts logs an error.
    [ -e "${CORE_ADDONS%%,*}/mail/static/lib/selfie_segmentation" ] ||
        sql "$building" "INSERT INTO ir_asset (name, bundle, directive, path, active, sequence)
            VALUES ('no selfie segmentation', 'web.assets_backend', 'remove',
            'mail/static/lib/selfie_segmentation/selfie_segmentation.js', true, 16)"
    if [ "${2:-}" = demo ] && [ -f "$DEV/demo.py" ]; then
        say "filling it with the demo office"
        odoo shell -d "$building" --no-http <"$DEV/demo.py" >&2 ||
            die "dev/demo.py failed; nothing was kept"
    fi
    db_stamp "$building" "$sum"
    db_drop "$1"
    sql postgres "ALTER DATABASE \"$building\" RENAME TO \"$1\""
    [ ! -d "$OFFICE/data/filestore/$building" ] ||
        mv "$OFFICE/data/filestore/$building" "$OFFICE/data/filestore/$1"
}

# db_ready NAME [demo]: made when missing, updated when the code moved on.
db_ready() {
    local sum
    if ! db_exists "$1"; then
        db_create "$@"
    elif ! db_current "$1"; then
        say "the code has changed: updating the database $1"
        sum=$(code_sum)
        load_module "update-$1" "$1" -u "$MODULE" --i18n-overwrite ||
            die "the update failed; --fresh makes the database anew (whole log: $OFFICE/log/update-$1.log)"
        db_stamp "$1" "$sum"
    fi
}

# --- Servers ---------------------------------------------------------------------------

# Which dev/run serves a database stands in .office/server/NAME: process and port.
server_port() { # server_port DATABASE: prints the port if a server of this checkout runs
    local process port
    read -r process port 2>/dev/null <"$OFFICE/server/$1" || return 1
    # A number of a process that has gone may be another's by now.
    ps -o args= -p "$process" | grep -qF -- "-m odoo -d $1 " && answers "$port" && echo "$port"
}

answers() { # answers PORT [SECONDS]: does (or will) a web server answer there?
    python3 - "$1" "${2:-0}" <<'PYTHON'
import sys
import time
import urllib.request

port, patience = sys.argv[1:]
deadline = time.monotonic() + float(patience)
while True:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/web/health", timeout=30)
        sys.exit(0)
    except OSError:
        if time.monotonic() >= deadline:
            sys.exit(1)
        time.sleep(0.1)
PYTHON
}

# serve DATABASE PORT: becomes the server.
serve() {
    exec env "${OFFICE_ENV[@]}" "$PYTHON" -m odoo -d "$1" --db-filter "^$1\$" --http-port "$2" 9>&-
}
