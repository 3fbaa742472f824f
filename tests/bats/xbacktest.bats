# xbacktest: a strategy in lockstep with a market.
load common

# go: a strategy that only looks; -W interactive makes mawk read and write at
# once.
looks() {
    xbacktest "$@" -- mawk -W interactive -F '\t' '$1 == "go" { print "go" }'
}

# says LINE...: a strategy that says these lines, with tabs for spaces, when it
# sees the first quote.
says() {
    printf '%s\n' "${@//|/$'\t'}" > lines
    xbacktest "${options[@]}" in.tape -- mawk -W interactive -F '\t' '
        $1 != "quote" && $1 != "instrument" && $1 != "trade" {
            print > "told"; fflush("told") }
        $1 == "quote" && $6 != "-" && $4 != "-" && !said {
            said = 1; while ((getline line < "lines") > 0) print line }
        $1 == "go" { print }'
}
options=(-q)

# maker SEED [OPTION ...]
maker() {
    xbacktest -q "${@:2}" -- \
        python3 "$BATS_TEST_DIRNAME/maker.py" "$1"
}

@test "without a strategy, or with one that only looks, the market is the same" {
    xgen -n 3000 --symbols 3 -o in.tape
    market=$(xmatch in.tape | xstat --digest)
    [ "$(xbacktest in.tape | xstat --digest)" = "$market" ]
    [ "$(looks in.tape | xstat --digest)" = "$market" ]
    [ "$(looks -l 1s -t window < in.tape | xstat --digest)" = "$market" ]
    [ "$(xbacktest --keep in.tape | xstat --digest)" = \
        "$(xmatch --keep in.tape | xstat --digest)" ]
}

@test "--quotes writes the best prices after each event" {
    xgen -n 3000 --symbols 3 -o in.tape
    xbacktest --quotes in.tape | xexport -f csv -t quote -c \
        time,instrument,bid_price,bid_quantity,ask_price,ask_quantity > ours
    # of xbook's quotes, the last one of each event
    xmatch --quotes in.tape | xexport -f csv -t quote -c \
        time,instrument,bid_price,bid_quantity,ask_price,ask_quantity |
        awk -F , '{ key = $1 "," $2 } key != before && NR > 1 { print line }
                  { line = $0; before = key } END { print line }' |
        awk -F , '$0 != "" && last[$2] != $3 "," $4 "," $5 "," $6 {
            print; last[$2] = $3 "," $4 "," $5 "," $6 }' > theirs
    [ "$(wc -l < ours)" -gt 800 ]
    diff theirs ours
}

@test "an order acts after its latency, and what it did is told" {
    # ACME: 10 for sale at 100, then 5 more; and a bid
    cat > in.csv <<'END'
time,instrument,order_id,side,price,quantity
2026-01-08T10:00:00Z,ACME,1,sell,100,10
2026-01-08T10:00:01Z,ACME,2,buy,99,10
2026-01-08T10:00:02Z,ACME,3,sell,100,5
2026-01-08T10:00:03Z,ACME,4,buy,100,12
END
    ximport -f csv -t order in.csv -o in.tape
    options=(--maker-fee 0.001 --taker-fee 0.002)
    says "order|7|ACME|buy|4|100" "timer|2026-01-08T10:00:02.5Z" > out.tape
    cat > expected <<'END'
xtape|1|900001|USD|1
go|-
go|2026-01-08T10:00:00Z
go|2026-01-08T10:00:01Z
accepted|2026-01-08T10:00:01Z|ACME|7|buy|100|4
fill|2026-01-08T10:00:01Z|ACME|7|buy|100|4|0|0.8|taker
position|2026-01-08T10:00:01Z|ACME|4|100|0|-2.8
go|2026-01-08T10:00:01Z
go|2026-01-08T10:00:02Z
timer|2026-01-08T10:00:02.5Z
go|2026-01-08T10:00:02.5Z
go|2026-01-08T10:00:03Z
end|2026-01-08T10:00:03Z
END
    tr '\t' '|' < told | diff expected -
    # one second later it is too late for anything but the new five
    options=(-l 2s)
    says "order|7|ACME|buy|20|100" "cancel|7|1" > out.tape
    tr '\t' '|' < told | grep -E '^(accept|fill|modif|posit)' > got
    cat > expected <<'END'
accepted|2026-01-08T10:00:03Z|ACME|7|buy|100|20
fill|2026-01-08T10:00:03Z|ACME|7|buy|100|10|10|0|taker
position|2026-01-08T10:00:03Z|ACME|10|100|0|-5
fill|2026-01-08T10:00:03Z|ACME|7|buy|100|5|5|0|taker
position|2026-01-08T10:00:03Z|ACME|15|100|0|-7.5
modified|2026-01-08T10:00:03Z|ACME|7|buy|100|4|reduced
END
    sed 's/-5$/0/; s/-7.5$/0/' expected > rounded
    sed -E 's/(posit.*)\|[^|]*$/\1|0/' got | diff rounded -
    # and what was there first got less
    xexport -f csv -t trade out.tape -c price,quantity,buy_order_id > trades
    [ "$(tail -n +2 trades | paste -sd ' ')" = \
        "100,10,9000000000000000001 100,5,9000000000000000001" ]
}

