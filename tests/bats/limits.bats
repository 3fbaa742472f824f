# What a tape may hold at most, and what it may not: the longest event, events
# that grow because an older program wrote them, the last sequence numbers.
load common

# A tape with one event of 65472 bytes, the longest there is, on stdout.
longest() {
    awk 'BEGIN {
        for (i = 0; i < 32720; i++) { name = name "n"; text = text "d" }
        printf "{\"type\":\"audit\",\"time\":\"2026-01-08T15:00:00Z\","
        printf "\"name\":\"%s\",\"document\":\"%s\"}\n", name, text
    }' | ximport -f json --stream longest
}

# What each program may say of a tape that it refuses: one line, and status 1.
refused() {
    [ "$1" -eq 1 ] || { echo "status $1"; return 1; }
    one_line "$2"
}

@test "the longest event passes through every program unchanged" {
    set -o pipefail
    longest > long.tape
    xstat --json long.tape | grep -q '"audit":1'
    digest=$(xstat -d long.tape)
    for program in xgrep xmerge xsort xcheck "xmatch" "xbook" "xohlcv -i 1m" "xledger" \
        "xstore -d store" xreplay; do
        # shellcheck disable=SC2086 # a command line
        [ "$($program long.tape | xstat -d)" = "$digest" ] ||
            { echo "$program"; false; }
    done
    [ "$(xreplay -d store | xstat -d)" = "$digest" ]
    xarchive -d archive put long.tape
    [ "$(xrestore -d archive | xstat -d)" = "$digest" ]
    [ "$(xexport -f json long.tape | ximport -f json | xstat -d)" = "$digest" ]
}

@test "an event one word longer than that is refused at import" {
    awk 'BEGIN {
        for (i = 0; i < 65441; i++) text = text "d"
        printf "{\"type\":\"audit\",\"time\":\"2026-01-08T15:00:00Z\","
        printf "\"document\":\"%s\"}\n", text
    }' > long.json
    run -1 --separate-stderr bash -c 'ximport -f json long.json > out.tape'
    [[ $stderr == *"long.json: "* ]]
}

# Type, bytes of its fixed part in the HEADER, bytes of the event.
GROWING="2 32 65472
6 24 65472
69 24 65472
56 16 65472
56 16 65336
32 24 65424"

@test "an event that an older program wrote and that outgrows a block is refused" {
    while read -r type fixed size; do
        for count in 1 8; do
            "$TOOLS/older" "$type" "$fixed" "$size" $count > grow.tape
            xgrep grow.tape > /dev/null # it is a tape
            for program in xstat xmerge xmatch xbook "xohlcv -i 1m" xledger \
                "xexport -f json"; do
                status=0
                # shellcheck disable=SC2086 # a command line
                timeout -s KILL 10 $program grow.tape > out 2> err ||
                    status=$?
                refused $status err ||
                    { echo "$program: $type $fixed $size"; cat err; false; }
                grep -q 'event 1 (byte [0-9]*): .* bytes, and .* with' err
            done
        done
    done <<< "$GROWING"
}

@test "programs that only keep or select pass it as it is" {
    set -o pipefail
    "$TOOLS/older" 56 16 65472 8 > grow.tape
    for program in xgrep xreplay "xstore -q -d store"; do
        # shellcheck disable=SC2086 # a command line
        [ "$($program grow.tape | xstat -d)" = "$(xstat -d grow.tape)" ]
    done
}

@test "one that fits when it is grown to the longest event passes everywhere" {
    set -o pipefail
    "$TOOLS/older" 56 16 65328 3 > grow.tape
    for program in xmerge xsort xcheck xmatch xbook "xohlcv -i 1m" xledger; do
        # shellcheck disable=SC2086 # a command line
        $program grow.tape > out.tape
        xstat out.tape > /dev/null
        [ "$(xgrep -t bar out.tape | xexport -f json | wc -l)" -eq 3 ]
    done
}

