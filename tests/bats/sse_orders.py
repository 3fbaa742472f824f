"""sse_orders.py (orders | trades | facts) < LOG

What arrived at the Shanghai exchange, from what it published.  The feed has
trades (MsgType 191), what of an order came to rest (192, OrdType A) and
cancels (192, OrdType D), and BizIndex has their order.  An order that trades
when it arrives appears as its trades first and its rest, if any, right
after them, so that

    a run of trades of one aggressor and the add of the same order after it
    are one limit order: of all that was traded and added, at the price of the
    add, or of the last trade when nothing was added.

Other adds are orders as they stand.  The trades of the opening auction have no
aggressor (ExecType N) and stand all together: their orders were added before,
and continuous trading begins with them.

Prints JSON lines for ximport, or the exchange's own trades as lines of price,
quantity, buy order, sell order.  With facts, its messages as they are: adds,
deletes, and executions of the orders that were in the book.
"""
import json
import re
import sys
from itertools import groupby

BUY, SELL = 66, 83
ADD, DELETE = 65, 68


def number(thousandths):
    """The decimal of an integer in thousandths."""
    return ("%d.%03d" % divmod(thousandths, 1000)).rstrip("0").rstrip(".")


def moment(at):
    """UTC of an exchange time HHMMSScc, which is eight hours ahead."""
    rest, hundredths = divmod(at, 100)
    rest, seconds = divmod(rest, 100)
    hours, minutes = divmod(rest, 100)
    return "2023-02-07T%02d:%02d:%02d.%02dZ" % (hours - 8, minutes, seconds,
                                                hundredths)


def read(lines):
    """The order and trade messages as dictionaries, in their true order."""
    messages = []
    for line in lines:
        fields = dict(re.findall(r"(\w+)=(\d+)", line))
        message = {name: int(value) for name, value in fields.items()}
        if message["MsgType"] in (191, 192):
            messages.append(message)
    return sorted(messages, key=lambda message: message["BizIndex"])


def aggressor(message):
    """The id of the order that a trade was caused by; an add's own id."""
    if message["MsgType"] == 191:
        return message[{BUY: "BidApplSeqNum", SELL: "OfferApplSeqNum"}
                       [message["ExecType"]]]
    return message["OrderNo"]


def tell(kind, message, **fields):
    print(json.dumps({"type": kind, "time": moment(message["TransactTime"]),
                      "instrument": "XSHG:600519", **fields}))


def tell_order(trades, add):
    """One arriving order: what it traded and what came to rest of it."""
    last = add or trades[-1]
    quantity = sum(trade["LastQty"] for trade in trades)
    tell("order", (trades or [add])[0], order_id=aggressor(last),
         side="buy" if last.get("Side", last.get("ExecType")) == BUY
         else "sell",
         price=number(last["Price"] if add else last["LastPx"]),
         quantity=number(quantity + (add["OrderQty"] if add else 0)))


def orders(messages):
    auction = [m for m in messages if m.get("ExecType") == ord("N")]
    tell("session", messages[0], state="opening_auction")
    trades = []  # of the order that is arriving
    for message in messages:
        if message in auction[:1]:
            tell("session", message, state="continuous")
        if message in auction:
            continue
        if trades and aggressor(message) != aggressor(trades[0]) or \
                trades and message.get("OrdType") == DELETE:
            tell_order(trades, None)
            trades = []
        if message["MsgType"] == 191:
            trades.append(message)
        elif message["OrdType"] == ADD:
            tell_order(trades, message)
            trades = []
        else:
            tell("cancel", message, order_id=message["OrderNo"])
    if trades:
        tell_order(trades, None)


def trades(messages):
    for message in messages:
        if message["MsgType"] == 191:
            print(number(message["LastPx"]), number(message["LastQty"]),
                  message["BidApplSeqNum"], message["OfferApplSeqNum"],
                  sep=",")


def facts(messages):
    for message in messages:
        if message["MsgType"] == 191:
            passive = {BUY: ["OfferApplSeqNum"], SELL: ["BidApplSeqNum"]}.get(
                message["ExecType"], ["BidApplSeqNum", "OfferApplSeqNum"])
            for side in passive:
                tell("book_execute", message, order_id=message[side],
                     side="buy" if side[0] == "B" else "sell",
                     quantity=number(message["LastQty"]))
        elif message["OrdType"] == ADD:
            tell("book_add", message, order_id=message["OrderNo"],
                 side="buy" if message["Side"] == BUY else "sell",
                 price=number(message["Price"]),
                 quantity=number(message["OrderQty"]))
        else:
            tell("book_delete", message, order_id=message["OrderNo"])


{"orders": orders, "trades": trades, "facts": facts}[sys.argv[1]](read(sys.stdin))
