# Policy: parts move to their tiers and go away when it says so, and only then,
# with a line in the journal for each.
load common

teardown() {
    cd /
    rm -rf "/dev/shm/policy-$$"
}

# day DATE: puts a day of trading into the archive a, as stream v-DATE.
day() {
    xgen --orders 200 --symbols 3 --seed 3 --start "${1}T10:00:00Z" --stream "v-$1" |
        xmatch > "$1.tape"
    xarchive -d a put "$1.tape"
}

# policy LINE...: the policy of a: three tiers, and those lines.
policy() {
    mkdir -p warm cold
    printf '%s\n' "tier hot ." "tier warm ../warm" "tier cold ../cold" "$@" \
        > a/policy.conf
}

retention() {
    policy 'keep regulatory 7y "17 CFR 240.17a-4"' \
        'rule trade,accepted hot 7d warm 30d cold 1y expire' \
        'rule cancelled hot 30d warm 365d cold 7y expire class regulatory'
}

# on TIER: the types of the parts there by the catalog, each once.
on() {
    sqlite3 a/catalog.db "select distinct type from part where tier = '$1'
        order by 1" | paste -sd' '
}

# files TIER: the types of the files there.
files() {
    find "$1" -name '*.parquet' | sed 's/.*type=\([a-z_]*\).*/\1/' | sort -u |
        paste -sd' '
}

# whole: the archive is what it says, everywhere.
whole() {
    xarchive -d a verify | contains ' 0 bad, 0 gaps, 0 twice, 0 missing, 0 orph'
    [ -z "$(xarchive -d a fsck)" ]
}

# chained: the journal's lines follow each other, by jq and sha256sum alone.
chained() {
    jq -r .previous a/journal > previous
    jq -se '[.[].number] == [range(1; length + 1)]' a/journal > /dev/null
    {
        echo -
        while IFS= read -r line; do
            printf %s "$line" | sha256sum
        done < a/journal | sed '$d; s/ .*//'
    } | cmp - previous
}

sweep() {
    xarchive -d a sweep --now "$1"
}

@test "parts move from tier to tier, come back the same, and are removed" {
    day 2026-01-01
    retention
    sweep 2026-01-07T23:59:59Z
    [ -z "$(on warm)" ]
    sweep 2026-01-08
    [ "$(on warm)" = "accepted trade" ]
    [ "$(files warm)" = "accepted trade" ]
    [ -z "$(find a -path '*type=trade*' -name '*.parquet')" ]
    whole
    xrestore -d a -o back.tape
    cmp back.tape 2026-01-01.tape
    sweep 2026-01-31
    [ "$(on cold)" = "accepted trade" ]
    [ "$(on warm)" = cancelled ]
    xrestore -d a -o back.tape
    cmp back.tape 2026-01-01.tape
    whole
    sweep 2027-01-01
    [ "$(on cold)" = cancelled ]
    [ "$(files cold)" = cancelled ]
    [ -z "$(files warm)" ]
    whole
    run --separate-stderr xrestore -d a -t cancelled,order -o back.tape
    [ -z "$stderr" ]
    xgrep -t cancelled,order 2026-01-01.tape > want.tape
    [ "$(xstat --digest back.tape)" = "$(xstat --digest want.tape)" ]
    sweep 2032-12-31
    [ "$(on cold)" = cancelled ]
    sweep 2033-01-01
    [ -z "$(on cold)" ]
    chained
    whole
}

@test "a removal has one certificate, and its events are not stored again" {
    day 2026-01-01
    retention
    xarchive -d a ls --json > before.json
    sweep 2027-01-01
    jq -c 'select(.what == "removed")' a/journal > certificates
    [ "$(wc -l < certificates)" -eq 2 ]
    jq -r '.path + " " + .sha256' certificates | sort > removed
    jq -r '.parts[] | select(.type == "trade" or .type == "accepted") |
        .path + " " + .sha256' before.json | sort | cmp - removed
    [ "$(jq -r '.rule + " " + (.files_left | tostring) + " " + .looked_on' \
        certificates | uniq)" = "policy.conf:5 0 hot,cold" ]
    xarchive -d a put -v 2026-01-01.tape 2> said
    contains ' 0 events stored' < said
    gone=$(jq -s 'map(.rows) | add' certificates)
    contains "'v-2026-01-01/xmatch': $gone events were removed by policy" < said
    run --separate-stderr xrestore -d a -o back.tape
    [[ $stderr == *"policy has removed "*" events of the types and times"* ]]
    [ "$(xstat back.tape | grep -c limited)" -eq 1 ]
    sweep 2027-01-02
    [ "$(grep -c '"what":"removed"' a/journal)" -eq 2 ]
    chained
}

