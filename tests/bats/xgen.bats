# xgen: the same market for the same seed, and one that hangs together.
load common

@test "the same options give the same bytes, another seed gives another market" {
    xgen --orders 5000 --seed 7 > one.tape
    xgen --orders 5000 --seed 7 > two.tape
    xgen --orders 5000 --seed 8 > other.tape
    cmp one.tape two.tape
    run ! cmp -s one.tape other.tape
}

@test "a seed gives the same events in every version and on every machine" {
    # as text: the layout of a later version may have more fields
    fingerprint() {
        xgen -n 20000 --seed 1 "$@" | xexport -f json | sha256sum |
            cut -c 1-16
    }
    [ "$(fingerprint)" = f7d43fd9e0b9620c ]
    [ "$(fingerprint -t trade)" = 550f8bc6be0e464c ]
    [ "$(fingerprint -t print)" = a64f20f7f92a56d5 ]
}

@test "the count is what was asked for, and definitions come before" {
    xgen -n 1000 --symbols 12 --accounts 7 > day.tape
    xexport -f json day.tape > day.json
    [ "$(grep -cE '"type":"(order|modify|cancel)"' day.json)" -eq 1000 ]
    [ "$(grep -c '"type":"instrument"' day.json)" -eq 12 ]
    [ "$(grep -c '"type":"account"' day.json)" -eq 7 ]
    [ "$(grep -c '"type":"cash"' day.json)" -eq 7 ]
    head -n 27 day.json | tail -n 1 | contains '"type":"session"'
    head -n 28 day.json | tail -n 1 | contains '"type":"order"'
    [ "$(xgen -n 0 --deposit 0 --accounts 7 --symbols 12 | xexport -f json |
        wc -l)" -eq 20 ]
}

@test "of 100 orders about 55 rest, 35 cancel or modify, 10 trade" {
    xgen -n 100000 > day.tape
    xexport -f json day.tape > day.json
    cancels=$(grep -c '"type":"cancel"' day.json)
    modifies=$(grep -c '"type":"modify"' day.json)
    market=$(grep -c '"order_type":"market"' day.json)
    ioc=$(grep -c '"order_type":"limit".*"time_in_force":"ioc"' day.json)
    [ "$cancels" -gt 30000 ] && [ "$cancels" -lt 35000 ]
    [ "$modifies" -gt 2000 ] && [ "$modifies" -lt 4000 ]
    [ "$market" -gt 2500 ] && [ "$market" -lt 3500 ]
    [ "$ioc" -gt 4000 ] && [ "$ioc" -lt 6000 ]
}

@test "every cancel and modify names an order of that account and instrument" {
    xgen -n 50000 --symbols 5 --accounts 20 > day.tape
    xexport -f csv -t order day.tape > orders.csv
    xexport -f csv -t cancel day.tape > cancels.csv
    xexport -f csv -t modify day.tape > modifies.csv
    for file in cancels.csv modifies.csv; do
        awk -F, '
            FNR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
            { key = $column["order_id"] }
            NR == FNR { who[key] = $column["instrument"] $column["account_id"]
                        next }
            who[key] != $column["instrument"] $column["account_id"] { bad++ }
            { count++ }
            END { exit bad > 0 || count < 1000 }' orders.csv $file
    done
}

@test "xmatch rejects none of it: what is cancelled or modified is still there" {
    for options in "" "--symbols 1 --depth 224" "--symbols 500 --depth 64"; do
        # shellcheck disable=SC2086
        xgen -n 200000 $options | xmatch > matched.tape
        [ "$(xgrep -t rejected matched.tape | xexport -f json |
            grep -c '"type":"rejected"')" -eq 0 ]
        [ "$(xgrep -t trade -n 1000 matched.tape | xexport -f json |
            grep -c '"type":"trade"')" -eq 1000 ]
    done
}

@test "prices and quantities are multiples of tick and lot" {
    xgen -n 5000 --tick-size 0.25 --lot-size 100 > day.tape
    xexport -f csv -t order day.tape > orders.csv
    awk -F, '
        FNR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        $column["price"] * 4 % 1 || $column["quantity"] % 100 { bad++ }
        END { exit bad > 0 || NR < 3000 }' orders.csv
    xgen -n 100 -t print --tick-size 0.00000001 --lot-size 0.00000001 \
        > small.tape
    [ "$(xexport -f csv -t print small.tape | wc -l)" -eq 101 ]
}

@test "times begin at --start, never step back and come at --rate" {
    xgen -n 60000 --start 2030-06-01T08:00:00Z --rate 1000 > day.tape
    xstat day.tape > stat
    grep -q 'time  *2030-06-01T08:00:00Z to 2030-06-01T08:0[01]:' stat
    grep -q 'never steps back' stat
}

@test "trade ids are dense in each instrument, buyer and seller are two" {
    xgen -n 20000 -t trade --symbols 3 --accounts 2 > trades.tape
    xexport -f csv -t trade trades.tape > trades.csv
    awk -F, '
        FNR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        $column["trade_id"] != ++last[$column["instrument"]] { bad++ }
        $column["buyer_id"] == $column["seller_id"] { bad++ }
        END { exit bad > 0 || NR != 20001 }' trades.csv
}

@test "the provenance has all that shaped the flow" {
    xgen -n 5 --seed 9 --depth 70 --stream some-day > day.tape
    xstat day.tape > stat
    grep -q '^stream  *some-day$' stat
    grep -qE '^programs .*--orders 5 --seed 9 .*--depth 70 ' stat
}

@test "options that lead nowhere are exit 2 and say why" {
    for options in "--symbols 0" "--accounts 0" "--tick-size 0" \
        "--tick-size 10000" "--lot-size 9999999999" "--deposit -1" \
        "--rate 0" "--depth 63" "--depth 225" "--type book" "-n 10000000000 --rate 1" "day.tape"; do
        # shellcheck disable=SC2086
        refuses xgen $options
    done
}
