# xstore and xreplay against ill will, a second writer, and files of another
# day: what precedes a fault stays readable, and nothing wrong is given back.
load common

store() {
    xstore -q -d store "$@"
}

# holds SIZE FILE [OPTION ...]: xstore has taken the first SIZE bytes of the
# tape, waits for more and holds the store; $writer is it.
holds() {
    mkfifo live
    xstore -d store "${@:3}" < live > passed.tape 2> err.writer &
    writer=$!
    exec 9> live
    head -c "$1" "$2" >&9
    for _ in $(seq 200); do
        xstore -d store ls 2> /dev/null | contains '^1\s[1-9].*open' && return
        sleep 0.05
    done
    return 1
}

# has TAPE: stdin has the same events, in whatever blocks.
has() {
    [ "$(xstat --digest)" = "$(xstat --digest "$1")" ]
}

dies() {
    kill -9 "$writer"
    wait "$writer" || true
    exec 9>&-
    rm -f live
}

# two days under one name, in segments of the same names
two_days() {
    xgen -t trade -n 5000 --seed 1 > mon.tape
    xgen -t trade -n 5000 --seed 2 > tue.tape
    xstore -q -d mon --segment-size 100000 mon.tape > /dev/null
    xstore -q -d tue --segment-size 100000 tue.tape > /dev/null
}

# ---- bytes that look like frames ---------------------------------------------

@test "an event that ends with the bytes of an END is not the end of a store" {
    xgen -n 1 | tail -c 64 > end
    for pad in 0 1024 30000; do
        rm -rf store
        "$TOOLS/nested" "$pad" < end > day.tape
        block=$(($(stat -c %s day.tape) - 64 - 64 - 100 * 24))
        holds "$block" day.tape
        run -124 timeout 1 xreplay -q -d store --follow -o followed.tape
        dies
        xstore -d store ls | contains open
        xstore -d store verify
        store day.tape | has day.tape
        xreplay -d store | has day.tape
    done
}

@test "an event that holds a whole segment does not end or prove anything" {
    "$TOOLS/nested" < /dev/null > small.tape
    store small.tape > /dev/null
    cp store/*.seg segment
    rm -rf store
    "$TOOLS/nested" 8 < segment > day.tape
    block=$(($(stat -c %s day.tape) - 64 - 64 - 100 * 24))
    holds "$block" day.tape
    dies
    # the power went before all of the block was on the disk
    truncate -s -100 store/*.seg
    run -0 --separate-stderr xstore -d store -o out.tape day.tape
    [[ $stderr == *"cut "*" bytes of a block that a crash left"* ]]
    has day.tape < out.tape
    xstore -d store verify
}

# ---- segments of elsewhere ---------------------------------------------------

@test "a segment of another store is named, wherever it is put" {
    two_days
    for n in 1 2 3; do
        rm -rf mixed
        cp -r mon mixed
        segment=$(find mixed -name '*.seg' | sort | sed -n ${n}p)
        cp "tue/${segment##*/}" "$segment"
        cp "tue/$(basename "$segment" .seg).idx" "${segment%.seg}.idx"
        run -1 --separate-stderr xstore -d mixed verify
        [[ $output == *"a segment of another store"* ]]
        run -1 --separate-stderr bash -c "xreplay -d mixed > mixed.tape"
        [[ $stderr == *"a segment of another store"* ]]
        run -1 xstat mixed.tape
    done
}

@test "a segment of another copy of the store is named" {
    xgen -t trade -n 3000 --seed 1 > begin.tape
    xstore -q -d one --segment-size 100000 < begin.tape > /dev/null
    head -c 200000 begin.tape > cut.tape
    for seed in 2 3; do
        xgen -t trade -n 3000 --seed "$seed" --stream rest > "rest$seed.tape"
    done
    cp -r one other
    xstore -q -d one --segment-size 100000 rest2.tape > /dev/null
    xstore -q -d other --segment-size 100000 rest3.tape > /dev/null
    segment=$(find one -name '000002-*.seg' | sort | sed -n 2p)
    cp "other/${segment##*/}" "$segment"
    cp "other/$(basename "$segment" .seg).idx" "${segment%.seg}.idx"
    run -1 --separate-stderr xstore -d one verify
    [[ $output == *"does not follow the events of"* ]]
    run -1 --separate-stderr bash -c "xreplay -d one > one.tape"
    [[ $stderr == *"does not follow the events of"* ]]
}

