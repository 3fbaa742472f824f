"""A second ledger, written from the rules alone, in exact fractions.

Reads the JSON lines of a tape of trades, cash and corporate actions, prints what
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


cash, versions, positions, paid = {}, {}, {}, []


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
