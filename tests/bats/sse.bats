# A real exchange's morning: what arrived at Shanghai for one stock from the
# opening auction until 10:00 gives the exchange's own trades.
load common

@test "xmatch gives the trades of the Shanghai exchange, each and in order" {
    needs_data
    zstdcat "$XTAPE_DATA"/sse/AX_sbe_sse_600519_to_1000.log.zst > day.log
    python3 "$BATS_TEST_DIRNAME/sse_orders.py" trades < day.log > exchange
    [ "$(wc -l < exchange)" -eq 6027 ]
    python3 "$BATS_TEST_DIRNAME/sse_orders.py" orders < day.log |
        ximport -f json | xmatch -o day.tape
    xexport -f csv -t trade day.tape | tail -n +2 | cut -d, -f5,6,8,9 > ours
    diff exchange ours
    [ "$(head -n 334 ours | cut -d, -f1 | uniq)" = 1808.08 ] # the auction
    xstat day.tape | excludes -E 'rejected|cancelled .*remainder'
}
