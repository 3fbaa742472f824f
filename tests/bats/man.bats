# The pages tell the truth: every example in them runs as it stands there.
load common

# examples PAGE: the command lines of its EXAMPLES, one a line.
examples() {
    sed -n '/^\.Sh EXAMPLES/,/^\.Sh [^E]/p' "$1" |
        sed -nE 's/^\.Dl //p' | sed -e 's/\\e/\\/g' -e 's/\\(dq/"/g' \
        -e 's/\\(ba/|/g' -e 's/\\&//g'
}

@test "every example in the man pages runs, in order, and ends with 0" {
    for page in "$ROOT"/man/*.[157]; do
        mkdir "$BATS_TEST_TMPDIR/$(basename "$page")"
        cd "$BATS_TEST_TMPDIR/$(basename "$page")"
        ln -s "$ROOT/testdata" testdata
        "$TOOLS/example" > example.tape
        xgen --orders 1000 --stream day -o day.tape
        count=0
        while IFS= read -r line; do
            count=$((count + 1))
            bash -o pipefail -c "$line" > out 2> err < /dev/null || {
                echo "$(basename "$page"): $line"
                cat err
                false
            }
        done < <(examples "$page")
        [ "$count" -ge 1 ] || { echo "$page has no examples"; false; }
    done
}

@test "the examples of --help run as well" {
    ln -s "$ROOT/testdata" testdata
    cp testdata/orders.csv .
    ximport -f csv -t order orders.csv -o orders.tape
    for input in day a b trades; do
        xmatch orders.tape -o $input.tape
    done
    for program in "$ROOT"/build/bin/*; do
        while IFS= read -r line; do
            bash -o pipefail -c "$line" > out 2> err < /dev/null || {
                echo "$line"
                cat err
                false
            }
        done < <("$program" --help | sed -n '/^examples:/,/^$/s/^  //p')
    done
}

@test "every man page has an exit status and at least two examples" {
    for page in "$ROOT"/man/*.1; do
        grep -q '^\.Sh EXIT STATUS' "$page" ||
            { echo "$page: no EXIT STATUS"; false; }
        [ "$(examples "$page" | wc -l)" -ge 2 ] ||
            { echo "$page: too few examples"; false; }
    done
}
