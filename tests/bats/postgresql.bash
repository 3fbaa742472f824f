# postgresql - a PostgreSQL server of a test file's own, on a socket in its
# directory, and a database for each test.

# The newest server that is installed, and how to run it: never as root.
PG_BIN=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
as_server() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
    else
        "$@"
    fi
}

# start_server: makes and starts one; sets PG_DIR, its directory and socket.
start_server() {
    [ -x "$PG_BIN/initdb" ] || return 0 # needs_server skips
    export PG_DIR=$BATS_FILE_TMPDIR/pg
    mkdir -p "$PG_DIR"
    chmod a+x "${BATS_RUN_TMPDIR:-$BATS_FILE_TMPDIR}" "$BATS_FILE_TMPDIR"
    [ "$(id -u)" != 0 ] || chown postgres "$PG_DIR"
    (cd "$PG_DIR" && as_server "$PG_BIN/initdb" -D data -A trust -U xtape \
        -E UTF8 --locale=C.UTF-8 --no-sync) > "$BATS_FILE_TMPDIR/initdb"
    run_server
}

run_server() {
    (cd "$PG_DIR" && as_server "$PG_BIN/pg_ctl" -D data -w -s -l log \
        -o "-k $PG_DIR -c fsync=off" -o "-c listen_addresses=" start) 3>&-
}

stop_server() {
    [ ! -d "${PG_DIR-}/data" ] || (cd "$PG_DIR" &&
        as_server "$PG_BIN/pg_ctl" -D data -w -s -m "${1:-immediate}" stop)
}

needs_server() {
    [ -n "${PG_DIR-}" ] || skip "PostgreSQL is not installed"
    export PGHOST=$PG_DIR PGUSER=xtape PGDATABASE=postgres
    NAME=t$BATS_TEST_NUMBER
    psql -qc "CREATE DATABASE $NAME TEMPLATE template0"
    export PGDATABASE=$NAME
    URL="postgresql:///$NAME?host=$PG_DIR&user=xtape"
}

# sql STATEMENT: its rows, columns separated by "|", as sqlite3 prints them.
sql() {
    psql -Atqc "$1"
}