@test "a turn at each event and turns in windows give the same" {
    xgen -n 4000 --symbols 2 --seed 5 -o in.tape
    for seed in 1 2 3; do
        for latency in 1ms 70ms 2s; do
            event=$(maker $seed -l $latency in.tape | xstat --digest)
            [ "$(maker $seed -l $latency -t window in.tape |
                xstat --digest)" = "$event" ]
            [ "$(maker $seed --feed-latency $latency < in.tape |
                xstat --digest)" = "$event" ]
        done
    done
    [ "$(maker 1 in.tape | xstat --digest)" = \
        "$(maker 1 -t window in.tape | xstat --digest)" ]
}

@test "lines of JSON give the same as lines of text" {
    xgen -n 1500 --symbols 2 --seed 5 -o in.tape
    for options in "-l 3ms --time ns" "-t window --time us"; do
        # shellcheck disable=SC2086 # options and their values
        text=$(maker 1 $options in.tape | xstat --digest)
        # shellcheck disable=SC2086
        [ "$(xbacktest -q $options --wire json in.tape -- python3 \
            "$BATS_TEST_DIRNAME/maker.py" 1 json | xstat --digest)" = "$text" ]
    done
    # what the strategy saw are the same values, in the same order
    for wire in text json; do
        xbacktest -q --wire $wire --taker-fee 0.001 in.tape -- sh -c \
            "tee $wire | python3 $BATS_TEST_DIRNAME/maker.py 1 \
                $([ $wire = text ] || echo json)" > out.tape
    done
    jq -r 'map(tostring) | join("|")' json > values
    sed -E ':null; s/\t-(\t|$)/\1/; t null; s/\t/|/g' text |
        diff - values
}

