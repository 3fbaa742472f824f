# xledger: the worked examples to the last digit, and a database that holds
# every event exactly once, whatever happens.
load common

# fills [OPTION ...]: a tape of one account's trades, "QUANTITY PRICE" a line
# on stdin, + bought, - sold; then its row of xledger --print positions:
# quantity cost [average] realized fees.
fills() {
    awk -v time=2026-01-08T10:00:00Z 'BEGIN {
            print "time,instrument,side,quantity,price,buyer_id,seller_id" }
        { sell = sub(/^-/, "", $1); sub(/^\+/, "", $1)
          print time ",ABC," (sell ? "sell" : "buy") "," $1 "," $2 "," \
              (sell ? ",me" : "me,") }' |
        ximport -f csv -t trade | xledger --print positions "$@" |
        awk '$1 == "me" { $1 = $2 = $3 = $NF = ""; $0 = $0; $1 = $1; print }'
}

# rows: a printed table without its head and its totals.
rows() {
    sed '1d; /^ *--/,$d'
}

# trades N SEED NAME [OPTION ...]: a tape of trades, with deposits.
trades() {
    local count=$1 seed=$2 name=$3
    shift 3
    xgen -t trade -n "$count" --seed "$seed" --symbols 4 --accounts 9 \
        --stream "$name" "$@"
}

# contents DATABASE: all that must be the same however often it was
# interrupted.
contents() {
    for table in accounts instruments watermarks transactions postings \
        balances positions account_starts balance_starts position_starts \
        bases lots lot_starts; do
        sqlite3 "$1" "SELECT * FROM $table"
    done
}

# refused COMMAND ...: it exits 1 and leaves ledger.db as it is; its message is
# in $stderr.
refused() {
    local before
    before=$(contents ledger.db)
    run -1 --separate-stderr "$@"
    [ "${#stderr_lines[@]}" -eq 1 ]
    [ "$(contents ledger.db)" = "$before" ]
}

# ---- the rules --------------------------------------------------------------

@test "the worked examples at average cost come out to the last digit" {
    run fills <<< $'+100 10\n+100 12\n-150 15' # E01
    [ "$output" = "50 550 11 600 0" ]
    run fills <<< $'-100 20\n-50 23\n+60 18' # E05
    [ "$output" = "-90 -1890 21 180 0" ]
    run fills <<< $'+50 1\n-100 2\n+100 3' # E06
    [ "$output" = "50 150 3 0 0" ]
    # E07: 109 for 3149.20, 52 for 1684.92, 15 sold for 531.50
    run fills <<< $'+108 28.89\n+1 29.08\n+51 32.40\n+1 32.52\n-14 35.43\n-1 35.48'
    [ "$output" = "146 4383.73614907 30.02559006 81.11614907 0" ]
    run fills <<< $'+2 10\n-1 15\n+1 30\n-1.5 10\n+3 20\n-2 30\n-1.5 10' # E08
    [ "$output" = "0 0 -5 0" ]
    run fills <<< $'+100 50\n-100 55\n-50 54\n+50 52' # E11
    [ "$output" = "0 0 600 0" ]
    run fills <<< $'+2 3\n+1 4\n-1 4' # E13
    [ "$output" = "2 6.66666667 3.33333334 0.66666667 0" ]
    run fills <<< $'+2 3\n+1 4\n-1 4\n-1 4'
    [ "$output" = "1 3.33333333 3.33333333 1.33333333 0" ]
    run fills <<< $'+2 3\n+1 4\n-1 4\n-1 4\n-1 4'
    [ "$output" = "0 0 2 0" ]
    run fills <<< $'+0.5 0.00000003' # E15
    [ "$output" = "0.5 0.00000002 0.00000004 0 0" ]
    run fills <<< $'+0.5 0.00000001'
    [ "$output" = "0.5 0 0 0 0" ]
}

@test "fees are kept apart: E09, one basis point a side, step by step" {
    steps='12 100
+17 99
-9 101
-4 105
+3 103'
    # quantity, cost, average, realized, fees; realized - fees is E09's
    run fills --taker-fee 0.0001 <<< "$(head -n 2 <<< "$steps")"
    [ "$output" = "29 2883 99.4137931 0 0.2883" ]
    run fills --taker-fee 0.0001 <<< "$(head -n 3 <<< "$steps")"
    [ "$output" = "20 1988.27586207 99.4137931 14.27586207 0.3792" ]
    run fills --taker-fee 0.0001 <<< "$(head -n 4 <<< "$steps")"
    [ "$output" = "16 1590.62068966 99.4137931 36.62068966 0.4212" ]
    run fills --taker-fee 0.0001 <<< "$steps"
    [ "$output" = "19 1899.62068966 99.9800363 36.62068966 0.4521" ]
}

@test "another ledger, in exact fractions, gets the same balances and positions" {
    for seed in 1 2 3; do
        trades 3000 $seed day > day.tape
        xexport -f json day.tape |
            python3 "$BATS_TEST_DIRNAME/ledger_model.py" 0.00123457 -0.00031 \
                > expected
        for table in balances positions; do
            xledger --taker-fee 0.00123457 --maker-fee=-0.00031 \
                --print $table day.tape | rows | tr -s ' '
        done > found
        diff expected found
    done
}

@test "legs come in one order, and balances and positions after them" {
    printf '%s\n' time,instrument,side,quantity,price,buyer_id,seller_id \
        2026-01-08T10:00:00Z,ABC,buy,200,150.25,anna,ben |
        ximport -f csv -t trade |
        xledger --taker-fee 0.00002 --maker-fee=-0.00001 | xexport -f json |
        jq -r 'select(.type | IN("posting", "balance", "position")) |
            [.type[0:3], .account_id, .kind, .amount // .cash_balance //
             .quantity] | join(" ")' > found
    diff - found << 'EOF'
pos anna trade -30050
pos ben trade 30050
pos anna trade 200
pos ben trade -200
pos anna fee -0.601
pos ben fee 0.3005
pos @FEES fee 0.3005
bal anna  -30050.601
bal ben  30050.3005
bal @FEES  0.3005
pos anna  200
pos ben  -200
EOF
}

