# Text in: what it means, and what is refused, with its line.
load common

# imported [OPTION ...]: what ximport makes of stdin, as JSON lines.
imported() {
    ximport "$@" | xexport -f json
}

# refused STATUS TEXT [OPTION ...]: stdin is refused with one line that holds
# TEXT.
refused() {
    local wanted=$1 text=$2 status=0
    shift 2
    ximport "$@" > out.tape 2> err || status=$?
    [ $status -eq "$wanted" ] || { echo "status $status: $*"; cat err; return 1; }
    one_line err
    grep -qF "$text" err || { echo "wanted: $text"; cat err; return 1; }
}

# digest [FILE]
digest() {
    xstat --digest "$@" | cut -d ' ' -f 1
}

# ---- CSV --------------------------------------------------------------------

@test "a row is an event, its instrument is defined before it" {
    run -0 imported -f csv -t order <<'END'
time,instrument,side,order_type,order_id,price,quantity,flags
2026-01-08T09:30:00Z,NASDAQ:AAPL,buy,limit,1,150.25,100,post_only|hidden
2026-01-08T09:30:00.5Z,NASDAQ:AAPL,SELL,Market,2,,0.00000001,
END
    [ "${lines[0]}" = '{"type":"instrument","time":"2026-01-08T09:30:00Z","id":1,"symbol":"AAPL","exchange":"NASDAQ"}' ]
    [ "${lines[1]}" = '{"type":"order","time":"2026-01-08T09:30:00Z","instrument":"NASDAQ:AAPL","side":"buy","order_type":"limit","flags":["post_only","hidden"],"order_id":1,"price":"150.25","quantity":"100"}' ]
    [ "${lines[2]}" = '{"type":"order","time":"2026-01-08T09:30:00.5Z","instrument":"NASDAQ:AAPL","side":"sell","order_type":"market","order_id":2,"quantity":"0.00000001"}' ]
    [ "${#lines[@]}" -eq 3 ]
}

@test "columns may stand in any order, be called otherwise, or have no names" {
    printf 'time,instrument,price,quantity\n2026-01-08,A,1.5,2\n' > plain.csv
    printf 'Quantity,PRICE,symbol,time\n2,1.50,A,2026-01-08\n' > moved.csv
    printf 'ts,sym,px,qty,more\n2026-01-08,A,1.5,2,x\n' > named.csv
    printf '2026-01-08,x,A,1.5,2\n' > bare.csv
    printf 'time;instrument;price;quantity\n2026-01-08;A;1.5;2\n' > semi.csv
    printf 'time\tinstrument\tprice\tquantity\n2026-01-08\tA\t1.5\t2\n' > tab.csv
    printf '\xef\xbb\xbftime,instrument,price,quantity\r\n\r\n2026-01-08 , A,1.5, 2\r\n' > excel.csv
    wanted=$(ximport -f csv -t print plain.csv | digest)
    [ "$(ximport -f csv -t print moved.csv | digest)" = "$wanted" ]
    [ "$(ximport -f csv -t print -m time=ts,instrument=sym -m price=px,quantity=qty -x more named.csv | digest)" = "$wanted" ]
    [ "$(ximport -f csv -t print -m time=ts,instrument=sym,price=px,quantity=qty -x '*' named.csv | digest)" = "$wanted" ]
    [ "$(ximport -f csv -t print --no-header -m time=1,instrument=3,price=4,quantity=5 bare.csv | digest)" = "$wanted" ]
    [ "$(ximport -f csv -t print --delimiter ';' semi.csv | digest)" = "$wanted" ]
    [ "$(ximport -f csv -t print --delimiter tab tab.csv | digest)" = "$wanted" ]
    [ "$(ximport -f csv -t print excel.csv | digest)" = "$wanted" ]
}

@test "-D gives what no cell has" {
    run -0 imported -f csv -t order -D side=buy -D price=7 -D time=2026-01-08 \
        -D instrument=X:Y <<'END'
order_id,side,quantity
1,,5
2,sell,6
END
    [[ ${lines[1]} == *'"instrument":"X:Y","side":"buy","order_id":1,"price":"7","quantity":"5"}' ]]
    [[ ${lines[2]} == *'"side":"sell","order_id":2,"price":"7","quantity":"6"}' ]]
}

