# What a program could still do after a hostile input got hold of it.
load common

# Programs that open nothing but their operands, once the options are read.
CONFINED="xgrep -t order
xmerge
xstat
xexport -f json
xmatch
xbook
xcheck -q
xohlcv -q -i 1m
xreport -q"

confines() {
    local kind
    kind=$("$1" --version | sed -n 's/^sandbox: //p')
    [ -n "$kind" ]
    [ "$kind" = landlock+seccomp ] || skip "this build on this kernel: $kind"
}

# attempts COMMAND ...: what it could do, one line each.
attempts() {
    touch victim
    LD_PRELOAD=$TOOLS/../preload/attempt.so "$@" 2>&1 > /dev/null |
        grep -E '^(read|write|remove|rename|socket|signal|fork|run): '
}

@test "a program that reads and writes tapes can do nothing else" {
    confines xstat
    sample > day.tape
    xmatch day.tape | xledger -o ledger.tape
    while read -r command; do
        # shellcheck disable=SC2086 # a command line
        attempts $command ledger.tape > got
        [ "$(wc -l < got)" -eq 8 ] || { echo "$command"; cat got; false; }
        run ! grep -vE ': (Permission denied|Operation not permitted)$' got
        [ -e victim ]
    done <<< "$CONFINED"
    attempts xgen --orders 3000 | excludes 'done'
    xexport -f json -t order day.tape > lines.json
    attempts ximport -f json lines.json | excludes 'done'
}

@test "what writes a file or keeps snapshots is not kept from it" {
    sample > day.tape
    xmatch -S state --snapshot-every 100 day.tape > with
    xmatch day.tape -o without
    cmp with without
    [ "$(find state -name '*.tape' | wc -l)" -gt 0 ]
}

@test "the output is the same without a sandbox, and threads start in one" {
    sample 30000 > day.tape
    xexport -f csv -t order day.tape > orders.csv
    for sandbox in none all; do
        XTAPE_SANDBOX=$sandbox ximport -f csv -t order orders.csv > $sandbox
        XTAPE_SANDBOX=$sandbox xmerge day.tape $sandbox |
            XTAPE_SANDBOX=$sandbox xmatch | xstat --digest >> digests
    done
    cmp none all
    [ "$(sort -u digests | wc -l)" -eq 1 ]
    XTAPE_SANDBOX=none xstat --version | contains -x 'sandbox: none'
}

@test "operands from a process, a FIFO and through links are opened in one" {
    sample > day.tape
    ln -s day.tape link
    mkfifo fifo
    cat day.tape > fifo &
    want=$(xstat --digest day.tape)
    [ "$(xstat --digest link)" = "$want" ]
    [ "$(xstat --digest fifo)" = "$want" ]
    [ "$(xstat --digest <(cat day.tape))" = "$want" ]
    [ "$(cd / && xstat --digest "$BATS_TEST_TMPDIR/day.tape")" = "$want" ]
}

@test "a kernel that forbids the sandbox changes nothing" {
    command -v strace > /dev/null || skip "no strace"
    export ASAN_OPTIONS=detect_leaks=0 # which cannot be looked for under strace
    sample > day.tape
    want=$(xstat --digest day.tape)
    for call in prctl landlock_create_ruleset landlock_restrict_self seccomp; do
        got=$(strace -f -qq -o /dev/null -e trace=$call \
            -e inject=$call:error=EPERM xstat --digest day.tape)
        [ "$got" = "$want" ]
    done
    strace -f -qq -o /dev/null -e trace=landlock_create_ruleset,seccomp \
        -e inject=landlock_create_ruleset,seccomp:error=ENOSYS \
        xstat --version | contains -x 'sandbox: none'
}
