# What texts of other people mean: names of columns, words, numbers, times.
load common

# imported [OPTION ...]: what ximport makes of stdin, as JSON lines.
imported() {
    ximport "$@" | xexport -f json
}

# column NAME [OPTION ...]: a column of the prints that stdin becomes.
column() {
    local name=$1
    shift
    ximport -q -f csv -t print "$@" | xexport -f csv -t print -c "$name" |
        tail -n +2
}

# refused STATUS TEXT [OPTION ...]: stdin is refused with one line that holds
# TEXT.
refused() {
    local wanted=$1 text=$2 status=0
    shift 2
    ximport "$@" > out.tape 2> err || status=$?
    [ $status -eq "$wanted" ] || { echo "status $status: $*"; cat err; return 1; }
    one_line err
    grep -qF -- "$text" err || { echo "wanted: $text"; cat err; return 1; }
}

# ---- columns ----------------------------------------------------------------

@test "-x leaves out a column that has the name of a field, and -D fills it" {
    printf 'ticker,conditions,exchange,id,price,sip_timestamp,size\nA,"12,37",11,5,142.99,1712306654208740096,5\n' > poly.csv
    map=instrument=ticker,trade_id=id,time=sip_timestamp,quantity=size
    run -0 imported -f csv -t print -m $map -x conditions,exchange --time-unit ns poly.csv
    [ "${lines[1]}" = '{"type":"print","time":"2024-04-05T08:44:14.208740096Z","instrument":"A","price":"142.99","quantity":"5","trade_id":5}' ]
    run -0 imported -f csv -t print -m $map -x conditions,exchange -D exchange=X -D conditions=late --time-unit ns poly.csv
    [[ ${lines[1]} == *'"instrument":"X:A","conditions":["late"]'* ]]
    refused 2 'column "price" is left out by -x, but -m reads price from it' -f csv -t print -m price=price -x price poly.csv
}

@test "a symbol with a colon keeps the exchange given beside it" {
    wanted=$'BYBIT:BTC/USDT:USDT\nOKX:BTC/USDT:USDT'
    printf 'time,exchange,symbol\n2026-01-08,BYBIT,BTC/USDT:USDT\n2026-01-08,OKX,BTC/USDT:USDT\n' > a.csv
    [ "$(column instrument a.csv)" = "$wanted" ]
    printf 'time,symbol\n2026-01-08,BTC/USDT:USDT\n' > b.csv
    [ "$(column instrument --exchange BYBIT b.csv; column instrument -D exchange=OKX b.csv)" = "$wanted" ]
    # a definition of the same two cells is the same instrument
    printf 'symbol,exchange\nBTC/USDT:USDT,BYBIT\n' | ximport -f csv -t instrument --stream i > i.tape
    ximport -f csv -t print a.csv > a.tape
    cat i.tape a.tape | xexport -f csv -t instrument -c exchange,symbol > out
    [ "$(grep -cx BYBIT,BTC/USDT:USDT out)" -eq 2 ]
    [ "$(xmerge i.tape a.tape | xexport -f csv -t instrument -c id,exchange | grep BYBIT | sort -u | wc -l)" -eq 1 ]
}

@test "a column may feed two fields" {
    printf 'timestamp,open\n2026-01-08 09:30:00,1\n' > b.csv
    run -0 imported -f csv -t bar -m start=timestamp,time=timestamp -D instrument=A -D interval=1m b.csv
    [[ ${lines[1]} == '{"type":"bar","time":"2026-01-08T09:30:00Z",'*'"start":"2026-01-08T09:30:00Z",'* ]]
    tail -n 1 b.csv > c.csv
    run -0 imported -f csv -t bar --no-header -m start=1,time=1,open=2 -D instrument=A -D interval=1m c.csv
    [[ ${lines[1]} == '{"type":"bar","time":"2026-01-08T09:30:00Z",'*'"start":"2026-01-08T09:30:00Z",'* ]]
}

