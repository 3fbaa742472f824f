# What the README says first: one command that shows the main job.
load common

@test "scripts/demo runs a day through the programs and shows that it is exact" {
    [ -z "${XTAPE_BIN-}" ] || skip "it shows the plain build"
    export TMPDIR=$PWD/empty
    mkdir empty
    run -0 --separate-stderr "$ROOT/scripts/demo"
    [ -z "$stderr" ]
    [ -z "$(ls -A "$TMPDIR")" ] # nothing is left behind
    [[ $output = *"  1h    225.98    226.02    225.96    225.96 "* ]]
    [[ $output = *"frank    USD         91153.93 "* ]]
    [[ $output = *"USD      total    229206.15  229206.15"* ]]
    [ "$(grep -c 'I1 .* hold.*: 1123 transactions, 4492 postings' \
        <<< "$output")" = 2 ]
    [ "$(grep -cx '[0-9a-f]\{16\}' <<< "$output")" = 2 ]
    [ "$(grep -x '[0-9a-f]\{16\}' <<< "$output" | uniq | wc -l)" = 1 ]
    [[ $output = *"11 parts, 0 bad, 0 gaps, 0 seqs twice"* ]]
    [[ $output = *"All of it is exact"* ]]
}
