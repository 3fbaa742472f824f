# xbook: books from an exchange's feed and from xmatch's reports.
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

@test "--every writes a quote after each report" {
    orders "1 buy 10 5" "2 buy 9 1" "3 buy 8 1" > orders.tape
    [ "$(quotes --every < orders.tape | wc -l)" -eq 3 ]
    [ "$(quotes < orders.tape | wc -l)" -eq 1 ]
}

@test "--depth writes the levels that changed, and those that went" {
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
    xgen --orders 30000 --seed 9 --symbols 3 | xmatch > reports.tape
    xbook reports.tape | xexport -f csv -t quote \
        -c time,instrument,bid_price,bid_quantity,ask_price,ask_quantity > quotes.csv
    # The last quote of each instrument, from the reports alone.
    xexport -f json reports.tape |
        python3 "$BATS_TEST_DIRNAME/best_of_reports.py" > expected
    tail -n +2 quotes.csv | awk -F, '{ last[$2] = $0 }
        END { for (i in last) print last[i] }' | cut -d, -f 2- | sort > told
    diff expected told
}

@test "events without a side, price or quantity they need are refused, with their place" {
    echo '{"type":"book_add","time":"2026-01-08","instrument":"X","order_id":1,"side":"buy","quantity":"1"}' |
        ximport -f json > bad.tape
    run -1 --separate-stderr xbook bad.tape
    [[ $stderr == "xbook: bad.tape: event 2 (byte "*"): it has no price" ]]
}

