# Every system call of the programs that keep data: the program killed there,
# twice in a row, or reported a failure.  What was passed on, or there before,
# is kept; running the same command again ends the work.
#
# XTAPE_LONG=1: at every call, which takes an hour; else at some of them.
load common

# The subjects.  SUBJECT_fresh makes what is there before; SUBJECT runs it, in
# the hands of ${under[@]}; SUBJECT_holds looks right after the accident,
# SUBJECT_done after a success, SUBJECT_again runs it to its end, and
# SUBJECT_whole looks then.

store_fresh() {
    rm -rf store
}

store() {
    "$TOOLS/lockstep" day.tape passed "${under[@]}" \
        xstore -q -d store --segment-size 70000
}

# What was passed on is in the store, and the store has nothing else.
store_holds() {
    (xexport -f json passed 2> /dev/null || true) > passed.json
    (xreplay -d store 2> /dev/null | xexport -f json 2> /dev/null || true) \
        > kept.json
    begins passed.json kept.json && begins kept.json day.json
}

# After a run that says that all went well.
store_done() {
    cmp passed day.tape
}

store_again() {
    xstore -q -d store --segment-size 70000 day.tape | cmp - day.tape
}

store_whole() {
    xreplay -d store | cmp - day.tape && xstore -d store verify > /dev/null &&
        [ -z "$(find store -name '*.tmp')" ]
}

put_fresh() {
    rm -rf a
    cp -r before a
}

put() {
    "${under[@]}" xarchive -d a put day.tape
}

# All of the tape is there, or what was before.
put_holds() {
    xrestore -d a --stream xgen -o back.tape &&
        { cmp -s day.tape back.tape || cmp before.tape back.tape; }
}

put_done() {
    xrestore -d a --stream xgen -o back.tape && cmp day.tape back.tape
}

put_again() {
    xarchive -d a put day.tape
}

put_whole() {
    xrestore -d a --stream xgen -o back.tape && cmp day.tape back.tape &&
        xrestore -d a --stream other -o back.tape && cmp other.tape back.tape &&
        xarchive -d a verify | contains ', 0 bad, 0 gaps, 0 twice' &&
        xarchive -d a fsck && [ -z "$(find a -name '*.tmp')" ]
}

compact_fresh() {
    rm -rf a
    cp -r pieces a
}

compact() {
    "${under[@]}" xarchive -d a compact
}

compact_holds() {
    put_done
}

compact_done() {
    put_done
}

compact_again() {
    xarchive -d a compact
}

# One part for each stream, type and day: part-STREAM-FIRST-LAST.
compact_whole() {
    put_whole &&
        [ -z "$(find a -name 'part-*' | sed -E 's/(-[0-9]+){2}(-c[0-9]+)?.parquet$//' |
            sort | uniq -d)" ]
}

sweep_fresh() {
    rm -rf a warm
    cp -r unswept a
    mkdir warm
}

sweep() {
    "${under[@]}" xarchive -d a sweep --now 2026-01-10
}

# Orders are kept; cash is there as a whole, until it is noted to be removed.
sweep_holds() {
    xrestore -d a -t order -q -o back.tape && xrestore -d a --test > /dev/null &&
        [ "$(xstat --digest back.tape)" = "$orders" ]
}

sweep_done() {
    sweep_holds && [ -z "$(find a warm -path '*type=cash*' -type f)" ] &&
        [ -z "$(find a -path '*type=order*' -type f)" ]
}

sweep_again() {
    xarchive -d a sweep --now 2026-01-10
}

# Each removal has one certificate, and there is nothing of it left.
sweep_whole() {
    sweep_done && [ -z "$(xarchive -d a fsck)" ] &&
        xarchive -d a verify | contains ', 0 bad, 0 gaps, 0 twice' &&
        [ "$(grep -c '"what":"removed"' a/journal)" -eq 1 ] &&
        [ -z "$(find a warm -name '.*')" ]
}

match_fresh() {
    rm -rf snaps
}

match() {
    "${under[@]}" xmatch -q -S snaps --snapshot-every 90 day.tape > passed
}

# Every snapshot there is whole.
match_holds() {
    for snapshot in snaps/0*.tape; do
        [ ! -e "$snapshot" ] || xstat -q "$snapshot" > /dev/null || return 1
    done
}

match_done() {
    cmp passed reports.tape && compgen -G "snaps/*2.tape" > /dev/null
}

# From the newest that is not ahead of what is stored come the missing reports.
match_again() {
    rm -rf store
    "$TOOLS/piece" 1 130 < reports.tape | xstore -q -d store > /dev/null
    xmatch -q -S snaps --snapshot-every 90 --from-out 130 day.tape |
        xstore -q -d store > /dev/null
}

match_whole() {
    xreplay -d store | cmp - reports.tape && match_holds &&
        [ -z "$(find snaps -name '*.tmp')" ]
}

