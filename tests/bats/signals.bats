# SIGTERM and SIGINT end a program that waits, whatever it waits for: it dies
# of the signal, which is how a shell and systemd know it.
load common

# blocked PID [FILE]: waits until that process sleeps, with FILE open if named.
blocked() {
    local i
    for ((i = 0; i < 400; i++)); do
        if [ -z "${2-}" ] || ls -l "/proc/$1/fd" 2> /dev/null | contains "$2"
        then
            ! grep -q '^State:.*[SD] ' "/proc/$1/status" || return 0
        fi
        sleep 0.02
    done
    return 1
}

# dies_of SIGNAL FILE COMMAND ...: of it, while it waits with FILE open.
dies_of() {
    local status=0 signal=$1 file=$2 pid
    shift 2
    env --default-signal=INT,TERM "$@" > out 2> err < waits &
    pid=$!
    blocked $pid "$file" || { echo "$*: is not blocked"; kill -9 $pid; return 1; }
    kill "-$signal" $pid
    wait $pid || status=$?
    [ $status -eq $((128 + $(kill -l "$signal"))) ] && [ ! -s err ] ||
        { echo "$*: $status"; cat err; return 1; }
}

@test "a FIFO that nobody writes to holds no program that is to stop" {
    mkfifo waits nobody
    exec 9<> waits # whoever reads it waits
    xgen --orders 10 | xledger -d ledger.db > /dev/null
    for signal in TERM INT; do
        dies_of $signal waits xledger --check
        dies_of $signal waits xledger -d ledger.db --check -
        dies_of $signal waits xledger --check waits
        dies_of $signal waits xledger --check nobody
        dies_of $signal waits xarchive -d a put
        dies_of $signal waits xstore -d store
        dies_of $signal waits ximport -f json
        dies_of $signal waits xmerge waits nobody
        dies_of $signal waits xmatch nobody
    done
    exec 9>&-
}

@test "a database that is locked holds no --check that is to stop" {
    command -v sqlite3 > /dev/null || skip "no sqlite3"
    mkfifo waits commands
    exec 9<> waits
    xgen --orders 10 | xmatch | xledger -d ledger.db > /dev/null
    sqlite3 ledger.db < commands > locked &
    exec 8> commands
    echo "BEGIN EXCLUSIVE; SELECT 'yes';" >&8
    until [ -s locked ]; do sleep 0.02; done
    for signal in TERM INT; do
        dies_of $signal ledger.db xledger -d ledger.db --check
        dies_of $signal ledger.db xledger -d ledger.db --print balances
    done
    echo "ROLLBACK;" >&8
    exec 8>&- 9>&-
    wait
    xledger -d ledger.db --check
}

@test "what is no regular file is no database, and is not opened" {
    mkfifo fifo
    mkdir directory
    xgen --orders 3 -o day.tape
    for name in fifo /dev/zero directory; do
        for option in --check "--print balances" ""; do
            # shellcheck disable=SC2086 # none or two words
            run -2 --separate-stderr timeout 10 xledger -d $name $option \
                < day.tape
            [ "$stderr" = "xledger: $name: is not a regular file" ]
        done
    done
}

@test "a long --check, verify of a store or an archive stops at once" {
    xgen --orders 40000 --symbols 3 -o day.tape
    xmatch -q day.tape | xledger -q -d ledger.db > /dev/null
    xstore -q -d store day.tape > /dev/null
    xarchive -d a put day.tape
    for signal in TERM INT; do
        for command in "xledger -d ledger.db --check" "xstore -d store verify" \
            "xarchive -d a verify"; do
            for _ in 1 2 3 4 5 6; do # it may be quicker than the signal
                # shellcheck disable=SC2086 # a command line
                env --default-signal=INT,TERM $command > out 2> err &
                becomes "${command%% *}" $!
                kill -$signal $! 2> /dev/null || true
                status=0
                wait $! || status=$?
                [ $status -eq 0 ] || break
            done
            [ $status -eq $((128 + $(kill -l $signal))) ] && [ ! -s err ]
        done
    done
}
