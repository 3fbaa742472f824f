# Postings as a journal, read by the programs that people keep books with.
load common

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    ximport -f csv -t cash "$BATS_TEST_DIRNAME/../../testdata/deposits.csv" -o cash.tape
    ximport -f csv -t order "$BATS_TEST_DIRNAME/../../testdata/orders.csv" -o order.tape
    xmerge --stream monday cash.tape order.tape | xmatch |
        xledger -d ledger.db --taker-fee 0.0003 -o day.tape
    xexport -f hledger day.tape > day.journal
    # account|asset|amount, as SQL has it.
    sqlite3 ledger.db "
        SELECT account, currency, balance FROM v_balance WHERE balance <> '0'
        UNION ALL
        SELECT account, instrument, quantity FROM v_position
            WHERE quantity <> '0'" > rows
    sed 's/^@/equity:/; t; s/^/assets:/' rows | sort > wanted
}

setup() { cd "$BATS_FILE_TMPDIR" || return; }

@test "hledger has the balances that the ledger's database has" {
    hledger -f day.journal balance --flat -N --output-format csv > got.csv
    python3 - got.csv > got << 'END'
import csv, re, sys
from decimal import Decimal
for account, amounts in list(csv.reader(open(sys.argv[1])))[1:]:
    for amount in amounts.split(", "):
        value, asset = re.fullmatch(r'(-?[0-9.]+) "?([^"]+)"?', amount).groups()
        value = format(Decimal(value).normalize(), "f")
        print(account, asset, value, sep="|")
END
    sort got | cmp - wanted
    [ "$(wc -l < wanted)" -gt 30 ]
}

@test "ledger-cli has the balances that hledger has" {
    ledger -f day.journal balance --flat --no-total \
        --balance-format '%(join(scrub(display_total)))|%(account)\n' > raw
    python3 - raw > got << 'END'
import re, sys
from decimal import Decimal
for line in open(sys.argv[1]):
    amounts, account = line.rstrip("\n").split("|")
    for amount in amounts.split("\\n"):
        value, asset = re.fullmatch(r' *(-?[0-9.]+) "?([^"]+)"?', amount).groups()
        print(account, asset, format(Decimal(value).normalize(), "f"), sep="|")
END
    sort got | cmp - wanted
}

@test "the journal of a day is the same with other types selected around it" {
    xexport -f hledger -t posting day.tape | cmp - day.journal
    run -2 xexport -f hledger -t trade day.tape
    [[ $output == *"a journal is made of postings: -t posting"* ]]
}

@test "a leg of another kind than its transaction says so" {
    grep -q '^    assets:.* "USD"  ; fee$' day.journal
}

@test "an account's name that would end a line early is refused with the event" {
    printf '%s\n' 'time,kind,transaction_id,account_id,amount,currency' \
        '2026-01-08T10:00:00Z,deposit,1,a  b,5,USD' |
        ximport -f csv -t posting --stream made -o bad.tape
    run -1 xexport -f hledger bad.tape
    [[ $output == *'bad.tape: event '*'account "a  b" cannot stand in a journal'* ]]
}

@test "an asset whose name would begin a comment is refused by its name" {
    printf '%s\n' time,kind,transaction_id,account_id,amount,instrument \
        '2026-01-08T10:00:00Z,deposit,1,a,5,A;B' |
        ximport -f csv -t posting --stream made -o asset.tape
    run -1 xexport -f hledger asset.tape
    [[ $output == *'asset "A;B" cannot stand in a journal'* ]]
}

@test "a tape without postings is an empty journal, with a remark" {
    xgen -n 10 | xexport -f hledger 2> err > none
    [ ! -s none ]
    grep -q 'no event of type posting' err
}
