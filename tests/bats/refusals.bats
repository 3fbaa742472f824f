# What keeps data, where it cannot: two writers, a full disk, a directory that
# cannot be written, other people's files, and files that are damaged, missing
# or of a newer version.  Each is reported in a line that names the file and says
# what to do, and nothing is destroyed.
load common

teardown() {
    cd /
    umount "$BATS_TEST_TMPDIR/small" 2> /dev/null || true
}

# a store of three segments and an archive, as day.tape makes them.
make_kept() {
    mkdir kept
    xgen --orders 3000 --symbols 2 > day.tape
    xstore -q -d kept/store --segment-size 70000 day.tape > /dev/null
    xarchive -d kept/a put day.tape
}

# digests DIRECTORY ...: of all files, but for SQLite's and the lock.
digests() {
    { find "$@" -type f ! -name 'catalog.db*' ! -name lock \
        -exec sha256sum {} + 2> /dev/null || true; } | sort -k 2
}

# Harm done to a file | what then | its status | what it says in order.
# segment is the middle one of the store, part one of the archive's.
HARM='
"$TOOLS/mark" --flip $segment 40000 3 | xreplay -d store | 1 | $segment: event * damaged*restore it from a copy
"$TOOLS/mark" --flip $segment 40000 3 | xstore -d store day.tape | 1 | $segment: event * damaged*restore it from a copy
"$TOOLS/mark" --flip $segment 40000 3 | xstore -d store verify | 1 | $segment: event * damaged*restore it from a copy
rm $segment | xreplay -d store | 1 | $segment: the segment is missing: restore it from a copy
rm $segment | xstore -d store day.tape | 1 | $segment: the segment is missing: restore it from a copy
rm $segment | xstore -d store verify | 1 | $segment: the segment is missing: restore it from a copy
rm ${segment%seg}* | xreplay -d store | 1 | $segment: the segment is missing, and with it events 1076 to 2075: restore it from a copy
rm ${segment%seg}* | xstore -d store day.tape | 1 | $segment: the segment is missing, and with it events 1076 to 2075: restore it from a copy
rm ${segment%seg}* | xstore -d store verify | 1 | $segment: the segment is missing, and with it events 1076 to 2075: restore it from a copy
rm ${segment%seg}* | xstore -d store ls | 1 | $segment: the segment is missing, and with it events 1076 to 2075: restore it from a copy
rm $last | xreplay -d store | 1 | $last: the segment is missing: restore it from a copy
rm $last | xstore -d store day.tape | 1 | $last: the segment is missing: restore it from a copy
rm ${last%seg}* | xreplay -d store | 1 | $last: the segment is missing, and with it all events from 3040 on: restore it from a copy
rm ${last%seg}* | xstore -d store day.tape | 1 | $last: the segment is missing, and with it all events from 3040 on: restore it from a copy
rm ${last%seg}* | xstore -d store verify | 1 | $last: the segment is missing, and with it all events from 3040 on: restore it from a copy
: > $segment | xreplay -d store | 1 | $segment: byte 0: *cut off*restore it from a copy
: > $segment | xstore -d store day.tape | 1 | $segment: byte 0: *cut off*restore it from a copy
"$TOOLS/mark" $segment 16 2 | xreplay -d store | 1 | $segment: *a tape of format 2*use a newer program
"$TOOLS/mark" $segment 16 2 | xstore -d store day.tape | 1 | $segment: *a tape of format 2*use a newer program
"$TOOLS/mark" $segment 16 2 | xstore -d store verify | 1 | $segment: *a tape of format 2*use a newer program
mv $segment store/000001-000000000007.seg | xstore -d store day.tape | 1 | store/000001-000000000007.seg: contradicts its name: restore its name
"$TOOLS/mark" --flip $part 2000 3 | xrestore -d a | 1 | $part: row group *column *page at byte *damaged*restore the file from a copy
"$TOOLS/mark" --flip $part 2000 3 | xarchive -d a verify | 1 | $part: it does not match its SHA-256*put the tape again, or restore the file from a copy
truncate -s -100 $part | xrestore -d a | 1 | $part: byte *cut off*restore the file from a copy
truncate -s -100 $part | xarchive -d a verify | 1 | $part: *bytes, but the archive has recorded*restore the file from a copy
rm $part | xrestore -d a | 1 | $part: the part is missing*restore the file from a copy
rm $part | xarchive -d a verify | 1 | a: 1 file missing*from a copy
"$TOOLS/mark" --newer $part | xrestore -d a | 1 | $part: a part of version 9*use a newer program
cp a/type=cash/*/part-* $part | xrestore -d a | 1 | $part: it is not the file that the archive has recorded*restore the file from a copy
"$TOOLS/mark" --flip $manifest 100 3 | xrestore -d a | 1 | $manifest: *damaged*restore the file from a copy
"$TOOLS/mark" --flip $manifest 100 3 | xarchive -d a put day.tape | 1 | $manifest: *damaged*restore the file from a copy
head -c 300 kept/$manifest > $manifest | xarchive -d a ls | 1 | $manifest: *cut off*restore the file from a copy
"$TOOLS/mark" --newer $manifest | xrestore -d a | 1 | $manifest: *another version*use a newer program
"$TOOLS/mark" --newer $manifest | xarchive -d a put day.tape | 1 | $manifest: *another version*use a newer program
echo letter > a/catalog.db | xarchive -d a put day.tape | 1 | xarchive fsck --rebuild rebuilds it*a/catalog.db: *not an SQLite database
echo letter > a/catalog.db | xarchive -d a fsck | 1 | a/catalog.db: *not an SQLite database
rm $part | xarchive -d a fsck | 1 | a: 1 file missing*from a copy
rm $part | xarchive -d a fsck --rebuild | 1 | a: 1 file missing*from a copy
rm $manifest | xarchive -d a verify | 1 | a: 1 file missing, and * without a manifest*from a copy
rm $manifest | xarchive -d a fsck | 1 | a: 1 file missing, and * without a manifest*from a copy
rm $manifest | xarchive -d a fsck --rebuild | 1 | a: 1 file missing, and * without a manifest*from a copy
rm -r a | xarchive -d a fsck | 3 | a: there is no archive; xarchive put creates one
rm -r a | xarchive -d a compact | 3 | a: there is no archive; xarchive put creates one
rm -r a | xarchive -d a verify | 3 | a: there is no archive; xarchive put creates one
rm -r a | xrestore -d a | 3 | a: there is no archive; xarchive put creates one
rm -r store | xreplay -d store | 3 | store: there is no such directory
'

@test "a damaged file is reported with its name and what to do; nothing is changed" {
    make_kept
    segment=$(cd kept && find store -name '*.seg' | sort | sed -n 2p)
    last=$(cd kept && find store -name '*.seg' | sort | tail -n 1)
    part=$(cd kept && parts a | grep type=order/)
    manifest=$(cd kept && find a/_tapes -type f)
    while IFS='|' read -r harm command want words; do
        [ -n "$harm" ] || continue
        rm -rf store a
        cp -r kept/store kept/a .
        eval "$harm"
        digests store a > before
        status=0
        # shellcheck disable=SC2086 # a command line
        $command > said 2> err || status=$?
        digests store a > after
        eval "words=\"${words# }\""
        text=$(cat err; [[ $command != *verify* ]] || cat said)
        # shellcheck disable=SC2053 # a pattern
        [ $status -eq $want ] && [[ $text == *$words* ]] &&
            diff before after ||
            { echo "$harm, $command: $status, $text"; false; }
        [[ $command == *verify* ]] || one_line err
    done <<< "$HARM"
}

# ---- two writers -------------------------------------------------------------

@test "a second writer is turned away with 3 and says why; the first ends well" {
    xgen --orders 3000 > day.tape
    for keeper in "xstore -q -d d|another xstore is writing here: wait until" \
        "xarchive -d d put|another program is writing to this archive; run it"; do
        rm -rf d live
        mkfifo live
        command=${keeper%|*}
        $command < live > /dev/null &
        exec 9> live
        head -c 100000 day.tape >&9
        for _ in $(seq 100); do
            [ -e d/lock ] && ! flock -n d/lock true && break
            sleep 0.05
        done
        # shellcheck disable=SC2086
        run -3 --separate-stderr $command day.tape
        [[ $stderr == *"d: ${keeper#*|}"* ]]
        [ "${#stderr_lines[@]}" -eq 1 ]
        tail -c +100001 day.tape >&9
        exec 9>&-
        wait $!
        case $command in
        xstore*) xreplay -d d -o back.tape ;;
        *) xrestore -d d -o back.tape ;;
        esac
        cmp day.tape back.tape
        rm back.tape
    done
}

# ---- other people's files ----------------------------------------------------

@test "other files in a store or an archive are left alone" {
    make_kept
    mv kept/* .
    for file in store/letter store/.hidden a/letter a/_tapes/letter \
        a/_tapes/.hidden a/type=order/letter a/type=order/date=2026-01-08/letter; do
        echo foreign > $file
    done
    xgen --orders 100 --stream next > next.tape
    xstore -q -d store next.tape > /dev/null
    xreplay -d store | cmp - <(cat day.tape next.tape)
    run -0 --separate-stderr xstore -d store verify
    [[ $stderr == *"left alone: "* ]]
    xarchive -d a put next.tape
    xarchive -d a compact
    xarchive -d a verify
    run -0 --separate-stderr xarchive -d a fsck
    [ -z "$output" ]
    [[ $stderr == *"a/type=order/letter: "*"left alone"* ]]
    xarchive -d a fsck --rebuild
    for stream in day:xgen next:next; do
        xrestore -d a --stream ${stream#*:} -o back.tape
        cmp ${stream%:*}.tape back.tape
    done
    [ "$(find store a \( -name letter -o -name .hidden \) -exec cat {} + |
        grep -c foreign)" -eq 7 ]
}

# ---- no room, no right -------------------------------------------------------

# small SIZE: a disk of that size.
small() {
    mkdir -p small
    mount -t tmpfs -o "size=$1" none small 2> /dev/null ||
        skip "cannot mount: not root?"
}

@test "a full disk is 3 and names the file; with room again the work is ended" {
    xgen --orders 5000 > day.tape
    xexport -f json day.tape > day.json
    for size in 16k 100k 220k 340k; do
        small $size
        status=0
        "$TOOLS/lockstep" day.tape passed xstore -q -d small/store \
            --segment-size 70000 2> err || status=$?
        [ $status -eq 3 ]
        one_line err
        grep -q 'small/store.*: No space left on device' err
        (xexport -f json passed 2> /dev/null || true) > passed.json
        (xreplay -d small/store 2> /dev/null |
            xexport -f json 2> /dev/null || true) > kept.json
        begins passed.json kept.json && begins kept.json day.json
        mount -o remount,size=10M small
        xstore -q -d small/store --segment-size 70000 day.tape | cmp - day.tape
        xreplay -d small/store | cmp - day.tape
        xstore -d small/store verify
        umount small
    done
    for size in 16k 60k 100k; do
        small $size
        run -3 --separate-stderr xarchive -d small/a put day.tape
        [[ $stderr == *"small/a"*": No space left on device"* ||
            $stderr == *"small/a/.catalog.db.tmp: cannot "* ]]
        [ "${#stderr_lines[@]}" -eq 1 ]
        mount -o remount,size=10M small
        xarchive -d small/a put day.tape
        xrestore -d small/a -o back.tape
        cmp day.tape back.tape
        xarchive -d small/a verify
        xarchive -d small/a fsck
        umount small
    done
}

@test "a read-only disk can be read; a writer fails with a message and status 3" {
    make_kept
    small 10M
    cp -r kept/store kept/a small
    mount -o remount,ro small
    xreplay -d small/store | cmp - day.tape
    xrestore -d small/a | xstat --digest > /dev/null
    xstore -d small/store ls > /dev/null
    xstore -d small/store verify
    xarchive -d small/a ls > /dev/null
    xarchive -d small/a verify
    for command in "xstore -q -d small/store day.tape" \
        "xstore -q -d small/new day.tape" "xarchive -d small/a put day.tape" \
        "xarchive -d small/a compact" "xarchive -d small/new put day.tape"; do
        # shellcheck disable=SC2086
        run -3 --separate-stderr $command
        [[ $stderr == *"small/"*": Read-only file system"* ]] ||
            { echo "$command: $stderr"; false; }
        [ "${#stderr_lines[@]}" -eq 1 ]
    done
}

@test "a directory of somebody else is 3 and says so" {
    [ "$(id -u)" -eq 0 ] || skip "only root can be somebody else"
    make_kept
    chmod -R go-w kept
    chmod 755 . kept
    for command in "xstore -q -d kept/store day.tape" \
        "xarchive -d kept/a put day.tape"; do
        # shellcheck disable=SC2086
        run -3 --separate-stderr setpriv --reuid 65534 --clear-groups $command
        [[ $stderr == *"kept/"*"lock: cannot open it: Permission denied"* ]] ||
            { echo "$command: $stderr"; false; }
    done
}
