# What ill will, a stale file or a second writer can do to an archive, and must
# not: nothing outside of it is touched, nothing forged is given back or
# blessed, nothing is lost, and what was taken away is missed.
load common

# manifest FILE LINE...: writes a manifest of those lines, with the HEADER of
# the archive a and the hash that it has to end with.
manifest() {
    local file=$1
    shift
    {
        printf 'xtape-archive 1\nstream x\n'
        grep -h '^header ' a/_tapes/* | head -n 1
        printf '%s\n' "$@" "end 0000000000000000"
    } > text
    mv text "$file"
    "$TOOLS/mark" --sum "$file"
}

zeros=$(printf '0%.0s' {1..64})

@test "a manifest with a path that is none is refused, whatever it is" {
    sample > day.tape
    xarchive -d a put day.tape
    mkdir home
    echo precious > home/secret.txt
    ln -s "$PWD/home" a/type=evil
    hash=$(ls a/_tapes)
    hash=${hash%%-*}
    for path in type=evil type=evil/secret.txt type=order/secret.txt \
        "type=order/date=2026-01-08/../../../home/secret.txt" \
        "type=order/date=2026-01-08/part-$hash-1-1.parquet.x" \
        "type=order/date=2026-01-08/part-$hash-01-1.parquet" \
        "type=order/date=2026-01-08/part-0123456789abcdef-1-1.parquet" \
        "type=order/date=2026-1-8/part-$hash-1-1.parquet" \
        "/type=order/date=2026-01-08/part-$hash-1-1.parquet"; do
        manifest "a/_tapes/$hash-1-1" "tape 1 0" "range 1 1" \
            "part $zeros 1 1 1 1 0 0 0000000000000000 $path"
        for command in "xarchive -d a ls" "xarchive -d a verify" \
            "xarchive -d a fsck" "xarchive -d a fsck --rebuild" \
            "xarchive -d a compact" "xarchive -d a columns" "xrestore -d a" \
            "xarchive -d a put day.tape"; do
            # shellcheck disable=SC2086 # a command line
            run -1 --separate-stderr $command
            [[ $stderr == *"a/_tapes/$hash-1-1: line 6: a malformed part line"* ]]
        done
    done
    [ "$(cat home/secret.txt)" = precious ]
}

@test "a manifest whose name is not that of its stream and ranges is refused" {
    sample > day.tape
    xarchive -d a put day.tape
    cp a/_tapes/* a/_tapes/0123456789abcdef-1-9
    run -1 --separate-stderr xarchive -d a fsck
    [[ $stderr == *"a/_tapes/0123456789abcdef-1-9: "* ]]
}

@test "a link among the parts is not followed, and nothing at its end removed" {
    sample > day.tape
    xarchive -d a put day.tape
    mkdir home
    mv a/type=order/date=2026-01-08 home
    ln -s "$PWD/home/date=2026-01-08" a/type=order/date=2026-01-08
    find home -type f -exec sha256sum {} + > before
    for command in "xarchive -d a verify" "xarchive -d a fsck" \
        "xarchive -d a fsck --rebuild" "xrestore -d a" \
        "xarchive -d a put day.tape"; do
        # shellcheck disable=SC2086 # a command line
        run -1 --separate-stderr $command
        [[ $stderr == *"a/type=order/date=2026-01-08"*"symbolic link"* ]]
    done
    find home -type f -exec sha256sum {} + | diff before -
}

@test "a part that is a device or a FIFO is not opened, and stops nobody" {
    sample > day.tape
    xarchive -d a put day.tape
    part=$(parts a | grep type=order)
    rm "$part"
    mkfifo "$part"
    for command in "xarchive -d a verify" "xrestore -d a" "xarchive -d a fsck"; do
        # shellcheck disable=SC2086 # a command line
        run -1 --separate-stderr timeout 20 $command
        [[ "$stderr$output" == *"$part"*"not a regular file"* ]]
    done
}

@test "a leftover is not published over a good part, nor if it is another" {
    sample > day.tape
    xgen --orders 50 --seed 4 --symbols 2 --accounts 3 > other.tape
    xarchive -d a put day.tape
    xarchive -d b put other.tape
    part=$(parts a | grep type=order)
    other=$(parts b | grep type=order)
    hidden=${part%/*}/.${part##*/}.new
    parts a | xargs sha256sum > before
    mark=$(ls a/_tapes)
    for verb in put compact "fsck --rebuild"; do
        cp "$other" "$hidden"
        touch "a/_tapes/.$mark.open"
        # shellcheck disable=SC2086 # a verb and an option
        xarchive -d a $verb < day.tape
        parts a | xargs sha256sum | diff before -
        [ ! -e "$hidden" ]
    done
    mv "$part" kept
    cp "$other" "$hidden"
    touch "a/_tapes/.$mark.open"
    run -1 --separate-stderr xarchive -d a compact
    [[ $stderr == *"$hidden: not the part that its manifest names"* ]]
    mv kept "$hidden"
    xarchive -d a compact
    parts a | xargs sha256sum | diff before -
}