@test "of JSON, what is known is taken, what is not is counted" {
    xgen -n 300 --symbols 1 -o in.tape
    cat > lines.json <<'END'
{"type":"order","client_order_id":1,"instrument":"XTAPE:SYM001","side":"buy","quantity":"2","price":"1","flags":["post_only","hidden"],"time_in_force":"gtc","self_trade":null}
 { "side" : "sell", "type" : "order", "client_order_id" : "2", "instrument" : "XTAPE:SYM\u0030\u00301", "quantity" : 3, "price" : 900.5 }
{"type":"order","client_order_id":3,"instrument":"XTAPE:SYM001","side":"buy","quantity":1,"price":1,"time_in_force":"IOC"}
{"type":"order","client_order_id":4,"instrument":"XTAPE:SYM001","side":"buy","quantity":1e3,"price":1}
{"type":"order","client_order_id":5,"instrument":"XTAPE:SYM001","side":"buy","quantity":1,"price":"market","tiff":"ioc"}
{"type":"modify","client_order_id":1,"quantity":"1"}
{"type":"cancel","client_order_id":1,"prise":1}
{"type":"cancel","client_order_id":"all","instrument":"XTAPE:SYM001"}
{"type":"note","text":"\u00e4 \ud83d\ude00"}
{"type":"note","text":"a\u0000b"}
{"type":"hello"}
{"type":"order"
[1]
order	6	XTAPE:SYM001	buy	1	1
END
    xbacktest --wire json in.tape -- mawk -W interactive '
        /"type":"quote"/ && /bid_price.*ask_price/ && !said++ {
            while ((getline line < "lines.json") > 0) print line }
        /"(accepted|rejected|modified|cancelled)"/ {
            print > "told.json"; fflush("told.json") }
        /"type":"go"/ { print "{\"type\":\"go\"}" }' 2> err > out.tape
    jq -r '[.type, .client_order_id, .remaining_quantity // .reason] |
        join(" ")' told.json > got
    printf '%s\n' "accepted 1 2" "accepted 2 3" "rejected 3 invalid_type" \
        "rejected 4 invalid_quantity" "accepted 5 1" "modified 1 1" \
        "cancelled 1 1" "cancelled 2 3" | diff - got
    xexport -f csv -t accepted -c client_order_id,time_in_force,flags out.tape |
        contains -xF '1,gtc,post_only|hidden'
    xexport -f json -t audit out.tape | contains 'ä 😀'
    one_line err
    contains '2 requests refused .*, 7 lines or fields not understood.*"tiff' \
        < err
}

@test "fills are trades of the account that a ledger takes" {
    xgen -n 4000 --symbols 2 --seed 5 -o in.tape
    maker 2 --account 777 --taker-fee 0.0003 in.tape > out.tape
    # the strategy's last position of each instrument is the ledger's
    xbacktest -q --account 777 --taker-fee 0.0003 in.tape -- sh -c \
        "tee told | python3 $BATS_TEST_DIRNAME/maker.py 2" > /dev/null
    grep ^position told | awk -F '\t' '{ last[$3] = $4 "," $5 "," $6 }
        END { for (s in last) print s "," last[s] }' | sort > told_last
    xledger -q --taker-fee 0.0003 --print positions --csv out.tape |
        awk -F , 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
            $at["account_id"] == 777 { print $at["instrument"] "," \
                $at["quantity"] "," $at["average_cost"] "," \
                $at["realized_pnl"] }' | sort > booked
    [ "$(wc -l < told_last)" -eq 2 ]
    diff told_last booked
    # and the engine would have done the same with those orders in its input
    xbacktest -q --keep --account 777 --taker-fee 0.0003 in.tape -- python3 \
        "$BATS_TEST_DIRNAME/maker.py" 2 |
        xgrep -q -t instrument,name,session,order,modify,cancel |
        xmatch -q > again.tape
    for tape in out again; do
        xexport -f csv -t trade $tape.tape | cut -d , -f 2- > $tape.csv
    done
    diff out.csv again.csv
}

@test "what makes no sense is rejected, or passed over and counted" {
    xgen -n 300 --symbols 1 -o in.tape
    options=()
    says "order|1|NONE|buy|1|1" "order|x|XTAPE:SYM001|buy|1|1" \
        "order|2|XTAPE:SYM001|bye|1|1" "order|3|XTAPE:SYM001|buy|1" \
        "order|4" "cancel|4" "cancel|99" "modify|99|1|1" "hello|world" "" \
        "subscribe|trade" 2> err > out.tape
    grep ^rejected told | cut -f 3-6 | tr '\t' '|' > got
    cat > expected <<'END'
-|1|order|unknown_instrument
XTAPE:SYM001|0|order|invalid_id
XTAPE:SYM001|2|order|invalid_side
XTAPE:SYM001|3|order|invalid_type
-|4|order|unknown_instrument
-|4|cancel|unknown_order
-|99|cancel|unknown_order
-|99|modify|unknown_order
END
    diff expected got
    [ "$(xstat out.tape | awk '$1 == "rejected" { print $2 }')" -eq 8 ]
    one_line err
    [ "$(cat err)" = "xbacktest: strategy mawk: 8 requests refused (the \
first: unknown_instrument), 3 lines or fields not understood, and passed over \
(the first: \"hello world\")" ]
}

@test "a value that an order cannot have is rejected, an unknown name counted" {
    xgen -n 300 --symbols 1 -o in.tape
    options=()
    order="XTAPE:SYM001|buy|1|1"
    says "order|1|$order|tif=IOC" "order|2|$order|flags=postonly" \
        "order|3|$order|display=x" "order|4|$order|min=" \
        "order|5|$order|self=xxx" "order|6|$order|type=lmit" \
        "order|7|$order|stop=1.x" "order|8|$order|tif=gtd|expire=noon" \
        "order|9|XTAPE:SYM001|buy|1O|1" "order|10|XTAPE:SYM001|buy|1|l00" \
        "order|11|$order|tiff=ioc|display=-" \
        "modify|11|2x|1" "cancel|11|1O" "cancel|11" 2> err > out.tape
    grep -E '^(acc|rej|canc)' told | cut -f 1,4- | tr '\t' ' ' > got
    cat > expected <<'END'
rejected 1 order invalid_type
rejected 2 order invalid_type
rejected 3 order invalid_quantity
rejected 4 order invalid_quantity
rejected 5 order invalid_type
rejected 6 order invalid_type
rejected 7 order invalid_stop
rejected 8 order expire_time
rejected 9 order invalid_quantity
rejected 10 order invalid_price
accepted 11 buy 1 1
rejected 11 modify invalid_quantity
rejected 11 cancel invalid_quantity
cancelled 11 1 requested
END
    diff expected got
    one_line err
    grep -q "1 line or field not understood.*the first: \"tiff=ioc\")" err
}

@test "what was not understood is shown in part, and cannot harm a terminal" {
    xgen -n 300 --symbols 1 -o in.tape
    options=()
    letters=$(printf 'x%.0s' {1..35})
    says $'\e[2J'"${letters}äxxx" 2> err > out.tape
    one_line err
    grep -qF "(the first: \"?[2J$letters\")" err
}

@test "of a field that is given twice the last value counts, of flags all" {
    xgen -n 300 --symbols 1 -o in.tape
    order="XTAPE:SYM001|buy|1"
    says "order|1|$order|1|tif=day|tif=gtc" \
        "order|2|$order|market|type=market_to_limit" \
        "order|3|$order|1|flags=post_only|flags=hidden" > out.tape
    xexport -f csv -c client_order_id,order_type,time_in_force,flags \
        -t accepted out.tape | grep -E '^[123],' > got
    printf '%s\n' 1,limit,gtc, 2,market_to_limit,day, \
        '3,limit,day,post_only|hidden' | diff - got
}

@test "what follows the 24th field of a line is counted, and ignored" {
    xgen -n 300 --symbols 1 -o in.tape
    options=()
    fields=$(printf '|tif=gtc%.0s' {1..18})
    says "order|1|XTAPE:SYM001|buy|1|1$fields|flags=hidden" 2> err > out.tape
    one_line err
    grep -q "1 .* not understood.*the first: \"flags=hidden\")" err
    xexport -f csv -c time_in_force,flags -t accepted out.tape |
        contains -x gtc,
}

@test "subscribe to something that there is not is counted, and ignored" {
    xgen -n 300 --symbols 1 -o in.tape
    xbacktest in.tape -- mawk -W interactive '
        NR == 2 { print "subscribe\ttrades" } { print > "told" }
        $1 == "go" { print "go" }' 2> err > out.tape
    [ "$(grep -c ^trade told)" -gt 10 ]
    one_line err
    grep -q "1 line or field not understood" err
}

@test "a timer comes at its time, in each form of times" {
    xgen -n 300 --symbols 1 -o in.tape
    for form in rfc3339 ns us; do
        xbacktest -q --time $form in.tape -- mawk -W interactive -F '\t' '
            $1 == "quote" && !said++ { print "timer\t" $2 }
            $1 == "timer" { print $2 > "timer" }
            $1 == "go" { print }' > /dev/null
        [ "$(wc -l < timer)" -eq 1 ]
        rm timer
    done
}

@test "orders whose ids are texts are those of the market" {
    printf '%s\n' time,instrument,order_id,side,price,quantity \
        2026-01-08T10:00:00Z,A,first,buy,1,1 2026-01-08T10:00:01Z,A,2nd,sell,1,1 |
        ximport -f csv -t order -o in.tape
    xbacktest in.tape | xexport -f csv -t trade -c buy_order_id > out
    [ "$(tail -n 1 out)" = first ]
}

@test "an input with orders of a backtest is refused" {
    printf '%s\n' time,instrument,order_id,side,price,quantity \
        2026-01-08T10:00:00Z,A,9000000000000000001,buy,1,1 |
        ximport -f csv -t order -o in.tape
    run -1 xbacktest in.tape
    [[ $output == *"event 2 "*"are for the strategy's own orders"* ]]
}

# fails STATUS WORDS COMMAND ...: a strategy that misbehaves: that status, one
# line with the words, END says failed, and what came before it is whole; also:
# further options.
also=()
fails() {
    local status=0
    xbacktest --patience 600ms "${also[@]}" in.tape -- "${@:3}" > out.tape \
        2> err || status=$?
    [ $status -eq "$1" ] || { echo "${*:3}: $status"; cat err; return 1; }
    one_line err
    [[ $(cat err) == *"$2"* ]] || { cat err; return 1; }
    status=0
    xstat out.tape > stat 2> /dev/null || status=$?
    [ $status -eq "$1" ]
    grep -q '^status  *failed' stat
    xmatch -q in.tape | xexport -f csv -t accepted > all.csv
    xexport -q -f csv -t accepted out.tape > some.csv 2> /dev/null || true
    begins some.csv all.csv
}

@test "a strategy that misbehaves ends the run, with one line" {
    xgen -n 3000 --symbols 1 -o in.tape
    fails 1 "ended early, with status 0; go " true
    fails 1 "ended early, with status 4" sh -c 'read x; exit 4'
    fails 3 "was killed early: Terminated" sh -c 'read x; kill $$'
    fails 3 "does it flush what it prints?" sleep 9
    fails 3 'has no answer; 1 line or field it wrote not understood, the first "goo"' \
        sh -c 'read x y; read x y; echo goo; exec sleep 9'
    fails 3 "wrote nothing for 600ms; go 2026" \
        sh -c 'read x; echo go; exec sleep 9'
    fails 1 "closed its standard output; go " \
        sh -c 'exec 1>&-; while read x; do :; done'
    fails 1 "ended in the middle of a line" printf gogogo
    fails 1 "a line of more than 65535 bytes" \
        sh -c 'head -c 10000000 /dev/zero | tr "\0" x; cat > /dev/null'
    fails 1 "answered before it was asked" sh -c 'printf "go\ngo\n"; cat'
    fails 1 "a line of more than" sh -c 'cat /dev/zero'
    fails 1 "its turn 4, has no answer" \
        mawk -W interactive "/^go/ && ++n == 4 { exit 1 } /^go/"
    fails 1 "ended at the end, with status 5" \
        mawk -W interactive '/^go/ { print "go" } END { exit 5 }'
    fails 3 "does not end though its input did" \
        sh -c 'while read x y; do [ $x = go ] && echo go; done; sleep 9'
}

# market: the events of a tape that are not of the strategy, of a time before
# $1 if it is given.
market() {
    { xexport -q -f json - 2> /dev/null || true; } |
        awk -v before="${1%Z}" '!/"account_id":900001[,}]/ &&
            match($0, /"time":"[^"Z]*/) &&
            (before == "" || substr($0, RSTART + 8, RLENGTH - 8) < before)'
}

