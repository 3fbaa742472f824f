# xsort: a tape in order of time.
load common

# prints LINE ...: CSV of prints at the given "second price [instrument]".
prints() {
    local line
    echo time,instrument,price,quantity
    for line in "$@"; do
        # shellcheck disable=SC2086
        set -- $line
        echo "2026-01-08T14:30:${1}Z,${3-A},$2,1"
    done
}

# imports LINE ...: the same as a tape, on stdout.
imports() {
    prints "$@" | ximport -f csv -t print
}

# prices [FILE]: those of the prints, in order, on one line.
prices() {
    xexport -f csv -t print -c price "$@" | awk 'NR > 1' | paste -sd' '
}

# stepping: a tape that goes back to its beginning, with orders and trades.
stepping() {
    trading "${1:-2000}" > day.tape
    {
        xexport -f json day.tape
        xgen -t trade --orders "${1:-2000}" --symbols 3 --seed 8 |
            xexport -f json | grep '"type":"trade"' | sed 's/"trade_id":/&9/'
    } | ximport -f json --stream stepping
}

# facts: JSON without definitions, each after its time at full length.
facts() {
    xexport -f json "$@" | grep -vE '"type":"(instrument|name)"' |
        sed -E 's/.*"time":"([^".Z]*)(\.([0-9]*))?Z".*/\1 \3000000000 &/
                s/^(\S+ .{9})[0-9]* /\1 /'
}

@test "events come by time, and at the same time as they were" {
    imports "03 3" "01 1" "03 30" "02 2" "01 10" > in.tape
    [ "$(xsort in.tape | prices)" = "1 10 2 3 30" ]
    xsort in.tape | xstat | contains 'never steps back'
}

@test "what comes out is what sort(1) makes of it" {
    stepping > in.tape
    facts in.tape | LC_ALL=C sort -s -k1,2 > expected
    xsort in.tape -o sorted.tape
    facts sorted.tape | diff - expected
    xstat sorted.tape | contains 'never steps back'
}

@test "a tape in order comes out as it went in, with a window and without" {
    trading > day.tape
    digest=$(xstat -d day.tape)
    [ "$(xsort day.tape | xstat -d)" = "$digest" ]
    [ "$(xsort --window 1ms day.tape | xstat -d)" = "$digest" ]
    xsort day.tape | xstat | contains -x 'stream       day/xsort'
}

@test "what does not fit in memory gives the same, and leaves no file" {
    stepping 20000 > in.tape
    mkdir temporary
    xsort in.tape -o whole.tape
    strace -f -e trace=openat -o trace xsort --memory 1 -T temporary in.tape \
        -o spilled.tape
    grep -q 'temporary.*O_TMPFILE' trace
    cmp whole.tape spilled.tape
    TMPDIR=temporary xsort --memory 1 in.tape | cmp - whole.tape
    [ -z "$(ls -A temporary)" ]
}

@test "a directory that is not there is a wrong command" {
    stepping 20000 > in.tape
    run -2 --separate-stderr bash -c \
        'xsort --memory 1 -T nowhere in.tape -o out.tape'
    [[ $stderr == *"xsort: nowhere: cannot make a temporary file in it"* ]]
    [ ! -e out.tape ]
}

@test "definitions stay before their first use, and take its time" {
    printf '%s\n' \
        '{"type":"instrument","time":"2026-01-08T14:30:05Z","symbol":"A"}' \
        '{"type":"order","time":"2026-01-08T14:30:05Z","instrument":"A","order_id":1,"account_id":"U1","side":"buy","price":"1","quantity":"1"}' \
        '{"type":"order","time":"2026-01-08T14:30:03Z","instrument":"B","order_id":2,"account_id":"U2","side":"buy","price":"1","quantity":"1"}' \
        '{"type":"order","time":"2026-01-08T14:30:01Z","instrument":"B","order_id":3,"account_id":"U1","side":"buy","price":"1","quantity":"1"}' \
        '{"type":"instrument","time":"2026-01-08T14:30:04Z","symbol":"A","currency":"USD"}' |
        ximport -f json > in.tape
    for window in "" "--window 10s"; do
        # shellcheck disable=SC2086
        xsort $window in.tape | xexport -f json |
            jq -r '[.type, .time[17:19], .symbol // .text // .order_id,
                    .currency] | join(" ")' > out
        diff - out << 'END'
name 01 U1 
instrument 01 B 
order 01 3 
name 03 U2 
order 03 2 
instrument 04 A 
instrument 04 A USD
order 05 1 
END
    done
}

@test "with a window, an event within it takes its place, a later one is named" {
    imports "05 5" "01 1" "06 6" "02 2" "08 8" > in.tape
    [ "$(xsort --window 4s in.tape | prices)" = "1 2 5 6 8" ]
    run -1 --separate-stderr bash -c 'xsort -w 3s in.tape > out.tape'
    [[ $stderr == "xsort: in.tape: event 3 (byte "*"): is 4s earlier than one \
before it, more than --window 3s (--late drop "* ]]
    run -1 xstat out.tape
    [[ $output == *failed* ]]
    # what was accepted is there
    [ "$(xgrep -t print out.tape 2> err | prices || true)" = 5 ]
}

@test "late events are left out when that is asked for, counted, and a gap" {
    imports "05 5" "01 1" "06 6" "02 2" "08 8" "05 55" > in.tape
    xsort -w 3s --late drop in.tape > out.tape 2> err
    [ "$(prices out.tape)" = "5 55 6 8" ]
    [ "$(cat err)" = "xsort: left out: 2 later than --window allows" ]
    xgrep -t gap out.tape | xexport -f json | jq -c '[.missing, .from, .reason]' |
        contains -x '\["\?2"\?,"2026-01-08T14:30:01Z","late"\]'
    xsort -q -w 3s --late drop in.tape 2>&1 > /dev/null | excludes .
}

@test "a window gives the same however the tape arrives" {
    stepping 300 > in.tape
    xsort -q -w 2s --late drop in.tape -o whole.tape
    for size in 97 4096; do
        dd if=in.tape bs=$size status=none |
            xsort -q -w 2s --late drop | xstat -d
    done | uniq | diff - <(xstat -d whole.tape)
    facts whole.tape | cut -d' ' -f1,2 | LC_ALL=C sort -c
}

@test "a live tape is not held up longer than its window" {
    mkfifo feed
    { imports "01 1" "02 2" "09 9" | head -c -64; sleep 4; } > feed &
    feeder=$!
    # END never comes: what is out by then was released by the window
    timeout 3 xsort -w 5s feed > out.tape || true
    kill $feeder
    xexport -q -f csv -t print out.tape 2> /dev/null | contains ',2,'
}

@test "xohlcv names xsort where a trade comes too late" {
    imports "05 5" "01 1" > in.tape
    xsort in.tape | xohlcv -i 1s | xstat | contains 'bar *2'
    run -1 --separate-stderr xohlcv -i 1s in.tape -o out.tape
    [[ $stderr == *"xsort"* ]]
}