@test "definitions stay for as long as anything else of their stream" {
    day 2026-01-01
    policy 'rule instrument hot 1d expire' 'rule trade hot 30d expire' \
        'rule * hot 60d expire'
    sweep 2026-02-28
    [[ " $(on hot) " == *" instrument "* && " $(on hot) " != *" trade "* ]]
    sweep 2026-03-02
    [ -z "$(on hot)" ]
    run --separate-stderr xrestore -d a -o back.tape
    [[ $stderr == *"nothing in the archive"* ]]
    whole
}

@test "plan says what will be done, when and why, and changes nothing" {
    day 2026-01-01
    day 2026-01-20
    retention
    cp -r a before
    xarchive -d a plan --now 2026-01-10 > plan
    diff -r a before
    [ "$(grep -c '^due	move	hot	warm	[0-9]*	5	type=trade/date=2026-01-01' \
        plan)" -eq 1 ]
    [ "$(grep -c '^2026-01-27	move	hot	warm	[0-9]*	5	type=trade/' plan)" -eq 1 ]
    [ "$(grep -c '^never	stay	hot	-	[0-9]*	-	type=order/' plan)" -eq 0 ]
    [ "$(grep -c '^never	stay	hot	-	[0-9]*	-	type=account/' plan)" -eq 2 ]
    xarchive -d a plan --now 2026-01-10 --within 17d | tail -n +2 > plan
    [ "$(cut -f 1 plan | sort | uniq -c | awk '{ print $1 }' | paste -sd' ')" \
        = "2 2" ]
    xarchive -d a plan --json --now 2026-01-10 | jq -e '.move.parts == 6 and
        .parts[0].path and ([.parts[] | select(.due)] | length) == 2' > /dev/null
    sed 's/cold 1y/cold 6mo/' a/policy.conf > new.conf
    xarchive -d a plan --policy new.conf | grep shorter | cut -f 7 | sort > short
    [ "$(sed 's/.*type=\([a-z]*\).*/\1/' short | uniq -c | awk '{ print $1, $2 }' |
        paste -sd' ')" = "2 accepted 2 trade" ]
}

@test "what is wrong in a policy is reported before anything is done" {
    day 2026-01-01
    run -2 --separate-stderr xarchive -d a sweep
    [[ $stderr == *"a/policy.conf: "* ]]
    policy 'rule trade hot 7d'
    cp -r a before
    for verb in plan sweep; do
        run -2 --separate-stderr xarchive -d a $verb
        [[ $stderr == *"a/policy.conf:4: and then? "* ]]
    done
    diff -r a before
    xrestore -d a -o back.tape
    cmp back.tape 2026-01-01.tape
}

@test "a policy.conf that is no regular file of 1 MiB is refused" {
    day 2026-01-01
    policy 'rule * hot 7d expire'
    mv a/policy.conf away.conf
    cp -r a before
    ln -s ../away.conf a/policy.conf
    for verb in plan sweep; do
        run -2 --separate-stderr xarchive -d a $verb --now 2026-03-01
        [[ $stderr == *"a/policy.conf: "* ]]
    done
    rm a/policy.conf && mkfifo a/policy.conf
    run -2 timeout 10 xarchive -d a sweep --now 2026-03-01
    rm a/policy.conf && cp away.conf a/policy.conf
    head -c 1048576 /dev/zero | tr '\0' '\n' >> a/policy.conf
    run -2 --separate-stderr sweep 2026-03-01
    [[ $stderr == *"a/policy.conf: longer than 1048576 bytes"* ]]
    cp a/policy.conf long.conf
    run -2 xarchive -d a plan --policy long.conf
    rm a/policy.conf
    diff -r a before
}