# forge: archive a of day.tape, in which a part has another price than was put,
# and every sum of the file is right.
forge() {
    local cents
    xgen -t trade --orders 400 --stream day -o day.tape
    xarchive -d a put day.tape
    part=$(parts a | grep type=trade)
    digest=$(grep -aoE 'xtape.digest..[0-9a-f]{16}' "$part" | tail -c 17)
    for cents in $(seq 1 99); do
        rm -rf b
        xexport -f json day.tape | sed -E \
            "400s/(\"price\":\"[0-9]+)[^\"]*\"/\1.$cents\"/" |
            ximport -q -f json --stream day -o other.tape
        xarchive -d b put other.tape
        [ "$(stat -c %s "b/${part#a/}")" -ne "$(stat -c %s "$part")" ] || break
    done
    cp "b/${part#a/}" "$part"
    "$TOOLS/mark" --digest "$part" "$digest"
}

@test "a part with a forged value, all its sums right, is not given back" {
    forge
    run ! cmp -s day.tape other.tape
    for options in "" "-t trade" "--threads 1" "-s SYM001"; do
        # shellcheck disable=SC2086 # a list of options
        run -1 --separate-stderr xrestore -d a $options -o back.tape
        [[ $stderr == *"$part: it does not match its SHA-256"* ]]
        [ ! -e back.tape ]
        # shellcheck disable=SC2086
        (xrestore -q -d a $options || true) 2> err | xstat --json > told || true
        [ "$(jq -r .status told)" = failed ]
    done
    run -1 --separate-stderr xarchive -d a verify
    [[ $stderr == *"$part: it does not match its SHA-256"* ]]
}

@test "a forged part is not blessed by compact, and the true tape heals it" {
    forge
    sha256sum "$part" > forged
    last=$(xstat --json day.tape | jq .events)
    xgen -t trade --orders 500 --stream day -o more.tape
    "$TOOLS/piece" $((last + 1)) 9999 < more.tape > piece.tape
    xarchive -d a put piece.tape
    run -1 --separate-stderr xarchive -d a compact
    [[ $stderr == *"$part: it does not match its SHA-256"* ]]
    sha256sum -c forged
    [ -z "$(find a -name '.part*')" ]
    xarchive -d a put more.tape
    xarchive -d a compact
    xarchive -d a verify
}

@test "without SHA-256 a forgery passes, and the provenance says so" {
    forge
    xrestore -d a --no-verify -t trade -o back.tape
    xstat --json back.tape | grep -q -- --no-verify
}

@test "a part that is lost or damaged comes back when its tape is put again" {
    trading > day.tape
    xarchive -d a put day.tape
    parts a | xargs sha256sum > before
    for harm in 'rm "$part"' 'truncate -s -9 "$part"' 'echo letter > "$part"'; do
        for part in $(parts a | grep -E 'type=(order|trade|instrument)'); do
            eval "$harm"
            run -1 xarchive -d a verify
            run -1 --separate-stderr xrestore -d a -o back.tape
            run -0 --separate-stderr xarchive -v -d a put day.tape
            [[ $stderr == *" 0 events stored"*"wrote 1 part again"* ]]
            parts a | xargs sha256sum | diff before -
            xarchive -d a verify
        done
    done
    # all of them at once, and with other bytes than before
    parts a | xargs rm
    xarchive -d a --bloom order_id,trade_id put day.tape
    xarchive -d a verify
    xarchive -d a fsck
    xrestore -d a -o back.tape
    cmp day.tape back.tape
}

@test "a tape that has not all of a lost part does not pretend to heal it" {
    trading > day.tape
    xarchive -d a put day.tape
    part=$(parts a | grep type=order)
    rm "$part"
    "$TOOLS/piece" 1 200 < day.tape > piece.tape
    run -1 --separate-stderr xarchive -d a put piece.tape
    [[ $stderr == *"does not have all of its events"* ]]
    [ -z "$(find a -name '.part*')" ]
    xarchive -d a put day.tape
    xarchive -d a verify
}

@test "a stopped tape, then the complete one: complete; a shorter one: refused" {
    sample > day.tape
    last=$(xexport -f json day.tape | wc -l)
    "$TOOLS/piece" 1 $((last - 1)) < day.tape > most.tape
    xarchive -d a put most.tape
    [ "$(xrestore -d a | xstat --json | jq -r .status)" = limited ]
    # the same events, now said to be all
    "$TOOLS/piece" 1 $((last - 1)) complete < day.tape > short.tape
    xarchive -d b put most.tape
    xarchive -d b put short.tape
    xrestore -d b -o back.tape
    cmp short.tape back.tape
    xarchive -d b compact
    xarchive -d b verify
    xarchive -d b fsck
    xarchive -d a put day.tape
    xrestore -d a -o back.tape
    cmp day.tape back.tape
    run -1 --separate-stderr xarchive -d a put short.tape
    [[ $stderr == *"complete with sequence number $((last - 1)), but the archive"* ]]
    xrestore -d a -o back.tape
    cmp day.tape back.tape
}

# three: three tapes in the archive a.
three() {
    for i in 1 2 3; do
        xgen --orders 60 --seed $i --stream "s$i" -o "s$i.tape"
        xarchive -d a put "s$i.tape"
    done
}

@test "manifests are a chain: one that is taken away or changed is missed" {
    three
    xarchive -d a head > head
    [ "$(cut -f 1 head)" -eq 3 ]
    cut -f 2 head > sha
    sha256sum "a/_tapes/$(cut -f 3 head)" | cut -d ' ' -f 1 | diff sha -
    xarchive -d a verify --head "$(cat sha)"
    # the second, with its parts and its rows: only the chain misses it
    second=$(grep -l '^link 2 ' a/_tapes/*)
    cp -r a whole
    hash=$(basename "$second" | cut -d - -f 1)
    find a -name "part-$hash-*" -delete
    rm "$second"
    sqlite3 a/catalog.db "delete from part where tape like '$hash%';
        delete from tape where name like '$hash%'"
    for verb in verify fsck "fsck --rebuild"; do
        # shellcheck disable=SC2086 # a verb and an option
        run -1 --separate-stderr xarchive -d a $verb
        [[ $output == *"break	$(basename "$(grep -l '^link 3 ' a/_tapes/*)")"* ]]
    done
    # the last: only who kept the head
    rm -r a
    cp -r whole a
    last=$(grep -l '^link 3 ' a/_tapes/*)
    hash=$(basename "$last" | cut -d - -f 1)
    find a -name "part-$hash-*" -delete
    rm "$last"
    run -1 xarchive -d a verify # the catalog still knows it
    rm a/catalog.db*
    xarchive -d a fsck --rebuild
    xarchive -d a verify
    run -1 --separate-stderr xarchive -d a verify --head "$(cat sha)"
    [[ $stderr == *"does not have $(cat sha)"* ]]
}

@test "a catalog of an earlier day that is put back does not break the chain" {
    three
    rm -r a
    xarchive -d a put s1.tape
    cp a/catalog.db early.db
    xarchive -d a put s2.tape
    cp early.db a/catalog.db
    xarchive -d a put s3.tape
    run -0 --separate-stderr xarchive -d a verify
    run -0 --separate-stderr xarchive -d a fsck
}

@test "fsck finds nothing in an archive of instruments without an exchange" {
    printf 'time,instrument,price,quantity\n%s,A,1,2\n' 2026-01-08T10:00:00Z |
        ximport -f csv -t trade --stream plain | xarchive -d a put
    run -0 xarchive -d a fsck
    [ -z "$output" ]
}

@test "a selection of a stream that two versions wrote is one tape, whole" {
    sample 300 > day.tape
    for seed in 1 2 4; do
        rm -rf a
        "$TOOLS/piece" 1 60 < day.tape | "$TOOLS/older" --shrink $seed > old.tape
        xarchive -d a put old.tape
        "$TOOLS/piece" 61 99999 < day.tape | xarchive -d a put
        for symbol in $(xexport -f json -t instrument day.tape | jq -r .symbol |
            head -n 3); do
            xrestore -d a -s "$symbol" -o got.tape
            [ "$(xstat got.tape | grep -c '^status  *complete')" -eq 1 ]
            xexport -f json -t order,trade got.tape > got
            xgrep -s "$symbol" day.tape | xexport -f json -t order,trade > wanted
            [ "$(wc -l < got)" -eq "$(wc -l < wanted)" ]
            tail -n 5 wanted | cmp - <(tail -n 5 got)
        done
    done
}

@test "the chain goes on over compaction, rebuilt catalogs and old archives" {
    "$TOOLS/piece" 1 50 < <(sample) | xarchive -d a put
    "$TOOLS/piece" 51 9999 < <(sample) | xarchive -d a put
    xgen --orders 20 --stream other | xarchive -d a put
    xarchive -d a head | cut -f 2 > old
    xarchive -d a compact
    xarchive -d a verify --head "$(cat old)"
    rm a/catalog.db*
    xarchive -d a fsck --rebuild
    xgen --orders 20 --stream more | xarchive -d a put
    xarchive -d a verify --head "$(cat old)"
    [ "$(xarchive -d a head | cut -f 1)" -eq 5 ]
    xarchive -d a fsck
}

@test "an archive of version 0.2 is read, continued, compacted and chained" {
    cp -r "$ROOT/testdata/archive-0.2" a
    xrestore -d a | xstat --digest > before
    diff before "$ROOT/testdata/archive-0.2.digest"
    run -0 --separate-stderr xarchive -d a verify
    xarchive -d a fsck
    xgen --orders 20 --stream more > more.tape
    xarchive -d a put more.tape
    xarchive -d a verify
    xarchive -d a fsck
    # one of the old manifests changed: the first link knows them all
    xarchive -d a compact
    xrestore -d a --stream more -o back.tape
    cmp more.tape back.tape
    rm a/type=order/date=*/part-*-c1.parquet 2> /dev/null || true
    old=$(grep -L '^link ' a/_tapes/* | head -n 1)
    [ -z "$old" ] || rm "$old"
    [ -z "$old" ] || run -1 xarchive -d a verify
}

@test "fsck sees every value of the catalog that was changed" {
    trading > day.tape
    xarchive -d a put day.tape
    for table in state tape part instrument; do
        for column in $(sqlite3 a/catalog.db "pragma table_info($table)" |
            cut -d '|' -f 2); do
            [ "$table.$column" != part.id ] || continue
            [ "$table.$column" != instrument.id ] || continue
            cp a/catalog.db kept
            sqlite3 a/catalog.db "pragma ignore_check_constraints=1;
                update $table set $column = coalesce($column, 0) || '7'
                where rowid = (select max(rowid) from $table)"
            run -1 xarchive -d a fsck
            rm -f a/catalog.db-*
            mv kept a/catalog.db
        done
        cp a/catalog.db kept
        sqlite3 a/catalog.db "delete from $table
            where rowid = (select max(rowid) from $table)"
        run -1 xarchive -d a fsck
        rm -f a/catalog.db-*
        mv kept a/catalog.db
    done
    xarchive -d a fsck
}

@test "fsck without --rebuild needs no right to write, and changes nothing" {
    sample > day.tape
    xarchive -d a put day.tape
    find a -type f -exec sha256sum {} + | sort > before
    chmod -R a-w a
    xarchive -d a fsck
    chmod -R u+w a
    find a -type f -exec sha256sum {} + | sort | diff before -
}

@test "a compact that was killed: verify says what to do, and it is done" {
    trading > day.tape
    for piece in "1 100" "101 200" "201 9999"; do
        # shellcheck disable=SC2086 # two numbers
        "$TOOLS/piece" $piece < day.tape | xarchive -d a put
    done
    # killed before it removed what it had replaced
    cp -r a before
    xarchive -d a compact
    cp -rn before/type=* a/
    cp -n before/_tapes/* a/_tapes/
    name=$(basename a/_tapes/*-c1)
    touch "a/_tapes/.$name.open"
    for verb in verify fsck; do
        run -0 --separate-stderr xarchive -d a $verb
        [[ $output == *"superseded	type="* ]]
        [[ $stderr == *"interrupted; nothing is lost"*"fsck --rebuild"* ]]
    done
    xrestore -d a -o back.tape
    cmp day.tape back.tape
    xgen --orders 5 --stream other | xarchive -d a put
    [ "$(parts a | grep -c -v -- -c1)" -le "$(parts a | wc -l)" ]
    run -0 --separate-stderr xarchive -d a verify
    [[ $output != *superseded* ]]
    [ -z "$stderr" ]
    xarchive -d a fsck
}

@test "xrestore that began before a compact ends well, and so does verify" {
    xgen --orders 60000 -o day.tape
    for piece in "1 20000" "20001 40000" "40001 999999"; do
        # shellcheck disable=SC2086 # two numbers
        "$TOOLS/piece" $piece < day.tape | xarchive -d a put
    done
    mkfifo slow
    xrestore -d a --threads 1 > slow &
    exec 9< slow
    head -c 100000 <&9 > back.tape
    xarchive -d a compact
    cat <&9 >> back.tape
    exec 9<&-
    wait $!
    cmp day.tape back.tape
}

# stops_at N VERB: it, stopped at its Nth opening of a file until a compact is
# done.
stops_at() {
    local pid status=0
    rm -rf a trace
    cp -r pieces a
    strace -qq -o trace -e trace=openat2 -e "inject=openat2:signal=STOP:when=$1" \
        xarchive -q -d a "$2" > out 2> err &
    pid=$!
    until grep -q STOP trace 2> /dev/null || ! kill -0 $pid 2> /dev/null; do
        sleep 0.01
    done
    xarchive -d a compact
    # more than once: strace writes of the signal before it stops the program
    while kill -0 $pid 2> /dev/null; do
        pkill -CONT -P $pid || true
        sleep 0.01
    done
    wait $pid || status=$?
    [ $status -eq 0 ] || { echo "$2 at $1: $status"; cat out err; return 1; }
}

@test "verify or fsck that a compact overtakes finds nothing wrong" {
    command -v strace > /dev/null || skip "strace is not installed"
    strace -o /dev/null true 2> /dev/null || skip "strace is not allowed here"
    xgen --orders 400 -o day.tape
    for piece in "1 200" "201 400" "401 9999"; do
        # shellcheck disable=SC2086 # two numbers
        "$TOOLS/piece" $piece < day.tape | xarchive -d pieces put
    done
    for n in 1 2 3 5 7 9 12 16 20; do
        stops_at $n verify
        stops_at $((n + 1)) fsck
    done
}

@test "a second writer waits for the lock as long as it is told to" {
    sample > day.tape
    xgen --orders 5 --stream other > other.tape
    xarchive -d a put day.tape
    mkfifo live
    xarchive -d a put < live &
    exec 9> live
    head -c 5000 day.tape >&9
    for _ in $(seq 400); do
        flock -n a/lock true || break
        sleep 0.05
    done
    run -3 --separate-stderr xarchive -d a put other.tape
    [[ $stderr == *"another program is writing"*"--wait"* ]]
    xarchive -d a --wait 60s put other.tape 9>&- &
    tail -c +5001 day.tape >&9
    exec 9>&-
    wait %1
    wait %2
    xrestore -d a --stream other -o back.tape
    cmp other.tape back.tape
    xarchive -d a verify
}

@test "days that take turns: bounded parts, and compaction makes one of each" {
    # 90 days, one event of each in turn
    for round in 1 2 3 4; do
        for day in $(seq 0 89); do
            date -u -d "2025-01-01 $day days" +"%Y-%m-%dT0$round:00:00Z,A,1,1"
        done
    done | sed '1i time,instrument,price,quantity' |
        ximport -q -f csv -t print --stream turns -o turns.tape
    xarchive -d a put turns.tape
    [ "$(parts a | wc -l)" -lt 300 ]
    xarchive -d a compact
    [ "$(parts a | grep -c type=print)" -eq 90 ]
    xarchive -d a verify
    xrestore -d a -o back.tape
    cmp turns.tape back.tape
}

@test "one day restored from many is one tape; what is not there is said" {
    for day in 01 02 03 04 05; do
        xgen --orders 20 --stream "d$day" --start "2026-03-${day}T10:00:00Z" \
            -o "d$day.tape"
    done
    xarchive -d a put d0?.tape
    xrestore -d a --from 2026-03-03T00:00:00Z --to 2026-03-04T00:00:00Z \
        -o day.tape
    [ "$(xstat --json day.tape | jq -r .stream)" = d03/xrestore ]
    [ "$(xstat --digest day.tape)" = "$(xgrep --from 2026-03-03T00:00:00Z \
        --to 2026-03-04T00:00:00Z d03.tape | xstat --digest)" ]
    [ "$(xrestore -d a -t order | xstat --json | wc -l)" -eq 5 ]
    run -0 --separate-stderr xrestore -d a --from 2027-01-01T00:00:00Z -o no.tape
    [[ $stderr == "xrestore: nothing in the archive matches the types and times"*2026-03-01*2026-03-05* ]]
    [ "$(xstat --json no.tape | jq -r .status)" = complete ]
    run -0 --separate-stderr xrestore -q -d a -t bar -o no.tape
    [ -z "$stderr" ]
}

@test "many tapes put at once are each whole or not there at all" {
    for i in 1 2 3 4; do
        xgen --orders 60 --seed $i --stream "s$i" -o "s$i.tape"
    done
    head -c 9000 s3.tape > cut.tape
    run -1 --separate-stderr xarchive -d a put s1.tape s2.tape cut.tape s4.tape
    for i in 1 2; do
        xrestore -d a --stream s$i -o back.tape
        cmp s$i.tape back.tape
    done
    run -1 xrestore -d a --stream s3 -o back.tape
    xarchive -d a verify
    xarchive -d a fsck
    # pieces of one stream among them are compared with those before
    "$TOOLS/piece" 1 40 < s4.tape > p1.tape
    "$TOOLS/piece" 30 9999 < s4.tape > p2.tape
    run -0 --separate-stderr xarchive -v -d a put p1.tape s1.tape p2.tape
    [[ $stderr == *" events stored"* ]]
    xrestore -d a --stream s4 -o back.tape
    cmp s4.tape back.tape
    xarchive -d a verify
}

@test "ls, verify and fsck as JSON: sorted, with totals" {
    trading > day.tape
    xarchive -d a put day.tape
    xarchive -d a ls --json > list
    [ "$(jq '.parts | length' list)" -eq "$(jq .totals.parts list)" ]
    [ "$(jq '[.parts[].rows] | add' list)" -eq "$(jq .totals.rows list)" ]
    [ "$(jq .totals.rows list)" -eq "$(xexport -f json day.tape | wc -l)" ]
    [ "$(jq '[.parts[].bytes] | add' list)" -eq "$(parts a | xargs stat -c %s |
        paste -sd+ | bc)" ]
    xarchive -d a verify --json > told
    [ "$(jq -c '[.bad, .missing, .breaks]' told)" = "[0,0,0]" ]
    part=$(parts a | grep type=trade)
    rm "$part"
    run -1 --separate-stderr xarchive -d a fsck --json
    [ "$(jq -r 'select(.finding == "missing") | .path' <<< "$output")" = \
        "${part#a/}" ]
}
