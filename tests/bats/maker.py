"""maker.py [SEED [json]]: a market maker at random, a strategy for xbacktest.

Whatever it sees, it now and then sends, changes or cancels orders near the
best prices.  The same lines and seed give the same answers.
"""
import json
import random
import sys

chance = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
orders = 0
answer = []


in_json = sys.argv[2:] == ["json"]
SEEN = {"quote": "time instrument bid_price bid_quantity ask_price",
        "fill": "time instrument"}
SAID = {"order": "client_order_id instrument side quantity price",
        "modify": "client_order_id quantity price",
        "cancel": "client_order_id instrument", "note": "text"}
OPTIONS = {"tif": "time_in_force", "display": "display_quantity"}


def words_of(line):
    """A line of either wire as its words, those that maker.py looks at."""
    if not in_json:
        return line.rstrip("\n").split("\t")
    event = json.loads(line)
    return [event["type"]] + [event.get(name, "-") for name in
                              SEEN.get(event["type"], "").split()]


def object_of(kind, *words):
    plain = [word for word in words if "=" not in str(word)]
    answer = {"type": kind, **dict(zip(SAID.get(kind, "").split(), plain))}
    for option in words[len(plain):]:
        name, value = option.split("=")
        answer[OPTIONS.get(name, name)] = [value] if name == "flags" else value
    return json.dumps(answer)


def say(*words):
    answer.append(object_of(*words) if in_json
                  else "\t".join(map(str, words)))


def on_quote(symbol, bid, ask):
    global orders
    what = chance.randrange(12)
    if what < 4 and bid != "-" and ask != "-":
        orders += 1
        side = chance.choice(["buy", "sell"])
        near, far = (bid, ask) if side == "buy" else (ask, bid)
        price = chance.choice([near, near, far, "market"])
        say("order", orders, symbol, side, chance.randrange(1, 9), price,
            *chance.sample(["tif=ioc", "flags=post_only", "display=1",
                            "unknown=field"], chance.randrange(2)))
    elif what == 4 and orders:
        say("modify", chance.randrange(orders) + 1, chance.randrange(1, 9),
            chance.choice([bid, ask]))
    elif what in (5, 6) and orders:
        say("cancel", chance.randrange(orders) + 1)
    elif what == 7:
        say(*chance.choice([("cancel", "all"), ("note", "so far"), ("hm", 7),
                            ("cancel", 10**6), ("order", "x", symbol)]))


for line in sys.stdin:
    word, *fields = words_of(line)
    if word == "quote":
        on_quote(fields[1], fields[2], fields[4])
    elif word == "fill" and chance.randrange(8) == 0:
        say("cancel", "all", fields[1])
    elif word == "go":
        say("go")
        print(*answer, sep="\n", flush=True)
        answer.clear()
