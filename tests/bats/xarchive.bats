# xarchive and xrestore: what is put comes back, whole or in part, once; any
# engine reads the files; damage is told.
load common

@test "a stream comes back byte for byte, with events of every type" {
    "$TOOLS/golden" > golden.tape
    xarchive -d a put golden.tape
    xrestore -d a -o back.tape
    cmp golden.tape back.tape
    [ "$(parts a | wc -l)" -gt 70 ]
}

@test "orders, trades and cash come back byte for byte" {
    trading > day.tape
    xarchive -d a put < day.tape
    xrestore -d a > back.tape
    [ "$(xstat --digest day.tape)" = "$(xstat --digest back.tape)" ]
    xrestore -d a | cmp - <(xrestore -d a -o two.tape; cat two.tape)
}

@test "a column with long stretches of nulls, and of none, comes back" {
    awk 'BEGIN { print "time,instrument,price,quantity,trade_id"
        for (i = 0; i < 3000; i++)
            printf "2026-01-08T14:30:00.%09dZ,ACME,%d,1,%s\n", i, 100 + i % 7,
                (i % 1000 < 100 || (i > 2200 && i % 3 == 0)) ? i + 1 : "" }' |
        ximport -f csv -t print -o day.tape -
    xarchive -d a put day.tape
    xrestore -d a -o back.tape
    cmp day.tape back.tape
}

@test "an empty tape comes back" {
    "$TOOLS/piece" 1 0 < <(sample) > empty.tape
    xarchive -d a put empty.tape
    xrestore -d a -o back.tape
    cmp empty.tape back.tape
}

@test "a tape put again is stored once" {
    sample 2000 > day.tape
    xarchive -d a put day.tape
    parts a | xargs sha256sum > before
    run -0 --separate-stderr xarchive -v -d a put day.tape day.tape
    [[ $stderr == *" 0 events stored"* ]]
    parts a | xargs sha256sum | cmp - before
}

@test "pieces in any order, overlapping, make the whole stream" {
    sample 2000 > day.tape
    last=$(xexport -f json day.tape | wc -l)
    for piece in "900 1500" "1 300" "1400 $last" "200 1000"; do
        # shellcheck disable=SC2086 # two numbers
        "$TOOLS/piece" $piece < day.tape > piece.tape
        xarchive -d a put piece.tape
    done
    xrestore -d a -o back.tape
    cmp day.tape back.tape
    xarchive -d a put day.tape
    xrestore -d a -o back.tape
    cmp day.tape back.tape
    run -0 xarchive -d a verify
    [[ $output == *", 0 bad, 0 gaps, 0 twice"* ]]
}

# in_pieces: day.tape in archive a, in four pieces.
in_pieces() {
    last=$(xexport -f json day.tape | wc -l)
    for piece in "60 100" "1 20" "90 $last" "10 70"; do
        # shellcheck disable=SC2086 # two numbers
        "$TOOLS/piece" $piece < day.tape | xarchive -d a put
    done
}

@test "compact makes one part of each type and day, and loses nothing" {
    trading > day.tape
    in_pieces
    sample > other.tape
    xarchive -d a put other.tape
    xarchive -d a compact
    [ "$(find a -name '*-c1.parquet' -exec dirname {} + | sort |
        uniq -d | wc -l)" -eq 0 ]
    xrestore -d a --stream day -o back.tape
    cmp day.tape back.tape
    xrestore -d a --stream xgen -o back.tape
    cmp other.tape back.tape
    run -0 xarchive -d a verify
    [[ $output == *", 0 bad, 0 gaps, 0 twice"* ]]
    xarchive -d a fsck
    parts a > before
    xarchive -d a compact
    parts a | diff before -
    xarchive -d a put day.tape
    parts a | diff before -
}

@test "compact keeps what is missing missing, and it can be put later" {
    trading > day.tape
    "$TOOLS/piece" 1 100 < day.tape | xarchive -d a put
    "$TOOLS/piece" 201 300 < day.tape | xarchive -d a put
    "$TOOLS/piece" 301 999 < day.tape | xarchive -d a put
    xarchive -d a compact
    run -0 xarchive -d a verify
    [[ ${lines[0]} == "gap	101	200	day" ]]
    xarchive -d a put day.tape
    xarchive -d a compact
    xrestore -d a -o back.tape
    cmp day.tape back.tape
    [ -n "$(find a -name '*-c2.parquet')" ]
}

