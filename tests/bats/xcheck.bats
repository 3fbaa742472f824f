# xcheck: what may be wrong with a tape.
load common

# imports LINE ...: JSON lines as a tape, each given as "TYPE SECOND FIELDS",
# with the fields of a JSON object.
imports() {
    local line
    for line in "$@"; do
        # shellcheck disable=SC2086
        set -- $line
        printf '{"type":"%s","time":"2026-01-08T14:%sZ","instrument":"A",%s}\n' \
            "$1" "$2" "$3"
    done | ximport -f json
}

# print SECOND PRICE ID: one for imports.
print() {
    printf 'print %s "price":"%s","quantity":"1","trade_id":%s' "$1" "$2" "$3"
}

# quote SECOND BID ASK: one for imports.
quote() {
    printf 'quote %s "bid_price":"%s","ask_price":"%s"' "$1" "$2" "$3"
}

# found [OPTION ...] FILE: "check count" of each check that found something.
found() {
    xcheck --json "$@" |
        jq -r 'to_entries[] | select(.value.found? > 0) |
               "\(.key) \(.value.found)"' | paste -sd' '
}

# documents: those of the audit events of a tape on stdin.
documents() {
    xgrep -q -t audit | xexport -f json | jq -r '.document // empty'
}

@test "a tape without findings comes out as it went in" {
    trading > day.tape
    [ "$(xcheck day.tape | xstat -d)" = "$(xstat -d day.tape)" ]
    [ -z "$(found day.tape)" ]
    xcheck --strict day.tape > /dev/null
}

@test "trades that are missing are a gap event with their number" {
    imports "$(print 30:01 5 7)" "$(print 30:02 5 8)" "$(print 30:05 5 12)" \
        "$(print 30:06 5 11)" > in.tape
    [ "$(found in.tape)" = "gap 1" ]
    xcheck -q in.tape | xgrep -t gap | xexport -f json |
        jq -c '[.time, .missing, .from, .reason]' | contains -Fx \
        '["2026-01-08T14:30:05Z",3,"2026-01-08T14:30:02Z","trade_id"]'
}

@test "ids that count over all instruments have no gaps, nor those of each" {
    {
        echo time,instrument,price,quantity,trade_id
        for i in 1 2 3 4 5 6 7 8 9; do
            echo "2026-01-08T14:30:0$i,S$((i % 3)),5,1,$i"
        done
    } > all.csv
    awk -F, 'NR > 1 { $5 = 1000 * substr($2, 2) + ++n[$2] } 1' OFS=, all.csv \
        > each.csv
    for file in all each; do
        ximport -f csv -t print $file.csv > $file.tape
        [ -z "$(found $file.tape)" ]
        grep -v ':0[56],' $file.csv | ximport -f csv -t print > $file.tape
    done
    [ "$(found all.tape)" = "gap 1" ]
    [ "$(found each.tape)" = "gap 2" ]
}

@test "what is the same is a duplicate, what is not is in conflict" {
    imports "$(print 30:01 5 7)" "$(print 30:01 5 7)" "$(print 30:01 6 7)" \
        > in.tape
    [ "$(found in.tape)" = "duplicate 1 conflict 1" ]
    [ "$(found --key event in.tape)" = "duplicate 1" ]
    [ "$(found --key time,price in.tape)" = "duplicate 1" ]
}

@test "--dedupe removes what is the same, and only that" {
    imports "$(print 30:01 5 7)" "$(print 30:01 5 7)" "$(print 30:01 6 7)" \
        "$(print 30:02 6 8)" "$(print 30:01 5 7)" > in.tape
    xcheck --dedupe trade_id in.tape > out.tape 2> err
    xexport -f json out.tape | grep '"print"' > kept
    xexport -f json in.tape | grep '"print"' | sed '2d;5d' | diff - kept
    grep -q '2 removed$' err
    xcheck -q --dedupe trade_id -c gap in.tape | xgrep -t print |
        xexport -f json | grep '"print"' | diff - kept
}

@test "time, crossed and locked quotes say what was seen" {
    imports "$(quote 30:05 10 11)" "$(quote 30:06 11 10)" \
        "$(quote 30:03 10 10)" > in.tape
    [ "$(found in.tape)" = "time 1 crossed 1 locked 1" ]
    xcheck -q in.tape | documents > documents
    diff documents - << 'END'
{"check":"crossed","seq":3,"bid":"11","ask":"10"}
{"check":"time","seq":4,"latest":"2026-01-08T14:30:06Z"}
{"check":"locked","seq":4,"bid":"10","ask":"10"}
{"time":1,"crossed":1,"locked":1}
END
    # in an auction books cross
    imports 'session 30:01 "state":"opening_auction"' "$(quote 30:06 11 10)" \
        > auction.tape
    [ -z "$(found auction.tape)" ]
}

