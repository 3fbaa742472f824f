# xledger --reconcile: a statement of somebody else, compared with the ledger.
load common

# books DATABASE: a ledger of many positions, with fees and a split.
books() {
    xgen -t trade -n 20000 --seed 3 --symbols 40 --accounts 300 --stream day |
        xledger -d "$1" --taker-fee 0.0005 --no-output
    printf '%s\n' time,instrument,action_type,ratio_new,ratio_old \
        2026-01-09,XTAPE:SYM001,split,3,2 |
        ximport -f csv -t corporate_action --stream split |
        xledger -d "$1" --no-output
}

# small: a ledger in small.db that can be looked over.
small() {
    printf '%s\n' time,instrument,buyer_id,seller_id,quantity,price \
        2026-01-08T10:00:00Z,ABC,me,you,5,10 \
        2026-01-08T11:00:00Z,ABC,me,you,3,12 \
        2026-01-08T12:00:00Z,XYZ,me,you,7,20 |
        ximport -f csv -t trade --stream small |
        xledger -d small.db --no-output
}

# statement LINE ...: bank.csv.
statement() {
    printf '%s\n' account,instrument,currency,quantity,cost "$@" > bank.csv
}

# breaks: the lines "account asset break cause" of JSON on stdin, sorted.
breaks() {
    jq -r '.breaks[] | [.account, .instrument // .currency, .break, .cause] |
        join(" ")' | LC_ALL=C sort
}

@test "every planted break is found, and its cause named" {
    books books.db
    xledger -d books.db -p positions --csv > positions.csv
    xledger -d books.db -p balances --csv > balances.csv
    sqlite3 -csv books.db "SELECT account, asset, decimal_sum(amount)
        FROM v_posting WHERE asset <> 'USD' GROUP BY transaction_id, account,
        asset ORDER BY min(posting_id)" > postings.csv
    python3 "$BATS_TEST_DIRNAME/statement_breaks.py" positions.csv \
        balances.csv postings.csv > bank.csv 3> expected
    before=$(sha256sum books.db)
    run -1 --separate-stderr xledger -d books.db --reconcile bank.csv \
        -m account=Account,instrument=Symbol --json
    [ "$(wc -l < expected)" -ge 20 ]
    [ "$(cut -d ' ' -f 3 expected | sort -u | wc -l)" -ge 8 ]
    LC_ALL=C sort expected | diff - <(breaks <<< "$output")
    [ "$(sha256sum books.db)" = "$before" ]
}

@test "a statement that agrees has no breaks, and says what was compared" {
    small
    statement me,ABC,USD,8,86 me,XYZ,,7,140 me,,USD,-226,
    run -0 --separate-stderr xledger -d small.db --reconcile bank.csv
    [ "$output" = "no breaks: 2 positions and 1 balances agree" ]
    [ "$stderr" = \
        "xledger: not compared: 1 account that the statement does not name" ]
}

@test "a break names the transaction that is not booked there" {
    small
    statement me,ABC,,5, me,XYZ,,7,
    run -1 --separate-stderr xledger -d small.db --reconcile bank.csv
    [ "${lines[1]}" = "me       ABC    quantity       8          5  not booked \
there: transaction 2, trade 3 at 2026-01-08T11:00:00Z" ]
    [ "${stderr_lines[0]}" = \
        "xledger: the statement has no balances: they are not compared" ]
    [ "${stderr_lines[2]}" = "xledger: bank.csv: 1 break: 1 quantity" ]
}

@test "cash and quantity that are missing here are one trade" {
    small
    statement me,ABC,,12,999 me,XYZ,,7, me,,USD,-281,
    run -1 --separate-stderr xledger -d small.db --reconcile bank.csv --json
    [ "$(breaks <<< "$output")" = "me ABC quantity trade_not_booked_here
me USD quantity trade_not_booked_here" ]
}

@test "a trade in the wrong account is found in both" {
    small
    statement me,ABC,,6.5, me,XYZ,,7, you,ABC,,-6.5, you,XYZ,,-7,
    run -1 --separate-stderr xledger -d small.db --reconcile bank.csv --json
    [ "$(breaks <<< "$output")" = "me ABC quantity other_account
you ABC quantity other_account" ]
}

@test "a second line for an account and asset is a break, however it is named" {
    small
    statement me,ABC,,8, me,XYZ,,7, me,:XYZ,,6,
    run -1 --separate-stderr xledger -d small.db --reconcile bank.csv --json
    [ "$(breaks <<< "$output")" = "me :XYZ duplicate second_line" ]
}

@test "a statement that cannot be read is refused with its line" {
    small
    statement me,ABC,,5, me,XYZ,,many,
    run -1 xledger -d small.db --reconcile bank.csv
    [ "$output" = \
        'xledger: bank.csv: line 3: quantity: "many" is not a number' ]
    statement "me,ABC,,-999999999999999999999999999999.99999999,"
    run -1 xledger -d small.db --reconcile bank.csv
    [ "$output" = \
        "xledger: bank.csv: line 2: an amount is too large to be compared" ]
    echo account,amount > bank.csv
    run -2 xledger -d small.db --reconcile bank.csv
    [[ "$output" = *'no column "quantity"'* ]]
    run -2 xledger -d small.db --reconcile nowhere.csv
    run -2 xledger --reconcile bank.csv
    run -2 xledger -d small.db --reconcile bank.csv --print lots
    run -2 xledger -d small.db -m account=Account
    statement
    run -1 xledger -d small.db --reconcile bank.csv
    [ "$output" = "xledger: bank.csv: no rows" ]
}
