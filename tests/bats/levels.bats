# Feeds of price levels: from what exchanges send to books, checked against what
# the exchanges say about the same books.
load common

# capture NAME FILE: unpacks a recorded capture.
capture() {
    zstd -dcq "$XTAPE_DATA/$1.zst" > "$2"
}

# checksums KIND DIALECT CAPTURE: how many checksums of the books are equal.
checksums() {
    capture "ws-captures/$3" capture
    ximport --dialect "$2" capture | xbook --every --depth 25 |
        xexport -f json > books.json
    python3 "$BATS_TEST_DIRNAME/ws_checksums.py" "$1" capture books.json
}

@test "the books of Kraken have the CRC32 of each of its 4,269 updates" {
    needs_data
    run -0 checksums kraken kraken-ws-book KRAKEN.ws.50.0
    [ "$output" = "4269 equal, 0 not" ]
}

@test "the books of OKX have the CRC32 of each of its 290 messages" {
    needs_data
    run -0 checksums okx okx-ws-books OKX.ws.1.0
    [ "$output" = "290 equal, 0 not" ]
}

# binance NAME SYMBOL: compares the book with bookTicker after each update.
binance() {
    local check=$BATS_TEST_DIRNAME/binance_book.py
    capture "binance-ws/$1_20240808" first
    capture "binance-ws/$1_20240809" second
    python3 "$check" align first second |
        ximport --dialect binance-ws-depth -D "instrument=$2" > book.tape
    xbook --every book.tape | xexport -f csv -t quote \
        -c bid_price,bid_quantity,ask_price,ask_quantity |
        tail -n +2 > quotes
    python3 "$check" check quotes first second
}

# crossed: the quotes of a tape of levels whose bid is not below its ask.
crossed() {
    xbook "$@" | xexport -f csv -t quote -c bid_price,ask_price |
        awk -F , 'NR > 1 && $1 != "" && $2 != "" && $1 >= $2' | wc -l
}

@test "a book of Binance futures equals bookTicker after each update" {
    needs_data
    run -0 binance cm/ethusd_perp ETHUSD_PERP
    [ "$output" = "39134 equal, 0 not" ]
    [ "$(crossed book.tape)" -eq 0 ]
}

@test "a book of Binance spot does after all updates but two" {
    needs_data
    run -0 binance spot/btcusdt BTCUSDT
    # after 50093478174 and 50093480542 bookTicker lags: a plain replay of the
    # capture, without these programs, differs at the same two
    [ "$output" = "6492 equal, 2 not" ]
    [ "$(crossed book.tape)" -eq 0 ]
}

@test "Coinbase: the last book is that of a plain replay, and none is crossed" {
    needs_data
    capture ws-captures/COINBASE.ws.28.0 capture
    ximport --dialect coinbase-ws-level2 capture > c.tape
    [ "$(crossed c.tape)" -eq 0 ]
    xbook c.tape | xexport -f csv -t quote \
        -c instrument,bid_price,bid_quantity,ask_price,ask_quantity |
        awk -F , 'NR > 1 { last[$1] = $0 } END { for (i in last) print last[i] }' |
        sort > books
    python3 - <<'END' | sort | diff - books
import json
from decimal import Decimal as D
books = {}
for line in open('capture'):
    stamp, _, text = line.partition(': ')
    if not stamp.replace('.', '').isdigit():
        continue
    m = json.loads(text)
    if m['type'] == 'snapshot':
        changes = [('buy', *x) for x in m['bids']] + [('sell', *x) for x in m['asks']]
        books[m['product_id']] = {'buy': {}, 'sell': {}}
    elif m['type'] == 'l2update':
        changes = m['changes']
    else:
        continue
    for side, price, size in changes:
        book = books[m['product_id']][side]
        book.pop(D(price), None)
        if D(size):
            book[D(price)] = D(size)
def text(d):
    return f'{d:f}'.rstrip('0').rstrip('.') if '.' in f'{d:f}' else f'{d:f}'
for name, book in books.items():
    bid, ask = max(book['buy']), min(book['sell'])
    print(f'COINBASE:{name}', text(bid), text(book['buy'][bid]), text(ask),
          text(book['sell'][ask]), sep=',')
END
}