@test "a bar that says when it begins has the time of its end" {
    printf 'timestamp,open\n1612137600000,1\n' > b.csv
    run -0 imported -f csv -t bar -m start=timestamp -D interval=1h -D instrument=A --time-unit ms b.csv
    [[ ${lines[1]} == '{"type":"bar","time":"2021-02-01T01:00:00Z",'*'"start":"2021-02-01T00:00:00Z",'* ]]
    refused 1 "an event without time" -f csv -t bar -m start=timestamp -D instrument=A --time-unit ms b.csv
}

@test "any header name can be typed" {
    printf 'time,instrument,price,\n2026-01-08,A,1,\n' > empty.csv
    refused 1 "column 4 has no name (-m FIELD=4 says which field it is, -x '' leaves it out)" -f csv -t print empty.csv
    [ "$(column price -x '' empty.csv)" = 1 ]
    [ "$(column price -x 4 empty.csv)" = 1 ]
    printf 'time,instrument,"a+b","Volume, lots"\n2026-01-08,A,1,5\n' > odd.csv
    [ "$(column quantity -m 'price="a+b",quantity="Volume, lots"' odd.csv)" = 5 ]
    [ "$(column quantity -m quantity=4 -x 3 odd.csv)" = 5 ]
    [ "$(column price -m price=3 -x '"Volume, lots"' odd.csv)" = 1 ]
    refused 1 'column "a+b" is not a field of print (-m FIELD=3 says which it is, -x 3 leaves it out)' -f csv -t print odd.csv
}

@test "a wrong name has the nearest in its message" {
    refused 2 '-t: unknown event type "trad"; did you mean "trade"?' -f csv -t trad /dev/null
    refused 2 '-m: unknown field of trade "prize"; did you mean "price"?' -f csv -t trade -m prize=px /dev/null
    refused 1 'column "quantiy" is not a field of trade; did you mean "quantity"? (-m quantity=quantiy, or -x quantiy leaves it out)' -f csv -t trade <<< time,quantiy
    refused 1 'there is no column "sise"; did you mean "size"?' -f csv -t trade -m quantity=sise <<< time,size
    refused 2 'unknown list "feilds"; did you mean "fields"' --list feilds
}

@test "--list prints what there is" {
    run -0 ximport --list types
    [[ $output == *"trade_cancel "*"a bust"* ]]
    run -0 ximport --list fields -t trade
    contains '^side ' <<< "$output"
    run -0 ximport --list format
    [[ "$(xargs <<< "$output")" == "csv json lobster"* ]]
    contains -x calendar <<< "$output"
}

# ---- ids and names ----------------------------------------------------------

@test "an id given as 0 is the name 0, and null is empty" {
    run -0 imported -f csv -t cancel <<< $'time,order_id,account_id\n2026-01-08,0,5\n2026-01-08,,5'
    [[ ${lines[0]} == *'"kind":"order",'*'"text":"0"}' ]]
    [[ ${lines[1]} == *'"order_id":"0","account_id":5}' ]]
    [[ ${lines[2]} == *'"time":"2026-01-08T00:00:00Z","account_id":5}' ]]
}

@test "--ids hash keeps no names, and the same ids" {
    printf 'time,trade_id\n2026-01-08,a-b\n2026-01-08,c\n2026-01-08,7\n' > t.csv
    ximport -f csv -t print t.csv > names.tape
    ximport -f csv -t print --ids hash t.csv > hash.tape
    [ "$(xexport -q -f json -t name hash.tape | wc -l)" -eq 0 ]
    id=$(xexport -f json -t name names.tape | jq -r 'select(.text == "a-b").id')
    [ "$(xexport -f csv -t print -c trade_id hash.tape | sed -n 2p)" = "#$(printf %016x "$((id))" 2> /dev/null || printf %016x "$id")" ]
    [ "$(xexport -f csv -t print -c trade_id hash.tape | sed -n 4p)" = 7 ]
}