# Each kind of misbehave.py: the status, and words of the one line.  After
# those of status 0 the run goes on to its end.
MISBEHAVIOURS='killed|3|was killed early: Killed; go
ends|1|ended early, with status 0; go
status|1|ended early, with status 7; go
hangs|3|wrote nothing for 1s; go
hangs in a line|3|wrote nothing for 1s; go
half a line|1|ended in the middle of a line; go
closed|1|closed its standard output; go
orphan|3|wrote nothing for 1s; go
long line|1|wrote a line of more than 65535 bytes; go
no newline|1|wrote a line of more than 65535 bytes; go
flood|1|an answer of more than 100000 lines
early|1|answered before it was asked
deaf|1|answered before it was asked
garbage|0|lines or fields not understood, and passed over
unknown|0|4 requests refused
past|0|1 request refused (the first: expire_time), 1 line or field not'

# misbehaves KIND STATUS WORDS TURN WIRE [OPTION ...]: the status, the line, no
# event of the market lost that came before the turn, none that is new.
misbehaves() {
    local status=0 go what="$1, turn $4, --wire ${*:5}" patience=20s
    [[ $3 != *"for 1s"* ]] || patience=1s
    timeout 60 xbacktest --patience $patience --wire "${@:5}" in.tape -- \
        python3 "$BATS_TEST_DIRNAME/misbehave.py" "$1" "$4" \
        "${5#text}" > out.tape 2> err || status=$?
    echo "$what: status $status: $(cat err)"
    [ $status -eq "$2" ]
    one_line err
    [[ $(cat err) == *"$3"* ]]
    market < out.tape > some
    begins some all
    go=$(sed -n 's/.*; go \([^,]*\), its turn.*/\1/p' err)
    [ "$2" -ne 0 ] || cmp some all
    [ "${go:--}" = - ] || diff <(market "$go" < out.tape) <(market "$go" < full)
}

