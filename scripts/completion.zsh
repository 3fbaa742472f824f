#compdef xarchive xbacktest xbook xcheck xexport xgen xgrep ximport xledger xmatch xmerge xohlcv xreplay xreport xrestore xsort xstat xstore
# zsh completion for the xtape programs.  Options, verbs and the words that
# options take come from "PROGRAM --list ...", so they are always those of the
# program that is installed.

# _xtape_words PROGRAM WHAT: offers the words of a list, with their meanings.
_xtape_words() {
    setopt local_options extended_glob
    local -a lines
    lines=(${(f)"$($1 --list $2 2> /dev/null)"})
    lines=(${lines/ ##/:})
    compset -P '*,'
    _describe -t $2 $2 lines
}

_xtape() {
    local program=$words[1] before=$words[CURRENT-1] line verb= word
    local -a options fields names listed
    [[ $words[CURRENT] != --*=* ]] || {
        before=${words[CURRENT]%%=*}
        compset -P '*='
    }
    options=(${(f)"$($program --list options 2> /dev/null)"})
    for line in $options; do
        fields=("${(@ps:\t:)line}")
        [[ $before == $fields[1] || ( -n $fields[2] && $before == $fields[2] ) ]] ||
            continue
        case $fields[3] in
        file) _files; return ;;
        directory) _files -/; return ;;
        words) compadd -- ${=fields[4]}; return ;;
        types | fields | zones) _xtape_words $program $fields[3]; return ;;
        text) return 1 ;;
        esac
    done
    names=(${(f)"$($program --list verbs 2> /dev/null)"})
    for word in $words[2,CURRENT-1]; do
        (( ${names[(I)$word *]} )) && verb=$word
    done
    if [[ $words[CURRENT] == -* ]]; then
        for line in $options; do
            fields=("${(@ps:\t:)line}")
            [[ -z $verb || -z $fields[5] || " $fields[5] " == *" $verb "* ]] ||
                continue
            listed+=("$fields[1]:$fields[6]")
            [[ -z $fields[2] ]] || listed+=("$fields[2]:$fields[6]")
        done
        _describe -t options option listed -o
        return
    fi
    [[ -n $verb || -z $names ]] || _xtape_words $program verbs
    _files
}

_xtape "$@"
