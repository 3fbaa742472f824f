# The files of vendors, as they write them, with one option each.
load common

# options NAME: what its "needs" asks of the user.
options() {
    sed -n 's/^needs //p' "$ROOT/lib/format/dialects/$1" |
        sed 's/SYMBOL/SYM/; s/DAY/2016-10-07/'
}

@test "every dialect reads its sample, and there is a sample of each" {
    for dialect in "$ROOT"/lib/format/dialects/*; do
        name=$(basename "$dialect")
        # shellcheck disable=SC2046 # options
        ximport -q --dialect "$name" $(options "$name") \
            "$ROOT/testdata/dialects/$name" | xexport -f json > out
        { grep -vE '"type":"(instrument|name)"' out || true; } |
            diff "$ROOT/testdata/dialects/$name.json" -
    done
}

@test "--list dialect names all of them, and the page what they need" {
    run -0 ximport --list dialect
    diff <(ls "$ROOT/lib/format/dialects") - <<< "$output"
    for dialect in "${lines[@]}"; do
        contains "^.It $dialect\$" < "$ROOT/man/ximport.1"
    done
}

@test "a dialect is a file that anyone can write; the user's options come first" {
    cat > mine.dialect <<'END'
# Mine
format csv
type print
map time=when,price=px
word side:B=buy,S=sell
default instrument=A
scale price=0.01
END
    printf 'when,px,side\n2026-01-08,150,B\n' > a.csv
    ximport --dialect ./mine.dialect a.csv > a.tape
    [ "$(xexport -f csv -t print -c instrument,side,price a.tape | tail -n 1)" = A,buy,1.5 ]
    # its name is in the provenance, not its path
    [ "$(xstat -j a.tape | jq -r '.programs[0].options')" = "--dialect mine.dialect" ]
    ximport --dialect ./mine.dialect -D instrument=B --scale price=0.1 --word side:B=sell a.csv |
        xexport -f csv -t print -c instrument,side,price > out
    [ "$(tail -n 1 out)" = B,sell,15 ]
    printf '# Mine\nformat csv\nmapp time=when\n' > bad.dialect
    run -2 --separate-stderr ximport --dialect ./bad.dialect a.csv
    [ "$stderr" = 'ximport: --dialect ./bad.dialect: line 3: unknown option "mapp"; did you mean "map"?' ]
    run -2 --separate-stderr ximport --dialect binance-trade a.csv
    [[ $stderr == 'ximport: unknown dialect "binance-trade"; did you mean "binance-trades"?'* ]]
}

@test "a recorded websocket capture of Binance: every trade, without a gap" {
    needs_data
    file=$XTAPE_DATA/binance-ws/spot/btcusdt_20240808.zst
    ximport -q --dialect binance-ws-trades "$file" > b.tape
    xexport -f csv -t print -c trade_id,price b.tape | tail -n +2 > out
    zstd -dcq "$file" | jq -r '.. | objects | select(.e? == "trade") | [.t, (.p | tonumber)] | @csv' \
        2> /dev/null > wanted || true
    zstd -dcq "$file" | grep -c '"e":"trade"' > count
    [ "$(wc -l < out)" -eq "$(cat count)" ]
    cut -d , -f 1 out | awk 'NR > 1 && $1 != last + 1 { exit 1 } { last = $1 }'
    cut -d , -f 1 out | diff <(cut -d , -f 1 wanted) -
}

@test "recorded bars of LEAN: a second's bars add up to the minute's" {
    needs_data
    base=$XTAPE_DATA/bars-lean/crypto/coinbase
    for each in minute second; do
        interval=1m
        [ $each = minute ] || interval=1s
        ximport --dialect lean-bars -D instrument=X -D interval=$interval \
            --date 2016-10-07 "$base/$each/btcusd/20161007_btcusd_${each}_trade.csv.zst" |
            xexport -f csv -t bar -c start,open,high,low,close,volume |
            tail -n +2 > $each
    done
    python3 - <<'END'
import csv
from decimal import Decimal as D
sums = {}
for start, o, h, l, c, v in csv.reader(open('second')):
    o, h, l, c, v = map(D, (o, h, l, c, v))
    key = start[:16] + ':00Z'
    if key in sums:
        a = sums[key]
        sums[key] = (a[0], max(a[1], h), min(a[2], l), c, a[4] + v)
    else:
        sums[key] = (o, h, l, c, v)
minutes = {r[0]: tuple(map(D, r[1:])) for r in csv.reader(open('minute'))}
assert len(minutes) > 100
both = set(minutes) & set(sums)
assert len(both) == len(minutes), (len(both), len(minutes))
assert all(minutes[k] == sums[k] for k in both)
END
}

@test "recorded option chains: what comes back is the file, cell by cell" {
    needs_data
    for file in "$XTAPE_DATA"/options/aapl/*.csv.zst; do
        day=$(basename "$file" .csv.zst)
        ximport --dialect lean-options --date "${day:0:4}-${day:4:2}-${day:6}" "$file" |
            xexport -f csv -t option_quote \
                -c instrument,volume,open_interest,iv,delta,gamma,vega,theta,rho > back.csv
        zstd -dcq "$file" > chain.csv
        python3 - <<'END'
import csv
from decimal import Decimal
def number(text):
    return Decimal(text) if text else None
back = list(csv.reader(open('back.csv')))[1:]
chain = [row for row in csv.reader(open('chain.csv')) if row[0]][1:]
assert len(back) == len(chain) > 0
for got, want in zip(back, chain):
    name = 'OPRA:' + ' '.join(want[:3])
    assert got[0] == name, (got, want)
    assert list(map(number, got[1:])) == list(map(number, want[7:])), (got, want)
END
    done
}

@test "recorded matches of Coinbase: all of them, with both clocks" {
    needs_data
    file=$XTAPE_DATA/ws-captures/COINBASE.ws.28.0.zst
    ximport --dialect coinbase-ws-matches "$file" 2> err |
        xexport -f csv -t print -c trade_id,side,quantity,time,received |
        tail -n +2 > out
    contains "records of other kinds skipped (--where of the dialect)" < err
    zstd -dcq "$file" | sed -n 's/^\([0-9.]*\): \(.*"match".*\)/\2/p' |
        jq -r 'select(.type == "match") | [(.trade_id | tostring),
            (if .side == "buy" then "sell" else "buy" end), .size,
            (.time | sub("0+Z$"; "Z"))] |
            join(",")' | diff - <(cut -d , -f 1-4 out)
    # the two clocks are not more than a second apart
    awk -F , '{ split($4, a, /[:Z]/); split($5, b, /[:Z]/)
                by = (b[2] - a[2]) * 60 + b[3] - a[3]
                if (by < -1 || by > 1) exit 1 }' out
}

@test "recorded klines and trades of ccxt: as many as jq counts, with the same sums" {
    needs_data
    ximport --dialect ccxt-ohlcv -D instrument=X -D interval=1m \
        "$XTAPE_DATA/binance-klines/XRP_ETH-1m.json.zst" |
        xexport -f csv -t bar -c start,volume | tail -n +2 > out
    zstd -dcq "$XTAPE_DATA/binance-klines/XRP_ETH-1m.json.zst" |
        python3 -c 'import json, sys
from decimal import Decimal
rows = json.load(sys.stdin, parse_float=Decimal)
print(len(rows), sum(r[5] for r in rows).normalize())' > wanted
    python3 -c 'from decimal import Decimal
rows = [line.strip().split(",") for line in open("out")]
print(len(rows), sum(Decimal(r[1]) for r in rows).normalize())' | diff wanted -
}

@test "--guess names the dialect of every sample, and shows what it reads" {
    cd "$ROOT/testdata/dialects"
    for sample in *; do
        [[ $sample != *.json ]] || continue
        ximport --guess "$sample" > "$BATS_TEST_TMPDIR/out"
        # of a capture of several channels, each channel's dialect fits
        case $sample in
        *-ws-*) grep "^\(# fits, too: \)\?ximport --dialect $sample" ;;
        *) first 1 | contains "^ximport --dialect $sample" ;;
        esac < "$BATS_TEST_TMPDIR/out" > "$BATS_TEST_TMPDIR/line" ||
            { cat "$BATS_TEST_TMPDIR/out"; false; }
    done
    # the command is the one that reads it, once the user's words are put in
    command=$(ximport --guess binance-trades | first 1)
    [ "$command" = "ximport --dialect binance-trades -D instrument=SYMBOL \
binance-trades" ]
    ximport --guess binance-trades | sed 1d |
        diff - <($command | xexport -f json | grep '"print"' | first 3)
}

@test "--guess knows the formats of feeds, and no times that are all in 1970" {
    # seconds after midnight, type, order id, size, price, direction
    cat > A_message_1.csv <<'END'
34200.004241176,1,16113575,18,5853300,1
34200.025551909,4,16113575,18,5853300,1
34200.201743230,5,0,18,5853200,-1
END
    ximport --guess A_message_1.csv > out
    [ "$(first 1 < out)" = \
        "ximport -f lobster --symbol SYMBOL --date DAY A_message_1.csv" ]
    [ "$(sed -n 2p out)" = "# the day below is an example: 2026-01-08" ]
    contains '"type":"book_add".*"quantity":"18"' < out
    run ! grep kraken out
    needs_data
    for file in 'dbn databento/futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn' \
        'iex iex/TOPS16.pcap' 'itch --date DAY itch/ex20101224.TEST_ITCH_50' \
        'lobster --symbol SYMBOL --date DAY lobster/AAPL_2012-06-21_34200000_57600000_message_1.csv'; do
        [ "$(ximport --guess "$XTAPE_DATA/${file##* }.zst" | first 1)" = \
            "ximport -f ${file% *} $XTAPE_DATA/${file##* }.zst" ]
    done
}

@test "--guess knows our own text, compressed or not, and says when it does not" {
    [ "$(ximport --guess "$ROOT/testdata/orders.csv" | first 1)" = \
        "ximport -f csv -t order $ROOT/testdata/orders.csv" ]
    sample 30 | xexport -f json | gzip > day.json.gz
    [ "$(ximport --guess day.json.gz | first 1)" = \
        "ximport -f json day.json.gz" ]
    echo 'a,b,c' > strange
    run -1 --separate-stderr ximport --guess strange
    [[ $stderr == "ximport: strange: no dialect fits its beginning"* ]]
    [ -z "$output" ]
    refuses ximport --guess strange other
}