@test "each kind of misbehaviour has its status and line, and loses no event" {
    xgen -n 400 --symbols 1 --seed 3 -o in.tape
    xmatch -q in.tape > full
    market < full > all
    turn=0
    while IFS='|' read -r kind status words; do
        turn=$((turn + 7))
        wire=text
        [ $((turn % 2)) -eq 0 ] || wire=json
        misbehaves "$kind" "$status" "$words" $turn $wire < /dev/null
    done <<< "$MISBEHAVIOURS"
}

@test "a thousand misbehaving strategies, in any turn and any way of asking" {
    [ -n "${XTAPE_LONG-}" ] || skip "XTAPE_LONG is not set"
    xgen -n 400 --symbols 1 --seed 3 -o in.tape
    xmatch -q in.tape > full
    market < full > all
    for ((i = 0; i < 1000; i++)); do
        IFS='|' read -r kind status words < <(
            sed -n "$((i % 16 + 1))p" <<< "$MISBEHAVIOURS")
        options=(text json)
        options=("${options[i / 16 % 2]}")
        # turns that are asked together cannot be answered too early
        [ $((i / 32 % 2)) -eq 0 ] || [[ $kind == early ]] ||
            options+=(-t window -l 20ms)
        misbehaves "$kind" "$status" "$words" $((i * 7919 % 200 + 2)) \
            "${options[@]}" < /dev/null
    done
}

