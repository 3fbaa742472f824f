# xbacktest --market levels: own orders in a queue of which only the sum is
# known.
load common
load plays

# filled QUEUE: what own order 7, a buy of 5 at 99 sent in second 1, gets.
filled() {
    plays --market levels --queue "$1" <<< "1 order 7 A buy 5 99" |
        grep -v ^accepted
}

@test "an order stands after all that its level shows, and before what is added" {
    history -o market.tape <<'END'
L buy 99 10
L sell 101 10
P sell 99 4
L buy 99 6
L buy 99 16
P sell 99 8
L buy 99 8
P sell 99 8
END
    # ahead 10, then 6; 10 more come after; of 8, 2 are its own, then the rest
    for queue in back prorata front; do
        filled $queue > got
        diff - got <<'END'
fill 05 7 buy 99 2 3
fill 07 7 buy 99 3 0
END
    done
}

@test "who leaves when a level shows less is a rule: back, prorata or front" {
    history -o market.tape <<'END'
L buy 99 10
L sell 101 10
L buy 99 20
L buy 99 10
P sell 99 7
END
    # 10 ahead and 10 after it; of the 10 that leave, none, 5 or 10 were ahead
    run -1 filled back
    [ "$output" = "" ]
    [ "$(filled prorata)" = "fill 04 7 buy 99 2 3" ]
    [ "$(filled front)" = "fill 04 7 buy 99 5 0" ]
}

@test "both ends of the queue are reported in one run" {
    history -o market.tape <<'END'
L buy 99 10
L sell 101 10
L buy 99 20
L buy 99 10
P sell 99 7
END
    xbacktest --market levels --bounds market.tape -- mawk -W interactive \
        -F '\t' '$1 == "quote" && $6 == 101 && !n++ {
            print "order\t1\tA\tbuy\t5\t99" }
        $1 == "go" { print }' 2> err > out.tape
    one_line err
    grep -q 'would have filled 0 (0 fills) at the back of the queue, 5 (1) at the front$' err
    refuses xbacktest --bounds --market facts market.tape -- true
    grep -q -- '--bounds applies to --market levels only' err
}

@test "a better price than the best is first, and a print through it fills it" {
    history -o market.tape <<'END'
L buy 99 10
L sell 101 10
P sell 99 2
P sell 100 2
P - 99.5 2
END
    plays --market levels > got <<'END'
1 order 7 A buy 5 100
END
    diff - got <<'END'
accepted 01 7 buy 100 5
fill 02 7 buy 100 2 3
fill 03 7 buy 100 2 1
fill 04 7 buy 100 1 0
END
}

@test "a level that arrives meets the own order that it would have met" {
    history -o market.tape <<'END'
L buy 99 10
L sell 101 10
L sell 100 3
L sell 100 4
END
    plays --market levels > got <<'END'
1 order 7 A buy 5 100
END
    diff - got <<'END'
accepted 01 7 buy 100 5
fill 02 7 buy 100 3 2
fill 03 7 buy 100 1 1
END
}

@test "another price or more loses the place; less keeps it" {
    history -o market.tape <<'END'
L buy 99 2
L sell 101 10
L buy 99 4
P sell 99 3
L buy 99 1
P sell 99 2
END
    plays --market levels > got <<'END'
1 order 7 A buy 5 99
2 modify 7 4 -
END
    diff - got <<'END'
accepted 01 7 buy 99 5
modified 02 7 buy 99 4 requested
fill 03 7 buy 99 1 3
fill 05 7 buy 99 2 1
END
    plays --market levels > got <<'END'
1 order 7 A buy 5 99
2 modify 7 6 -
END
    # now 4 are ahead: of 3 and 2 it gets the last one
    diff - got <<'END'
accepted 01 7 buy 99 5
modified 02 7 buy 99 6 requested
fill 05 7 buy 99 1 5
END
}