@test "reports are consumed, and passed with --keep; the rest passes" {
    orders "1 buy 10 5" | xmatch > reports.tape
    [ "$(xbook reports.tape | xexport -f json | grep -c accepted)" -eq 0 ]
    [ "$(xbook --keep reports.tape | xexport -f json | grep -c accepted)" -eq 1 ]
    [ "$(xbook reports.tape | xexport -f json | grep -c instrument)" -ge 1 ]
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

# auction STATE: an auction of three trades that ends in a state, as JSON lines.
auction() {
    cat << END
{"type":"session","time":"2026-01-08T09:00:00Z","state":"${2:-opening_auction}"}
{"type":"order","time":"2026-01-08T09:00:01Z","instrument":"A","order_id":1,"side":"buy","quantity":"90","price":"101"}
{"type":"order","time":"2026-01-08T09:00:02Z","instrument":"A","order_id":3,"side":"sell","quantity":"30","price":"99"}
{"type":"order","time":"2026-01-08T09:00:03Z","instrument":"A","order_id":4,"side":"sell","quantity":"50","price":"100","display_quantity":"20"}
{"type":"order","time":"2026-01-08T09:00:04Z","instrument":"A","order_id":5,"side":"sell","quantity":"20","price":"100"}
{"type":"order","time":"2026-01-08T09:00:05Z","instrument":"A","order_id":6,"side":"buy","quantity":"1","price":"98"}
{"type":"session","time":"2026-01-08T09:30:00Z","state":"$1"}
END
}

@test "no quote or level is crossed while the trades of an auction are written" {
    for end in "continuous opening_auction" "closed closing_auction" \
        "continuous pre_open" "halt opening_auction"; do
        # shellcheck disable=SC2086 # two words
        auction $end | ximport -f json > in.tape
        xmatch in.tape | xbook --every --depth 2 > quotes.tape
        xmatch --quotes in.tape > alone.tape
        for tape in quotes.tape alone.tape; do
            xexport -f csv -t quote -c time,bid_price,ask_price "$tape" |
                awk -F, '$1 ~ /09:30/ && $2 != "" && $3 != "" && $2 >= $3' > crossed
            [ "$end" = "halt opening_auction" ] || [ ! -s crossed ]
        done
    done
}

@test "the quote after an auction is that of the book that it leaves" {
    auction continuous | ximport -f json | xmatch | xbook --depth 1 |
        xexport -f csv -t quote -c time,bid_price,bid_quantity,ask_price,ask_quantity |
        grep 09:30 > quotes
    [ "$(cat quotes)" = "2026-01-08T09:30:00Z,98,1,100,10" ]
}

# feed LINE ...: a tape of events of one instrument, from JSON without the
# braces, type and common fields: "book_add "order_id":1,..."
feed() {
    for line in "$@"; do
        echo "{\"type\":\"${line%% *}\",\"time\":\"2026-01-08\",\"instrument\":\"X\",${line#* }}"
    done | ximport -f json
}

last_quote() {
    xexport -f csv -t quote -c bid_price,bid_quantity,ask_price,ask_quantity |
        tail -n 1
}

@test "a book_replace without a new id keeps the old one, and without a side its side" {
    feed 'book_add "order_id":1,"side":"buy","price":"10","quantity":"5"' \
        'book_add "order_id":2,"side":"buy","price":"9","quantity":"1"' \
        'book_replace "order_id":1,"price":"8","quantity":"3"' > in.tape
    [ "$(xbook in.tape | last_quote)" = "9,1,," ]
    feed 'book_delete "order_id":1' 'book_delete "order_id":2' > gone.tape
    [ "$(xbook in.tape gone.tape | last_quote)" = ",,," ]
}

@test "of a known order, book_delete needs its id only, book_reduce and book_execute a quantity" {
    feed 'book_add "order_id":1,"side":"sell","price":"10","quantity":"5"' \
        'book_reduce "order_id":1,"quantity":"2"' \
        'book_execute "order_id":1,"quantity":"1"' > in.tape
    [ "$(xbook in.tape | last_quote)" = ",,10,2" ]
    feed 'book_delete "order_id":1' > gone.tape
    [ "$(xbook in.tape gone.tape | last_quote)" = ",,," ]
    feed 'book_reduce "order_id":1' > none.tape
    run -1 --separate-stderr xbook -o out.tape in.tape none.tape
    [[ $stderr == "xbook: none.tape: event 2 (byte "*"): it has no quantity" ]]
}

@test "events about orders that were never announced are counted in one line" {
    feed 'book_add "order_id":1,"side":"sell","price":"10","quantity":"5"' \
        'book_delete "order_id":7' 'book_execute "order_id":8,"quantity":"2"' \
        'book_replace "order_id":9,"new_order_id":10,"side":"buy","price":"9","quantity":"1"' \
        'book_reduce "order_id":11,"side":"sell","price":"10","quantity":"2"' > in.tape
    line='4 events about orders that were never announced (the feed may begin in the middle of a day)'
    for program in xbook "xmatch --quotes"; do
        run -0 --separate-stderr $program -o out.tape in.tape
        [ "$stderr" = "${program%% *}: $line" ]
        [ "$(last_quote < out.tape)" = "9,1,10,3" ]
        run -0 --separate-stderr $program -q -o out.tape in.tape
        [ -z "$stderr" ]
    done
}

@test "orders that nobody matched are reported, for no book comes of them" {
    orders "1 buy 10 5" "cancel 1" > orders.tape
    run -0 --separate-stderr xbook -o out.tape orders.tape
    [ "$stderr" = "xbook: no book without execution reports (2 orders, modifies and cancels: xmatch makes reports of them)" ]
    run -0 --separate-stderr xbook -q -o out.tape orders.tape
    [ -z "$stderr" ]
}

@test "a level is what a feed of levels says it is, and 0 takes it away" {
    printf '%s\n' \
        '{"type":"book_add","time":"2026-01-08T09:30:00Z","instrument":"A","side":"buy","price":"10","quantity":"5"}' \
        '{"type":"book_level","time":"2026-01-08T09:30:01Z","instrument":"A","side":"buy","price":"10","quantity":"7"}' \
        '{"type":"book_level","time":"2026-01-08T09:30:02Z","instrument":"A","side":"buy","price":"10","quantity":"0"}' |
        ximport -f json | xbook | xexport -f csv -t quote -c bid_price,bid_quantity > out
    [ "$(tail -n +2 out)" = "10,5
10,7
," ]
}

@test "no quote and no level of depth comes in the middle of a message" {
    xbook --depth 2 < <(ximport -f json "$ROOT/testdata/levels.json") |
        xexport -f json > out
    xbook --every < <(ximport -f json "$ROOT/testdata/levels.json") |
        xexport -f csv -t quote -c bid_price,bid_quantity,ask_price,ask_quantity |
        tail -n +2 > quotes
    # the second message crosses the book between its two levels, the third
    # is a snapshot
    [ "$(cat quotes)" = "10,5,11,4
11.5,2,12,4
9,1,9.5,3" ]
    excludes '"bid_price":"11.5","bid_quantity":"2","ask_price":"11"' < out
    [ "$(grep -c '"type":"depth"' out)" -eq 8 ]
}
