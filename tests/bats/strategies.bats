# The strategies of scripts/examples, as their first lines say.
load common

EXAMPLES=$ROOT/scripts/examples/strategies

report() {
    xledger -q --taker-fee 0.0003 | xreport -f json > report.json
    jq -r ".accounts[0].$1" report.json
}

@test "the market maker in awk trades as a maker, within its bounds" {
    xgen -n 5000 --symbols 1 --seed 4 -o in.tape
    xbacktest -q --latency 1ms in.tape -- mawk -W interactive -F '\t' \
        -v MOST=3 -f "$EXAMPLES/maker.awk" > out.tape
    [ "$(report maker_percent < out.tape)" = 100.00 ]
    xexport -f csv -t position <(xledger -q out.tape) |
        awk -F , 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
            $at["account_id"] == 900001 {
                n++; if ($at["quantity"] > 4 || $at["quantity"] < -4) exit 1 }
            END { exit n < 20 }'
}

@test "the mean reversion in Python ends each trade that it began" {
    xgen -n 5000 --symbols 1 --seed 4 -o in.tape
    PYTHONPATH=$EXAMPLES xbacktest -q in.tape -- \
        python3 "$EXAMPLES/reversion.py" 20 0.01 > out.tape
    [ "$(report fills < out.tape)" -ge 20 ]
    [ "$(jq '.accounts[0] | .fills - 2 * .closing_fills | . >= 0 and . <= 1' \
        report.json)" = true ]
}

@test "the schedule in shell buys its slices, each at its time" {
    xgen -n 5000 --symbols 1 --rate 10 -o in.tape
    xbacktest -q --time us in.tape -- "$EXAMPLES/twap.sh" buy 10 5 60 |
        xgrep -a 900001 | xexport -f csv -t trade -c time,quantity |
        tail -n +2 > fills
    awk -F , '{ sum += $2 } END { exit sum != 10 }' fills
    cut -d , -f 1 fills | sort -u | cut -c 15-16 > minutes
    [ "$(wc -l < minutes)" -eq 5 ]
    awk 'NR > 1 && $1 != before + 1 { exit 1 } { before = $1 }' minutes
}

@test "the latency sweep prints a row for each latency, and draws them" {
    xgen -n 3000 --symbols 1 --seed 4 -o in.tape
    "$ROOT/scripts/latency-sweep" in.tape picture.svg > table
    [ "$(awk '{ print $1 }' table | xargs)" = "latency none 100us 1ms 10ms" ]
    [ "$(awk 'NR > 1 && $3 > 0' table | wc -l)" -eq 4 ]
    grep -q '<svg' picture.svg
    run -2 "$ROOT/scripts/latency-sweep" in.tape
}
