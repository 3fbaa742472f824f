# xledger on PostgreSQL: what SQLite holds and prints, to the byte, and every
# event exactly once whatever happens to the client, the server or the
# connection between them.
load common
load postgresql

setup_file() {
    # some stop the server that all of them use
    export BATS_NO_PARALLELIZE_WITHIN_FILE=true
    start_server
}

teardown_file() {
    stop_server
}

# trades N SEED NAME [OPTION ...]: a tape of trades, with deposits.
trades() {
    local count=$1 seed=$2 name=$3
    shift 3
    xgen -t trade -n "$count" --seed "$seed" --symbols 4 --accounts 9 \
        --stream "$name" "$@"
}

# slowly TAPE [PIECES]: hands it on in pieces with pauses, so that each is a
# batch of its own.
slowly() {
    local size pieces=${2:-8} i
    size=$(($(stat -c %s "$1") / pieces + 1))
    for i in $(seq 0 $((pieces - 1))); do
        dd if="$1" bs=$size skip="$i" count=1 2> /dev/null || return
        sleep 0.03
    done
}

TABLES="accounts instruments watermarks transactions postings balances
positions account_starts balance_starts position_starts endings bases lots
lot_starts"

# contents: all that must be the same however often it was interrupted.
contents() {
    for table in $TABLES; do
        sql "SELECT * FROM $table ORDER BY 1, 2, 3"
    done
}

# undisturbed TAPE: what the ledger is when nothing happens to it.
undisturbed() {
    xledger -d calm.db "$1" > calm.tape
    for table in $TABLES; do
        sqlite3 calm.db "SELECT * FROM $table ORDER BY 1, 2, 3"
    done > calm
}

# as_undisturbed TAPE: the same command again ends as if nothing had been.
as_undisturbed() {
    xledger -d "$URL" "$1" > again.tape
    cmp again.tape calm.tape
    contents | diff - calm
}

@test "tables, views, tapes and every --print are those of SQLite, to the byte" {
    needs_server
    trades 3000 1 one > one.tape
    trades 3000 2 two > two.tape
    for tape in one two; do
        xledger -d "$URL" --taker-fee 0.0003 $tape.tape > pg.tape
        xledger -d ledger.db --taker-fee 0.0003 $tape.tape > sqlite.tape
        cmp pg.tape sqlite.tape
    done
    for table in $TABLES digests; do
        sql "SELECT * FROM $table ORDER BY 1, 2, 3" > pg
        sqlite3 ledger.db "SELECT * FROM $table ORDER BY 1, 2, 3" | diff pg -
    done
    for query in \
        "SELECT account, currency, balance, version FROM v_balance" \
        "SELECT account, instrument, quantity, cost, fees FROM v_position" \
        "SELECT asset, account, debit, credit FROM v_trial_balance" \
        "SELECT * FROM v_posting"; do
        sql "$query" | LC_ALL=C sort > pg
        sqlite3 ledger.db "$query" | LC_ALL=C sort | cmp pg -
    done
    for what in balances positions trial-balance; do
        for format in "" --csv --json; do
            xledger -d "$URL" --print $what $format > pg
            xledger -d ledger.db --print $what $format | cmp pg -
        done
    done
    xledger -d "$URL" --check | contains -F 'hold in postgresql:'
}

@test "lots are those of SQLite, when a stream comes again too" {
    needs_server
    trades 600 1 one > one.tape
    trades 600 2 two > two.tape
    for run in 1 2; do
        for tape in one two; do
            xledger -q -d "$URL" --basis hifo $tape.tape > pg.tape
            xledger -q -d ledger.db --basis hifo $tape.tape | cmp - pg.tape
        done
    done
    for table in $TABLES digests; do
        sql "SELECT * FROM $table ORDER BY 1, 2, 3" > pg
        sqlite3 ledger.db "SELECT * FROM $table ORDER BY 1, 2, 3" | diff pg -
    done
    xledger -d "$URL" --print lots > pg
    xledger -d ledger.db --print lots | cmp pg -
    xledger -d "$URL" --check | contains -F 'hold in postgresql:'
}