@test "--twice names the first line that a strategy would not write again" {
    xgen -n 2000 --symbols 1 --seed 5 -o in.tape
    [ "$(maker 2 --twice -l 3ms -t window in.tape | xstat --digest)" = \
        "$(maker 2 -l 3ms in.tape | xstat --digest)" ]
    # at the 200th quote it draws a quantity without the seed
    cat > random.py <<'END'
import random, sys
quotes = 0
for line in sys.stdin:
    fields = line.rstrip("\n").split("\t")
    if fields[0] == "quote":
        quotes += 1
        if quotes % 100 == 0:
            size = 1 + (quotes == 200 and random.randrange(10**15))
            print("note", "n", sep="\t")
            print("order", quotes, fields[2], "buy", size, 1, sep="\t")
    elif fields[0] == "go":
        print("go", flush=True)
END
    for turn in event window; do
        run -1 xbacktest --twice -l 3ms -t $turn in.tape -o out.tape -- \
            python3 random.py
        [ "${#lines[@]}" -eq 1 ]
        words='is not deterministic: line 2 of its answer to go [^ ]+Z is'
        order='"order 200 XTAPE:SYM001 buy [0-9 ]+"'
        contains -E "python3: $words $order, and run again $order$" \
            <<< "$output"
    done
    # one that ends, or is silent, only when it is run again
    mkdir once
    also=(--twice)
    fails 1 "ended early, with status 4; go " sh -c \
        'rmdir once 2> /dev/null || exit 4; exec grep --line-buffered ^go'
    mkdir once
    fails 3 "wrote nothing for 600ms; go " sh -c \
        'rmdir once 2> /dev/null || exec sleep 9; exec grep --line-buffered ^go'
}

@test "a strategy that writes much before it reads does not block" {
    xgen -n 2000 --symbols 1 -o in.tape
    xbacktest -q in.tape -- python3 -uc '
import sys
print("\n".join(["x" * 1000] * 3000))
for line in sys.stdin:
    if line.startswith("go"):
        print("go")' | xstat --digest > digest
    [ "$(xmatch in.tape | xstat --digest)" = "$(cat digest)" ]
}