@test "what own orders took is gone until the level is reported, or is not" {
    history -o market.tape <<'END'
L sell 101 10
L buy 99 10
P buy 101 1
L sell 101 10
END
    printf '%s\n' "1 order 7 A buy 8 101" "2 order 8 A buy 8 101 tif=ioc" \
        "3 order 9 A buy 8 101 tif=ioc" > takes
    plays --market levels < takes > got
    diff - got <<'END'
accepted 01 7 buy 101 8
fill 01 7 buy 101 8 0
accepted 02 8 buy 101 8
fill 02 8 buy 101 1 7
cancelled 02 8 7 ioc_remainder
accepted 03 9 buy 101 8
fill 03 9 buy 101 8 0
END
    plays --market levels --impact none < takes > got
    grep ^fill got | diff - <(printf '%s\n' "fill 01 7 buy 101 8 0" \
        "fill 02 8 buy 101 8 0" "fill 03 9 buy 101 8 0")
}

@test "icebergs, latency, halts and cancels in time are what they are elsewhere" {
    history -o market.tape <<'END'
L sell 101 2
L buy 99 10
L sell 101 4
P buy 101 3
P buy 101 9
S halt
P buy 101 9
S continuous
END
    # ahead 2, a peak of 1, then 2, then a peak at the end
    plays --market levels > got <<'END'
1 order 7 A sell 6 101 display=1
5 order 8 A buy 1 99
6 cancel 7
END
    diff - got <<'END'
accepted 01 7 sell 101 6
fill 03 7 sell 101 1 5
fill 04 7 sell 101 1 4
fill 04 7 sell 101 1 3
fill 04 7 sell 101 1 2
fill 04 7 sell 101 1 1
fill 04 7 sell 101 1 0
rejected 05 8 order halted
rejected 06 7 cancel unknown_order
END
    # it acts at 2.5 s, after the 2 that came in second 2
    plays --market levels -l 1500ms > got <<'END'
1 order 7 A sell 6 101
2 cancel 7
END
    diff - got <<'END'
accepted 02.5 7 sell 101 6
cancelled 03.5 7 6 requested
END
}

@test "quotes alone: what is not the best is not known, and stands ahead" {
    history -o market.tape <<'END'
Q 100 5 101 5
Q 100 6 101 5
Q 99 8 101 5
P sell 99 9
END
    for queue in back front; do
        plays --market levels --queue $queue > $queue <<< "1 order 7 A buy 5 99"
    done
    [ "$(grep -c fill front)" -eq 1 ]
    diff - <(grep fill front) <<< "fill 03 7 buy 99 5 0"
    diff - <(grep fill back) <<< "fill 03 7 buy 99 1 4"
}

@test "a turn at each event and turns in windows give the same on levels" {
    xgen -n 3000 --symbols 2 --seed 5 | xmatch |
        xbook -q --depth 5 --every -o book.tape
    for seed in 1 2; do
        for latency in 1ms 300ms; do
            event=$(xbacktest -q --market levels -l $latency book.tape -- \
                python3 "$BATS_TEST_DIRNAME/maker.py" $seed | xstat --digest)
            window=$(xbacktest -q --market levels -l $latency -t window \
                book.tape -- python3 "$BATS_TEST_DIRNAME/maker.py" $seed |
                xstat --digest)
            [ "$event" = "$window" ]
        done
    done
}

@test "two strategies stand in one queue, and trade with one another" {
    history -o market.tape <<'END'
L buy 99 2
L sell 101 5
P sell 99 4
END
    # one is before two, both after the 2 that are shown: of 4 they get 1 and 1
    for name in one two; do
        cat > $name.awk <<END
\$1 == "quote" && \$6 == 101 && !said++ {
    print "order", 1, "A", "buy", 1, 99 }
\$1 == "trade" && "$name" == "two" && !sold++ { print "order", 2, "A", "sell", 1, 100 }
\$1 == "quote" && \$6 == 100 && "$name" == "one" && !bought++ {
    print "order", 2, "A", "buy", 3, 100 }
\$1 == "fill" { print "$name", \$4, \$6, \$7, \$10 > "$name.fills" }
\$1 == "go" { print "go" }
END
    done
    xbacktest -q --market levels market.tape \
        -s one="mawk -W interactive -F '\t' -v OFS='\t' -f one.awk" \
        -s two="mawk -W interactive -F '\t' -v OFS='\t' -f two.awk" > out.tape
    cat one.fills two.fills | tr '\t' ' ' > got
    diff - got <<'END'
one 1 99 1 maker
one 2 100 1 taker
two 1 99 1 maker
two 2 100 1 maker
END
}