@test "a stream under the number of another is named" {
    xgen -t trade -n 100 --stream a > a.tape
    xgen -t trade -n 100 --stream b > b.tape
    store a.tape b.tape > /dev/null
    for suffix in seg idx; do
        mv store/000001-000000000001.$suffix x
        mv store/000002-000000000001.$suffix store/000001-000000000001.$suffix
        mv x store/000002-000000000001.$suffix
    done
    run -1 xstore -d store verify
    [[ $output == *"the beginning of another stream"* ]]
    run -1 xreplay -d store -o back.tape
}

# ---- names that are planted --------------------------------------------------

@test "a link or a device under the name of a file is refused, not opened" {
    xgen -t trade -n 10 > day.tape
    for plant in "ln -s /dev/null" "ln -s ../target" "mkfifo" "mkdir"; do
        for file in idx seg; do
            rm -rf store
            echo untouched > target
            store day.tape > /dev/null
            rm store/000001-000000000001.$file
            $plant store/000001-000000000001.$file
            run -1 --separate-stderr timeout 5 xstore -d store day.tape
            [[ $stderr == *"000001-000000000001.$file: "*": remove "* ]]
            run -1 --separate-stderr timeout 5 xreplay -d store -o back.tape
            run -1 timeout 5 xstore -d store verify
            [ "$(cat target)" = untouched ]
            [ -c /dev/null ]
        done
    done
}

@test "a store that is named through a link is the store" {
    xgen -t trade -n 10 > day.tape
    mkdir real
    ln -s real store
    store day.tape > /dev/null
    xreplay -d store | cmp - day.tape
}

# ---- a second writer ---------------------------------------------------------

@test "the lock holds though its file was removed" {
    xgen -t trade -n 5000 > day.tape
    holds 200000 day.tape
    find store -empty -delete
    run -3 --separate-stderr store day.tape
    [[ $stderr == *"another xstore is writing here"*--wait* ]]
    tail -c +200001 day.tape >&9
    exec 9>&-
    wait "$writer"
    cmp passed.tape day.tape
    xstore -d store verify
}

@test "--wait waits until the other one has ended" {
    xgen -t trade -n 5000 > day.tape
    xgen -t trade -n 10 --stream next > next.tape
    holds 200000 day.tape
    run -3 --separate-stderr xstore -d store --wait 100ms next.tape
    [[ $stderr == *"another xstore is writing here"* ]]
    xstore -d store --wait 1m next.tape > waited.tape 9>&- &
    waits=$!
    tail -c +200001 day.tape >&9
    exec 9>&-
    wait "$writer"
    wait "$waits"
    cmp waited.tape next.tape
    xstore -d store verify
}

@test "a store that is moved away while it is written is noticed" {
    xgen -t trade -n 5000 > day.tape
    for replaced in no yes; do
        rm -rf store moved
        holds 200000 day.tape
        mv store moved
        [ $replaced = no ] || mkdir store
        tail -c +200001 day.tape >&9 2> /dev/null || true
        exec 9>&-
        status=0
        wait "$writer" || status=$?
        [ $status -eq 3 ]
        grep -q "the directory was moved away or replaced" err.writer
        run ! xstat passed.tape
        rm -f live
        xstore -q -d moved day.tape | cmp - day.tape
    done
}

