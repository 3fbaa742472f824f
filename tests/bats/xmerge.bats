# xmerge: one tape of several, in order of time.
load common

# tape NAME LINE ...: prints at the given "second symbol price" lines.
tape() {
    local name=$1 line
    shift
    for line in "$@"; do
        # shellcheck disable=SC2086
        set -- $line
        printf '{"type":"%s","time":"2026-01-08T00:00:%s.%sZ"' \
            "$([ "$2" = clock ] && echo clock || echo print)" \
            "${1%.*}" "${1#*.}"
        [ "$2" = clock ] || printf ',"instrument":"%s","price":"%s"' "$2" "$3"
        printf '}\n'
    done | ximport -f json --stream "$name" > "$name.tape"
}

# prices FILE: those of the prints, in order, on one line.
prices() {
    xexport -f csv -t print "$@" |
        awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
                 { printf "%s%s", (NR > 2 ? " " : ""), $c["price"] }'
}

@test "events come by time, and at the same time by the order of the operands" {
    tape a "01.0 N:A 1" "03.0 N:A 3" "05.0 N:A 5"
    tape b "02.0 N:A 2" "03.0 N:A 30" "04.0 N:A 4"
    [ "$(xmerge a.tape b.tape | prices)" = "1 2 3 30 4 5" ]
    [ "$(xmerge b.tape a.tape | prices)" = "1 2 30 3 4 5" ]
    [ "$(cat a.tape | xmerge b.tape - | prices)" = "1 2 30 3 4 5" ]
}

@test "an input keeps its own order where its time steps back" {
    tape a "01.0 N:A 1" "06.0 N:A 6" "02.0 N:A 2" "07.0 N:A 7"
    tape b "03.0 N:A 30" "06.0 N:A 60" "08.0 N:A 80"
    [ "$(xmerge a.tape b.tape | prices)" = "1 30 6 2 60 7 80" ]
    [ "$(xmerge b.tape a.tape | prices)" = "1 30 60 6 2 7 80" ]
}

@test "the same instrument gets one id, others keep apart" {
    tape a "01.0 N:A 1" "03.0 N:B 3"
    tape b "02.0 N:B 2" "04.0 M:A 4"
    xmerge a.tape b.tape | xexport -f json > merged.json
    [ "$(grep -c '"type":"instrument"' merged.json)" -eq 3 ]
    grep '"type":"print"' merged.json |
        sed -E 's/.*"instrument":"([^"]*)".*/\1/' | paste -sd' ' |
        contains -x 'N:A N:B N:B M:A'
    grep '"type":"instrument"' merged.json | grep -o '"id":[0-9]*' |
        paste -sd' ' | contains -x '"id":1 "id":2 "id":3'
}

@test "instruments in fields are renamed with the events" {
    printf '%s\n' \
        '{"type":"print","time":"2026-01-08","instrument":"N:X","price":"1"}' \
        > x.json
    printf '%s\n' \
        '{"type":"corporate_action","time":"2026-01-08","instrument":"N:OLD","new_instrument":"N:NEW","action_type":"merger"}' \
        > action.json
    ximport -f json x.json > x.tape
    ximport -f json action.json > action.tape
    xmerge x.tape action.tape | xexport -f json | grep corporate_action > out
    grep -q '"instrument":"N:OLD"' out
    grep -q '"new_instrument":"N:NEW"' out
}

@test "a definition with other attributes is kept, and holds from there on" {
    xgen -n 5 --symbols 1 --stream a > a.tape
    xgen -n 5 --symbols 1 --tick-size 0.05 --stream b > b.tape
    xgen -n 5 --symbols 1 --stream c --seed 9 > c.tape
    [ "$(xmerge a.tape b.tape | xexport -f json |
        grep -c '"type":"instrument"')" -eq 2 ]
    [ "$(xmerge a.tape c.tape | xexport -f json |
        grep -c '"type":"instrument"')" -eq 1 ]
}

