# maker.awk - a market maker: joins the best price of the others, on both sides.
#
#   xbacktest day.tape -- gawk -F '\t' -f maker.awk
#   xbacktest day.tape -- mawk -W interactive -F '\t' -f maker.awk
#
# It works on the first instrument that it sees, holds at most MOST (-v MOST=5)
# and quotes SIZE (-v SIZE=1).

function join_best(side, price) {
    if (order[side])
        print "cancel", order[side]
    order[side] = 0
    if (side == "buy" ? position >= MOST : position <= -MOST)
        return
    order[side] = ++count
    at[side] = price
    print "order", count, symbol, side, SIZE, price, "flags=post_only"
}

BEGIN {
    OFS = "\t"
    if (!MOST) MOST = 5
    if (!SIZE) SIZE = 1
}
$1 == "quote" && !symbol { symbol = $3 }
# $4 bid, $5 its quantity, $8 how much of that is ours; $6, $7, $9 of the ask
$1 == "quote" && $3 == symbol && $4 != "-" && $6 != "-" {
    if ($4 != at["buy"] && $5 != $8) join_best("buy", $4)
    if ($6 != at["sell"] && $7 != $9) join_best("sell", $6)
}
$1 == "fill" && $8 == 0 { at[$5] = "" } # used up: join again at the next quote
$1 == "position" { position = $4 }
$1 == "go" { print "go"; fflush() }