@test "a segment that is removed while it is written is noticed" {
    xgen -t trade -n 5000 > day.tape
    holds 200000 day.tape
    rm store/*.seg
    tail -c +200001 day.tape >&9 2> /dev/null || true
    exec 9>&-
    status=0
    wait "$writer" || status=$?
    [ $status -eq 3 ]
    grep -q "the file was removed while it was written" err.writer
}

# ---- one fault is one fault --------------------------------------------------

@test "what precedes damage is given back, and what comes after can be read" {
    xgen -t trade -n 3000 > day.tape
    xgen -t trade -n 10 --stream next > next.tape
    holds 240000 day.tape --fsync each
    dies
    at=$(($(stat -c %s store/*.seg) / 2))
    "$TOOLS/mark" --flip store/000001-000000000001.seg $at 3
    run -1 --separate-stderr bash -c "xreplay -d store > back.tape"
    [[ $stderr == *"000001-000000000001.seg: event "* ]]
    kept=$( (xexport -f json back.tape 2> /dev/null || true) | wc -l)
    [ "$kept" -gt 100 ]
    run -1 --separate-stderr xstore -d store ls
    [[ $output == *damaged* ]]
    run -1 store next.tape
    run -0 --separate-stderr xstore -d store --abandon -o out.tape next.tape
    [[ $stderr == *"damaged, and left as it is"* ]]
    xreplay -d store --stream next | cmp - next.tape
    run -1 --separate-stderr xstore -d store ls
    [[ $output == *damaged*complete* ]]
}

# ---- a reader beside a writer ------------------------------------------------

@test "whoever reads a store that is written sees no damage" {
    xgen -t trade -n 20000 > day.tape
    for _ in 1 2 3; do
        rm -rf store
        for ((i = 0; i * 100000 < $(stat -c %s day.tape); i++)); do
            dd if=day.tape bs=100000 skip="$i" count=1 status=none
        done |
            xstore -q -d store --segment-size 300000 > /dev/null &
        writer=$!
        until [ -n "$(find store -name '*.seg' 2> /dev/null)" ]; do
            sleep 0.01
        done
        xreplay -q -d store --follow > followed.tape &
        follower=$!
        while kill -0 $writer 2> /dev/null; do
            xstore -q -d store verify > verified
            xstore -d store ls > listed
            status=0
            xreplay -q -d store > back.tape 2> err || status=$?
            [ $status -ne 1 ] || { cat err; return 1; }
        done
        wait $writer
        wait $follower
        cmp followed.tape day.tape
    done
}

@test "a stream that goes on after it was stopped is one to its readers" {
    xgen -t trade -n 20000 > day.tape
    xgrep -n 5000 day.tape > part.tape || true
    for _ in 1 2 3; do
        rm -rf store
        xreplay --to-seq 5000 day.tape | store > /dev/null
        (cat day.tape; sleep 0.1) | store > /dev/null &
        writer=$!
        while kill -0 $writer 2> /dev/null; do
            xstore -q -d store verify > verified
            status=0
            xreplay -q -d store > back.tape 2> err || status=$?
            [ $status -ne 1 ] || { cat err; return 1; }
        done
        wait $writer
        xreplay -d store | cmp - day.tape
    done
}

# ---- the ends of what there is -----------------------------------------------

@test "a store across a power of ten is in order" {
    xgen -t trade -n 9000 > day.tape
    xreplay --from-seq 9990 --bare day.tape > part.tape
    # events 9990 and on: with names of one digit less and one more
    xstore -q -d store --segment-size 4096 part.tape | cmp - part.tape
    xstore -d store verify | contains ' 0 faults$'
    xreplay -d store | cmp - part.tape
}

@test "verify stops for a signal within a moment, and dies of it" {
    xgen -t print --orders 2000000 | store > /dev/null
    for signal in TERM INT; do
        for _ in 1 2 3 4 5 6; do # it may have been quicker than the signal
            env --default-signal=INT xstore -d store verify > verified &
            becomes xstore $!
            kill -$signal $! 2> /dev/null || true
            status=0
            wait $! || status=$?
            [ $status -eq 0 ] || break
        done
        [ $status -eq $((128 + $(kill -l $signal))) ]
    done
}

@test "a segment that begins within another one is named, and nothing read twice" {
    xgen --orders 3000 --symbols 2 > day.tape
    "$TOOLS/piece" 1 1500 < day.tape |
        xstore -q -d a --segment-size 70000 > morning.tape
    cp -r a b # a copy, whose segments then end elsewhere
    xstore -q -d a --segment-size 70000 day.tape > out.tape
    xstore -q -d b --segment-size 30000 day.tape > out.tape
    cp b/000001-000000001501.* a
    says="a/000001-000000001501.seg: begins inside of the segment before it, \
which ends with event 1829: one of them does not belong here"
    run -1 --separate-stderr xreplay -d a -o back.tape
    [ "$stderr" = "xreplay: $says" ]
    run -1 --separate-stderr xstore -d a -o out.tape day.tape
    [ "$stderr" = "xstore: $says" ]
    run -1 xstore -q -d a verify
    [[ $output == *"$says"* ]]
}
