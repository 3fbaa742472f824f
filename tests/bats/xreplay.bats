# xreplay: the same events from a store or a tape, all or a part, at any pace.
load common

make_day() {
    xgen --orders 5000 --symbols 5 > day.tape
    xstore -q -d day --segment-size 70000 day.tape > /dev/null
}

# span TAPE: seconds from its earliest event to its latest.
span() {
    local from to
    read -r from to < <(xstat "$1" |
        sed -nE 's/^time +([^ ]+) to ([^ ]+)$/\1 \2/p')
    bc <<< "$(date -d "$to" +%s.%N) - $(date -d "$from" +%s.%N)"
}

# lasts SPAN NS: so many nanoseconds are not shorter.
lasts() {
    [ "$(bc <<< "$2 >= ($1) * 10^9")" -eq 1 ]
}

@test "a whole stream is the same bytes, from a store and from a tape" {
    make_day
    xreplay -d day | cmp - day.tape
    xreplay day.tape | cmp - day.tape
    xreplay < day.tape | cmp - day.tape
    cat day.tape day.tape | xreplay | cmp - <(cat day.tape day.tape)
}

@test "several sources are merged as xmerge does, stores and tapes alike" {
    for i in 1 2 3; do
        xgen --orders 1000 --seed $i --symbols $i --stream s$i > $i.tape
    done
    xstore -q -d store --segment-size 70000 2.tape > /dev/null
    xmerge 2.tape 1.tape 3.tape | xexport -f json > merged
    xreplay 2.tape 1.tape 3.tape > all.tape
    xexport -f json all.tape | cmp - merged
    xreplay -d store 1.tape 3.tape | cmp - all.tape
    xreplay 1.tape -d store - < 3.tape | cmp - all.tape
    xreplay -d store 1.tape 3.tape --speed 100000 > paced.tape
    cmp paced.tape all.tape
    xstat all.tape | contains -E '^stream +s2\+s1\+s3$'
    xstore -q -d other 3.tape > /dev/null
    xreplay -d store -d other 1.tape | xexport -f json |
        cmp - <(xmerge 2.tape 3.tape 1.tape | xexport -f json)
}

@test "of several sources each has its part, with its definitions first" {
    for i in 1 2; do
        xgen --orders 2000 --seed $i --symbols $i --stream s$i > $i.tape
    done
    xstore -q -d store --segment-size 70000 1.tape > /dev/null
    from=2026-01-08T14:30:05Z
    to=2026-01-08T14:30:09.5Z
    xreplay -d store 2.tape --from $from --to $to > part.tape
    xmerge <(xreplay -d store --from $from --to $to) \
        <(xreplay 2.tape --from $from --to $to) | xexport -f json |
        cmp - <(xexport -f json part.tape)
    run -0 xstat part.tape
    [[ $output =~ stream\ +s1/from-[0-9]+\+s2/from-[0-9]+ ]]
    [[ $output == *limited* ]]
    # one that has nothing in the range leaves the other
    xgen --orders 10 --start 2030-01-01T00:00:00Z --stream far > far.tape
    xreplay -d store far.tape --to $to | xexport -f json |
        cmp - <(xreplay -d store --to $to | xexport -f json)
}

@test "of several sources one that fails ends all with its class" {
    xgen --orders 1000 > good.tape
    head -c 50000 good.tape > cut.tape
    run -1 --separate-stderr bash -c "xreplay good.tape cut.tape > out.tape"
    [[ $stderr == "xreplay: cut.tape: "*"without END"* ]]
    run -1 xstat out.tape
    run -3 --separate-stderr bash -c \
        "cat cut.tape | xreplay good.tape - > out.tape"
    [[ $stderr == "xreplay: stdin: "*"upstream died"* ]]
    run -3 xreplay good.tape -d nothing
}