@test "names are merged; one id with two names is refused with its place" {
    for who in U1 U2; do
        printf 'time,instrument,order_id,account_id,side,price,quantity\n%s\n' \
            "2026-01-08T14:30:00Z,N:A,1,$who,buy,1,1" |
            ximport -f csv -t order --stream $who > $who.tape
    done
    [ "$(xmerge U1.tape U2.tape U1.tape | xexport -f json |
        grep -c '"type":"name"')" -eq 2 ]
    printf '{"type":"name","kind":"account","id":5,"text":"%s"}\n' X |
        ximport -f json > x.tape
    printf '{"type":"name","kind":"account","id":5,"text":"%s"}\n' Y |
        ximport -f json > y.tape
    run -1 --separate-stderr bash -c 'xmerge x.tape y.tape > out'
    [[ $stderr == *"xmerge: y.tape: event 1 (byte "*'is named "X"'* ]]
}

@test "one tape merged is that tape" {
    xgen -n 5000 > day.tape
    [ "$(xmerge day.tape | xstat -d)" = "$(xstat -d day.tape)" ]
    [ "$(cat day.tape | xmerge | xstat -d)" = "$(xstat -d day.tape)" ]
}

@test "many tapes merged are those events sorted by time" {
    for i in 1 2 3 4 5 6 7; do
        xgen -t print -n $((i * 700)) --seed $i --rate $((i * 10)) \
            --symbols $i --stream s$i > $i.tape
        xexport -f json $i.tape | grep '"type":"print"'
    done > all.json
    xmerge [1-7].tape > merged.tape
    xexport -f json merged.tape | grep '"type":"print"' > merged.json
    sort all.json | diff - <(sort merged.json)
    xstat merged.tape | contains 'never steps back'
}

@test "the stream is called after the inputs' streams, each once" {
    tape a "01.0 N:A 1"
    tape b "02.0 N:A 2"
    xmerge a.tape b.tape a.tape | xstat | contains -x 'stream       a+b'
    xmerge a.tape | xstat | contains -x 'stream       a/xmerge'
    xmerge --stream c a.tape b.tape | xstat | contains -x 'stream       c'
    long=$(printf 'x%.0s' $(seq 100))
    for i in 1 2 3 4; do
        tape "$long$i" "01.0 N:A 1"
    done
    name=$(xmerge "$long"?.tape | xstat | sed -n 's/^stream *//p')
    [ "$name" = "${long}1+${long}2+2 more" ]
}

@test "the provenance has every program of every input, once" {
    sample 10 > day.tape
    xgrep -t order day.tape > a.tape
    xgrep -t cancel day.tape > b.tape
    xmerge a.tape b.tape | xstat | sed -n '/^programs/,/^status/p' > programs
    [ "$(grep -c 'xgen 0' programs)" -eq 1 ]
    [ "$(grep -c 'xgrep 0' programs)" -eq 2 ]
    [ "$(grep -c 'xmerge 0' programs)" -eq 1 ]
}

@test "more inputs than a provenance has room for are merged all the same" {
    for i in $(seq 70); do
        tape "s$i" "01.$i N:A $i"
        xgrep --from 2026-01-0$((1 + i % 7))T00:00:00.$i "s$i.tape" \
            > "g$i.tape"
    done
    xmerge g*.tape > all.tape
    xstat all.tape > stat
    grep -qE '^ +\.\.\.  and [0-9]+ more$' stat
    grep -qE '^stream .*\+[0-9]+ more$' stat
    [ "$(prices all.tape | wc -w)" -eq 70 ]
}

@test "several tapes in one operand are one input" {
    tape a "01.0 N:A 1" "03.0 N:A 3"
    tape b "04.0 N:B 4" "05.0 N:A 5"
    tape c "02.0 N:C 2" "04.5 N:C 45"
    cat a.tape b.tape > ab.tape
    [ "$(xmerge ab.tape c.tape | prices)" = "1 2 3 4 45 5" ]
    [ "$(cat a.tape b.tape | xmerge c.tape - | xexport -f csv -t print |
        cut -d, -f2 | tail -n +2 | paste -sd' ')" = \
        "N:A N:C N:A N:B N:C N:A" ]
}