@test "accounts that are the ledger's own are refused in what it reads" {
    refused 1 'line 2: column account_id: "@FEES" is reserved' -f csv -t cash <<< $'time,account_id,amount,currency,kind\n2026-01-08,@FEES,1,USD,deposit'
    refused 1 'line 2: column buyer_id: "@MARKET" is reserved' -f csv -t trade <<< $'time,buyer_id\n2026-01-08,@MARKET'
    refused 1 'key "account_id": "@WORLD" is reserved' -f json <<< '{"type":"order","time":"2026-01-08","account_id":"@WORLD"}'
    # what a ledger wrote comes back
    run -0 imported -f json <<< '{"type":"posting","time":"2026-01-08","account_id":"@WORLD"}'
    [[ $output == *'"account_id":"@WORLD"}' ]]
}

@test "a tick, lot or multiplier that is not above 0 is refused" {
    for field in tick_size lot_size multiplier; do
        for value in 0 -1; do
            refused 1 "line 2: $field must be above 0" -f csv -t instrument <<< "symbol,$field"$'\n'"A,$value"
        done
    done
    run -0 imported -f csv -t instrument <<< $'symbol,tick_size\nA,'
}

# ---- words and nulls --------------------------------------------------------

@test "--word says what a word of theirs means" {
    printf 'time,side\n2026-01-08,True\n2026-01-08,False\n2026-01-08,unknown\n2026-01-08,buy\n' > s.csv
    refused 1 'column side: "True" is not one of buy, sell (--word says what a word means)' -f csv -t print s.csv
    run -0 column side --word side:True=sell,False=buy,unknown= s.csv
    [ "$output" = $'sell\nbuy\n""\nbuy' ]
    run -0 column conditions --word conditions:@=,I=odd_lot <<< $'time,conditions\n2026-01-08,I\n2026-01-08,@'
    [ "$output" = $'odd_lot\n""' ]
    refused 2 '--word: unknown field of print "sid"; did you mean "side"?' -f csv -t print --word sid:a=b s.csv
    refused 2 '--word: "side" must be FIELD:THEIRS=OURS,...' -f csv -t print --word side s.csv
}

@test "a column whose field -m maps from another one is refused, with the reason" {
    refused 1 'column "time" is not used, because -m maps "recv" to time: -x time ignores it' -f csv -t print -m time=recv,received=recv <<< time,recv,price
}

@test "--null says what no value is written as" {
    for word in null NaN '\N' NA n/a -; do
        run -0 column price --null "$word" <<< $'time,price\n2026-01-08,'"$word"$'\n2026-01-08,5'
        [ "$output" = $'""\n5' ]
    done
    run -0 column price --null NA,- -D price=3 <<< $'time,price\n2026-01-08,-\n2026-01-08,NA'
    [ "$output" = $'3\n3' ]
}

@test "--where keeps the rows that have a text in a column, and counts the rest" {
    printf 'time,kind,price\n2026-01-08,T,1\n2026-01-08,Q,2\n2026-01-08,T,3\n' > m.csv
    run -0 --separate-stderr ximport -f csv -t print -x kind --where kind=T m.csv -o m.tape
    [ "$stderr" = "ximport: 1 record left out by --where" ]
    [ "$(xexport -f csv -t print -c price m.tape | xargs)" = "price 1 3" ]
    run -0 --separate-stderr ximport -f csv -t print -x kind --where 'kind!=T' m.csv -o m.tape
    [ "$stderr" = "ximport: 2 records left out by --where" ]
    [ "$(xexport -f csv -t print -c price m.tape | xargs)" = "price 2" ]
    printf '%s\n' '{"time":"2026-01-08","price":1,"k":"T"}' '{"time":"2026-01-08","price":2}' > m.json
    run -0 column price -f json --where 'k!=T' m.json
    [ "$output" = 2 ]
}

# ---- numbers ----------------------------------------------------------------

