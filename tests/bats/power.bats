# Power cuts, on a file system of its own in a file.  For the long test, as
# root.
load common

teardown() {
    cd /
    umount "$BATS_TEST_TMPDIR/disk" 2> /dev/null || true
}

# feed FILE PIECE: the file in pieces, with a moment between them.
feed() {
    local size at
    size=$(stat -c %s "$1")
    for ((at = 0; at < size; at += $2)); do
        tail -c +$((at + 1)) "$1" | head -c "$2"
        sleep 0.005
    done
}

events() {
    (xexport -f json "$1" 2> /dev/null || true) | wc -l
}

# cuts TYPE N: so many power cuts while xstore runs on that file system.
cuts() {
    local i reader feeder stored passed kept before=0 all=0
    [ -n "${XTAPE_LONG-}" ] || skip "a long test: XTAPE_LONG is not set"
    command -v "mkfs.$1" > /dev/null || skip "no mkfs.$1"
    truncate -s 512M image
    "mkfs.$1" -q image
    mkdir disk
    mkfifo in pass
    mount -o loop image disk 2> /dev/null || skip "can not mount: not root?"
    xgen --orders 6000 > day.tape
    for ((i = 0; i < $2; i++)); do
        [ $((i % 4)) -ne 0 ] || rm -rf disk/store
        cat pass > out.tape &
        reader=$!
        xstore -q -d disk/store --segment-size 60000 < in > pass 2> /dev/null &
        stored=$!
        feed day.tape $((20000 + i % 7 * 9000)) > in 2> /dev/null &
        feeder=$!
        sleep "0.0$((i * 37 % 90 + 10))"
        # with the power goes the program: it must not pass on anything after
        # the cut, which it could if only the file system stopped
        kill -STOP "$stored" 2> /dev/null || true
        sleep 0.02
        "$TOOLS/powercut" disk
        kill -KILL "$stored" "$feeder" 2> /dev/null || true
        sleep 0.02
        kill -KILL "$reader" 2> /dev/null || true
        wait || true
        umount disk
        mount -o loop image disk
        passed=$(events out.tape)
        (timeout 10 xreplay -d disk/store 2> err || true) > back.tape
        kept=$(events back.tape)
        [ "$passed" -le "$kept" ] ||
            { echo "cut $i: $passed passed on, $kept kept"; cat err; ls -l disk/store; return 1; }
        all=$((all + passed))
        [ "$kept" -le "$passed" ] || before=$((before + 1))
        [ "$kept" -eq 0 ] || cmp <(xexport -f json back.tape 2> /dev/null) \
            <(xexport -f json day.tape | head -n "$kept")
        [ $((i % 4)) -ne 3 ] || {
            xstore -q -d disk/store --segment-size 60000 day.tape |
                cmp - day.tape
            xreplay -d disk/store | cmp - day.tape
            xstore -d disk/store verify
        }
    done
    echo "# $2 cuts, $all events passed on before them, $before times more" \
        "was kept" >&3
    [ "$all" -gt 0 ]
}

@test "a power cut loses nothing that was passed on: ext4" {
    cuts ext4 "${XTAPE_CUTS:-120}"
}

@test "a power cut loses nothing that was passed on: xfs" {
    cuts xfs "${XTAPE_CUTS:-120}"
}
