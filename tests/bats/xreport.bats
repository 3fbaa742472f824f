# xreport: what accounts and strategies earned.
load common

# model TAKER MAKER TAPE: its report says what a plain model says.
model() {
    xreport -f json "$3" > report.json
    xexport -f json "$3" |
        python3 "$BATS_TEST_DIRNAME/pnl_model.py" "$1" "$2" report.json
}

# days: five days of trading of five accounts, deposits each day.
days() {
    local day
    for day in 08 09 12 13 14; do
        xgen -n 400 --symbols 2 --accounts 5 --seed "${day#0}" \
            --start "2026-01-${day}T15:00:00Z" --stream "day$day"
    done | xbacktest -q "$@" | xledger -q --taker-fee 0.001 --maker-fee -0.0002
}

@test "each figure is that of a second computation, to the last digit" {
    days > days.tape
    model 0.001 -0.0002 days.tape > differ
    grep -q '^0 of [4-9][0-9][0-9] differ' differ || { cat differ; false; }
    days --quotes > quoted.tape
    model 0.001 -0.0002 quoted.tape | grep -q '^0 of [0-9]* differ'
}

@test "so are those of a strategy, with its arrival prices and markouts" {
    xgen -n 3000 --symbols 2 --seed 5 --accounts 20 --rate 40 -o in.tape
    xbacktest -q --quotes -l 5ms in.tape -- python3 \
        "$BATS_TEST_DIRNAME/maker.py" 2 |
        xledger -q --taker-fee 0.0003 -o out.tape
    model 0.0003 0 out.tape > differ
    grep -q '^0 of [0-9]* differ' differ || { cat differ; false; }
    # of the strategy alone, and of all that it has
    [ "$(jq -c '[.accounts[].account_id]' report.json)" = '[900001]' ]
    jq -e '.accounts[0] | .slippage and .markout_1s and .markout_60s' \
        report.json > /dev/null
}

@test "SQL over the exported tape gives the same sums" {
    days > days.tape
    xreport -f csv days.tape | awk -F , '$2 == "symbol" {
        print $1 "|" $3 "|" $4 "|" $6 "|" $8 }' | sort > ours
    xexport -f csv -t trade days.tape > trade.csv
    xexport -f csv -t position days.tape > position.csv
    # in 10^-8: whole numbers, which SQLite adds up exactly
    sqlite3 > theirs <<'END'
.mode csv
.import trade.csv trade
.import position.csv position
.mode list
CREATE VIEW fill AS
    SELECT buyer_id AS account, * FROM trade
    UNION ALL SELECT seller_id, * FROM trade;
CREATE VIEW fees AS
    SELECT account_id AS account, instrument,
        CAST(round(fees * 1e8) AS INTEGER) AS fee
    FROM position GROUP BY 1, 2 HAVING version = max(version + 0);
SELECT account, instrument, count(*),
    sum(CAST(round(price * 100) AS INTEGER) * CAST(quantity AS INTEGER)),
    (SELECT fee FROM fees f
     WHERE f.account = fill.account AND f.instrument = fill.instrument)
FROM fill GROUP BY 1, 2;
END
    awk -F '|' '{ printf "%s|%s|%s|%.0f|%.0f\n", $1, $2, $3, $4 * 100,
        $5 * 100000000 }' ours | sort > whole
    sort theirs | diff whole -
    [ "$(wc -l < whole)" -eq 10 ]
}

@test "text fits 80 columns; HTML is one file with curves" {
    days --quotes > days.tape
    xreport days.tape > text
    run awk 'length > 80' text
    [ -z "$output" ]
    grep -q '^stream .*, digest [0-9a-f]\{16\}$' text
    grep -q -- '--taker-fee 0.001' text
    xreport -f html days.tape -o report.html
    [ "$(grep -o '<polyline' report.html | wc -l)" -eq 10 ]
    run ! grep -E 'https?:|<script|src=' report.html
    [ "$(xstat --digest days.tape | tail -n 1)" = \
        "$(sed -n 's/^stream .*, digest //p' text)" ]
}

@test "without trades or without a ledger there is nothing to report" {
    xgen -n 300 -o in.tape
    xmatch in.tape -o trades.tape
    run -1 xreport in.tape
    [[ $output == *"nothing to report: no trade on the tape"* ]]
    run -1 xreport trades.tape
    [[ $output == *"trades, but no position (xledger makes them)" ]]
    printf '%s\n' time,instrument,price,quantity,buyer_id,seller_id,currency \
        2026-01-08T10:00:00Z,A,1,1,1,2 2026-01-08T10:00:00Z,B,1,1,1,2 \
        > trades.csv
    printf '%s\n' time,symbol,currency 2026-01-08T10:00:00Z,A,USD \
        2026-01-08T10:00:00Z,B,EUR > instruments.csv
    cut -d , -f 1-6 trades.csv | ximport -f csv -t trade -o t.tape
    ximport -f csv -t instrument instruments.csv -o i.tape
    run -1 bash -c 'xmerge --stream x i.tape t.tape | xledger -q | xreport'
    [[ $output == *"two currencies, USD and EUR"* ]]
}

# event TIME FIELDS: a line of JSON of instrument A, on one day.
event() {
    printf '{"time":"2026-01-08T%sZ",%s}\n' "$1" "$2"
}

# trade TIME ID PRICE BUYER SELLER
trade() {
    event "$1" "\"type\":\"trade\",\"instrument\":\"A\",\"trade_id\":$2,
        \"price\":\"$3\",\"quantity\":\"5\",\"buyer_id\":$4,\"seller_id\":$5" |
        tr -d '\n'
    echo
}

bust() {
    event "$1" "\"type\":\"trade_cancel\",\"instrument\":\"A\",\"trade_id\":$2"
}

# of EVENTS: the report of their ledger, with fees, all but its foot
of() {
    ximport -q -f json --stream s "$1" |
        xledger -q --taker-fee 0.01 --maker-fee 0.01 |
        xreport -q -f json | jq -cS 'del(.digest, .stream, .programs)'
}

@test "after a bust the report is that of the tape without the trade" {
    {
        event 09:00:00 '"type":"cash","account_id":1,"kind":"deposit",
            "amount":"1000"' | tr -d '\n'
        echo
        trade 09:30:00 1 8 1 3
        trade 10:00:00 2 10 1 2
        trade 10:10:00 3 30 2 1
        trade 10:20:00 4 12 3 4
        bust 10:30:00 3
        bust 10:30:00 3 # refused
        trade 10:40:00 5 11 2 1
        trade 10:50:00 6 90 5 6
        bust 11:00:00 6
    } > busted.json
    grep -v -e trade_cancel -e '"trade_id":[36],' busted.json > clean.json
    of busted.json > busted
    of clean.json > clean
    [ "$(jq '.accounts | length' clean)" -eq 4 ]
    diff busted clean
    # and from a file, in words
    ximport -q -f json busted.json | xledger -q -o t.tape
    xreport t.tape 2>&1 > /dev/null |
        grep -Fx 'xreport: busted trades left out: 2'
}

@test "what a bust leaves unknown is refused, not reported wrong" {
    {
        trade 10:00:00 1 10 1 2
        trade 10:10:00 2 30 1 3
        bust 10:30:00 1
    } > again.json
    ximport -q -f json again.json | xledger -q -o t.tape
    run -1 xreport t.tape
    [[ $output == *"a bust of trade 1, before which account 1 traded the"* ]]
}