@test "decimal commas, thousands, scales and rounding are exact" {
    while read -r wanted text options; do
        # shellcheck disable=SC2086 # options
        run -0 column price --delimiter ';' $options <<< $'time;price\n2026-01-08;'"$text"
        [ "$output" = "$wanted" ] || { echo "$text $options: $output"; return 1; }
    done <<'END'
1234.5 1.234,50 --decimal-comma --thousands .
-0.5 -0,5 --decimal-comma
1234567.5 1,234,567.50 --thousands ,
3720.5 3720500000000 --scale price=1e-9
3720.50000001 3720500000010 --scale price=1e-9
0.00000074 0.00000074351 --round 8
4.81 4.8100000000000005 --round 8
2 2.5 --round 0
4 3.5 --round 0
-2 -2.5 --round 0
10 9.999999999 --round 8
0.00000001 0.00000000500000001 --round 8
0 0.000000005 --round 8
150 1.5 --scale price=100
1.23 1.225000001 --round 2
1.22 1.225 --round 2
0 4e-30 --round 8
END
    refused 1 '"1,23,4" is not a number' -f csv -t print --delimiter ';' --thousands , <<< $'time;price\n2026-01-08;1,23,4'
    refused 1 '(--round 8 rounds it, --scale FIELD=1000 multiplies it)' -f csv -t print <<< $'time,price\n2026-01-08,4.8100000000000005'
    refused 1 '(--scale FIELD=0.001 counts in thousands)' -f csv -t print <<< $'time,quantity\n2026-01-08,25000000000'
    ximport -f csv -t print --scale quantity=0.001 --scale price=1000 \
        <<< $'time,price,quantity\n2026-01-08,0.0000000041,25000000001' |
        xexport -f csv -t print -c price,quantity | contains -x 0.0000041,25000000.001
    refused 2 '--scale price=3: must be a power of ten' -f csv -t print --scale price=3 /dev/null
    refused 2 '--thousands cannot be the decimal point' -f csv -t print --thousands . /dev/null
    run -0 --separate-stderr ximport -f csv -t print --round 2 -o r.tape <<< $'time,price\n2026-01-08,1.001\n2026-01-08,1.01'
    [ "$stderr" = "ximport: 1 number rounded to 2 places" ]
    # a zero is exact, however many places it has
    run -0 --separate-stderr ximport -f csv -t print --round 2 -o r.tape <<< $'time,price\n2026-01-08,0.0000000000'
    [ -z "$stderr" ]
}

@test "numbers are rounded as Python's decimal module rounds them" {
    python3 - <<'END'
from decimal import Decimal, ROUND_HALF_EVEN
import random
random.seed(4)
rows = []
for _ in range(3000):
    digits = random.choice('05') * random.randrange(3) + str(random.randrange(10 ** random.randrange(1, 20)))
    text = random.choice(['', '-']) + (str(random.randrange(1000)) + '.' + digits)
    rows.append(text)
places = [0, 3, 8]
open('n.csv', 'w').write('time,price\n' + ''.join('2026-01-08,%s\n' % r for r in rows))
for p in places:
    with open('wanted.%d' % p, 'w') as f:
        for r in rows:
            d = Decimal(r).quantize(Decimal(1).scaleb(-p), ROUND_HALF_EVEN)
            t = format(d, 'f')
            if '.' in t: t = t.rstrip('0').rstrip('.')
            f.write(('0' if t in ('-0', '0') else t) + '\n')
END
    for p in 0 3 8; do
        column price --round $p n.csv > out
        diff wanted.$p out
    done
}

# ---- times ------------------------------------------------------------------

@test "each time that is refused says its own reason" {
    while IFS='|' read -r unit text reason; do
        refused 1 "\"$text\" $reason" -f csv -t print ${unit:+--time-unit $unit} <<< $'time\n'"$text"
    done <<'END'
ms|1735689600000000|ms is the year 56971 (are they us?)
ms|1.7e12|has an exponent
ms|2300-01-01|is outside of what a time can be
|1704067200|is a number: --time-unit says of what
|2026-01-08T09:30:00+1|has no offset of two digits
|2026-01-08T09:30:00+010|has no minutes in its offset
|2026-01-08T09|has no time of day
|2026-02-29|has a day that its month has not
|09:30:00|has no date (--date says which day)
|2026-01-08T09:30:00 PM|does not end in Z or an offset
|yesterday|is not a time of RFC 3339
END
}

