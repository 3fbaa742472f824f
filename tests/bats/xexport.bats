# Text out: what other programs read is what is on the tape.
load common

small() {
    ximport -f json --stream small > small.tape <<'END'
{"type":"instrument","id":1,"symbol":"AAPL","exchange":"NASDAQ"}
{"type":"trade","time":"2026-01-08T09:30:00Z","instrument":"NASDAQ:AAPL","side":"buy","flags":["auction","self_trade"],"price":"150.25","quantity":"100","trade_id":1,"buyer_id":"alice","seller_id":9007199254740993}
{"type":"cash","time":"2026-01-08T09:30:01.000000001Z","kind":"deposit","account_id":"alice","amount":"-0.00000001","currency":"USD"}
{"type":"trade","time":"2026-01-08T09:30:02Z","instrument":"NASDAQ:AAPL","price":"1","quantity":"2"}
END
}

@test "JSON leaves nulls out, and holds decimals as strings" {
    small
    run -0 xexport -f json small.tape
    [ "${lines[0]}" = '{"type":"instrument","time":null,"id":1,"symbol":"AAPL","exchange":"NASDAQ"}' ]
    [[ ${lines[1]} == '{"type":"name","time":"2026-01-08T09:30:00Z","kind":"account","id":"'*'","text":"alice"}' ]]
    [ "${lines[2]}" = '{"type":"trade","time":"2026-01-08T09:30:00Z","instrument":"NASDAQ:AAPL","side":"buy","flags":["auction","self_trade"],"price":"150.25","quantity":"100","trade_id":1,"buyer_id":"alice","seller_id":"9007199254740993"}' ]
    [ "${lines[3]}" = '{"type":"cash","time":"2026-01-08T09:30:01.000000001Z","kind":"deposit","account_id":"alice","amount":"-0.00000001","currency":"USD"}' ]
    [ "${lines[4]}" = '{"type":"trade","time":"2026-01-08T09:30:02Z","instrument":"NASDAQ:AAPL","price":"1","quantity":"2"}' ]
    [ "${#lines[@]}" -eq 5 ]
}

@test "CSV has a header, and an empty cell for a null" {
    small
    xexport -f csv -t trade small.tape > out.csv
    cat > wanted.csv <<'END'
time,instrument,side,flags,price,quantity,trade_id,buy_order_id,sell_order_id,buyer_id,seller_id
2026-01-08T09:30:00Z,NASDAQ:AAPL,buy,auction|self_trade,150.25,100,1,,,alice,9007199254740993
2026-01-08T09:30:02Z,NASDAQ:AAPL,,,1,2,,,,,
END
    diff wanted.csv out.csv
    run -0 xexport -f csv -t trade -c seq,price,time small.tape
    [ "$output" = $'seq,price,time\n3,150.25,2026-01-08T09:30:00Z\n5,1,2026-01-08T09:30:02Z' ]
    # a null in the only column must not become a blank line
    run -0 xexport -f csv -t trade -c side small.tape
    [ "$output" = $'side\nbuy\n""' ]
    xexport -f csv -t order small.tape | grep -c . | contains -x 1
}

@test "a table is aligned, numbers to the right" {
    small
    xexport -f table -t trade -c time,instrument,side,price,quantity small.tape > out
    cat > wanted <<'END'
time                  instrument   side  price     quantity
2026-01-08T09:30:00Z  NASDAQ:AAPL  buy     150.25       100
2026-01-08T09:30:02Z  NASDAQ:AAPL  -         1            2
END
    diff wanted out
    xexport -f table -t trade,cash small.tape > out
    cat > wanted <<'END'
seq  time                            type   instrument   fields
  3  2026-01-08T09:30:00.000000000Z  trade  NASDAQ:AAPL  side=buy flags=auction|self_trade price=150.25 quantity=100 trade_id=1 buyer_id=alice seller_id=9007199254740993
  4  2026-01-08T09:30:01.000000001Z  cash   -            kind=deposit account_id=alice amount=-0.00000001 currency=USD
  5  2026-01-08T09:30:02.000000000Z  trade  NASDAQ:AAPL  price=1 quantity=2
END
    diff wanted out
}

