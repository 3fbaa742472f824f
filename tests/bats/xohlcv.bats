# Bars: an exchange's own, arithmetic in Python, days of a zone, order and
# refusals.
load common
load recorded

# trades ROW ...: a tape of trades "time,instrument,side,price,quantity".
trades() {
    printf '%s\n' time,instrument,side,price,quantity "$@" |
        ximport -f csv -t trade --stream made
}

# bars COLUMN,...: those columns of the bars on stdin, without a heading.
bars() {
    xexport -f csv -t bar -c "$1" | tail -n +2
}

# klines INTERVAL: the exchange's, in the form of ours: "start open high low
# close volume".
klines() {
    zstd -dc "$XTAPE_DATA/binance-klines/XRP_ETH-$1.json.zst" | python3 -c '
import json, sys
from decimal import Decimal
for row in json.load(sys.stdin, parse_float=Decimal):
    print(row[0], *[Decimal(x).normalize() for x in row[1:]])'
}

# ours INTERVAL [FLAGS]: the same of a CSV of bars on stdin.
ours() {
    python3 -c '
import csv, sys
from datetime import datetime
from decimal import Decimal
for row in csv.DictReader(sys.stdin):
    if row["interval"] == sys.argv[1]:
        start = datetime.fromisoformat(row["start"].replace("Z", "+00:00"))
        print(int(start.timestamp() * 1000), *[Decimal(row[x]).normalize()
            for x in ("open", "high", "low", "close", "volume")])' "$1"
}

@test "12,477 trades give Binance's own 1m and 5m bars, to the last digit" {
    needs_data
    recorded binance | xohlcv -i 1m,5m | xexport -f csv -t bar > bars.csv
    for interval in 1m 5m; do
        klines $interval | grep -v ' 0$' > theirs
        ours $interval < bars.csv > mine
        diff theirs mine
        wc -l < mine >> counts
    done
    [ "$(tr '\n' ' ' < counts)" = "2469 706 " ]
}

@test "with --fill prev also the minutes in which nothing traded" {
    needs_data
    recorded binance | xohlcv -i 1m,5m --fill prev | xexport -f csv -t bar > bars.csv
    for interval in 1m 5m; do
        diff <(klines $interval) <(ours $interval < bars.csv)
    done
    [ "$(grep -c filled bars.csv)" -eq $((3560 - 2469 + 712 - 706)) ]
}

@test "sums of prices and quantities with eight decimals are exact" {
    python3 - > trades.csv << 'END'
import random
random.seed(7)
print("time,instrument,side,price,quantity")
for i in range(5000):
    print(f"2026-01-08T10:{i // 100:02}:{i % 60:02}Z,S{i % 3},"
          f"{random.choice(['buy', 'sell', ''])},"
          f"{random.randrange(1, 10 ** random.randrange(9, 14)) / 10**8:.8f},"
          f"{random.randrange(1, 10 ** random.randrange(1, 12)) / 10**8:.8f}")
END
    ximport -f csv -t trade trades.csv | xohlcv -i 1h |
        bars instrument,volume,notional,buy_volume,buy_notional > ours
    python3 - > theirs << 'END'
import csv
from decimal import Decimal, ROUND_HALF_EVEN
rows = csv.DictReader(open("trades.csv"))
sums = {}
for row in rows:
    q, p = Decimal(row["quantity"]), Decimal(row["price"])
    n = (p * q).quantize(Decimal("0.00000001"), ROUND_HALF_EVEN)
    s = sums.setdefault(row["instrument"], [Decimal(0)] * 4)
    bought = row["side"] == "buy"
    for i, x in enumerate((q, n, q * bought, n * bought)):
        s[i] += x
for name in sorted(sums):
    print(name, *(f"{x:f}".rstrip("0").rstrip(".") for x in sums[name]),
          sep=",")
END
    diff theirs ours
}