@test "all of RFC 3339 is taken" {
    while read -r wanted text; do
        run -0 column time <<< $'time\n'"$text"
        [ "$output" = "$wanted" ] || { echo "$text: $output"; return 1; }
    done <<'END'
2026-01-08T09:30:00Z 2026-01-08t09:30:00z
2026-01-08T09:30:00Z 2026-01-08 09:30
2017-01-01T00:00:00Z 2016-12-31T23:59:60Z
2026-01-08T08:30:00.5Z 2026-01-08T09:30:00.5+01:00
2026-01-08T08:30:00Z 2026-01-08T09:30:00+0100
END
}

@test "times that all lie in 1970 are remarked" {
    run -0 --separate-stderr ximport -f csv -t print --time-unit us -o a.tape <<< $'time\n1704067200123'
    [ "$stderr" = "ximport: all times are in 1970: is --time-unit us right?" ]
    run -0 --separate-stderr ximport -q -f csv -t print --time-unit us -o a.tape <<< $'time\n1704067200123'
    [ -z "$stderr" ]
}

@test "--time-format, --date and times in two columns" {
    while IFS='|' read -r wanted text options; do
        eval "set -- $options"
        run -0 column time "$@" <<< $'time\n'"$text"
        [ "$output" = "$wanted" ] || { echo "$text $options: $output"; return 1; }
    done <<'END'
2012-02-01T00:00:03.66Z|20120201 000003660|--time-format '%Y%m%d %H%M%S%f'
2024-01-02T00:05:00.155Z|2024.01.02 00:05:00.155|--time-format '%Y.%m.%d %H:%M:%S%f'
2024-01-02T00:05:00Z|2024.01.02 00:05:00|--time-format '%Y.%m.%d %H:%M:%S%f'
2024-02-01T15:05:00Z|1-Feb-24 3:05 PM|--time-format '%d-%b-%y %I:%M %p'
2024-02-01T14:05:00Z|02/01/2024 15:05:00 +0100|--time-format '%m/%d/%Y %T %z'
2024-01-02T09:30:00.25Z|09:30:00.25|--date 2024-01-02
2024-01-02T09:30:00Z|34200000|--date 2024-01-02 --time-unit ms
2024-01-02T14:30:00Z|34200000|--date 2024-01-02 --time-unit ms --tz America/New_York
END
    run -0 column time --delimiter tab -m 'time=<DATE>+<TIME>' -x '<BID>' --time-format '%Y.%m.%d %T%f' <<< $'<DATE>\t<TIME>\t<BID>\n2024.01.02\t00:05:00.155\t1'
    [ "$output" = 2024-01-02T00:05:00.155Z ]
    run -0 column time --skip 1 --no-header -m time=1+2 <<< $'Date,Open,High\n2006-01-02,09:01:00,3602'
    [ "$output" = 2006-01-02T09:01:00Z ]
    refused 2 '--time-format: there is no %Q' -f csv -t print --time-format %Q /dev/null
    refused 1 '"2024" is not as --time-format has it' -f csv -t print --time-format %Y-%m <<< $'time\n2024'
}

@test "a local time is of its zone; the hour that comes twice, or never, wants --fold" {
    run -0 column time --tz America/New_York <<< $'time\n2026-01-08 09:30:00\n2026-07-08 09:30:00\n2026-07-08 09:30:00Z'
    [ "$output" = $'2026-01-08T14:30:00Z\n2026-07-08T13:30:00Z\n2026-07-08T09:30:00Z' ]
    refused 1 '"2026-11-01 01:30:00" comes twice where --tz is (--fold first or second says which is meant)' -f csv -t print --tz America/New_York <<< $'time\n2026-11-01 01:30:00'
    refused 1 '"2026-03-08 02:30:00" comes never where --tz is' -f csv -t print --tz America/New_York <<< $'time\n2026-03-08 02:30:00'
    run -0 column time --tz America/New_York --fold first <<< $'time\n2026-11-01 01:30:00\n2026-03-08 02:30:00'
    [ "$output" = $'2026-11-01T05:30:00Z\n2026-03-08T07:30:00Z' ]
    run -0 column time --tz America/New_York --fold second <<< $'time\n2026-11-01 01:30:00\n2026-03-08 02:30:00'
    [ "$output" = $'2026-11-01T06:30:00Z\n2026-03-08T06:30:00Z' ]
}

