# Snapshots of xmatch: going on from one is as if nothing had happened.
load common

# keep EVENTS [OPTION ...]: what xmatch writes of the first events of in.tape,
# into a store, and a snapshot after them, in snaps.
keep() {
    local events=$1
    shift
    rm -rf snaps store
    "$TOOLS/piece" 1 "$events" < in.tape | xmatch -q -S snaps "$@" |
        xstore -q -d store > /dev/null
}

# last: the seq of the last event in the store.
last() {
    xstore -d store ls | tail -n 1 | cut -f 4
}

# go_on [OPTION ...]: the rest, after what the store has.
go_on() {
    xmatch -q -S snaps --from-out "$(last)" "$@" in.tape |
        xstore -q -d store > /dev/null
}

@test "from a snapshot after any event comes what an uninterrupted run writes" {
    "$TOOLS/requests" 3 12000 > in.tape
    whole=$(xmatch in.tape | xstat --digest)
    for events in 1 2 3 4 $(seq 50 397 11990) 999999; do
        keep "$events"
        before=$(last)
        xmatch -q -S snaps --from-out "$before" in.tape > rest.tape
        # It begins where the other ended: nothing is written twice.
        [ "$(od -An -tu8 -j24 -N8 rest.tape)" -eq $((before + 1)) ]
        xstore -q -d store rest.tape > /dev/null
        [ "$(xreplay -d store | xstat --digest)" = "$whole" ]
    done
}

@test "so it does with quotes, with depth, in a shard, and with a mode" {
    "$TOOLS/requests" 4 8000 > in.tape
    for options in --quotes "--depth 3" "--shard 1/2" \
        "--self-trade decrement --keep"; do
        # shellcheck disable=SC2086 # some options
        whole=$(xmatch $options in.tape | xstat --digest)
        for events in 700 3100 5500; do
            # shellcheck disable=SC2086
            keep "$events" $options
            # shellcheck disable=SC2086
            go_on $options
            [ "$(xreplay -d store | xstat --digest)" = "$whole" ]
        done
    done
}

@test "so it does from a snapshot in the second of several tapes" {
    for day in 1 2 3; do
        "$TOOLS/requests" $day 3000 day$day > day$day.tape
    done
    xmatch day1.tape day2.tape day3.tape > whole.tape
    "$TOOLS/piece" 1 2000 < day2.tape > head.tape
    xmatch -S snaps day1.tape head.tape | xstore -q -d store > /dev/null
    xmatch -S snaps --from-out "$(last)" day1.tape day2.tape day3.tape |
        xstore -q -d store > /dev/null
    for day in 1 2 3; do
        xreplay -d store --stream day$day/xmatch
    done | xexport -f json > kept
    xexport -f json whole.tape | cmp - kept
}

@test "an instrument of an earlier tape keeps the id that it was given" {
    for name in A C D; do
        printf '{"type":"order","time":"2026-01-08","instrument":"%s","side":"buy","quantity":"1","order_id":%d,"account_id":%d,"price":"%d"}\n' \
            $name 1 "'$name" 5 $name 2 7 6
    done | ximport -f json --stream day1 > day1.tape
    {
        echo '{"type":"instrument","id":1,"time":"2026-01-09","symbol":"B"}'
        for name in A C D; do
            printf '{"type":"cancel","time":"2026-01-09","account_id":%d}\n' \
                "'$name"
        done
        echo '{"type":"cancel","time":"2026-01-09","account_id":7}'
    } | ximport -f json --stream day2 > day2.tape
    xmatch day1.tape day2.tape > whole.tape
    [ "$(xexport -f json whole.tape | grep -c '"type":"instrument"')" -eq 7 ]
    for events in 1 2 3 4 5; do
        rm -rf snaps store
        "$TOOLS/piece" 1 $events < day2.tape > head.tape
        xmatch -S snaps day1.tape head.tape | xstore -q -d store > /dev/null
        xmatch -S snaps --from-out "$(last)" day1.tape day2.tape |
            xstore -q -d store > /dev/null
        for day in 1 2; do
            xreplay -d store --stream day$day/xmatch
        done | cmp - whole.tape
    done
}

