# xgrep: the events asked for, as they are.
load common

# A day with orders, their trades, cash and a name.
make_day() {
    xgen -n 3000 --symbols 3 --accounts 8 --seed 3 > orders.tape
    xgen -n 1000 -t trade --symbols 3 --accounts 8 --seed 4 > trades.tape
    xmerge orders.tape trades.tape > day.tape
    xexport -f json day.tape > day.json
}

# picks PATTERN COMMAND ...: the command's output is the lines of day.json
# that are definitions or match the pattern.
picks() {
    local pattern=$1
    shift
    "$@" day.tape > picked.tape
    xexport -f json picked.tape > picked.json
    grep -E "\"type\":\"(instrument|name)\"|$pattern" day.json > expected.json
    [ "$(wc -l < expected.json)" -gt 3 ]
    diff picked.json expected.json
}

@test "types by name and by number, in one list or several" {
    make_day
    picks '"type":"(trade|cash)"' xgrep -t trade,cash
    picks '"type":"(trade|cash)"' xgrep -t trade -t cash
    picks '"type":"(trade|cash)"' xgrep -t 32,65
    picks '"type":"order"' xgrep --types=order
}

@test "symbols alone and with their exchange; what concerns all passes" {
    make_day
    picks '"type":"session"|"instrument":"XTAPE:SYM00[13]"' \
        xgrep -s SYM001,XTAPE:SYM003
    picks '"type":"session"' xgrep -s NOWHERE:SYM001 -s 001
}

@test "accounts in any field that holds one" {
    make_day
    picks '"(account|buyer|seller)_id":(3|7)[,}]' xgrep -a 3,7
}

@test "accounts that are text outside are found by that text" {
    printf 'time,instrument,order_id,account_id,side,price,quantity\n%s\n%s\n' \
        2026-01-08T14:30:00Z,N:A,1,U1234567,buy,1,1 \
        2026-01-08T14:30:01Z,N:A,2,U7654321,buy,1,1 > orders.csv
    ximport -f csv -t order orders.csv -o orders.tape
    [ "$(xgrep -a U7654321 orders.tape | xexport -f csv -t order |
        grep -c U7654321)" -eq 1 ]
    [ "$(xgrep -a U7654321 orders.tape | xexport -f csv -t order |
        grep -c U1234567)" -eq 0 ]
}

@test "a range of time has its begin and not its end" {
    make_day
    from=$(sed -n '1000s/.*"time":"\([^"]*\)".*/\1/p' day.json)
    to=$(sed -n '2000s/.*"time":"\([^"]*\)".*/\1/p' day.json)
    xgrep --from "$from" --to "$to" day.tape | xexport -f json |
        grep -v '"type":"instrument"' > picked.json
    sed -n '1000,1999p' day.json > expected.json
    diff picked.json expected.json
    xgrep --to "$from" day.tape | xexport -f json |
        grep -cv '"type":"instrument"' | contains -x 996
}

@test "conditions are joined by and, and -v takes what is left" {
    make_day
    xgrep -t order -s SYM002 -a 5 day.tape | xexport -f json > picked.json
    grep '"type":"order"' day.json | grep SYM002 | grep '"account_id":5,' |
        diff - <(grep -v '"type":"instrument"' picked.json)
    xgrep -v -t order -s SYM002 -a 5 day.tape | xexport -f json > rest.json
    sort picked.json rest.json | uniq > both
    sort day.json | uniq | diff - both
    [ "$(($(wc -l < picked.json) + $(wc -l < rest.json) - 3))" -eq \
        "$(wc -l < day.json)" ]
}

@test "shards hold every account once, and all that has none" {
    make_day
    for i in 0 1 2; do
        xgrep --account-shard $i/3 orders.tape -o $i.tape
        xexport -f json $i.tape > $i.json
        grep -E '"account_id":[0-9]+' -o $i.json | cut -d: -f2 |
            awk -v i=$i '$1 % 3 != i { bad = 1 } END { exit bad || !NR }'
        grep -q '"type":"session"' $i.json
    done
    # merged, with what all of them have taken once, it is the day again
    xmerge 0.tape 1.tape 2.tape | xexport -f json > merged.json
    grep -v '"type":"session"' merged.json | sort > merged.sorted
    xexport -f json orders.tape | grep -v '"type":"session"' | sort |
        diff - merged.sorted
    # and, since no two orders come at the same time, in the same order
    xgrep -t order,modify,cancel 0.tape -o 0o.tape
    xgrep -t order,modify,cancel 1.tape -o 1o.tape
    xgrep -t order,modify,cancel 2.tape -o 2o.tape
    xgrep -t order,modify,cancel orders.tape -o o.tape
    [ "$(xmerge 0o.tape 1o.tape 2o.tape | xstat -d)" = \
        "$(xmerge o.tape | xstat -d)" ]
}

