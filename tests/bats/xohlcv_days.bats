# Bars of days, sessions, months, and of amounts of trading: by hand.
load common

# trades ROW ...: a tape of trades "time,instrument,side,price,quantity".
trades() {
    printf '%s\n' time,instrument,side,price,quantity "$@" |
        ximport -f csv -t trade --stream made
}

# bars COLUMN,...: those columns of the bars on stdin, without a heading.
bars() {
    xexport -f csv -t bar -c "$1" | tail -n +2
}

# hourly FROM HOURS: a trade of 1 in each hour of UTC.
hourly() {
    python3 -c '
import sys
from datetime import datetime, timedelta
at = datetime.fromisoformat(sys.argv[1])
for i in range(int(sys.argv[2])):
    print(f"{at + timedelta(hours=i):%Y-%m-%dT%H:%M:%SZ},A,buy,{100 + i},1")
' "$1" "$2"
}

@test "months, quarters and years are those of the calendar, across a change of clocks" {
    mapfile -t rows < <(hourly 2026-02-28 2000)
    trades "${rows[@]}" | xohlcv -i 1mo,1q,1y --tz America/New_York |
        bars start,interval,volume > got
    diff - got << 'END'
2026-02-01T05:00:00Z,1mo,29
2026-03-01T05:00:00Z,1mo,743
2026-01-01T05:00:00Z,3mo,772
2026-04-01T04:00:00Z,1mo,720
2026-05-01T04:00:00Z,1mo,508
2026-04-01T04:00:00Z,3mo,1228
2026-01-01T05:00:00Z,1y,2000
END
}

@test "a foreign exchange day ends at 17:00 in New York, and Friday's evening is Monday's" {
    mapfile -t rows < <(hourly 2026-03-06T12:00 80)
    trades "${rows[@]}" | xohlcv -i 1d --day-start 17:00 --tz America/New_York |
        bars start,volume > got
    diff - got << 'END'
2026-03-05T22:00:00Z,10
2026-03-06T22:00:00Z,24
2026-03-07T22:00:00Z,23
2026-03-08T21:00:00Z,23
END
    trades "${rows[@]}" | xohlcv -i 1d --calendar FX | bars start,volume > got
    diff - got << 'END'
2026-03-05T22:00:00Z,10
2026-03-08T21:00:00Z,23
END
    trades "${rows[@]}" | xohlcv -i 1d --calendar FX --hours all |
        bars start,volume > got
    diff - got << 'END'
2026-03-05T22:00:00Z,57
2026-03-08T21:00:00Z,23
END
}

@test "in a session hours count from its open, and only its trades" {
    mapfile -t rows < <(hourly 2026-11-27T00:45 24)
    trades "${rows[@]}" | xohlcv -i 1h,4h,1d --calendar XNYS |
        bars time,start,interval,volume,flags > got
    diff - got << 'END'
2026-11-27T15:30:00Z,2026-11-27T14:30:00Z,1h,1,final
2026-11-27T16:30:00Z,2026-11-27T15:30:00Z,1h,1,final
2026-11-27T17:30:00Z,2026-11-27T16:30:00Z,1h,1,final
2026-11-27T17:45:00Z,2026-11-27T17:30:00Z,1h,1,partial
2026-11-27T17:45:00Z,2026-11-27T14:30:00Z,4h,4,partial
2026-11-27T17:45:00Z,2026-11-27T14:30:00Z,1d,4,partial
END
    trades "${rows[@]}" | xohlcv -i 1h --session 09:30-10:30,14:00-15:00 |
        bars start,volume > got
    diff - got << 'END'
2026-11-27T09:30:00Z,1
2026-11-27T14:30:00Z,1
END
}

@test "Tokyo's break: what it trades counts not, and nothing is filled in it" {
    trades 2026-01-08T00:00:00Z,A,buy,10,1 2026-01-08T02:45:00Z,A,buy,99,1 \
        2026-01-08T04:10:00Z,A,buy,11,1 2026-01-08T06:31:00Z,A,buy,99,1 \
        2026-01-09T00:00:00Z,A,buy,12,1 |
        xohlcv -i 30m,1d --calendar XTKS --fill prev |
        bars start,interval,close,volume > got
    diff - got << 'END'
2026-01-08T00:00:00Z,30m,10,1
2026-01-08T00:30:00Z,30m,10,0
2026-01-08T01:00:00Z,30m,10,0
2026-01-08T01:30:00Z,30m,10,0
2026-01-08T02:00:00Z,30m,10,0
2026-01-08T03:30:00Z,30m,10,0
2026-01-08T04:00:00Z,30m,11,1
2026-01-08T04:30:00Z,30m,11,0
2026-01-08T05:00:00Z,30m,11,0
2026-01-08T05:30:00Z,30m,11,0
2026-01-08T06:00:00Z,30m,11,0
2026-01-08T00:00:00Z,1d,11,2
2026-01-09T00:00:00Z,30m,12,1
2026-01-09T00:00:00Z,1d,12,1
END
}

