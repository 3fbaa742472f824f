# The JSON of others: paths, arrays of arrays and of objects, envelopes.
load common

# column NAMES [OPTION ...]: columns of the prints that stdin becomes.
column() {
    local name=$1
    shift
    ximport -q -f json -t print "$@" | xexport -f csv -t print -c "$name" |
        tail -n +2
}

# refused STATUS TEXT [OPTION ...]: stdin is refused with one line that holds
# TEXT.
refused() {
    local wanted=$1 text=$2 status=0
    shift 2
    ximport -f json "$@" > out.tape 2> err || status=$?
    [ $status -eq "$wanted" ] || { echo "status $status: $*"; cat err; return 1; }
    one_line err
    grep -qF -- "$text" err || { echo "wanted: $text"; cat err; return 1; }
}

@test "keys are mapped as columns are, and the rest is an error unless left out" {
    line='{"t":"2021-02-06T13:04:56Z","x":"C","p":387.62,"s":100,"i":52983525029461,"z":"B"}'
    map=time=t,price=p,quantity=s,trade_id=i
    [ "$(column time,instrument,price,quantity,trade_id -m $map -x x,z -D instrument=A <<< "$line")" = "2021-02-06T13:04:56Z,A,387.62,100,52983525029461" ]
    [ "$(column price -m $map -x '*' <<< "$line")" = 387.62 ]
    refused 1 'line 1: key "x" is not a field of print (-m FIELD=x says which it is, -x x or '"'*'"' leaves it out)' -t print -m $map <<< "$line"
    refused 1 'line 1: key "pric" is not a field of print; did you mean "price"?' -t print <<< '{"time":"2026-01-08","pric":1}'
    # words, nulls, scales and times are as for CSV
    [ "$(column time,side,price -m time=T,side=m,price=p --word side:true=sell,false=buy --null - --time-unit ms --scale price=0.01 <<< $'{"T":1672515782136,"m":true,"p":"123"}\n{"T":1672515782136,"m":false,"p":"-"}')" = $'2022-12-31T19:43:02.136Z,sell,1.23\n2022-12-31T19:43:02.136Z,buy,' ]
}

@test "a path leads into objects and arrays" {
    [ "$(column time,price,quantity -m time=data.T,price=data.p,quantity=data.q -x stream --time-unit ms <<< '{"stream":"btcusdt@trade","data":{"T":1672515782136,"p":"0.001","q":"100"}}')" = "2022-12-31T19:43:02.136Z,0.001,100" ]
    [ "$(column time,price,quantity -m 'time=[0],price=[1][0],quantity=[1][1]' --time-unit s <<< '[1672515782,["1.5","2"]]')" = "2022-12-31T19:43:02Z,1.5,2" ]
    # -x of an object leaves out all that is in it
    [ "$(column price -m price=p -x a,b -D time=2026-01-08 <<< '{"p":1,"a":{"b":{"c":[1,2]}},"b":[{"x":1}]}')" = 1 ]
}

@test "one array of arrays or of objects is a row each, on one line or on many" {
    wanted=$'1,2\n3,4'
    python3 - <<'END'
import json
a = [[0, 1, 2], [0, 3, 4]]
o = [{'p': p, 'q': q} for _, p, q in a]
json.dump(a, open('a1.json', 'w'))
json.dump(a, open('a2.json', 'w'), indent=2)
json.dump(o, open('o1.json', 'w'))
json.dump(o, open('o2.json', 'w'), indent=2)
open('o3.json', 'w').write('\n'.join(json.dumps(x) for x in o))
END
    for file in a1 a2; do
        [ "$(column price,quantity -m 'price=[1],quantity=[2]' -x '[0]' -D time=2026-01-08 $file.json)" = "$wanted" ]
    done
    for file in o1 o2 o3; do
        [ "$(column price,quantity -m price=p,quantity=q -D time=2026-01-08 $file.json)" = "$wanted" ]
        [ "$(dd if=$file.json bs=3 status=none | column price,quantity -m price=p,quantity=q -D time=2026-01-08)" = "$wanted" ]
    done
}