@test "no such strategy is a wrong command, and so is none" {
    refuses xbacktest -- /no/such/program
    grep -q '/no/such/program: cannot run it' err
    refuses xbacktest --
    grep -q 'no strategy after "--"' err
}

@test "options of a strategy's orders are refused without a strategy" {
    xgen -n 300 --symbols 1 -o in.tape
    for option in "-l 1ms" "--max-order 5" "--seed 1" "-t window" \
        "--taker-fee 0" "-m facts --impact none" --bounds "--slippage 1"; do
        # shellcheck disable=SC2086 # a name and a value
        refuses xbacktest $option in.tape
        grep -q -- '--[a-z-]* needs a strategy' err
    done
    refuses xbacktest -m flow --impact none in.tape -- cat
    grep -q -- '--impact needs --market facts or levels, not flow' err
}

@test "answers that lead to answers without end are an error" {
    xgen -n 300 --symbols 1 -o in.tape
    fails 1 "100000 turns at one time: the strategy keeps reacting" \
        mawk -W interactive -F '\t' '$1 == "go" {
            print "timer\t2000-01-01T00:00:00Z"; print "go" }'
}

@test "a paced market is traded as it comes, with the same result" {
    xgen -n 200 --rate 1000 --symbols 1 -o in.tape
    [ "$(xreplay --speed 2 in.tape | maker 3 -l 3ms -t window |
        xstat --digest)" = "$(maker 3 -l 3ms in.tape | xstat --digest)" ]
}

@test "SIGTERM ends both, and END says stopped" {
    mkfifo pipe
    xgen -n 3000 --symbols 1 -o in.tape
    (cat in.tape; exec sleep 5) > pipe &
    xbacktest -- sh -c 'echo $$ > pid
        while read x y; do [ $x = go ] && echo go; done' < pipe > out.tape &
    until [ -s pid ]; do sleep 0.05; done
    kill $!
    wait $! || [ $? -eq 143 ]
    xstat out.tape | grep -q '^status  *\(stopped\|complete\)'
    run ! kill -0 "$(cat pid)"
}

@test "a name given to two strategies is refused before one of them runs" {
    xgen -n 300 --symbols 1 -o in.tape
    refuses xbacktest in.tape -s a="touch ran; cat" -s b=cat -s a=cat
    grep -q 'there are two of the name "a"' err
    [ ! -e ran ]
}

@test "an account that orders of the market have as well is reported once" {
    xgen -n 300 --symbols 1 -o in.tape
    account=$(xexport -f csv -t order -c account_id in.tape | sed -n 2p)
    [ "$account" -gt 1 ]
    looks -a "$account" in.tape > out.tape 2> err
    one_line err
    grep -q "order 1 of the input is of account $account, as which strategy \
mawk trades" err
    xbacktest -a $((account - 1)) in.tape -o out.tape \
        -s one="grep --line-buffered ^go" \
        -s two="grep --line-buffered ^go" 2> err
    one_line err
    grep -q "of account $account, as which strategy two trades" err
    looks -a 777777 in.tape > out.tape 2> err
    [ ! -s err ]
}

@test "several strategies trade in one market, each with its account" {
    xgen -n 3000 --symbols 2 --seed 5 -o in.tape
    run_both() {
        xbacktest -q "$@" in.tape \
            -s one="python3 $BATS_TEST_DIRNAME/maker.py 1" \
            -s two="python3 $BATS_TEST_DIRNAME/maker.py 2"
    }
    run_both -l 3ms -o out.tape
    [ "$(run_both -l 3ms -t window | xstat --digest)" = \
        "$(xstat --digest out.tape)" ]
    xledger -q out.tape | xreport -f csv | awk -F , '$2 == "strategy" {
        print $1, $3 }' > names
    printf '900001 one\n900002 two\n' | diff - names
    # alone, the first does something else: there is nobody to trade with
    [ "$(maker 1 -l 3ms in.tape | xstat --digest)" != \
        "$(xstat --digest out.tape)" ]
    refuses xbacktest -s one=cat -- cat
    refuses xbacktest -s one
}

