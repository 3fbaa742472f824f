# ITCH 5.0: every message, in every framing, and what is wrong with a file.
load common

events() {
    ximport -q -f itch --date 2019-10-30 "$@" | xexport -f json > events.json
}

make_itch() {
    python3 "$BATS_TEST_DIRNAME/itch_events.py" make "$1"
}

check() {
    python3 "$BATS_TEST_DIRNAME/itch_events.py" check "$1" events.json
}

@test "a message of each type is what the specification says, and nothing is left out" {
    make_itch length > all.itch
    events all.itch
    run -0 check all.itch
    [ "$(wc -l < events.json)" -eq 28 ]
    run -0 --separate-stderr ximport -f itch --date 2019-10-30 all.itch -o all.tape
    [ "$stderr" = "" ]
    [ "$(xexport -f csv -t audit -c name all.tape | sort -u | wc -l)" -eq 10 ]
    xexport -f json all.tape | jq -r 'select(.document) | .document' |
        jq -c . > /dev/null
}

@test "SoupBinTCP and MoldUDP64 carry the same events" {
    make_itch length > all.itch
    events all.itch
    mv events.json wanted.json
    for framing in soup mold; do
        make_itch $framing > "$framing.itch"
        events "$framing.itch"
        diff wanted.json events.json
    done
}

@test "captures, pcap and pcapng, give the same events, received when captured" {
    make_itch length > all.itch
    events all.itch
    mv events.json wanted.json
    for kind in pcap pcapng; do
        make_itch $kind > "$kind.cap"
        run -0 --separate-stderr ximport -f itch --date 2019-10-30 --stream d "$kind.cap" -o "$kind.tape"
        [ "$stderr" = "ximport: 2 messages left out, repeated or later than what follows them
ximport: 1 payload left out, not MoldUDP64" ]
        xexport -f json "$kind.tape" > events.json
        diff wanted.json <(sed 's/,"received":"[^"]*"//' events.json)
        [ "$(jq -r 'select(.type == "book_add") | .received' events.json | sort -u)" = 1970-01-01T00:00:06.25Z ]
    done
    cmp pcap.tape pcapng.tape
    head -c 300 pcap.cap > cut.cap
    run -1 --separate-stderr ximport -q -f itch --date 2019-10-30 cut.cap -o cut.tape
    [[ $stderr == "ximport: cut.cap: byte 262: the file ends within a record"* ]]
}

@test "a hole in the sequence is a gap, and what comes again is passed over" {
    make_itch again > again.itch
    events again.itch
    [ "$(grep -c '"type":"gap"' events.json)" -eq 1 ]
    grep -q '"missing":2,"reason":"MoldUDP64"' events.json
    grep -v '"type":"gap"' events.json > rest.json
    make_itch length > all.itch
    events all.itch
    diff events.json rest.json
    # the other line of the same feed has nothing new, which is no failure
    run -0 --separate-stderr ximport -f itch --date 2019-10-30 again.itch again.itch -o two.tape
    [[ $stderr == *" messages left out, repeated or later than what follows them"* ]]
    xexport -f json two.tape > events.json
    diff <(grep -v '"type":"gap"' events.json) rest.json
    # no packet at all
    make_itch pcap > day.cap
    head -c 24 day.cap > none.cap
    run -1 --separate-stderr ximport -q -f itch --date 2019-10-30 none.cap -o none.tape
    [[ $stderr == *"no message of ITCH 5.0 in it"* ]]
}

@test "recorded: the simulated day of RITCH, message by message" {
    needs_data
    zstd -dcq "$XTAPE_DATA/itch/ex20101224.TEST_ITCH_50.zst" > day.itch
    events day.itch
    run -0 check day.itch
    [ "${lines[*]}" = "audit 6 book_add 5000 book_delete 1745 book_execute 198 book_reduce 45 book_replace 12 instrument 3 print 5180 session 4" ]
    ximport -q -f itch --date 2010-12-24 day.itch | xbook -q > /dev/null
}

@test "recorded: the first thousand messages of a real day" {
    needs_data
    zstd -dcq "$XTAPE_DATA/itch/sample_1000.itch.zst" > day.itch
    events day.itch
    run -0 check day.itch
    [ "${lines[*]}" = "audit 4 instrument 993 session 3" ]
}

@test "a book of its messages: what traded is gone, a replacement keeps its side" {
    make_itch length | ximport -f itch --date 2019-10-30 | xbook |
        xexport -f csv -t quote -c bid_price,bid_quantity,ask_price,ask_quantity > out
    [ "$(tail -n +2 out)" = "10.01,300,,
10.01,300,10.02,200
10.01,200,10.02,200
10.01,200,10.02,150
10.01,200,10.02,100
10.01,150,10.02,100
10.011,70,10.02,100
,,10.02,100" ]
}

@test "types that are not of ITCH 5.0 and stocks nobody named are counted" {
    { make_itch length; printf '\0\3zab\0\23D\0\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1'; } > odd.itch
    run -0 --separate-stderr ximport -f itch --date 2019-10-30 odd.itch -o odd.tape
    [ "${stderr_lines[0]}" = "ximport: 1 message of types that ITCH 5.0 does not have" ]
    [ "${stderr_lines[1]}" = "ximport: 1 message left out, of stocks that the directory does not have" ]
}

@test "a file that is cut, or is something else, ends with 1 and its byte" {
    make_itch length > all.itch
    head -c 200 all.itch > cut.itch
    run -1 --separate-stderr ximport -f itch --date 2019-10-30 cut.itch -o cut.tape
    [[ $stderr == "ximport: cut.itch: byte 183: the file ends within a record (17 of 30 bytes)"* ]]
    # what came before it stays
    ximport -f itch --date 2019-10-30 cut.itch > cut.tape 2> /dev/null || true
    [ "$(xexport -f json cut.tape 2> /dev/null | wc -l)" -eq 7 ]
    head -c 1000 /dev/zero > zeros
    run -1 --separate-stderr ximport -f itch --date 2019-10-30 zeros -o no.tape
    [[ $stderr == "ximport: zeros: byte 0: "* ]]
    run -2 ximport -f itch all.itch
}
