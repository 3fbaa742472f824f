# What every program does alike: help, errors, exit status, END, -o, signals.
load common

make_inputs() {
    sample > day.tape
    xexport -f json day.tape > lines.json
}

@test "every program prints its help and its version" {
    for program in ximport xexport xgen xgrep xcheck xmerge xsort xstat xmatch xbook xbacktest \
        xohlcv xledger xarchive xrestore xstore xreplay \
        xreport; do
        run -0 "$program" --help
        [[ $output == *"usage: $program"* ]]
        [[ $output == *"--version"* ]]
        run -0 "$program" --version
        [[ $output == "$program "* ]]
    done
}

@test "an unknown option is exit 2, one line, and nothing in a file" {
    while read -r command; do
        # shellcheck disable=SC2086 # a command line
        refuses $command --no-such-option < /dev/null
    done <<< "$READERS
$SOURCES"
}

@test "a full disk is exit 3 and one line, for every program" {
    make_inputs
    sample 20000 > big.tape
    while read -r command; do
        for input in day.tape big.tape; do
            status=0
            # shellcheck disable=SC2086
            $command $input > /dev/full 2> err || status=$?
            [ $status -eq 3 ] || { echo "$command $input: $status"; false; }
            one_line err
        done
    done <<< "$READERS"
    while read -r command; do
        status=0
        # shellcheck disable=SC2086
        $command > /dev/full 2> err || status=$?
        [ $status -eq 3 ] || { echo "$command: $status"; false; }
        one_line err
    done <<< "$SOURCES"
}

@test "a closed stdout is exit 3 and one line, for every program" {
    make_inputs
    while read -r command; do
        status=0
        # shellcheck disable=SC2086
        $command day.tape >&- 2> err || status=$?
        [ $status -eq 3 ] || { echo "$command: $status"; cat err; false; }
        one_line err
    done <<< "$READERS"
    while read -r command; do
        status=0
        # shellcheck disable=SC2086
        $command >&- 2> err || status=$?
        [ $status -eq 3 ] || { echo "$command: $status"; cat err; false; }
        one_line err
    done <<< "$SOURCES"
}

# Commands that report on the archive a, which make_kept makes: one with a stray part.
TELLERS="xarchive -d a ls
xarchive -d a columns
xarchive -d a verify
xarchive -d a fsck
xrestore -d a --test
xrestore -d a
xrestore -d a -t order"

make_kept() {
    make_inputs
    xarchive -d a put day.tape
    touch a/type=order/date=2026-01-08/.part-0-1-2.parquet.new
}

@test "a full disk and a closed stdout are 3 and one line, for every teller" {
    make_kept
    while read -r command; do
        for fd in "> /dev/full" ">&-"; do
            status=0
            eval "$command 2> err $fd" || status=$?
            [ $status -eq 3 ] || { echo "$command $fd: $status"; false; }
            one_line err
        done
    done <<< "$TELLERS"
}

@test "-o of a teller gives the same bytes as stdout, but for the time taken" {
    make_kept
    while read -r command; do
        # shellcheck disable=SC2086
        $command > piped 2> err || [ $? -eq 1 ]
        # shellcheck disable=SC2086
        $command -o file 2> err || [ $? -eq 1 ]
        [[ $command == *fsck ]] || # which failed: no file appears
            cmp <(sed -E 's/[0-9.]+ s$//' piped) <(sed -E 's/[0-9.]+ s$//' file)
        rm -f file
    done <<< "$TELLERS"
}

# What names a stream.
NAMERS="xgen -n 3 --stream
ximport -f json lines.json --stream
xmerge day.tape --stream
xreplay -d store --stream
xrestore -d a --stream"

@test "a name that no stream can have is exit 2, one line, for every program" {
    make_kept
    xstore -q -d store day.tape > /dev/null
    long=$(printf 'x%.0s' $(seq 256))
    while read -r command; do
        for name in "" $'a\nb' $'a\tb' $'\x7f' $'\xc2\x80' $'\xff' "$long"; do
            # shellcheck disable=SC2086
            refuses $command "$name"
            grep -qa -- '--stream: ' err
        done
    done <<< "$NAMERS"
    for name in "Börse 1" "${long:1}"; do
        xgen -n 3 --stream "$name" -o named.tape
        [ "$(xstat --json named.tape | jq -r .stream)" = "$name" ]
        xarchive -d a put named.tape
        xrestore -d a --stream "$name" -o back.tape
        cmp named.tape back.tape
    done
}

