# xbacktest --market trades and --market bars: only prices are known.
load common
load plays

@test "an order acts at the next trade, worse by the slippage" {
    history -o market.tape <<'END'
P buy 100 5
P buy 101 5
P sell 99 5
P buy 103 5
END
    # a market order sent at 0 s meets 101; what 5 do not fill meets nothing
    printf '%s\n' "0 order 7 A buy 3 market" "1 order 8 A sell 9 market" > script2
    plays --market trades --slippage 0.5 < script2 > got
    diff - got <<'END'
accepted 01 7 buy - 3
fill 01 7 buy 101.5 3 0
accepted 02 8 sell - 9
fill 02 8 sell 98.5 5 4
cancelled 02 8 4 no_liquidity
END
}

@test "an order that rests is filled by a touch, or only by more than that" {
    history -o market.tape <<'END'
P buy 100 5
P sell 100 5
P sell 99 2
P buy 98 9
P sell 98.9 2
END
    # a buyer came at 98: who bids 99 sold nothing to him
    plays --market trades > got <<< "0 order 7 A buy 5 99"
    diff - got <<'END'
accepted 01 7 buy 99 5
fill 02 7 buy 99 2 3
fill 04 7 buy 99 2 1
END
    plays --market trades --through 0.1 > got <<< "0 order 7 A buy 5 99"
    diff - got <<'END'
accepted 01 7 buy 99 5
fill 04 7 buy 99 2 3
END
}

@test "what waits for a price can be changed and cancelled at once" {
    history -o market.tape <<'END'
P buy 100 5
P sell 98 5
END
    printf '%s\n' "0 order 7 A buy 5 99" "0 cancel 7" "0 order 8 A buy 5 99" \
        "0 modify 8 2 97" > script2
    plays --market trades < script2 > got
    diff - got <<'END'
accepted 00 7 buy 99 5
cancelled 00 7 5 requested
accepted 00 8 buy 99 5
modified 00 8 buy 97 2 requested
END
}

@test "a bar: its open for who was before it, its worst for stops, its volume" {
    history -o market.tape <<'END'
B 100 101 99 100 50
B 100 103 98 102 50
B 102 104 101 103 4
B 103 103 90 95 50
END
    # 7 acts at the second bar's open; 8 rests there and is touched by 98
    # 9 is triggered within 101..104: at 104; of 4 traded, it gets 4
    printf '%s\n' "0 order 7 A buy 1 market" "0 order 8 A buy 2 98.5" \
        "1 order 9 A buy 6 market type=stop stop=103.5" > script2
    plays --market bars < script2 > got
    diff - got <<'END'
accepted 01 7 buy - 1
fill 01 7 buy 100 1 0
accepted 01 8 buy 98.5 2
fill 01 8 buy 98.5 2 0
accepted 02 9 buy - 6
triggered 02 9 6 -
fill 02 9 buy 104 4 2
cancelled 02 9 2 no_liquidity
END
}

@test "an order sent within a bar gets its close, never its open or its low" {
    history -o market.tape <<'END'
B 100 101 99 100 50
B 100 103 98 102 50
B 102 104 101 103 50
END
    # it arrives half a second after the first bar, in the middle of the second
    plays --market bars -l 500ms > got <<'END'
0 order 7 A buy 1 market
0 order 8 A buy 1 99
END
    diff - got <<'END'
accepted 01 7 buy - 1
fill 01 7 buy 102 1 0
accepted 01 8 buy 99 1
END
}

@test "a strategy sees the bars of the tape, each when it is known" {
    history -o market.tape <<'END'
B 100 101 99 100 50
B 100 103 98 102 50
END
    xbacktest market.tape -- sh -c 'tee lines | grep --line-buffered ^go' > out
    grep -P '^(bar|quote|trade)' lines | tr '\t' ' ' > got
    diff - got <<'END'
bar 2026-01-08T10:00:00Z A 1s 100 101 99 100 50
bar 2026-01-08T10:00:01Z A 1s 100 103 98 102 50
END
    refuses xbacktest --check --market bars market.tape
    refuses xbacktest --slippage 1 --market facts market.tape -- true
}

@test "a trade without a side is seen, and fills nothing" {
    printf '%s\n' time,instrument,price,quantity 2026-01-08T10:00:01Z,A,11,5 \
        2026-01-08T10:00:02Z,A,12,5 | ximport -f csv -t trade -o market.tape
    xbacktest --market trades market.tape -- sh -c \
        'tee lines | sed -u "s/^go.*/&/;/^go/!d"' > out.tape
    [ "$(grep -c -P '^trade\t' lines)" -eq 2 ]
    [ "$(grep -c '^go' lines)" -ge 2 ]
    [ "$(xexport -t trade -f csv out.tape | wc -l)" -eq 3 ]
}

@test "amounts below 0, and an impact on prices alone, are refused" {
    history -o market.tape <<< 'P buy 100 5'
    for option in --through --slippage; do
        for market in trades bars; do
            refuses xbacktest --market $market $option -0.00000001 \
                market.tape -- cat
            grep -q -- "$option: it is below 0" err
        done
    done
    for market in trades bars; do
        refuses xbacktest --market $market --impact none market.tape -- cat
        grep -q -- "--impact needs .* levels, not $market" err
    done
}

@test "latencies come from a file, and a latency of 0 is none" {
    history -o market.tape <<< 'P buy 100 5'
    xbacktest -l 0 --jitter 0s --feed-latency 0 market.tape \
        -- grep --line-buffered ^go | xexport -f csv -t print > zero
    xbacktest market.tape -- grep --line-buffered ^go |
        xexport -f csv -t print | diff zero -
    refuses xbacktest --latency-file - -- cat
    grep -q 'the tape is read from standard input' err
    refuses xbacktest --latency-file /dev/null market.tape -- cat
    grep -q '/dev/null: a pipe or a device' err
}

# flips SEED OPTION ...: a strategy that trades at random; the digest.
flips() {
    xbacktest -q "${@:2}" in.tape -- mawk -W interactive -F '\t' -v seed="$1" '
        function dice(n) { seed = (seed * 1103 + 12345) % 65521; return seed % n }
        $1 == "xtape" { seed += 7 }
        ($1 == "trade" || $1 == "bar") && dice(3) == 0 {
            printf "order\t%d\t%s\t%s\t%d\t%s\n", ++n, $3,
                dice(2) ? "buy" : "sell", 1 + dice(5),
                dice(3) ? $5 + (dice(5) - 2) / 100 : "market"
            if (dice(2)) print "cancel\t" n - dice(4) }
        $1 == "go" { print "go" }' | xstat --digest
}

@test "a turn at each event and turns in windows give the same among prices" {
    xgen -n 3000 --symbols 2 --seed 5 | xmatch -q |
        xgrep -q -t instrument,trade -o in.tape
    for seed in 1 2; do
        event=$(flips $seed -m trades -l 20ms)
        [ "$(flips $seed -m trades -l 20ms -t window)" = "$event" ]
    done
    xohlcv -q -i 1s in.tape | xgrep -q -t instrument,bar -o bars.tape
    mv bars.tape in.tape
    event=$(flips 3 -m bars -l 300ms)
    [ "$(flips 3 -m bars -l 300ms -t window)" = "$event" ]
    [ "$(flips 4 -m bars -l 300ms -t window)" != "$event" ]
}