@test "the newest snapshot that is not ahead of downstream is taken" {
    "$TOOLS/requests" 5 9000 > in.tape
    xmatch in.tape > whole.tape
    xmatch -S before --snapshot-every 2000 in.tape > /dev/null
    [ "$(ls before)" = "0000000000000003.tape
0000000000000004.tape
0000000000000005.tape
lock" ]
    places=$(for i in 3 4 5; do xexport -f json before/*$i.tape | first 1 |
        grep -o '"output_seq":[0-9]*' | cut -d: -f2; done)
    for place in $places; do
        for ahead in 0 1; do
            rm -rf snaps
            cp -r before snaps
            xmatch -v -q -S snaps --from-out $((place + ahead)) in.tape 2> summary |
                cat > rest.tape
            grep -q "went on after event $place," summary
        done
    done
    # Before the oldest of them there is only the beginning.
    place=$(head -n 1 <<< "$places")
    rm -rf snaps
    cp -r before snaps
    xmatch -S snaps --from-out $((place - 1)) in.tape | cmp - whole.tape
    xmatch -S snaps --from-out in/other:999999 in.tape | cmp - whole.tape
}

@test "an input that is not the snapshot's is reported, with the sequence number" {
    "$TOOLS/requests" 6 3000 > in.tape
    keep 2000
    seq=$(xexport -f json snaps/*1.tape | first 1 |
        grep -o '"input_seq":[0-9]*' | cut -d: -f2)
    "$TOOLS/requests" 7 3000 > other.tape
    run -1 --separate-stderr xmatch -S snaps --from-out 999999 -o out other.tape
    [[ $stderr == "xmatch: other.tape: event "*": the events of requests up to seq $seq are not those of the snapshot" ]]
    "$TOOLS/piece" 1 1500 < in.tape > short.tape
    run -1 --separate-stderr xmatch -S snaps --from-out 999999 -o out short.tape
    [[ $stderr == "xmatch: requests ends at seq "*", before the snapshot's place, $seq" ]]
    "$TOOLS/requests" 6 3000 another > named.tape
    run -1 --separate-stderr xmatch -S snaps --from-out 999999 -o out named.tape
    [ "$stderr" = "xmatch: the tape is another, but that of the snapshot was requests" ]
    [ ! -e out ]
}

@test "an input that ends before the snapshot's tape is reported, with the place" {
    for day in 1 2; do
        "$TOOLS/requests" $day 3000 day$day > day$day.tape
    done
    xmatch -S snaps day1.tape day2.tape > whole.tape
    seq=$(xexport -f json snaps/*2.tape | sed -n 2p |
        grep -o '"input_seq":[0-9]*' | cut -d: -f2)
    for status in 1 3; do
        run -$status --separate-stderr bash -c "xmatch -S snaps --from-out 999999 \
            day1.tape$([ $status = 1 ] || echo ' | xstat')"
        [[ $stderr == "xmatch: the input ends before the snapshot's place, event $seq of day2: give all tapes from the first on"* ]]
        [ "$output" = "" ]
    done
    run -1 xmatch -S snaps --from-out 999999 -o out day1.tape
    [ ! -e out ]
    xmatch -S snaps --from-out 999999 day1.tape day2.tape | xstat |
        contains -E '^events +0'
}

@test "if no snapshot serves, a line says so, and all of the output comes" {
    "$TOOLS/requests" 5 3000 > in.tape
    xmatch in.tape > whole.tape
    for position in 5 nope:5; do
        xmatch -S snaps --from-out $position in.tape 2> said | cmp - whole.tape
        [ "$(cat said)" = "xmatch: snaps: no snapshot for --from-out $position; starting with the first event" ]
        xmatch -q -S snaps --from-out $position in.tape 2> said | cmp - whole.tape
        [ ! -s said ]
    done
    # downstream has nothing: there is nothing to go on from
    xmatch -S snaps --from-out 0 in.tape 2> said | cmp - whole.tape
    [ ! -s said ]
}

@test "snapshots are not put among other things" {
    xgen --orders 300 > in.tape
    xstore -q -d store in.tape > /dev/null
    xarchive -q -d archive put in.tape
    mkdir letters
    echo precious > letters/letter
    for directory in store archive letters; do
        find $directory -type f -exec sha256sum {} + | sort > before
        run -2 --separate-stderr xmatch -S $directory -o out in.tape
        [[ $stderr == "xmatch: $directory: not a directory of snapshots, it holds "*": name a new or empty directory" ]]
        find $directory -type f -exec sha256sum {} + | sort | cmp - before
    done
    # what a killed run leaves is ours
    mkdir snaps
    touch snaps/lock snaps/.0000000000000001.tape.123.tmp
    xmatch -S snaps in.tape > /dev/null
    [ "$(ls -A snaps)" = "0000000000000001.tape
lock" ]
    # and beside snapshots other things are left alone
    echo precious > snaps/letter
    xmatch -S snaps in.tape > /dev/null
    [ "$(cat snaps/letter)" = precious ]
}

@test "a damaged snapshot is reported and the one before it taken" {
    "$TOOLS/requests" 8 6000 > in.tape
    xmatch in.tape > whole.tape
    xmatch -S before --snapshot-every 2000 in.tape > /dev/null
    size=$(stat -c %s before/*3.tape)
    for byte in 3 100 $((size / 2)) $((size - 20)); do
        rm -rf snaps
        cp -r before snaps
        "$TOOLS/mark" --flip snaps/*3.tape "$byte" 5
        xmatch -v -S snaps --from-out 999999 in.tape 2> said > rest.tape
        [ "$(grep -c '; skipped this snapshot$' said)" -eq 1 ]
        grep -q '^xmatch: snaps/0000000000000003.tape: ' said
        run ! grep -q 'went on after event 0,' said
    done
    for name in 1 2 3; do
        truncate -s 500 snaps/*$name.tape 2> /dev/null || true
    done
    rm -f snaps/*4.tape
    xmatch -S snaps --from-out 999999 in.tape 2> said > all.tape
    [ "$(grep -c '; skipped this snapshot$' said)" -ge 2 ]
    cmp all.tape whole.tape
}

@test "a snapshot of other options is reported and not taken" {
    "$TOOLS/requests" 9 2000 > in.tape
    xmatch -S snaps in.tape > /dev/null
    xmatch -S snaps --keep --from-out 999999 in.tape 2> said > out.tape
    grep -q 'is of another version or other options; skipped this snapshot$' said
    xmatch --keep in.tape | cmp - out.tape
}

@test "a snapshot is a tape like any other, and xbook knows its books" {
    "$TOOLS/requests" 10 5000 > in.tape
    xmatch -S snaps --quotes in.tape > out.tape
    xstat snaps/*1.tape | contains '  resting '
    xexport -f csv -t quote -c instrument,bid_price,bid_quantity,ask_price,ask_quantity \
        out.tape | tail -n +2 | awk -F, '{ last[$1] = $0 }
        END { for (i in last) print last[i] }' | sort > told
    xbook snaps/*1.tape |
        xexport -f csv -t quote -c instrument,bid_price,bid_quantity,ask_price,ask_quantity |
        tail -n +2 | awk -F, '{ last[$1] = $0 }
        END { for (i in last) print last[i] }' | sort | diff - told
}

@test "what cannot be is refused before anything is read" {
    run -2 --separate-stderr xmatch --from-out 5 nothing.tape
    [[ $stderr == "xmatch: --from-out needs -S"* ]]
    run -2 --separate-stderr xmatch --snapshot-every 5 nothing.tape
    [[ $stderr == "xmatch: --snapshot-every needs -S"* ]]
    for position in x 5x :x day: ""; do
        run -2 xmatch -S snaps --from-out "$position" nothing.tape
    done
    xgen --orders 10 > in.tape
    mkfifo pipe
    xmatch -S snaps pipe > /dev/null &
    exec 9> pipe
    run -3 --separate-stderr xmatch -S snaps in.tape
    [[ $stderr == "xmatch: snaps: another program keeps its snapshots here"* ]]
    exec 9>&-
    wait $! || true
}

@test "stopped by a signal it leaves a snapshot of where it was" {
    "$TOOLS/requests" 11 4000 > in.tape
    mkfifo pipe
    xmatch -S snaps pipe > >(cat > head.tape) &
    pid=$!
    exec 9> pipe
    head -c 200000 in.tape >&9
    while [ "$(stat -c %s head.tape)" -lt 1000 ]; do sleep 0.05; done
    kill -TERM $pid
    wait $pid || [ $? -eq 143 ]
    exec 9>&-
    xstore -q -d store head.tape > /dev/null
    go_on
    [ "$(xreplay -d store | xstat --digest)" = "$(xmatch in.tape | xstat --digest)" ]
}