@test "--each: rows within a record, with what lies around them" {
    line='{"topic":"trades","ts":1672515782136,"data":[{"p":"1","s":"a"},{"p":"2","s":"b"}],"symbol":"BTC"}'
    [ "$(column time,instrument,price --each 'data[]' -m time=ts,instrument=symbol,price=p -x topic,s --time-unit ms <<< "$line")" = $'2022-12-31T19:43:02.136Z,BTC,1\n2022-12-31T19:43:02.136Z,BTC,2' ]
    line='{"events":[{"type":"update","trades":[{"price":"1"},{"price":"2"}]},{"trades":[{"price":"3"}]}]}'
    [ "$(column price --each 'events[].trades[]' -x '*' -D time=2026-01-08 <<< "$line" | xargs)" = "1 2 3" ]
    # a path from an array: the array is one record, though it is of objects
    line='[{"trades":[{"price":"1"},{"price":"2"}]},{"trades":[{"price":"3"}]}]'
    [ "$(column price --each '[].trades[]' -x '*' -D time=2026-01-08 <<< "$line" | xargs)" = "1 2 3" ]
    line='[0,[["5541.2","0.1","1534614057.321597"],["6060.0","0.2","1534614057.324998"]],"trade","XBT/USD"]'
    [ "$(column time,instrument,price --each '[1][]' -m 'time=[2],price=[0],quantity=[1],instrument=[3]' -x '*' --time-unit s <<< "$line")" = $'2018-08-18T17:40:57.321597Z,XBT/USD,5541.2\n2018-08-18T17:40:57.324998Z,XBT/USD,6060' ]
}

@test "--where picks the records of a capture, whose times stand before them" {
    cat > capture <<'END'
1723161254441436000 {"stream":"btcusdt@bookTicker","data":{"u":1,"b":"61600.01"}}
1723161254550000000 {"stream":"btcusdt@trade","data":{"t":9,"p":"61600.1"}}
END
    run -0 --separate-stderr ximport -f json -t print --where stream=btcusdt@trade -m 'time=@,price=data.p,trade_id=data.t' -x '*' --time-unit ns capture -o c.tape
    [ "$stderr" = "ximport: 1 record left out by --where" ]
    [ "$(xexport -f csv -t print -c time,trade_id,price c.tape | tail -n 1)" = "2024-08-08T23:54:14.55Z,9,61600.1" ]
}

@test "bad JSON is named by line, byte and key" {
    refused 1 'line 2: byte 6: not a value of JSON' -t print -D time=2026-01-08 <<< $'{"price":1}\n{"p":x}'
    refused 1 'line 1: key "p": "x" is not a number' -t print -m price=p -D time=2026-01-08 <<< '{"p":"x"}'
    refused 1 "line 2: the file ends within a record" -t print <<< '{"price":[1'
    refused 1 "a record must be an object or an array" -t print <<< '17'
    refused 1 "more than 32 levels of nesting" -t print -x '*' <<< "$(printf '{"a":'; printf '[%.0s' {1..40})$(printf ']%.0s' {1..40})}"
    refused 1 "line 1: no record (the file is empty)" -t print < /dev/null
    refused 2 "-m, -D, -x, --where and --each are for JSON of one -t TYPE" -m price=p < /dev/null
    { printf x; head -c 200000 /dev/urandom; } > random # not a blank line first
    refused 1 "random: line 1: " -t print random
}

@test "numbers of JSON keep every digit" {
    [ "$(column price,quantity -D time=2026-01-08 <<< '{"price":9999999999.99999999,"quantity":1.5e-7}')" = "9999999999.99999999,0.00000015" ]
    refused 1 'has more than eight' -t print -D time=2026-01-08 <<< '{"price":0.123456789}'
}
