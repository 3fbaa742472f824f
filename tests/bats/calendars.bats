#!/usr/bin/env bats
# Calendars: sessions as events, by hand and against recorded ones.
load common

DATA=$BATS_TEST_DIRNAME/../../lib/calendar/data

# sessions FILE: date of the close, UTC, open, close and break of each day.
sessions() {
    ximport -f calendar "$1" | xexport -f csv -t session -c time,state |
        awk -F, 'NR == 1 { next }
            $2 == "continuous" && open == "" { open = $1; next }
            $2 == "continuous" { resumed = $1 }
            $2 == "halt" { halted = $1 }
            $2 == "closed" { print open "," $1 "," halted "," resumed
                             open = halted = resumed = "" }'
}

@test "a calendar makes session events: breaks halt, the day's end closes" {
    cat > tokyo << 'END'
zone Asia/Tokyo
dates 2024-11-01 2024-11-05
week 2000-01-01 mon,tue,wed,thu,fri 09:00-11:30 12:30-15:00
week 2024-11-05 mon,tue,wed,thu,fri 09:00-11:30 12:30-15:30
day 2024-11-04 closed # Culture Day
END
    ximport -f calendar tokyo | xexport -f csv -t session -c time,state > got
    diff - got << 'END'
time,state
2024-11-01T00:00:00Z,continuous
2024-11-01T02:30:00Z,halt
2024-11-01T03:30:00Z,continuous
2024-11-01T06:00:00Z,closed
2024-11-05T00:00:00Z,continuous
2024-11-05T02:30:00Z,halt
2024-11-05T03:30:00Z,continuous
2024-11-05T06:30:00Z,closed
END
}

@test "a bad calendar is refused with its line" {
    printf 'zone Asia/Tokyo\ndates 2024-11-01 2024-11-05\nday soon\n' > bad
    run -1 --separate-stderr ximport -f calendar bad
    [[ $stderr == *'bad: line 3: "soon" is not a date'* ]]
}

@test "a calendar without a session is refused by its name, not an empty tape" {
    printf 'zone Asia/Tokyo\ndates 2024-11-01 2024-11-05\nweek 2024-11-06 mon 09:00-15:00\n' > none
    run -1 --separate-stderr ximport -f calendar none
    [[ $stderr == *'none: '*'no day of its dates has a session'* ]]
}

@test "sessions that overlap are refused with their line" {
    printf 'zone Asia/Tokyo\ndates 2024-11-01 2024-11-05\nweek 2000-01-01 mon 09:00-16:00\nweek 2000-01-01 tue 15:00-14:00\n' > bad
    run -1 --separate-stderr ximport -f calendar bad
    [[ $stderr == *'bad: line 4: a session begins before the one of the day before ends'* ]]
}

@test "Columbus Day trades in New York and does not settle" {
    ximport -f calendar "$DATA/XNYS" | xgrep --from 2026-10-12 --to 2026-10-13 |
        xexport -f csv -t session -c time,state | contains continuous
    grep -q '^settles 2026-10-12 no$' "$DATA/XNYS"
}

@test "every calendar that comes with the programs can be read" {
    for file in "$DATA"/*; do
        ximport -f calendar "$file" | xstat --digest > digest
    done
}

# name:recording:days on which the recording is wrong or knows no better, each
# argued in tests/README.md
ORACLES="XNYS:xnys:0 CMES:cmes:0 XTSE:xtse:0 BVMF:bvmf:0 XLON:xlon:0
    XETR:xetr:0 XPAR:xpar:0 XSWX:xswx:0 XTKS:xtks:0 XBOM:xbom:0 XHKG:xhkg:10
    XASX:xasx:2 24-5:24-5:0 24-7:24-7:0"

@test "every recorded session of fourteen exchanges is in our calendars" {
    needs_data
    for oracle in $ORACLES; do
        IFS=: read -r name recording known <<< "$oracle"
        zstd -dc "$XTAPE_DATA/calendars/$recording.csv.zst" |
            awk -F, 'NR > 1 { print $2 "," $3 "," $4 "," $5 }' | sort > theirs
        sessions "$DATA/$name" | sort > all
        first=$(head -n 1 all | cut -c 1-10)
        awk -F, -v first="$first" '$1 >= first' theirs > wanted
        low=$(head -n 1 wanted) high=$(tail -n 1 wanted)
        awk -v low="$low" -v high="$high" '$0 >= low && $0 <= high' all > ours
        agree=$(comm -12 wanted ours | wc -l)
        differ=$(comm -3 wanted ours | sed 's/^\t//' | cut -c 1-10 | sort -u |
            wc -l)
        echo "# $name: $agree of $(wc -l < wanted) sessions agree" >&3
        [ "$differ" -le "$known" ] || { comm -3 wanted ours; return 1; }
        [ "$agree" -gt 0 ]
    done
}
