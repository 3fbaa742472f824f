# xstat: what is on a tape, and whether it is whole.
load common

@test "it counts what is there, type by type" {
    sample 500 > day.tape
    xexport -f json day.tape > day.json
    xstat day.tape > stat
    for type in instrument account cash session order cancel; do
        count=$(grep -c "\"type\":\"$type\"" day.json)
        grep -qE "^  $type +$count\$" stat || { echo "$type $count"; false; }
    done
    grep -qE "^events  *$(wc -l < day.json), seq 1 to $(wc -l < day.json)\$" \
        stat
    grep -q 'XTAPE:SYM001, XTAPE:SYM002$' stat
    grep -qE "^bytes  *$(stat -c %s day.tape) in 2 blocks\$" stat
    grep -q '^status  *complete$' stat
}

@test "the digest does not depend on how the events lie in blocks" {
    xgen -n 20000 > day.tape
    xexport -f json day.tape > day.json
    # a slow pipe makes small blocks
    { head -n 300 day.json; sleep 0.3; tail -n +301 day.json; } |
        ximport -f json --stream xgen > slow.tape
    cat day.tape | xgrep -t order,cancel,modify,session,account,cash |
        cat > copy.tape
    run ! cmp -s slow.tape copy.tape
    [ "$(xstat --digest slow.tape)" = "$(xstat --digest day.tape)" ]
    [ "$(xstat --digest copy.tape)" = "$(xstat --digest day.tape)" ]
}

@test "the digest changes with any event, their order and their number" {
    sample 100 > day.tape
    xexport -f json day.tape > day.json
    all=$(xstat -d day.tape)
    head -n -1 day.json | ximport -f json > shorter.tape
    sed 's/"account_type":"margin"/"account_type":"cash"/' day.json |
        ximport -f json > changed.tape
    { head -n -2 day.json; tail -n 1 day.json; tail -n 2 day.json |
        head -n 1; } | ximport -f json > swapped.tape
    ximport -f json day.json > same.tape
    [ "$(xstat -d same.tape)" = "$all" ]
    for tape in shorter changed swapped; do
        [ "$(xstat -d $tape.tape)" != "$all" ]
    done
}

@test "several tapes, in one input and as operands, are reported one by one" {
    sample 10 > a.tape
    xgen -n 20 --stream b > b.tape
    [ "$(cat a.tape b.tape | xstat -d)" = "$(xstat -d a.tape b.tape)" ]
    [ "$(xstat -d a.tape b.tape | wc -l)" -eq 2 ]
    cat a.tape b.tape | xstat | grep -c '^stream' | contains -x 2
    xstat a.tape b.tape | contains '^input  *b.tape$'
    cat a.tape b.tape > both.tape
    bytes=$(xstat both.tape | awk '/^bytes/ { sum += $2 } END { print sum }')
    [ "$bytes" -eq "$(stat -c %s both.tape)" ]
}

@test "time that steps back is reported, with its place" {
    sample 100 | xexport -f json > day.json
    last=$(wc -l < day.json)
    { tail -n +2 day.json | first 2; head -n 1 day.json | cat - \
        <(tail -n +4 day.json); } > /dev/null
    { cat day.json; sed -n '/"type":"session"/p' day.json; } |
        ximport -f json | xstat > stat
    grep -qE "steps back: 1 late, the first is event $((last + 1))," \
        stat
    printf '%s\n' time,instrument,price 2026-01-08T10:00:02.082543069Z,A,1 \
        2026-01-08T10:00:01Z,A,1 | ximport -f csv -t print |
        xstat | contains 'by at most 1.082543069s$'
}

@test "JSON has one line a tape, and names that need it are escaped" {
    sample 10 > a.tape
    printf '{"type":"print","time":"2026-01-08","instrument":"E:A\\"\\\\B\\n","price":"1","quantity":"1"}\n' |
        ximport -f json --stream 'odd"name' > odd.tape
    xstat --json a.tape odd.tape > out
    [ "$(wc -l < out)" -eq 2 ]
    grep -q '"stream":"odd\\"name"' out
    grep -q '"instruments":\["E:A\\"\\\\B\\n"\]' out
    grep -q '"types":{"instrument":1,"print":1}' out
}

@test "text on a terminal is never moved by a name" {
    printf '{"type":"print","time":"2026-01-08","instrument":"E:\\u001b[2J","price":"1","quantity":"1"}\n' |
        ximport -f json | xstat > out
    run ! grep -q $'\x1b' out
    grep -q 'E:?\[2J' out
}

@test "a damaged tape is exit 1, with what came whole and the place" {
    xgen -n 20000 > day.tape
    cp day.tape bad.tape
    printf 'X' | dd of=bad.tape bs=1 seek=1200000 conv=notrunc 2> /dev/null
    run -1 --separate-stderr xstat bad.tape
    [[ $stderr == "xstat: bad.tape: event "*" (byte "*"): "*damaged* ]]
    [[ $output == *"status       cut off, or damaged"* ]]
    whole=$(sed -nE 's/^events +([0-9]+).*/\1/p' <<< "$output")
    [[ $stderr == *"event $((whole + 1)) "* ]]
    [ "$whole" -gt 10000 ]
}

@test "a tape that is cut is 1 in a file, 3 in a pipe" {
    xgen -n 2000 > day.tape
    for size in 100 1000 70000 "$(($(stat -c %s day.tape) - 1))"; do
        head -c "$size" day.tape > cut.tape
        run -1 xstat cut.tape
        run -3 bash -c 'cat cut.tape | xstat'
    done
}

@test "one bad input does not keep the others from being reported" {
    sample 10 > good.tape
    head -c 500 good.tape > bad.tape
    head -c 900 good.tape > worse.tape
    run -1 --separate-stderr xstat -d bad.tape good.tape worse.tape
    [ "$output" = "$(xstat -d good.tape)" ]
    [[ $stderr == *"bad.tape: "* && $stderr == *"worse.tape: "* ]]
    [ "${#stderr_lines[@]}" -eq 2 ]
}

@test "a failure upstream is reported, and its class is the exit status" {
    xgen -n 20000 > day.tape
    head -c 500000 day.tape > cut.tape
    run -1 --separate-stderr bash -c 'xgrep -t order cut.tape | xstat'
    [[ $output == *"status       failed"* ]]
    [[ $stderr == *"xstat: stdin: a program upstream failed"* ]]
    run -3 --separate-stderr bash -c 'cat cut.tape | xgrep -t order | xstat'
}

@test "limited and stopped tapes are reported as such, and are no failure" {
    sample 100 | xgrep -n 5 > few.tape
    xstat few.tape | contains '^status  *limited$'
}

@test "a new field and an unknown type are counted all the same" {
    "$TOOLS/golden" > golden.tape
    xstat golden.tape > stat
    grep -qE '^  120  *1$' stat
    grep -qE '^  32769  *1$' stat
}