@test "the same tape gives the same files in any archive" {
    trading > day.tape
    xarchive -d a put day.tape
    xarchive -d b put day.tape
    diff -r -x 'catalog.db*' a b
}

@test "missing sequence numbers are reported, and restored as two tapes" {
    sample 2000 > day.tape
    "$TOOLS/piece" 1 500 < day.tape | xarchive -d a put
    "$TOOLS/piece" 601 900 < day.tape | xarchive -d a put
    run -0 xarchive -d a verify
    [[ ${lines[0]} == "gap	501	600	xgen" ]]
    xrestore -d a > back.tape
    [ "$(xstat --json back.tape | wc -l)" -eq 2 ]
    "$TOOLS/piece" 501 600 < day.tape | xarchive -d a put
    xrestore -d a | xexport -f json | first 900 > back.json
    xexport -f json day.tape | first 900 | cmp - back.json
}

# with_gap: day.tape in archive a without its events 101 to 149.
with_gap() {
    trading > day.tape
    "$TOOLS/piece" 1 100 < day.tape | xarchive -d a put
    "$TOOLS/piece" 150 9999 < day.tape | xarchive -d a put
}

@test "missing sequence numbers are reported by xrestore, but not with --quiet" {
    with_gap
    run -0 --separate-stderr xrestore -d a -o back.tape
    [[ $stderr == "xrestore: sequence numbers 101 to 149 of stream 'day' are missing "* ]]
    run -0 --separate-stderr xrestore -q -d a -o back.tape
    [ -z "$stderr" ]
}

@test "a selection over a gap is not complete, and the gap is reported" {
    with_gap
    run -0 --separate-stderr xrestore -d a -t trade -o trades.tape
    [[ $stderr == "xrestore: sequence numbers 101 to 149 of stream 'day' are missing "* ]]
    [ "$(xstat --json trades.tape | jq -r .status)" = limited ]
    xarchive -d a put day.tape
    run -0 --separate-stderr xrestore -d a -t trade -o trades.tape
    [ -z "$stderr" ]
    [ "$(xstat --json trades.tape | jq -r .status)" = complete ]
}

@test "a gap outside of the times asked for is none of the selection" {
    with_gap
    from=$(xexport -f json day.tape | sed -n 200p | jq -r .time)
    to=$(xexport -f json day.tape | sed -n 80p | jq -r .time)
    for range in "--from $from" "--to $to"; do
        # shellcheck disable=SC2086 # two words
        run -0 --separate-stderr xrestore -d a $range -o some.tape
        [ -z "$stderr" ]
        [ "$(xstat --json some.tape | jq -r .status)" = complete ]
        # shellcheck disable=SC2086
        [ "$(xstat --digest some.tape)" = \
            "$(xgrep $range day.tape | xstat --digest)" ]
    done
    run -0 --separate-stderr xrestore -d a --from "$to" --to "$from" -o some.tape
    [[ $stderr == *"sequence numbers 101 to 149 "* ]]
    [ "$(xstat --json some.tape | jq -r .status)" = limited ]
}

@test "a selection ends as its stream does, not better" {
    sample 500 > day.tape
    xreplay --to-seq 100 day.tape > piece.tape
    xarchive -d a put piece.tape
    xrestore -d a -t order -o orders.tape
    [ "$(xstat --json orders.tape | jq -r .status)" = \
        "$(xgrep -t order piece.tape | xstat --json | jq -r .status)" ]
    [ "$(xstat --json orders.tape | jq -r .status)" != complete ]
}

@test "another event under a seq of the stream is refused with that seq" {
    sample 500 > day.tape
    xgen --orders 500 --seed 4 --symbols 2 --accounts 3 > other.tape
    xarchive -d a put day.tape
    find a | sort > before
    run -1 --separate-stderr xarchive -d a put other.tape
    [[ $stderr == *"another event with seq "*" of stream 'xgen'"* ]]
    find a | sort | cmp - before
}