@test "--loop gives all of it so many times" {
    make_day
    xreplay day.tape --loop 2 | cmp - <(cat day.tape day.tape)
    xreplay -d day --loop 3 --from-seq 200 --to-seq 300 > three.tape
    xreplay -d day --from-seq 200 --to-seq 300 > one.tape
    [ "$(xexport -f json three.tape | wc -l)" -eq \
        $((3 * $(xexport -f json one.tape | wc -l))) ]
    run -2 --separate-stderr xreplay --loop 2 - < day.tape
    [[ $stderr == *"stdin can be read once"* ]]
    # each time from its own beginning
    xreplay --to-seq 300 day.tape > part.tape
    start=$(date +%s%N)
    xreplay --loop 3 --speed 20 part.tape > three.tape
    ns=$(($(date +%s%N) - start))
    cat part.tape part.tape part.tape | cmp - three.tape
    lasts "3 * $(span part.tape) / 20" $ns
}

@test "a part is the same from a store and from a tape, wherever it begins" {
    make_day
    last=$(xexport -f json day.tape | wc -l)
    for from in 1 2 5 6 700 1500 2500 "$last"; do
        for to in $((from + 1)) $((from + 600)) $((last + 1)); do
            xreplay -d day --from-seq "$from" --to-seq "$to" > one.tape
            xreplay --from-seq "$from" --to-seq "$to" day.tape | cmp - one.tape
            xexport -f json one.tape | (grep -v '"type":"instrument"' || true) > one
            xexport -f json day.tape | sed -n "$from,$((to - 1))p" |
                (grep -v '"type":"instrument"' || true) | cmp - one
        done
    done
}

@test "a part by time has the events of that time, after the definitions" {
    make_day
    from=2026-01-08T14:30:10Z
    to=2026-01-08T14:30:20.5Z
    xreplay -d day --from $from --to $to > part.tape
    xreplay --from $from --to $to day.tape | cmp - part.tape
    xexport -f json part.tape | first 5 | grep -c '"type":"instrument"' |
        contains -x 5
    xgrep --from $from --to $to day.tape | xexport -f json |
        cmp - <(xexport -f json part.tape)
    run -0 xstat part.tape
    [[ $output == *limited* ]]
}

@test "a part from the beginning keeps its name, a later one gets its own" {
    make_day
    xreplay -d day --to-seq 100 > a.tape
    xstat a.tape | contains -E '^stream +xgen$'
    xstat a.tape | contains 'seq 1 to 99'
    xreplay -d day --from-seq 100 > b.tape
    xstat b.tape | contains -E '^stream +xgen/from-100$'
    xstat b.tape | contains -E '^status +complete'
    time=$(xexport -f json day.tape | sed -n 1000p |
        grep -o '"time":"[^"]*"' | cut -d '"' -f 4)
    xreplay -d day --from "$time" | xstat |
        contains -E '^stream +xgen/from-(1000|999|998)$'
}

@test "a longer part goes on where a shorter one of the same beginning ended" {
    make_day
    xreplay -d day --from-seq 100 --to-seq 200 | xstore -d copy > /dev/null
    xreplay -d day --from-seq 100 | xstore -d copy > /dev/null
    # but for the options in the provenance of the first
    cmp <(xreplay -d copy | xexport -f json) \
        <(xreplay -d day --from-seq 100 | xexport -f json)
}

@test "a bare slice keeps its sequence numbers, and continues a copy" {
    make_day
    xreplay -d day --to-seq 301 | xstore -d copy > /dev/null
    xreplay -d day --from-seq 301 --bare > rest.tape
    xstat rest.tape | contains 'seq 301 to'
    xstore -d copy rest.tape | cmp - rest.tape
    xreplay -d copy | cmp - day.tape
}

@test "redefined instruments come as they were last defined" {
    cat > lines << 'JSON'
{"type":"instrument","time":"2026-01-08T00:00:00Z","id":1,"symbol":"A","exchange":"X","tick_size":"0.01"}
{"type":"print","time":"2026-01-08T00:00:01Z","instrument":"X:A","price":"1","quantity":"1"}
{"type":"instrument","time":"2026-01-08T00:00:02Z","id":1,"symbol":"A","exchange":"X","tick_size":"0.05"}
{"type":"print","time":"2026-01-08T00:00:03Z","instrument":"X:A","price":"2","quantity":"1"}
JSON
    ximport -f json --stream s lines > s.tape
    last=$(xexport -f json s.tape | wc -l)
    xreplay --from-seq "$last" s.tape | xexport -f json > part
    [ "$(wc -l < part)" -eq 2 ]
    head -n 1 part | contains '"0.05"'
}

