# common - what every bats file starts from: the programs on PATH, a directory of
# its own, and the table of how each program is run.
bats_require_minimum_version 1.5.0

# XTAPE_BIN: which build to test; default the plain one.
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
TOOLS=$ROOT/build/tools
PATH=${XTAPE_BIN:-$ROOT/build/bin}:$PATH:$ROOT/scripts
export ROOT TOOLS PATH ASAN_OPTIONS=abort_on_error=1:detect_leaks=1

# Any part of a pipeline that fails is a failure.  So those below read all of
# their input: what writes to grep -q or head may die of SIGPIPE.
setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    set -o pipefail
}

# contains [OPTION ...] PATTERN: stdin has a line that grep finds.
contains() {
    grep "$@" | cat > /dev/null
}

# excludes [OPTION ...] PATTERN: stdin has no such line.
excludes() {
    local status=0
    grep "$@" || status=$?
    [ $status -eq 1 ]
}

# first N: the first N lines of stdin.
first() {
    awk -v n="$1" 'NR <= n'
}

# needs_data: skips a test that wants recorded market data when there is none.
needs_data() {
    [ -d "${XTAPE_DATA-}" ] || skip "XTAPE_DATA is not set: no recorded data"
}

# Every program that reads a tape, with the options it cannot do without.
READERS="xgrep -t trade,order
xcheck -q
xmerge
xsort
xstat
xexport -f json
xmatch
xbook
xbacktest
xohlcv -i 1m
xledger
xstore -q -d store
xreplay"

# Those of them that write one.
FILTERS=$(grep -vE 'xstat|xexport' <<< "$READERS")

# Every program that makes a tape from something else.
SOURCES="xgen --orders 3000
ximport -f json lines.json"

# sample [N]: a tape of about N orders, their trades, and cash, on stdout.
sample() {
    xgen --orders "${1:-50}" --seed 3 --symbols 2 --accounts 3
}

# becomes NAME PID: waits until the shell's child, which still ignores SIGINT
# then, is that program, or has ended.
becomes() {
    local name=

    until [ "$name" = "$1" ]; do # no sleep: it may be quick
        { read -r name < "/proc/$2/comm"; } 2> /dev/null || break
    done
}

# one_line FILE: it holds exactly one line, and that names a program.
one_line() {
    [ "$(wc -l < "$1")" -eq 1 ] || { cat "$1"; return 1; }
    grep -q '^x[a-z]*: ' "$1"
}

# refuses COMMAND ...: the command is wrong: exit 2, nothing on stdout, and one
# line, which is left in err.  (To a pipe it writes a tape that says so.)
refuses() {
    local status=0
    "$@" > refused 2> err || status=$?
    [ $status -eq 2 ] && [ ! -s refused ] && [ "$(wc -l < err)" -eq 1 ] ||
        { echo "$*: $status"; cat err; return 1; }
    rm refused
}

# begins A B: the file A is the beginning of B.
begins() {
    cmp -n "$(stat -c %s "$1")" "$1" "$2"
}

# trading [N]: a tape with definitions, accounts, cash, orders and trades.
trading() {
    sample "${1:-300}" > orders.tape
    xgen --type trade --orders "${1:-300}" --symbols 2 --accounts 3 \
        --stream trades > trades.tape
    xmerge --stream day orders.tape trades.tape
}

# no_leaks: strace and the leak checker cannot both be at work.
no_leaks() {
    export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
}

# parts ARCHIVE: its Parquet files.
parts() {
    find "$1" -name 'part-*.parquet' | sort
}

# Independent readers from npm, in a directory of their own outside the sources.
needs_oracles() {
    command -v npm > /dev/null || skip "npm is not installed: no oracles"
    XTAPE_ORACLES=${XTAPE_ORACLES-${XDG_CACHE_HOME-$HOME/.cache}/xtape-oracles}
    export XTAPE_ORACLES
    mkdir -p "$XTAPE_ORACLES"
    (
        flock 9
        cd "$XTAPE_ORACLES" || exit 1
        [ -d node_modules/parquet-wasm ] || timeout 200 npm install \
            --no-audit --no-fund @duckdb/node-api@1.5.6-r.1 \
            hyparquet@1.31.5 hyparquet-compressors@1.1.2 parquet-wasm@0.8.0
    ) 9> "$XTAPE_ORACLES/lock" > npm.log 2>&1 ||
        skip "npm cannot fetch the oracles"
}

duckdb() {
    node "$ROOT/tests/oracle/duckdb.mjs" "$@"
}