@test "a file whose name no stream can have wants --stream" {
    make_inputs
    cp lines.json $'a\nb.json'
    run -2 --separate-stderr ximport -f json $'a\nb.json'
    [[ $stderr == *"give it one with --stream"* ]]
    ximport -f json --stream lines $'a\nb.json' |
        cmp - <(ximport -f json lines.json)
}

@test "help that cannot be written is exit 3" {
    for program in xgrep xmatch; do
        status=0
        "$program" --help > /dev/full 2> err || status=$?
        [ $status -eq 3 ]
        one_line err
    done
}

@test "no input on a pipe means that somebody died: exit 3" {
    while read -r command; do
        status=0
        # shellcheck disable=SC2086
        true | $command > out 2> err || status=$?
        [ $status -eq 3 ] || { echo "$command: $status"; false; }
        one_line err
    done <<< "$READERS"
}

@test "an empty file is no tape: exit 1" {
    : > empty
    while read -r command; do
        status=0
        # shellcheck disable=SC2086
        $command < empty > out 2> err || status=$?
        [ $status -eq 1 ] || { echo "$command: $status"; false; }
        one_line err
    done <<< "$READERS"
}

@test "text instead of a tape is exit 1, with advice" {
    echo "time,price" > orders.csv
    seq 1000 >> orders.csv
    while read -r command; do
        # shellcheck disable=SC2086
        run -1 --separate-stderr $command orders.csv
        [[ $stderr == *"orders.csv: byte 0: not a tape"*ximport* ]]
    done <<< "$READERS"
}

@test "a word instead of a tape, from a pipe, is no program upstream that died" {
    while read -r command; do
        run -1 --separate-stderr bash -c "echo hello | $command"
        [[ $stderr == *"stdin: byte 0: not a tape"*ximport* ]]
    done <<< "$READERS"
}

@test "standard input named twice is refused" {
    sample 10 > day.tape
    for command in "xstat - -" "xmerge - day.tape -" "xgrep - -"; do
        # shellcheck disable=SC2086
        refuses $command < day.tape
        grep -q -- '-, standard input, is named 2 times$' err
    done
}

@test "an option whose shell variable is not set is refused" {
    sample 10 > day.tape
    while read -r command; do
        # shellcheck disable=SC2086
        refuses $command "" day.tape
        grep -q ': "" is no ' err
    done << 'EOF'
xledger -d
xstore -d
xmatch -S
xmatch -o
xmerge --stream
ximport -t
EOF
}

@test "a time beyond what a tape can hold is refused, with the years it holds" {
    for command in "xgrep --from" "xreplay --to"; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr $command 9999-12-31 day.tape
        [[ $stderr == *"of the years 1678 to 2261" ]]
    done
}

@test "an input that is not there is a wrong command, found before any is read" {
    sample 10 > day.tape
    while read -r command; do
        # shellcheck disable=SC2086
        refuses $command day.tape nothing.tape
        grep -q 'nothing.tape: .*No such file' err
    done <<< "$READERS
ximport -f json"
}

@test "a wrong command upstream is said once, and is 2 all the way" {
    sample 10 > day.tape
    while read -r command; do
        for first in "ximport -f csv -t prnt x.csv" "xgen --bad" \
            "xgrep nothing.tape"; do
            run -0 --separate-stderr bash -c \
                "$first | $command; echo \${PIPESTATUS[*]} >&2"
            [ "${#stderr_lines[@]}" -eq 2 ] ||
                { echo "$first | $command: $stderr"; false; }
            [ "${stderr_lines[1]}" = "2 2" ]
        done
    done <<< "$READERS"
    run -2 --separate-stderr bash -c "xgen --bad | xgrep | xmerge | xmatch |
        xledger | xohlcv -i 1m | xexport -f json"
    [ "${#stderr_lines[@]}" -eq 1 ]
    run -2 --separate-stderr bash -c "xmerge day.tape <(xgen --bad) | xstat"
    [ "${#stderr_lines[@]}" -eq 1 ]
}

@test "a wrong command leaves no trace in what has a memory" {
    xgen --bad 2> err | xledger -d ledger.db > out || true
    [ ! -e ledger.db ] || [ -z "$(xledger -d ledger.db --print balances |
        tail -n +2)" ]
    xgen --bad 2> err | xarchive -d a put || true
    xarchive -d a ls > ls
    run ! grep xgen ls
}

@test "a wrong command puts no bytes into text" {
    for command in "xstat --bad" "xexport --bad" "xexport -f csv nothing.tape" \
        "xledger --print balances --bad" "xarchive -d a ls --bad"; do
        status=0
        # shellcheck disable=SC2086
        $command > out 2> err || status=$?
        [ $status -eq 2 ]
        [ ! -s out ]
    done
}