@test "whatever fields older programs knew, no program dies of their tapes" {
    trading 40 > day.tape
    xmatch --keep day.tape > matched.tape
    for seed in 1 2 3 4 5 6 7 8; do
        for input in matched.tape "$ROOT"/testdata/golden/0.2.0.tape; do
            "$TOOLS/older" --shrink $seed < "$input" > old.tape
            xstat -q old.tape > /dev/null 2>&1 || true
            rm -rf store archive
            for program in xmerge xmatch xbook "xohlcv -i 1m" xledger \
                "xexport -f json" "xgrep -s X" "xstore -q -d store" \
                "xarchive -q -d archive put"; do
                status=0
                # shellcheck disable=SC2086 # a command line
                timeout -s KILL 10 $program old.tape > out 2> err || status=$?
                [ $status -eq 0 ] || refused $status err ||
                    { echo "$program: seed $seed: $status"; cat err; false; }
            done
        done
    done
}

# A tape that begins with that event: the first seq is at byte 24 of a HEADER
# and of the one block.
beginning_at() {
    printf 'time,event_name\n2026-01-08T15:00:00Z,a\n2026-01-08T15:00:01Z,b\n' |
        ximport -f csv -t audit -m name=event_name --stream late > tape
    "$TOOLS/older" --renumber "$1" < tape
}

@test "the last sequence numbers are read, kept, stored and archived" {
    set -o pipefail
    beginning_at 9223372036854775806 > last.tape
    digest=$(xstat -d last.tape)
    xstat last.tape | grep -q 'seq 9223372036854775806 to 9223372036854775807'
    for program in xgrep xmatch "xohlcv -i 1m" xledger; do
        # shellcheck disable=SC2086 # a command line
        [ "$($program last.tape | xstat -d)" = "$digest" ] ||
            { echo "$program"; false; }
    done
    xarchive -d archive put last.tape
    [ "$(xrestore -d archive | xstat -d)" = "$digest" ]
    xarchive -d archive verify
}

@test "a tape whose sequence numbers go beyond is refused by every program" {
    beginning_at 9223372036854775807 > beyond.tape
    beginning_at 10000000000000000005 > far.tape
    while read -r command; do
        for input in beyond far; do
            status=0
            # shellcheck disable=SC2086 # a command line
            $command $input.tape > out 2> err || status=$?
            refused $status err || { echo "$command"; cat err; false; }
            grep -q 'sequence numbers' err
        done
    done <<< "$READERS"
}

@test "xstat reports times that lie further apart than a duration can say" {
    printf 'time,name\n%s,a\n%s,b\n' 2262-04-11T23:47:16Z 1677-09-21T01:00:00Z |
        ximport -f csv -t audit > wide.tape
    run -0 xstat wide.tape
    [[ $output == *"by more than 292 years"* ]]
}

# peak COMMAND ...: the most memory that it had, in KiB; its output is dropped.
peak() {
    python3 -c 'import os, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)' "$@"
}

# A tape with N trades, each in an instrument of its own and with a text as id.
crowd() {
    awk -v n="$1" 'BEGIN {
        print "time,instrument,price,quantity,trade_id"
        for (i = 1; i <= n; i++)
            printf "2026-01-08,SYM%d,1,1,trade-%d-of-many\n", i, i
    }' | ximport -q -f csv -t print --stream crowd
}

@test "an instrument and a name take little memory, however many there are" {
    [ -z "${XTAPE_BIN-}" ] || skip "a build for tests"
    crowd 2000 > few.tape
    crowd 32000 > many.tape
    while read -r command; do
        # shellcheck disable=SC2086 # a command line
        few=$(peak $command few.tape) many=$(peak $command many.tape)
        [ $((many - few)) -le $((30 * 1200)) ] ||
            { echo "$command: $few, then $many KiB"; false; }
    done <<< "xstat
xmerge
xexport -f json
xcheck -q
xohlcv -i 1m
xledger -q"
}

@test "an instrument with the largest id takes no more than another" {
    printf '%s\n' '{"type":"instrument","symbol":"A","id":4294967295}' \
        '{"type":"print","time":"2026-01-08","instrument":"A","price":1,"quantity":1}' |
        ximport -f json --stream s > far.tape
    while read -r command; do
        # shellcheck disable=SC2086 # a command line
        (ulimit -v $((4 * 1024 * 1024)); XTAPE_BIN='' $command far.tape > out)
    done <<< "xstat
xmerge
xohlcv -q -i 1m
xledger -q"
}