@test "limits refuse what goes beyond them, and a loss stops a strategy" {
    # ACME: 20 for sale at 100, bid 99; then the bid falls to 90
    cat > in.csv <<'END'
time,instrument,order_id,side,price,quantity
2026-01-08T10:00:00Z,ACME,1,sell,100,20
2026-01-08T10:00:01Z,ACME,2,buy,99,10
2026-01-08T10:00:02Z,ACME,3,sell,95,30
2026-01-08T10:00:03Z,ACME,4,buy,90,10
END
    ximport -f csv -t order in.csv -o in.tape
    options=(-q)
    for limit in max-order=4 max-position=5 max-open=1 max-rate=1 max-loss=1; do
        options=(-q "--$limit")
        says "order|1|ACME|buy|4|98" "order|2|ACME|buy|5|98" "modify|1|6|98" \
            > out.tape
        grep -E '^(acc|rej|mod)' told | cut -f 1,4- | tr '\t' ' ' > $limit
        rm told
    done
    printf '%s\n' "accepted 1 buy 98 4" "rejected 2 order limit_reached" \
        "rejected 1 modify limit_reached" | diff - max-order=4
    diff max-order=4 max-position=5
    printf '%s\n' "accepted 1 buy 98 4" "rejected 2 order limit_reached" \
        "modified 1 buy 98 6 requested" | diff - max-open=1
    diff max-order=4 max-rate=1
    [ "$(grep -c rejected max-loss=1)" -eq 0 ]
    # bought at 100 when the middle is 99.5: a loss of 0.5 each
    options=(--max-loss 1)
    says "order|1|ACME|buy|4|100" "order|2|ACME|buy|1|98" \
        "order|3|ACME|buy|1|97" > out.tape 2> err
    grep -E '^(acc|fill|rej|canc)' told | cut -f 1,4- | tr '\t' ' ' > got
    printf '%s\n' "accepted 1 buy 100 4" "fill 1 buy 100 4 0 0 taker" \
        "rejected 2 order limit_reached" "rejected 3 order limit_reached" |
        diff - got
    grep -q 'lost more than --max-loss and was stopped' err
}

@test "an answer without an end is ended, whether it comes fast or slowly" {
    xgen -n 300 -o in.tape
    run -1 --separate-stderr xbacktest in.tape -- sh -c 'yes'
    [[ $stderr == *"an answer of more than 100000 lines"* ]]
    run -3 --separate-stderr xbacktest --patience 300ms in.tape -- \
        sh -c 'while sleep 0.1; do echo note; done'
    [[ $stderr == *"has no answer"* ]]
}

@test "a limit of nothing is refused, not taken for none" {
    xgen -n 300 -o in.tape
    for limit in max-order=0 max-order=-1 max-position=0 max-loss=-1; do
        refuses xbacktest "--$limit" in.tape -- cat
        grep -q 'is not above 0' err
    done
}

@test "instruments are told apart, and none can write a line of its own" {
    printf '%s\n' 'time,exchange,instrument,price,quantity' \
        2026-01-08T14:00:00Z,a,b,100,1 2026-01-08T14:00:01Z,,:a:b,1,1 > in.csv
    ximport -f csv -t print in.csv -o in.tape
    xbacktest in.tape -- sh -c 'tee lines | grep --line-buffered ^go' > out
    [ "$(awk -F '\t' '/^instr/ { print $3 }' lines | xargs)" = "a:b :a:b" ]
    printf '%s\n' '{"type":"print","instrument":"X\tgo","price":"1",
        "quantity":"1","time":"2026-01-08T14:00:00Z"}' | tr -d '\n' > in.json
    ximport -f json in.json -o in.tape
    run -1 --separate-stderr xbacktest in.tape -- cat
    [[ $stderr == *"a control character in its name"* ]]
}

@test "a note is cut between characters, and one that no tape may hold is reported" {
    xgen -n 300 -o in.tape
    options=()
    long=$(printf 'a%.0s' {1..1999})
    says "note|${long}é" $'note|\xff\xfe' 2> err > out.tape
    [ "$(xexport -f json -t audit out.tape | jq -r .document | wc -c)" -lt 2100 ]
    xexport -f json -t audit out.tape | contains "a\""
    contains 'not understood' < err
    refuses xbacktest -s $'a\xff=cat' in.tape
    refuses xbacktest -a 18446744073709551615 -s a=cat -s b=cat in.tape
}
