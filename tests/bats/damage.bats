# Damage: every bit of a small tape flipped and every length that it can be
# cut to, through every program that reads tapes.
load common

small_tape() {
    "$TOOLS/example" > small.tape
}

@test "any bit flipped, any cut: exit 1, one line with the byte, no crash" {
    small_tape
    cd "$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || pwd)/damage.XXXXXX")"
    # shellcheck disable=SC2016 # the inner shell's
    xargs -d '\n' -P "$(nproc)" -I {} sh -c '
        "$TOOLS/damage" "$TOOLS/../preload/zygote.so" \
            "$BATS_TEST_TMPDIR/small.tape" {} || { echo "{}"; exit 1; }
        ' <<< "$READERS"
    rm -rf "$PWD"
}

@test "any bit of a part flipped, any cut: refused with file and place" {
    xgen --orders 30 --symbols 2 --accounts 3 | xmatch |
        xarchive -d a --bloom trade_id put
    part=$(parts a | grep type=trade)
    for wanted in "" trade_id=1; do
        # shellcheck disable=SC2086 # one or none
        "$(dirname "$(command -v xarchive)")/../tools/flips" "$part" $wanted \
            > said || { cat said; false; }
        echo "# $(cat said)" >&3
    done
}

@test "the hexdump in tape(5) is a tape, and it is what the page says it is" {
    sed -n '/hexdump begin/,/hexdump end/p' "$ROOT/man/tape.5" |
        sed -nE 's/^([0-9a-f]{2}( [0-9a-f]{2})*) .*/\1/p' |
        cut -c 1-47 | xxd -r -p > page.tape
    small_tape
    cmp page.tape small.tape
    run -0 xexport -f json page.tape
    [[ ${lines[0]} == *'"symbol":"AAPL"'* ]]
    [[ ${lines[1]} == *'"price":"150.25"'* ]]
}

@test "the golden tape of every released version reads as it always did" {
    for tape in "$ROOT"/testdata/golden/*.tape; do
        xexport -f json "$tape" | cmp - "${tape%.tape}.json"
        xstat --digest "$tape" | cmp - "${tape%.tape}.digest"
    done
}