@test "-o to its own input is refused, and the input stays" {
    sample > day.tape
    cp day.tape copy.tape
    ln -s day.tape link.tape
    ln day.tape hard.tape
    for names in "-o day.tape day.tape" "-o link.tape day.tape" \
        "-o day.tape hard.tape" "-o day.tape"; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr xgrep -t trade $names < day.tape
        [[ $stderr == "xgrep: "*": is both input and output"* ]]
        [ "${#stderr_lines[@]}" -eq 1 ]
    done
    run -2 --separate-stderr bash -c 'xgrep day.tape >> day.tape'
    [[ $stderr == *"is both input and output"* ]]
    cmp day.tape copy.tape
}

@test "descriptors that the parent closed are errors, not files of ours" {
    sample > day.tape
    run -0 bash -c 'xgrep -o out.tape day.tape <&-'
    run -0 bash -c 'xgrep -o out.tape day.tape <&- >&- 2>&-'
    xstat -q out.tape > stat
    run -3 bash -c 'xgrep day.tape <&- >&- 2>&-'
    run -3 --separate-stderr bash -c 'xgrep <&-'
    [ "${#stderr_lines[@]}" -eq 1 ]
    run -1 bash -c 'head -c 99 day.tape > cut.tape; xstat cut.tape 2>&-'
    cmp day.tape <(sample)
}

@test "a pipe that nobody reads kills silently, even if the parent ignores that" {
    xgen --orders 20000 > day.tape
    for command in "xreplay day.tape" "xexport -f json day.tape"; do
        # shellcheck disable=SC2086
        python3 - $command << 'EOF' 2> err
import signal, subprocess, sys
signal.signal(signal.SIGPIPE, signal.SIG_IGN)
p = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, restore_signals=False)
p.stdout.read(10)
p.stdout.close()
sys.exit(0 if p.wait() == -signal.SIGPIPE else 1)
EOF
        [ ! -s err ]
    done
}

@test "a program that waits says so on a terminal, and for which input" {
    mkfifo loop
    sample 10 > day.tape
    status=0
    timeout 20 script -qec "timeout -s INT 4 xmerge -o out.tape day.tape loop" \
        /dev/null > shown < /dev/null || status=$?
    grep -aq 'xmerge: waiting for loop for [23] s' shown
    [ $status -ne 0 ]
    [ ! -e out.tape ]
}

@test "a pipeline whose first stage dies ends with 3 at every stage" {
    sample 5000 > day.tape
    half=$(($(stat -c %s day.tape) / 2))
    while read -r command; do
        # shellcheck disable=SC2086
        run -3 --separate-stderr bash -c \
            "head -c $half day.tape | $command | xgrep -t trade |
             xexport -f json > out"
        [ "${#stderr_lines[@]}" -eq 3 ]
        [[ ${stderr_lines[0]}${stderr_lines[1]}${stderr_lines[2]} == \
            *"upstream died"* ]]
    done <<< "$FILTERS"
}

@test "the class of the first failure, 1 or 3, reaches the last stage" {
    sample 5000 > day.tape
    printf 'X' | dd of=day.tape bs=1 seek=300000 conv=notrunc 2> /dev/null
    run -1 --separate-stderr bash -c \
        "xmatch day.tape | xledger | xohlcv -i 1m | xstat"
    [[ $stderr == *"xmatch: day.tape: event "*"(byte "*damaged* ]]
    [[ $stderr == *"xledger: stdin: a program upstream failed"* ]]
    [[ $stderr == *"xstat: stdin: a program upstream failed"* ]]
}

@test "what came whole before the damage is handed on, and END says failed" {
    sample 20000 > day.tape
    cp day.tape bad.tape
    printf 'X' | dd of=bad.tape bs=1 seek=900000 conv=notrunc 2> /dev/null
    run -1 xgrep -t order bad.tape -o kept.tape
    [ ! -e kept.tape ]
    xgrep -t order bad.tape 2> /dev/null > piped.tape || true
    run -1 --separate-stderr xstat piped.tape
    [[ $output == *failed* ]]
    xexport -f json piped.tape > piped.json 2> /dev/null || true
    xgrep -t order day.tape | xexport -f json > all.json
    count=$(wc -l < piped.json)
    [ "$count" -gt 1000 ]
    cmp piped.json <(head -n "$count" all.json)
}

