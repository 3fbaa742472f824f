# fish completion for the xtape programs.  Options, verbs and the words that
# options take come from "PROGRAM --list ...", so they are always those of the
# program that is installed.

# The lines of a list as fish wants them: word, tab, meaning.
function __xtape_list --argument-names program what prefix
    $program --list $what 2>/dev/null | string replace -r '  +' '\t' |
        string replace -r '^' "$prefix"
end

# The values of an option of that kind, for the item after the last comma.
function __xtape_values --argument-names program kind words current
    switch $kind
        case file
            __fish_complete_path $current
        case directory
            __fish_complete_directories $current
        case words
            string split ' ' -- $words
        case types fields zones
            __xtape_list $program $kind (string match -r '^.*,' -- $current)
    end
end

function __xtape_candidates
    set -l tokens (commandline -opc)
    set -l current (commandline -ct)
    set -l program $tokens[1]
    set -l before $tokens[-1]
    set -l verb
    set -l parts
    if set parts (string match -r '^(--[a-z-]+)=(.*)$' -- $current)
        set before $parts[2]
        set current $parts[3]
    end
    set -l verbs ($program --list verbs 2>/dev/null | string replace -r ' .*' '')
    for word in $tokens[2..-1]
        contains -- $word $verbs; and set verb $word
    end
    for line in ($program --list options 2>/dev/null)
        set -l f (string split \t -- $line)
        if contains -- "$before" $f[1] $f[2]; and test $f[3] != flag
            for value in (__xtape_values $program $f[3] "$f[4]" "$current")
                test -n "$parts"; and echo "$before=$value"; or echo $value
            end
            return
        end
    end
    if string match -q -- '-*' $current
        for line in ($program --list options 2>/dev/null)
            set -l f (string split \t -- $line)
            test -z "$verb"
            or test -z "$f[5]"
            or contains -- $verb (string split ' ' -- $f[5])
            or continue
            printf '%s\t%s\n' $f[1] $f[6]
            test -z "$f[2]"; or printf '%s\t%s\n' $f[2] $f[6]
        end
        return
    end
    test -z "$verb"; and __xtape_list $program verbs
    __fish_complete_path $current
end

for program in xarchive xbacktest xbook xcheck xexport xgen xgrep ximport xledger \
        xmatch xmerge xohlcv xreplay xreport xrestore xsort xstat xstore
    complete -c $program -f -a '(__xtape_candidates)'
end
