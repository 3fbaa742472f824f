# bash completion for the xtape programs.  Options, verbs and the words that
# options take come from "PROGRAM --list ...", so they are always those of the
# program that is installed.

# _xtape_list PROGRAM WHAT: the words of a list.
_xtape_list() {
    "$1" --list "$2" 2> /dev/null | sed 's/ .*//'
}

# _xtape_values PROGRAM KIND WORDS CURRENT: what an option's value may be, for
# the item after the last comma.
_xtape_values() {
    local prefix=
    [[ $2 != @(types|fields) || $4 != *,* ]] || prefix=${4%,*},
    case $2 in
    file) compgen -f -- "$4" ;;
    directory) compgen -d -- "$4" ;;
    words) compgen -W "$3" -- "$4" ;;
    types | fields | zones)
        compgen -P "$prefix" -W "$(_xtape_list "$1" "$2")" -- "${4#"$prefix"}"
        ;;
    esac
}

_xtape() {
    local program=$1 current=${COMP_WORDS[COMP_CWORD]}
    local before=${COMP_WORDS[COMP_CWORD - 1]}
    local options kind words verbs word verb=
    COMPREPLY=()
    # --name=value comes as three words
    if [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    elif [[ $current == = ]]; then
        current=
    fi
    options=$("$program" --list options 2> /dev/null) || return
    IFS=$'\t' read -r kind words < <(awk -F '\t' -v option="$before" \
        '$1 == option || $2 == option { print $3 "\t" $4 }' <<< "$options")
    if [[ ${kind:-flag} != flag ]]; then
        mapfile -t COMPREPLY < <(_xtape_values "$program" "$kind" "$words" \
            "$current")
        return
    fi
    verbs=$(_xtape_list "$program" verbs)
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ " ${verbs//$'\n'/ } " != *" $word "* ]] || verb=$word
    done
    if [[ $current == -* ]]; then
        words=$(awk -F '\t' -v verb="$verb" 'verb == "" || $5 == "" ||
            index(" " $5 " ", " " verb " ") { print $1, $2 }' <<< "$options")
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
        return
    fi
    mapfile -t COMPREPLY < <(
        [ -n "$verb" ] || compgen -W "$verbs" -- "$current"
        compgen -f -- "$current"
    )
}
complete -o filenames -F _xtape xarchive xbacktest xbook xcheck xexport xgen \
    xgrep ximport xledger xmatch xmerge xohlcv xreplay xreport xrestore xsort \
    xstat xstore