# waits COMMAND ...: until it succeeds, at most ten seconds.
waits() {
    for _ in $(seq 100); do
        "$@" && return
        sleep 0.1
    done
    return 1
}

@test "a live pipe holds the others only up to its next event or clock" {
    tape file "02.0 N:F 20" "04.0 N:F 40" "10.0 N:F 100"
    mkfifo live out
    xmerge live file.tape > out &
    pid=$!
    cat < out > got.tape &
    exec 9> live
    tape first "01.0 N:L 10" "03.0 clock"
    # without its END it is a pipe whose writer is still at work
    head -c -64 first.tape >&9
    whole() {
        { xstat got.tape 2> /dev/null || true; } | contains -E '^  clock +1'
    }
    waits whole
    xexport -f json got.tape > got.json 2> /dev/null || true
    # the print at 2 s came out, those at 4 s and later wait
    [ "$(grep -c '"price":"20"' got.json)" -eq 1 ]
    [ "$(grep -c '"price":"40"' got.json)" -eq 0 ]
    tail -c 64 first.tape >&9
    exec 9>&-
    wait $pid
    waits xstat got.tape
    [ "$(prices got.tape)" = "10 20 40 100" ]
}

@test "the result does not depend on when the inputs arrive" {
    xgen -n 3000 --seed 1 --stream a > a.tape
    xgen -n 3000 --seed 2 --stream b > b.tape
    xmerge a.tape b.tape > file.tape
    slowly() {
        for size in 5000 70000 100 90000 4096; do
            dd bs=$size count=1 iflag=fullblock 2> /dev/null
            sleep 0.02
        done
        cat
    }
    xmerge <(slowly < a.tape) <(slowly < b.tape) > slow.tape
    xmerge a.tape <(slowly < b.tape) > mixed.tape
    [ "$(xstat -d slow.tape)" = "$(xstat -d file.tape)" ]
    [ "$(xstat -d mixed.tape)" = "$(xstat -d file.tape)" ]
    cmp file.tape mixed.tape
}

@test "an input that fails ends the merge with its class" {
    xgen -n 5000 --stream a > a.tape
    xgen -n 5000 --stream b > b.tape
    head -c 200000 b.tape > cut.tape
    run -1 --separate-stderr xmerge a.tape cut.tape -o out.tape
    [ ! -e out.tape ]
    [[ $stderr == "xmerge: cut.tape: event "*" (byte "*"cut off"* ]]
    run -3 --separate-stderr bash -c 'cat cut.tape | xmerge a.tape - | xstat'
    [[ $stderr == *"xmerge: stdin: event "*"upstream died"* ]]
    [[ $output == *"status       failed"* ]]
    xgrep -t order,cancel cut.tape > failed.tape 2> /dev/null || true
    run -1 --separate-stderr xmerge a.tape failed.tape
    [[ $stderr == *"failed.tape: a program upstream failed"* ]]
}

@test "an input that was limited or stopped leaves the others whole" {
    xgen -n 500 --stream a > a.tape
    xgen -n 500 --stream b | xgrep -n 10 > few.tape
    xmerge a.tape few.tape > out.tape
    xstat out.tape > stat
    grep -qx 'status       limited' stat
    [ "$(xstat -j out.tape | grep -oE '"events":[0-9]+' | cut -d: -f2)" -gt \
        "$(xstat -j a.tape | grep -oE '"events":[0-9]+' | cut -d: -f2)" ]
    # stopped is more than limited
    mkfifo live
    xgrep -t order,account < live > stopped.tape &
    pid=$!
    exec 9> live
    head -c -64 a.tape >&9
    sleep 0.3
    kill -TERM $pid
    wait $pid || true
    exec 9>&-
    xmerge stopped.tape few.tape a.tape | xstat |
        contains -x 'status       stopped'
}