@test "Bitstamp: for each trade an order lost as much, both orders for 265 of 286" {
    needs_data
    capture bitstamp/2015-05-01_first2h.log log
    for kind in created:book_add changed:book_replace deleted:book_delete; do
        ximport -q --dialect bitstamp-ws-orders -t "${kind#*:}" \
            --where "@[1]=order_${kind%:*}" -D instrument=BTCUSD log |
            xexport -f json -t "${kind#*:}"
    done > orders.json
    ximport -q --dialect bitstamp-ws-trades -D instrument=BTCUSD log |
        xexport -f json -t print > trades.json
    run -0 python3 - <<'END'
import json
from collections import defaultdict
from datetime import datetime
from decimal import Decimal as D
def read(name):
    events = [json.loads(line) for line in open(name)]
    for e in events:
        e['at'] = datetime.fromisoformat(e['time'].replace('Z', '+00:00')).timestamp()
    return sorted(events, key=lambda e: e['at'])
left, lost = {}, defaultdict(list)
for e in read('orders.json'):
    now = D(e['quantity'])
    if e['order_id'] in left and now < left[e['order_id']]:
        lost[left[e['order_id']] - now].append((e['at'], e['side']))
    left[e['order_id']] = now
one = both = 0
trades = read('trades.json')
for t in trades:
    sides = {side for at, side in lost[D(t['quantity'])] if abs(at - t['at']) <= 20}
    one += len(sides) >= 1
    both += len(sides) == 2
print(len(trades), one, both)
END
    [ "$output" = "286 286 265" ]
}

@test "what holds for rows: a text, a path in the row, the number in its array" {
    echo '{"s":"A","t":5,"bids":[{"px":1,"q":2},{"px":0.5,"q":3}],"asks":[[7,8]]}' |
        ximport -f json -t depth -m 'instrument=s,time=t' --time-unit s \
            --each 'bids[]:side=buy,level=[],price=.px,quantity=.q' \
            --each 'asks[]:side=sell,level=[],price=[0],quantity=[1]' |
        xexport -f csv -t depth -c instrument,side,level,price,quantity > out
    [ "$(tail -n +2 out)" = "A,buy,1,1,2
A,buy,2,0.5,3
A,sell,1,7,8" ]
    run -2 --separate-stderr ximport -f json -t depth --each 'b[]:sid=buy' /dev/null
    [[ $stderr == 'ximport: --each: unknown field of depth "sid"; did you mean "side"?'* ]]
}

@test "a record that is refused in its middle leaves what came before it whole" {
    printf '%s\n' '{"t":1,"b":[[1,2]],"a":[[3,4],[5,6]]}' \
        '{"t":2,"b":[[1,2],["x",2]],"a":[]}' > bad.json
    run -1 --separate-stderr ximport -f json -t book_level -m time=t \
        --time-unit s -D instrument=A -o bad.tape \
        --each 'b[]:side=buy,price=[0],quantity=[1]' \
        --each 'a[]:side=sell,price=[0],quantity=[1]' bad.json
    [[ $stderr == *'bad.json: line 2: '*'"x"'* ]]
    ximport -f json -t book_level -m time=t --time-unit s -D instrument=A \
        --each 'b[]:side=buy,price=[0],quantity=[1]' \
        --each 'a[]:side=sell,price=[0],quantity=[1]' bad.json \
        > bad.tape 2> /dev/null || true
    xexport -f csv -t book_level -c side,flags,price bad.tape > out 2> /dev/null || true
    [ "$(tail -n +2 out)" = "buy,more,1
sell,more,3
sell,,5
buy,,1" ]
}

@test "a row of CSV with many levels is an event for each, and those of a book a message" {
    printf 't,symbol,asks[0].price,asks[0].amount,bids[0].price,bids[0].amount,asks[1].price,asks[1].amount\n5,A,11,1,10,2,,\n6,A,11,0,10,3,12,4\n' > wide.csv
    ximport -f csv -t book_level -m time=t --time-unit s \
        --each 'bids[]:side=buy,quantity=.amount' \
        --each 'asks[]:side=sell,quantity=.amount' wide.csv > wide.tape
    xexport -f csv -t book_level -c side,flags,price,quantity wide.tape > out
    [ "$(tail -n +2 out)" = "buy,more,10,2
sell,,11,1
buy,more,10,3
sell,more,11,0
sell,,12,4" ]
    xbook wide.tape | xexport -f csv -t quote -c bid_price,bid_quantity,ask_price,ask_quantity > out
    [ "$(tail -n +2 out)" = "10,2,11,1
10,3,12,4" ]
    run -1 --separate-stderr ximport -f csv -t depth -m time=t --time-unit s \
        --each 'offers[]:side=sell' -x '*' wide.csv
    [ "$stderr" = "ximport: wide.csv: line 1: no column is one of --each offers[]" ]
}
