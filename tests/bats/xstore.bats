# xstore: what it passed on is in the store, once and in order, whatever
# happens to it.
load common

SEGMENT=70000

# day [N]: three streams, one after the other.
day() {
    for i in 1 2 3; do
        xgen --orders "${1:-1500}" --seed $i --stream "day$i"
    done
}

store() {
    xstore -q -d store --segment-size $SEGMENT "$@"
}

# events FILE: how many are on a tape, even one that ends badly.
events() {
    (xexport -f json "$1" 2> /dev/null || true) | wc -l
}

# is_whole TAPE: the store holds just that, and nothing is wrong with it.
is_whole() {
    xreplay -d store | cmp - "$1"
    xstore -d store verify | contains ' 0 faults$'
}

@test "what is stored comes back with the same bytes, and is passed on" {
    day > day.tape
    store -o out.tape day.tape
    cmp day.tape out.tape
    xreplay -d store -o back.tape
    cmp day.tape back.tape
    [ "$(find store -name '*.seg' | wc -l)" -gt 5 ]
    is_whole day.tape
}

@test "every type of event comes back, known or not, null or not" {
    "$TOOLS/golden" > golden.tape
    store golden.tape > out.tape
    cmp golden.tape out.tape
    is_whole golden.tape
}

@test "a stream that starts over is stored once and passed on whole" {
    day > day.tape
    store day.tape > /dev/null
    find store -type f -exec sha256sum {} + | sort > before
    xstore -v -d store day.tape > out.tape 2> err
    cmp day.tape out.tape
    grep -q ' 0 events stored, [0-9]* there already' err
    find store -type f -exec sha256sum {} + | sort | cmp - before
    cat day.tape day.tape | store > out.tape
    cat day.tape day.tape | cmp - out.tape
    is_whole day.tape
}

@test "a stream that was cut off, stopped or failed goes on where it was" {
    xgen --orders 5000 > day.tape
    size=$(stat -c %s day.tape)
    for part in $((size / 4)) $((size / 2)) $((size - 64)); do
        status=0
        head -c "$part" day.tape | store > out.tape 2> err || status=$?
        [ $status -eq 3 ]
        [ "$(events out.tape)" -eq \
            "$(xstore -d store ls | awk 'NR == 2 { print $2 }')" ]
        xstore -d store ls | contains failed
    done
    xgrep -n 3000 day.tape > /dev/null
    store day.tape > out.tape
    cmp day.tape out.tape
    is_whole day.tape
}

@test "how a stream ended comes back with it" {
    xgen --orders 500 > day.tape
    xreplay --to-seq 100 day.tape > limited.tape
    store limited.tape > out.tape
    cmp limited.tape out.tape
    is_whole limited.tape
    store day.tape > /dev/null
    is_whole day.tape
    # complete once is complete: a shorter run does not take that back
    store limited.tape | cmp - limited.tape
    is_whole day.tape
}

@test "a stream that is complete sooner than it was is refused" {
    xgen --orders 500 > day.tape
    xgen --orders 500 > more.tape
    store day.tape > /dev/null
    xexport -f json day.tape | first 100 |
        ximport -f json --stream xgen > less.tape
    run -1 --separate-stderr store less.tape
    [[ $stderr == *"stream xgen claims to be complete with event 100"* ]]
    is_whole day.tape
}

@test "a stream that differs is refused with the seq of the first difference" {
    xgen --orders 500 > day.tape
    store day.tape > /dev/null
    xexport -f json day.tape |
        awk 'NR > 300 && !n && sub(/"buy"/, "\"sell\"") { n = 1 } 1' |
        ximport -f json --stream xgen > other.tape
    xexport -f json day.tape | ximport -f json --stream xgen > same.tape
    store same.tape > /dev/null
    n=$(diff <(xexport -f json day.tape) <(xexport -f json other.tape) |
        first 1 | grep -o '^[0-9]*' || true)
    run -1 --separate-stderr store other.tape
    [[ $stderr == *"event $n of the stream xgen is not the one"* ]]
    is_whole day.tape
}

@test "a gap is refused with both numbers" {
    xgen --orders 500 > day.tape
    xreplay --to-seq 101 day.tape | store > /dev/null
    xreplay --from-seq 150 --bare day.tape > late.tape
    run -1 --separate-stderr store late.tape
    [[ $stderr == *"a gap: "*"from event 150 on"*"up to event 100"* ]]
    xreplay --from-seq 50 --bare day.tape > rest.tape
    store rest.tape | cmp - rest.tape
    is_whole day.tape
}