@test "the largest amounts and ids, text of any script, nulls: all come back" {
    needs_server
    {
        echo time,account_id,amount,currency,kind
        echo 2026-01-08,18446744073709551615,999999999999999999.99999999,USD,deposit
        echo 2026-01-08,1,0.00000001,JPY,deposit
        echo 2026-01-08,2,10000.0001,JPY,deposit
        echo 2026-01-08,2,-0.0001,JPY,adjustment
        echo "2026-01-08,'; DROP TABLE x; --,12345678.9,EUR,deposit"
        echo 2026-01-08,Ægir 株式,1,EUR,deposit
    } | ximport -f csv -t cash --stream odd -o odd.tape
    xledger -d "$URL" odd.tape > pg.tape
    xledger -d ledger.db odd.tape | cmp - pg.tape
    sql "SELECT * FROM v_posting ORDER BY 1" > pg
    sqlite3 ledger.db "SELECT * FROM v_posting ORDER BY 1" | diff pg -
    sql "SELECT account, currency, balance FROM v_balance" | LC_ALL=C sort > pg
    sqlite3 ledger.db "SELECT account, currency, balance FROM v_balance" |
        LC_ALL=C sort | diff pg -
    xledger -d "$URL" odd.tape | cmp - pg.tape
    xledger -d "$URL" --check
}

@test "a stream goes on, comes again, and is refused when it differs" {
    needs_server
    trades 400 3 day > begun.tape
    trades 900 3 day > whole.tape
    xledger -d "$URL" begun.tape > /dev/null
    undisturbed whole.tape
    as_undisturbed whole.tape
    before=$(contents)
    trades 900 4 day > other.tape
    run -1 --separate-stderr xledger -d "$URL" other.tape
    [[ $stderr == *"differs from seq"* ]]
    run -2 xledger -d "$URL" --maker-fee 0.1 whole.tape
    [ "$(contents)" = "$before" ]
}

@test "what was changed by hand or planted is found out" {
    needs_server
    trades 300 5 day > day.tape
    trades 300 6 next > next.tape
    xledger -d "$URL" day.tape > /dev/null
    sql "UPDATE balances SET balance = balance + 1 WHERE account_id = 1"
    run -1 --separate-stderr xledger -d "$URL" next.tape
    [[ $stderr == *"changed by hand"* ]]
    run -1 xledger -d "$URL" --check
    sql "UPDATE balances SET balance = balance - 1 WHERE account_id = 1"
    xledger -d "$URL" --check
    sql "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN RETURN NULL; END'"
    sql "CREATE TRIGGER planted BEFORE INSERT ON postings FOR EACH ROW
        EXECUTE FUNCTION f()"
    run -1 --separate-stderr xledger -d "$URL" next.tape
    [[ $stderr == *"postings has a trigger"* ]]
    sql "DROP TRIGGER planted ON postings"
    sql "INSERT INTO schema_migrations VALUES (1000, 'of tomorrow')"
    run -1 --separate-stderr xledger -d "$URL" next.tape
    [[ $stderr == *"version 1000"*"use the newer program"* ]]
}

@test "a schema with somebody's tables is left alone" {
    needs_server
    sql "CREATE TABLE accounts (name text)"
    trades 10 7 day > day.tape
    run -1 --separate-stderr xledger -d "$URL" day.tape
    [[ $stderr == *"it is not a ledger"* ]]
    [ "$(sql "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")" = 1 ]
}

@test "without libpq a URL is refused, and a file is as good as ever" {
    trades 10 1 day > day.tape
    mkdir nothing
    : > nothing/libpq.so.5
    LD_LIBRARY_PATH=$PWD/nothing refuses xledger -d postgresql:///x day.tape
    contains -F "takes libpq, which is not installed" < err
    LD_LIBRARY_PATH=$PWD/nothing xledger -d calm.db day.tape > calm.tape
    xledger -d calm.db --check
}

@test "no password in a URL, in a message, or on a tape" {
    needs_server
    trades 10 8 day > day.tape
    for url in "postgresql://xtape:canary@/$NAME?host=$PG_DIR" \
        "postgresql:///$NAME?host=$PG_DIR&password=canary" \
        "postgresql://xtape:canary@host:port:x/" "mysql://u:canary@h/"; do
        refuses xledger -d "$url" day.tape
        excludes canary err
    done
    PGPASSWORD=canary xledger -v -d "$URL" day.tape > out.tape 2> err
    excludes -a canary out.tape err
    xstat out.tape | excludes -e "$PG_DIR" -e postgresql
    run -3 --separate-stderr xledger -d "postgresql:///none?host=$PG_DIR" day.tape
    [[ $stderr == *'database "none" does not exist'* ]]
    run -3 xledger -d "postgresql:///x?host=$PG_DIR/nowhere" day.tape
}

@test "who may only read can look, and cannot post" {
    needs_server
    trades 300 9 day > day.tape
    trades 10 10 next > next.tape
    xledger -d "$URL" day.tape > /dev/null
    sql "CREATE ROLE looker$NAME LOGIN"
    sql "GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker$NAME"
    reader="postgresql:///$NAME?host=$PG_DIR&user=looker$NAME"
    xledger -d "$reader" --print balances > pg
    xledger -d "$URL" --print balances | cmp pg -
    run -3 --separate-stderr xledger -d "$reader" next.tape
    [[ $stderr == *"permission denied"*"the role may not do that"* ]]
}

