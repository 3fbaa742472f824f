# recorded - tapes of recorded data, as ximport makes them: recorded NAME
# writes the tape NAME to stdout; RECORDED lists the names.
# shellcheck shell=bash
RECORDED="lobster_aapl lobster_amzn lobster_amzn_5 lobster_aapl_50 binance
binance_quotes klines coinbase oanda bitstamp quandl options payments"

recorded() {
    "recorded_$1"
}

# recorded_file PATH: one of the files of data.
recorded_file() {
    zstd -dc "$XTAPE_DATA/$1.zst"
}

lobster() {
    recorded_file "lobster/$1.csv" |
        ximport -f lobster --symbol "${1%%_*}" --date 2012-06-21 --stream "$1"
}

recorded_lobster_aapl() {
    lobster AAPL_2012-06-21_34200000_57600000_message_1
}

recorded_lobster_amzn() {
    lobster AMZN_2012-06-21_34200000_57600000_message_1
}

recorded_lobster_amzn_5() {
    lobster AMZN_2012-06-21_34200000_57600000_message_5
}

recorded_lobster_aapl_50() {
    lobster AAPL_2012-06-21_34200000_37800000_message_50
}

# rows STREAM TYPE INSTRUMENT [OPTION ...]: a tape of CSV.
rows() {
    ximport -f csv -t "$2" --time-unit ms --stream "$1" -D "instrument=$3" \
        "${@:4}"
}

recorded_binance() {
    recorded_file binance-klines/XRP_OLD-trades.json |
        jq -r '"time,trade_id,side,price,quantity", (.[].info |
            "\(.T),\(.a),\(if .m then "sell" else "buy" end),\(.p),\(.q)")' |
        rows binance trade BINANCE:XRPETH
}

recorded_binance_quotes() {
    recorded_file binance-ws/spot/btcusdt_20240808 |
        sed -nE 's/^([0-9]+)[0-9]{6} (.*bookTicker.*)/[\1,\2]/p' |
        jq -r '"time,bid_price,bid_quantity,ask_price,ask_quantity",
            (. as [$time, $x] | $x.data |
            "\($time),\(.b),\(.B),\(.a),\(.A)")' | awk 'NR == 1 || !/bid/' |
        rows quotes quote BINANCE:BTCUSDT
}

recorded_klines() {
    recorded_file binance-klines/XRP_ETH-1m.json |
        jq -r '"time,start,open,high,low,close,volume", (.[] |
            "\(.[0] + 60000),\(.[0]),\(.[1:] | join(","))")' |
        rows klines bar BINANCE:XRPETH -D interval=1m
}

recorded_coinbase() {
    recorded_file \
        bars-lean/crypto/coinbase/minute/btcusd/20161007_btcusd_minute_trade.csv |
        awk -F , 'BEGIN { print "time,start,open,high,low,close,volume" }
            { OFS = ","; $1 += 1475798400000; print $1 + 60000, $0 }' \
            CONVFMT=%.0f OFMT=%.0f |
        rows coinbase bar COINBASE:BTCUSD -D interval=1m
}

recorded_oanda() {
    recorded_file \
        bars-lean/forex/oanda/tick/nzdusd/20140502_nzdusd_tick_quote.csv |
        awk -F , 'BEGIN { print "time,bid_price,ask_price" }
            { printf "%.0f,%s,%s\n", $1 + 1398988800000, $2, $3 }' |
        rows oanda quote OANDA:NZDUSD
}

recorded_bitstamp() {
    recorded_file bitstamp/2015-05-01_first2h.log |
        sed -nE 's/^([0-9]+) trade (.*)/[\1,\2]/p' |
        jq -r '"\(.[0]) \(.[1].price) \(.[1].amount) \(.[1].id)"' |
        awk 'BEGIN { print "time,price,quantity,trade_id" }
            { printf "%s,%.2f,%.8f,%s\n", $1, $2, $3, $4 }' |
        rows bitstamp print BITSTAMP:BTCUSD
}

recorded_quandl() {
    recorded_file corporate-actions/QUANDL_SAMPLE_TABLE.csv |
        awk -F , 'BEGIN { print "time,instrument,open,high,low,close,volume" }
            NR > 1 && $3 { print $2 "T21:00:00Z,NASDAQ:" $1 "," $3 "," $4 \
                "," $5 "," $6 "," $7 }' |
        ximport -f csv -t bar --stream quandl -D interval=1d
}

recorded_options() {
    local day
    for day in 20140602 20140603 20140604; do
        recorded_file "options/aapl/$day.csv" | awk -F , -v day=$day '
            NR > 2 { printf "%s-%s-%sT20:00:00Z,OPRA:AAPL%s%s%s,%s,%s,%s,%s\n",
                substr(day, 1, 4), substr(day, 5, 2), substr(day, 7), $1, $3,
                $2, $10, $11, $12, $13 }'
    done | sed '1i time,instrument,iv,delta,gamma,vega' |
        ximport -f csv -t option_quote --stream options
}

# A ledger's postings as payments of accounts with names.
recorded_payments() {
    recorded_file ledger/expected/standard.dat.ledger-csv.txt |
        sed -nE 's/^"(....).(..).(..)".*,"([0-9a-f]+)","([^"]*)","([-0-9.]+)".*/\1-\2-\3T00:00:00Z,\4,adjustment,\6,USD/p' |
        sed '1i time,account_id,kind,amount,currency' |
        ximport -f csv -t cash --stream payments
}