@test "cash: what is allowed is posted against a system account, what is not is reported" {
    json() { jq -c --arg t 2026-01-08T10:00:00Z \
        '{type: "cash", time: $t} + .' <<< "$1"; }
    {
        json '{"kind":"deposit","account_id":"anna","amount":"100"}'
        json '{"kind":"withdrawal","account_id":"anna","amount":"100.5"}'
        json '{"kind":"withdrawal","account_id":"anna","amount":"40"}'
        json '{"kind":"fee","account_id":"anna","amount":"1"}'
        json '{"kind":"interest","account_id":"anna","amount":"-0.5"}'
        json '{"kind":"adjustment","account_id":"anna","amount":"0.25"}'
        json '{"kind":"deposit","account_id":"ben","amount":"7","currency":"EUR"}'
        json '{"kind":"fee","account_id":"ben","amount":"-7"}'
    } > cash.json
    ximport -f json cash.json > cash.tape
    run -0 --separate-stderr xledger --print trial-balance --currency CHF \
        cash.tape
    [ "$stderr" = "xledger: 2 events were not booked (1 invalid_quantity, 1 insufficient_funds)" ]
    [ "$(tr -s ' ' <<< "$output")" = "asset account_id debit credit
CHF @FEES 1
CHF @INTEREST 0.5
CHF @SUSPENSE 0.25
CHF @WORLD 60
CHF anna 58.75
CHF total 60.25 60.25
EUR @WORLD 7
EUR ben 7
EUR total 7 7" ]
    run -0 bash -c "xledger -q cash.tape | xexport -f json |
        jq -r 'select(.type == \"violation\") |
            [.reason, .account_id, .amount] | join(\" \")'"
    [ "$output" = "insufficient_funds anna 0.5
invalid_quantity ben " ]
}

@test "a number that would leave its range is refused and changes nothing: E44" {
    deposit() { jq -cn --arg a "$1" '{type: "cash", kind: "deposit",
        time: "2026-01-08T10:00:00Z", account_id: "anna", amount: $a}'; }
    { deposit 999999999999999999999999999999.99999998
      deposit 0.00000002
      deposit 0.00000001; } | ximport -f json > cash.tape
    run -0 xledger --print balances cash.tape
    [[ $output == *"anna "*" 999999999999999999999999999999.99999999 "*2* ]]
    run -0 bash -c "xledger -q cash.tape | xexport -f json | grep -c amount_range"
    [ "$output" -eq 1 ]
}

@test "the fee that a fill brings along is posted in its own currency" {
    printf '%s\n' time,instrument,buyer_id,quantity,price,fee,fee_currency \
        2026-01-08T10:00:00Z,BTCUSDT,me,1,50000,0.02,BNB \
        2026-01-08T10:01:00Z,BTCUSDT,me,1,51000,7.5,USD \
        2026-01-08T10:02:00Z,ETHUSDT,me,1,3000,-0.25,USD > fills.csv
    ximport -f csv -t trade -x fee,fee_currency --stream f -o fills.tape fills.csv
    ximport -f csv -t cash -D kind=fee -x quantity,price --stream f \
        -m account_id=buyer_id,amount=fee,currency=fee_currency \
        -o fees.tape fills.csv
    xmerge --stream day fills.tape fees.tape > day.tape
    xledger -q --print positions day.tape |
        awk '$1 == "me" { print $2, $4, $5, $8 }' > got
    printf '%s\n' 'BTCUSDT 2 101000 7.5' 'ETHUSDT 1 3000 -0.25' | diff got -
    xledger -q --print balances day.tape |
        awk '$1 == "me" || $1 == "@FEES" { print $1, $2, $3 }' > got
    printf '%s\n' '@FEES BNB 0.02' '@FEES USD 7.25' 'me BNB -0.02' \
        'me USD -104007.25' | diff got -
    xledger -q --check day.tape
    xledger -q -d ledger.db day.tape > once.tape
    xledger -q -d ledger.db day.tape | cmp - once.tape
    xledger -d ledger.db --check
    xledger -d ledger.db --print positions | cmp - <(
        xledger -q --print positions day.tape)
}

# lots BASIS: the lots that the fills on stdin leave, as fills has them:
# quantity cost, a line each.
lots() {
    awk 'BEGIN { print "time,instrument,side,quantity,price,buyer_id,seller_id" }
        { sell = sub(/^-/, "", $1); sub(/^\+/, "", $1)
          print "2026-01-08,ABC,," $1 "," $2 "," (sell ? ",me" : "me,") }' |
        ximport -f csv -t trade | xledger --basis "$1" --print lots |
        awk '$1 == "me" { print $4, $5 }'
}

@test "first in first out, last in, highest cost: E02, E03, E13, E17, to the last digit" {
    run fills --basis fifo <<< $'+100 10\n+100 12\n-150 15' # E02
    [ "$output" = "50 600 12 650 0" ]
    run lots fifo <<< $'+100 10\n+100 12\n-150 15'
    [ "$output" = "50 600" ]
    run fills --basis lifo <<< $'+100 10\n+100 12\n-150 15' # E03
    [ "$output" = "50 500 10 550 0" ]
    run fills --basis hifo <<< $'+100 10\n+100 12\n+100 11\n-150 15'
    [ "$output" = "150 1550 10.33333333 500 0" ]
    run lots hifo <<< $'+100 10\n+100 12\n+100 11\n-150 15'
    [ "$output" = $'100 1000\n50 550' ]
    # E05, E06: short, and through zero twice
    run fills --basis fifo <<< $'-100 20\n-50 23\n+60 18'
    [ "$output" = "-90 -1950 21.66666667 120 0" ]
    run fills --basis fifo <<< $'+50 1\n-100 2\n+100 3'
    [ "$output" = "50 150 3 0 0" ]
    # E13: 3 for 10, sold one by one
    run fills --basis fifo <<< $'+1 3\n+1 3\n+1 4\n-3 4'
    [ "$output" = "0 0 2 0" ]
    # E17: a split doubles each lot
    {
        echo '{"type":"trade","time":"2026-01-08","instrument":"A","quantity":"100","price":"10","buyer_id":"me"}'
        echo '{"type":"trade","time":"2026-01-08","instrument":"A","quantity":"100","price":"12","buyer_id":"me"}'
        echo '{"type":"corporate_action","time":"2026-01-09","instrument":"A","action_type":"split","ratio_new":"2","ratio_old":"1"}'
    } | ximport -f json | xledger --basis fifo --print lots |
        awk '$1 == "me" { print $4, $5, $6 }' > got
    printf '200 1000 5\n200 1200 6\n' | diff got -
}

@test "another ledger gets the same lots, by any basis" {
    trades 4000 42 day > day.tape
    for basis in fifo lifo hifo; do
        xexport -f json day.tape | python3 "$ROOT/tests/bats/ledger_model.py" \
            0.0003 -0.0001 $basis > model
        for what in balances positions lots; do
            xledger --basis $basis --taker-fee 0.0003 --maker-fee=-0.0001 \
                --print $what day.tape | rows | tr -s ' '
        done | diff model -
        xledger --basis $basis --check day.tape
    done
}

@test "a database keeps lots: a stream goes on, comes again, and is followed" {
    trades 800 42 day > day.tape
    trades 800 43 next > next.tape
    for basis in fifo lifo hifo; do
        rm -f ledger.db
        xledger -q --basis $basis day.tape next.tape > expected
        xledger -q --basis $basis -d ledger.db day.tape next.tape | cmp - expected
        xledger -d ledger.db --print lots > lots
        xledger -q --basis $basis --print lots day.tape next.tape | cmp - lots
        contents ledger.db > before
        for tape in day.tape next.tape; do
            xledger -q --basis $basis -d ledger.db $tape > again
            xledger -q --basis $basis -d ledger.db -o again $tape
        done
        contents ledger.db | cmp - before
        xledger -q --basis $basis -d ledger.db --print lots day.tape > lots
        xledger -q --basis $basis --print lots day.tape | cmp - lots
        xledger -d ledger.db --check | contains 'I12 hold in ledger.db'
    done
    xledger -q -d ledger.db --basis hifo --no-output day.tape
    run -2 xledger -d ledger.db --no-output day.tape
    sqlite3 ledger.db "UPDATE lots SET cost = '1' WHERE quantity <> '0' AND
        (account_id, instrument_id, lot) = (SELECT account_id, instrument_id,
            lot FROM lots WHERE quantity <> '0' LIMIT 1)"
    run -1 xledger -d ledger.db --check
    contains "I4: a position is not the sum of its lots" <<< "$output"
    run -1 xledger -d ledger.db --print lots
    contains "table lots is not as it was written" <<< "$output"
}

@test "each account has its own basis, which stays: E01, E02, E03 at once" {
    {
        echo '{"type":"account","time":"2026-01-08","account_id":"first","basis":"fifo"}'
        echo '{"type":"account","time":"2026-01-08","account_id":"last","basis":"lifo"}'
        for who in first last mean; do
            for fill in 'buyer 100 10' 'buyer 100 12' 'seller 150 15'; do
                set -- $fill
                echo "{\"type\":\"trade\",\"time\":\"2026-01-08\",\"instrument\":\"A\",\"quantity\":\"$2\",\"price\":\"$3\",\"$1_id\":\"$who\"}"
            done
        done
        echo '{"type":"account","time":"2026-01-08","account_id":"last","basis":"hifo"}'
    } > day.json
    ximport -f json --stream day day.json -o day.tape
    xledger -q -d ledger.db day.tape | xexport -f csv -t violation -c reason |
        contains basis_changed
    xledger -d ledger.db --print positions | awk '$2 == "A" && $1 !~ /@/ {
        print $1, $4, $5, $7 }' > got
    printf '%s\n' 'first 50 600 650' 'last 50 500 550' 'mean 50 550 600' |
        diff - got
    # the next day, whatever --basis says for new accounts
    head -n 5 day.json | tail -n 3 | sed 's/-08/-09/' |
        ximport -f json --stream next -o next.tape
    xledger -d ledger.db --basis lifo --no-output next.tape 2> err
    contains "xledger: --basis lifo is for new accounts: 2 accounts stayed with another basis" < err
    xledger -d ledger.db --print lots | awk '$1 == "first" { print $4, $5 }' > got
    printf '100 1200\n' | diff - got
    xledger -d ledger.db --check
}

@test "a ledger from before lots were kept is read as it is, and then has them" {
    trades 300 5 day > day.tape
    xledger -d ledger.db --no-output day.tape
    xledger -d ledger.db --print positions > positions
    sqlite3 ledger.db "DROP VIEW v_lot; DROP TABLE bases; DROP TABLE lots;
        DROP TABLE lot_starts; DELETE FROM schema_migrations WHERE version > 4;
        DELETE FROM digests WHERE table_name IN ('bases', 'lots', 'lot_starts')"
    xledger -d ledger.db --check
    xledger -d ledger.db --print positions | cmp - positions
    trades 300 6 next > next.tape
    xledger -q -d ledger.db --basis fifo --no-output next.tape
    xledger -d ledger.db --check
    xledger -d ledger.db --print lots | rows > got # all were opened before
    [ ! -s got ]
}

# after ACTION: what a corporate action makes of the fills on stdin, "QUANTITY
# PRICE" a line: quantity cost average realized cash, of "me".
after() {
    {
        awk '{ sell = sub(/^-/, "", $1); sub(/^\+/, "", $1)
               print "{\"type\":\"trade\",\"time\":\"2026-01-08T10:00:00Z\"," \
                   "\"instrument\":\"ABC\",\"quantity\":\"" $1 \
                   "\",\"price\":\"" $2 "\",\"" \
                   (sell ? "seller" : "buyer") "_id\":\"me\"}" }'
        echo "{\"type\":\"corporate_action\",\"time\":\"2026-01-09T10:00:00Z\",\"instrument\":\"ABC\",$1}"
    } | ximport -f json -o action.tape
    xledger -q --check action.tape > /dev/null
    xledger -q --print positions action.tape |
        awk '$1 == "me" { printf "%s %s %s %s", $4, $5, $6, $7 }'
    xledger -q action.tape | xexport -f csv -t posting |
        awk -F, '$3 ~ /dividend|lieu/ && $6 == "me" { printf " %s", $7 }'
}

@test "splits, stock dividends, cash in lieu: E16, E18, E19, E21, long and short" {
    run after '"action_type":"stock_dividend","ratio_new":"1","ratio_old":"10"' \
        <<< '+100 11' # E16
    [ "$output" = "110 1100 10 0" ]
    run after '"action_type":"split","ratio_new":"3","ratio_old":"1"' \
        <<< '+1 45' # E18
    [ "$output" = "3 45 15 0" ]
    run after '"action_type":"split","ratio_new":"3","ratio_old":"2","amount":"90"' \
        <<< $'+54 125\n+1 145' # E19
    [ "$output" = "82 6853.21212121 83.57575758 3.21212121 45" ]
    run after '"action_type":"split","ratio_new":"1","ratio_old":"10","amount":"101.50"' \
        <<< $'+122 10\n+1 14.56' # E21
    [ "$output" = "12 1204.44878049 100.37073171 0.33878049 30.45" ]
    run after '"action_type":"split","ratio_new":"1","ratio_old":"10","amount":"101.50"' \
        <<< $'-122 10\n-1 14.56'
    [ "$output" = "-12 -1204.44878049 100.37073171 -0.33878049 -30.45" ]
    run after '"action_type":"split","ratio_new":"1","ratio_old":"2"' <<< '+3 10'
    [ "$output" = "1.5 30 20 0" ]
}

@test "a dividend reaches who holds, and who is short pays it: E23" {
    {
        echo time,instrument,buyer_id,seller_id,quantity,price
        echo 2026-01-08,A,long,,333,10
        echo 2026-01-08,A,,short,120,10
        echo 2026-01-08,A,other,,55,10
        echo 2026-01-08,A,gone,,7,10
        echo 2026-01-08,A,,gone,7,10
        echo 2026-01-08,B,gone,,7,10
    } | ximport -f csv -t trade --stream s -o trades.tape
    printf 'time,instrument,action_type,amount\n2026-01-09,A,dividend,0.255\n' |
        ximport -f csv -t corporate_action --stream s -o action.tape
    xmerge --stream day trades.tape action.tape > day.tape
    xledger day.tape | xexport -f csv -t posting |
        awk -F, '$3 == "dividend" { print $6, $7 }' | sort > got
    printf '%s\n' '@MARKET -68.34' 'long 84.915' 'other 14.025' \
        'short -30.6' | diff got -
    xledger --check day.tape
}

@test "another ledger gets the same from random trades and corporate actions" {
    trades 3000 41 day | xexport -f json | awk '
        NR == 1 { srand(3) }
        { print }
        /"trade"/ && ++n % 60 == 0 {
            match($0, /"time":"[^"]*"/); time = substr($0, RSTART, RLENGTH)
            match($0, /"instrument":"[^"]*"/); name = substr($0, RSTART, RLENGTH)
            kind = int(rand() * 5)
            head = "{\"type\":\"corporate_action\"," time "," name
            if (kind == 0)
                printf "%s,\"action_type\":\"dividend\",\"amount\":\"0.%d7\"}\n", head, 1 + rand() * 8
            else
                printf "%s,\"action_type\":\"%s\",\"ratio_new\":\"%d\",\"ratio_old\":\"%d\"%s}\n",
                    head, kind == 1 ? "stock_dividend" : "split",
                    1 + rand() * 4, 1 + rand() * 3,
                    kind < 4 ? "" : ",\"amount\":\"11.13\""
        }' > day.json
    ximport -f json --stream day day.json -o day.tape
    xexport -f json day.tape | python3 "$ROOT/tests/bats/ledger_model.py" \
        0.0003 -0.0001 > model
    for what in balances positions; do
        xledger --taker-fee 0.0003 --maker-fee=-0.0001 --print $what day.tape |
            rows | tr -s ' '
    done | diff model -
    xledger --taker-fee 0.0003 --maker-fee=-0.0001 --check day.tape
    # taken up in the middle: the order of rows is another one
    xledger --taker-fee 0.0003 --maker-fee=-0.0001 -d ledger.db day.tape > a
    ximport -f json --stream next day.json -o next.tape
    xledger --taker-fee 0.0003 --maker-fee=-0.0001 -d ledger.db --as-new next.tape > b
    xledger --taker-fee 0.0003 --maker-fee=-0.0001 -d ledger.db --as-new next.tape | cmp - b
    xledger -d ledger.db --check
}

@test "corporate actions that are not booked say so" {
    printf '%s\n' '{"type":"corporate_action","time":"2026-01-08T10:00:00Z","instrument":"ABC","action_type":"merger"}' |
        ximport -f json | xledger -q | xexport -f json |
        contains '"reason":"unsupported"'
    run after '"action_type":"split","ratio_new":"0","ratio_old":"1"' <<< '+3 10'
    [ "$output" = "3 30 10 0" ]
    xledger -q action.tape | xexport -f csv -t violation -c reason,detail |
        contains "invalid_quantity,a ratio that is not positive: not booked"
}

# bust ID [FIELD]: one of the trade, a line of JSON.
bust() {
    echo "{\"type\":\"trade_cancel\",\"time\":\"2026-01-08T15:00:00Z\",\"instrument\":\"A\",\"trade_id\":$1${2-}}"
}

@test "a bust gives back cash, shares and fees, once" {
    {
        id=0
        for fill in 'buyer 100 10' 'buyer 100 12' 'seller 150 15'; do
            set -- $fill
            echo "{\"type\":\"trade\",\"time\":\"2026-01-08\",\"instrument\":\"A\",\"side\":\"buy\",\"trade_id\":$((++id)),\"quantity\":\"$2\",\"price\":\"$3\",\"$1_id\":\"me\"}"
        done
        bust 1 ',"quantity":"7"' # of another trade
        bust 1 ',"quantity":"100","price":"999"'
        bust 1 ',"quantity":"100","price":"10"'
        bust 1
        bust 4
        echo '{"type":"corporate_action","time":"2026-01-09","instrument":"A","action_type":"split","ratio_new":"2","ratio_old":"1"}'
        bust 2
    } > day.json
    for basis in average fifo; do
        ximport -f json day.json | xledger -q --basis $basis \
            --taker-fee 0.001 > out.tape
        xexport -f csv -t violation -c reason out.tape | tail -n +2 > got
        printf '%s\n' invalid_quantity invalid_price already_busted unknown_trade \
            unsupported | diff - got
        # the second lot sold, and 50 sold short at 15: then twice as many
        ximport -f json day.json |
            xledger -q --basis $basis --taker-fee 0.001 --print positions |
            awk '$1 == "me" { print $4, $5, $7, $8 }' > got
        printf '%s\n' '-100 -750 300 1.2' | diff - got
    done
    # cash and shares of the first trade, and its fee, back in the same order
    xexport -f csv -t posting -c kind,posting_id,transaction_id,account_id,amount out.tape |
        awk -F, '$3 == 4 { print $1, $4, $5 }' > got
    printf '%s\n' 'bust me 1000' 'bust @MARKET -1000' 'bust me -100' \
        'bust @MARKET 100' 'fee me 1' 'fee @FEES -1' | diff - got
    ximport -f json day.json | xledger -q --basis fifo --check
}

@test "after busts everything is as if their trades had never been: I9" {
    for basis in average fifo lifo hifo; do
        trades 1500 77 day | xexport -f json | awk '
            BEGIN { srand(7) }
            { print }
            match($0, /"trade_id":[^,}]*/) {
                id[++n] = substr($0, RSTART, RLENGTH)
                match($0, /"instrument":"[^"]*"/)
                name[n] = substr($0, RSTART, RLENGTH)
                match($0, /"time":"[^"]*"/)
                time = substr($0, RSTART, RLENGTH)
            }
            n > 50 && rand() < 0.15 {
                k = n - int(rand() * rand() * n)
                printf "{\"type\":\"trade_cancel\",%s,%s,%s}\n", time, name[k], id[k]
            }' > day.json
        grep trade_cancel day.json | grep -o '"instrument.*}' |
            sed 's/}$//' | sort -u > busted
        python3 -c '
import json, sys
lines = [json.loads(line) for line in open("day.json")]
key = lambda e: (e.get("instrument"), e.get("trade_id"))
gone = {key(e) for e in lines if e["type"] == "trade_cancel"}
for e in lines:
    if e["type"] == "trade" and key(e) in gone or e["type"] == "trade_cancel":
        continue
    print(json.dumps(e))' > without.json
        ximport -f json --stream day day.json -o day.tape
        ximport -f json --stream day without.json -o without.tape
        options="--basis $basis --taker-fee 0.0003 --maker-fee=-0.0001"
        for what in balances positions lots; do
            for tape in day without; do
                # shellcheck disable=SC2086
                xledger -q $options --print $what $tape.tape | rows |
                    awk '{ NF--; print }' | sed '/ 0 0 0 0$/d' > $tape.$what
            done
            cmp day.$what without.$what
        done
        rm -f ledger.db
        # shellcheck disable=SC2086
        {
            xledger -q $options -d ledger.db day.tape > once
            xledger -q $options -d ledger.db day.tape | cmp - once
            xledger -q $options -d ledger.db --check day.tape
        }
        xledger -d ledger.db --print lots | rows |
            awk '{ NF--; print }' | cmp - day.lots
    done
    [ "$(wc -l < busted)" -gt 100 ]
}

