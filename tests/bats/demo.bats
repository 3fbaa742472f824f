# What the README says first: one command that shows the main job.
load common

@test "scripts/demo runs a day through the programs and shows that it is exact" {
    [ -z "${XTAPE_BIN-}" ] || skip "it shows the plain build"
    export TMPDIR=$PWD/empty
    mkdir empty
    run -0 --separate-stderr "$ROOT/scripts/demo"
    [ -z "$stderr" ]
    [ -z "$(ls -A "$TMPDIR")" ] # nothing is left behind
    grep -E '^2026.*ACME +1h +226.05 +226 +2144$' <<< "$output"
    grep -E '^frank +USD +341153.93 ' <<< "$output"
    grep -E '^USD +total +2000000 +2000000$' <<< "$output"
    # every customer ends above zero
    [ "$(grep -cE '^[a-z]+ +USD +[0-9.]+ +[0-9]+$' <<< "$output")" -eq 8 ]
    [ "$(grep -c 'hold.*: 1131 transactions, 4508 postings' \
        <<< "$output")" -ge 1 ]
    [ "$(grep -cx '[0-9a-f]\{16\}' <<< "$output")" = 2 ]
    [ "$(grep -x '[0-9a-f]\{16\}' <<< "$output" | uniq | wc -l)" = 1 ]
    [[ $output = *" 0 bad, 0 gaps, "* ]]
    [[ $output = *"equal, to the last byte."* ]]
    # every step after building begins with the command that makes what it shows
    awk 'heading && !/^[$] / { bad = 1 }
         { heading = /^== / && !/make/ } END { exit bad }' <<< "$output"
}
