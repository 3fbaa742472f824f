"""A second ledger, written from the rules alone, in exact fractions.

Reads the JSON lines of a tape of trades, cash and corporate actions, prints what
xledger --print balances and --print positions show, without the heads and
with single blanks.  Arguments: taker fee, maker fee, and how lots are closed: fifo,
lifo or hifo (default: average cost); then --print lots follows.
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


cash, versions, positions, paid, lots = {}, {}, {}, [], {}
basis, transactions = "".join(sys.argv[3:]), 0


def post(account, amount):
    if amount:
        cash[account] = cash.get(account, 0) + amount
        versions[account] = versions.get(account, 0) + 1


def choose(held):
    if basis == "fifo":
        return held[0]
    if basis == "lifo":
        return held[-1]
    return max(held, key=lambda lot: half_even(lot[1] / lot[0]))


def move_lots(p, held, d, c):
    whole, left = abs(d), c
    while d and held and held[0][0] * d < 0:
        lot = choose(held)
        k = min(abs(lot[0]), abs(d))
        part = left if k == abs(d) else half_even(c * k / whole)
        out = lot[1] if k == abs(lot[0]) else half_even(lot[1] * k / abs(lot[0]))
        p[2] += part - out
        share = k if d > 0 else -k
        lot[0], lot[1], d, left = lot[0] + share, lot[1] - out, d - share, left - part
        if not lot[0]:
            held.remove(lot)
    if d:
        held.append([d, -left, transactions])
    p[0], p[1] = sum(lot[0] for lot in held), sum(lot[1] for lot in held)


def move(account, instrument, d, c, fee):
    p = positions.setdefault((account, instrument), [F(0)] * 4 + [0])
    q, cost, realized = p[:3]
    if basis:
        move_lots(p, lots.setdefault((account, instrument), []), d, c)
    elif q * d >= 0:
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


def whole(x):
    return F(int(x))  # int() of a fraction goes toward zero


def action(e):
    old, new, amount = (F(e[k]) if k in e else None
                        for k in ("ratio_old", "ratio_new", "amount"))
    gave = F(0)  # shares, by the issuer
    for (account, instrument), p in sorted(positions.items(),
                                           key=lambda item: str(item[0])):
        q = p[0]
        if instrument != e["instrument"] or not q or account == "@ISSUER":
            continue
        if e["action_type"] == "dividend":
            cash_paid = half_even(q * amount)
        else:
            extra = old if e["action_type"] == "stock_dividend" else 0
            after, cash_paid = half_even(q * (new + extra) / old), F(0)
            fraction = after - whole(after)
            if amount is not None and fraction:
                cash_paid = half_even(fraction * amount)
                out = half_even(p[1] * fraction / after)
                if fraction == after:
                    out = p[1]
                p[1], p[2] = p[1] - out, p[2] + cash_paid - out
                after -= fraction
            p[0] = after
            p[4] += after != q
            gave += after - q
        post(account, cash_paid)
        paid.append(cash_paid)
    post("@ISSUER", -sum(paid))
    paid.clear()
    if gave:
        own = positions.setdefault(("@ISSUER", e["instrument"]),
                                   [F(0)] * 4 + [0])
        own[0] -= gave
        own[4] += 1


def order(account):
    return (0, int(account), "") if str(account).isdigit() else (1, 0, account)


taker, maker = F(sys.argv[1]), F(sys.argv[2])
for line in sys.stdin:
    e = json.loads(line)
    transactions += e["type"] in ("trade", "cash")
    if e["type"] == "trade":
        trade(e, taker, maker)
    elif e["type"] == "corporate_action":
        action(e)
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
for a, i in sorted(lots, key=lambda k: (order(k[0]), k[1])):
    for q, cost, opened in lots[a, i]:
        print(a, i, "USD", text(q), text(cost), text(half_even(cost / q)), opened)
