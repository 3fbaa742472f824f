# Whatever is kept comes back: the name of the stream, the sequence numbers, the digest,
# and into a regular file the same bytes; from the event store and from the
# archive, put in any order, in pieces that overlap, and compacted.
load common
load recorded

# pieces TAPE: puts the tape into the archive a in overlapping pieces, in an
# order that is shuffled, but the same each time.
pieces() {
    local last step first
    last=$(xexport -f json "$1" | wc -l)
    step=$((last / 5 + 1))
    for ((first = 1; first <= last; first += step)); do
        echo $first $((first + step + step / 3))
    done | sort -t ' ' -k 1.2 > order
    while read -r first last; do
        "$TOOLS/piece" "$first" "$last" < "$1" | xarchive -d a put
    done < order
}

# comes_back TAPE: from wherever it was kept, as it is.
comes_back() {
    rm -rf store a
    xstore -q -d store --segment-size 1000000 "$1" > passed.tape
    cmp "$1" passed.tape
    xreplay -d store -o back.tape
    cmp "$1" back.tape
    xstore -d store verify > /dev/null
    xarchive -d a put "$1"
    xrestore -d a -o back.tape
    cmp "$1" back.tape
    rm -rf a
    pieces "$1"
    xrestore -d a | same "$1"
    xarchive -d a put "$1" # with its END
    xrestore -d a -o back.tape
    cmp "$1" back.tape
    xarchive -d a compact
    xrestore -d a -o back.tape
    cmp "$1" back.tape
    xarchive -d a put "$1"
    xarchive -d a verify | contains ', 0 bad, 0 gaps, 0 twice'
    xarchive -d a fsck
    [ "$(xstat --digest back.tape)" = "$(xstat --digest "$1")" ]
    echo "# $(basename "$1"): $(xexport -f json "$1" | wc -l) events" >&3
}

# same TAPE: the tape on stdin has the same events, with the same sequence numbers, under
# the same name.
same() {
    [ "$(xstat --json | jq -c '[.stream, .events, .digest]')" = \
        "$(xstat --json "$1" | jq -c '[.stream, .events, .digest]')" ]
}

@test "every type of event, known or not, null or not" {
    for tape in "$ROOT"/testdata/golden/*.tape; do
        comes_back "$tape"
    done
    "$TOOLS/golden" > golden.tape
    comes_back golden.tape
}

@test "what the programs make of a day: orders to bars" {
    xgen --orders 4000 --symbols 3 | xmatch | xledger | xohlcv -i 1s,1m |
        xbook --depth 2 | xgrep -v -t clock > piped.tape
    xgrep -v -t clock piped.tape -o day.tape
    comes_back day.tape
}

@test "days that begin and end in the middle of the stream, and no time at all" {
    xgen --orders 2000 --start 2026-01-08T23:59:50Z -o night.tape
    comes_back night.tape
    xexport -f json night.tape | sed -E '50~7s/"time":"[^"]*"/"time":null/' |
        ximport -f json --stream timeless -o timeless.tape
    comes_back timeless.tape
}

@test "recorded data, all that can be imported" {
    needs_data
    for name in $RECORDED; do
        [ -n "${XTAPE_LONG-}" ] || [[ $name != lobster* ]] || continue
        recorded "$name" > piped.tape
        xmerge --stream "$name" piped.tape -o "$name.tape"
        comes_back "$name.tape"
    done
}

@test "ten million events" {
    [ -n "${XTAPE_LONG-}" ] || skip "a long test: XTAPE_LONG is not set"
    xgen --orders 10000000 --symbols 100 --accounts 1000 -o day.tape
    comes_back day.tape
}