@test "of a tape that failed upstream, or is cut off, nothing is stored" {
    sample 5000 > day.tape
    head -c 200000 day.tape > cut.tape
    run -1 xarchive -d a put cut.tape
    run -3 bash -c 'cat cut.tape | xarchive -d a put'
    run -3 bash -c 'cat cut.tape | xgrep -t order | xarchive -d a put'
    [ -z "$(find a -name '*part*')" ]
    [ -z "$(ls a/_tapes)" ]
}

@test "xrestore selects what xgrep selects from the whole stream" {
    trading 3000 > day.tape
    xarchive -d a put day.tape
    for options in "-t trade" "-t order,cash" "-s SYM001" "-a 2" \
        "-s XTAPE:SYM002 -t trade" \
        "--from 2026-01-08T14:30:02Z --to 2026-01-08T14:30:09Z" \
        "--from 2026-01-08T14:30:20Z -a 1 -t trade" "-s NONE" \
        "-i trade_id=7" "-i order_id=40,buy_order_id=900" \
        "-i buyer_id=2 -t trade -s SYM001" "-i account_id=99"; do
        # shellcheck disable=SC2086 # a list of options
        [ "$(xrestore -d a $options | xstat --digest)" = \
            "$(xgrep $options day.tape | xstat --digest)" ]
    done
}

@test "ids are found anywhere in a file, with Bloom filters and without" {
    # ids that neither ascend nor repeat, over several row groups
    xgen -t trade --orders 400000 | xexport -f csv -t trade |
        awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++)
            if ($i == "trade_id") c = i }
            NR > 1 { $c = NR * 7919 % 1000003 * 2 + 1 } { print }' |
        ximport -f csv -t trade --stream mixed -o mixed.tape
    xarchive -d plain put mixed.tape
    xarchive -d a --bloom trade_id,buyer_id put mixed.tape
    xrestore -d a -o back.tape
    cmp mixed.tape back.tape
    id=$((300000 * 7919 % 1000003 * 2 + 1))
    for archive in plain a; do
        xrestore -d $archive -i trade_id=$id -o one.tape
        [ "$(xexport -f csv -t trade one.tape | wc -l)" -eq 2 ]
    done
    [ "$(stat -c %s "$(parts a | grep trade)")" -gt \
        "$(stat -c %s "$(parts plain | grep trade)")" ]
    run -2 --separate-stderr xarchive -d a --bloom price put mixed.tape
    [[ $stderr == *'"price" is not a field with an id'* ]]
}

@test "a selection passes over the parts that cannot hold it" {
    trading 3000 > day.tape
    xarchive -d a put day.tape
    run -0 --separate-stderr xrestore -v -d a -t trade -o trades.tape
    [[ $stderr == *" passed over;"* && $stderr != *" 0 passed over;"* ]]
}

@test "streams stay apart, and come by the time of their first events" {
    sample 500 > one.tape
    xgen --orders 500 --start 2026-01-07T00:00:00Z --stream two > two.tape
    xarchive -d a put one.tape two.tape
    xrestore -d a | xstat --digest > both
    xstat --digest two.tape one.tape | cmp - both
    xrestore -d a --stream two -o back.tape
    cmp two.tape back.tape
    run -1 --separate-stderr xrestore -d a --stream three
    [[ $stderr == *"no stream three"* ]]
}

@test "--test prints events and digest, and writes no tape" {
    sample 500 > day.tape
    xarchive -d a put day.tape
    run -0 xrestore -d a --test
    [[ $output == *"digest $(xstat --digest day.tape)"* ]]
}

@test "--test over a gap prints each piece, and the gap" {
    with_gap
    run -0 --separate-stderr xrestore -d a --test
    [ "${#lines[@]}" -eq 2 ]
    [[ $stderr == *"sequence numbers 101 to 149 of stream 'day' are missing "* ]]
    i=0
    for piece in "1 100" "150 9999"; do
        # shellcheck disable=SC2086 # two numbers
        "$TOOLS/piece" $piece < day.tape > piece.tape
        want=$(xstat --json piece.tape |
            jq -r '"day\t\(.events) events\tdigest \(.digest)\t"')
        [[ ${lines[i++]} == "$want"* ]]
    done
}

