# xbacktest --market facts: own orders in the queue of a recorded market.
load common
load plays

@test "after all that was there before, and before all that came later" {
    history -o market.tape <<'END'
A 1 buy 99 10
A 2 sell 101 10
A 3 buy 99 10
E 1 10
E 3 4
E 3 2
A 4 buy 99 10
E 4 1
END
    # own 7 comes after 1, before 3: of 3's executions, 4 and 1 are its own
    plays > got <<'END'
1 order 7 A buy 5 99
END
    diff - got <<'END'
accepted 01 7 buy 99 5
fill 04 7 buy 99 4 1
fill 05 7 buy 99 1 0
END
}

@test "what was never announced is unknown, and counted once in a line" {
    printf '%s\n' '{"type":"book_reduce","order_id":7,"quantity":"1"}' \
        '{"type":"book_replace","order_id":7,"new_order_id":8,"price":"99","quantity":"1"}' \
        '{"type":"book_execute","order_id":8,"quantity":"1"}' \
        '{"type":"book_delete","order_id":8}' |
        sed 's/"order_id"/"time":"2026-01-08","instrument":"A",&/' |
        ximport -f json -o market.tape
    run -0 --separate-stderr xbacktest --market facts -c market.tape
    [ "$stderr" = "xbacktest: no book_add on the tape
xbacktest: 4 events about orders that were never announced (the feed may begin in the middle of a day)" ]
    [[ ${lines[-1]} == "all "*" 1     0.00     0.00      0      0      0        1" ]]
    # and so with a strategy
    run -0 --separate-stderr xbacktest market.tape -o out.tape -- cat
    [[ $stderr == *"4 events about orders that were never announced"* ]]
}

@test "a market made of what the tape does not have is reported" {
    printf 'time,instrument,side,price,quantity\n2026-01-08,A,buy,1,5\n' > a.csv
    ximport -f csv -t print a.csv -o prints.tape
    ximport -f csv -t book_level a.csv -o levels.tape
    run -0 --separate-stderr xbacktest --check prints.tape
    [ "$stderr" = "xbacktest: no book_add on the tape" ]
    run -0 --separate-stderr xbacktest -m facts --check levels.tape
    [ "$stderr" = "xbacktest: no book_add on the tape; --market levels?" ]
    # by the input: the print at the level is an execution of what it shows
    sed 's/buy,1,5/sell,1,5/' a.csv | ximport -f csv -t print -o prints.tape
    xmerge levels.tape prints.tape | xbacktest --check > checked 2> err
    [ ! -s err ]
    contains '^A .* 1   100.00' < checked
    run -0 --separate-stderr xbacktest -m levels -o out.tape prints.tape -- \
        mawk -W interactive '$1 == "go"'
    [[ $stderr == *"no book_level, depth or quote on the tape; --market trades?"* ]]
}

@test "what ahead is cancelled brings it forward; less keeps its place" {
    history -o market.tape <<'END'
A 1 buy 99 10
A 2 buy 99 10
A 9 sell 101 1
A 3 buy 99 10
D 1
X 2 9
E 3 3
E 2 1
E 3 5
END
    # 3 is executed before 2 is: 2 stood ahead of it, and so did the own one
    plays > got <<'END'
2 order 7 A buy 9 99
4 modify 7 6 -
END
    diff - got <<'END'
accepted 02 7 buy 99 9
modified 04 7 buy 99 6 requested
fill 06 7 buy 99 3 3
fill 08 7 buy 99 3 0
END
}

@test "another price or more loses the place" {
    history -o market.tape <<'END'
A 1 buy 99 10
A 9 sell 101 1
A 2 buy 99 10
A 3 sell 101 1
E 2 3
A 4 buy 99 7
E 2 7
E 4 7
END
    plays > got <<'END'
1 order 7 A buy 5 99
3 modify 7 6 -
END
    diff - got <<'END'
accepted 01 7 buy 99 5
modified 03 7 buy 99 6 requested
fill 07 7 buy 99 6 0
END
}

@test "a better price is first, and gets its own price" {
    history -o market.tape <<'END'
A 1 buy 99 10
A 2 sell 101 10
E 1 3
H sell 100 2
H sell 99.5 1
E 2 4
END
    # 7 is filled at 100 by whoever sold to 1; the hidden trades are behind it
    plays > got <<'END'
1 order 7 A buy 5 100
END
    diff - got <<'END'
accepted 01 7 buy 100 5
fill 02 7 buy 100 3 2
fill 03 7 buy 100 2 0
END
}

@test "an order that arrives meets the own one that it would have met" {
    history -o market.tape <<'END'
A 1 buy 99 10
A 2 sell 102 10
A 3 sell 100 4
U 2 5 99.5 3
END
    plays > got <<'END'
1 order 7 A buy 6 100
END
    diff - got <<'END'
accepted 01 7 buy 100 6
fill 02 7 buy 100 4 2
fill 03 7 buy 100 2 0
END
}

@test "what own orders took is missing later, or is not, as asked" {
    history -o market.tape <<'END'
A 1 sell 101 10
A 2 sell 101 5
A 9 buy 99 1
E 1 10
A 3 sell 101 3
E 2 5
A 4 buy 99 2
END
    cat > buys <<'END'
2 order 7 A buy 12 101
4 order 8 A buy 12 101 tif=ioc
6 cancel 7
END
    plays --impact take < buys > got
    diff - got <<'END'
accepted 02 7 buy 101 12
fill 02 7 buy 101 10 2
fill 02 7 buy 101 2 0
accepted 04 8 buy 101 12
fill 04 8 buy 101 3 9
fill 04 8 buy 101 3 6
cancelled 04 8 6 ioc_remainder
rejected 06 7 cancel unknown_order
END
    plays --impact none < buys > got
    diff - got <<'END'
accepted 02 7 buy 101 12
fill 02 7 buy 101 10 2
fill 02 7 buy 101 2 0
accepted 04 8 buy 101 12
fill 04 8 buy 101 5 7
fill 04 8 buy 101 3 4
cancelled 04 8 4 ioc_remainder
rejected 06 7 cancel unknown_order
END
    xbacktest market.tape -- mawk -W interactive -F '\t' '
        $1 == "quote" && $7 == 15 && !n++ {
            print "order\t1\tA\tbuy\t12\t101" }
        $1 == "go" { print }' 2> err > /dev/null
    one_line err
    grep -q '^xbacktest: 2 events of the market wanted what own orders' err
}

@test "latency misses a fill, and a fill overtakes a cancel" {
    history -o market.tape <<'END'
A 1 buy 99 10
A 2 sell 101 10
A 3 buy 99 10
E 3 2
E 3 2
E 3 2
END
    plays -l 1500ms > got <<'END'
1 order 7 A buy 3 99
3 cancel 7
END
    # it acts at 2.5 s, after 3: no fill of it, ever; the cancel acts at 4.5
    diff - got <<'END'
accepted 02.5 7 buy 99 3
cancelled 04.5 7 3 requested
END
    plays -l 900ms > got <<'END'
1 order 7 A buy 3 99
3 cancel 7
END
    # now it stands before 3, and is filled at 3 s, and whole at 4 s
    diff - got <<'END'
accepted 01.9 7 buy 99 3
fill 03 7 buy 99 2 1
cancelled 03.9 7 1 requested
END
}

@test "icebergs, stops and halts are what they are elsewhere" {
    history -o market.tape <<'END'
A 1 sell 101 10
A 9 buy 99 1
A 2 sell 101 10
E 2 3
A 3 sell 101 4
E 3 4
S halt
S continuous
E 1 1
END
    # a peak of 2 stands before 2, the next one before 3, the last after it
    plays > got <<'END'
1 order 7 A sell 6 101 display=2
3 order 8 A buy 1 market type=stop stop=101
6 order 9 A buy 1 99
END
    diff - got <<'END'
accepted 01 7 sell 101 6
fill 03 7 sell 101 2 4
accepted 03 8 buy - 1
triggered 03 8 1 -
fill 03 8 buy 101 1 0
fill 05 7 sell 101 2 2
rejected 06 9 order halted
END
    plays > got <<'END'
1 order 7 A sell 6 101 tif=at_close
2 order 8 A sell 6 101 flags=all_or_none
END
    diff - got <<'END'
rejected 01 7 order unsupported
rejected 02 8 order unsupported
END
}

@test "without a strategy every event passes, and --check knows each execution" {
    history -o market.tape <<'END'
A 1 buy 99 10
A 2 buy 99 10
E 1 4
E 2 1
E 2 10
E 5 1
END
    [ "$(xbacktest market.tape | xstat --digest)" = \
        "$(xstat --digest market.tape)" ]
    xbacktest --check market.tape > table
    [ "$(tail -n 1 table | tr -s ' ')" = "all 4 50.00 25.00 1 1 0 1" ]
    # in flow the first in the queue is executed, whoever it was in history
    xbacktest --check --market flow market.tape > table
    [ "$(tail -n 1 table | tr -s ' ')" = "all 4 75.00 25.00 2 0 0 1" ]
    refuses xbacktest --check market.tape -- true
}

@test "all executions of recorded markets are those of orders in the book" {
    needs_data
    recorded=$XTAPE_DATA/lobster
    zstdcat "$recorded"/AAPL_2012-06-21_DAY_START_SNAPSHOT.csv.zst > seed.csv
    zstdcat "$recorded"/AAPL_2012-06-21_34200000_37800000_message_50.csv.zst |
        ximport -f lobster --symbol AAPL --date 2012-06-21 --seed seed.csv \
            -o aapl.tape
    xbacktest --check aapl.tape | tail -n 1 > line
    [ "$(tr -s ' ' < line)" = "all 4067 100.00 99.40 24 0 0 0" ]
    xbacktest --check --market flow aapl.tape | tail -n 1 > line
    [ "$(tr -s ' ' < line)" = "all 4067 99.36 94.09 214 3 0 23" ]
    zstdcat "$XTAPE_DATA"/sse/AX_sbe_sse_600519_to_1000.log.zst |
        python3 "$BATS_TEST_DIRNAME/sse_orders.py" facts | ximport -f json |
        xbacktest --check | tail -n 1 > line
    [ "$(tr -s ' ' < line)" = "all 6361 100.00 100.00 0 0 0 0" ]
}
