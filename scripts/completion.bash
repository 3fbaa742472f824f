# bash completion for the xtape programs: options come from --help, so they
# are always those of the program that is installed.
_xtape()
{
    local current=${COMP_WORDS[COMP_CWORD]} options
    COMPREPLY=()
    if [[ $current == -* ]]; then
        options=$("$1" --help 2> /dev/null |
            sed -nE 's/^ +(-[a-zA-Z]|  ),? +--([a-z-]+).*/\1 --\2/p')
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}
complete -o filenames -F _xtape ximport xexport xgen xgrep xmerge xstat \
    xmatch xbook xledger xohlcv
