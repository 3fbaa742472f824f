# Bars of quotes and of bars: an exchange's own, and by hand.
load common

# bars COLUMN,...: those columns of the bars on stdin, without a heading.
bars() {
    xexport -f csv -t bar -c "$1" | tail -n +2
}

# same WANTED GOT WHAT: both have lines and are equal.
same() {
    [ -s "$1" ] && cmp "$1" "$2" && echo "# $3: $(wc -l < "$1") bars equal" >&3
}

LEAN=${XTAPE_DATA-}/bars-lean

# numbers: as numbers are written here, on each line of CSV.
numbers() {
    python3 -c '
import sys
from decimal import Decimal
for line in sys.stdin:
    first, *rest = line.strip().split(",")
    print(first, *[f"{Decimal(x).normalize():f}" for x in rest], sep=",")'
}

@test "1m bars of Binance make its 5m bars, to the last digit" {
    needs_data
    klines() {
        zstd -dc "$XTAPE_DATA/binance-klines/XRP_ETH-$1.json.zst" | python3 -c '
import json, sys
from decimal import Decimal
for row in json.load(sys.stdin, parse_float=str, parse_int=str):
    if Decimal(row[5]):
        print(row[0], *row[1:], sep=",")'
    }
    {
        echo start,open,high,low,close,volume
        klines 1m
    } > 1m.csv
    klines 5m | numbers > wanted
    ximport -f csv -t bar --time-unit ms -D interval=1m -D instrument=XRP 1m.csv |
        xohlcv -i 5m --from bar | xexport -f csv -t bar -c start,open,high,low,close,volume |
        python3 -c '
import sys
from datetime import datetime
next(sys.stdin)
for line in sys.stdin:
    start, rest = line.strip().split(",", 1)
    at = datetime.fromisoformat(start.replace("Z", "+00:00"))
    print(int(at.timestamp() * 1000), rest, sep=",")' > got
    same wanted got "Binance 1m to 5m"
}

# quotes MARKET PAIR DAY: a tape of the ticks of that day, and their seconds and
# minutes in files, "ms,open,high,low,close" of bid and of ask.
quotes() {
    local place=$LEAN/forex/$1 day=$3
    zstd -dc "$place/tick/$2/${day}_$2_tick_quote.csv.zst" |
        awk -F, 'BEGIN { print "time,bid_price,ask_price" }
            { printf "%d.%03d,%s,%s\n", int($1 / 1000), $1 % 1000, $2, $3 }' |
        ximport -f csv -t quote --time-unit s -D instrument="$2" -o ticks.tape
    for long in second minute; do
        zstd -dc "$place/$long/$2/${day}_$2_${long}_quote.csv.zst" > theirs
        cut -d, -f 1-5 theirs | numbers > "$long.bid"
        cut -d, -f 1,7-10 theirs | numbers > "$long.ask"
    done
}

@test "ticks of foreign exchange make seconds and minutes of bid and of ask" {
    needs_data
    for day in fxcm/eurusd/20140501 oanda/nzdusd/20140502 oanda/nzdusd/20140504; do
        IFS=/ read -r market pair date <<< "$day"
        quotes "$market" "$pair" "$date"
        for side in bid ask; do
            xohlcv -i 1s,1m --from quote:$side ticks.tape |
                xexport -f csv -t bar -c start,interval,open,high,low,close |
                python3 -c '
import sys
from datetime import datetime
files = {"1s": open("second.got", "w"), "1m": open("minute.got", "w")}
next(sys.stdin)
for line in sys.stdin:
    start, interval, rest = line.strip().split(",", 2)
    at = datetime.fromisoformat(start.replace("Z", "+00:00"))
    print(int(at.timestamp() * 1000), rest, sep=",", file=files[interval])'
            same second.$side second.got "$day seconds of $side"
            same minute.$side minute.got "$day minutes of $side"
        done
    done
}

