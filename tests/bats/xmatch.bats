# xmatch: the program around the engine; what the engine does is in
# testdata/matching and its unit tests.
load common

# orders LINE ...: a tape of orders from lines of "ID SIDE PRICE QUANTITY".
orders() {
    {
        echo instrument,order_id,account_id,side,price,quantity
        printf '%s\n' "$@" | awk '{ print "N:A," $1 "," $1 % 3 + 1 "," $2 "," \
            $3 "," $4 }'
    } > orders.csv
    ximport -f csv -t order -D time=2026-01-08T14:30:00Z --stream day orders.csv
}

# told: type, order ids, price, quantity of the reports on stdin.
told() {
    xexport -f json | sed -nE \
        -e 's/.*"type":"(accepted)".*"order_id":([0-9]+).*/\1 \2/p' \
        -e 's/.*"type":"(cancelled|expired|rejected)".*"reason":"([a-z_]+)".*"order_id":([0-9]+).*/\1 \3 \2/p' \
        -e 's/.*"type":"trade".*"price":"([^"]*)","quantity":"([^"]*)","trade_id":([0-9]+).*/trade \3 \2@\1/p'
}

@test "reports take the place of requests, and all else passes" {
    xgen -n 2000 --symbols 3 > in.tape
    xmatch in.tape > out.tape
    [ "$(xgrep -t order,modify,cancel out.tape | xstat | grep -c '  order')" -eq 0 ]
    xgrep -v -t order,modify,cancel in.tape | xexport -f json > in.json
    xgrep -t instrument,session,account,cash out.tape | xexport -f json \
        > out.json
    diff in.json out.json
}

@test "--keep passes requests too, each before what it caused" {
    orders '1 buy 10 5' '2 sell 10 5' > in.tape
    xmatch --keep in.tape | xexport -f json | cut -d'"' -f4 > types
    [ "$(tr '\n' ' ' < types)" = "instrument order accepted order accepted trade " ]
    xmatch --keep in.tape | xgrep -v -t order | xexport -f json > kept
    xmatch in.tape | xexport -f json | diff - kept
}

@test "a book outlives its tape" {
    orders '1 buy 10 5' '2 buy 11 5' > day1.tape
    orders '3 sell 10 7' > day2.tape
    cat day1.tape day2.tape | xmatch | told > reports
    diff reports - << 'END'
accepted 1
accepted 2
accepted 3
trade 1 5@11
trade 2 2@10
END
    xmatch day1.tape day2.tape | told | diff - reports
}

@test "a report on an instrument that a later tape does not define brings its definition" {
    orders '3 buy 10 5' > day1.tape
    printf '%s\n' \
        '{"type":"instrument","id":1,"time":"2026-01-09T00:00:00Z","symbol":"B"}' \
        '{"type":"cancel","time":"2026-01-09T09:00:00Z","account_id":1}' |
        ximport -f json --stream day2 > day2.tape
    xmatch day1.tape day2.tape > reports.tape
    xexport -f json reports.tape | tail -n 1 > last
    grep -q '"type":"cancelled".*"instrument":"N:A".*"order_id":3,' last
}

@test "orders in a table give the trades that a person would make of them" {
    orders '1 sell 10.5 3' '2 sell 10.4 2' '3 buy 10.45 5' '4 sell 10.45 1' \
        '5 buy 11 9' | xmatch | told > reports
    diff reports - << 'END'
accepted 1
accepted 2
accepted 3
trade 1 2@10.4
accepted 4
trade 2 1@10.45
accepted 5
trade 3 3@10.5
END
}

@test "--verbose reports how many requests, trades and rejects there were" {
    orders '1 buy 10 5' '1 buy 10 5' '2 sell 10 3' > in.tape
    xmatch --verbose in.tape 2> summary > out.tape
    grep -q '^xmatch: 3 requests, 1 trade, 1 reject, 1 order open$' summary
    xgen -n 2000 -o day.tape
    count=$(xexport -f json day.tape |
        grep -cE '^\{"type":"(order|modify|cancel)"')
    xmatch --verbose day.tape 2> summary > out.tape
    grep -q "^xmatch: $count requests, " summary
}

