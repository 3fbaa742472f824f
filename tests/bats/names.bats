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
