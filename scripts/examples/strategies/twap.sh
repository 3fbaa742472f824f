#!/bin/sh
# twap.sh SIDE QUANTITY SLICES SECONDS - an execution schedule: QUANTITY in
# SLICES equal orders at the market, one each SECONDS, from the first quote on.
#
#   xbacktest --time us day.tape -- scripts/examples/strategies/twap.sh buy 10 5 60
#
# Times must be numbers: --time us, or a shell with 64 bits of them.
side=$1 slice=$(($2 / $3)) left=$3 step=$(($4 * 1000000))
tab=$(printf '\t')
count=0 symbol='' IFS=$tab
while read -r word time name rest; do
    case $word in
    quote)
        [ -n "$symbol" ] || {
            symbol=$name
            printf 'timer\t%s\n' "$time"
        }
        ;;
    timer)
        count=$((count + 1))
        printf 'order\t%s\t%s\t%s\t%s\tmarket\n' \
            $count "$symbol" "$side" $slice
        [ $count -ge "$left" ] || printf 'timer\t%s\n' $((time + step))
        ;;
    go) echo go ;;
    esac
done
