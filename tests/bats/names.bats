# Ids that are texts outside: one id never stands for two of them, and a part
# of a tape has the names that it uses, and no others.
load common

# named FILE ID TEXT TYPE [FIELDS]: a tape where order ID is named TEXT, then
# an event of that order.
named() {
    printf '%s\n' \
        '{"type":"name","kind":"order","id":"'"$2"'","text":"'"$3"'"}' \
        '{"type":"'"$4"'","time":"2026-01-08T10:00:00Z","instrument":"A","order_id":"'"$3"'"'"${5-}"'}' |
        ximport -q -f json --stream "$1" -o "$1"
}

# Whoever keeps orders by id, with two tapes whose authors chose ids that are
# one: the second would cancel an order of the first.
@test "two texts of one id are refused, across tapes too, and both are said" {
    id=9223372036854775815
    named one.tape "$id" "theirs" order ',"side":"sell","price":"2","quantity":"5"'
    named two.tape "$id" "mine" cancel
    xexport -f json two.tape | contains '"order_id":"mine"'
    while read -r program; do
        # shellcheck disable=SC2086 # a command line
        run -1 --separate-stderr $program one.tape two.tape
        [[ $stderr == *': two.tape: event 1 (byte '*'id 9223372036854775815 is named "theirs" and cannot become "mine"' ]]
        [ "$(wc -l <<< "$stderr")" -eq 1 ]
        # and in one input, as cat makes it
        # shellcheck disable=SC2086
        cat one.tape two.tape | { run -1 --separate-stderr $program; }
    done << EOF2
xmatch
xbook
xledger
xledger -d ledger.db
xstore -d store
xmerge
xarchive -d archive put
EOF2
    run -0 bash -c "cat one.tape two.tape | xmatch 2> /dev/null |
        xexport -f json -t cancelled 2> /dev/null | wc -l"
    [ "$output" = 0 ]
    # the first tape is stored, nothing of the second
    xrestore -d archive 2> /dev/null | xstat | contains '^stream *one.tape'
}

# prints N: so many, one a second, each with an id that is a text.
prints() {
    awk -v n="$1" 'BEGIN {
        print "time,instrument,price,quantity,trade_id"
        for (i = 0; i < n; i++)
            printf "2026-01-08T%02d:%02d:%02dZ,A,1,1,id-%06d-%s\n",
                i / 3600, i / 60 % 60, i % 60, i, "of-a-length-that-is-usual"
    }'
}

# has PRINTS NAMES: so many are on the tape on stdin, and all prints have ids.
has() {
    cat > part.tape
    xexport -f csv -t print -c time,trade_id part.tape > part.csv
    [ "$(($(wc -l < part.csv) - 1))" -eq "$1" ]
    grep -vc ',id-[0-9]*-of-a-length-that-is-usual$' part.csv | grep -qx 1
    [ "$(xexport -f json -t name part.tape | wc -l)" -eq "$2" ]
}

@test "a part has the names that it uses, and no others" {
    prints 3000 | ximport -q -f csv -t print --stream day -o day.tape
    xstore -q -d store day.tape > /dev/null
    xarchive -d archive put day.tape
    range="--from 2026-01-08T00:30:00Z --to 2026-01-08T00:30:20Z"
    while read -r program; do
        # shellcheck disable=SC2086 # a command line
        $program $range | has 20 20
        [ ! -e first.csv ] || cmp first.csv part.csv
        cp part.csv first.csv
    done << EOF2
xgrep day.tape
xreplay day.tape
xreplay -d store
xrestore -d archive
EOF2
}

@test "names are kept where they are asked for, or all is" {
    prints 50 | ximport -q -f csv -t print --stream day -o day.tape
    xgrep day.tape | has 50 50
    xgrep -t name day.tape | xexport -f json -t name | wc -l | grep -qx 50
    xgrep -t trade day.tape | has 0 0
    xgrep -v -t trade day.tape | has 50 50
    xreplay --to 2026-01-08T00:00:05Z day.tape | has 5 5
    # a tape each
    cat day.tape day.tape | xgrep -t print --from 2026-01-08T00:00:30Z |
        has 40 40
}

# A longer slice continues a shorter one, whatever the blocks are.
@test "names of a slice depend on its events alone" {
    prints 300 | ximport -q -f csv -t print --stream day -o day.tape
    xstore -q -d store --segment-size 4096 day.tape > /dev/null
    from="--from 2026-01-08T00:01:00Z"
    xreplay $from day.tape | xexport -f json > whole.json
    for second in 10 11 12 13 14 15 16 17 18 19; do
        for source in day.tape "-d store"; do
            # shellcheck disable=SC2086 # two words
            xreplay $from --to "2026-01-08T00:02:${second}Z" $source |
                xexport -f json > part.json
            [ "$(wc -l < part.json)" -eq $((2 * (60 + second) + 1)) ]
            begins part.json whole.json
        done
    done
    xreplay $from -d store | xstat --digest > stored
    xreplay $from day.tape | xstat --digest | cmp - stored
    xreplay --clock 1s $from day.tape | xgrep -v -t clock | has 240 240
}