@test "SIGTERM while it waits: END says stopped, and it dies of the signal" {
    xgen -n 500 --stream a > a.tape
    mkfifo live
    xmerge live a.tape > out.tape &
    pid=$!
    exec 9> live
    head -c -64 a.tape >&9
    sleep 0.3
    kill -TERM $pid
    status=0
    wait $pid || status=$?
    exec 9>&-
    [ $status -eq 143 ]
    xstat out.tape > stat
    grep -qx 'status       stopped' stat
    grep -qE '^  (order|cash) ' stat
}

@test "memory does not grow with the length of the tapes" {
    # 2 MiB and 1.2 MiB an input, as the page says, for tapes of 21 MB each; the
    # limit is on the heap and the stack
    [ -z "${XTAPE_BIN-}" ] || skip "a build for tests"
    for i in 1 2 3 4 5; do
        xgen -n 200000 --seed $i --stream s$i > $i.tape
    done
    (ulimit -d 8200; xmerge [1-5].tape | xstat -d > digest)
    [ -s digest ]
}

@test "unknown types and golden tapes come through" {
    "$TOOLS/golden" > golden.tape
    sample 10 > day.tape
    xmerge golden.tape day.tape | xstat > stat
    grep -qE '^  120  *1$' stat
    grep -qE '^  32769  *1$' stat
    [ "$(xmerge golden.tape | xexport -f json | sort | uniq |
        grep -v '"type":"instrument"' | wc -l)" -gt 40 ]
}

# Two tapes: one defines an instrument in full, the other makes it up.
explicit_and_made_up() {
    printf 'time,id,exchange,symbol,currency,multiplier,tick_size\n%s\n' \
        2026-01-08T00:00:00Z,1,X,A,EUR,100,0.05 |
        ximport -f csv -t instrument --stream ins -o ins.tape
    printf 'time,instrument,exchange,price,quantity,buyer_id,seller_id\n%s\n' \
        2026-01-08T01:00:00Z,A,X,5,10,1,2 |
        ximport -f csv -t trade --stream trades -o trades.tape
    printf 'time,instrument,exchange,order_id,side,price,quantity\n%s\n' \
        2026-01-08T01:00:00Z,A,X,7,buy,5.01,10 |
        ximport -f csv -t order --stream orders -o orders.tape
}

@test "a definition made up at first use takes nothing away, however it comes" {
    set -o pipefail
    explicit_and_made_up
    for stored in ins trades; do
        xstore -q -d $stored.store $stored.tape > /dev/null
        xarchive -q -d archive put $stored.tape
    done
    for source in "xmerge ins.tape trades.tape" "cat ins.tape trades.tape" \
        "xreplay ins.tape trades.tape" "xrestore -d archive" \
        "xreplay -d ins.store -d trades.store"; do
        # multiplier 100, in EUR
        $source | xledger --print balances > balances
        [ "$(awk '$1 == 1 { print $2, $3 }' balances)" = "EUR -5000" ] ||
            { echo "$source"; cat balances; false; }
    done
    xledger -q -d l.db ins.tape -o /dev/null
    xledger -q -d l.db trades.tape -o /dev/null
    xledger -d l.db --print balances < /dev/null > balances
    [ "$(awk '$1 == 1 { print $2, $3 }' balances)" = "EUR -5000" ]
    for source in xmerge cat; do
        $source ins.tape orders.tape | xmatch | xexport -f csv -t rejected \
            -c order_id,reason > rejected
        [ "$(tail -n 1 rejected)" = 7,tick_size ]
    done
}

@test "one that says something changes what it says" {
    explicit_and_made_up
    printf 'time,id,exchange,symbol,currency,multiplier\n%s\n' \
        2026-01-08T00:30:00Z,1,X,A,USD,10 |
        ximport -f csv -t instrument --stream later -o later.tape
    xmerge ins.tape later.tape trades.tape | xledger --print balances > balances
    [ "$(awk '$1 == 1 { print $2, $3 }' balances)" = "USD -500" ]
}