@test "-t selects, and more than one -t adds up" {
    small
    [ "$(xexport -f json -t cash,name small.tape | wc -l)" -eq 2 ]
    [ "$(xexport -f json -t cash -t trade small.tape | wc -l)" -eq 3 ]
    [ "$(xexport -f json -t order small.tape | wc -l)" -eq 0 ]
}

@test "a wrong command is exit 2" {
    small
    for command in "" "-f xml" "-f csv" "-f csv -t trade,cash" \
        "-f json -t trades" "-f csv -t trade -c foo" "-f csv -t trade -c time,time" \
        "-f csv -t trade -c exchange" "-f table -c time" "-f json -t trade -c time"; do
        # shellcheck disable=SC2086 # a command line
        run -2 --separate-stderr xexport $command small.tape
        [ -z "$output" ]
        [ "${#stderr_lines[@]}" -eq 1 ]
    done
}

@test "every type survives CSV" {
    for tape in "$ROOT"/testdata/golden/*.tape; do
        for type in $(xexport -f json "$tape" | jq -r .type | sort -u); do
            xexport -f csv -t "$type" "$tape" > one.csv
            # lines without a time cannot come back: rows need one
            xexport -f json -t "$type" "$tape" | grep -v '"time":null' > wanted
            { head -n 1 one.csv; tail -n +2 one.csv | grep -v '^,'; } |
                ximport -f csv -t "$type" | xexport -f json -t "$type" |
                sed 's/,"id":[0-9]*,"symbol/,"id":1,"symbol/' > out
            sed -i 's/,"id":[0-9]*,"symbol/,"id":1,"symbol/' wanted
            diff wanted out
        done
    done
}

@test "SQLite reads the CSV: sums are the same" {
    sample 3000 > day.tape
    xexport -f csv -t order day.tape > orders.csv
    sqlite3 day.db -cmd '.mode csv' '.import orders.csv orders' \
        "select instrument, count(*), sum(cast(replace(price, '.', '') as integer)) from orders group by 1 order by 1" > sql
    xexport -f json -t order day.tape | jq -r '[.instrument, .price] | @tsv' |
        awk -F '\t' '{ gsub(/\./, "", $2); n[$1]++; s[$1] += $2 }
            END { for (i in n) printf "%s,%d,%d\r\n", i, n[i], s[i] }' | sort > awk
    tr -d '\r' < sql | sort > sql.sorted
    tr -d '\r' < awk | diff sql.sorted -
    [ -s awk ]
}

@test "Python reads the JSON: exact decimals, ids and times" {
    sample 500 > day.tape
    xexport -f json day.tape > day.json
    xexport -f csv -t order day.tape > day.csv
    python3 - <<'END'
import csv, json
from decimal import Decimal
events = [json.loads(line) for line in open('day.json')]
orders = [e for e in events if e['type'] == 'order']
rows = list(csv.DictReader(open('day.csv')))
assert len(rows) == len(orders) > 100
for order, row in zip(orders, rows):
    assert row['time'] == order['time']
    assert row['price'] == order.get('price', '')
    if row['price']:
        assert str(Decimal(row['price'])) == row['price']
    assert row['order_id'] == str(order['order_id'])
    assert row['flags'] == '|'.join(order.get('flags', []))
END
}

@test "--guard keeps a spreadsheet from computing what a text says" {
    ximport -f csv -t audit > a.tape <<'END'
time,name,document
2026-01-08,=1+1,-2
2026-01-08,@x,fine
END
    run -0 xexport -f csv -t audit -c name,document --guard a.tape
    [ "$output" = $'name,document\n"\'=1+1","\'-2"\n"\'@x",fine' ]
    run -0 xexport -f csv -t audit -c name,document a.tape
    [ "$output" = $'name,document\n=1+1,-2\n@x,fine' ]
    # numbers stay numbers
    ximport -f csv -t cash <<< $'time,amount\n2026-01-08,-5' > c.tape
    run -0 xexport -f csv -t cash -c amount --guard c.tape
    [ "${lines[1]}" = "-5" ]
}

@test "a text on a tape does not steer the terminal" {
    ximport -f json <<< '{"type":"audit","time":"2026-01-08","name":"a\u001b[2Jb\u009bc\nd\u007fe"}' > a.tape
    run -0 xexport -f table a.tape
    [[ ${lines[1]} == *'name=a?[2Jb?c?d?e' ]]
    run -0 xexport -f table -t audit -c name a.tape
    [ "${lines[1]}" = 'a?[2Jb?c?d?e' ]
}

@test "a table leaves out what no event has, and brings it back" {
    {
        echo 'time,instrument,side,price,quantity'
        for i in {1..600}; do echo "2026-01-08T00:00:00Z,A,,$i,1"; done
        echo '2026-01-08T00:00:01Z,A,buy,7,1'
    } | ximport -f csv -t print > a.tape
    xexport -f table -t print a.tape > out
    [ "$(head -n 1 out | tr -s ' ')" = "time instrument price quantity" ]
    [ "$(grep -c '^time ' out)" -eq 2 ]
    [ "$(grep '^time ' out | tail -n 1 | tr -s ' ')" = "time instrument side price quantity" ]
    [ "$(tail -n 1 out | tr -s ' ')" = "2026-01-08T00:00:01Z A buy 7 1" ]
    [ "$(grep -vc '^time ' out)" -eq 601 ]
    # --wide has every column, and -c those that are asked for
    [[ "$(xexport -f table -t print --wide a.tape | head -n 1)" == *conditions*trade_id* ]]
    [ "$(xexport -f table -t print -c side,price a.tape | head -n 2 | tail -n 1 | tr -s ' ')" = "- 1" ]
}

@test "times of a table are of equal width" {
    ximport -f csv -t clock <<< $'time\n2026-01-08T00:00:00Z\n2026-01-08T00:00:00.5Z\n2026-01-08T00:00:00.123Z' > a.tape
    run -0 xexport -f table -t clock a.tape
    [ "${lines[1]}" = "2026-01-08T00:00:00.000Z" ]
    [ "${lines[2]}" = "2026-01-08T00:00:00.500Z" ]
    [ "${lines[3]}" = "2026-01-08T00:00:00.123Z" ]
}

@test "a record that does not fit the line goes down the page" {
    small
    run -0 env COLUMNS=40 xexport -f table -t trade small.tape
    [ "${lines[0]}" = "time        2026-01-08T09:30:00Z" ]
    [ "${lines[1]}" = "instrument  NASDAQ:AAPL" ]
    [ "$(grep -c '^time ' <<< "$output")" -eq 2 ]
    run ! grep -q ' -$' <<< "$output"
    [ "$(COLUMNS=40 xexport -f table -t trade --wide small.tape | wc -l)" -eq 3 ]
    [ "$(COLUMNS=200 xexport -f table -t trade small.tape | wc -l)" -eq 3 ]
}

@test "-n stops after so many events" {
    sample 2000 > day.tape
    [ "$(xexport -f json -n 3 day.tape | wc -l)" -eq 3 ]
    [ "$(xexport -f csv -t order -n 700 day.tape | wc -l)" -eq 701 ]
    [ "$(xexport -f table -t order -n 700 day.tape | wc -l)" -eq 701 ]
    xexport -f json day.tape > whole.json
    head -n 3 whole.json | diff - <(xexport -f json -n 3 day.tape)
}

@test "a -t of which there is no event says so, but not with -q" {
    small
    run -0 --separate-stderr xexport -f csv -t order small.tape
    [ "$stderr" = "xexport: no event of type order" ]
    run -0 --separate-stderr xexport -q -f json -t order small.tape
    [ -z "$stderr" ]
    run -0 --separate-stderr xexport -f json -t order,cash small.tape
    [ -z "$stderr" ]
}

@test "a wrong type or column names the nearest that there is" {
    small
    run -2 --separate-stderr xexport -f csv -t trad small.tape
    [ "$stderr" = 'xexport: -t: unknown event type "trad"; did you mean "trade"? (--list types lists them)' ]
    run -2 --separate-stderr xexport -f csv -t trade -c pric small.tape
    [ "$stderr" = 'xexport: -c: unknown field of trade "pric"; did you mean "price"? (--list fields -t trade lists them)' ]
}

@test "one long text does not make all lines of a table long" {
    python3 -c 'print("time,name,document\n2026-01-08," + "x" * 60000 + ",a\n2026-01-08,b,c")' |
        ximport -f csv -t audit > a.tape
    xexport -f table -t audit a.tape > out
    [ "$(sed -n 2p out | wc -c)" -gt 60000 ]
    [ "$(sed -n 3p out | wc -c)" -lt 200 ]
}

@test "an empty tape is no lines, and a header in CSV" {
    ximport -f csv -t clock --no-header -D time=2026-01-08 < /dev/null > empty.tape
    [ -z "$(xexport -f json empty.tape)" ]
    [ -z "$(xexport -f table empty.tape)" ]
    [ "$(xexport -f csv -t clock empty.tape)" = "time,instrument" ]
}

@test "what comes before damage is printed, then the status is 1" {
    sample 5000 > day.tape
    xexport -f json day.tape > whole.json
    head -c 300000 day.tape > cut.tape
    status=0
    xexport -f json cut.tape > cut.json 2> err || status=$?
    [ $status -eq 1 ]
    one_line err
    [ -s cut.json ]
    head -n "$(wc -l < cut.json)" whole.json | cmp - cut.json
}

@test "two tapes that give an instrument different ids become one" {
    ximport -f csv -t print <<< $'time,instrument,price\n2026-01-08,A,1\n2026-01-08,B,2' > a.tape
    ximport -f csv -t print <<< $'time,instrument,price\n2026-01-09,B,3\n2026-01-09,A,4' > b.tape
    xexport -f json a.tape b.tape | ximport -f json |
        xexport -f csv -t print -c instrument,price > out
    printf 'instrument,price\nA,1\nB,2\nB,3\nA,4\n' | diff - out
    xexport -f csv -t print -c instrument,price a.tape b.tape | diff - out
}

@test "Parquet is one file of one type, which ximport reads back" {
    trading 2000 > day.tape
    xexport -f parquet -t trade -o trades.parquet day.tape
    ximport -f parquet -t trade trades.parquet |
        xexport -f json | grep '"type":"trade"' > again
    xexport -f json -t trade day.tape | cmp - again
    # what is mapped stays so
    ximport -f parquet -t trade -m instrument=symbol -x '*' trades.parquet |
        xexport -f json | grep '"type":"trade"' | cmp - again
    # to a pipe, and cut by -n
    xexport -f parquet -t trade -n 5 day.tape | cat > five.parquet
    [ "$(ximport -f parquet -t trade five.parquet |
        xgrep -t trade | xexport -f json -t trade | wc -l)" -eq 5 ]
    # no event is a file without rows
    xexport -q -f parquet -t bar -o none.parquet day.tape
    ximport -q -f parquet -t bar none.parquet | xstat -j |
        jq .events | contains -x 0
    refuses xexport -f parquet day.tape
    refuses xexport -f parquet -t trade,order day.tape
    refuses xexport -f parquet -t trade -c price day.tape
}

@test "DuckDB reads the Parquet as we print it" {
    needs_oracles
    trading 2000 > day.tape
    xexport -f parquet -t trade -o trades.parquet day.tape
    duckdb "select count(*), sum(price), sum(quantity), min(trade_id), max(symbol)
        from 'trades.parquet'" > theirs
    xexport -f csv -t trade -c instrument,price,quantity,trade_id day.tape |
        tail -n +2 | python3 -c '
import sys
from decimal import Decimal as D
rows = [line.split(",") for line in sys.stdin.read().split()]
print(len(rows), *(format(sum(D(r[i]) for r in rows), ".8f") for i in (1, 2)),
      min(int(r[3]) for r in rows), max(r[0].split(":")[1] for r in rows),
      sep="\t")' > ours
    diff theirs ours
}
