# Policy: parts move to their tiers and go away when it says so, and only then,
# with a line in the journal for each.
load common

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
    local previous=- number=0 line
    while IFS= read -r line; do
        number=$((number + 1))
        [ "$(jq -r .previous <<< "$line")" = "$previous" ]
        [ "$(jq -r .number <<< "$line")" = $number ]
        previous=$(printf %s "$line" | sha256sum | cut -d' ' -f1)
    done < a/journal
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