@test "-o gives the same bytes as stdout, and a failure leaves the old file" {
    sample 5000 > day.tape
    while read -r command; do
        echo old > out.tape
        # shellcheck disable=SC2086
        $command day.tape > piped
        # shellcheck disable=SC2086
        $command -o out.tape day.tape
        cmp piped out.tape
        echo old > out.tape
        head -c 10000 day.tape > cut.tape
        # shellcheck disable=SC2086
        run -1 $command -o out.tape cut.tape
        [ "$(cat out.tape)" = old ]
    done <<< "$FILTERS"
    [ "$(find . -name '.*tmp*' | wc -l)" -eq 0 ]
}

@test "kill -9 leaves nothing under the final name, and downstream ends with 3" {
    xgen --orders 2000000 --seed 1 > day.tape
    stage() {
        echo $BASHPID > "$1.pid"
        exec "$1"
    }
    for stage in xmatch xledger; do
        rm -f bars.tape
        (cat day.tape | stage xmatch | stage xledger |
            xohlcv -i 1m -o bars.tape) 2> err &
        sleep 0.3
        kill -9 "$(cat $stage.pid)"
        status=0
        wait $! || status=$?
        [ $status -eq 3 ] || { echo "killed $stage: $status"; cat err; false; }
        grep -q 'xohlcv: .*upstream' err
        [ ! -e bars.tape ]
    done
}

@test "SIGTERM stops reading: END says stopped, and the program dies of it" {
    mkfifo live
    sample > day.tape
    for command in xmatch "xgrep -t order" xbook; do
        $command < live > out.tape 2> err &
        pid=$!
        exec 9> live
        head -c "$(($(stat -c %s day.tape) - 64))" day.tape >&9
        sleep 0.2
        kill -TERM $pid
        status=0
        wait $pid || status=$?
        exec 9>&-
        [ $status -eq 143 ] || { echo "$command: $status"; cat err; false; }
        xstat out.tape | contains stopped
    done
}

@test "a live pipe is not held up: events come before the input ends" {
    sample > day.tape
    whole=$(($(stat -c %s day.tape) - 64)) # all but END
    for command in xmatch "xgrep -t order" xmerge; do
        rm -f live out.tape
        mkfifo live
        $command < live | cat > out.tape &
        exec 9> live
        head -c $whole day.tape >&9
        for _ in $(seq 100); do
            [ -s out.tape ] && break
            sleep 0.1
        done
        [ -s out.tape ] || { echo "$command held events back"; false; }
        tail -c 64 day.tape >&9
        exec 9>&-
        wait
        [ "$($command day.tape | xstat --digest)" = \
            "$(xstat --digest out.tape)" ]
    done
}

@test "a reader that leaves kills with SIGPIPE, silently" {
    xgen --orders 100000 > day.tape
    while read -r command; do
        # shellcheck disable=SC2086
        bash -c "$command day.tape 2> err | head -c 100 > /dev/null
            echo \${PIPESTATUS[0]}" > status
        [ "$(cat status)" = 141 ] || { echo "$command $(cat status)"; false; }
        [ ! -s err ]
    done <<< "$FILTERS"
}

@test "the same input gives the same bytes in any zone, locale and read size" {
    sample 3000 > day.tape
    while read -r command; do
        # shellcheck disable=SC2086
        $command day.tape > one
        # shellcheck disable=SC2086
        TZ=Asia/Kathmandu LC_ALL=tr_TR.UTF-8 $command day.tape > two
        cmp one two
        # shellcheck disable=SC2086
        dd if=day.tape bs=4099 2> /dev/null | $command > three
        cmp <(xstat --digest < one 2> /dev/null || cat one) \
            <(xstat --digest < three 2> /dev/null || cat three)
    done <<< "$READERS"
}

@test "a tape is not written to a terminal" {
    run script -qec "xgen --orders 1" /dev/null
    [[ $output == *"a tape is not for a terminal"* ]]
}

@test "every program is position independent, with full RELRO and a canary" {
    [ -z "${XTAPE_BIN-}" ] || skip "a build for tests"
    for program in "$ROOT"/build/bin/*; do
        readelf -h "$program" | contains 'DYN'
        readelf -d "$program" | contains -E 'BIND_NOW|NOW'
        readelf -lW "$program" | contains GNU_RELRO
        readelf -lW "$program" | grep GNU_STACK | excludes E
        readelf -sW "$program" | contains __stack_chk_fail
    done
}

@test "a program links only what it uses" {
    [ -z "${XTAPE_BIN-}" ] || skip "a build for tests"
    ldd "$(command -v xmatch)" | excludes -E 'sqlite|libpq|libcsv'
    ldd "$(command -v xohlcv)" | excludes -E 'sqlite|libpq|libcsv'
    ldd "$(command -v xledger)" | excludes -E 'libpq|libcrypto' # CSV: --reconcile
}