@test "a trade between accounts of two shards is in both" {
    make_day
    trades=$(grep -c '"type":"trade"' day.json)
    for i in 0 1; do
        xgrep -t trade --account-shard $i/2 trades.tape | xexport -f json |
            grep '"type":"trade"' > $i.json
    done
    [ "$(sort -u 0.json 1.json | wc -l)" -eq "$trades" ]
    comm -12 <(sort 0.json) <(sort 1.json) > both.json
    [ "$(wc -l < both.json)" -gt 100 ]
    odd='[0-9]*[13579]' even='[0-9]*[02468]'
    run ! grep -vE "\"buyer_id\":($odd,\"seller_id\":$even|$even,\"seller_id\":$odd)[,}]" both.json
}

@test "-n stops reading early, and END says limited" {
    # the input stays open, with no END: nobody waits for it, and xgrep may be
    # done before it has taken all that is offered
    xgen -n 3000 > day.tape
    mkfifo live
    timeout 20 xgrep -t order -n 3 < live > few.tape &
    pid=$!
    exec 9> live
    head -c 100000 day.tape >&9 || [ $? -eq 141 ]
    wait $pid
    exec 9>&-
    run -0 xstat few.tape
    [[ $output == *"status       limited"* ]]
    [[ $output =~ order\ +3$'\n' ]]
}

@test "-n counts over all inputs, definitions not counted" {
    make_day
    xgrep -n 3500 orders.tape trades.tape > some.tape
    [ "$(xexport -f json some.tape | grep -cv '"type":"instrument"')" \
        -eq 3500 ]
    xstat some.tape | grep '^status' | tr -s ' ' | paste -sd, |
        contains -x 'status complete,status limited'
}

@test "everything passes byte for byte, also what nobody knows" {
    "$TOOLS/golden" > golden.tape
    [ "$(xgrep golden.tape | xstat -d)" = "$(xstat -d golden.tape)" ]
    [ "$(xgrep -t 32769 golden.tape | xstat -j |
        grep -o '"types":{[^}]*}')" = \
        '"types":{"instrument":1,"name":1,"32769":1}' ]
    [ "$(xgrep -v -t 120 golden.tape | xstat -j | grep -c '"120"')" -eq 0 ]
}

# after_header FILE: what follows the HEADER, whose size is at byte 4.
after_header() {
    tail -c "+$((1 + $(od -An -tu4 -j4 -N4 "$1")))" "$1"
}

@test "blocks in a file are cut where they were, whole or in runs" {
    xgen -n 30000 > day.tape
    xgrep day.tape > all.tape
    xgrep -v -t clock -s SYM999 day.tape > run.tape
    cmp <(after_header day.tape) <(after_header all.tape)
    cmp <(after_header day.tape) <(after_header run.tape)
    xgrep -t cancel day.tape > cancels.tape
    cmp <(after_header cancels.tape) <(xmerge cancels.tape > merged.tape
        after_header merged.tape)
}

@test "the stream's name gets /xgrep, and the provenance has the options" {
    sample 10 | xgrep -t order -v > x.tape
    xstat x.tape > stat
    grep -qx 'stream       xgen/xgrep' stat
    grep -qE '^ +xgrep [0-9.]+ --types order --invert$' stat
}

@test "conditions without meaning are exit 2 and say why" {
    sample > day.tape
    for options in "-t trades" "-t order,,trade" "-t 0" "-t 65536" "-t" \
        "-s ,A" "--account-shard 4/4" "--account-shard 1" "--account-shard 0/0" \
        "--account-shard=-1/2" "-n 0" "--from yesterday"; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr xgrep day.tape $options
        [ "${#stderr_lines[@]}" -eq 1 ] || { echo "$options"; false; }
    done
}


@test "a selection that nothing matches is remarked upon" {
    sample > day.tape
    xgrep -s NOSUCH day.tape 2> err > out.tape
    grep -qx 'xgrep: no instrument of the tape is one of -s NOSUCH (xstat lists them)' err
    xgrep --from 2099-01-01T00:00:00Z day.tape 2> err > out.tape
    grep -q '^xgrep: no event is selected between --from and --to (xstat' err
    xgrep -a nobody -i order_id=99 -i order_id=98 day.tape 2> err > out.tape
    grep -qx 'xgrep: no event is selected by -a nobody -i order_id=99 ...' err
    xgrep -q -a 999999 day.tape 2> err > out.tape
    [ ! -s err ]
    xgrep -t order day.tape 2> err > out.tape
    [ ! -s err ]
}