@test "--strict: only account events open accounts, anything else names them" {
    printf '%s\n' '{"type":"account","time":"2026-01-08T10:00:00Z","account_id":"anna"}' \
        '{"type":"trade","time":"2026-01-08T10:00:00Z","instrument":"ABC","price":"1","quantity":"1","buyer_id":"anna","seller_id":"77"}' |
        ximport -f json > day.tape
    xledger day.tape > /dev/null
    run -1 --separate-stderr xledger --strict day.tape
    [[ $stderr == *"day.tape: event "*"trade refers to unknown account 77 (drop --strict"* ]]
}

@test "--emit leaves out what is not wanted" {
    trades 200 1 day > day.tape
    types() { xledger "$@" day.tape | xexport -f json | jq -r .type |
        sort -u | grep -E 'posting|balance|position' | tr '\n' ' '; }
    [ "$(types)" = "balance position posting " ]
    [ "$(types -e postings)" = "posting " ]
    [ -z "$(types -e none)" ]
    [ "$(xledger -e none day.tape | xstat --digest)" = \
        "$(xstat --digest day.tape)" ]
}

@test "--print has totals, and the same rows as JSON and as CSV" {
    trades 500 2 day > day.tape
    for table in balances positions trial-balance; do
        xledger --taker-fee 0.001 -p $table day.tape > table
        xledger --taker-fee 0.001 -p $table --csv day.tape > csv
        xledger --taker-fee 0.001 -p $table --json day.tape > json
        # columns are named after the fields of events
        [ "$(head -n 1 table | tr -s ' ' ,)" = "$(head -n 1 csv)" ]
        [ "$(jq -r 'to_entries[0].value[0] | keys_unsorted | join(",")' json)" = \
            "$(head -n 1 csv)" ]
        jq -r 'to_entries[0].value[] | map(. // "" | tostring) | join(",")' \
            json | cmp - <(tail -n +2 csv)
        # the totals are the sums that another program gets
        python3 - json << 'PY'
import json, sys
from decimal import Decimal as D, getcontext
getcontext().prec = 60
report = json.load(open(sys.argv[1]))
rows, totals = report.pop("totals"), None
rows, totals = list(report.values())[0], rows
assert rows and totals
for total in totals:
    key = "asset" if "asset" in total else "currency"
    for column in total.keys() - {key}:
        same = [D(r[column] or 0) for r in rows if r[key] == total[key]]
        assert sum(same) == D(total[column]), (column, total)
PY
    done
    grep -q '^total .* 0$' <(xledger -p balances day.tape)
    run -2 --separate-stderr xledger --json day.tape
    [[ $stderr == *"--json needs --print"* ]]
    run -2 xledger --csv --json -p balances day.tape
}

