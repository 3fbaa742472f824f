# IEX TOPS and DEEP, out of captures of packets.
load common

make_iex() {
    python3 "$BATS_TEST_DIRNAME/iex_events.py" make "$1"
}

@test "recorded: 57,674 messages of TOPS, one by one" {
    needs_data
    zstd -dcq "$XTAPE_DATA/iex/TOPS16.pcap.zst" > tops.pcap
    run -0 --separate-stderr ximport -f iex tops.pcap -o tops.tape
    [ "$stderr" = "" ]
    xexport -f json tops.tape > events.json
    excludes '"type":"gap"' < events.json
    run -0 python3 "$BATS_TEST_DIRNAME/iex_events.py" check tops.pcap events.json
    [ "$(tr ' ' '\n' <<< "$output" | awk 'NR % 2 == 0 { n += $1 } END { print n }')" -eq 57674 ]
}

@test "DEEP: every message, and levels of one event make one quote" {
    make_iex pcap > deep.pcap
    ximport -f iex deep.pcap > deep.tape
    xexport -f csv -t audit -c name deep.tape | tail -n +2 > out
    [ "$(paste -sd ' ' out)" = "system_event official_price short_sale_restriction security_event retail_liquidity system_event" ]
    xbook deep.tape | xexport -f csv -t quote \
        -c bid_price,bid_quantity,ask_price,ask_quantity > out
    [ "$(tail -n +2 out)" = "100.01,300,100.03,200
100.02,100,100.03,200" ]
    [ "$(xexport -f json -t print deep.tape | jq -c '.conditions')" = '["auction","odd_lot","extended_hours"]' ]
}

@test "a hole in the sequence is a gap, and what comes again is passed over" {
    make_iex pcap | ximport -f iex | xexport -f json > out
    [ "$(wc -l < out)" -eq 18 ]
    [ "$(jq -c 'select(.type == "gap") | [.missing, .reason]' out)" = '[2,"IEX-TP"]' ]
}

@test "pcapng, the other byte order and VLAN tags give the same events" {
    make_iex pcap | ximport -f iex --stream x | xexport -f json > wanted
    for kind in next big vlan; do
        make_iex $kind | ximport -f iex --stream x | xexport -f json | diff wanted -
    done
}

@test "a capture that is cut, lies about lengths or is none ends with 1 and its byte" {
    for kind in pcap next; do
        make_iex $kind > all
        head -c 700 all > cut
        run -1 --separate-stderr ximport -f iex cut -o cut.tape
        [[ $stderr == "ximport: cut: byte "*": the file ends within a record ("* ]]
    done
    { head -c 32 all; printf '\377\377\377\377'; tail -c +37 all; } > lies
    run -1 --separate-stderr ximport -f iex lies -o lies.tape
    [[ $stderr == "ximport: lies: byte 28: a block of 4294967295 bytes" ]]
    head -c 100 /dev/zero > zeros
    run -1 --separate-stderr ximport -f iex zeros -o no.tape
    [ "$stderr" = "ximport: zeros: byte 0: neither pcap nor pcapng" ]
    # other packets are counted
    { make_iex pcap; printf '\0\0\0\0\0\0\0\0\20\0\0\0\20\0\0\0%16s' x; } > other
    run -0 --separate-stderr ximport -f iex other -o other.tape
    [ "$stderr" = "ximport: 1 packet left out, not whole UDP over IPv4" ]
}