@test "streams of a store come one after the other, or one by its name" {
    xgen --orders 100 --stream a > a.tape
    xgen --orders 100 --stream b --seed 2 --start 2026-01-09T14:30:00Z > b.tape
    cat a.tape b.tape | xstore -q -d store > /dev/null
    xreplay -d store | cmp - <(cat a.tape b.tape)
    xreplay -d store --stream b | cmp - b.tape
    xreplay -d store --from 2026-01-09T00:00:00Z | cmp - b.tape
    run -1 --separate-stderr bash -c "xreplay -d store --stream c > /dev/null"
    [[ $stderr == *"there is no stream c in it"*"ls"* ]]
}

@test "a range without events is a whole tape without events" {
    make_day
    for source in "-d day" day.tape; do
        # shellcheck disable=SC2086 # options
        run -0 bash -c "xreplay $source --from 2030-01-01T00:00:00Z | xstat"
        [[ $output == *limited* ]]
        [[ $output =~ events\ +0 ]]
    done
}

@test "paced events are the same events, and none comes before its time" {
    make_day
    xreplay -d day --to-seq 1500 > part.tape
    start=$(date +%s%N)
    xreplay --speed 10 part.tape > paced.tape
    ns=$(($(date +%s%N) - start))
    cmp part.tape paced.tape
    lasts "$(span part.tape) / 10" $ns
    xreplay --speed 1000 --precise -v part.tape > paced.tape 2> err
    cmp part.tape paced.tape
    grep -q 'events late by, us: half ' err
    grep -q "the machine's timer late by" err
}

@test "a paced part does not wait through the time of its definitions" {
    # definitions over half a minute, then half an hour of orders
    ximport -f csv -t order "$ROOT/testdata/orders.csv" | xmatch > day.tape
    xstore -q -d day day.tape > /dev/null
    xgen --orders 100 --start 2026-01-08T15:00:05Z --stream other > other.tape
    from=2026-01-08T15:00:00Z
    part=(--from "$from" --to 2026-01-08T15:00:10Z)
    seq=$(xreplay day.tape "${part[@]}" | xstat |
        sed -nE 's/^stream .*from-([0-9]+)$/\1/p')
    for options in "-d day ${part[*]}" "day.tape ${part[*]}" \
        "-d day --from-seq $seq --to-seq $((seq + 12))" \
        "day.tape --from-seq $seq --to-seq $((seq + 12))" \
        "-d day other.tape ${part[*]}" "other.tape day.tape ${part[*]}"; do
        # shellcheck disable=SC2086 # words
        xreplay $options > whole.tape
        for pace in "--speed 60" "--speed 60 --precise" \
            "--speed 2 --max-gap 10ms" "--speed 60 --clock 1s"; do
            start=$(date +%s%N)
            # shellcheck disable=SC2086
            timeout 10 xreplay $options $pace > paced.tape
            ns=$(($(date +%s%N) - start))
            xgrep -v -t clock paced.tape | xexport -f json |
                cmp - <(xexport -f json whole.tape)
            [[ $pace == *max-gap* ]] || lasts "9 / 60" $ns
        done
        # nor are there clocks before the part
        xexport -f json paced.tape | grep '"type":"clock"' > clocks
        [ "$(head -n 1 clocks)" = \
            '{"type":"clock","time":"2026-01-08T15:00:01Z"}' ]
        [ "$(wc -l < clocks)" -eq 9 ]
        # shellcheck disable=SC2086
        xreplay $options --clock 1s | xexport -f json |
            cmp - <(xexport -f json paced.tape)
    done
}