@test "--no-output posts and writes nothing" {
    trades 100 3 day > day.tape
    run -0 xledger -d ledger.db --no-output day.tape
    [ -z "$output" ]
    xledger -p balances day.tape > expected
    xledger -d ledger.db -p balances | cmp - expected
    run -2 xledger -d ledger.db --no-output -o out.tape day.tape
}

@test "--check finds nothing wrong in books that are right" {
    trades 5000 4 day > day.tape
    run -0 xledger --check --taker-fee 0.001 --maker-fee=-0.0002 day.tape
    [[ $output == "I1 I2 I3 I4 I5 I11 I12 hold: 5"* ]]
}

@test "options that make no sense are exit 2" {
    trades 5 1 day > day.tape
    run -2 xledger --taker-fee 5 day.tape
    run -2 xledger --maker-fee=-1.1 day.tape
    run -2 xledger --currency 'US DOLLAR' day.tape
    run -2 xledger --print money day.tape
    run -2 xledger --emit money day.tape
    run -2 xledger -d mysql://localhost/ledger day.tape
}

@test "what was not booked is one line with reasons, in every mode; exit 1 with --strict" {
    printf '%s\n' '{"type":"account","time":"2026-01-08T09:00:00Z","account_id":1}' \
        '{"type":"trade","time":"2026-01-08T09:30:00Z","instrument":"A","buyer_id":1,"quantity":"10","trade_id":1}' \
        '{"type":"trade","time":"2026-01-08T09:31:00Z","instrument":"A","buyer_id":1,"quantity":"10","price":"100","trade_id":2}' \
        '{"type":"corporate_action","time":"2026-01-08T09:32:00Z","instrument":"A","action_type":"merger"}' |
        ximport -f json -o v.tape
    line="xledger: 2 events were not booked (1 invalid_price, 1 unsupported)"
    for mode in "-p positions" -c "-o out.tape" "-d l.db --no-output" \
        "-d l.db -p balances" "-d l.db -e none -o out.tape"; do
        # shellcheck disable=SC2086
        run -0 --separate-stderr xledger $mode v.tape
        [ "$stderr" = "$line" ] || { echo "$mode: $stderr"; false; }
        # shellcheck disable=SC2086
        run -0 --separate-stderr xledger -q $mode v.tape
        [ -z "$stderr" ]
    done
    for mode in "-p positions" -c "-o strict.tape" "-d s.db --no-output"; do
        # shellcheck disable=SC2086
        run -1 --separate-stderr xledger --strict $mode v.tape
        [[ $stderr == *"$(sed 's/xledger: //' <<< "$line")"* ]]
        [ "${#stderr_lines[@]}" -eq 1 ]
    done
    [ ! -e strict.tape ]
    run -1 bash -c "set -o pipefail; xledger --strict v.tape | xstat 2> /dev/null"
}

