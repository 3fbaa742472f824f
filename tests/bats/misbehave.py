"""misbehave.py KIND TURN [json]: a strategy that answers each turn with go, as
xtape-strategy(5) wants it, until its turn number TURN; then it does what KIND
says, and goes on if it still can.
"""
import json
import os
import signal
import sys
import time

kind, at, in_json = sys.argv[1], int(sys.argv[2]), sys.argv[3:] == ["json"]
GO = b'{"type":"go"}\n' if in_json else b"go\n"
signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # nobody reads: an end, silent
PAST = "1970-01-02T00:00:00Z"


def write(data):
    while data:
        data = data[os.write(1, data):]


def say(**members):
    """A request with these members, whose values are the words of text."""
    write((json.dumps(members) if in_json else
           "\t".join(map(str, members.values()))).encode() + b"\n")


def hang(*_):
    time.sleep(60)


def flood(line):
    while True:
        write(line * 1000)


def orphan(*_):
    if os.fork():
        os._exit(0)
    hang()


def deaf(*_):
    os.close(0)
    flood(GO)


def unknown(symbol):
    say(type="order", client_order_id=1, instrument="NONE", side="buy",
        quantity=1, price=1)
    say(type="order", client_order_id=0, instrument=symbol, side="buy",
        quantity=1, price=1)
    say(type="modify", client_order_id=99, quantity=1, price=1)
    say(type="cancel", client_order_id=2**64 - 1)


def past(symbol):
    say(type="timer", time=PAST)
    say(type="timer", time="0001-01-01T00:00:00Z")
    expires = {"time_in_force": "gtd", "expire_time": PAST} if in_json else \
        {"tif": "tif=gtd", "expire": "expire=" + PAST}
    say(type="order", client_order_id=3, instrument=symbol, side="buy",
        quantity=1, price=1, **expires)


KINDS = {
    "killed": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "ends": lambda _: os._exit(0),
    "status": lambda _: os._exit(7),
    "hangs": hang,
    "hangs in a line": lambda _: (write(GO[:2]), hang()),
    "half a line": lambda _: (write(GO[:2]), os._exit(0)),
    "closed": lambda _: (os.close(1), hang()),
    "orphan": orphan,
    "long line": lambda _: write(b"x" * 10**7 + b"\n"),
    "no newline": lambda _: flood(b"\0"),
    "flood": lambda _: flood(b"x\n"),
    "early": lambda _: write(GO),
    "deaf": deaf,
    "garbage": lambda _: write(bytes(range(1, 256)) + b"\n\n\0\n{}\n[[\n"),
    "unknown": unknown,
    "past": past,
}

turn, seen = 0, "NONE"
for line in sys.stdin:
    if in_json:
        event = json.loads(line)
        word, symbol = event["type"], event.get("instrument")
    else:
        word, *fields = line.rstrip("\n").split("\t")
        symbol = fields[1] if len(fields) > 1 else None
    if word == "instrument":
        seen = symbol
    if word != "go":
        continue
    turn += 1
    if turn == at and kind != "early":
        KINDS[kind](seen)
    write(GO + GO if turn == at and kind == "early" else GO)
