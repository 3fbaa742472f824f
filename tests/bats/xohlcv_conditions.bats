# What trades of a condition count for.
load common

# bars COLUMN,...: those columns of the bars on stdin, without a heading.
bars() {
    xexport -f csv -t bar -c "$1" | tail -n +2
}

# prints ROW ...: a tape of prints "time,instrument,price,quantity,conditions".
prints() {
    printf '%s\n' time,instrument,price,quantity,conditions "$@" |
        ximport -f csv -t print --stream made
}

@test "of US prints odd lots and extended hours count for the volume alone" {
    prints 2026-01-08T14:30:00Z,A,10,100, 2026-01-08T14:30:01Z,A,99,3,odd_lot \
        2026-01-08T14:30:02Z,A,1,200,extended_hours \
        2026-01-08T14:30:03Z,A,12,100,late 2026-01-08T14:30:04Z,A,11,100,auction |
        xohlcv -i 1m --conditions US |
        bars open,high,low,close,volume,notional,trade_count > got
    diff - got <<< "10,12,10,11,503,3797,5"
}

@test "a bar may have volume and no price" {
    prints 2026-01-08T14:30:01Z,A,99,3,odd_lot | xohlcv -i 1m --conditions US |
        bars open,close,volume,flags > got
    diff - got <<< ",,3,partial|no_price"
}

@test "a line holds from its date on, and all conditions must allow a part" {
    cat > rules << 'END'
# what was so, and what is
2013-01-01 odd_lot none
2013-12-09 odd_lot volume # from now on in the tapes
2014-06-01 hidden range,volume
2015-01-01 odd_lot all
END
    prints 2013-12-08T10:00:00Z,A,10,1,odd_lot 2013-12-08T10:00:01Z,A,11,2, \
        2013-12-09T10:00:00Z,A,10,1,odd_lot 2013-12-09T10:00:01Z,A,11,2, \
        2014-06-01T10:00:00Z,A,11,2, '2014-06-01T10:00:01Z,A,50,1,hidden' \
        2015-01-01T10:00:00Z,A,9,1,odd_lot '2015-01-01T10:00:01Z,A,50,1,odd_lot|hidden' |
        xohlcv -i 1d --conditions ./rules 2> err |
        bars start,open,high,close,volume,trade_count > got
    diff - got << 'END'
2013-12-08T00:00:00Z,11,11,11,2,1
2013-12-09T00:00:00Z,11,11,11,3,2
2014-06-01T00:00:00Z,11,50,11,3,2
2015-01-01T00:00:00Z,9,50,9,2,2
END
}

@test "official auctions are in the volume once, and touch what they may" {
    printf '2000-01-01 auction last,volume\n' > rules
    prints 2026-01-08T20:59:58Z,A,10,860, 2026-01-08T20:59:59Z,A,10.5,140,auction |
        xohlcv -i 1m --conditions ./rules | bars high,close,volume > got
    diff - got <<< "10,10.5,1000"
}

@test "a bad file of conditions is refused with its line" {
    while IFS='|' read -r text why; do
        printf '# first\n%s\n' "$text" > bad
        run -2 --separate-stderr xohlcv -i 1m --conditions ./bad none.tape
        [[ $stderr == "xohlcv: ./bad:2: "*"$why"* ]] || { echo "$stderr"; false; }
    done << 'END'
today odd_lot volume|"today" is not a date
2013-12-09 odd volume|"odd" is not a condition of a print
2013-12-09 odd_lot high|"high" is not a list of range
2013-12-09 odd_lot volume please|"please" is too much
END
    run -2 xohlcv -i 1m --conditions NOPE none.tape
}