@test "a position keeps its currency: a trade in another one is not booked" {
    printf '%s\n' '{"type":"instrument","time":"2026-01-08T00:00:00Z","symbol":"SAP","currency":"EUR","id":1}' \
        '{"type":"trade","time":"2026-01-08T09:30:00Z","instrument":"SAP","buyer_id":1,"quantity":"10","price":"100"}' \
        '{"type":"instrument","time":"2026-01-08T10:00:00Z","id":1,"symbol":"SAP","currency":"USD"}' \
        '{"type":"trade","time":"2026-01-08T11:30:00Z","instrument":"SAP","seller_id":1,"quantity":"10","price":"110"}' |
        ximport -f json > s.tape
    run -0 --separate-stderr xledger -p positions s.tape
    [ "$stderr" = "xledger: 1 event was not booked (1 currency_changed)" ]
    [[ $(tr -s ' ' <<< "$output") == *$'\n1 SAP EUR 10 1000 100 0 0 1\n'* ]]
    xledger -d l.db -q --no-output s.tape
    xledger -d l.db -p positions | cmp - <(xledger -q -p positions s.tape)
}

@test "a trade id that comes twice on a day is reported, whoever posted the first" {
    { echo time,instrument,buyer_id,seller_id,quantity,price,trade_id
      echo 2026-01-08,A,1,2,10,5,77
      echo 2026-01-08,B,1,2,10,5,77
      echo 2026-01-09,A,1,2,10,5,77
      echo 2026-01-08,A,1,2,10,5,78
      echo 2026-01-08,A,1,2,10,5,77; } | ximport -f csv -t trade -o d.tape
    run -0 --separate-stderr xledger -p positions d.tape
    [ "$stderr" = "xledger: 1 event was booked all the same (1 duplicate_id)" ]
    xledger -q d.tape | xexport -f json |
        jq -r 'select(.type == "violation") | .detail' > found
    [ "$(cat found)" = "a repeated trade id: booked" ]
    # in a later stream, by another run, and the same when it comes again
    xledger -q -d l.db --no-output d.tape
    { echo time,instrument,buyer_id,seller_id,quantity,price,trade_id
      echo 2026-01-08T00:00:01Z,A,1,2,10,5,78
      echo 2026-01-08T00:00:01Z,A,1,2,10,5,79; } |
        ximport -f csv -t trade --stream next -o next.tape
    for _ in 1 2; do
        run -0 --separate-stderr xledger -d l.db -o next.out next.tape
        [ "$stderr" = "xledger: 1 event was booked all the same (1 duplicate_id)" ]
        cp next.out "next.$((++n))"
    done
    cmp next.1 next.2
    xledger -q d.tape next.tape > both.out
    xexport -f csv -t violation both.out | wc -l > lines
    [ "$(cat lines)" -eq 3 ]
}

# ---- the database -----------------------------------------------------------

@test "plain SQL and --check agree that every asset sums to zero" {
    trades 5000 5 day > day.tape
    xledger -d ledger.db --taker-fee 0.0007 day.tape > /dev/null
    run -0 xledger -d ledger.db --check < /dev/null
    [ "${#lines[@]}" -eq 2 ]
    run -0 sqlite3 ledger.db "SELECT DISTINCT CAST(decimal_sum(amount) AS REAL)
        FROM postings GROUP BY instrument_id, currency"
    [[ $output =~ ^-?0\.0$ ]]
    run -0 sqlite3 ledger.db "SELECT count(*) FROM (SELECT 1 FROM postings
        GROUP BY transaction_id, instrument_id, currency
        HAVING CAST(decimal_sum(amount) AS REAL) <> 0)"
    [ "$output" = 0 ]
    # amounts are text, and none went through floating point
    run -0 sqlite3 ledger.db "SELECT DISTINCT typeof(amount),
        typeof(balance_after) FROM postings"
    [ "$output" = "text|text" ]
}

@test "the database holds what the tape says, and prints the same tables" {
    trades 3000 6 day > day.tape
    xledger -d ledger.db --taker-fee 0.0007 day.tape > out.tape
    cmp out.tape <(xledger --taker-fee 0.0007 day.tape)
    xexport -f csv -t posting out.tape | tail -n +2 | wc -l > found
    sqlite3 ledger.db "SELECT count(*) FROM postings" | cmp - found
    for table in balances positions trial-balance; do
        xledger --taker-fee 0.0007 --print $table day.tape > from-tape
        xledger -d ledger.db --print $table < /dev/null > from-database
        cmp from-tape from-database
    done
    run -0 sqlite3 ledger.db "SELECT account, balance FROM v_balance
        WHERE account = '@FEES'"
    [ "$output" = "@FEES|$(awk '$1 == "@FEES" { print $3 }' \
        <(xledger -d ledger.db --print balances < /dev/null))" ]
    sqlite3 ledger.db "SELECT * FROM v_posting" | wc -l | cmp - found
}

@test "the same stream again adds nothing and gives the same tape" {
    trades 3000 7 day > day.tape
    xledger -d ledger.db day.tape > first.tape
    contents ledger.db > before
    for _ in 1 2 3; do
        xledger -d ledger.db day.tape | cmp - first.tape
    done
    contents ledger.db | cmp - before
}

@test "tomorrow's stream continues today's state, and today can be read again" {
    trades 3000 8 monday > monday.tape
    trades 3000 9 tuesday --start 2026-01-09T14:30:00Z --deposit 0 \
        > tuesday.tape
    xledger -d ledger.db monday.tape > monday.out
    xledger -d ledger.db tuesday.tape > tuesday.out
    cat monday.out tuesday.out > both.out
    # one run over both, with and without a database, gives the same
    cat monday.tape tuesday.tape > both.tape
    xledger both.tape | cmp - both.out
    cat both.tape | xledger -d other.db > out.tape
    cmp out.tape both.out
    contents ledger.db | cmp - <(contents other.db)
    # monday again, after tuesday: its own closing balances, nothing added
    xledger -d ledger.db monday.tape | cmp - monday.out
    xledger -d ledger.db tuesday.tape | cmp - tuesday.out
    xledger -d ledger.db both.tape | cmp - both.out
    contents ledger.db | cmp - <(contents other.db)
    xledger -d ledger.db --print balances monday.tape |
        cmp - <(xledger --print balances monday.tape)
    xledger -d ledger.db --check < /dev/null
}

@test "a year of days: every one can be read again from its own start" {
    for day in $(seq 1 12); do
        trades 150 "$day" "day$day" --deposit 0 > "$day.tape"
        xledger -d ledger.db --taker-fee 0.001 "$day.tape" > "$day.out"
    done
    contents ledger.db > before
    for day in 12 1 7 3 11; do
        xledger -d ledger.db --taker-fee 0.001 "$day.tape" | cmp - "$day.out"
    done
    contents ledger.db | cmp - before
}

