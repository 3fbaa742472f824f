"""A second ledger, written from the rules alone, in exact fractions.

Reads the JSON lines of a tape of trades and cash, prints what
xledger --print balances and --print positions show, without the heads and
with single blanks.  Arguments: taker fee, maker fee.
"""
import json
import sys
from fractions import Fraction as F

ONE = 10**8


def half_even(x):
    return F(round(x * ONE), ONE)  # round() of a fraction is half to even


def text(x):
    n = x * ONE
    assert n.denominator == 1
    sign = "-" if n < 0 else ""
    whole, part = divmod(abs(n.numerator), ONE)
    tail = f".{part:08d}".rstrip("0") if part else ""
    return f"{sign}{whole}{tail}"


cash, versions, positions = {}, {}, {}


def post(account, amount):
    if amount:
        cash[account] = cash.get(account, 0) + amount
        versions[account] = versions.get(account, 0) + 1


def move(account, instrument, d, c, fee):
    p = positions.setdefault((account, instrument), [F(0)] * 4 + [0])
    q, cost, realized = p[:3]
    if q * d >= 0:
        p[0], p[1] = q + d, cost - c
    else:
        k = min(abs(q), abs(d))
        part = c if k == abs(d) else half_even(c * k / abs(d))
        out = cost if k == abs(q) else half_even(cost * k / abs(q))
        p[2] = realized + part - out
        if abs(d) > k:
            p[0], p[1] = q + d, part - c
        else:
            p[0], p[1] = q + d, cost - out
    p[3] += fee
    p[4] += 1


def trade(e, taker, maker):
    q, p = F(e["quantity"]), F(e["price"])
    n = half_even(p * q)
    buyer, seller = (e.get(k, "@MARKET") for k in ("buyer_id", "seller_id"))
    fees = {}
    for side, account in (("buy", buyer), ("sell", seller)):
        rate = taker if e.get("side") == side else maker
        fees[side] = half_even(rate * n) if account != "@MARKET" else F(0)
    post(buyer, -n)
    post(seller, n)
    if buyer == seller:
        own = positions.setdefault((buyer, e["instrument"]), [F(0)] * 4 + [0])
        own[3] += fees["buy"] + fees["sell"]
        own[4] += 2
    else:
        move(buyer, e["instrument"], q, -n, fees["buy"])
        move(seller, e["instrument"], -q, n, fees["sell"])
    post(buyer, -fees["buy"])
    post(seller, -fees["sell"])
    post("@FEES", fees["buy"] + fees["sell"])


def order(account):
    return (0, int(account), "") if str(account).isdigit() else (1, 0, account)


taker, maker = F(sys.argv[1]), F(sys.argv[2])
for line in sys.stdin:
    e = json.loads(line)
    if e["type"] == "trade":
        trade(e, taker, maker)
    elif e["type"] == "cash" and e["kind"] == "deposit":
        post(e["account_id"], F(e["amount"]))
        post("@WORLD", -F(e["amount"]))
for a in sorted(cash, key=order):
    print(a, "USD", text(cash[a]), versions[a])
for a, i in sorted(positions, key=lambda k: (order(k[0]), k[1])):
    q, cost, realized, fees, version = positions[a, i]
    average = [text(half_even(cost / q))] if q else []
    print(a, i, "USD", text(q), text(cost), *average, text(realized),
          text(fees), version)