@test "equities from Sunday 21:00: a day is the date on which it ends" {
    printf 'zone America/New_York\ndates 2026-03-01 2026-03-31\n' > long
    printf 'week 2026-01-01 mon,tue,wed,thu,fri 21:00-20:00\n' >> long
    mapfile -t rows < <(hourly 2026-03-06T22:30 80)
    trades "${rows[@]}" | xohlcv -i 4h,1d --calendar ./long |
        bars time,start,interval,volume | head -n 9 > got
    diff - got << 'END'
2026-03-07T01:00:00Z,2026-03-06T22:00:00Z,4h,3
2026-03-07T01:00:00Z,2026-03-06T02:00:00Z,1d,3
2026-03-09T05:00:00Z,2026-03-09T01:00:00Z,4h,4
2026-03-09T09:00:00Z,2026-03-09T05:00:00Z,4h,4
2026-03-09T13:00:00Z,2026-03-09T09:00:00Z,4h,4
2026-03-09T17:00:00Z,2026-03-09T13:00:00Z,4h,4
2026-03-09T21:00:00Z,2026-03-09T17:00:00Z,4h,4
2026-03-10T00:00:00Z,2026-03-09T21:00:00Z,4h,3
2026-03-10T00:00:00Z,2026-03-09T01:00:00Z,1d,23
END
}

@test "a 1-hour bar is an hour when clocks change in London and in Sydney" {
    mapfile -t rows < <(hourly 2026-10-25T00:00 4)
    trades "${rows[@]}" | xohlcv -i 1h --tz Europe/London | bars start,volume > got
    [ "$(grep -c ',1$' got)" -eq 4 ]
    mapfile -t rows < <(hourly 2026-04-04T13:00 25)
    trades "${rows[@]}" | xohlcv -i 1h,1d --tz Australia/Sydney |
        bars start,interval,volume > got
    [ "$(grep -c ',1h,1$' got)" -eq 25 ]
    contains -x '2026-04-04T13:00:00Z,1d,25' < got
}

@test "bars of trades, volume and value close with the trade that fills them" {
    trades 2026-01-08T10:00:00Z,A,buy,10,3 2026-01-08T10:00:01Z,B,buy,1,9 \
        2026-01-08T10:00:02Z,A,sell,12,4 2026-01-08T10:00:03Z,A,buy,11,2 \
        2026-01-08T10:00:04Z,A,buy,13,1 > t.tape
    xohlcv -i tick:2,volume:7,value:50 t.tape |
        bars time,instrument,interval,open,high,low,close,volume,trade_count,flags > got
    diff - got << 'END'
2026-01-08T10:00:01Z,B,volume:7,1,1,1,1,9,1,final
2026-01-08T10:00:02Z,A,tick:2,10,12,10,12,7,2,final
2026-01-08T10:00:02Z,A,volume:7,10,12,10,12,7,2,final
2026-01-08T10:00:02Z,A,value:50,10,12,10,12,7,2,final
2026-01-08T10:00:04Z,A,tick:2,11,13,11,13,3,2,final
2026-01-08T10:00:01Z,B,tick:2,1,1,1,1,9,1,partial
2026-01-08T10:00:04Z,A,volume:7,11,13,11,13,3,2,partial
2026-01-08T10:00:04Z,A,value:50,11,13,11,13,3,2,partial
2026-01-08T10:00:01Z,B,value:50,1,1,1,1,9,1,partial
END
}

@test "imbalance is what was bought less what was sold; a run is one of them" {
    trades 2026-01-08T10:00:00Z,A,buy,10,3 2026-01-08T10:00:01Z,A,sell,10,2 \
        2026-01-08T10:00:02Z,A,buy,10,1 2026-01-08T10:00:03Z,A,buy,10,4 \
        2026-01-08T10:00:04Z,A,sell,10,9 |
        xohlcv -i tick_imbalance:2,volume_run:8,volume_imbalance:6 |
        bars time,interval,volume,flags > got
    diff - got << 'END'
2026-01-08T10:00:03Z,tick_imbalance:2,10,final
2026-01-08T10:00:03Z,volume_run:8,10,final
2026-01-08T10:00:03Z,volume_imbalance:6,10,final
2026-01-08T10:00:04Z,volume_run:8,9,final
2026-01-08T10:00:04Z,volume_imbalance:6,9,final
2026-01-08T10:00:04Z,tick_imbalance:2,9,partial
END
}

@test "a trade without a side takes it from the change of the price" {
    printf '%s\n' time,instrument,price,quantity 2026-01-08T10:00:00Z,A,10,1 \
        2026-01-08T10:00:01Z,A,9,1 2026-01-08T10:00:02Z,A,9,1 \
        2026-01-08T10:00:03Z,A,8,1 | ximport -f csv -t print |
        xohlcv -i tick_imbalance:2 | bars time,trade_count > got
    diff - got <<< "2026-01-08T10:00:03Z,4"
}

