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

@test "the same sources give the same programs from another folder" {
    [ -z "${XTAPE_BIN-}" ] || skip "a build for tests"
    mkdir copy
    (cd "$ROOT" && git ls-files -z -co --exclude-standard |
        grep -zvE '^(testdata|tests/fuzz/corpus)/' |
        xargs -0 cp --parents -t "$BATS_TEST_TMPDIR/copy")
    make -s -C copy build/bin/xgrep
    cmp copy/build/bin/xgrep "$ROOT/build/bin/xgrep"
}