@test "a quote that is older than --stale at a trade is found once" {
    imports "$(quote 30:00 10 11)" "$(print 34:00 10 1)" "$(print 36:00 10 2)" \
        "$(print 37:00 10 3)" > in.tape
    [ "$(found in.tape)" = "stale 1" ]
    [ -z "$(found --stale 10m in.tape)" ]
    xcheck -q in.tape | documents | contains '"age":"6m"'
}

@test "a spike is measured against the median, whatever one wild price did" {
    prices() {
        local i
        echo time,instrument,price,quantity,trade_id
        for ((i = 1; i <= $1; i++)); do
            echo "2026-01-08T14:30:00,A,$((i == $1 || i == 20 ? $2 :
                100 + i % 3)).0$((i % 5)),1,$i"
        done
    }
    prices 40 50 | ximport -f csv -t print > in.tape
    [ "$(found in.tape)" = "spike 2" ]
    [ -z "$(found --spike 1000 in.tape)" ]
    # the median of 31 and of their distances, in Python's words
    prices 40 50 | python3 -c '
import statistics, sys
from decimal import Decimal
rows = [Decimal(l.split(",")[2]) for l in sys.stdin.read().split()[1:]]
for i in (20, 40):
    window = rows[max(0, i - 1 - 31):i - 1]
    middle = statistics.median_low(window)
    distances = sorted(abs(p - middle) for p in window)
    print(i + 1, middle.normalize(),
          distances[(len(distances) - 1) // 2].normalize())' > expected
    xcheck -q in.tape | documents | jq -r 'select(.check) |
        "\(.seq) \(.median) \(.deviation)"' | diff expected -
    # too few prices for a median, and a step that stays
    prices 10 50 | ximport -f csv -t print > few.tape
    [ -z "$(found few.tape)" ]
}

@test "quantities of 0, sessions without data, definitions that change" {
    printf '%s\n' \
        '{"type":"instrument","time":"2026-01-08T14:00:00Z","symbol":"A","currency":"USD"}' \
        '{"type":"session","time":"2026-01-08T14:30:00Z","state":"continuous"}' \
        '{"type":"print","time":"2026-01-08T14:30:00Z","instrument":"A","price":"1","quantity":"0"}' \
        '{"type":"print","time":"2026-01-08T14:30:00Z","instrument":"A","price":"1"}' \
        '{"type":"session","time":"2026-01-08T15:00:00Z","state":"closed"}' \
        '{"type":"session","time":"2026-01-09T14:30:00Z","state":"continuous"}' \
        '{"type":"session","time":"2026-01-09T15:00:00Z","state":"closed"}' \
        '{"type":"instrument","time":"2026-01-09T16:00:00Z","symbol":"A","currency":"EUR"}' \
        '{"type":"instrument","time":"2026-01-09T17:00:00Z","symbol":"A","currency":"EUR"}' |
        ximport -f json > in.tape
    [ "$(found in.tape)" = "zero 2 session 1 definition 1" ]
}

@test "--max limits what is written, not what is counted" {
    for i in $(seq 9 -1 1); do
        print "30:0$i" 5 "$i" && echo
    done > lines
    mapfile -t lines < lines
    imports "${lines[@]}" > in.tape
    xcheck -q -n 3 in.tape | documents > documents
    [ "$(wc -l < documents)" -eq 4 ]
    [ "$(tail -n 1 documents)" = '{"time":8}' ]
    xcheck --table in.tape | contains -x 'time  *8  *3  2026-01-08T14:30:08Z'
}

@test "--strict ends with 1, and so does everything downstream" {
    imports "$(quote 30:06 11 10)" > in.tape
    run -1 --separate-stderr bash -c 'xcheck --strict in.tape | xstat > stat'
    [[ $stderr == *"xcheck: in.tape: findings: 1 (--strict)"* ]]
    run -1 --separate-stderr xcheck --strict --table in.tape
    [[ $output == *crossed* ]]
    run -1 --separate-stderr xcheck -q --strict in.tape -o out.tape
    [ ! -e out.tape ]
    xcheck --strict --checks time in.tape > /dev/null
}

@test "what is no check, and no key, is a wrong command" {
    refuses xcheck --checks time,nonsense
    grep -q -- '--checks: "nonsense" is not a check (--list checks has them)' err
    refuses xcheck --dedupe nonsense
    refuses xcheck --dedupe trade_id --table
    refuses xcheck --key trade_id,text
    xcheck --list checks | contains '^spike '
}
