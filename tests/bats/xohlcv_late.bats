# Trades that are late, cancelled, corrected, or have no price or quantity.
load common

COLUMNS_=time,start,open,high,low,close,volume,trade_count,revision,flags

# tape ROW ...: events "time,type,instrument,id,price,quantity[,trade_time]".
tape() {
    printf '%s\n' "$@" | awk -F, '
        $2 == "trade" { printf "{\"type\":\"trade\",\"time\":\"%s\",\"instrument\":\"%s\",\"trade_id\":\"%s\",\"side\":\"buy\",\"price\":\"%s\",\"quantity\":\"%s\"}\n", $1, $3, $4, $5, $6 }
        $2 == "cancel" { printf "{\"type\":\"trade_cancel\",\"time\":\"%s\",\"instrument\":\"%s\",\"trade_id\":\"%s\"%s}\n", $1, $3, $4, $7 ? ",\"trade_time\":\"" $7 "\"" : "" }' |
        ximport -f json --stream made
}

bars() {
    xexport -f csv -t bar -c "${1-$COLUMNS_}" | tail -n +2
}

T=2026-01-08T10

@test "a late trade amends its bars, which are written again as a whole" {
    tape $T:00:10Z,trade,A,1,10,1 $T:01:05Z,trade,A,2,12,1 \
        $T:00:20Z,trade,A,3,15,2 $T:00:05Z,trade,A,4,9,1 |
        xohlcv -i 1m,1h --late amend | bars > got
    diff - got << END
$T:01:00Z,$T:00:00Z,10,10,10,10,1,1,,
$T:01:05Z,$T:00:00Z,10,15,10,15,3,2,1,amended
$T:01:05Z,$T:00:00Z,9,15,9,15,4,3,2,amended
$T:01:05Z,$T:01:00Z,12,12,12,12,1,1,,partial
$T:01:05Z,$T:00:00Z,9,15,9,12,5,4,,partial
END
}

@test "a cancelled high, and the only trade of a bar, leave what is left" {
    tape $T:00:10Z,trade,A,1,10,1 $T:00:20Z,trade,A,2,99,1 \
        $T:00:30Z,trade,A,3,11,1 $T:01:05Z,trade,A,4,12,1 \
        $T:02:00Z,cancel,A,2 $T:02:30Z,trade,A,5,13,1 \
        $T:02:40Z,cancel,A,4,,,$T:01:05Z $T:02:50Z,cancel,A,5 |
        xohlcv -i 1m --late amend | bars > got
    diff - got << END
$T:01:00Z,$T:00:00Z,10,99,10,11,3,3,,
$T:01:05Z,$T:00:00Z,10,11,10,11,2,2,1,amended
$T:02:00Z,$T:01:00Z,12,12,12,12,1,1,,
$T:02:30Z,$T:01:00Z,,,,,0,,1,amended|no_price
END
}

@test "a late trade and a cancel count once in each of three intervals" {
    tape $T:00:30Z,trade,A,1,10,50 $T:00:00Z,trade,A,2,9,1 \
        $T:00:46Z,trade,A,3,11,7 $T:00:47Z,cancel,A,1 |
        xohlcv -i 10s,1m,1h --late amend | bars interval,start,open,close,volume,trade_count > got
    diff - got << END
10s,$T:00:00Z,9,9,1,1
10s,$T:00:30Z,10,10,50,1
10s,$T:00:30Z,,,0,
10s,$T:00:40Z,11,11,7,1
1m,$T:00:00Z,9,11,8,2
1h,$T:00:00Z,9,11,8,2
END
}

@test "bars of amounts alone are neither amended nor filled, and that is refused" {
    run -2 --separate-stderr xohlcv -i tick:5 --late amend
    [[ $stderr == *"--late amend needs an interval of time"*"never amended"* ]]
    run -2 --separate-stderr xohlcv -i tick:5,volume:9 --fill prev
    [[ $stderr == *"--fill needs an interval of time"*"never filled"* ]]
}

