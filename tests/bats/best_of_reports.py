"""Reads the reports of xmatch as JSON lines and prints, for each instrument,
the best prices and their quantities at the end: a plain count, order by
order, as an oracle for xbook."""
import json
import sys
from collections import defaultdict
from decimal import Decimal

books = defaultdict(dict)  # instrument -> order id -> [side, price, open]
for line in sys.stdin:
    event = json.loads(line)
    book = books[event.get("instrument")]
    kind = event["type"]
    if kind in ("accepted", "modified"):
        book[event["order_id"]] = [
            event["side"],
            Decimal(event["price"]) if "price" in event else None,
            Decimal(event["remaining_quantity"]),
        ]
    elif kind in ("cancelled", "expired"):
        book.pop(event["order_id"], None)
    elif kind == "trade":
        for side in ("buy_order_id", "sell_order_id"):
            order = book[event[side]]
            order[2] -= Decimal(event["quantity"])
            if order[2] == 0:
                del book[event[side]]


def best(book, side, choose):
    prices = [price for s, price, _ in book.values() if s == side]
    if not prices:
        return ","
    price = choose(prices)
    total = sum(o for s, p, o in book.values() if s == side and p == price)
    return "%s,%s" % (text(price), text(total))


def text(number):
    return format(number.normalize(), "f")


for name, book in sorted(books.items(), key=lambda item: item[0] or ""):
    if book:
        print("%s,%s,%s" % (name, best(book, "buy", max),
                            best(book, "sell", min)))
