# The command line: help, lists, and what is said of a slip.
load common

PROGRAMS="ximport xexport xgen xgrep xcheck xmerge xsort xstat xmatch xbook xohlcv xledger
xbacktest xarchive xrestore xstore xreplay xreport"

# says COMMAND WORDS: it ends with 2 and one line that has the words.
says() {
    # shellcheck disable=SC2086 # a command line
    refuses $1 < /dev/null
    [[ $(cat err) == *"$2"* ]] || { echo "$1"; cat err; return 1; }
}

@test "help is at most 80 columns wide" {
    for program in $PROGRAMS; do
        "$program" --help > help
        run awk 'length > 80' help
        [ -z "$output" ] || { echo "$program: $output"; false; }
    done
}

@test "a slip in an option names the one that was meant" {
    says "xgen --ordres 5" "unknown option --ordres; did you mean --orders?"
    says "xgrep --SYMBOLS=A" "did you mean --symbols?"
    says "xstat --dig" "did you mean --digest?"
    says "xstat --xyzzy" "unknown option --xyzzy; --help lists them"
}

@test "a slip in a verb names the one that was meant" {
    says "xarchive -d a compcat" "; did you mean \"compact\"?"
    says "xarchive -d a" "a verb is required: put, ls, "
    says "xarchive -d a xyzzy" "\"xyzzy\" is not one of: put, ls, "
}

@test "a slip in a word that an option takes names the one that was meant" {
    says "xexport -f jsno" "--format: \"jsno\" is not one of: csv, json, table"
    says "xexport -f jsno" "; did you mean \"json\"?"
    says "xgen -t trades" "; did you mean \"trade\"?"
    says "xexport -f xyzzy" "is not one of: csv, json, table"
    run ! grep -q "did you mean" err
}

@test "a list of formats has those that -f takes, and what each is" {
    for program in ximport xexport; do
        "$program" --list formats > formats
        awk '{ print $1 }' formats | diff - <("$program" --list format)
        run ! grep -vE '^[a-z]+ +[^ ]+ [^ ]+' formats
    done
    grep -q '^itch .*ITCH 5.0$' <(ximport --list formats)
}

@test "every program lists the types and their fields" {
    for program in $PROGRAMS; do
        "$program" --list types > types
        grep -q '^trade  *.' types
        "$program" --list fields > fields
        grep -q '^stop_price  *decimal' fields
        awk '{ print $1 }' fields | sort | uniq -d > twice
        [ ! -s twice ]
    done
    [ "$(xgrep --list types | wc -l)" -eq "$(xgrep --list types |
        awk '{ print $1 }' | sort -u | wc -l)" ]
}

@test "the fields of a type are those that it has on a tape" {
    trading 30 > day.tape
    xmatch day.tape > all.tape
    for type in trade order accepted; do
        xgrep --list fields -t $type | awk '{ print $1 }' | sort > listed
        xexport -f csv -t $type all.tape | head -n 1 | tr ',' '\n' |
            grep -vx seq | sort > has
        diff listed has
    done
    says "xgrep --list fields -t tarde" "did you mean \"trade\"?"
}

@test "the words that an option takes are listed by its name" {
    [ "$(xexport --list format | paste -sd,)" = csv,json,table,candles,hledger,parquet ]
    xohlcv --list zones > zones
    grep -qx America/New_York zones
    says "xexport --list fromat" "did you mean \"format\"?"
    says "xexport --list xyzzy" "unknown list \"xyzzy\"; there are: types, fields, verbs, zones, options, format"
    [ -z "$(xgrep --list verbs)" ]
    xarchive --list verbs > verbs
    grep -q '^put  *store tapes' verbs
    grep -q '^ls  *.' verbs
}

@test "the options are listed for completion, in six columns" {
    for program in $PROGRAMS; do
        "$program" --list options > options
        run awk -F '\t' 'NF != 6 || $1 !~ /^--[a-z-]+$/ || $2 !~ /^(-.)?$/ ||
            $3 !~ /^(flag|file|directory|types|fields|zones|words|text)$/ ||
            ($3 == "words") != ($4 != "")' options
        [ -z "$output" ] || { echo "$program: $output"; false; }
        [ "$(cut -f 2 options | grep . | sort | uniq -d)" = "" ]
    done
}

@test "a verb misspelt where a file could be is answered with the nearest" {
    refuses xstore -d store lst
    [ "$(cat err)" = 'xstore: lst: there is no such file; did you mean "ls"?' ]
    refuses xstore -d store nothing.tape
    contains 'nothing.tape: cannot open it' < err
}

@test "a directory that is no input is answered with what reads it" {
    mkdir kept
    for command in "xreplay kept" "xstat kept"; do
        says "$command" "kept: is a directory (name its files; xreplay -d reads a store, xrestore -d an archive)"
    done
    for command in "xrestore kept" "xstore ls kept"; do
        says "$command" "takes no operands; the directory is given with -d"
    done
    says "xstore -d store ls kept" "ls takes no operands"
    run ! grep -q "is given with" err
}

@test "a fee in percent is answered with a share" {
    for option in "xledger --taker-fee" "xledger --maker-fee"; do
        says "$option 3%" "\"3%\" is not a number; it is a share: 0.03 for 3%"
    done
    says "xgen --deposit 3%" "\"3%\" is not a number"
    run ! grep -q "share" err
}

@test "a file that an option names and that is not there is a wrong command" {
    printf '' > messages.csv
    refuses ximport -f lobster --symbol A --date 2026-01-08 --seed nothing.csv \
        messages.csv
    contains 'nothing.csv: cannot open it' < err
}

@test "a tape given to ximport is called one, and a column TAPE is none" {
    xgen --orders 3 -o day.tape
    for format in csv json; do
        run -1 --separate-stderr ximport -f $format -t order -o out day.tape
        [ "$stderr" = "ximport: day.tape: the file is a tape (ximport makes\
 tapes: give it to another program)" ]
    done
    printf 'TAPE,time,instrument,price\nA,2026-01-08T10:00:00Z,A,1\n' |
        ximport -q -f csv -t print -x TAPE | xexport -f json | contains '"price":"1"'
}

@test "a slice without events says by which option" {
    xgen --orders 3 -o day.tape
    for option in "--from 2030-01-01" "--from-seq 999" "--to 2000-01-01" \
        "--to-seq 1"; do
        # shellcheck disable=SC2086 # two words
        xreplay $option day.tape 2> err > empty.tape
        contains -e "no event is .* ${option% *}[: ]" < err
    done
}