@test "--test writes its report to -o" {
    sample 500 > day.tape
    xarchive -d a put day.tape
    run -0 xrestore -d a --test -o told
    [ -z "$output" ]
    grep -q "digest $(xstat --digest day.tape)" told
}

@test "progress on a terminal shows how much, and text comes on its own line" {
    xgen --orders 1200000 --symbols 2 -o day.tape
    for start in 2026-01-09 2026-01-10; do
        xgen --orders 1200000 --symbols 2 --stream $start \
            --start ${start}T00:00:00Z | xarchive -d a put
    done
    xarchive -d a put day.tape
    for command in "xarchive -d a verify" "xrestore -d a --test"; do
        for k in 1 2 4 8; do # a machine may be too fast to show any
            script -qec "for i in \$(seq $k); do $command; done" /dev/null > seen
            ! grep -q events/s seen || break
        done
        run ! grep -qE '[1-9][0-9]*  *(%|MB)  0 events/s' seen
        tr '\r' '\n' < seen | sed 's/\x1b\[K//g' > lines
        grep -E 'parts, 0 bad|digest' lines | contains -v 'events/s'
        run ! grep -E 'events/s.*(parts, |digest)' lines
    done
}

@test "ls lists each part: rows, bytes, sequences, times, stream, path, tier" {
    sample 500 > day.tape
    xarchive -d a put day.tape
    xarchive -d a ls > list
    [ "$(tail -n +2 list | wc -l)" -eq "$(parts a | wc -l)" ]
    rows=$(tail -n +2 list | cut -f 1 | paste -sd+ | bc)
    [ "$rows" -eq "$(xexport -f json day.tape | wc -l)" ]
    tail -n +2 list | while IFS=$'\t' read -r _ bytes _ _ _ _ stream path \
        tier; do
        [ "$(stat -c %s "a/$path")" -eq "$bytes" ]
        [ "$tier" = hot ]
        [ "$stream" = xgen ]
    done
}

@test "columns lists the size of each column: all rows, all bytes of pages" {
    trading > day.tape
    xarchive -d a put day.tape
    xarchive -d a columns > list
    [ "$(awk -F '\t' '$1 == "trade" && $2 == "price" { print $3, $4 }' list)" \
        = "300 0" ]
    [ "$(awk -F '\t' '$1 == "trade" && $2 == "raw" { print $3, $4 }' list)" \
        = "300 300" ]
    # pages are most of a file, and none of it twice
    awk -F '\t' '$1 == "trade" { n += $5 } END { print n }' list > pages
    size=$(stat -c %s "$(parts a | grep type=trade)")
    [ "$(cat pages)" -lt "$size" ]
    [ "$(cat pages)" -gt $((size / 4)) ]
}

@test "the catalog has parts and symbols, and is rebuilt from the files" {
    trading > day.tape
    xarchive -d a put day.tape
    sqlite3 a/catalog.db "select type, rows, sha256 from part order by path" \
        > parts
    [ "$(wc -l < parts)" -eq "$(parts a | wc -l)" ]
    grep -q "^trade|300|$(sha256sum < "$(parts a | grep type=trade)" |
        cut -c 1-64)" parts
    [ "$(sqlite3 a/catalog.db "select distinct exchange || ':' || symbol
        from part_symbol join part using (path) where type = 'trade'
        order by 1" | tr '\n' ' ')" = "XTAPE:SYM001 XTAPE:SYM002 " ]
    sqlite3 a/catalog.db .dump > before
    xarchive -d a fsck
    rm a/catalog.db
    run -1 --separate-stderr xarchive -d a fsck
    [[ $stderr == *"fsck --rebuild"* ]]
    xarchive -d a fsck --rebuild
    sqlite3 a/catalog.db .dump | cmp - before
    echo "no database" > a/catalog.db
    run -1 xarchive -d a fsck
    xarchive -d a fsck --rebuild
    xarchive -d a fsck
    xarchive -d a put day.tape
    sqlite3 a/catalog.db .dump | cmp - before
}