@test "--clock records in the provenance what was asked for, and no more" {
    make_day
    xreplay -d day --clock 1s | xstat | contains -E '^ +xreplay [^ ]+ --clock 1s$'
    xreplay -d day --clock 1s --from-seq 5 | xstat |
        contains -E '^ +xreplay [^ ]+ --from-seq 5 --clock 1s$'
}

@test "ten minutes are ten minutes: no drift" {
    [ -n "${XTAPE_LONG-}" ] || skip "XTAPE_LONG is not set: ten minutes"
    xgen -t print -n 60000 --rate 100 -o ten.tape
    start=$(date +%s%N)
    xreplay --speed 1 -v ten.tape 2> err > paced.tape
    ns=$(($(date +%s%N) - start))
    cmp ten.tape paced.tape
    # what the last event is late by, beside what the timer is, shows drift;
    # on a machine with other work both may be anything
    sed -n 's/^xreplay:/#/p' err >&3
    lasts "$(span ten.tape)" $ns
}

@test "a night is as long as --max-gap says" {
    xgen --orders 20 --stream a > a.tape
    xgen --orders 20 --stream b --start 2027-01-08T14:30:00Z > b.tape
    xmerge a.tape b.tape > both.tape
    timeout 20 xreplay --speed 1 --max-gap 1ms both.tape > out.tape
    cmp both.tape out.tape
}

@test "clock events lie between the events, at multiples, whatever the pace" {
    make_day
    xreplay -d day --to-seq 800 --clock 1s > a.tape
    xreplay -d day --to-seq 800 --clock 1s --speed 1000 > b.tape
    cmp <(xexport -f json a.tape) <(xexport -f json b.tape)
    xstat a.tape | contains -E '^stream +xgen/xreplay$'
    xexport -f json a.tape | grep '"type":"clock"' > clocks
    [ "$(wc -l < clocks)" -gt 3 ]
    [ "$(grep -c '"time":"2026-01-08T14:3[0-9]:[0-9][0-9]Z"' clocks)" -eq \
        "$(wc -l < clocks)" ]
    xstat a.tape | contains 'never steps back'
    xgrep -v -t clock a.tape | xexport -f json |
        cmp - <(xreplay --to-seq 800 day.tape | xexport -f json)
}

@test "a stream that is being written is followed to its END" {
    xgen --orders 5000 --symbols 5 > day.tape
    mkfifo live
    xstore -d day --segment-size 70000 < live > /dev/null &
    writer=$!
    exec 9> live
    head -c 100000 day.tape >&9
    for _ in $(seq 100); do
        [ -e day/000001-000000000001.seg ] && break
        sleep 0.05
    done
    timeout 30 xreplay -d day --follow > follow.tape 9>&- &
    follower=$!
    sleep 0.3
    head -c 250000 day.tape | tail -c +100001 >&9
    sleep 0.3
    tail -c +250001 day.tape >&9
    exec 9>&-
    wait $writer
    wait $follower
    cmp follow.tape day.tape
}

@test "a part that has not begun yet is waited for" {
    xgen --orders 3000 --symbols 5 > day.tape
    last=$(xexport -f json day.tape | wc -l)
    for from in "--from 2026-01-08T14:30:25Z" "--from-seq $((last - 200))"; do
        rm -rf day live
        mkfifo live
        xstore -d day < live > /dev/null &
        writer=$!
        exec 9> live
        head -c 100000 day.tape >&9
        for _ in $(seq 100); do
            [ -e day/000001-000000000001.seg ] && break
            sleep 0.05
        done
        # shellcheck disable=SC2086 # two words
        timeout 30 xreplay -d day --follow $from > part.tape 9>&- &
        follower=$!
        sleep 0.3
        tail -c +100001 day.tape >&9
        exec 9>&-
        wait $writer
        wait $follower
        # shellcheck disable=SC2086
        xreplay $from day.tape | xexport -f json |
            cmp - <(xexport -f json part.tape)
        [ "$(xexport -f json part.tape | wc -l)" -gt 100 ]
    done
    # and what has ended without it is left out
    xreplay -d day --follow --from 2030-01-01T00:00:00Z | xstat |
        contains -E '^events +0'
}