@test "a correction is a cancel and a trade at the old time" {
    tape $T:00:10Z,trade,A,1,10,1 $T:00:20Z,trade,A,2,99,5 \
        $T:01:05Z,trade,A,3,12,1 $T:01:06Z,cancel,A,2 $T:00:20Z,trade,A,2,9.9,5 |
        xohlcv -i 1m --late amend | bars start,high,low,close,volume,revision | first 3 > got
    diff - got << END
$T:00:00Z,99,10,99,6,
$T:00:00Z,10,10,10,1,1
$T:00:00Z,10,9.9,9.9,6,2
END
}

@test "what is older than --hold is left out, said, and a gap on the tape" {
    tape $T:00:10Z,trade,A,1,10,1 $T:05:00Z,trade,A,2,12,1 \
        $T:00:20Z,trade,A,3,15,2 $T:05:01Z,cancel,A,1 |
        xohlcv -i 1m --late amend --hold 2m 2> err > got.tape
    grep -q "left out: 1 that came too late" err
    grep -q "1 trade_cancel event of no trade" err
    xexport -f csv -t gap -c time,missing,reason got.tape | contains "$T:00:20Z,1,late"
    bars start,volume,revision < got.tape | contains -x "$T:00:00Z,1,"
}

@test "--late drop leaves them out, and without it they end the run" {
    printf 'time,instrument,price,quantity\n2026-01-08T00:00:01Z,A,5,1\n2026-01-08T00:01:02Z,A,5,1\n2026-01-08T00:00:59Z,A,6,1\n2026-01-08T00:01:03Z,A,9,1\n' |
        ximport -f csv -t print > p.tape
    run -1 xohlcv -i 1m p.tape
    xohlcv -i 1m --late drop p.tape 2> err | bars start,volume > got
    grep -q "left out: 1 that came too late" err
    printf '%s\n' 2026-01-08T00:00:00Z,1 2026-01-08T00:01:00Z,2 | diff - got
}

@test "a trade without a quantity, or of 0, gives a price; one without a price, volume" {
    printf 'time,instrument,price,quantity\n2026-01-08T00:00:01Z,A,5,1\n2026-01-08T00:00:02Z,A,7,0\n2026-01-08T00:00:03Z,A,,4\n2026-01-08T00:00:04Z,A,,\n2026-01-08T00:00:05Z,EURUSD,1.1,\n2026-01-08T00:00:06Z,B,,3\n' |
        ximport -f csv -t print | xohlcv -i 1m 2> err |
        bars instrument,open,high,low,close,volume,notional,trade_count,flags > got
    diff - got << 'END'
A,5,7,5,7,5,5,3,partial
EURUSD,1.1,1.1,1.1,1.1,0,0,1,partial
B,,,,,3,0,1,partial|no_price
END
    grep -q "left out: 1 without price and quantity" err
}

@test "cancels without --late amend change nothing, and that is said" {
    tape $T:00:10Z,trade,A,1,10,1 $T:00:20Z,cancel,A,1 |
        xohlcv -i 1m 2> err | bars volume > got
    diff - got <<< 1
    grep -q "1 trade_cancel event changed no bar" err
}