# prepare SUBJECT: the files that it needs.
prepare() {
    command -v strace > /dev/null || skip "strace is not installed"
    strace -o /dev/null true 2> /dev/null || skip "strace is not allowed here"
    # in memory, where there is room: an fsync is then a call like any other
    if mkdir "/dev/shm/faults-$$-$1" 2> /dev/null; then
        memory=/dev/shm/faults-$$-$1
        cd "$memory" || return 1
    fi
    under=()
    case $1 in
    store)
        for i in 1 2 3; do
            xgen --orders 1000 --seed $i --stream "day$i"
        done > day.tape
        ;;
    match)
        sample 200 > day.tape
        xmatch day.tape > reports.tape
        ;;
    sweep)
        sample 20 > day.tape
        xarchive -d unswept put day.tape
        printf '%s\n' 'tier hot .' 'tier warm ../warm' \
            'rule order hot 1d warm 9d expire' 'rule cash hot 1d expire' \
            > unswept/policy.conf
        xrestore -d unswept -t order -o back.tape
        orders=$(xstat --digest back.tape)
        ;;
    *)
        sample 20 > day.tape
        xgen --orders 5 --stream other > other.tape
        "$TOOLS/piece" 40 70 < day.tape > before.tape
        xarchive -d before put other.tape before.tape
        xrestore -d before --stream xgen -o before.tape
        xarchive -d pieces put other.tape
        for piece in "60 100" "1 20" "90 999" "10 70"; do
            # shellcheck disable=SC2086 # two numbers
            "$TOOLS/piece" $piece < day.tape | xarchive -d pieces put
        done
        ;;
    esac
    xexport -f json day.tape > day.json
}

teardown() {
    cd /
    rm -rf "${memory-}"
}

# calls SUBJECT FILE: a run's system calls into FILE, in order, a line each:
# its name, the how manieth of that name it is, and "loader" if it is of
# before the program.  The loader's last call unmaps its cache.
calls() {
    "$1_fresh"
    under=(strace -f -qq -o trace)
    "$1" > /dev/null 2>&1
    sed -nE 's/^[0-9]+ +([a-z0-9_]+)\(.*/\1/p' trace | awk '
        /^exec/ { next }
        { print $1, ++n[$1], loaded ? "" : "loader" }
        $1 == "munmap" { loaded = 1 }' > "$2"
}

# stride SHORT: 1 for the long test, else SHORT.
stride() {
    [ -n "${XTAPE_LONG-}" ] && echo 1 || echo "$1"
}

# run_under SUBJECT CALL INJECTION: its status in $status, stderr in err.
run_under() {
    status=0
    under=(strace -f -qq -y -o trace -e "trace=$2" -e "inject=$2:$3")
    "$1" > /dev/null 2> err || status=$?
}

# recovers SUBJECT: what holds after any accident.
recovers() {
    "$1_holds" && "$1_again" && "$1_whole"
}

# ---- killed ----------------------------------------------------------------

killed_everywhere() {
    local points=0 missed=0 count at call n twice stride
    prepare "$1"
    calls "$1" calls
    count=$(wc -l < calls)
    stride=$(stride "$2")
    for ((at = 1; at <= count; at += stride)); do
        read -r call n _ <<< "$(sed -n "${at}p" calls)"
        "$1_fresh"
        run_under "$1" "$call" "signal=KILL:when=$n"
        if [ "$status" -eq 0 ]; then # a run may need fewer: pipes, memory
            "$1_done" || { echo "$call $n: lives"; return 1; }
            missed=$((missed + 1))
            continue
        fi
        [ "$status" -eq 137 ] || { echo "$call $n: $status"; return 1; }
        "$1_holds" || { echo "killed at $call $n"; return 1; }
        twice=$((at * 7919 % count + 1))
        read -r again m _ <<< "$(sed -n "${twice}p" calls)"
        run_under "$1" "$again" "signal=KILL:when=$m"
        recovers "$1" || { echo "at $call $n, then $again $m"; return 1; }
        points=$((points + 1))
    done 2> /dev/null
    echo "# $1: killed at $points of $count calls, and twice" >&3
    [ $((missed * 20)) -le $points ]
}

@test "xstore killed at any system call, twice: nothing is lost or doubled" {
    killed_everywhere store 7
}

@test "xmatch killed at any system call, twice: snapshots are whole or none" {
    killed_everywhere match 9
}

@test "xarchive put killed at any system call, twice: all or nothing" {
    killed_everywhere put 19
}

@test "xarchive compact killed at any system call, twice: nothing is lost" {
    killed_everywhere compact 29
}

@test "xarchive sweep killed at any system call, twice: nothing is lost" {
    killed_everywhere sweep 67
}

# ---- failing ---------------------------------------------------------------

# Calls whose results are no errors, and the C library's own.
UNFAILING="brk|getpid|geteuid|futex|exit_group"

# An error once and for ever; EINTR for ever would be waited for for ever.
ERRORS="EIO:once EIO:ever ENOSPC:once ENOSPC:ever EINTR:once"