@test "the exchange may come from its column, an option or the instrument" {
    run -0 imported -f csv -t print --exchange OPT <<'END'
time,symbol,exchange
2026-01-08,A,COL
2026-01-08,A,
2026-01-08,TXT:A,COL
2026-01-08,COL:A,COL
2026-01-08,:B:C,
2026-01-08,:A,
END
    [[ ${lines[1]} == *'"instrument":"COL:A"}' ]]
    [[ ${lines[3]} == *'"instrument":"OPT:A"}' ]]
    # a colon in the symbol does not take the exchange given beside it away
    [[ ${lines[5]} == *'"instrument":"COL:TXT:A"}' ]]
    [[ ${lines[6]} == *'"instrument":"COL:A"}' ]]
    [[ ${lines[8]} == *'"instrument":":B:C"}' ]]
    [[ ${lines[9]} == *'"symbol":"A"}' ]]
    [[ ${lines[10]} == *'"instrument":"A"}' ]]
    # lines of xexport name an exchange that is none of the option's
    run -0 imported -f json --exchange OPT <<'END'
{"type":"print","time":"2026-01-08","instrument":"X:A"}
{"type":"print","time":"2026-01-08","instrument":"A"}
END
    [[ ${lines[1]} == *'"instrument":"X:A"}' ]]
    [[ ${lines[3]} == *'"instrument":"OPT:A"}' ]]
}

@test "an exchange has no colon: it would end there" {
    refused 1 'line 2: column symbol: "X:Y" is not an exchange' -f csv -t print --exchange X:Y <<< $'time,symbol\n2026-01-08,A'
    refused 1 'line 2: column symbol: "X:Y" is not an exchange' -f csv -t print <<< $'time,symbol,exchange\n2026-01-08,A,X:Y'
    refused 1 'line 1: "X:Y" is not an exchange' -f json <<< '{"type":"instrument","symbol":"A","exchange":"X:Y"}'
}

@test "a symbol has at most 255 bytes, as every program expects" {
    long=$(printf '%0255d' 0)
    run -0 imported -f csv -t print <<< $'time,symbol\n2026-01-08,'"$long:$long"
    refused 1 'line 2: column symbol: ' -f csv -t print <<< $'time,symbol\n2026-01-08,'"${long}1"
    refused 1 'line 1: ' -f json <<< '{"type":"instrument","symbol":"A","exchange":"'"${long}1"'"}'
}

@test "an id that is no number is a name, and the same one on every tape" {
    printf 'time,order_id,account_id\n2026-01-08,7f3a-11,U1\n2026-01-09,5,U1\n' > a.csv
    printf 'time,order_id,account_id\n2026-01-10,9,U1\n' > b.csv
    run -0 imported -f csv -t order a.csv
    [[ ${lines[0]} == *'"type":"name","time":"2026-01-08T00:00:00Z","kind":"order","id":"'*'","text":"7f3a-11"}' ]]
    [[ ${lines[1]} == *'"kind":"account","id":"'*'","text":"U1"}' ]]
    [[ ${lines[2]} == *'"order_id":"7f3a-11","account_id":"U1"}' ]]
    [[ ${lines[3]} == *'"order_id":5,"account_id":"U1"}' ]]
    [ "${#lines[@]}" -eq 4 ]
    a=$(ximport -f csv -t order a.csv | xexport -f json | grep '"text":"U1"' | grep -o '"id":"[0-9]*"')
    b=$(ximport -f csv -t order b.csv | xexport -f json | grep '"text":"U1"' | grep -o '"id":"[0-9]*"')
    [ -n "$a" ] && [ "$a" = "$b" ]
    # 2^63 and more do not fit: they are names as well
    run -0 imported -f csv -t cancel <<< $'time,order_id\n2026-01-08,9223372036854775808'
    [[ ${lines[1]} == *'"order_id":"9223372036854775808"}' ]]
}