@test "another stream waits until the one before has an END" {
    mkfifo live
    xgen --orders 3000 > day.tape
    xgen --orders 10 --stream next > next.tape
    xstore -d store < live > /dev/null &
    exec 9> live
    head -c 100000 day.tape >&9
    for _ in $(seq 100); do
        [ "$(events <(xreplay -d store 2> /dev/null))" -gt 0 ] && break
        sleep 0.05
    done
    kill -9 $!
    wait $! || true
    exec 9>&-
    xstore -d store ls | contains open
    run -1 --separate-stderr store next.tape
    [[ $stderr == *"stream xgen was cut off"*--abandon* ]]
    run -3 --separate-stderr bash -c "xreplay -d store > /dev/null"
    [[ $stderr == *"the stream xgen has no END"*--follow* ]]
    store --abandon next.tape > /dev/null
    xreplay -d store --stream next | cmp - next.tape
    store day.tape > /dev/null
    cat day.tape next.tape > both.tape
    is_whole both.tape
}

@test "events on a live pipe are stored and passed on without delay" {
    mkfifo live
    xgen --orders 3000 > day.tape
    for policy in group each none; do
        rm -rf store
        xstore -d store --fsync $policy < live > out.tape &
        exec 9> live
        head -c 100000 day.tape >&9
        for _ in $(seq 100); do
            (xreplay -d store 2> /dev/null || true) > part.tape
            [ "$(events part.tape)" -gt 100 ] && break
            sleep 0.05
        done
        [ "$(events part.tape)" -gt 100 ]
        tail -c +100001 day.tape >&9
        exec 9>&-
        wait $!
        cmp day.tape out.tape
        is_whole day.tape
    done
}

@test "a directory with other things in it is not taken for a store" {
    mkdir store
    echo precious > store/letter
    xgen --orders 10 > day.tape
    run -2 --separate-stderr store day.tape
    [[ $stderr == *"store: not an event store, it holds letter"* ]]
    for verb in ls verify; do
        run -2 --separate-stderr xstore -d store $verb
        [ "$stderr" = "xstore: store: not an event store, it holds letter" ]
    done
    [ "$(ls store)" = letter ]
    rm store/letter
    store day.tape > /dev/null
    echo foreign > store/letter
    store day.tape > /dev/null
    run -0 --separate-stderr xstore -d store verify
    [[ $stderr == *"left alone: letter"* ]]
    [ "$(cat store/letter)" = foreign ]
}

@test "a full disk is exit 3; the next run finishes the work" {
    xgen --orders 20000 > day.tape
    status=0
    (trap '' XFSZ; ulimit -f 300; store day.tape) > out.tape 2> err ||
        status=$?
    [ $status -eq 3 ] || [ $status -eq 153 ] || { cat err; false; }
    [ "$(events out.tape)" -le \
        "$(events <(xreplay -d store 2> /dev/null))" ]
    store day.tape > out.tape
    cmp day.tape out.tape
    is_whole day.tape
}

@test "a missing or wrong index is made again" {
    day > day.tape
    store day.tape > /dev/null
    mkdir keep
    cp store/*.idx keep
    index=$(find store -name '*.idx' | sort | first 1)
    rm "$index"
    run -1 xstore -d store verify
    [[ $output == *"$index: the index is missing"* ]]
    xreplay -d store | cmp - day.tape
    store day.tape > /dev/null
    cmp "$index" "keep/$(basename "$index")"
    for byte in 3 20 90 120; do
        printf 'X' | dd of="$index" bs=1 seek=$byte conv=notrunc 2> /dev/null
        xreplay -d store --stream day1 --from-seq 100 |
            cmp - <(xreplay --from-seq 100 \
                <(xgen --orders 1500 --seed 1 --stream day1))
        rm "$index"
        store day.tape > /dev/null
        cmp "$index" "keep/$(basename "$index")"
    done
}

@test "a missing segment is named, first, middle or last" {
    xgen --orders 3000 > day.tape
    store day.tape > /dev/null
    for which in 1 2 \$; do
        rm -rf save
        cp -r store save
        segment=$(find store -name '*.seg' | sort | sed -n "${which}p")
        rm "$segment"
        run -1 xstore -d store verify
        [[ $output == *missing*"restore"*"from a copy"* ]]
        run -1 --separate-stderr bash -c "xreplay -d store > /dev/null"
        [[ $stderr == *"store/000001-"*missing* ]]
        run -1 --separate-stderr bash -c \
            "xstore -d store --segment-size $SEGMENT day.tape > /dev/null"
        [ ! -e "$segment" ]
        rm -rf store
        mv save store
    done
    is_whole day.tape
}

@test "a stream of one segment that is gone is missed by whoever comes" {
    day 300 > day.tape
    xgen --orders 10 --stream next > next.tape
    store day.tape > /dev/null
    for gone in 000001-000000000001.seg '000001-*' 000002-000000000001.seg \
        '000002-*' 000003-000000000001.seg; do
        rm -rf save
        cp -r store save
        # shellcheck disable=SC2086 # a pattern
        rm store/$gone
        said="store/${gone/-\*/-*.seg}: "
        run -1 --separate-stderr xstore -d store verify
        [[ ${lines[0]} == "$said"*" missing: restore "*"from a copy" ]]
        [[ ${lines[1]} == *" 1 fault" ]]
        for program in "xreplay -d store" "xstore -q -d store day.tape" \
            "xstore -q -d store next.tape"; do
            run -1 --separate-stderr bash -c "$program | cat > /dev/null;
                exit \${PIPESTATUS[0]}"
            [[ $stderr == *"$said"*" missing: restore "*"from a copy" ]]
        done
        # shellcheck disable=SC2144 # a pattern of one file at most
        [ ! -e store/${gone%.seg}*.seg ]
        rm -rf store
        mv save store
    done
    rm store/000002-*.seg
    xreplay -d store --stream day3 | cmp - <(xgen --orders 300 --seed 3 --stream day3)
}

