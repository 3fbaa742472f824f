# Installing and taking it away again.
load common

@test "install puts programs, pages and completion in place; uninstall takes all away" {
    [ -z "${XTAPE_BIN-}" ] || skip "a build for tests"
    make -s -C "$ROOT" install DESTDIR="$PWD/root" PREFIX=/usr
    [ -x root/usr/bin/xmatch ]
    [ -f root/usr/share/man/man1/xmatch.1 ]
    [ -f root/usr/share/man/man5/tape.5 ]
    [ -f root/usr/share/bash-completion/completions/xmatch ]
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
    [ "$(complete_words xstore -d l)" = letter ]
    [ "$(complete_words xarchive -d day put l)" = letter ]
    [ "$(complete_words xarchive --rebuild fs)" = fsck ]
    [ "$(complete_words xgrep l)" = letter ]
}

@test "bash completes every program" {
    for program in "$ROOT"/cmd/*.c; do
        grep -qw "$(basename "$program" .c)" "$ROOT/scripts/completion.bash" ||
            { echo "$program"; false; }
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
