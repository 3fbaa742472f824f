# xbook: books from an exchange's feed and from xmatch's facts.
load common

# lobster NAME: unpacks a recorded file into the current directory.
lobster() {
    zstd -dqf "$XTAPE_DATA/lobster/$1.csv.zst" -o "$1.csv"
}

@test "the rebuilt AAPL book has the exchange's best prices on 25,623 of 25,641 rows" {
    needs_data
    day=AAPL_2012-06-21
    lobster ${day}_34200000_37800000_message_50
    lobster ${day}_DAY_START_SNAPSHOT
    lobster ${day}_34200000_57600000_message_1
    lobster ${day}_34200000_57600000_orderbook_1
    ximport -f lobster --symbol AAPL --date 2012-06-21 \
        --seed ${day}_DAY_START_SNAPSHOT.csv \
        ${day}_34200000_37800000_message_50.csv |
        xbook --every | xexport -f csv -t quote > quotes.csv
    run -0 python3 "$BATS_TEST_DIRNAME/lobster_best.py" \
        ${day}_34200000_37800000_message_50.csv quotes.csv \
        ${day}_34200000_57600000_message_1.csv \
        ${day}_34200000_57600000_orderbook_1.csv
    # The 18 rows that differ are one stretch, where the price runs out of the
    # 50 levels that the feed covers: what rests there nobody can know.
    [ "${lines[0]}" = "25623 of 25641" ]
    [ "${lines[1]}" = "misses from 36268.99545095 to 36272.201242824" ]
}

# orders LINE ...: a tape of orders of one instrument, a line each:
# ID SIDE PRICE QUANTITY [TIF], or "cancel ID".
orders() {
    local id side price quantity tif
    printf '%s\n' "$@" | while read -r id side price quantity tif; do
        if [ "$id" = cancel ]; then
            echo "{\"type\":\"cancel\",\"time\":\"2026-01-08\",\"instrument\":\"X\",\"order_id\":$side}"
        else
            echo "{\"type\":\"order\",\"time\":\"2026-01-08\",\"instrument\":\"X\",\"side\":\"$side\",\"order_id\":$id,\"price\":\"$price\",\"quantity\":\"$quantity\",\"time_in_force\":\"${tif:-day}\"}"
        fi
    done | ximport -f json
}

quotes() {
    xmatch | xbook "$@" | xexport -f csv -t quote \
        -c bid_price,bid_quantity,ask_price,ask_quantity | tail -n +2
}

@test "a quote follows each change of the best prices, and nothing else does" {
    run -0 quotes < <(orders "1 buy 10 5" "2 sell 12 3" "3 buy 9 1" \
        "4 buy 10 2" "cancel 3" "cancel 1" "cancel 4")
    [ "$output" = "10,5,,
10,5,12,3
10,7,12,3
10,2,12,3
,,12,3" ]
}

@test "an order that trades before it rests is never shown crossed" {
    run -0 quotes < <(orders "1 sell 10 5" "2 sell 11 5" "3 buy 11 12" )
    [ "$output" = ",,10,5
,,11,5
11,2,," ]
}

@test "what does not rest is never shown" {
    run -0 quotes < <(orders "1 sell 10 5" "2 buy 10 8 ioc" "3 buy 9 1 fok")
    [ "$output" = ",,10,5
,,," ]
}

@test "--every tells a quote after each fact" {
    orders "1 buy 10 5" "2 buy 9 1" "3 buy 8 1" > orders.tape
    [ "$(quotes --every < orders.tape | wc -l)" -eq 3 ]
    [ "$(quotes < orders.tape | wc -l)" -eq 1 ]
}

@test "--depth tells the levels that changed, and those that went" {
    run -0 bash -c "xmatch | xbook --depth 2 | xexport -f csv -t depth \
        -c side,level,price,quantity,order_count | tail -n +2" < <(
        orders "1 buy 10 5" "2 buy 9 1" "3 buy 8 1" "cancel 1" "cancel 2" \
            "cancel 3")
    [ "$output" = "buy,1,10,5,1
buy,2,9,1,1
buy,1,9,1,1
buy,2,8,1,1
buy,1,8,1,1
buy,2,,,
buy,1,,," ]
}

@test "the book at the end is what xmatch leaves open, for random flow" {
    xgen --orders 30000 --seed 9 --symbols 3 | xmatch > facts.tape
    xbook facts.tape | xexport -f csv -t quote > quotes.csv
    # The last quote of each instrument, from the facts alone.
    xexport -f json facts.tape |
        python3 "$BATS_TEST_DIRNAME/best_of_facts.py" > expected
    tail -n +2 quotes.csv | awk -F, '{ last[$2] = $0 }
        END { for (i in last) print last[i] }' | cut -d, -f 2- | sort > told
    diff expected told
}

@test "facts without side, price or quantity are refused, with their place" {
    echo '{"type":"book_add","time":"2026-01-08","instrument":"X","order_id":1,"side":"buy","quantity":"1"}' |
        ximport -f json > bad.tape
    run -1 --separate-stderr xbook bad.tape
    [[ $stderr == "xbook: bad.tape: event 2 (byte "*"): the fact has no price" ]]
}

@test "facts are consumed, and passed with --keep; the rest passes" {
    orders "1 buy 10 5" | xmatch > facts.tape
    [ "$(xbook facts.tape | xexport -f json | grep -c accepted)" -eq 0 ]
    [ "$(xbook --keep facts.tape | xexport -f json | grep -c accepted)" -eq 1 ]
    [ "$(xbook facts.tape | xexport -f json | grep -c instrument)" -ge 1 ]
}

@test "an instrument of an earlier tape is defined before its quote" {
    at_close='"order_type":"limit","time_in_force":"at_close"'
    printf '%s\n' "{\"type\":\"accepted\",\"time\":\"2026-01-08\",\"instrument\":\"X\",\"order_id\":1,\"side\":\"buy\",\"price\":\"7\",\"quantity\":\"3\",\"remaining_quantity\":\"3\",$at_close}" |
        ximport -f json > day1.tape
    echo '{"type":"session","time":"2026-01-09","state":"closing_auction"}' |
        ximport -f json > day2.tape
    xbook day1.tape day2.tape > told.tape
    [ "$(xexport -f json told.tape | grep -c '"type":"quote"')" -eq 1 ]
    xexport -f json told.tape | tail -n 1 |
        contains '"type":"quote","time":"2026-01-09.*"instrument":"X".*"bid_price":"7"'
}
