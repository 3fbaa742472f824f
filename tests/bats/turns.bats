# When a strategy has its turns, and when what it asks for acts.
load common
load plays

# maker SEED OPTION ...: the digest of a market with a strategy in it.
maker() {
    xbacktest -q "${@:2}" -- python3 "$BATS_TEST_DIRNAME/maker.py" "$1" |
        xstat --digest
}

@test "latencies are drawn from a file, the same in windows and again" {
    xgen -n 2000 --symbols 1 --seed 5 -o in.tape
    printf '5ms\n\n400ms\r\n1us\n' > samples
    for options in "--latency-file samples" "--latency 2ms --jitter 300ms" \
        "--latency-file samples --jitter 1ms --seed 7"; do
        # shellcheck disable=SC2086 # names and values
        event=$(maker 1 $options in.tape)
        # shellcheck disable=SC2086
        [ "$(maker 1 $options -t window in.tape)" = "$event" ]
        # shellcheck disable=SC2086
        [ "$(maker 1 $options --seed 9 in.tape)" != "$event" ]
    done
}

@test "what was sent later acts no earlier, whatever was drawn" {
    xgen -n 2000 --symbols 1 --seed 5 -o in.tape
    xbacktest -q --jitter 1s in.tape -- mawk -W interactive -F '\t' '
        $1 == "quote" { print "note", ++n } $1 == "go" { print "go" }' OFS='\t' |
        xexport -f csv -t audit -c time,document > notes
    [ "$(wc -l < notes)" -gt 100 ]
    tail -n +2 notes | cut -d , -f 2 | sort -n -c
    # and yet they act at times of their own
    [ "$(tail -n +2 notes | cut -d , -f 1 | sort -u | wc -l)" -gt 20 ]
}

@test "a file of latencies that is none is refused, with its line" {
    xgen -n 300 --symbols 1 -o in.tape
    printf '1ms\nsoon\n' > samples
    refuses xbacktest --latency-file samples in.tape -- cat
    grep -q 'samples: line 2: "soon" is not a duration' err
    printf '\n' > samples
    refuses xbacktest --latency-file samples in.tape -- cat
    grep -q 'samples: there is no duration in it' err
    refuses xbacktest --latency-file samples --latency 1ms in.tape -- cat
    refuses xbacktest --jitter 1ms in.tape
}

@test "turns only at bars: what came before is seen then" {
    history -o market.tape <<'END'
P buy 100 5
P buy 101 5
B 100 101 100 101 10
P sell 99 5
P sell 98 5
B 99 99 98 98 10
END
    xbacktest -t bar --market trades market.tape -- \
        sh -c 'tee lines | grep --line-buffered ^go' > out
    # the first event of the market, then the two bars
    cut -f 1 lines | xargs > got
    [ "$(cat got)" = "xtape go instrument trade go trade bar go trade trade \
bar go end" ]
}

@test "turns only at timers: a clock of its own" {
    history -o market.tape <<'END'
P buy 100 5
P buy 101 5
P buy 102 5
P sell 99 5
P sell 98 5
END
    xbacktest -t timer --time us --market trades market.tape -- \
        mawk -W interactive -F '\t' '
        { print > "lines"; fflush("lines") }
        $1 == "trade" && !n++ { printf "timer\t%.0f\n", $2 + 2500000 }
        $1 == "go" { print "go" }' > out
    cut -f 1 lines | xargs > got
    [ "$(cat got)" = "xtape go instrument trade go trade trade timer go trade \
trade end" ]
}

@test "a strategy that has few turns reads all the same, however much it is" {
    xgen -n 30000 --symbols 1 -o in.tape
    for turn in timer event; do
        xbacktest -q -t $turn in.tape -- mawk -W interactive '
            $1 == "go" { print; next } { n++ } END { print n > "lines" }' \
            > out.tape
        mv lines lines.$turn
    done
    [ "$(cat lines.timer)" -gt 10000 ]
    diff lines.timer lines.event
    [ "$(xstat --digest out.tape)" = "$(xmatch in.tape | xstat --digest)" ]
}