@test "eight intervals in one pass are eight passes" {
    xgen -t trade -n 50000 --rate 3 > day.tape
    all=1s,1m,5m,15m,1h,4h,1d,1w
    xohlcv -i $all day.tape | xexport -f csv -t bar > all.csv
    for interval in ${all//,/ }; do
        xohlcv -i "$interval" day.tape | xexport -f csv -t bar > one.csv
        diff <(grep ",$interval," all.csv) <(tail -n +2 one.csv)
    done
    [ "$(cut -d, -f5 all.csv | sort -u | wc -l)" -eq 9 ]
}

@test "prints make the bars that trades make" {
    xgen -t trade -n 5000 > trades.tape
    xexport -f json -t instrument,trade trades.tape |
        sed 's/"type":"trade"/"type":"print"/;
             s/,"buy_order_id.*}/}/' | ximport -f json > prints.tape
    diff <(xohlcv -i 1s trades.tape | bars time,open,close,notional) \
        <(xohlcv -i 1s prints.tape | bars time,open,close,notional)
}

@test "an hour is an hour when the clock goes back, and the day has 25" {
    trades 2026-11-01T03:59:59Z,A,,1,1 2026-11-01T04:00:00Z,A,,2,1 \
        2026-11-01T05:30:00Z,A,,3,1 2026-11-01T06:30:00Z,A,,4,1 \
        2026-11-02T04:59:59Z,A,,5,1 2026-11-02T05:00:00Z,A,,6,1 > day.tape
    xohlcv -i 1h,1d --tz America/New_York day.tape > bars.tape
    run -0 bash -c "xexport -f csv -t bar -c interval,start,time,open,close \
        bars.tape | grep -v '^interval' | sort"
    [ "$output" = "1d,2026-10-31T04:00:00Z,2026-11-01T04:00:00Z,1,1
1d,2026-11-01T04:00:00Z,2026-11-02T05:00:00Z,2,5
1d,2026-11-02T05:00:00Z,2026-11-02T05:00:00Z,6,6
1h,2026-11-01T03:00:00Z,2026-11-01T04:00:00Z,1,1
1h,2026-11-01T04:00:00Z,2026-11-01T05:00:00Z,2,2
1h,2026-11-01T05:00:00Z,2026-11-01T06:00:00Z,3,3
1h,2026-11-01T06:00:00Z,2026-11-01T07:00:00Z,4,4
1h,2026-11-02T04:00:00Z,2026-11-02T05:00:00Z,5,5
1h,2026-11-02T05:00:00Z,2026-11-02T05:00:00Z,6,6" ]
}

@test "a day when the clock goes forward has 23 hours, filled one by one" {
    trades 2026-03-08T05:00:00Z,A,,1,1 2026-03-09T04:00:00Z,A,,2,1 |
        xohlcv -i 1h,1d --fill prev --tz America/New_York > bars.tape
    [ "$(xexport -f csv -t bar bars.tape | grep -c ',1h,')" -eq 24 ]
    run -0 bash -c "xexport -f csv -t bar -c interval,start,time bars.tape |
        grep ^1d"
    [ "${lines[0]}" = 1d,2026-03-08T05:00:00Z,2026-03-09T04:00:00Z ]
}

@test "a clock closes bars, and they come before it" {
    {
        echo '{"type":"instrument","id":1,"symbol":"A"}'
        echo '{"type":"trade","time":"2026-01-08T10:00:07Z","instrument":"A","price":"5","quantity":"2"}'
        echo '{"type":"clock","time":"2026-01-08T10:00:59Z"}'
        echo '{"type":"clock","time":"2026-01-08T10:01:00Z"}'
    } | ximport -f json --stream made | xohlcv -i 1m | xexport -f json |
        grep -v instrument\", > out
    grep -o '^{"type":"[a-z]*","time":"[^"]*"' out > types
    [ "$(cat types)" = '{"type":"clock","time":"2026-01-08T10:00:59Z"
{"type":"bar","time":"2026-01-08T10:01:00Z"
{"type":"clock","time":"2026-01-08T10:01:00Z"' ]
}

@test "--keep passes the trades, each after the bars it closes" {
    trades 2026-01-08T10:00:00Z,A,,1,1 2026-01-08T10:01:00Z,A,,2,1 > day.tape
    xohlcv -i 1m --keep day.tape > kept.tape
    [ "$(xexport -f json kept.tape | grep -o '^{"type":"[a-z]*')" = \
        '{"type":"instrument
{"type":"trade
{"type":"bar
{"type":"trade
{"type":"bar' ]
    xgrep -t trade kept.tape | xohlcv -i 1m | xexport -f json > again
    diff again <(xohlcv -i 1m day.tape | xexport -f json)
}

@test "a tape in order of time stays in order" {
    xgen -t trade -n 20000 | xohlcv -i 1s,7s,1m --fill prev --keep |
        xgrep -t trade,bar | xexport -f json | grep -v '"type":"instrument"' |
        grep -o '"time":"[^"]*"' | sed 's/Z"//' > order
    LC_ALL=C sort -c order
    [ "$(wc -l < order)" -gt 10000 ]
}

@test "a trade of a bar that is written is refused, and nothing is left" {
    trades 2026-01-08T10:01:30Z,A,,1,1 2026-01-08T10:00:59Z,A,,2,1 > day.tape
    run -1 --separate-stderr xohlcv -i 1m,1h day.tape -o bars.tape
    [ "${#stderr_lines[@]}" -eq 1 ]
    [[ $stderr == "xohlcv: day.tape: event 3 (byte "*"a trade of \
2026-01-08T10:00:59Z comes too late: its 1m bar ended at 2026-01-08T10:01:00Z \
and the tape has been at 2026-01-08T10:01:30Z (xsort sorts"* ]]
    [ ! -e bars.tape ]
    xohlcv -i 1h day.tape | bars open,close,trade_count > out
    [ "$(cat out)" = 2,1,2 ]
}

@test "bad trades are refused, saying which and why" {
    while IFS='|' read -r row why; do
        printf 'time,instrument,price,quantity\n%s\n' "$row" |
            ximport -f csv -t trade --stream made > bad.tape
        run -1 --separate-stderr xohlcv -i 1m bad.tape
        [ "${#stderr_lines[@]}" -eq 1 ]
        [[ $stderr == "xohlcv: bad.tape: event "*"$why"* ]] ||
            { echo "$row: $stderr"; false; }
    done << 'END'
2026-01-08T10:00:00Z,A,1,-5|a trade of -5
2026-01-08T10:00:00Z,,1,1|without an instrument
1678-01-01T10:00:00Z,A,1,1|years 1680 to 2259
END
}

@test "each tape is on its own: bars of the second do not depend on the first" {
    trades 2026-01-08T10:00:00Z,A,,1,1 2026-01-08T10:00:01Z,B,,2,1 > one.tape
    trades 2026-01-07T10:00:00Z,B,,3,1 2026-01-07T10:00:01Z,A,,4,1 > two.tape
    cat one.tape two.tape | xohlcv -i 1m,1w > both.tape
    cat <(xohlcv -i 1m,1w one.tape) <(xohlcv -i 1m,1w two.tape) > each.tape
    cmp both.tape each.tape
}

@test "what an interrupted tape gives is the beginning of what the whole gives" {
    xgen -t trade -n 20000 > day.tape
    xohlcv -i 1s,1m day.tape | xexport -f json > whole
    head -c 1000000 day.tape | xohlcv -i 1s,1m 2> err > cut.tape || true
    xexport -f json cut.tape > some 2>> err || true
    count=$(wc -l < some)
    [ "$count" -gt 500 ]
    cmp some <(head -n "$count" whole)
}

@test "the bars are the same however the bytes arrive" {
    xgen -t trade -n 20000 > day.tape
    whole=$(xohlcv -i 1s,1h day.tape | xstat --digest)
    piped=$(dd if=day.tape bs=777 2> err | xohlcv -i 1s,1h | xstat --digest)
    [ "$whole" = "$piped" ]
}

@test "what cannot be meant is refused before anything is read" {
    while read -r options; do
        # shellcheck disable=SC2086 # a command line
        refuses xohlcv $options nothing.tape
        run ! grep -q nothing.tape err
    done << 'END'
--fill prev
-i 1x
-i 1m,,5m
-i tick:0
-i volume:x
-i tick:1.5
-i 1201mo
-i 36h
-i 367d
-i 1m --fill linear
-i 1m --tz Nowhere/Atall
-i 1m --tz ../zoneinfo/UTC
-i 1m --tz /usr/share/zoneinfo/UTC
-i 1m --tz America
-i 1m --day-start 24:00
-i 1m --session 9:30-16:00
-i 1m --calendar NOPE
-i 1m --calendar XNYS --tz UTC
-i 1m --hours all
END
    run -2 --separate-stderr xohlcv -i 1m --tz Nowhere/Atall nothing.tape
    [[ $stderr == *'"Nowhere/Atall"'*America/New_York* ]]
}

@test "--verbose reports how many trades and bars" {
    trades 2026-01-08T10:00:00Z,A,,1,1 2026-01-08T10:01:00Z,A,,2,1 > day.tape
    run -0 --separate-stderr xohlcv -v -i 1m,1h day.tape -o bars.tape
    [ "${stderr_lines[1]}" = "xohlcv: 2 trades, 3 bars" ]
    # A clock is no trade; with --keep all is counted the same.
    ximport -q -f csv -t clock <<< $'time\n2026-01-08T11:00:00Z' -o clock.tape
    xmerge -q day.tape clock.tape -o clocked.tape
    run -0 --separate-stderr xohlcv -v --keep -i 1m,1h clocked.tape -o bars.tape
    [ "${stderr_lines[1]}" = "xohlcv: 2 trades, 3 bars" ]
}

@test "a tape without trades is remarked upon, with what to do about it" {
    sample 200 > orders.tape
    xohlcv -i 1m orders.tape 2> err > out.tape
    grep -qxE 'xohlcv: no trades or prints here \([0-9]+ orders: xmatch makes trades of them\)' err
    xohlcv -q -i 1m orders.tape 2> err > out.tape
    [ ! -s err ]
    xmatch orders.tape | xohlcv -i 1m 2> err > bars.tape
    [ ! -s err ]
    xohlcv -i 1h bars.tape 2> err > out.tape
    grep -qE 'no trades or prints here \([0-9]+ bars: --from bar makes' err
}

@test "what it does not use passes unchanged, whole blocks and pieces alike" {
    set -o pipefail
    trading 3000 > day.tape
    xgrep -v -t trade,clock day.tape > others.tape
    xohlcv -q -i 1m others.tape > out.tape
    [ "$(xstat -d out.tape)" = "$(xstat -d others.tape)" ]
    xgrep -t trade day.tape > trades.tape
    xohlcv --keep -i 1m day.tape > kept.tape
    [ "$(xgrep -v -t bar kept.tape | xstat -d)" = "$(xstat -d day.tape)" ]
    [ "$(xgrep -t bar kept.tape | xstat -d)" = \
        "$(xohlcv -i 1m trades.tape | xgrep -t bar | xstat -d)" ]
}
