# The pages are true: every example in them runs as it stands there.
load common

# examples PAGE [SECTION]: the commands that a reader sees in EXAMPLES: what is
# further in than the text.  Each is ended by a NUL; no hexdump and no SQL.
examples() {
    mandoc -T ascii -O width=400 "$1" | sed 's/.\x08//g' |
        awk -v section="${2-EXAMPLES}" '
        function out() {
            if (text && text !~ /^([0-9a-f][0-9a-f] |select )/)
                printf "%s%c", text, 0
            text = ""
        }
        /^[A-Z]/ { inside = $0 == section }
        !inside || substr($0, 1, 11) ~ /[^ ]/ || !$0 { out(); next }
        { text = text substr($0, 12) "\n" }'
}

# run_examples NAME: those on stdin, in order, in the directory at hand.
run_examples() {
    count=0
    while IFS= read -r -d '' command; do
        count=$((count + 1))
        bash -eo pipefail -c "$command" > out 2> err < /dev/null || {
            echo "$1: $command"
            cat err
            return 1
        }
    done
    [ "$count" -ge 1 ] || { echo "$1 has no examples"; return 1; }
}

@test "every example in the man pages runs, in order, and ends with 0" {
    command -v mandoc > /dev/null || skip "mandoc is not installed"
    for page in "$ROOT"/man/*.[157]; do
        mkdir "$BATS_TEST_TMPDIR/$(basename "$page")"
        cd "$BATS_TEST_TMPDIR/$(basename "$page")"
        ln -s "$ROOT/testdata" testdata
        "$TOOLS/example" > example.tape
        examples "$page" > examples
        run_examples "$(basename "$page")" < examples
    done
}

@test "the pipeline that xtape(7) begins with runs" {
    cp "$ROOT/testdata/orders.csv" .
    examples "$ROOT/man/xtape.7" DESCRIPTION |
        sed -z '/^ximport/!d' > examples
    run_examples "xtape(7)" < examples
    grep -q ACME out
}

# session: runs what README shows after "$ ", in order, and writes both, as
# README has them.  What is killed on purpose may fail.
session() {
    local command line
    while IFS= read -r -d '' command; do
        printf '    $ %s' "$command" | sed '2,$s/^/    /'
        case $command in
        timeout*) bash -c "$command" 2> err || true ;;
        *) bash -eo pipefail -c "$command" 2>&1 ;;
        esac | sed 's/^/    /'
    done
}

# commands_of FILE: what follows "    $ ", with the lines that are further in.
commands_of() {
    awk '/^    [$] / { if (text) printf "%s%c", text, 0
                       text = substr($0, 7) "\n"; next }
         /^          / && text { text = text substr($0, 5) "\n"; next }
         text { printf "%s%c", text, 0; text = "" }
         END { if (text) printf "%s%c", text, 0 }' "$1"
}

@test "README shows what its commands print" {
    cp "$ROOT"/testdata/{orders,deposits}.csv .
    commands_of "$ROOT/README.md" |
        sed -zE '/^(duckdb|scripts.latency)/d' > commands
    [ "$(tr -cd '\0' < commands | wc -c)" -ge 12 ]
    session < commands > printed
    # what README has in those blocks
    awk '/^    [$] / { shown = 1 } !/^    / { shown = 0 }
         /^    [$] (duckdb|scripts.latency)/ { shown = 0 }
         shown' "$ROOT/README.md" > shown
    diff shown printed
}

@test "README shows what DuckDB answers" {
    needs_oracles
    xmerge --stream monday \
        <(ximport -f csv -t cash "$ROOT/testdata/deposits.csv") \
        <(ximport -f csv -t order "$ROOT/testdata/orders.csv") | xmatch |
        xarchive -d archive put
    duckdb "$(commands_of "$ROOT/README.md" | sed -zn '/^duckdb/p' |
        tr -d '\0' | sed -E 's/^duckdb -csv -c "//; s/"$//')" |
        tr '\t' , > answer
    sed -n '/^    symbol,count_star/,/^$/{s/^    //;/^symbol/d;/./p}' \
        "$ROOT/README.md" | diff - answer
}

@test "README shows what latency does on recorded data, in a table and a picture" {
    needs_data
    recorded=$XTAPE_DATA/lobster/AAPL_2012-06-21
    zstdcat "$recorded"_DAY_START_SNAPSHOT.csv.zst > seed.csv
    zstdcat "$recorded"_34200000_37800000_message_50.csv.zst |
        ximport -f lobster --symbol AAPL --date 2012-06-21 --seed seed.csv \
            -o aapl.tape
    "$ROOT/scripts/latency-sweep" aapl.tape picture.svg > table
    sed -n '/^    latency  *orders/,/^$/{s/^    //;/./p}' "$ROOT/README.md" |
        diff - table
    cmp picture.svg "$ROOT/scripts/examples/latency.svg"
}

@test "what cron is given as an example says nothing of an archive that is well" {
    xgen --orders 300 | xmatch | xarchive -d archive put
    printf 'tier hot .\nrule * hot forever\n' > archive/policy.conf
    grep -E '^[0-9]' "$ROOT/scripts/examples/cron.d" |
        sed -E 's/^([^ ]+ +){6}//; s|/srv/xtape/||g' > lines
    [ "$(wc -l < lines)" -ge 2 ]
    while IFS= read -r line; do
        sh -c "$line" > out 2>&1 < /dev/null
        [ ! -s out ]
    done < lines
}

@test "the examples of --help run as well" {
    ln -s "$ROOT/testdata" testdata
    cp testdata/orders.csv .
    ximport -f csv -t order orders.csv -o orders.tape
    for input in day a b trades; do
        xmatch orders.tape -o $input.tape
    done
    for program in "$ROOT"/build/bin/*; do
        while IFS= read -r line; do
            bash -o pipefail -c "$line" > out 2> err < /dev/null || {
                echo "$line"
                cat err
                false
            }
        done < <("$program" --help | sed -n '/^examples:/,/^$/s/^  //p')
    done
}

@test "every man page has an exit status and at least two examples" {
    for page in "$ROOT"/man/*.1; do
        grep -q '^\.Sh EXIT STATUS' "$page" ||
            { echo "$page: no EXIT STATUS"; false; }
        [ "$(examples "$page" | tr -cd '\0' | wc -c)" -ge 2 ] ||
            { echo "$page: too few examples"; false; }
    done
}
