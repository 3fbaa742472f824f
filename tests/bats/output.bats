# -o: what it writes to, what it replaces, and what it leaves alone.
load common

# A separate name for what a run is to give.
want() {
    sample > want.tape
}

@test "-o of a descriptor writes to what it is open on, and replaces nothing" {
    want
    before=$(stat -c '%d %i' /dev/stdout)
    for path in /dev/stdout /dev/fd/1 /proc/self/fd/1; do
        xreplay -o $path want.tape | cmp - want.tape
        xreplay -o $path want.tape > out.tape
        cmp out.tape want.tape
    done
    xreplay -o /dev/fd/7 want.tape 7> seven.tape
    cmp seven.tape want.tape
    [ -L /dev/stdout ]
    [ "$before" = "$(stat -c '%d %i' /dev/stdout)" ]
    { cat want.tape; xreplay -o /dev/stdout want.tape; } > two.tape
    cat want.tape want.tape | cmp - two.tape
    ln -s /dev/fd/1 there
    xreplay -o there want.tape | cmp - want.tape
    [ -L there ]
}

@test "-o of a FIFO or a device writes into it, and it stays what it is" {
    want
    mkfifo pipe
    cat pipe > out.tape &
    xreplay -o pipe want.tape
    wait $!
    cmp out.tape want.tape
    [ -p pipe ]
    xreplay -o /dev/null want.tape
    [ -c /dev/null ]
    run -3 --separate-stderr xreplay -o /dev/full want.tape
    [[ $stderr == "xreplay: /dev/full: "*"No space left"* ]]
    [ -c /dev/full ]
}

@test "-o replaces the file that a symbolic link leads to, and keeps the link" {
    want
    mkdir there
    echo old > there/real
    ln -s there/real one
    ln -s one two
    xreplay -o two want.tape
    cmp there/real want.tape
    [ "$(readlink two)" = one ]
    [ "$(readlink one)" = there/real ]
    ln -s there/new dangling
    xreplay -o dangling want.tape
    cmp there/new want.tape
    [ -L dangling ]
    ln -s loop loop
    run -2 --separate-stderr xreplay -o loop want.tape
    [ "${#stderr_lines[@]}" -eq 1 ]
    [ "$(ls -A there)" = $'new\nreal' ]
}

@test "-o keeps the mode of the file that it replaces" {
    want
    for mode in 600 640 664 755; do
        echo old > out.tape
        chmod $mode out.tape
        (umask 077; xreplay -o out.tape want.tape)
        [ "$(stat -c %a out.tape)" = $mode ]
        cmp out.tape want.tape
    done
    chmod 4755 out.tape
    xreplay -o out.tape want.tape
    [ "$(stat -c %a out.tape)" = 755 ]
    (umask 027; xreplay -o fresh.tape want.tape)
    [ "$(stat -c %a fresh.tape)" = 640 ]
}

@test "-o where nothing can be written is a wrong command, in one line" {
    want
    mkdir there
    for path in nowhere/out there there/ want.tape/out; do
        run -2 --separate-stderr xreplay -o $path want.tape
        [[ $stderr == "xreplay: $path: cannot "* ]]
        [ "${#stderr_lines[@]}" -eq 1 ]
    done
    [ "$(find . -mindepth 1 ! -name '*stderr*' | sort | paste -sd ' ')" = \
        './there ./want.tape' ] || { ls -A; false; }
}

@test "a file system that is full or read-only fails -o in one line" {
    want
    [ "$(id -u)" -eq 0 ] || skip "only root can mount"
    mkdir small
    mount -t tmpfs -o size=64k tmpfs small || skip "cannot mount here"
    echo old > small/out
    status=0
    xgen --orders 20000 -o small/out 2> err || status=$?
    left=$(ls -A small)
    text=$(cat small/out)
    mount -o remount,ro small
    other=0
    xreplay -o small/new want.tape 2> err.ro || other=$?
    umount small
    [ $status -eq 3 ] && one_line err && [ "$text" = old ] && [ "$left" = out ]
    [ $other -eq 2 ] && one_line err.ro
}

@test "a file-size limit is an error like a full disk, and replaces nothing" {
    echo old > out.tape
    for target in out.tape /dev/stdout -; do
        status=0
        (ulimit -f 16; xgen --orders 20000 -o $target > shown 2> err) ||
            status=$?
        [ $status -eq 3 ]
        one_line err
        grep -q 'File too large' err
    done
    [ "$(cat out.tape)" = old ]
}

@test "what a killed writer leaves is used up by the next, whatever its name" {
    want
    # without a file of no name, as on some file systems
    cp want.tape .out.tape.0.tmp
    ln -s want.tape .out.tape.1.tmp
    xreplay -o out.tape want.tape
    cmp out.tape want.tape
    [ ! -e .out.tape.0.tmp ]
    [ "$(ls -A)" = $'.out.tape.1.tmp\nout.tape\nwant.tape' ]
}

@test "a temporary name that another writer uses is left alone" {
    want
    cp want.tape .out.tape.0.tmp
    flock .out.tape.0.tmp sleep 30 &
    holder=$!
    while flock -n .out.tape.0.tmp true; do sleep 0.05; done
    xreplay -o out.tape want.tape
    kill $holder
    cmp out.tape want.tape
    cmp .out.tape.0.tmp want.tape
}