@test "the same orders give the same reports, whole or in parts" {
    xgen -n 20000 --symbols 20 > in.tape
    whole=$(xmatch in.tape | xstat --digest)
    [ "$(cat in.tape | xmatch | xstat --digest)" = "$whole" ]
    [ "$(xgrep -n 100000 in.tape | xmatch | xstat --digest)" = "$whole" ]
}

@test "--quotes and --depth write what xbook makes of the reports, event for event" {
    xgen -n 20000 --symbols 4 --seed 6 > in.tape
    for options in "--quotes:--keep" "--depth 3:--keep --depth 3"; do
        # shellcheck disable=SC2086
        alone=$(xmatch ${options%:*} in.tape | xstat --digest)
        # shellcheck disable=SC2086
        piped=$(xmatch in.tape | xbook ${options#*:} | xstat --digest)
        [ "$alone" = "$piped" ]
        [ "$alone" != "$(xmatch in.tape | xstat --digest)" ]
    done
}

@test "so they do for orders of every kind, in auctions and across tapes" {
    for seed in 1 2 3; do
        "$TOOLS/requests" $seed 9000 day$seed > day$seed.tape
    done
    xmatch --depth 4 day?.tape | xexport -f json > alone
    xmatch day?.tape | xbook --keep --depth 4 | xexport -f json > piped
    cmp alone piped
    [ "$(grep -c '"type":"depth"' alone)" -gt 10000 ]
}

# told_of INSTRUMENT FILE ...: what the tapes have of it, but its definitions.
told_of() {
    local name=$1
    shift
    for tape in "$@"; do
        xexport -f json "$tape" | grep "\"instrument\":\"$name\"" || true
    done
}

@test "each instrument has the same reports in its shard as without --shard" {
    "$TOOLS/requests" 12 20000 > in.tape
    for options in "" "--quotes --keep"; do
        # shellcheck disable=SC2086 # some options
        xmatch $options in.tape > whole.tape
        for shard in 0 1 2; do
            # shellcheck disable=SC2086
            xmatch $options --shard $shard/3 in.tape > shard$shard.tape
        done
        for name in A B C; do
            told_of $name whole.tape > wanted
            told_of $name shard?.tape | cmp wanted -
        done
        # and merged every event is there once; definitions said twice are one
        xmerge shard?.tape | xexport -f json | grep -v '"type":"instrument"' |
            sort > merged
        xexport -f json whole.tape | grep -v '"type":"instrument"' | sort |
            cmp - merged
        [ "$(grep -c '"type":"instrument"' <(xexport -f json whole.tape))" -ge 3 ]
    done
}

@test "shards are known by exchange and symbol, and all of them are one" {
    xgen --orders 3000 --symbols 40 > in.tape
    for shard in 0 1 2 3; do
        xmatch --shard $shard/4 in.tape | xexport -f csv -t accepted -c instrument |
            tail -n +2 | sort -u > shard$shard
        [ -s shard$shard ]
    done
    [ "$(cat shard? | sort | uniq -d | wc -l)" -eq 0 ]
    [ "$(cat shard? | wc -l)" -eq 40 ]
    # in another order, under other ids, they are in the same shards
    xgrep -s "$(tac shard2 | paste -sd,)" in.tape | xmatch --shard 2/4 |
        xexport -f csv -t accepted -c instrument | tail -n +2 | sort -u |
        cmp - shard2
    for shard in 4/4 x 1 1/ /4 -1/4 0/0; do
        run -2 --separate-stderr xmatch --shard $shard in.tape
        [ "$stderr" = "xmatch: \"$shard\" is not a shard such as 0/4, 1/4, 2/4 or 3/4" ]
    done
}

@test "--quotes quotes reports that pass, too, and refuses what xbook refuses" {
    printf '%s\n' '{"type":"book_add","time":"2026-01-08","instrument":"X","order_id":1,"side":"buy","price":"7","quantity":"1"}' \
        '{"type":"book_add","time":"2026-01-08","instrument":"X","order_id":2,"side":"buy","quantity":"1"}' |
        ximport -f json > feed.tape
    run -1 --separate-stderr xmatch --quotes -o out.tape feed.tape
    [[ $stderr == "xmatch: feed.tape: event 3 (byte "*"): it has no price" ]]
    xgrep -n 1 feed.tape | xmatch --quotes | xexport -f csv -t quote |
        contains ',7,1,,,$'
}

@test "a level too large for a quote is reported, with its place" {
    orders '1 buy 10 9999999999' '2 buy 10 9999999999' > in.tape
    run -1 --separate-stderr xmatch --quotes -o out.tape in.tape
    [[ $stderr == "xmatch: in.tape: event 3 (byte "*"): the quantity of a level is above 9999999999.99999999" ]]
    xmatch in.tape | xstat > /dev/null
}

@test "orders of every kind give the same reports, whole, in parts or replayed" {
    "$TOOLS/orderflow" 5 40000 > in.tape
    whole=$(xmatch in.tape | xstat --digest)
    [ "$(cat in.tape | xmatch | xstat --digest)" = "$whole" ]
    [ "$(dd status=none bs=500 < in.tape | xmatch | xstat --digest)" = "$whole" ]
    xstore -q -d store in.tape > /dev/null
    [ "$(xreplay -d store | xmatch | xstat --digest)" = "$whole" ]
    [ "$(xmatch in.tape | xgrep -t trade | xstat | grep -c ' trade ')" -eq 1 ]
}

@test "what becomes of an instrument does not hang on the others" {
    "$TOOLS/orderflow" 6 30000 | xmatch > whole.tape
    for id in 1 2 3; do
        "$TOOLS/orderflow" 6 30000 $id | xmatch |
            xgrep -v -t session,clock,account | xgrep -s F:$id |
            xexport -f json > alone
        xgrep -v -t session,clock,account whole.tape | xgrep -s F:$id |
            xexport -f json > together
        [ "$(wc -l < alone)" -gt 3000 ]
        diff alone together
    done
}

@test "market data without a single request is reported: nothing was matched" {
    xgen -t print -n 10 > prints.tape
    run -0 --separate-stderr xmatch -o out.tape prints.tape
    [ "$stderr" = "xmatch: nothing to match: no order, modify or cancel among 10 events of the market" ]
    run -0 --separate-stderr xmatch -q -o out.tape prints.tape
    [ -z "$stderr" ]
    # a day that has not begun is nothing to remark on
    xgen -n 0 > empty.tape
    run -0 --separate-stderr xmatch -o out.tape empty.tape
    [ -z "$stderr" ]
}

@test "a definition made up at first use takes no tick or band away from an explicit one" {
    printf '%s\n' 'time,symbol,exchange,tick_size,upper_price,lot_size' \
        '2026-01-01,A,N,0.05,110,5' |
        ximport -f csv -t instrument --stream defined > defined.tape
    orders '1 buy 5.01 5' '2 sell 500 5' '3 buy 5 4' '4 buy 5 5' > orders.tape
    printf '%s\n' order_id,reason 1,tick_size 2,price_band 3,lot_size > wanted
    xmerge defined.tape orders.tape > merged.tape
    for input in merged.tape "defined.tape orders.tape" \
        "--shard 0/1 defined.tape orders.tape" "--quotes merged.tape"; do
        # shellcheck disable=SC2086 # options and names
        xmatch $input | xexport -f csv -t rejected -c order_id,reason |
            diff wanted -
    done
    xmatch -S snapshots defined.tape orders.tape > whole.tape
    xmatch defined.tape orders.tape | cmp - whole.tape
    orders '5 buy 5.02 5' > more.tape
    xmatch -S snapshots --from-out 100 defined.tape orders.tape more.tape |
        xexport -f csv -t rejected -c order_id,reason | grep -qx 5,tick_size
}