@test "seconds of Coinbase make its minutes, and minutes its day" {
    needs_data
    local place=$LEAN/crypto/coinbase name=20161007_btcusd
    tape() {
        awk -F, -v OFS=, 'BEGIN { print "start,open,high,low,close,volume" }
            { $1 = $1 / 1000; print }' |
            ximport -f csv -t bar --time-unit s -D interval="$1" -D instrument=BTC
    }
    zstd -dc $place/second/btcusd/${name}_second_trade.csv.zst | tape 1s |
        xohlcv -i 1m --from bar | bars open,high,low,close,volume > got
    zstd -dc $place/minute/btcusd/${name}_minute_trade.csv.zst | numbers |
        cut -d, -f 2- > wanted
    same wanted got "Coinbase seconds to minutes"
    for day in 20161007 20170903 20171217; do
        zstd -dc $place/minute/btcusd/${day}_btcusd_minute_trade.csv.zst |
            tape 1m | xohlcv -i 1d --from bar |
            bars open,high,low,close,volume > got
        zstd -dc $place/daily/btcusd.csv.zst | grep "^$day" | numbers |
            cut -d, -f 2- > wanted
        same wanted got "Coinbase minutes to the day $day"
    done
}

@test "bars of bars have the sums of all fields that their bars have" {
    cat > k.csv << 'END'
time,instrument,interval,start,open,high,low,close,volume,notional,trade_count
2026-01-08T00:01:00Z,A,1m,2026-01-08T00:00:00Z,10,12,9,11,5,50,3
2026-01-08T00:02:00Z,A,1m,2026-01-08T00:01:00Z,11,15,11,14,7,90,4
END
    ximport -f csv -t bar --stream k k.csv > k.tape
    xohlcv -i 5m --from bar k.tape |
        bars interval,open,high,low,close,volume,notional,trade_count,buy_volume > got
    diff - got <<< "5m,10,15,9,14,12,140,7,"
    xohlcv -i 5m k.tape 2> err > made.tape
    grep -q "no trades or prints here (2 bars: --from bar makes" err
}

@test "bars of bars are closed by bars that follow, in time for whoever reads them" {
    printf '%s\n' start,instrument,interval,open,high,low,close,volume \
        2026-01-08T00:03:00Z,A,1m,1,1,1,1,1 2026-01-08T00:04:00Z,A,1m,2,2,2,2,1 \
        2026-01-08T00:04:00Z,B,1m,3,3,3,3,1 2026-01-08T00:05:00Z,A,1m,4,4,4,4,1 |
        ximport -f csv -t bar --stream k | xohlcv -i 5m --from bar |
        bars time,instrument,close,volume,flags > got
    diff - got << 'END'
2026-01-08T00:05:00Z,A,2,2,final
2026-01-08T00:05:00Z,B,3,1,final
2026-01-08T00:06:00Z,A,4,1,partial
END
}

@test "a bar that lies in two is refused, and one of two intervals" {
    printf '%s\n' start,instrument,interval,open,high,low,close,volume \
        2026-01-08T00:03:00Z,A,3m,1,1,1,1,1 |
        ximport -f csv -t bar --stream k > k.tape
    run -1 xohlcv -i 5m --from bar k.tape
    [[ $output == *"does not lie in one bar of 5m"* ]]
    printf '%s\n' start,instrument,interval,open,high,low,close,volume \
        2026-01-08T00:03:00Z,A,1m,1,1,1,1,1 2026-01-08T00:04:00Z,A,1s,1,1,1,1,1 |
        ximport -f csv -t bar --stream k > k.tape
    run -1 xohlcv -i 5m --from bar k.tape
    [[ $output == *"bars of several intervals"* ]]
    xohlcv -i 5m --from bar:1m k.tape | bars interval,volume | contains -x 5m,1
}

@test "the middle of bid and ask is rounded half to even" {
    printf '%s\n' time,instrument,bid_price,ask_price \
        2026-01-08T10:00:00Z,A,1.00000001,1.00000002 \
        2026-01-08T10:00:01Z,A,2,4 2026-01-08T10:00:02Z,A,,4 |
        ximport -f csv -t quote | xohlcv -i 1m --from quote:mid 2> err |
        bars open,high,low,close,volume,trade_count > got
    diff - got <<< "1.00000002,3,1.00000002,3,0,2"
    grep -q "left out: 1 without price and quantity" err
}

@test "--from print takes no trades" {
    printf '%s\n' time,instrument,price,quantity 2026-01-08T10:00:00Z,A,1,2 |
        ximport -f csv -t trade | xohlcv -i 1m --from print 2> err |
        xgrep -t trade | xstat --quiet | contains trade
    grep -q "nothing here that --from names" err
}