# as ROLE STATEMENT: what it gets.
as() {
    PGUSER=$1 psql -Atqc "$2"
}

@test "roles: a reader sees its accounts and no other row, from tables and views" {
    needs_server
    trades 600 17 day > day.tape
    trades 300 18 next > next.tape
    xledger -d "$URL" --basis fifo day.tape > /dev/null
    psql -q -f "$ROOT/scripts/postgresql-roles.sql" 2> /dev/null
    psql -q -f "$ROOT/scripts/postgresql-roles.sql" 2> /dev/null # as well again
    sql "CREATE ROLE one$NAME LOGIN IN ROLE ledger_reader"
    sql "CREATE ROLE none$NAME LOGIN IN ROLE ledger_reader"
    sql "CREATE ROLE writes$NAME LOGIN IN ROLE ledger_writer"
    sql "CREATE ROLE audits$NAME LOGIN IN ROLE ledger_auditor"
    sql "INSERT INTO account_readers VALUES ('one$NAME', 1), ('x', 2)"
    for table in accounts balances positions lots postings; do
        [ "$(as "none$NAME" "SELECT count(*) FROM $table")" = 0 ]
        [ "$(as "one$NAME" "SELECT DISTINCT account_id FROM $table")" = 1 ]
        [ "$(as "one$NAME" "SELECT count(*) FROM $table")" = \
            "$(sql "SELECT count(*) FROM $table WHERE account_id = 1")" ]
    done
    for view in v_balance v_position v_trial_balance; do
        [ "$(as "none$NAME" "SELECT count(*) FROM $view")" = 0 ]
        [ "$(as "one$NAME" "SELECT DISTINCT account FROM $view")" = 1 ]
    done
    [ "$(as "none$NAME" "SELECT count(*) FROM transactions")" = 0 ]
    [ "$(as "one$NAME" "SELECT count(*) FROM transactions")" = "$(sql \
        "SELECT count(DISTINCT transaction_id) FROM postings WHERE account_id = 1")" ]
    [ "$(as "one$NAME" "SELECT account_id FROM account_readers")" = 1 ]
    # every other table, and every change, is out of reach
    readable=" accounts balances positions lots postings transactions"
    readable+=" instruments account_readers v_balance v_position v_lot"
    readable+=" v_trial_balance "
    for table in $(sql "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v')
        AND relnamespace = 'public'::regnamespace"); do
        case $readable in
        *" $table "*) ;;
        *) run ! as "one$NAME" "SELECT * FROM $table" ;;
        esac
        run ! as "one$NAME" "DELETE FROM $table"
        run ! as "one$NAME" "INSERT INTO $table SELECT * FROM $table"
        run ! as "audits$NAME" "DELETE FROM $table"
        run ! as "writes$NAME" "DELETE FROM $table"
    done
    xledger -d "postgresql:///$NAME?host=$PG_DIR&user=writes$NAME" \
        --basis fifo next.tape > /dev/null
    auditor="postgresql:///$NAME?host=$PG_DIR&user=audits$NAME"
    xledger -d "$auditor" --check
    xledger -d "$auditor" --print positions > pg
    xledger -d "$URL" --print positions | cmp pg -
    run -3 xledger -d "$auditor" --basis fifo day.tape next.tape \
        <(trades 9 19 third)
}

@test "kill -9 at every exchange with the server: nothing lost, nothing doubled" {
    needs_server
    no_leaks
    trades 1500 11 day > day.tape
    undisturbed day.tape
    last=24
    [ "${XTAPE_LONG-}" != 1 ] || last=1000
    for n in $(seq 1 3 $last); do
        slowly day.tape 4 | strace -f -qq -o /dev/null -e trace=sendto \
            -e "inject=sendto:signal=SIGKILL:when=$n" \
            xledger -d "$URL" > out.tape 2> /dev/null || true
        told=$(xexport -f csv -t posting out.tape 2> /dev/null |
            tail -n 1 | cut -d, -f4 || true)
        [[ ${told-} =~ ^[0-9]+$ ]] || continue
        [ "$told" -le "$(sql 'SELECT max(posting_id) FROM postings')" ]
    done
    as_undisturbed day.tape
    xledger -d "$URL" --check
}