@test "a policy that keeps parts shorter needs a reason, which is noted" {
    day 2026-01-01
    retention
    sweep 2026-01-08
    sed -i 's/cold 1y/cold 31d/' a/policy.conf
    run -2 --separate-stderr sweep 2026-02-02
    [[ $stderr == *"keeps 2 parts shorter than the policy before it"* ]]
    [ "$(on warm)" = "accepted trade" ]
    xarchive -d a sweep --now 2026-02-02 --shorten "ticket 7"
    [ "$(jq -c 'select(.shorten) | [.what, .shorten, .shortened_parts]' \
        a/journal)" = '["policy","ticket 7",2]' ]
    [ -z "$(on warm | grep trade)" ]
}

@test "a clock that may be wrong removes nothing" {
    day 2026-01-01
    retention
    sweep 2026-01-08
    cp a/journal before
    run -3 --separate-stderr sweep 2026-01-07
    [[ $stderr == *"the clock is before the last line of the journal"* ]]
    # the machine's clock, which is more than 100 days after the journal's
    run -3 --separate-stderr xarchive -d a sweep
    [[ $stderr == *"far ahead of the last line"* ]]
    cmp a/journal before
    day 2030-01-01
    run -3 --separate-stderr sweep 2027-01-01
    [[ $stderr == *"events of a later time than the clock: nothing was rem"* ]]
    [ "$(on warm)" = "accepted trade" ]
    chained
}

@test "an empty mount point is not taken for a tier that lost everything" {
    day 2026-01-01
    retention
    sweep 2026-01-08
    mv warm away
    run -3 --separate-stderr sweep 2026-01-31
    [[ $stderr == *"the directory of tier warm is not there: is it mounted?"* ]]
    mkdir warm
    for command in "xarchive -d a sweep --now 2026-01-31" "xrestore -d a" \
        "xarchive -d a verify" "xarchive -d a put 2026-01-01.tape"; do
        # shellcheck disable=SC2086 # a command line
        run -3 --separate-stderr $command
        [[ $stderr == *"no file xtape-tier"*"is it mounted?"* ]]
    done
    rmdir warm
    mv away warm
    sweep 2026-01-31
    whole
}

@test "a tier that is the archive, lies in it, or is another tier is refused" {
    day 2026-01-01
    mkdir warm a/below
    ln -s a link
    ln -s ../warm a/too
    for tier in ../a ./. "$PWD/a" ../link below; do
        printf '%s\n' 'tier hot .' "tier warm $tier" \
            'rule * hot 1d warm forever' > a/policy.conf
        rm -rf before && cp -r a before
        for verb in plan sweep; do
            run -2 --separate-stderr xarchive -d a $verb --now 2026-03-01
            [[ $stderr == *"tier warm, "*" is the archive's own or lies in it"* ]]
        done
        diff -r a before
    done
    for tier in ../warm too ../link/../warm; do
        printf '%s\n' 'tier hot .' 'tier warm ../warm' "tier cold $tier" \
            'rule * hot 1d warm 2d cold forever' > a/policy.conf
        rm -rf before && cp -r a before
        run -2 --separate-stderr sweep 2026-03-01
        [[ $stderr == *"tiers warm and cold have the same directory"* ]]
        diff -r a before
    done
    xrestore -d a -o back.tape
    cmp back.tape 2026-01-01.tape
}

@test "two archives cannot share a tier" {
    day 2026-01-01
    retention
    cp -r a other
    sweep 2026-01-08
    cmp a/tier-id warm/xtape-tier
    mv a first && cp -r other a
    cp -r warm before
    for verb in plan sweep; do
        run -2 --separate-stderr xarchive -d a $verb --now 2027-01-01
        [[ $stderr == *"/../warm: "*"a tier of another archive, "* ]]
    done
    diff -r a other
    diff -r warm before
    mv a second && mv first a
    # one that an earlier version left is taken over
    : > warm/xtape-tier
    sweep 2026-01-09
    cmp a/tier-id warm/xtape-tier
    xrestore -d a -o back.tape
    cmp back.tape 2026-01-01.tape
    whole
}