@test "one segment that does not fit is one fault, and no other is blamed" {
    xgen --orders 3000 --stream day1 | store > /dev/null
    xgen --orders 3000 --stream day2 |
        xstore -q -d other --segment-size $SEGMENT > /dev/null
    cp -r store save
    mapfile -t segments < <(find store -name '*.seg' | sort)
    [ ${#segments[@]} -gt 2 ]
    # shellcheck disable=SC2016 # for eval
    for segment in "${segments[@]}"; do
        for harm in 'rm $segment' 'rm ${segment%seg}*' ': > $segment' \
            '"$TOOLS/mark" --flip $segment 40000 3' 'rm ${segment%seg}idx' \
            'cp other/000001-000000000001.seg $segment' \
            'cp other/${segment#store/} $segment'; do
            rm -rf store
            cp -r save store
            eval "$harm"
            run -1 --separate-stderr xstore -d store verify
            [[ "$harm $segment" == "cp "*" ${segments[0]}" ]] && continue
            [[ $output == "${segment%seg}"* ]]
            [ "${#lines[@]}" -eq 2 ]
        done
    done
    [[ ${lines[0]} == "$segment: of the stream day2 from event 1 on, unlike \
${segments[0]}: one of them does not belong here" ]]
    # nobody knows whether it is the first
    rm -rf store
    cp -r save store
    cp other/000001-000000000001.seg store
    run -1 --separate-stderr xstore -d store verify
    for segment in "${segments[@]:1}"; do
        grep -qxF "$segment: of the stream day1 from event 1 on, unlike \
${segments[0]}: one of them does not belong here" <<< "$output"
    done
}

@test "any bit of a segment flipped is noticed, and nothing is cut" {
    xgen --orders 20 --symbols 1 --accounts 2 > day.tape
    store day.tape > /dev/null
    segment=store/000001-000000000001.seg
    size=$(stat -c %s $segment)
    step=$([ -n "${XTAPE_LONG-}" ] && echo 1 || echo 97)
    cp $segment whole.seg
    for byte in $(seq 0 $step $((size - 64)); seq $((size - 63)) 5 $((size - 1))); do
        cp whole.seg $segment
        "$TOOLS/mark" --flip $segment $byte $((byte % 8))
        run -1 xstore -d store verify
        [[ $output == *"$segment"* ]] || { echo "$byte: $output"; false; }
        cp $segment flipped.seg
        status=0
        xreplay -d store > back.tape 2> err || status=$?
        [ $status -eq 1 ] || cmp back.tape day.tape ||
            { [ $status -eq 3 ] && grep -q 'has no END' err; }
        status=0
        store day.tape > out.tape 2> err || status=$?
        # in END alone, and seen as cut off, it is mended from the stream
        [ $status -eq 1 ] || { [ $status -eq 0 ] &&
            cmp out.tape day.tape && xreplay -d store | cmp - day.tape; }
        [ $status -ne 1 ] || cmp $segment flipped.seg
    done
}

@test "a torn tail is cut at the last whole block, and it says how much" {
    xgen --orders 3000 > day.tape
    mkfifo live
    xstore -d store --fsync each < live > /dev/null &
    exec 9> live
    head -c 150000 day.tape >&9
    sleep 0.5
    kill -9 $!
    wait $! || true
    exec 9>&-
    segment=store/000001-000000000001.seg
    size=$(stat -c %s $segment)
    cp $segment whole.seg
    for cut in 1 64 100 5000; do
        head -c $((size - cut)) whole.seg > $segment
        xstore -d store day.tape > out.tape 2> err
        grep -q "$segment: cut [0-9]* bytes of a block" err
        cmp out.tape day.tape
        is_whole day.tape
        rm -f store/*.idx
    done
    # a hole in what was durable is damage: nothing is cut
    cp whole.seg $segment
    rm -f store/*.idx
    "$TOOLS/mark" --flip $segment 30000 1
    cp $segment damaged.seg
    run -1 --separate-stderr xstore -d store day.tape
    [[ $stderr == *"$segment: event "*damaged*"nothing was cut"* ]]
    cmp $segment damaged.seg
}

@test "ls lists the streams" {
    day 100 > day.tape
    store day.tape > /dev/null
    run -0 xstore -d store ls
    [ "${#lines[@]}" -eq 4 ]
    [[ ${lines[1]} == 1$'\t'*complete$'\t'day1 ]]
    [[ ${lines[3]} == 3$'\t'*complete$'\t'day3 ]]
}

@test "--json lists the same streams, and the faults that verify finds" {
    xgen -n 500 --stream 'a"b' | store > /dev/null
    day 100 | store > /dev/null
    run -0 xstore -d store --json ls
    [ "${#lines[@]}" -eq 1 ]
    jq -r '.streams[] | [.number, .events, .first, .last, .from, .to,
        .segments, .bytes, .end, .stream] | map(tostring) | join("\t")' \
        <<< "$output" | diff - <(xstore -d store ls | tail -n +2)
    [ "$(jq .total.events <<< "$output")" -eq \
        "$(jq '[.streams[].events] | add' <<< "$output")" ]
    [ "$(jq .total.bytes <<< "$output")" -eq "$(cat store/*.seg | wc -c)" ]
    run -0 xstore -d store --json verify
    [ "$(jq -c '[.faults, .total.faults, .total.streams]' <<< "$output")" = \
        '[[],0,4]' ]
    first=$(ls store/*1.seg)
    "$TOOLS/mark" --flip "${first%%$'\n'*}" 3000 1
    run -1 --separate-stderr xstore -d store --json verify
    [ "$(jq '.faults | length' <<< "$output")" -eq 1 ]
    [[ "$(jq -r '.faults[0]' <<< "$output")" == store/*.seg:*"damaged"* ]]
}

@test "--no-output stores all and writes nothing" {
    day 100 > day.tape
    run -0 store --no-output day.tape
    [ -z "$output" ]
    is_whole day.tape
    run -2 --separate-stderr store --no-output -o out.tape day.tape
    [ "$stderr" = "xstore: --no-output and --output cannot be combined" ]
    [ ! -e out.tape ]
    run -2 --separate-stderr xstore -d store --no-output ls
    [ "$stderr" = "xstore: ls takes no --no-output" ]
}

@test "a verb takes the options and operands that are its own" {
    day 10 > day.tape
    store day.tape > /dev/null
    run -2 --separate-stderr xstore ls
    [[ $stderr == "xstore: needs -d DIR"* ]]
    run -2 --separate-stderr xstore -d store ls day.tape
    [ "$stderr" = 'xstore: "day.tape": ls takes no operands' ]
    run -2 --separate-stderr xstore -d store --fsync each verify
    [ "$stderr" = "xstore: verify takes no --fsync" ]
    run -0 xstore ls -d store -o list
    [ "$(wc -l < list)" -eq 4 ]
    cp day.tape ls
    xstore -d store ./ls | cmp - day.tape
}

@test "an fsync that failed is not tried again" {
    command -v strace > /dev/null || skip "no strace"
    xgen --orders 1500 > day.tape
    status=0
    strace -f -qq -o trace -e trace=fdatasync,write \
        -e inject=fdatasync:error=EIO:when=1 \
        xstore -q -d store day.tape > out1 2> err1 || status=$?
    [ $status -eq 3 ]
    grep -q 'cannot make it durable: Input/output error' err1
    [ "$(grep -c fdatasync trace)" -eq 1 ]
    [ ! -s out1 ]
}

@test "ls leaves out a time that there is not" {
    "$TOOLS/golden" | xstore -q -d store > /dev/null
    run -0 xstore -d store ls
    [ "$(cut -f 5 <<< "${lines[1]}")" = "" ]
    [[ "$(cut -f 6 <<< "${lines[1]}")" == 2026-* ]]
}
