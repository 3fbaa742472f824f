# bash completion for the xtape programs: options and verbs come from --help, so
# they are always those of the program that is installed.
_xtape()
{
    local current=${COMP_WORDS[COMP_CWORD]}
    local before=${COMP_WORDS[COMP_CWORD - 1]} help words= word
    COMPREPLY=()
    help=$("$1" --help 2> /dev/null)
    if [[ $current == -* ]]; then
        words=$(sed -nE 's/^ +(-[a-zA-Z]|  ),? +--([a-z-]+).*/\1 --\2/p' \
            <<< "$help")
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
        return
    fi
    # an option that wants an argument: "  -d, --dir DIR"
    if [[ $before != -?* ]] ||
        ! grep -qE -- "^ .*$before\>,?( --[a-z-]+)? [A-Z]" <<< "$help"; then
        words=$(sed '/^  .*--/q' <<< "$help" | sed -nE 's/^  ([a-z-]+) .*/\1/p')
        for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
            [[ " ${words//$'\n'/ } " != *" $word "* ]] || words=
        done
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current"
        compgen -f -- "$current")
}
complete -o filenames -F _xtape xarchive xbook xexport xgen xgrep ximport \
    xledger xmatch xmerge xohlcv xreplay xrestore xstat xstore