@test "a copy under another name is refused, and posted with --as-new" {
    trades 500 10 monday > monday.tape
    trades 500 10 tuesday > tuesday.tape
    refused_twice() { refused "$@"; [[ $stderr == *"posting both"*"--as-new"* ]]; }
    xledger -d ledger.db --no-output monday.tape
    refused_twice xledger -d ledger.db tuesday.tape
    [[ $stderr == *"the first "*" events of stream \"tuesday\""* ]]
    xledger -d ledger.db --as-new --no-output tuesday.tape
    run -0 sqlite3 ledger.db "SELECT stream, last_transaction -
        first_transaction FROM watermarks"
    [ "$output" = "monday|508
tuesday|508" ]
    run -0 sqlite3 ledger.db "SELECT DISTINCT decimal_cmp(balance, '-18000000')
        FROM v_balance WHERE account = '@WORLD'"
    [ "$output" = 0 ]
}

@test "a stream that grew is taken up where it was left" {
    trades 1000 11 day > short.tape
    trades 3000 11 day > long.tape
    xledger -d ledger.db short.tape > /dev/null
    xledger -d ledger.db long.tape > grown.out
    xledger -d fresh.db long.tape | cmp - grown.out
    contents ledger.db | cmp - <(contents fresh.db)
}

@test "a stream that differs is refused with the seq where it differs" {
    trades 2000 12 day | xexport -f json > day.json
    ximport -f json --stream day day.json > day.tape
    xledger -d ledger.db day.tape > /dev/null
    for seq in 1 30 777 2000; do
        # one field of one event, near that seq; the tape has its seq
        jq -c --argjson n $seq 'if input_line_number == $n
            then .time = "2026-01-08T14:30:00.000000001Z" else . end' \
            day.json > other.json
        ximport -f json --stream day other.json > other.tape
        refused xledger -d ledger.db other.tape
        [[ $stderr == *"event $seq (byte "*"differs from seq $seq on"* ]]
    done
    # an event that the ledger does not look at counts as well
    jq -c 'if .type == "session" then .state = "halt" else . end' day.json |
        ximport -f json --stream day > other.tape
    seq=$(grep -n '"session"' day.json | cut -d: -f1)
    refused xledger -d ledger.db other.tape
    [[ $stderr == *"event $seq (byte "* ]]
}

@test "a complete stream that ends earlier than it is known is refused" {
    trades 1000 13 day > short.tape
    trades 3000 13 day > long.tape
    xledger -d ledger.db long.tape > /dev/null
    refused xledger -d ledger.db short.tape
    [[ $stderr == *'"day" ends at seq 1023, but ledger.db knows it up to seq 3023'* ]]
}

@test "only the newest stream can go on" {
    trades 1000 14 monday > short.tape
    trades 2000 14 monday > long.tape
    trades 1000 15 tuesday > tuesday.tape
    xledger -d ledger.db short.tape tuesday.tape > /dev/null
    refused xledger -d ledger.db long.tape
    [[ $stderr == *"event 1024 "*"another one followed it"* ]]
}

@test "other fees for a stream that is known are refused: exit 2" {
    trades 100 16 day > day.tape
    xledger -d ledger.db --taker-fee 0.001 day.tape > /dev/null
    run -2 --separate-stderr xledger -d ledger.db day.tape
    [[ $stderr == *"--taker-fee 0.001 "*"same options"* ]]
}

@test "a database that was changed by hand is found out" {
    trades 2000 17 day > day.tape
    xledger -d good.db day.tape > /dev/null
    while IFS='|' read -r invariant change; do
        cp good.db ledger.db
        sqlite3 ledger.db "$change"
        run -1 --separate-stderr xledger -d ledger.db --check < /dev/null
        [[ $stderr == *"$invariant: "* ]] || { echo "$change: $stderr"; false; }
    done << 'EOF'
I1|UPDATE positions SET cost = '5' WHERE account_id = 3 AND instrument_id = 1
I2|UPDATE postings SET amount = '0.00000001' WHERE posting_id = 100
I3|UPDATE balances SET balance = '0.00000001' WHERE account_id = 2
I5|UPDATE balances SET version = version + 1 WHERE account_id = 2
I4|UPDATE positions SET version = 7 WHERE account_id = 2 AND instrument_id = 2
I5|UPDATE postings SET balance_after = '0' WHERE posting_id = 1000
I11|UPDATE transactions SET seq = 5 WHERE transaction_id = 500
I11|UPDATE watermarks SET last_transaction = 3
EOF
    cp good.db ledger.db
    sqlite3 ledger.db "UPDATE postings SET kind = 'bust' WHERE posting_id = 77"
    refused xledger -d ledger.db day.tape
    [[ $stderr == *"posting 77 of stream"*"is not the one"* ]]
    cp good.db ledger.db
    sqlite3 ledger.db "UPDATE positions SET cost = 'much'"
    run -1 xledger -d ledger.db --print positions < /dev/null
}

@test "part of a stream that is posted is refused, and the whole after a part" {
    trades 300 11 day > day.tape
    xgrep -t trade day.tape > part.tape
    xledger -d ledger.db --no-output day.tape
    refused xledger -d ledger.db part.tape
    [[ $stderr == *'"day/xgrep" is derived from "day"'*"--as-new"* ]]
    xledger -d other.db --no-output part.tape
    run -1 xledger -d other.db --no-output day.tape
    # a stream that goes on elsewhere is no part of it
    trades 300 12 day2 > day2.tape
    xledger -d ledger.db --no-output day2.tape
    # nor is one that shares its definitions alone
    xgrep -t instrument day.tape | xexport -f json |
        ximport -f json --stream first > first.tape
    { xexport -f json first.tape; xgrep -t cash -n 1 day.tape |
        xexport -f json | tail -n 1; } | ximport -f json --stream second \
        > second.tape
    xledger -d third.db --no-output first.tape
    xledger -d third.db --no-output second.tape
}

@test "xreplay --to of a known stream adds nothing, the whole of it the rest" {
    trades 3000 13 day | xstore -q -d store > day.tape
    to=$(xexport -f csv -t trade -c time day.tape | sed -n 1000p)
    xreplay -d store --to "$to" > begin.tape
    xledger -d ledger.db --no-output begin.tape
    xledger -d ledger.db --no-output day.tape
    contents ledger.db > before
    xledger -d ledger.db --no-output begin.tape || [ $? -eq 1 ]
    contents ledger.db | cmp - before
}

@test "with -d, --print and --check compute a given stream and write nothing" {
    trades 3000 8 monday > monday.tape
    trades 3000 9 tuesday --deposit 0 > tuesday.tape
    trades 100 10 wednesday --deposit 0 > wednesday.tape
    xledger -d ledger.db --no-output monday.tape
    cp ledger.db before.db
    # on top of what is stored, one stream after the other
    xledger -d ledger.db -p balances tuesday.tape wednesday.tape > found
    xledger -d ledger.db --check tuesday.tape
    cmp ledger.db before.db
    xledger -p balances monday.tape tuesday.tape wednesday.tape | cmp - found
    # a known one: as it was at its end
    xledger -d ledger.db --no-output tuesday.tape
    xledger -d ledger.db -p balances monday.tape > found
    xledger -p balances monday.tape | cmp - found
    xledger -d ledger.db -p positions - < monday.tape |
        cmp - <(xledger -p positions monday.tape)
    # standard input only if "-" says so: cron gives an empty pipe
    xledger -d ledger.db -p balances > found
    true | xledger -d ledger.db -p balances | cmp - found
    true | xledger -d ledger.db --check
    xledger -d ledger.db -p balances < /dev/null | cmp - found
    xledger -d ledger.db -p balances < monday.tape | cmp - found
    run -3 xledger -d ledger.db -p balances - < /dev/null
}

@test "--check and the next posting see any value changed, in any table" {
    trades 60 17 monday > monday.tape
    trades 60 18 tuesday --start 2026-01-09T14:30:00Z --deposit 0 \
        > tuesday.tape
    printf '%s\n' '{"type":"account","time":"2026-01-09T10:00:00Z","account_id":1,"user_id":7,"account_type":"cash","status":"active"}' \
        '{"type":"account","time":"2026-01-09T10:00:00Z","account_id":"anna"}' |
        ximport -f json --stream accounts > accounts.tape
    xledger -d good.db --no-output monday.tape accounts.tape tuesday.tape
    trades 5 19 wednesday > wednesday.tape
    sqlite3 good.db "SELECT m.name, c.name FROM sqlite_schema m,
        pragma_table_info(m.name) c WHERE m.type = 'table'
        AND m.name NOT LIKE 'sqlite%'" > columns
    [ "$(wc -l < columns)" -ge 75 ]
    changed=0
    while IFS='|' read -r table column; do
        cp good.db ledger.db
        key=$(sqlite3 good.db "SELECT group_concat(name, ', ') FROM
            pragma_table_info('$table') WHERE pk > 0")
        # of one row: a number, a text that grows, bytes, or a null filled
        for null in 7 "'x'"; do
            sqlite3 ledger.db "UPDATE $table SET $column =
                CASE typeof($column) WHEN 'integer' THEN $column + 100000
                WHEN 'blob' THEN CAST('x' || substr($column, 2) AS BLOB)
                WHEN 'null' THEN $null ELSE $column || '1' END
                WHERE ($key) = (SELECT $key FROM $table LIMIT 1)" 2> err &&
                break
        done
        ! cmp -s good.db ledger.db || continue # no row, or the key forbids it
        changed=$((changed + 1))
        run -1 --separate-stderr xledger -d ledger.db --check
        [ "${#stderr_lines[@]}" -eq 1 ] ||
            { echo "$table.$column: $output $stderr"; false; }
        case $table in
        accounts | balances | positions | instruments | watermarks | \
            endings | schema_migrations)
            # what the next stream would be built on
            contents ledger.db > before
            run -1 xledger -d ledger.db --no-output wednesday.tape
            contents ledger.db | cmp - before
            run -1 xledger -d ledger.db -p balances
            ;;
        esac
    done < columns
    [ $changed -ge 70 ]
}

@test "a bit that flips in any page changes nothing in silence" {
    trades 300 17 monday > monday.tape
    trades 300 18 tuesday --deposit 0 > tuesday.tape
    xledger -d good.db --no-output monday.tape tuesday.tape
    xledger -d good.db -p positions > positions
    size=$(stat -c %s good.db)
    for offset in $(seq 0 4093 $((size - 1))) 18 19 40 47 59 100 104; do
        cp good.db ledger.db
        byte=$(od -An -tu1 -j "$offset" -N 1 good.db)
        # shellcheck disable=SC2059 # a byte
        printf "\\x$(printf %x $((byte ^ 1 << offset % 8)))" |
            dd of=ledger.db bs=1 seek="$offset" conv=notrunc 2> /dev/null
        status=0
        xledger -d ledger.db -p positions > found 2> err || status=$?
        [ $status -eq 0 ] || [ $status -eq 1 ] ||
            { echo "$offset: $status $(cat err)"; false; }
        [ $status -eq 1 ] || cmp found positions
    done
}

@test "triggers and views that somebody planted are refused, indexes are not" {
    trades 100 17 day > day.tape
    trades 100 18 next > next.tape
    xledger -d good.db --no-output day.tape
    while read -r sql; do
        cp good.db ledger.db
        sqlite3 ledger.db "$sql"
        sha256sum ledger.db > sum
        run -1 --separate-stderr xledger -d ledger.db --no-output next.tape
        [[ $stderr == "xledger: ledger.db: its "*"changed by hand"* ]]
        run -1 xledger -d ledger.db --check
        run -1 xledger -d ledger.db -p balances
        sha256sum --quiet -c sum
    done << 'EOF'
CREATE TRIGGER t AFTER INSERT ON postings BEGIN DELETE FROM balances; END
CREATE VIEW mine AS SELECT * FROM postings
DROP VIEW v_balance; CREATE VIEW v_balance AS SELECT * FROM balances
DROP TABLE position_starts; CREATE VIEW position_starts AS SELECT 1
DROP VIEW v_posting
ALTER TABLE accounts ADD COLUMN x TEXT
EOF
    cp good.db ledger.db
    sqlite3 ledger.db 'CREATE INDEX mine ON postings (account_id); ANALYZE'
    xledger -d ledger.db --no-output next.tape
    xledger -d ledger.db --check
}

@test "a database that belongs to another program is not changed by a byte" {
    trades 100 17 day > day.tape
    sqlite3 a.db 'CREATE TABLE mine (x)'
    sqlite3 b.db 'PRAGMA application_id = 7; VACUUM'
    sqlite3 c.db 'CREATE TABLE schema_migrations (version, name)'
    sqlite3 d.db 'CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY,
        name TEXT NOT NULL); INSERT INTO schema_migrations VALUES (1, "users")'
    sqlite3 e.db 'PRAGMA user_version = 3; VACUUM'
    for db in a b c d e; do
        sha256sum $db.db > sum
        for look in "-o /dev/null day.tape" --check "-p balances"; do
            # shellcheck disable=SC2086
            run -1 --separate-stderr xledger -d $db.db $look
            [[ $stderr == "xledger: $db.db: it "*": name another file" ]]
            sha256sum --quiet -c sum
        done
    done
    xledger -d ledger.db --no-output day.tape
    [ "$(sqlite3 ledger.db 'PRAGMA application_id')" = 2020895847 ]
}