@test "local times are those of Python's zoneinfo" {
    python3 - <<'END'
import random
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo
random.seed(9)
for name in ['America/New_York', 'Europe/London', 'Australia/Lord_Howe', 'Asia/Tokyo']:
    zone = ZoneInfo(name)
    for fold, word in ((0, 'first'), (1, 'second')):
        rows = []
        for _ in range(400):
            t = datetime(1990, 1, 1) + timedelta(minutes=random.randrange(40 * 525600))
            if random.random() < .3: # the days on which clocks change
                t = t.replace(month=random.choice([3, 4, 10, 11]), day=random.randrange(1, 15), hour=random.randrange(4))
            rows.append(t)
        base = '%s.%s' % (name.replace('/', '_'), word)
        open(base + '.csv', 'w').write('time\n' + ''.join(t.isoformat(' ') + '\n' for t in rows))
        open(base + '.wanted', 'w').write(''.join(
            t.replace(tzinfo=zone, fold=fold).astimezone(timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ') + '\n' for t in rows))
END
    for file in *.csv; do
        name=${file%.*.csv}
        fold=${file%.csv}
        column time --tz "${name/_//}" --fold "${fold##*.}" "$file" > out
        diff "${file%.csv}.wanted" out
    done
}

@test "--time-unit auto takes each number by its magnitude" {
    run -0 column time --time-unit auto <<< $'time\n1704067200\n1704067200.5\n1704067200123\n1704067200123456\n1704067200123456789'
    [ "$output" = $'2024-01-01T00:00:00Z\n2024-01-01T00:00:00.5Z\n2024-01-01T00:00:00.123Z\n2024-01-01T00:00:00.123456Z\n2024-01-01T00:00:00.123456789Z' ]
}

# ---- files ------------------------------------------------------------------

@test "preambles, comments and headers that are here and not there" {
    printf 'id,price\n1,2\n' > new.csv
    printf '3,4\n' > old.csv
    run -0 column price --header auto -m trade_id=1,price=2 -D time=2026-01-08 old.csv new.csv old.csv
    [ "$output" = $'4\n2\n4' ]
    printf '# made by x\n# at y\ntime,price\n2026-01-08,1\n# half\n2026-01-08,2\n' > c.csv
    [ "$(column price --comment '#' c.csv | xargs)" = "1 2" ]
    [ "$(column price --skip 2 --comment '#' c.csv | xargs)" = "1 2" ]
    refused 2 "--no-header and --header auto cannot be combined" -f csv -t print --no-header --header auto c.csv
}

@test "rows are the same events with any number of processors, quotes and new names among them" {
    python3 - <<'END'
import random
random.seed(3)
with open('big.csv', 'w') as f:
    f.write('time,instrument,price,quantity,trade_id,side\n')
    for i in range(60000):
        s = random.choice(['A', 'B', 'N%d' % (i // 500), '"C ""x"" D"', '"E\n\nF,%d"' % (i // 7000)])
        t = str(i) if random.random() < .999 else 'id-%d' % i
        f.write('2026-01-08T%02d:%02d:%02d.%03dZ,%s,%d.%02d,%d,%s,%s\n' % (
            i // 3600 % 24, i // 60 % 60, i % 60, i % 1000, s, random.randrange(1000), random.randrange(100), i % 97 + 1, t, random.choice(['buy', 'sell', ''])))
END
    one=$(taskset -c 0 ximport -f csv -t print big.csv | xstat --digest)
    [ "$(ximport -f csv -t print big.csv | xstat --digest)" = "$one" ]
    [ "$(dd if=big.csv bs=77777 status=none | ximport -f csv -t print --stream big | xstat --digest)" = "$one" ]
    # and so is the first row that is refused
    sed '40000s/,[0-9]*\.[0-9]*,/,oops,/' big.csv > bad.csv
    status=0
    ximport -f csv -t print bad.csv > bad.tape 2> two || status=$?
    [ $status -eq 1 ]
    taskset -c 0 ximport -f csv -t print bad.csv > bad1.tape 2> one || status=$?
    cmp one two
    cmp bad.tape bad1.tape
}