@test "times may be numbers of --time-unit, and are the same times" {
    wanted=$(ximport -f csv -t clock <<< $'time\n2026-01-08T08:30:00.123Z' | digest)
    for pair in ns:1767861000123000000 us:1767861000123000 ms:1767861000123 \
        s:1767861000.123 s:2026-01-08T08:30:00.123Z; do
        [ "$(ximport -f csv -t clock --time-unit "${pair%%:*}" <<< $'time\n'"${pair#*:}" | digest)" = "$wanted" ]
        [ "$(ximport -f json --time-unit "${pair%%:*}" <<< '{"type":"clock","time":"'"${pair#*:}"'"}' | digest)" = "$wanted" ]
    done
    [ "$(ximport -f json --time-unit ms <<< '{"type":"clock","time":1767861000123}' | digest)" = "$wanted" ]
}

@test "cells mean what Python's csv module wrote" {
    python3 - <<'END'
import csv, json, random
random.seed(5)
signs = ['a', ',', '"', '\n', '\r', ' ', "'", ';', 'é', '😀', '\t', '\0']
rows = [''.join(random.choice(signs) for _ in range(random.randrange(1, 9)))
        for _ in range(2000)]
with open('texts.csv', 'w', newline='') as f:
    w = csv.writer(f, quoting=csv.QUOTE_ALL)
    w.writerow(['time', 'name', 'document'])
    for n, row in enumerate(rows):
        w.writerow(['2026-01-08', row, rows[-n]])
with open('wanted.json', 'w') as f:
    json.dump([[row, rows[-n]] for n, row in enumerate(rows)], f)
END
    ximport -f csv -t audit texts.csv | xexport -f json > texts.json
    ximport -f csv -t audit texts.csv | xexport -f csv -t audit -c time,name,document > again.csv
    python3 - <<'END'
import csv, json
wanted = json.load(open('wanted.json'))
events = [json.loads(line) for line in open('texts.json', newline='\n')]
assert [[e['name'], e['document']] for e in events] == wanted
rows = list(csv.reader(open('again.csv', newline='')))[1:]
assert [r[1:] for r in rows] == wanted
END
}

@test "a bad row is exit 1 with file, line and column" {
    while IFS='|' read -r row text; do
        printf 'time,instrument,price,quantity,side\n2026-01-08,A,1,2,buy\n%b\n' "$row" > bad.csv
        refused 1 "ximport: bad.csv: line 3: $text" -f csv -t print bad.csv
    done <<'END'
2026-01-08,A,12.x,2,buy|column price: "12.x" is not a number
2026-01-08,A,1,2,bye|column side: "bye" is not one of buy, sell
2026-13-08,A,1,2,buy|column time: "2026-13-08" has a month that is not of 1 to 12
,A,1,2,buy|column time: an event without time
2026-01-08,A,1,2|4 columns, but the header line has 5
2026-01-08,A,1,2,buy,x|6 columns, but the header line has 5
2026-01-08,A,1,10000000000,buy|column quantity: "10000000000" is too large
2026-01-08,A,0.123456789,2,buy|column price: "0.123456789" has more than eight
2026-01-08,A,1,2,b\000uy|column side: "b
2026-01-08,\xff,1,2,buy|column instrument: "
2026-01-08,A,1"0,2,buy|a quote is out of place
2026-01-08,A,"1"0,2,buy|a quote is out of place
2026-01-08,A,"1,2,buy|a quote is not closed
2026-01-08,A,1,2,buy\rx,y|2 columns, but
END
}

@test "a bad header is exit 1 and says what to do" {
    refused 1 'line 1: column "foo" is not a field of trade (-m FIELD=foo says which it is, -x foo leaves it out)' -f csv -t trade <<< time,foo
    refused 1 'line 1: columns 1 and 2 are both the field time' -f csv -t trade <<< time,Time
    refused 1 'line 1: no column is the time' -f csv -t trade <<< price
    refused 1 'there is no column "when"' -f csv -t trade -m time=when <<< price
    refused 1 'line 1: there is no column 3, only 2' -f csv -t trade --no-header -m time=3 <<< 2026-01-08,1
    refused 1 'line 1: no header (the file is empty)' -f csv -t trade < /dev/null
    refused 1 'line 1: no header (the file is empty)' -f csv -t trade <<< ''
}

@test "a wrong command is exit 2 before anything is written" {
    for command in "" "-f csv" "-f csv -t trades" "-f csv -t 70000" \
        "-f csv -t trade -m foo=bar" "-f csv -t trade -m time" \
        "-f csv -t trade -m time=a,time=b" "-f csv -t trade -D foo=1" \
        "-f csv -t trade --no-header -m time=x" \
        "-f csv -t trade --no-header -m time=0" \
        "-f csv -t trade --delimiter ab" "-f tsv -t trade" \
        "-f json --time-unit h" "-f lobster" "-f lobster --symbol A" \
        "-f lobster --symbol A --date 21.6.2012" \
        "-f lobster --symbol A --date 2012-06-21 --tz No/Where" \
        "-f lobster --symbol A --date 2012-06-21 --tz ../../etc/passwd"; do
        # shellcheck disable=SC2086 # a command line
        refused 2 "" $command < /dev/null
        [ ! -s out.tape ]
    done
}

@test "hostile CSV is exit 1 and one line, in good time" {
    head -c 300000 /dev/urandom > random.csv
    printf 'time,price\n' > long.csv
    head -c 10000000 /dev/zero | tr '\0' 7 >> long.csv
    printf 'time,price\n"' > open.csv
    seq 200000 | sed 's/.*/2026-01-08,1/' >> open.csv
    head -c 100000 /dev/zero | tr '\0' , > wide.csv
    head -c 5000 /dev/zero > zero.csv
    refused 1 "random.csv: line " -f csv -t print random.csv
    refused 1 "long.csv: line 2: longer than 1048576 bytes" -f csv -t print long.csv
    refused 1 "open.csv: line 2: a row of more than 1048576 bytes (is a quote not closed?)" -f csv -t print open.csv
    refused 1 "wide.csv: line 1: more than 4096 columns" -f csv -t print wide.csv
    refused 1 "zero.csv: line 1: " -f csv -t print zero.csv
    refused 1 "random.csv: line " -f json random.csv
    refused 1 "long.csv: line 1: byte 1: a line must be an object" -f json long.csv
    refused 1 "zero.csv: line 1: byte 1: a line must be an object" -f json zero.csv
    refused 1 "line 1: no event" -f json /dev/null
    for file in random.csv long.csv wide.csv zero.csv; do
        refused 1 "$file: line " -f lobster --symbol A --date 2012-06-21 $file
    done
    refused 1 "line 1: no message" -f lobster --symbol A --date 2012-06-21 /dev/null
}

@test "cut anywhere, a file of rows is either good up to there or refused" {
    printf 'time,name\n2026-01-08,"a ""b"" c"\n2026-01-09,"d\n,e"\n' > whole.csv
    for ((n = 1; n < $(wc -c < whole.csv); n++)); do
        head -c $n whole.csv > cut.csv
        status=0
        ximport -f csv -t audit cut.csv > cut.tape 2> err || status=$?
        [ $status -eq 0 ] || { [ $status -eq 1 ] && one_line err; }
        status=0
        xstat cut.tape > /dev/null 2> err || status=$?
        [ $status -le 1 ]
    done
}

# ---- JSON -------------------------------------------------------------------

@test "every type of event survives JSON: the digest is the same" {
    "$TOOLS/golden" > golden.tape
    xexport -f json golden.tape | ximport -f json | digest > back
    digest golden.tape | cmp - back
    # what older versions wrote has fewer fields, but the same text
    for tape in "$ROOT"/testdata/golden/*.tape; do
        xexport -f json "$tape" > before.json
        ximport -f json before.json | xexport -f json | cmp before.json -
    done
    sample 2000 > day.tape
    xexport -f json day.tape | ximport -f json --stream day -o again.tape
    [ "$(digest day.tape)" = "$(digest again.tape)" ]
}

@test "JSON that jq has rewritten is the same events" {
    sample 2000 > day.tape
    xexport -f json day.tape | jq -c . | ximport -f json | digest > back
    digest day.tape | cmp - back
    # keys in another order, white space, escapes
    xexport -f json day.tape | jq -S -a -c . | sed 's/,/ ,\t/g; s/:"/ : "/' |
        ximport -f json | digest > back
    digest day.tape | cmp - back
}

@test "numbers of JSON count by their digits, strings are the same" {
    for value in 0.1 '"0.1"' 1e-1 '"1e-1"' 0.10000000; do
        run -0 imported -f json <<< '{"type":"print","time":"2026-01-08","price":'"$value"'}'
        [[ $output == *'"price":"0.1"}' ]]
    done
    run -0 imported -f json <<< '{"type":"cash","time":"2026-01-08","amount":123456789012345678901234567.12345678}'
    [[ $output == *'"amount":"123456789012345678901234567.12345678"}' ]]
    run -0 imported -f json <<< '{"type":"cancel","time":null,"order_id":9223372036854775807}'
    [[ $output == *'"time":null,"order_id":"9223372036854775807"}' ]]
}

@test "types of the user's own are bytes, there and back" {
    line='{"type":32770,"time":"2026-01-08T00:00:00Z","instrument":"A","data":"00ff10203040506070"'
    refused 1 'line 1: key "data": ' -f json <<< "$line}"
    line='{"type":32770,"time":"2026-01-08T00:00:00Z","instrument":"A","data":"00ff102030405060"}'
    run -0 imported -f json <<< "$line"
    [ "${lines[1]}" = "$line" ]
    run -0 imported -f json <<< '{"type":32771,"time":null}'
    [ "${lines[0]}" = '{"type":32771,"time":null}' ]
    run -0 imported -f csv -t 32770 <<< $'time,data\n2026-01-08,00FF102030405060'
    [[ ${lines[0]} == *'"data":"00ff102030405060"}' ]]
}

@test "the id of an instrument is kept where it is free" {
    run -0 imported -f json <<'END'
{"type":"instrument","id":7,"symbol":"A","tick_size":"0.01"}
{"type":"instrument","id":7,"symbol":"B"}
{"type":"print","time":"2026-01-08","instrument":"B"}
{"type":"instrument","time":null,"symbol":"A","exchange":"X"}
{"type":"instrument","time":"2026-01-08","symbol":"A","tick_size":0.05}
END
    [ "${lines[0]}" = '{"type":"instrument","time":null,"id":7,"symbol":"A","tick_size":"0.01"}' ]
    [[ ${lines[1]} == *'"id":1,"symbol":"B"}' ]]
    [[ ${lines[3]} == *'"id":2,"symbol":"A","exchange":"X"}' ]]
    [[ ${lines[4]} == *'"id":7,"symbol":"A","tick_size":"0.05"}' ]]
}

@test "bad JSON is exit 1 with line, byte and key" {
    while IFS='@' read -r line text; do
        printf '{"type":"clock","time":"2026-01-08"}\n%b\n' "$line" > bad.json
        refused 1 "ximport: bad.json: line 2: $text" -f json bad.json
    done <<'END'
{"type":"print","time":"2026-01-08","price":"x"}@key "price": "x" is not a number
{"type":"print","time":"2026-01-08","price":true}@key "price": must be a string
{"type":"print","time":"2026-01-08","prize":1}@key "prize" is not a field of print
{"type":"print","time":"2026-01-08","price":1,"price":1}@key "price" appears twice
{"type":"print","time":"2026-01-08","conditions":"late"}@key "conditions": must be an array of words
{"type":"print","time":"2026-01-08","conditions":["early"]}@key "conditions": "early" is not one of
{"type":"print","price":1}@key "time": an event without time
{"type":"prince","time":"2026-01-08"}@key type: unknown event type "prince"; did you mean "print"?
{"type":"audit","time":"2026-01-08","name":5}@key "name": must be a string
{"type":"audit","time":"2026-01-08","document":{"a":1}}@byte 48: an object in an object
{"type":"audit","time":"2026-01-08","name":"\\ud800"}@byte 51: half of a pair of surrogates
{"type":"audit","time":"2026-01-08","name":"\xc3\x28"}@byte 45: not UTF-8
{"type":"print","time":"2026-01-08"@byte 36: the text ends too early
{"type":"print","time":"2026-01-08"}}@byte 37: something follows the object
{"time":"2026-01-08"}@no key "type"
[1,2]@byte 1: a line must be an object
{"type":"instrument","id":1}@an instrument without a symbol
{"type":"name","kind":"order","id":1}@a name needs kind, id and text
END
}

@test "an event too long for a block is refused" {
    python3 -c 'print("time,name\n2026-01-08," + "x" * 65441)' > long.csv
    refused 1 'line 2: column name: "xxx' -f csv -t audit long.csv
    python3 -c 'print("time,name\n2026-01-08," + "x" * 65440)' > most.csv
    ximport -f csv -t audit most.csv | xexport -f csv -t audit -c time,name |
        sed 's/T00:00:00Z//' | cmp - most.csv
}

# ---- LOBSTER ----------------------------------------------------------------

@test "every message of LOBSTER is one event" {
    cat > message.csv <<'END'
34200.004241176,1,16113575,18,5853300,1
34200.1,2,16113575,8,5853300,1
34200.25,4,16113575,5,5853300,1
34201,3,16113575,5,5853300,1
34201.000000001,5,0,1,5853400,-1
34201.1234567894999,5,0,2,5853400,1
34201.5,6,0,300,5853500,-1
34202,7,0,0,-1,-1
34203,7,0,0,0,-1
34204,7,0,0,1,-1
END
    ximport -f lobster --symbol AAPL --exchange NASDAQ --date 2012-06-21 message.csv |
        xexport -f json | sed 's/"instrument":"NASDAQ:AAPL",//' > out
    cat > wanted <<'END'
{"type":"instrument","time":"2012-06-21T13:30:00.004241176Z","id":1,"symbol":"AAPL","exchange":"NASDAQ","currency":"USD"}
{"type":"book_add","time":"2012-06-21T13:30:00.004241176Z","side":"buy","order_id":16113575,"price":"585.33","quantity":"18"}
{"type":"book_reduce","time":"2012-06-21T13:30:00.1Z","side":"buy","order_id":16113575,"price":"585.33","quantity":"8"}
{"type":"book_execute","time":"2012-06-21T13:30:00.25Z","side":"buy","order_id":16113575,"price":"585.33","quantity":"5"}
{"type":"book_delete","time":"2012-06-21T13:30:01Z","side":"buy","order_id":16113575,"price":"585.33","quantity":"5"}
{"type":"print","time":"2012-06-21T13:30:01.000000001Z","side":"buy","conditions":["hidden"],"price":"585.34","quantity":"1"}
{"type":"print","time":"2012-06-21T13:30:01.123456789Z","side":"sell","conditions":["hidden"],"price":"585.34","quantity":"2"}
{"type":"print","time":"2012-06-21T13:30:01.5Z","conditions":["auction"],"price":"585.35","quantity":"300"}
{"type":"session","time":"2012-06-21T13:30:02Z","state":"halt"}
{"type":"session","time":"2012-06-21T13:30:03Z","state":"pre_open"}
{"type":"session","time":"2012-06-21T13:30:04Z","state":"continuous"}
END
    diff wanted out
}

@test "the day and the zone place the midnight" {
    printf '34200,1,1,1,10000,1\n' > message.csv
    for pair in 2012-06-21,America/New_York,2012-06-21T13:30:00Z \
        2012-01-20,America/New_York,2012-01-20T14:30:00Z \
        2012-01-20,UTC,2012-01-20T09:30:00Z \
        2012-01-20,Asia/Tokyo,2012-01-20T00:30:00Z; do
        IFS=, read -r day zone time <<< "$pair"
        run -0 imported -f lobster --symbol A --date "$day" --tz "$zone" message.csv
        [[ ${lines[1]} == *'"time":"'"$time"'"'* ]]
    done
}

@test "a seed stands for the first message" {
    printf '10100,5,9900,6,10200,7,9800,8,9999999999,0,-9999999999,0\n' > seed.csv
    printf '34200,1,1,6,9900,1\n34201,3,1,6,9900,1\n' > message.csv
    run -0 imported -f lobster --symbol A --date 2012-01-20 --seed seed.csv message.csv
    [ "${#lines[@]}" -eq 6 ]
    [[ ${lines[1]} == *'14:30:00Z","instrument":"A","side":"sell","price":"1.01","quantity":"5"}' ]]
    [[ ${lines[2]} == *'14:30:00Z","instrument":"A","side":"buy","price":"0.99","quantity":"6"}' ]]
    [[ ${lines[3]} == *'14:30:00Z","instrument":"A","side":"sell","price":"1.02","quantity":"7"}' ]]
    [[ ${lines[4]} == *'14:30:00Z","instrument":"A","side":"buy","price":"0.98","quantity":"8"}' ]]
    [[ ${lines[5]} == '{"type":"book_delete"'*'"order_id":1,'* ]]
    for row in '1,2,3' '1,2,3,4\n1,2,3,4' '' 'x,1,2,3' '1,-1,2,3'; do
        printf "$row" > seed.csv
        refused 1 "seed.csv: line" -f lobster --symbol A --date 2012-01-20 --seed seed.csv message.csv
    done
    refused 2 "none.csv" -f lobster --symbol A --date 2012-01-20 --seed none.csv message.csv
}

@test "a bad message is exit 1 with line and column" {
    while IFS='|' read -r row text; do
        printf '34200,1,1,1,10000,1\n%b\n' "$row" > bad.csv
        refused 1 "bad.csv: line 2: $text" -f lobster --symbol A --date 2012-01-20 bad.csv
    done <<'END'
34200,1,1,1,10000|5 columns, but a message has 6
34200,1,1,1,10000,1,1|7 columns, but a message has 6
34200,8,1,1,10000,1|column type: there is no message type 8
34200,1,1,1,10000,0|column direction: must be 1 or -1
34200,1,1,1,-10000,1|column price: out of range
34200,1,1,1,9999999999999999999999,1|column price: "9999999999999999999999" is not a whole number
34200,1,1,-1,10000,1|column size: out of range
34200,1,x,1,10000,1|column order id: "x" is not an order id
34200,1,,1,10000,1|column order id: "" is not an order id
-1,1,1,1,10000,1|column time: "-1" is not a time, seconds after midnight
34200.x,1,1,1,10000,1|column time: "34200.x" is not a time
200000,1,1,1,10000,1|column time: "200000" is not a time
34200,7,0,0,2,-1|column price: of a halt it is -1, 0 or 1
34200,1,1,1,"10000,1|a quote is not closed
END
}

@test "a recorded day of LOBSTER gives an event for each message" {
    needs_data
    for file in AAPL_2012-06-21_34200000_37800000_message_50 \
        AMZN_2012-06-21_34200000_57600000_message_5; do
        zstdcat "$XTAPE_DATA/lobster/$file.csv.zst" > message.csv
        ximport -f lobster --symbol "${file%%_*}" --date 2012-06-21 message.csv > day.tape
        # type, time, price, size and direction by awk and by the tape
        awk -F, 'BEGIN { split("book_add book_reduce book_delete book_execute print", t, " ") }
            { side = $6 * ($2 == 5 ? -1 : 1)
              printf "%s,%.6f,%.4f,%d,%s\n", t[$2], $1, $5 / 10000, $4, (side > 0 ? "buy" : "sell") }' \
            message.csv > wanted
        xexport -f json day.tape | tail -n +2 |
            jq -r '[.type, .time, .price, .quantity, .side] | @csv' |
            tr -d '"' | awk -F, '{ split($2, t, /[T:Z]/)
                printf "%s,%.6f,%.4f,%d,%s\n", $1, (t[2] - 4) * 3600 + t[3] * 60 + t[4], $3, $4, $5 }' > out
        cmp wanted out
    done
}

# ---- the stream -------------------------------------------------------------

@test "the stream is named as asked, or after the first file" {
    printf 'time\n2026-01-08\n' > day.one.csv
    ximport -f csv -t clock day.one.csv > a.tape
    ximport -f csv -t clock < day.one.csv > b.tape
    ximport -f csv -t clock --stream venue day.one.csv > c.tape
    xstat a.tape | contains 'day\.one'
    xstat b.tape | contains 'ximport'
    xstat c.tape | contains 'venue'
}

@test "files come one after the other, each with its own header" {
    printf 'time,price\n2026-01-08,1\n' > a.csv
    printf 'price,time\n2,2026-01-07\n' > b.csv
    run -0 imported -f csv -t print a.csv b.csv
    [[ ${lines[0]} == *'"price":"1"}' ]]
    [[ ${lines[1]} == *'2026-01-07'*'"price":"2"}' ]]
    printf 'time,price\n2026-01-08,x\n' > c.csv
    refused 1 "ximport: c.csv: line 2: column price" -f csv -t print a.csv c.csv
    refused 2 "none.csv" -f csv -t print a.csv none.csv
}

@test "--clock says that nothing earlier follows" {
    run -0 imported -f csv -t print --clock 1m <<'END'
time
2026-01-08T09:30:10Z
2026-01-08T09:30:05Z
2026-01-08T09:30:59.999Z
2026-01-08T09:31:00Z
2026-01-08T09:35:30Z
END
    cut -d '"' -f 4,8 <<< "$output" > out
    cat > wanted <<'END'
print"2026-01-08T09:30:10Z
print"2026-01-08T09:30:05Z
print"2026-01-08T09:30:59.999Z
clock"2026-01-08T09:31:00Z
print"2026-01-08T09:31:00Z
clock"2026-01-08T09:35:00Z
print"2026-01-08T09:35:30Z
END
    diff wanted out
    refused 1 "line 4: column time: time steps back before the clock event of 2026-01-08T09:31:00Z" -f csv -t print --clock 1m <<'END'
time
2026-01-08T09:30:10Z
2026-01-08T09:31:10Z
2026-01-08T09:30:59Z
END
}

@test "pieces of any size, a pipe or a file: the same events" {
    printf 'time,name\r\n2026-01-08,"a\n""b"""\r\n2026-01-09,c\n' > a.csv
    wanted=$(ximport -f csv -t audit a.csv | digest)
    for size in 1 2 3 7; do
        dd if=a.csv bs=$size status=none | ximport -f csv -t audit | digest > out
        [ "$(cat out)" = "$wanted" ]
    done
    sample 500 | xexport -f json > day.json
    wanted=$(ximport -f json day.json | digest)
    (while IFS= read -r -n 400 -d '' piece || [ -n "$piece" ]; do
        printf %s "$piece"
    done) < day.json | ximport -f json | digest > out
    [ "$(cat out)" = "$wanted" ]
}

@test "an option of another format is refused, and noted in no provenance" {
    printf 'time,price\n2026-01-08,1\n' > a.csv
    for options in "-f json --no-header" "-f lobster --symbol A --date 2026-01-08 --each x" \
        "-f lobster --symbol A --date 2026-01-08 -t print" \
        "-f csv -t print --symbol A" "-f csv -t print --seed a.csv" \
        "-f lobster --symbol A --date 2026-01-08 --no-header"; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr ximport $options a.csv
        [[ $stderr == "ximport: "*" takes no --"* ]]
    done
    for options in "-m price=px" "-D price=1" "-x price"; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr ximport -f json $options a.csv
        [[ $stderr == "ximport: "*" are for JSON of one -t TYPE" ]]
    done
    ximport -f csv -t print a.csv | xstat -j | jq -r '.programs[0].options' > out
    [ "$(cat out)" = "--format csv --type print" ]
}

@test "a default given twice is refused" {
    printf 'time\n2026-01-08\n' > a.csv
    run -2 --separate-stderr ximport -f csv -t print -D price=1 -D price=2 a.csv
    [ "$stderr" = "ximport: -D: price is given twice" ]
}

@test "bad input ends the tape with failed, after the good events" {
    printf 'time,price\n2026-01-08,1\n2026-01-08,x\n' > bad.csv
    status=0
    ximport -f csv -t print bad.csv 2> /dev/null | xexport -f json > out 2> err || status=$?
    [ $status -eq 1 ]
    [ "$(wc -l < out)" -eq 1 ]
    one_line err
    status=0
    ximport -f csv -t print bad.csv -o bad.tape 2> /dev/null || status=$?
    [ $status -eq 1 ] && [ ! -e bad.tape ]
}

@test "the symbol comes from the name of each file, unless a row has one" {
    printf 'time,price,quantity,instrument\n2026-01-08,1,1,\n' \
        > BTCUSDT-trades-2026-01.csv
    printf 'time,price,quantity,instrument\n2026-01-08,2,1,\n2026-01-08,3,1,B\n' \
        > ETH-USDT-trades-2026-01.csv
    ximport -f csv -t print --symbol-from-name '{}-trades-*.csv' -D exchange=N \
        BTCUSDT-trades-2026-01.csv "$PWD/ETH-USDT-trades-2026-01.csv" |
        xexport -f csv -t print -c instrument,price > out
    [ "$(sed 1d out | paste -sd' ')" = "N:BTCUSDT,1 N:ETH-USDT,2 N:B,3" ]
    refuses ximport -f csv -t print --symbol-from-name '*.csv' a.csv
    run -2 --separate-stderr ximport -f csv -t print -o out.tape \
        --symbol-from-name '{}.json' BTCUSDT-trades-2026-01.csv
    [[ $stderr == *'its name does not fit --symbol-from-name "{}.json"'* ]]
    [ ! -e out.tape ]
}