@test "backends that are terminated, connections that break: exit 3, then whole" {
    needs_server
    no_leaks
    trades 1500 12 day > day.tape
    undisturbed day.tape
    rounds=5
    [ "${XTAPE_LONG-}" != 1 ] || rounds=1000
    for _ in $(seq $rounds); do
        status=0
        slowly day.tape 2> /dev/null | xledger -d "$URL" > out.tape 2> err &
        pid=$!
        sleep "0.$((RANDOM % 2))$((RANDOM % 10))"
        sql "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = '$NAME' AND pid <> pg_backend_pid()" > /dev/null
        wait $pid || status=$?
        [ $status -eq 0 ] || [ $status -eq 3 ] || { cat err; false; }
    done
    for n in 2 5 9; do
        status=0
        strace -f -qq -o /dev/null -e trace=recvfrom \
            -e "inject=recvfrom:error=ECONNRESET:when=$n+" \
            xledger -d "$URL" day.tape > out.tape 2> err || status=$?
        [ $status -eq 0 ] || [ $status -eq 3 ]
    done
    as_undisturbed day.tape
}

@test "the server stops at once and comes back: the same command finishes" {
    needs_server
    trades 1500 13 day > day.tape
    undisturbed day.tape
    for pause in 0.05 0.15; do
        status=0
        slowly day.tape 2> /dev/null | xledger -d "$URL" > out.tape 2> err &
        pid=$!
        sleep $pause
        stop_server immediate
        run_server
        wait $pid || status=$?
        [ $status -eq 0 ] || [ $status -eq 3 ] || { cat err; false; }
    done
    as_undisturbed day.tape
    xledger -d "$URL" --check
}

@test "a COMMIT whose answer is lost: the watermark says what became of it" {
    needs_server
    trades 1500 14 day > day.tape
    undisturbed day.tape
    for when in before after; do
        sql "DROP SCHEMA public CASCADE; CREATE SCHEMA public" 2> /dev/null
        rm -f ready
        python3 "$ROOT/tests/tools/pgproxy.py" "$PWD/.s.PGSQL.5432" \
            "$PG_DIR/.s.PGSQL.5432" $when 4 > ready 3>&- &
        proxy=$!
        until [ -s ready ]; do sleep 0.01; done
        through="postgresql:///$NAME?host=$PWD&user=xtape"
        status=0
        slowly day.tape | xledger -d "$through" > out.tape 2> err || status=$?
        kill $proxy
        if [ $when = before ]; then # it is known not to be there
            [ $status -eq 3 ]
        else # it is known to be there: nobody notices
            [ $status -eq 0 ]
            cmp out.tape calm.tape
        fi
        as_undisturbed day.tape
    done
}

@test "two programs that post to one ledger: one goes on, the other is turned away" {
    needs_server
    trades 600 15 day > day.tape
    undisturbed day.tape
    rounds=2
    [ "${XTAPE_LONG-}" != 1 ] || rounds=1000
    for _ in $(seq $rounds); do
        sql "DROP SCHEMA public CASCADE; CREATE SCHEMA public" 2> /dev/null
        xledger -d "$URL" <(slowly day.tape 3) > a.tape 2> a.err &
        first=$!
        xledger -d "$URL" <(slowly day.tape 3) > b.tape 2> b.err &
        second=$!
        a=0 b=0
        wait $first || a=$?
        wait $second || b=$?
        case $a$b in
        00 | 03 | 30) ;;
        *) cat a.err b.err && false ;;
        esac
        as_undisturbed day.tape
    done
    xledger -d "$URL" --check
}

@test "through PgBouncer, a connection for each transaction" {
    needs_server
    bouncer=$(command -v pgbouncer || command -v /usr/sbin/pgbouncer) ||
        skip "PgBouncer is not installed"
    mkdir bouncer
    cat > bouncer/conf <<- END
	[databases]
	$NAME = host=$PG_DIR
	[pgbouncer]
	unix_socket_dir = $PWD/bouncer
	listen_port = 6432
	auth_type = any
	pool_mode = transaction
	default_pool_size = 2
	logfile = $PWD/bouncer/log
	pidfile = $PWD/bouncer/pid
	END
    sed -i "s|host=.*|host=$PG_DIR user=xtape|" bouncer/conf
    chmod -R a+rwX . "$BATS_TEST_TMPDIR"/..
    as_server "$bouncer" -q -d bouncer/conf 3>&-
    until [ -S bouncer/.s.PGSQL.6432 ]; do sleep 0.02; done
    trades 1500 16 day > day.tape
    undisturbed day.tape
    direct=$URL
    URL="postgresql:///$NAME?host=$PWD/bouncer&port=6432&user=xtape"
    slowly day.tape | xledger -d "$URL" > out.tape
    cmp out.tape calm.tape
    as_undisturbed day.tape
    xledger -d "$URL" --print positions > pg
    xledger -d "$direct" --print positions | cmp pg -
    xledger -d "$URL" --check
    kill "$(cat bouncer/pid)"
}