@test "a damaged part stays where it is and is reported; the others move" {
    day 2026-01-01
    retention
    part=$(find a -path '*type=trade*' -name '*.parquet')
    "$TOOLS/mark" --flip "$part" 100 0
    run -1 --separate-stderr sweep 2026-01-08
    [[ $stderr == *"trade"*"does not match its SHA-256"* ]]
    [ "$(on warm)" = accepted ]
    [ "$(files warm)" = accepted ]
    xarchive -d a put 2026-01-01.tape
    sweep 2026-01-09
    [ "$(on warm)" = "accepted trade" ]
    whole
}

@test "a lost part of a tier comes back with its tape" {
    day 2026-01-01
    retention
    sweep 2026-01-08
    rm "$(find warm -path '*type=trade*' -name '*.parquet')"
    run -1 xarchive -d a verify
    [[ $output == *"missing	type=trade/"*"	warm"* ]]
    xarchive -d a put 2026-01-01.tape
    [ "$(on warm)" = accepted ]
    sweep 2026-01-09
    [ "$(on warm)" = "accepted trade" ]
    whole
}

@test "parts of several puts are compacted whatever tier they are on" {
    day 2026-01-01
    "$TOOLS/piece" 1 300 < 2026-01-01.tape > first.tape
    rm -r a
    xarchive -d a put first.tape
    retention
    sweep 2026-01-08
    xarchive -d a put 2026-01-01.tape
    xarchive -d a compact
    whole
    sweep 2026-01-09
    whole
    xrestore -d a -o back.tape
    cmp back.tape 2026-01-01.tape
}

# hold ID OPTION...: places one on 1 January.
hold() {
    xarchive -d a hold "$@" --case "SEC v. X" --by counsel --now 2026-01-01
}