@test "times that step back only between instruments are in order for each" {
    trades 2026-01-08T10:01:02Z,A,buy,10,1 2026-01-08T10:00:59Z,B,buy,20,1 \
        2026-01-08T10:02:00Z,A,buy,11,1 2026-01-08T10:01:30Z,B,buy,21,1 > t.tape
    run -1 xohlcv -i 1m t.tape
    xohlcv -i 1m --order instrument t.tape |
        bars time,instrument,start,volume,flags > got
    diff - got << 'END'
2026-01-08T10:02:00Z,A,2026-01-08T10:01:00Z,1,final
2026-01-08T10:01:00Z,B,2026-01-08T10:00:00Z,1,final
2026-01-08T10:02:00Z,A,2026-01-08T10:02:00Z,1,partial
2026-01-08T10:01:30Z,B,2026-01-08T10:01:00Z,1,partial
END
    trades 2026-01-08T10:01:02Z,A,buy,10,1 2026-01-08T10:00:59Z,A,buy,20,1 |
        (! xohlcv -i 1m --order instrument) > made.tape
}

@test "by instrument or by tape, bars of an ordered tape are the same" {
    xgen -t trade -n 3000 -o t.tape
    xohlcv -i 1s,1m t.tape | bars start,instrument,interval,open,close,volume |
        sort > tape
    xohlcv -i 1s,1m --order instrument t.tape |
        bars start,instrument,interval,open,close,volume | sort | cmp - tape
}

@test "a time that the calendar does not know is an error" {
    trades 2036-01-08T10:01:02Z,A,buy,10,1 > t.tape
    run -1 xohlcv -i 1d --calendar XNYS t.tape
    [[ $output == *"the calendar does not know the day of a trade"* ]]
}

@test "an interval of any unit survives CSV and JSON" {
    trades 2026-01-08T10:00:00Z,A,buy,10,3 |
        xohlcv -i 1mo,2y,1m,tick:5,value:0.5,volume_run:7.25 > a.tape
    xexport -f csv -t bar a.tape > text
    ximport -f csv -t bar --stream s text | xexport -f csv -t bar | cmp - text
    xexport -f json a.tape > text
    ximport -f json --stream s text | xexport -f json | cmp - text
}

@test "after a clock, what trades in a break or at night still does not count" {
    {
        trades 2026-01-08T00:00:00Z,A,buy,10,1 | xexport -f json
        for row in clock,02:45 print,02:46 clock,03:29 print,03:31 clock,06:40 \
            print,06:45 clock,23:00 print,23:01; do
            echo '{"type":"'"${row%,*}"'","time":"2026-01-08T'"${row#*,}"':00Z"' \
                "$([ "${row%,*}" = clock ] ||
                    echo ',"instrument":"A","price":"11","quantity":"1"')"'}'
        done
    } | ximport -f json --stream s > c.tape
    xohlcv -i 1h,1d --calendar XTKS -v c.tape 2> err |
        bars start,interval,volume > got
    diff - got << 'END'
2026-01-08T00:00:00Z,1h,1
2026-01-08T03:00:00Z,1h,1
2026-01-08T00:00:00Z,1d,2
END
    grep -q "3 trades in no session" err
}

@test "trades that are all in no session give no bars, and that is said" {
    trades 2026-01-08T10:00:10Z,A,buy,10,1 2026-01-08T10:00:50Z,A,buy,12,1 > t.tape
    for options in "--session 16:00-17:00" "--calendar XTKS" \
        "--session 16:00-17:00 --order instrument"; do
        # shellcheck disable=SC2086 # options
        xohlcv -i 1m $options t.tape 2> err | bars start > got
        [ ! -s got ]
        grep -q "no bars: 2 trades in no session" err
    done
    xohlcv -i 1m --session 10:00-17:00 t.tape 2> err > got.tape
    [ ! -s err ]
}

@test "--partial writes what is open every so often, and the whole bar after" {
    trades 2026-01-08T10:00:10Z,A,buy,10,1 2026-01-08T10:00:50Z,A,buy,12,1 \
        2026-01-08T10:01:20Z,A,buy,9,1 2026-01-08T10:05:00Z,A,buy,11,1 |
        xohlcv -i 1m,1h --partial 30s |
        bars time,interval,open,high,low,close,volume,flags > got
    diff - got << 'END'
2026-01-08T10:00:30Z,1m,10,10,10,10,1,partial
2026-01-08T10:00:30Z,1h,10,10,10,10,1,partial
2026-01-08T10:01:00Z,1m,10,12,10,12,2,final
2026-01-08T10:01:00Z,1h,10,12,10,12,2,partial
2026-01-08T10:02:00Z,1m,9,9,9,9,1,final
2026-01-08T10:05:00Z,1h,10,12,9,9,3,partial
2026-01-08T10:05:00Z,1m,11,11,11,11,1,partial
2026-01-08T10:05:00Z,1h,10,12,9,11,4,partial
END
    xgen -t trade -n 3000 -o t.tape
    xohlcv -i 1s,7s,1m t.tape | xexport -f json > plain
    xohlcv -i 1s,7s,1m --partial 300ms t.tape | xexport -f json > watched
    grep -vF '"flags":["partial"' watched | cmp - <(grep -vF '"flags":["partial"' plain)
    [ "$(wc -l < watched)" -gt "$(wc -l < plain)" ]
}
