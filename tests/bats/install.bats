# Installing and taking it away again.
load common

@test "install puts programs, pages and completion in place; uninstall takes all away" {
    [ -z "${XTAPE_BIN-}" ] || skip "a build for tests"
    make -s -C "$ROOT" install DESTDIR="$PWD/root" PREFIX=/usr
    [ -x root/usr/bin/xmatch ]
    [ -f root/usr/share/man/man1/xmatch.1 ]
    [ -f root/usr/share/man/man5/tape.5 ]
    [ -f root/usr/share/bash-completion/completions/xmatch ]
    [ -f root/usr/share/fish/vendor_completions.d/xmatch.fish ]
    [ -f root/usr/share/zsh/vendor-completions/_xtape ]
    root/usr/bin/xgen --orders 10 | root/usr/bin/xstat
    make -s -C "$ROOT" uninstall DESTDIR="$PWD/root" PREFIX=/usr
    [ "$(find root -type f | wc -l)" -eq 0 ]
}

@test "bash completes the options of a program" {
    run -0 bash -c "source '$ROOT/scripts/completion.bash'
        COMP_WORDS=(xohlcv --int) COMP_CWORD=1
        _xtape xohlcv
        echo \"\${COMPREPLY[@]}\""
    [ "$output" = --interval ]
}

@test "bash completes verbs, until there is one, and files" {
    touch letter
    complete_words() {
        bash -c "source '$ROOT/scripts/completion.bash'
            COMP_WORDS=($*) COMP_CWORD=\$((\${#COMP_WORDS[@]} - 1))
            _xtape \${COMP_WORDS[0]}
            echo \${COMPREPLY[@]}"
    }
    [ "$(complete_words xstore -d day l)" = "ls letter" ]
    [ "$(complete_words xstore -q v)" = verify ]
    mkdir lair
    [ "$(complete_words xstore -d l)" = lair ]
    rmdir lair
    [ "$(complete_words xarchive -d day put l)" = letter ]
    [ "$(complete_words xarchive --rebuild fs)" = fsck ]
    [ "$(complete_words xgrep l)" = letter ]
}

# What each shell offers for the last word of a command line, a word a line.
bash_offers() {
    bash -c "source '$ROOT/scripts/completion.bash'
        COMP_WORDS=($1) COMP_CWORD=\$((\${#COMP_WORDS[@]} - 1))
        _xtape \${COMP_WORDS[0]}
        printf '%s\n' \"\${COMPREPLY[@]}\"" | sort
}
fish_offers() {
    fish --no-config -c "source '$ROOT/scripts/completion.fish'
        complete -C'$1'" | cut -f 1 | sort
}
# zsh's own completion offers what _describe and compadd are given.
zsh_offers() {
    zsh -f -c "_files() { print -l -- *(N) }
        compset() { return 0 }
        compadd() { shift; print -l -- \"\$@\" }
        _describe() { print -l -- \"\${(@)lines}\" \"\${(@)listed}\" }
        words=($1) CURRENT=\$#words
        source '$ROOT/scripts/completion.zsh' || :" | sed 's/:.*//' |
        awk -v begin="${1##*[ ,]}" 'index($0, begin) == 1' | sort -u
}

# Line | what is offered, by every shell
OFFERS='xexport --format cs|csv
xexport -f j|json
xgrep -t trade_|trade_cancel
xgrep --types trade,trade_|trade,trade_cancel
xohlcv --tz Europe/Berl|Europe/Berlin
xarchive fsck --reb|--rebuild
xarchive ls --reb|
xarchive -d day pu|put
xgrep lett|letter
xgrep -n lett|'

offers_all() {
    touch letter
    while IFS='|' read -r line want; do
        got=$("$1" "$line" | sed '/^$/d')
        [ "${got##*,}" = "${want##*,}" ] || { echo "$line: $got"; false; }
    done <<< "$OFFERS"
}

@test "bash completes options, verbs and values" {
    offers_all bash_offers
}

@test "fish completes options, verbs and values" {
    command -v fish > /dev/null || skip "fish is not installed"
    offers_all fish_offers
}

@test "zsh completes options, verbs and values" {
    command -v zsh > /dev/null || skip "zsh is not installed"
    offers_all zsh_offers
}

@test "every shell completes every program" {
    for program in "$ROOT"/cmd/*.c; do
        for shell in bash zsh fish; do
            grep -qw "$(basename "$program" .c)" \
                "$ROOT/scripts/completion.$shell" ||
                { echo "$program, $shell"; false; }
        done
    done
}

@test "the same sources give the same code from another directory" {
    [ -z "${XTAPE_BIN-}" ] || skip "a build for tests"
    mkdir copy
    (cd "$ROOT" && git ls-files -z -co --exclude-standard |
        grep -zvE '^(testdata|tests/fuzz/corpus)/' |
        xargs -0 cp --parents -t "$BATS_TEST_TMPDIR/copy")
    for archive in base tape; do
        make -s -C copy build/lib/$archive.a
        cmp copy/build/lib/$archive.a "$ROOT/build/lib/$archive.a"
    done
}

@test "make deb builds a package that lintian has nothing to say about" {
    [ -z "${XTAPE_BIN-}" ] || skip "a build for tests"
    command -v dpkg-shlibdeps > /dev/null || skip "dpkg-dev is not installed"
    make -s -C "$ROOT" deb
    dpkg-deb -x "$ROOT"/build/deb/xtape_*.deb root
    root/usr/bin/xgen --orders 10 | root/usr/bin/xstat
    [ -f root/usr/share/doc/xtape/examples/cron.d ]
    command -v lintian > /dev/null || skip "lintian is not installed"
    run -0 lintian --allow-root --fail-on warning,error \
        "$ROOT"/build/deb/xtape_*.deb
    [ -z "$output" ]
}
