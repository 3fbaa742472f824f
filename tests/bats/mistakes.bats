# The commonest mistakes, and the one line that each gives: what is wrong, and
# what to do next.
load common

# says STATUS LINE COMMAND: the command, a line of shell, has that status and
# that one line on standard error.
says() {
    local want=$1 line=$2 status=0
    bash -c "set -o pipefail; $3" > out 2> err || status=$?
    [ $status -eq "$want" ] || { echo "$3: status $status"; cat err; false; }
    [ "$(head -n 1 err)" = "$line" ] || { echo "$3:"; cat err; false; }
}

# warns LINE COMMAND: it is done all the same, and that line says what is odd.
warns() {
    says 0 "$@"
    [ "$(wc -l < err)" -eq 1 ]
}

make_inputs() {
    xgen --orders 300 --symbols 2 --seed 1 --stream s > day.tape
    xexport -f csv -t order day.tape > orders.csv
    xmatch day.tape > matched.tape
}

@test "a program is forgotten in the pipe" {
    make_inputs
    orders=$(grep -c . orders.csv)
    warns "xohlcv: no trades or prints here ($((orders - 1)) orders: xmatch makes trades of them)" \
        "xohlcv -i 1m day.tape"
    says 1 "xreport: nothing to report: no trade on the tape (xmatch makes trades, xledger books them)" \
        "xreport day.tape"
}

@test "the wrong file is named" {
    make_inputs
    xledger -q -d ledger.db matched.tape -e none > /dev/null
    xarchive -d archive put day.tape
    cp archive/type=order/*/*.parquet part.parquet
    gzip -k orders.csv
    says 1 "xmatch: orders.csv: byte 0: not a tape; text is read with ximport" \
        "xmatch orders.csv"
    says 1 "ximport: day.tape: the file is a tape (ximport makes tapes: give it to another program)" \
        "ximport -f csv -t order day.tape"
    says 1 "xmatch: ledger.db: byte 0: an SQLite database, no tape; xledger -d reads ledgers" \
        "xmatch ledger.db"
    says 1 "xstat: part.parquet: byte 0: a Parquet file, no tape; ximport -f parquet reads it, or xrestore -d a whole archive" \
        "xstat part.parquet"
    says 1 "xstat: orders.csv.gz: byte 0: compressed by gzip: gzip -dc FILE | gives what is in it" \
        "xstat orders.csv.gz"
    says 2 "xmatch: ordrs.tape: cannot open it: No such file or directory" \
        "xmatch ordrs.tape"
    says 2 "xstat: archive: is a directory (name its files; xreplay -d reads a store, xrestore -d an archive)" \
        "xstat archive"
}

@test "a typo in an option" {
    says 2 "xohlcv: unknown option --intervall; did you mean --interval?" \
        "xohlcv --intervall 1m"
    says 2 "xgrep: unknown option --nope; --help lists them" "xgrep --nope"
    says 2 "xarchive: needs -d DIR (the archive); see --help" "xarchive ls"
}

@test "a typo in a type" {
    make_inputs
    says 2 'xgrep: unknown event type "trades"; did you mean "trade"? (--list types lists them)' \
        "xgrep -t trades day.tape"
    says 2 'ximport: -t: unknown event type "ordr"; did you mean "order"? (--list types lists them)' \
        "ximport -f csv -t ordr orders.csv"
}

@test "a typo in a column" {
    make_inputs
    says 1 'ximport: stdin: line 1: column "prise" is not a field of order; did you mean "price"? (-m price=prise, or -x prise leaves it out)' \
        "sed 1s/price/prise/ orders.csv | ximport -f csv -t order"
    says 2 'ximport: -m: " lots" must be FIELD=... (a name with a comma is given in quotes or by its number: FIELD=4)' \
        "ximport -f csv -t order -m 'quantity=Volume, lots' orders.csv"
}

@test "a symbol, an account or an id that the tape does not have" {
    make_inputs
    warns "xgrep: no instrument of the tape is one of -s SYM0O1 (xstat lists them)" \
        "xgrep -s SYM0O1 day.tape"
    warns "xgrep: no event is selected by -a nobody" "xgrep -a nobody day.tape"
}

@test "a time that is none, or that the tape does not have" {
    make_inputs
    says 2 'xgrep: --from: "14:30" is not a time such as 2026-01-08 or 2026-01-08T09:30:00Z, of the years 1678 to 2261' \
        "xgrep --from 14:30 day.tape"
    warns "xgrep: no event is selected between --from and --to (xstat reports the times)" \
        "xgrep --from 2027-01-01 day.tape"
}

@test "a typo in a verb" {
    make_inputs
    says 2 'xarchive: "putt" is not one of: put, ls, find, columns, head, verify, compact, fsck, plan, sweep, hold, release, audit, holds; did you mean "put"?' \
        "xarchive -d archive putt day.tape"
    says 2 'xstore: verfy: there is no such file; did you mean "verify"?' \
        "xstore -d store verfy"
}

@test "a tape goes to a terminal" {
    make_inputs
    script -qec "xmatch day.tape 2> err" /dev/null || [ $? -eq 2 ]
    [ "$(cat err)" = "xmatch: a tape is not for a terminal: pipe it into xexport, or use -o FILE" ]
}

@test "the input is empty" {
    says 3 "xmatch: stdin: byte 0: no input: the program upstream died (run it again), or there is none (name an input file)" \
        "xmatch < /dev/null"
    # a wrong command upstream is said once, by itself
    says 2 'xgrep: unknown event type "nothing" (--list types lists them)' \
        "xgrep -t nothing < /dev/null | xmatch"
    [ "$(wc -l < err)" -eq 1 ]
}

@test "a wrong unit" {
    make_inputs
    sed 's/2026-01-08T14:30:0[0-9.]*Z/1767882600/' orders.csv > seconds.csv
    warns "ximport: all times are in 1970: is --time-unit ns right?" \
        "ximport -f csv -t order --time-unit ns seconds.csv"
    says 1 'ximport: seconds.csv: line 2: column time: "1767882600" is a number: --time-unit says of what (ns, us, ms, s since 1970, or auto)' \
        "ximport -f csv -t order seconds.csv"
    says 2 'xohlcv: --interval: "60" is not an interval such as 1s, 5m, 1h, 1d, 1w, 1mo, 1y, tick:100 or volume:5000' \
        "xohlcv -i 60 matched.tape"
}

@test "the same is run a second time" {
    make_inputs
    xledger -q -d ledger.db matched.tape -o first
    says 0 "" "xledger -q -d ledger.db matched.tape -o second"
    cmp first second
    xarchive -d archive put day.tape
    says 0 "" "xarchive -d archive put day.tape"
    xarchive -v -d archive put day.tape 2>&1 | contains ' 0 events stored'
    says 2 "xmatch: day.tape: is both input and output; write to another file" \
        "xmatch day.tape -o day.tape"
    says 1 "xledger: stream \"s/xmatch/xgrep\" is derived from \"s/xmatch\", or that from it, and ledger.db has the latter: posting both counts the same events twice (--as-new posts it all the same)" \
        "xgrep -s SYM001 matched.tape | xledger -q -d ledger.db"
}