# ---- what can go wrong ------------------------------------------------------

# undisturbed TAPE: what all the runs below must come to.
undisturbed() {
    xledger -d undisturbed.db "$1" > undisturbed.out
    contents undisturbed.db > undisturbed.rows
}

# until_posted N: waits until ledger.db holds so many transactions.
until_posted() {
    for _ in $(seq 300); do
        sleep 0.05
        [ "$(sqlite3 ledger.db 'SELECT count(*) FROM transactions' \
            2> /dev/null || echo 0)" -lt "$1" ] || return 0
    done
    return 1
}

# as_undisturbed TAPE: the same command again finishes the work.
as_undisturbed() {
    xledger -d ledger.db "$1" | cmp - undisturbed.out
    contents ledger.db | cmp - undisturbed.rows
}

@test "kill -9, again and again: nothing lost, nothing doubled, nothing passed on early" {
    rounds=20
    [ "${XTAPE_LONG-}" != 1 ] || rounds=100
    trades 60000 18 day > day.tape
    undisturbed day.tape
    for _ in $(seq $rounds); do
        xledger -d ledger.db day.tape > out.tape &
        pid=$!
        sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
        kill -9 $pid 2> /dev/null || true
        wait $pid || true
        # what went out was committed before
        told=$(xexport -f csv -t posting out.tape 2> /dev/null |
            tail -n 1 | cut -d, -f4 || true)
        [[ ${told-} =~ ^[0-9]+$ ]] || continue
        kept=$(sqlite3 ledger.db 'SELECT max(posting_id) FROM postings')
        [ "$told" -le "$kept" ] || { echo "told $told, kept $kept"; false; }
    done
    as_undisturbed day.tape
    xledger -d ledger.db --check < /dev/null
}

@test "killed at every write and sync to the database, it recovers" {
    no_leaks
    trades 400 19 day > day.tape
    undisturbed day.tape
    for call in pwrite64 fdatasync; do
        for n in 1 2 3 4 5 8 12 20 40; do
            rm -f ledger.db*
            strace -f -qq -o /dev/null -e trace=$call \
                -e "inject=$call:signal=SIGKILL:when=$n" \
                xledger -d ledger.db day.tape > /dev/null 2>&1 || true
            as_undisturbed day.tape
        done
    done
}

@test "a write that fails is exit 3, and the same command finishes the work" {
    no_leaks
    trades 400 20 day > day.tape
    undisturbed day.tape
    failed=0
    for call in pwrite64 fdatasync; do
        for n in 1 2 3 5 9 15; do
            rm -f ledger.db*
            status=0
            strace -f -qq -o /dev/null -e trace=$call \
                -e "inject=$call:error=ENOSPC:when=$n+" \
                xledger -d ledger.db day.tape > /dev/null 2> err || status=$?
            if [ $status -ne 0 ]; then
                [ $status -eq 3 ]
                one_line err
                grep -q '^xledger: ledger.db: cannot ' err
                failed=$((failed + 1))
            fi
            as_undisturbed day.tape
        done
    done
    [ $failed -ge 6 ]
}