@test "a stream that is being written is merged as it comes" {
    xgen --orders 3000 --symbols 5 > day.tape
    xgen --orders 3000 --seed 2 --stream other > other.tape
    mkfifo live
    xstore -d day < live > /dev/null &
    writer=$!
    exec 9> live
    head -c 100000 day.tape >&9
    for _ in $(seq 100); do
        [ -e day/000001-000000000001.seg ] && break
        sleep 0.05
    done
    timeout 30 xreplay other.tape -d day --follow > both.tape 9>&- &
    follower=$!
    sleep 0.3
    [ -s both.tape ] || sleep 1
    tail -c +100001 day.tape >&9
    exec 9>&-
    wait $writer
    wait $follower
    xexport -f json both.tape |
        cmp - <(xmerge day.tape other.tape | xexport -f json)
    # without --follow it says that there is no END
    xstore -q -d cut < <(head -c 100000 day.tape) > /dev/null || true
    rm -f cut/*.idx
    truncate -s -64 cut/*.seg
    run -3 --separate-stderr bash -c "xreplay other.tape -d cut > /dev/null"
    [[ $stderr == "xreplay: cut: "*"has no END"* ]]
}

@test "SIGTERM ends a wait at once: END says stopped" {
    make_day
    xreplay -d day --speed 0.001 > out.tape &
    sleep 0.5
    kill -TERM $!
    status=0
    wait $! || status=$?
    [ $status -eq 143 ]
    run -0 xstat out.tape
    [[ $output == *stopped* ]]
    xgen --orders 10 --stream b > b.tape
    xreplay -d day b.tape --speed 0.001 > out.tape &
    sleep 0.5
    kill -TERM $!
    status=0
    wait $! || status=$?
    [ $status -eq 143 ]
    run -0 xstat out.tape
    [[ $output == *stopped* ]]
}

@test "damage in a store is exit 1 and names segment and place" {
    make_day
    segment=$(find day -name '*.seg' | sort | sed -n 2p)
    "$TOOLS/mark" --flip "$segment" 40000 3
    run -1 --separate-stderr bash -c "xreplay -d day > out.tape"
    [[ $stderr == *"$segment: event "*"(byte "*damaged* ]]
    run -1 xstat out.tape
}

@test "options that make no sense together are exit 2" {
    make_day
    run -2 --separate-stderr xreplay -d day day.tape --from-seq 5
    [[ $stderr == *"sequence numbers are those of one stream"* ]]
    run -2 xreplay --bare day.tape day.tape
    run -2 xreplay --loop 0 day.tape
    run -2 xreplay --stream x day.tape
    run -2 xreplay --follow day.tape
    run -2 xreplay --precise day.tape
    for speed in 0 0.0 -1; do
        run -2 --separate-stderr xreplay --speed $speed day.tape
        [ "$stderr" = "xreplay: --speed must be above 0" ]
    done
    run -2 xreplay --from-seq 0 day.tape
    run -2 xreplay --bare --clock 1s day.tape
    run -3 xreplay -d nothing
}

@test "a start in the middle reads next to nothing of what is before" {
    command -v strace > /dev/null || skip "no strace"
    orders=3000000
    parts=100
    if [ -n "${XTAPE_LONG-}" ]; then # 6 GB
        orders=100000000
        parts=1000
    fi
    xgen -t print --orders $orders | xstore -q -d big > /dev/null
    size=$(du -sb big | cut -f 1)
    middle=$((orders / 2))
    strace -qq -o trace -e trace=read \
        xreplay -d big --from-seq $middle --to-seq $((middle + 1)) > one.tape
    bytes=$(awk '{ n += $NF } END { print n }' trace)
    [ "$bytes" -lt $((size / parts)) ]
    xexport -f json one.tape | sed '$d' | grep -c '"type":"instrument"' |
        contains -x 10
    rm -rf big
}
