"""xtape.py - what xtape-strategy(5) says, for strategies in Python.

    import xtape

    market = xtape.Market()
    for event in market:
        if event.kind == "quote" and event.ask:
            market.buy(event.symbol, 1, event.ask)

An event has the fields that the page names, in lower case; prices and
quantities are Decimal, None where a line has "-".  Orders are sent when the
loop asks for the next event of another turn.
"""
import sys
from decimal import Decimal
from types import SimpleNamespace

FIELDS = {
    "xtape": "version account currency seed",
    "instrument": "time symbol tick lot currency multiplier type",
    "session": "time symbol state",
    "quote": "time symbol bid bid_quantity ask ask_quantity own_bid own_ask",
    "trade": "time symbol side price quantity",
    "accepted": "time symbol id side price left",
    "modified": "time symbol id side price left reason",
    "cancelled": "time symbol id left reason",
    "expired": "time symbol id left reason",
    "triggered": "time symbol id left reason",
    "rejected": "time symbol id request reason",
    "fill": "time symbol id side price quantity left fee role",
    "position": "time symbol quantity average realized equity",
    "timer": "time",
    "end": "time",
}
NUMBERS = set("""tick lot multiplier bid bid_quantity ask ask_quantity own_bid
    own_ask price quantity left fee average realized equity""".split())


def parse(line):
    """A line as an event; None if it is not known."""
    kind, *values = line.rstrip("\n").split("\t")
    if kind not in FIELDS:
        return None
    event = SimpleNamespace(kind=kind)
    for name, value in zip(FIELDS[kind].split(), values):
        if value == "-":
            value = None
        elif name in NUMBERS:
            value = Decimal(value)
        elif name == "id":
            value = int(value)
        setattr(event, name, value)
    return event


class Market:
    def __init__(self, *wanted):
        """wanted: what to see, as of subscribe; by default quotes, trades."""
        self.answer = [f"subscribe\t{what}" for what in wanted]
        self.last = 0
        self.positions = {}

    def __iter__(self):
        for line in sys.stdin:
            if line.startswith("go"):
                self.say("go")
                sys.stdout.write("\n".join(self.answer) + "\n")
                sys.stdout.flush()
                self.answer = []
                continue
            event = parse(line)
            if event is None:
                continue
            if event.kind == "position":
                self.positions[event.symbol] = event.quantity
            yield event

    def say(self, *words):
        self.answer.append("\t".join(map(str, words)))

    def order(self, symbol, side, quantity, price=None, **more):
        """Sends an order, at the market without a price; its id."""
        self.last += 1
        self.say("order", self.last, symbol, side, quantity,
                 "market" if price is None else price,
                 *(f"{name}={value}" for name, value in more.items()))
        return self.last

    def buy(self, symbol, quantity, price=None, **more):
        return self.order(symbol, "buy", quantity, price, **more)

    def sell(self, symbol, quantity, price=None, **more):
        return self.order(symbol, "sell", quantity, price, **more)

    def cancel(self, order):
        self.say("cancel", order)

    def modify(self, order, quantity="-", price="-"):
        self.say("modify", order, quantity, price)

    def timer(self, time):
        self.say("timer", time)

    def note(self, text):
        self.say("note", text)

    def position(self, symbol):
        return self.positions.get(symbol, Decimal(0))