@test "a full standard output loses nothing that was committed" {
    trades 60000 21 day > day.tape
    undisturbed day.tape
    status=0
    xledger -d ledger.db day.tape > /dev/full 2> err || status=$?
    [ $status -eq 3 ]
    as_undisturbed day.tape
}

@test "upstream dies: what came is kept, exit 3, and it goes on from there" {
    trades 20000 22 day > day.tape
    undisturbed day.tape
    half=$(($(stat -c %s day.tape) / 2))
    run -3 --separate-stderr bash -c \
        "head -c $half day.tape | xledger -d ledger.db > out.tape"
    [[ $stderr == *"upstream died"* ]]
    [ "$(sqlite3 ledger.db 'SELECT count(*) > 9000 FROM transactions')" -eq 1 ]
    # all that went out is in the database
    run -3 xexport -f csv -t posting out.tape
    as_undisturbed day.tape
}

@test "a live feed is committed and handed on when it pauses" {
    trades 3000 23 day > day.tape
    undisturbed day.tape
    mkfifo live
    xledger -d ledger.db < live > out.tape &
    exec 9> live
    head -c 150000 day.tape >&9
    until_posted 500
    tail -c +150001 day.tape >&9
    exec 9>&-
    wait
    cmp out.tape undisturbed.out
    contents ledger.db | cmp - undisturbed.rows
}

@test "SIGTERM commits and says stopped; the same command goes on" {
    trades 3000 24 day > day.tape
    undisturbed day.tape
    mkfifo live
    xledger -d ledger.db < live > out.tape 2> /dev/null &
    pid=$!
    exec 9> live
    head -c 150000 day.tape >&9
    until_posted 500
    kill -TERM $pid
    status=0
    wait $pid || status=$?
    exec 9>&-
    [ $status -eq 143 ]
    xstat out.tape | contains stopped
    as_undisturbed day.tape
}

@test "a name that SQLite takes for no file is refused, or the ledger is lost" {
    trades 10 25 day > day.tape
    run -2 --separate-stderr xledger -d :memory: day.tape
    [[ $stderr == *"write ./:memory:" ]]
    xledger -d ./:memory: day.tape > /dev/null
    [ -s :memory: ]
}

@test "a database that another program locks is exit 3, with advice" {
    trades 100 25 day > day.tape
    xledger -d ledger.db day.tape > /dev/null
    trades 100 26 next > next.tape
    { echo 'BEGIN IMMEDIATE; SELECT 1;'; sleep 9; } |
        sqlite3 ledger.db > locked &
    until [ -s locked ]; do sleep 0.05; done
    refused_with=$(contents ledger.db | cksum)
    run -3 --separate-stderr xledger -d ledger.db next.tape
    [[ $stderr == *"ledger.db: cannot "*"locked"*"run it again" ]]
    [ "$(contents ledger.db | cksum)" = "$refused_with" ]
    kill %1 2> /dev/null || true
}

# hold: a writer that holds ledger.db until descriptor 9 is closed.
hold() {
    mkfifo live
    xledger -d ledger.db < live > out.tape 2> err &
    pid=$!
    exec 9> live
    head -c 100000 day.tape >&9
    until_posted 300
}

@test "two programs posting to one ledger: the second is turned away, the first goes on" {
    trades 3000 27 day > day.tape
    trades 100 28 other > other.tape
    undisturbed day.tape
    hold
    run -3 --separate-stderr xledger -d ledger.db other.tape
    [[ $stderr == *"ledger.db: cannot write to it: it is locked by another"*"--wait"* ]]
    # who only looks need not wait
    xledger -d ledger.db --check > looked
    grep -q 'stream "day" is only partly posted' looked
    tail -c +100001 day.tape >&9
    exec 9>&-
    wait $pid
    cmp out.tape undisturbed.out
    contents ledger.db | cmp - undisturbed.rows
    xledger -d ledger.db --no-output other.tape
    xledger -d ledger.db --check
}

@test "--wait: the second writer waits until the first ends, and no longer" {
    trades 3000 27 day > day.tape
    trades 100 28 other > other.tape
    hold
    run -3 xledger -d ledger.db --wait 100ms other.tape
    xledger -d ledger.db --wait 1m --no-output other.tape 9>&- &
    waiting=$!
    tail -c +100001 day.tape >&9
    exec 9>&-
    wait $pid
    wait $waiting
    run -0 sqlite3 ledger.db "SELECT stream FROM watermarks"
    [ "$output" = "day
other" ]
}

@test "a stream that a kill left half posted is finished before another begins" {
    trades 3000 27 day > day.tape
    trades 100 28 other > other.tape
    undisturbed day.tape
    hold
    kill -9 $pid
    wait $pid || true
    exec 9>&-
    xledger -d ledger.db --check > looked
    grep -q 'stream "day" is only partly posted, up to seq' looked
    refused xledger -d ledger.db other.tape
    [[ $stderr == *'stream "day" is only partly posted'*"--as-new abandons it)" ]]
    cp ledger.db given-up.db
    [ ! -e ledger.db-wal ] || cp ledger.db-wal given-up.db-wal
    as_undisturbed day.tape
    xledger -d ledger.db --no-output other.tape
    run ! grep -q 'in part' <(xledger -d ledger.db --check)
    # given up, it can be read again, but not go on
    xledger -d given-up.db --as-new --no-output other.tape
    run -1 --separate-stderr xledger -d given-up.db --no-output day.tape
    [[ $stderr == *"another one followed it"* ]]
}

@test "what is no ledger is not touched" {
    trades 10 29 day > day.tape
    echo "hello, this is no database, by no means" > text.db
    run -1 --separate-stderr xledger -d text.db day.tape
    [[ $stderr == *"text.db: "*"not an SQLite database"* ]]
    grep -q hello text.db
    sqlite3 foreign.db "CREATE TABLE mine (x)"
    run -1 --separate-stderr xledger -d foreign.db day.tape
    [[ $stderr == *"foreign.db: it is not a ledger: name another file"* ]]
    [ "$(sqlite3 foreign.db .tables)" = mine ]
    run -3 --separate-stderr xledger -d no/such/directory.db day.tape
    [[ $stderr == *"directory.db: cannot open it"* ]]
    run -2 xledger -d . day.tape
    run -3 xledger -d nothing.db --print balances < /dev/null
    [ ! -e nothing.db ]
}

@test "a damaged database is exit 1" {
    trades 3000 30 day > day.tape
    xledger -d good.db day.tape > /dev/null
    size=$(stat -c %s good.db)
    for offset in 30 100 16384 163840 $((size - 16384)); do
        cp good.db ledger.db
        head -c 60 /dev/zero | tr '\0' 'Z' |
            dd of=ledger.db bs=1 seek="$offset" conv=notrunc 2> /dev/null
        run -1 --separate-stderr xledger -d ledger.db --check < /dev/null
        [[ $stderr == "xledger: "* ]]
    done
    head -c $((size / 2)) good.db > ledger.db
    run -1 xledger -d ledger.db --check < /dev/null
}

@test "a database that may not be written is exit 3 for posting, fine for a look" {
    trades 100 31 day > day.tape
    mkdir directory
    xledger -d directory/ledger.db day.tape > /dev/null
    xledger -d directory/ledger.db --print balances < /dev/null > balances
    rm -f directory/ledger.db-*
    chmod 444 directory/ledger.db
    as=
    if [ "$(id -u)" -eq 0 ]; then
        chmod 755 directory .
        chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
        as="setpriv --reuid=65534 --clear-groups"
        $as test -r directory/ledger.db || skip "nobody cannot reach $PWD"
    fi
    trades 100 32 next > next.tape
    # shellcheck disable=SC2086 # a command line
    run -3 --separate-stderr $as xledger -d directory/ledger.db next.tape
    [[ $stderr == *"directory/ledger.db: cannot "* ]]
    # shellcheck disable=SC2086
    $as xledger -d directory/ledger.db --print balances < /dev/null |
        cmp - balances
    # shellcheck disable=SC2086
    $as xledger -d directory/ledger.db --check < /dev/null
}