# says_so CALL WHEN: one line, unless no line can be written.
says_so() {
    [ "$1$2" = writeever ] || one_line err
}

# The catalog is SQLite's affair, and can be made anew from the manifests.
SQLITE='catalog\.db|fdatasync\([0-9]+<[^>]*/a>'

# is_final: an fsync that failed, if one did, was the last of that file.
is_final() {
    { grep -vE "$SQLITE" trace || true; } | awk '
        /INJECTED/ && !path { match($0, /<[^>]*>/)
            path = substr($0, RSTART, RLENGTH); next }
        path && index($0, path) { bad = 1; print }
        END { exit bad }'
}

# hides_it: one failed, and the program says that all went well.
hides_it() {
    [ "$status" -eq 0 ] && grep -vE "$SQLITE" trace | contains INJECTED
}

# is_sqlites: it is what failed; it may take what it cannot read for damaged.
is_sqlites() {
    one_line err && grep INJECTED trace | contains -E "$SQLITE"
}

# fails_well SUBJECT CALL N ERROR WHEN: that call fails, and the program ends
# with 3 and says so, or does its work all the same.
fails_well() {
    "$1_fresh"
    run_under "$1" "$2" "error=$4:when=$3$([ "$5" = once ] || echo +)"
    case $status in
    0) "$1_done" || return 1 ;;
    1) is_sqlites || return 1 ;;
    3) says_so "$2" "$5" || return 1 ;;
    *) return 1 ;;
    esac
    if [[ $2 == f*sync ]]; then
        hides_it && return 1
        [ "$5" = ever ] || is_final || return 1
    fi
    recovers "$1"
}

# points STRIDE: every STRIDE-th of the calls on stdin with each error.
points() {
    grep -v loader | grep -vwE "$UNFAILING" |
        awk -v errors="$ERRORS" -v stride="$1" '
            BEGIN { count = split(errors, error) }
            { for (i = 1; i <= count; i++)
                if (n++ % stride == 0) print $1, $2, error[i] }'
}

fails_everywhere() {
    local count=0 call n error
    prepare "$1"
    calls "$1" calls
    points "$(stride "$2")" < calls > points
    while read -r call n error; do
        fails_well "$1" "$call" "$n" "${error%:*}" "${error#*:}" ||
            { echo "$call $n $error: $status"; cat err; return 1; }
        count=$((count + 1))
    done < points 2> /dev/null
    echo "# $1: $count failures" >&3
    [ "$count" -gt 0 ]
}

@test "a call of xstore that fails, once or for ever: exit 3, nothing lost" {
    fails_everywhere store 37
}

@test "a call of xmatch with snapshots that fails: exit 3, all are whole" {
    fails_everywhere match 17
}

@test "a call of xarchive put that fails: exit 3, nothing lost" {
    fails_everywhere put 101
}

@test "a call of xarchive compact that fails: exit 3, nothing lost" {
    fails_everywhere compact 151
}

@test "a call of xarchive sweep that fails: exit 3, nothing lost" {
    fails_everywhere sweep 307
}

# SQLite ends its log with ftruncate.  What is in the log only may not be left
# in place when the new catalog replaces the old one.
@test "a catalog whose log cannot be written back replaces none" {
    prepare put
    strace -f -qq -y -o trace -e trace=ftruncate xarchive -d new put day.tape
    contains 'catalog.db.tmp>, [0-9]{4,}' -E < trace
    n=$(grep -nE 'catalog.db.tmp>, [0-9]{4,}' trace | head -n 1 | cut -d: -f1)
    run -3 --separate-stderr strace -f -qq -o trace -e trace=ftruncate \
        -e "inject=ftruncate:error=ENOSPC:when=$n" xarchive -d a put day.tape
    [[ $stderr == *'the catalog was left unchanged'* ]]
    [ ! -e a/catalog.db ] && [ -z "$(find a -name '.catalog*')" ]
    xarchive -d a put day.tape
    xarchive -d a verify
}

@test "reads and writes that do only half of it change nothing" {
    sample 3000 > day.tape
    while read -r command; do
        rm -rf store
        # shellcheck disable=SC2086 # a command line
        $command day.tape > whole
        rm -rf store
        # shellcheck disable=SC2086
        LD_PRELOAD=$TOOLS/../preload/short.so $command day.tape > halves
        cmp whole halves
    done <<< "$READERS"
    export LD_PRELOAD=$TOOLS/../preload/short.so
    xstore -q -d other day.tape > out.tape
    xreplay -d other | cmp - day.tape
    for piece in "1 2000" "1500 9999"; do
        # shellcheck disable=SC2086 # two numbers
        "$TOOLS/piece" $piece < day.tape | xarchive -d a put
    done
    xarchive -d a compact
    xrestore -d a -o back.tape
    cmp day.tape back.tape
    xarchive -d a verify
}