# random SEED COUNT [LATE]: trades within two hours, a tenth of them cancelled at
# some later place; random.csv for the model, random.tape.  LATE, from 0 to 1:
# how far from their order in time, 1: in any order.
random_trades() {
    python3 - "$1" "$2" "${3-1}" << 'END'
import json, random, sys
random.seed(int(sys.argv[1]))
count, base, late = int(sys.argv[2]), 1767866400, float(sys.argv[3])
events = []
for i in range(1, count + 1):
    row = {"kind": "trade", "time": base + random.randrange(7200), "id": i,
           "instrument": random.choice("ABC"), "side": random.choice(["buy", "sell"]),
           "price": f"{random.randrange(-50, 50)}", "quantity": f"{random.randrange(1, 99)}"}
    place = late * random.random() + (1 - late) * (row["time"] - base) / 7200
    events.append((place, row))
    if random.random() < 0.1:
        after = place + late * random.random() * (1.01 - place)
        events.append((after, dict(row, kind="bust")))
events.sort(key=lambda event: event[0])
with open("random.csv", "w") as table, open("random.json", "w") as lines:
    print("seq,time,kind,instrument,id,price,quantity,side", file=table)
    for seq, (_, row) in enumerate(events):
        print(seq, row["time"], row["kind"], row["instrument"], row["id"],
              row["price"], row["quantity"], row["side"], sep=",", file=table)
        at = {"time": row["time"], "instrument": row["instrument"], "trade_id": str(row["id"])}
        if row["kind"] == "trade":
            at |= {"type": "trade", "price": row["price"], "quantity": row["quantity"],
                   "side": row["side"]}
        else:
            at |= {"type": "trade_cancel"}
            if row["id"] % 2:
                at["trade_time"] = row["time"]
        print(json.dumps(at), file=lines)
END
    ximport -f json --time-unit s --stream random random.json -o random.tape
}

# final: of each bar the last revision, as the model prints it.
final() {
    xexport -f csv -t bar -c interval,start,instrument,open,high,low,close,volume,notional,trade_count,buy_volume |
        python3 -c '
import sys
from datetime import datetime
units, bars = {"s": 1, "m": 60, "h": 3600}, {}
next(sys.stdin)
for line in sys.stdin:
    interval, start, rest = line.strip().split(",", 2)
    at = int(datetime.fromisoformat(start.replace("Z", "+00:00")).timestamp())
    bars[int(interval[:-1]) * units[interval[-1]], at, rest.split(",")[0]] = rest
for (interval, start, _), rest in sorted(bars.items()):
    if rest.split(",")[1]:
        print(interval, start, rest, sep=",")'
}

@test "the final bars are those of the trades that are left, whatever the order" {
    for seed in 1 2; do
        random_trades $seed "$([ -n "${XTAPE_LONG-}" ] && echo 300000 || echo 3000)"
        python3 "$BATS_TEST_DIRNAME/bars_model.py" random.csv 60 420 3600 > wanted
        for order in tape instrument; do
            xohlcv -i 1m,7m,1h --late amend --hold 3h --order $order random.tape |
                final > got
            cmp wanted got
        done
    done
}

@test "so are those of intervals that nest in one another, three and more" {
    random_trades 4 "$([ -n "${XTAPE_LONG-}" ] && echo 300000 || echo 3000)" 0.02
    for chain in 10s,60s,3600s 10s,20s,30s,60s 5s,60s,900s,3600s 7s,60s,300s,3600s; do
        # shellcheck disable=SC2046 # a word each
        python3 "$BATS_TEST_DIRNAME/bars_model.py" random.csv \
            $(tr -d s <<< $chain | tr , ' ') > wanted
        for order in tape instrument; do
            xohlcv -i $chain --late amend --hold 3h --order $order random.tape |
                final > got
            cmp wanted got
        done
    done
}

@test "no bar is known before its time: of a tape cut anywhere the bars are a prefix" {
    random_trades 3 60
    for options in "-i 1m,1h --late amend --hold 3h" "-i 7m --late amend --keep" \
        "-i 1m,1h --late drop --keep" "-i 1h --order instrument --late amend" \
        "-i tick:3,volume_run:99"; do
        # shellcheck disable=SC2086 # options
        xohlcv $options random.tape 2> /dev/null |
            xexport -f json > whole
        for n in 1 7 20 33 48 61; do
            xgrep -n $n random.tape -o cut.tape
            # shellcheck disable=SC2086 # options
            xohlcv $options cut.tape 2> /dev/null |
                xexport -f json | grep -vF '"flags":["partial"' > part
            head -n "$(wc -l < part)" whole | cmp - part
        done
    done
}