@test "a hold keeps what it is of, by what events are, until it is released" {
    day 2026-01-01
    policy 'rule * hot 7d expire'
    hold C-1 -t trade -s SYM001 --from 2026-01-01 --to 2026-01-02
    hold C-2 -t trade -s SYM999
    hold C-3 -t cancelled --from 2026-01-02
    hold C-4 -t account --until 2026-01-20
    xarchive -d a plan --now 2026-01-10 | cut -f 1,2,7 | grep held |
        sed 's/part.*//' | sort > plan
    printf 'due\theld\ttype=%s/date=2026-01-01/\n' account instrument trade |
        cmp - plan
    sweep 2026-01-10
    [ "$(on hot)" = "account instrument trade" ]
    sweep 2026-01-20
    [ "$(on hot)" = "instrument trade" ]
    xarchive -d a compact
    sweep 2027-01-01
    [ "$(on hot)" = "instrument trade" ]
    [ "$(xarchive -d a holds --json --now 2027-01-01 | jq -r .id |
        paste -sd' ')" = "C-1 C-2 C-3" ]
    xarchive -d a release C-1 --case "closed" --by counsel --now 2027-01-02
    [ "$(xarchive -d a holds --now 2027-01-02 | cut -f 1 | paste -sd' ')" \
        = "id C-3 C-2" ]
    sweep 2027-01-03
    [ -z "$(on hot)" ]
    [ "$(jq -r 'select(.what == "removed" and (.path | test("type=trade"))) |
        .holds_checked' a/journal)" = 2 ]
    chained
    whole
}

@test "a hold on an account keeps the parts that have events of it" {
    day 2026-01-01
    policy 'rule trade,cancelled,accepted hot 7d expire'
    account=$(xexport -f json -t trade 2026-01-01.tape | first 1 |
        jq -r .buyer_id)
    hold C-1 -a "$account"
    hold C-2 -a 999999
    sweep 2026-01-10
    [[ " $(on hot) " == *" trade "* ]]
    xarchive -d a release C-1 --case closed --by counsel --now 2026-01-11
    sweep 2026-01-12
    [[ " $(on hot) " != *" trade "* ]]
    whole
}

@test "a hold that says nothing, or is there already, is refused" {
    day 2026-01-01
    refuses xarchive -d a hold C-1 --by me
    refuses xarchive -d a hold --case x --by me
    refuses xarchive -d a hold C-1 -t trades --case x --by me
    refuses xarchive -d a release C-1 --case x --by me
    [ ! -e a/journal ]
    hold C-1
    refuses hold C-1
    [ "$(wc -l < a/journal)" -eq 1 ]
}

@test "a tab or a newline in a reason leaves the list of holds a table" {
    day 2026-01-01
    xarchive -d a hold C-1 --case $'SEC\tv. X\n2' --by $'a\tb' --now 2026-01-01
    xarchive -d a holds --now 2026-01-02 > list
    [ "$(awk -F '\t' '{ print NF }' list | paste -sd' ')" = "11 11" ]
    [ "$(tail -n 1 list | cut -f 9,11)" = $'a?b\tSEC?v. X?2' ]
}

@test "a hold whose end has passed is refused" {
    day 2026-01-01
    hold C-1 --until 2026-01-02
    for until in 2020-01-01 2025-12-31 2026-01-01; do
        refuses hold C-2 --until $until
    done
    [ "$(wc -l < a/journal)" -eq 1 ]
}

@test "a hold placed anew when its time was over holds, until it is released" {
    day 2026-01-01
    hold A --until 2026-01-02
    xarchive -d a hold A --case x --by me --now 2026-01-03
    [ "$(xarchive -d a holds --now 2026-01-04 | cut -f 1 | tail -n +2)" = A ]
    xarchive -d a release A --case closed --by me --now 2026-01-05
    [ -z "$(xarchive -d a holds --now 2026-01-06 | tail -n +2)" ]
}

@test "a journal without its last newline loses no hold" {
    day 2026-01-01
    policy 'rule * hot 7d expire'
    hold C-1
    cp a/journal whole
    truncate -s -1 a/journal
    xarchive -d a audit
    [ "$(xarchive -d a holds --now 2026-01-02 | wc -l)" -eq 2 ]
    sweep 2026-01-20
    [ -n "$(on hot)" ]
    first 1 < a/journal | cmp - whole
    chained
}

@test "a line of the journal that a kill has torn stops nobody" {
    day 2026-01-01
    policy 'rule * hot 7d expire'
    hold C-1
    cp a/journal whole
    hold C-2
    truncate -s -2 a/journal
    cp a/journal torn
    for verb in audit 'holds --now 2026-01-02'; do
        run -0 --separate-stderr xarchive -d a $verb
        [[ $stderr == *"killed as it wrote line 2: it does not count"* ]]
        cmp torn a/journal
    done
    run -0 --separate-stderr sweep 2026-01-20
    [[ $stderr == *"killed as it wrote line 2"*"is cut off" ]]
    first 1 < a/journal | cmp - whole
    [ "$(jq -r 'select(.what == "torn").text' a/journal)" = \
        "$(sed 1d torn)" ]
    chained
    [ -n "$(on hot)" ]
    run -0 --separate-stderr sweep 2026-01-21
    [ -z "$stderr" ]
}

@test "a journal whose end is damaged lets nothing be removed" {
    day 2026-01-01
    policy 'rule * hot 7d expire'
    hold C-1
    cp a/journal whole
    cp -r a before
    head -c "$(stat -c %s whole)" /dev/zero > zeros
    { head -c -1 whole && echo -n x; } > newline
    for journal in zeros newline; do
        cp $journal a/journal
        run -1 --separate-stderr xarchive -d a audit
        [[ $stderr == *"a/journal: its end is damaged"* ]]
        run -1 --separate-stderr sweep 2026-01-20
        [[ $stderr == *"a/journal: its end is damaged"* ]]
        run -1 hold C-2
        run -0 --separate-stderr xarchive -d a holds
        [[ $stderr == *"a/journal: its end is damaged"* ]]
        cmp $journal a/journal
    done
    cp whole a/journal
    diff -r a before
    sweep 2026-01-20
    [ -n "$(on hot)" ]
}

@test "what a sweep has done can be collected as metrics" {
    day 2026-01-01
    retention
    xarchive -d a sweep --now 2026-01-08 --metrics sweep.prom
    contains '^xarchive_sweep_moved_parts 2$' < sweep.prom
    contains '^xarchive_sweep_success 1$' < sweep.prom
    run ! xarchive -d a sweep --now 2026-01-07 --metrics sweep.prom
    contains '^xarchive_sweep_success 0$' < sweep.prom
    contains "^xarchive_sweep_timestamp_seconds $(date -d 2026-01-07Z +%s)$" \
        < sweep.prom
}

@test "audit finds what journal, manifests and tiers do not agree on" {
    day 2026-01-01
    retention
    cp -r a early
    sweep 2026-01-08
    head=$(xarchive -d a audit | sed 's/.*head //; s/,.*//')
    [ "$head" = "$(tail -n 1 a/journal | head -c -1 | sha256sum | cut -c 1-64)" ]
    part=$(cd warm && find . -path '*type=trade*' -name '*.parquet')
    cp "warm/$part" trade.parquet
    sweep 2027-01-01
    xarchive -d a audit --head "$head" | contains ', 2 parts removed, 0 findings$'
    cp a/journal journal
    # each line changed or taken away
    for i in 1 2 5 "$(wc -l < journal)"; do
        sed "${i}s/2026/2025/" journal > a/journal
        cmp -s journal a/journal || run -1 xarchive -d a audit --head "$head"
        sed "${i}d" journal > a/journal
        [ $i -eq "$(wc -l < journal)" ] || run -1 xarchive -d a audit
    done
    head -n 3 journal > a/journal
    run -1 --separate-stderr xarchive -d a audit --head "$head"
    grep -v '"what":"removed"' journal | head -n 2 > a/journal
    run -1 xarchive -d a audit
    [[ $output == "uncertified	type="*"uncertified	type="*", 2 findings"* ]]
    cp journal a/journal
    cp trade.parquet "warm/$part"
    run -1 xarchive -d a audit
    [[ $output == "present	type=trade/"*", 1 findings"* ]]
    rm "warm/$part"
    cp journal early/journal
    run -1 xarchive -d early audit
    [[ $output == "unknown	type="*", 2 findings"* ]]
}

# drill DATE N: tests so many parts on that day.
drill() {
    xrestore -d a --test --sample "$2" --now "$1"
}

@test "nothing expires by a rule whose last drill is too old, or damaged" {
    day 2026-01-01
    policy 'drill 30d' 'rule accepted,cancelled hot 7d warm 30d cold 1y expire' \
        'rule trade hot 30d cold 1y expire' 'rule * hot forever'
    sweep 2026-03-01
    [ "$(on cold)" = "accepted cancelled trade" ]
    drill 2026-12-02 1 | cut -f 1,2 | cmp - <(printf 'ok\tcold\n')
    cp -r a b # the next is of the other rule
    xrestore -d b --test --sample 1 --now 2026-12-03 | contains type=trade
    run -1 --separate-stderr sweep 2027-01-01
    [[ $stderr == *'policy.conf:6: 1 part not removed, since the last drill is '\
*'run xrestore -d a --test --sample 3' ]]
    [ "$(on cold)" = trade ]
    # that one, and no other, is what the next drill begins with; if it is
    # damaged it does not count
    part=$(cd cold && echo type=trade/*/*)
    cp "cold/$part" whole.parquet
    printf x | dd of="cold/$part" bs=1 seek=500 conv=notrunc status=none
    run -1 --separate-stderr drill 2027-01-01 1
    [[ $output == "damaged	cold	"*"	$part" ]]
    [[ $stderr == *"1 part of 1 cannot be restored"* ]]
    run -1 sweep 2027-01-01
    cp whole.parquet "cold/$part"
    mv cold elsewhere && mkdir cold
    run -3 drill 2027-01-01 1 # an empty mount point is no damage
    rmdir cold && mv elsewhere cold
    drill 2027-01-01 1
    sweep 2027-01-31 # 30 days later, to the day
    [ -z "$(on cold)" ]
    [ "$(jq -r 'select(.what == "drill") | .result' a/journal | paste -sd' ')" \
        = "ok damaged ok" ]
    [ "$(jq -c 'select(.what == "sweep") | .removed' a/journal |
        paste -sd' ')" = "0 2 0 1" ]
    chained
    whole
}

@test "a drill takes each part once before any for the second time" {
    day 2026-01-01
    day 2026-01-05
    policy 'rule trade,accepted hot 7d warm forever' 'rule * hot forever'
    sweep 2026-01-09
    [ "$(on warm)" = "accepted trade" ]
    parts=$(sqlite3 a/catalog.db "select count(*) from part")
    for ((at = 0; at < parts; at += 4)); do
        drill "2026-02-01T10:$((at + 10)):00Z" 4 >> drilled
    done
    [ "$(head -n "$parts" drilled | sort -u | wc -l)" -eq "$parts" ]
    [ "$(head -n 2 drilled | cut -f 2 | paste -sd' ')" = "warm warm" ]
    sweep 2026-02-02 # what moved was never tested where it is
    drill 2026-02-03 2 | grep -c '	warm	.*2026-01-05' | grep -qx 2
    chained
    cp -r a again
    drill 2026-03-01 99 > first
    xrestore -d again --test --sample 99 --now 2026-03-01 | cmp - first
    cmp a/journal again/journal
    xrestore -d a --test --sample 1 --wait 1s > out
    jq -se '.[-1].milliseconds >= 0' a/journal > /dev/null
    run -2 xrestore -d a --test --sample 1 -t trade
    run -2 xrestore -d a --sample 1
    run -2 xrestore -d a --test --wait 1s
}

# The retention tables that users gave: ticks hot 7 days, warm 30, cold 1 year;
# orders and trades hot 30, warm 365, cold 7 years; the default 7, 90 days and
# 7 years.  Ages since the day of the events.
tables() {
    policy 'keep regulatory 7y "17 CFR 240.17a-4"' \
        'rule print,quote,depth,book_* hot 7d warm 30d cold 1y expire' \
        'rule order,trade hot 30d warm 365d cold 7y expire class regulatory' \
        'rule bar hot 1y cold forever' \
        'rule instrument,name hot forever' \
        'rule * hot 7d warm 90d cold 7y expire'
}

# bounds: TYPE DAY on stdin, with the first day on warm, on cold, and gone, by
# date(1) alone.
bounds() {
    local type day hot warm end
    while read -r type day; do
        case $type in
        quote) hot=7day warm=30day end=1year ;;
        order | trade) hot=30day warm=365day end=7year ;;
        *) hot=7day warm=90day end=7year ;;
        esac
        echo "$type $day $(printf "$day + %s\n" $hot $warm $end |
            date -uf - +%F | paste -sd' ')"
    done
}

# want NOW: what is to be where on that day, TYPE DAY TIER a line.
want() {
    awk -v now="$1" 'now < $5 {
        print $1, $2, now < $3 ? "hot" : now < $4 ? "warm" : "cold" }' bounds
}

# Three tapes a day: orders, trades, and quotes.
@test "ten years of the retention tables: the right parts on the right tiers" {
    local step=131 at now
    mkdir "/dev/shm/policy-$$" && cd "/dev/shm/policy-$$" # many an fsync
    for at in 2024-02-28 2024-02-29 2024-12-31 2025-06-30; do
        xgen --orders 60 --symbols 2 --seed 5 --start "${at}T10:00:00Z" \
            --stream "v-$at" > order.tape
        xmatch order.tape | xgrep -t trade -o trade.tape
        xmatch order.tape | xbook | xgrep -t quote -o quote.tape
        xarchive -d a put order.tape trade.tape quote.tape
    done
    tables
    [ -z "${XTAPE_LONG-}" ] || step=1
    sqlite3 -separator ' ' a/catalog.db "select type, date from part
        where type not in ('instrument', 'name')" | sort > parts
    [ "$(grep -cE '^(order|trade|quote) ' parts)" -ge 11 ]
    bounds < parts > bounds
    for ((at = 0; at < 3700; at += step)); do
        now=$(date -ud "2025-06-30 + $at day" +%F)
        sweep "${now}T23:00:00Z"
        want "$now" | sort > want
        sqlite3 -separator ' ' a/catalog.db "select type, date, tier from part
            where type not in ('instrument', 'name')" | sort | cmp - want
    done
    [ ! -s want ]
    # each removal has one certificate, and nothing else has one
    jq -r 'select(.what == "removed") | .path' a/journal | sort > removed
    [ "$(grep -cE 'type=(instrument|name)/' removed)" -eq 0 ]
    [ "$(wc -l < removed)" -eq "$(wc -l < parts)" ]
    [ -z "$(uniq -d removed)" ]
    chained
    whole
}