# columns_of A: bytes of the columns of its prints.
columns_of() {
    xarchive -d "$1" columns | awk '$1 == "print" { s += $5 } END { print s }'
}

@test "many instruments take no list, and a row of the catalog" {
    for many in "3000 3000" "200000 20000"; do # a row each; ids, then a list
        read -r rows symbols <<< "$many"
        xgen -n "$rows" --type print --symbols "$symbols" > many.tape
        xarchive -d "a$rows" put many.tape
        xrestore -d "a$rows" | cmp - many.tape
        xarchive -d "a$rows" fsck
        rest=$(($(stat -c %s "a$rows"/type=print/*/*) - $(columns_of "a$rows")))
        [ "$rest" -lt $((4000 + symbols / 10000 * 250000)) ]
        [ "$(sqlite3 "a$rows/catalog.db" "select symbol from part_symbol")" = '*' ]
        xgrep -t print -s SYM777 many.tape | xexport -f csv -t print > want
        xrestore -d "a$rows" -t print -s SYM777 | xexport -f csv -t print |
            cmp - want
    done
    [ "$rest" -gt 100000 ] # the second row group needs a list
    # a hold of one of them, and of one that is not there
    printf '%s\n' "tier hot ." "rule * hot 7d expire" > a3000/policy.conf
    symbol=$(xrestore -d a3000 -t print | xexport -f csv -t print -c instrument |
        tail -n 1)
    cp -r a3000 b
    xarchive -d a3000 hold --case x --by y --now 2026-02-01 -s SYM999999 H-1
    xarchive -d b hold --case x --by y --now 2026-02-01 -s "$symbol" H-1
    xarchive -d a3000 sweep --now 2026-02-01
    xarchive -d b sweep --now 2026-02-01
    [ ! -e "$(echo a3000/type=print/*/*.parquet)" ]
    [ -e "$(echo b/type=print/*/*.parquet)" ]
}

@test "times are exact to the nanosecond, before 1970 too" {
    times=(1969-12-31T23:59:59.999999{000,001,999}Z 1970-01-01T00:00:00{,.000000001}Z
        2026-01-08T10:00:00.123456{,001,002,788,789,999}Z 2026-01-08T10:00:00.123457Z)
    { echo time,symbol,price,quantity
        printf '%s,A,1,1\n' "${times[@]}"; } > prints.csv
    ximport -f csv -t print prints.csv -o prints.tape
    xarchive -d a put prints.tape
    xrestore -d a | cmp - prints.tape
    for time in "${times[@]}"; do # one alone, all up to it, all from it on
        before=0
        for other in "${times[@]}"; do
            [ "$other" = "$time" ] && break
            before=$((before + 1))
        done
        to=$(xrestore -q -d a -t print --to "$time" | xexport -f csv -t print |
            tail -n +2 | wc -l)
        from=$(xrestore -q -d a -t print --from "$time" |
            xexport -f csv -t print | tail -n +2 | wc -l)
        [ "$to $from" = "$before $((${#times[@]} - before))" ]
    done
    parts=(a/type=print/*/*.parquet)
    for part in "${parts[@]}"; do
        ximport -f parquet -t print -x seq,instrument,raw "$part"
    done | xmerge | xexport -f csv -t print -c time | tail -n +2 > back
    printf '%s\n' "${times[@]}" | sed 's/\(\.[0-9]*[1-9]\)0*Z/\1Z/' | cmp - back
}

@test "a day is restored without the manifests of the others" {
    for day in 06 07 08; do
        xgen --orders 50 --start "2026-01-${day}T10:00:00Z" --stream "v-$day" |
            xmatch > "$day.tape"
    done
    xarchive -d a put 0?.tape
    of_day() {
        xrestore -d "$1" --from 2026-01-07 --to 2026-01-08
    }
    of_day a > want
    [ "$(xexport -f json want | wc -l)" -eq "$(xexport -f json 07.tape | wc -l)" ]
    hash=$(sqlite3 a/catalog.db "select name from tape where stream like 'v-06/%'")
    cp -r a b
    # what there is, is said of all
    run -0 --separate-stderr xrestore -d a -t bar --from 2026-01-07 -o none
    [[ $stderr == *"from 2026-01-06T10:00:00Z to 2026-01-08T10:"* ]]
    echo broken > "b/_tapes/$hash" # nobody needs it
    of_day b | cmp - want
    run -1 xarchive -d b verify
    rm b/catalog.db # now all are read
    run -1 --separate-stderr of_day b
    [[ $stderr == *"$hash"* ]]
    # a catalog that lost a tape, or changed one, or does not know a manifest
    for lie in "delete from tape where stream like 'v-07/%'" \
        "update tape set time_max = '2026-01-06T11:00:00Z'" \
        "update tape set time_min = '2026-01-09T11:00:00Z'" \
        "update state set tapes = '0'" "delete from state"; do
        rm -r b
        cp -r a b
        sqlite3 b/catalog.db "$lie"
        of_day b | cmp - want
        run -1 xarchive -d b fsck
    done
    cp a/catalog.db old.db
    xgen --orders 50 --start 2026-01-07T11:00:00Z --stream late > late.tape
    xarchive -d a put late.tape
    of_day a > want
    cp old.db a/catalog.db
    of_day a | cmp - want
}

@test "what a killed put left is reported by fsck, and removed by fsck --rebuild" {
    sample > day.tape
    xarchive -d a put day.tape
    directory=type=order/date=2026-01-08
    touch a/$directory/.part-0-1-2.parquet.new a/$directory/..part-0-1-2.1.tmp
    run -1 --separate-stderr xarchive -d a fsck
    [ "$output" = "stray	$directory/..part-0-1-2.1.tmp
stray	$directory/.part-0-1-2.parquet.new" ]
    [[ $stderr == *"2 stray parts"*"fsck --rebuild"* ]]
    run -0 xarchive -d a verify # which may find a put at work
    run -0 xarchive -d a fsck --rebuild
    run -0 xarchive -d a fsck
    [ -z "$output" ]
    xrestore -d a -o back.tape
    cmp day.tape back.tape
}

# files DIRECTORY: the digests of what counts in it.
files() {
    find "$1" -type f ! -name 'catalog.db*' ! -name lock \
        -exec sha256sum {} + | sort -k 2
}

@test "lost manifests are reported, no part is removed, and putting again repairs it" {
    sample > day.tape
    xarchive -d a put day.tape
    files a > whole
    for harm in "rm a/_tapes/*" "rm a/_tapes/* a/catalog.db*" "rm -r a/_tapes"; do
        eval "$harm"
        files a > before
        for verb in verify fsck "fsck --rebuild"; do
            # shellcheck disable=SC2086 # a verb and an option
            run -1 --separate-stderr xarchive -d a $verb
            [[ $output == *"orphan	type=order/date=2026-01-08/part-"* ]]
            [[ $harm == *catalog* || $output == *"missing	_tapes/"* ]]
            [[ $stderr == *" without a manifest; nothing was changed: "* ]]
            files a | diff before -
        done
        xarchive -d a put day.tape
        files a | diff whole -
        xarchive -d a fsck
        xarchive -d a verify
    done
}

@test "parts that lost their manifest are not written over by others" {
    sample > day.tape
    xgen --orders 50 --seed 4 --symbols 2 --accounts 3 > other.tape
    xarchive -d a put day.tape
    rm a/_tapes/* a/catalog.db*
    files a > before
    run -1 --separate-stderr xarchive -d a put other.tape
    [[ $stderr == *"an unknown part of that name"*"xarchive fsck"* ]]
    find a -name '.*' -delete
    files a | diff before -
}

@test "a part whose hidden name is all that is left of a tape is kept" {
    sample > day.tape
    xarchive -d a put day.tape
    part=$(parts a | grep type=order)
    mv "$part" "${part%/*}/.${part##*/}.new"
    rm a/_tapes/*
    run -1 xarchive -d a fsck --rebuild
    [ -e "${part%/*}/.${part##*/}.new" ]
}

@test "a missing part is reported by fsck; the catalog stays as it was" {
    trading > day.tape
    xarchive -d a put day.tape
    sqlite3 a/catalog.db .dump > before
    part=$(parts a | grep type=trade)
    mv "$part" kept
    for verb in fsck "fsck --rebuild"; do
        # shellcheck disable=SC2086 # a verb and an option
        run -1 --separate-stderr xarchive -d a $verb
        [ "$output" = "missing	${part#a/}" ]
        [[ $stderr == *": 1 file missing,"*"from a copy"* ]]
        sqlite3 a/catalog.db .dump | cmp - before
    done
    mv kept "$part"
    xarchive -d a fsck --rebuild
    sqlite3 a/catalog.db .dump | cmp - before
}

@test "a catalog that cannot be made again leaves the old one" {
    trading > day.tape
    xarchive -d a put day.tape
    sqlite3 a/catalog.db .dump > before
    part=$(parts a | grep type=trade)
    truncate -s -100 "$part"
    run -1 --separate-stderr xarchive -d a fsck --rebuild
    [[ $stderr == *"the catalog was left unchanged: "*"$part"* ]]
    sqlite3 a/catalog.db .dump | cmp - before
    [ -z "$(find a -name '.catalog*')" ]
}

@test "foreign files among the parts are reported, and left alone" {
    sample > day.tape
    xarchive -d a put day.tape
    for name in type=order/date=2026-01-08/foreign.parquet type=order/letter; do
        echo mine > a/$name
        for verb in verify fsck "fsck --rebuild"; do
            # shellcheck disable=SC2086 # a verb and an option
            run -0 --separate-stderr xarchive -d a $verb
            [[ $stderr == "xarchive: a/$name: not part of the archive, "* ]]
            # shellcheck disable=SC2086
            run -0 --separate-stderr xarchive -q -d a $verb
            [ -z "$stderr" ]
        done
        [ "$(cat a/$name)" = mine ]
        rm a/$name
    done
}

@test "the line for cron prints nothing while all is well, and reports gaps" {
    line=$(grep -o 'xarchive -d .* verify.*' "$ROOT/scripts/examples/cron.d" |
        sed 's|/srv/xtape/archive|a|')
    trading > day.tape
    xarchive -d a put day.tape
    run bash -c "$line"
    [ -z "$output" ]
    rm -r a
    with_gap
    run bash -c "$line"
    [[ ${lines[0]} == "gap	101	149	day" ]]
}

@test "a bit flipped in a part: verify and xrestore name the file, exit 1" {
    trading > day.tape
    xarchive -d a put day.tape
    part=$(parts a | grep type=trade)
    size=$(stat -c %s "$part")
    cp "$part" whole
    for place in 0 100 $((size / 2)) $((size - 2000)) $((size - 1)); do
        cp whole "$part"
        byte=$(xxd -s "$place" -l 1 -p "$part")
        printf '%02x' $((0x$byte ^ 16)) | xxd -r -p |
            dd of="$part" bs=1 seek="$place" conv=notrunc 2> /dev/null
        run -1 --separate-stderr xarchive -d a verify
        [[ $stderr == *"$part: "* ]]
        [[ $output == *" 1 bad,"* ]]
        status=0
        xrestore -d a 2> err > back.tape || status=$?
        if [ $status -eq 0 ]; then
            [ "$(xstat --digest back.tape)" = "$(xstat --digest day.tape)" ]
        else
            [ $status -eq 1 ]
            one_line err
            grep -qF "$part: " err
        fi
    done
}

# More threads than row groups, too.
@test "any number of threads: the same bytes, the same failure first" {
    xgen --type trade --orders 400000 > trades.tape
    xarchive -d a put trades.tape
    part=$(parts a | grep type=trade)
    selections=("" "--symbols SYM003" "--from 2026-01-08T15:00:00Z")
    for threads in 1 2 3 64; do
        for i in 0 1 2; do # each a list of arguments
            # shellcheck disable=SC2086
            xrestore -d a --threads $threads ${selections[i]} > back$i.tape
            [ $threads -gt 1 ] || mv back$i.tape one$i.tape
            [ $threads -eq 1 ] || cmp one$i.tape back$i.tape
        done
    done
    cmp trades.tape one0.tape
    size=$(stat -c %s "$part")
    for place in $((size / 2)) $((size / 6)); do # the second is the first
        printf 'damaged' |
            dd of="$part" bs=1 seek=$place conv=notrunc 2> /dev/null
        for threads in 1 2 3 64; do
            status=0
            xrestore -d a --threads $threads 2> err$threads > back$threads ||
                status=$?
            [ $status -eq 1 ]
            cmp err1 err$threads
            cmp back1 back$threads
        done
        one_line err1
    done
}

@test "no archive, no verb, no -d: one line that says what to do" {
    run -3 --separate-stderr xrestore -d nowhere -o back.tape
    [[ $stderr == *"nowhere: there is no archive"* ]]
    run -2 --separate-stderr xarchive -d a
    [[ $stderr == *"a verb is required: "* ]]
    for command in "xarchive put" xrestore; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr $command
        [[ $stderr == *"needs -d DIR"* ]]
    done
    for verb in ls columns verify compact fsck; do
        run -3 --separate-stderr xarchive -d nowhere $verb
        [[ $stderr == "xarchive: nowhere: there is no archive; xarchive put "* ]]
        [ ! -e nowhere ]
    done
}

@test "a directory that holds something else is refused, and stays as it is" {
    sample > day.tape
    xstore -q -d store day.tape > /dev/null
    mkdir other
    echo mine > other/catalog.db
    find store other -type f -exec sha256sum {} + > before
    for directory in store other other/.; do
        run -2 --separate-stderr xarchive -d $directory put day.tape
        [[ $stderr == *"$directory: not an archive, it holds "* ]]
        run -3 --separate-stderr xarchive -d $directory fsck --rebuild
        [[ $stderr == *"$directory: there is no archive"* ]]
    done
    find store other -type f -exec sha256sum {} + | diff before -
    mkdir empty
    xarchive -d empty put day.tape
}

# counts TAPE: each type and its events, but for definitions.
counts() {
    xexport -f json "$1" | jq -r .type | sort | uniq -c |
        awk '!/instrument|name/ { print $2, $1 }'
}

@test "find lists the parts that have such events, and how many, as xgrep does" {
    xgen --orders 300 --symbols 3 --seed 3 --start 2026-01-08T10:00:00Z \
        --stream day | xmatch > day.tape
    xgrep --to 2026-01-08T10:00:02Z day.tape > other.tape
    xarchive -d a put --bloom order_id day.tape other.tape
    mkdir warm
    printf '%s\n' 'tier hot .' 'tier warm ../warm' \
        'rule trade hot 1d warm 2d expire' 'rule * hot forever' > a/policy.conf
    xarchive -d a sweep --now 2026-01-09
    for selection in "-s XTAPE:SYM001" "-a 5,7" "-t trade,cancelled -a 3" \
        "-i order_id=7,trade_id=3" "--from 2026-01-08T10:00:01Z -s SYM002"; do
        read -ra terms <<< "$selection"
        xarchive -d a find "${terms[@]}" > found
        awk -F '\t' '$5 == "day/xmatch" { print $3, $1 }' found | sort > got
        xgrep "${terms[@]}" day.tape > want.tape
        counts want.tape | diff - got
        awk -F '\t' '$5 == "day/xmatch/xgrep" { print $3, $1 }' found | sort > got
        xgrep "${terms[@]}" other.tape > want.tape
        counts want.tape | diff - got
    done
    xarchive -d a find -t trade | cut -f 2 | uniq | grep -qx warm
    xarchive -d a find -t trade --json | jq -se '.[0].tier == "warm" and
        (map(.rows) | add) > 0' > /dev/null
    run -0 --separate-stderr xarchive -d a find -a 99999
    [ -z "$output" ]
    [[ $stderr == *"nothing in the archive matches"* ]]
    mv warm away
    run -3 xarchive -d a find -t trade # not that there is nothing
    mv away warm
    xarchive -d a sweep --now 2026-01-10
    run -0 --separate-stderr xarchive -d a find -t trade
    [[ $stderr == *"policy has removed "*" events of the types and times"* ]]
    run -2 xarchive -d a find -i nonsense=1
}
