# Histories of markets by hand, and strategies that say what a script has.

# history: lines of a market, one a second from 10:00:00 on, as a tape:
#   A ID SIDE PRICE QUANTITY    D ID    X ID QUANTITY (less)    E ID QUANTITY
#   U ID NEW PRICE QUANTITY     H SIDE PRICE QUANTITY (hidden)  S STATE
#   L SIDE PRICE QUANTITY (a level)   P SIDE PRICE QUANTITY (a print; SIDE may
#   be -)   Q BID QUANTITY ASK QUANTITY   B OPEN HIGH LOW CLOSE VOLUME (a bar)
history() {
    awk '
    function put(type, fields) {
        printf "{\"type\":\"%s\",\"time\":\"2026-01-08T10:00:%02dZ\",\"instrument\":\"A\",%s}\n",
            type, NR - 1, fields
    }
    function f(name, value) { return "\"" name "\":\"" value "\"" }
    $1 == "A" { put("book_add", f("order_id", $2) "," f("side", $3) "," \
        f("price", $4) "," f("quantity", $5)) }
    $1 == "D" { put("book_delete", f("order_id", $2)) }
    $1 == "X" { put("book_reduce", f("order_id", $2) "," f("quantity", $3)) }
    $1 == "E" { put("book_execute", f("order_id", $2) "," f("quantity", $3)) }
    $1 == "U" { put("book_replace", f("order_id", $2) "," \
        f("new_order_id", $3) "," f("price", $4) "," f("quantity", $5)) }
    $1 == "H" { put("print", f("side", $2) "," f("price", $3) "," \
        f("quantity", $4) "," "\"conditions\":[\"hidden\"]") }
    $1 == "L" { put("book_level", f("side", $2) "," f("price", $3) "," \
        f("quantity", $4)) }
    $1 == "P" { put("print", ($2 == "-" ? "" : f("side", $2) ",") \
        f("price", $3) "," f("quantity", $4)) }
    $1 == "Q" { put("quote", f("bid_price", $2) "," f("bid_quantity", $3) "," \
        f("ask_price", $4) "," f("ask_quantity", $5)) }
    $1 == "B" { put("bar", f("interval", "1s") "," f("start", \
        NR == 1 ? "2026-01-08T09:59:59Z" : \
        sprintf("2026-01-08T10:00:%02dZ", NR - 2)) "," f("open", $2) "," \
        f("high", $3) "," f("low", $4) "," f("close", $5) "," \
        f("volume", $6)) }
    $1 == "S" { put("session", f("state", $2)) }' | ximport -f json "$@"
}

# plays OPTION ... < SCRIPT: a strategy that says what SCRIPT has, lines of
# SECOND WORD ..., once the market is at that second; prints what its orders
# came to, without the date.
plays() {
    cat > script
    xbacktest -q "$@" market.tape -- mawk -W interactive -F '\t' '
        BEGIN { while ((getline line < "script") > 0) {
            at = substr(line, 1, index(line, " ") - 1)
            line = substr(line, index(line, " ") + 1)
            gsub(/ /, "\t", line)
            says[at] = says[at] line "\n" } }
        $1 == "xtape" { print "subscribe\tquote"; print "subscribe\ttrade"
            print "subscribe\tsession"
            print "subscribe\tbar" }
        /^(accepted|rejected|cancelled|modified|fill|expired|triggered)/ {
            time = substr($2, 18, length($2) - 18)
            $2 = time; print > "told"; fflush("told") }
        $1 == "go" && $2 != "-" { at = substr($2, 18, 2) + 0
            for (i = last + 0; i <= at; i++) { printf "%s", says[i]
                says[i] = "" }
            last = at }
        $1 == "go" { print "go" }' > out.tape
    xgrep -q -t book_add,book_delete,book_reduce,book_execute,book_replace \
        -t book_level,book_clear,quote,bar,print,session,instrument out.tape | xstat --digest > after
    [ "$(cat after)" = "$(xstat --digest market.tape)" ]
    [ ! -e told ] || { tr '\t' ' ' < told | sed 's/ A / /' |
        cut -d ' ' -f 1-7 | sed 's/ $//' ; rm told; }
}
