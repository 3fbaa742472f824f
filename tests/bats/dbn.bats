# Databento's DBN: every record of every version, and what Databento's own
# schemas say about one another.
load common

DATA_ES=futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02
BARS_ES=futures_ohlcv-1m_2024-07-01T23-40_2024-07-02T00-10

make_dbn() {
    python3 "$BATS_TEST_DIRNAME/dbn_records.py" make "$@"
}

# bars: rows of a tape's bars of one instrument in four minutes.
bars() {
    xexport -f csv -t bar -c start,instrument,open,high,low,close,volume |
        grep -E '^2024-07-0(1T23:5[89]|2T00:0[01]):00Z,GLBX:ESU4,'
}

@test "versions 1, 2 and 3 give the same events, one by one as documented" {
    for version in 1 2 3; do
        make_dbn $version > $version.dbn
        zstd -q $version.dbn
        ximport -q -f dbn --stream d $version.dbn.zst | xexport -f json > $version.json
        diff 1.json $version.json
    done
    jq -c '[.type, .instrument // .symbol, .side, .price, .quantity, .flags]' 1.json > out
    [ "$(grep -v '"depth"' out | sed -n '1,15p')" = '["instrument","OPT C4000",null,null,null,null]
["instrument","ABC",null,null,null,null]
["book_clear","TEST:ABC",null,null,null,["more","snapshot"]]
["book_add","TEST:ABC","buy","100","5",["more","snapshot"]]
["book_add","TEST:ABC","sell","101","6",["snapshot"]]
["print","TEST:ABC","buy","101","2",null]
["book_reduce","TEST:ABC","sell","101","2",null]
["book_replace","TEST:ABC","buy","99","9",null]
["print","TEST:ABC","sell","100","3",null]
["quote","TEST:ABC",null,null,null,null]
["quote","TEST:ABC",null,null,null,null]
["quote","TEST:ABC",null,null,null,null]
["bar","TEST:ABC",null,null,null,null]
["session","TEST:ABC",null,null,null,null]
["indicative","TEST:ABC","buy","100","40",null]' ]
    [ "$(grep -c '"depth"' out)" -eq 21 ]
    [ "$(jq -c 'select(.kind == "option") | [.strike, .underlying, .multiplier, .tick_size]' 1.json)" = '["4000","ABC","50","0.25"]' ]
    # an undefined price is null, and what an id stands for depends on the day
    [ "$(jq -c 'select(.type == "quote") | [.bid_price, .ask_price]' 1.json | head -n 1)" = '["100",null]' ]
    [ "$(jq -r 'select(.type == "bar") | .instrument' 1.json | paste -sd ' ')" = \
        "TEST:ABC TEST:XYZ TEST:LIVE TEST:12" ]
}

@test "an event has the time of receipt, and the exchange's when asked" {
    make_dbn 3 > d.dbn
    ximport -q -f dbn --stream d d.dbn | xexport -f json |
        jq -c 'select(.received and .received != .time)' > out
    [ ! -s out ]
    ximport -q -f dbn -m time=ts_event --stream d d.dbn | xexport -f json |
        jq -c 'select(.type == "book_add") | [.time, .received]' > out
    [ "$(sort -u out)" = '["2024-03-18T00:00:00.000000007Z","2024-03-18T00:00:00.00000001Z"]' ]
    run -2 ximport -f dbn -m price=x d.dbn
}

@test "what is left out is counted" {
    make_dbn 3 > d.dbn
    run -0 --separate-stderr ximport -f dbn d.dbn -o d.tape
    [ "$stderr" = "ximport: 1 record of ids without a symbol on their day, named by their number
ximport: 1 record left out, of types that are not known
ximport: 1 fill left out: their trades are there, and what they take from the book" ]
}

@test "a book that may be wrong is a gap, a price of nine places an error" {
    make_dbn 3 bad | ximport -q -f dbn | xexport -f json | contains '"reason":"maybe bad book"'
    make_dbn 3 nine > nine.dbn
    run -1 --separate-stderr ximport -f dbn nine.dbn -o n.tape
    [[ $stderr == "ximport: nine.dbn: byte "*": a price of nine places (100000000001e-9); a tape has eight" ]]
}

@test "recorded: trades of ES, alone and among best prices, add up to ohlcv-1m" {
    needs_data
    ximport -f dbn "$XTAPE_DATA/databento/$BARS_ES.dbn.zst" | bars | sort > wanted
    [ "$(wc -l < wanted)" -eq 4 ]
    for file in "$DATA_ES" futures_trades_2024-07-01T23-58_2024-07-02T00-02; do
        ximport -f dbn "$XTAPE_DATA/databento/$file.dbn.zst" |
            xohlcv -i 1m | bars | diff wanted -
    done
}

@test "recorded: the book of MBO is that of an independent rebuild, message by message" {
    needs_data
    zstd -dcq "$XTAPE_DATA"/databento/orderbooks_mbo_*.zst > mbo.dbn
    ximport -q -f dbn mbo.dbn -o mbo.tape
    xgrep -v -t print mbo.tape | xbook --every | xexport -f csv -t quote \
        -c bid_price,bid_quantity,ask_price,ask_quantity | tail -n +2 > quotes
    run -0 python3 "$BATS_TEST_DIRNAME/dbn_records.py" book mbo.dbn quotes
    [ "$output" = "185 equal" ]
}

@test "a file that is cut, is of a newer version, or lies about lengths ends with 1" {
    make_dbn 2 > d.dbn
    head -c 1000 d.dbn > cut.dbn
    run -1 --separate-stderr ximport -f dbn cut.dbn -o cut.tape
    [[ $stderr == "ximport: cut.dbn: byte "*": the file ends within a record ("* ]]
    { printf 'DBN\4'; tail -c +5 d.dbn; } > new.dbn
    run -1 --separate-stderr ximport -f dbn new.dbn -o new.tape
    [ "$stderr" = "ximport: new.dbn: byte 0: DBN version 4; this program knows 1 to 3" ]
    printf 'DBN\1\377\377\377\377' > long.dbn
    run -1 --separate-stderr ximport -f dbn long.dbn -o long.tape
    [[ $stderr == "ximport: long.dbn: byte 0: metadata of 4294967295 bytes, more than 67108864" ]]
    { head -c 112 d.dbn; printf '\377\377\377\377'; tail -c +117 d.dbn; } > lies.dbn
    run -1 --separate-stderr ximport -f dbn lies.dbn -o lies.tape
    [[ $stderr == "ximport: lies.dbn: byte 0: the metadata is "* ]]
}
