"""pnl_model.py TAKER MAKER REPORT < LINES

A second xreport, in exact fractions, from the trades, quotes, orders and cash
of a tape's JSON lines alone: what the ledger made of them is not looked at.
Compares what it finds with the JSON of xreport, and prints what differs and how
many figures were compared.
"""
import json
import sys
from datetime import datetime, timedelta
from fractions import Fraction as F
from math import isqrt

ONE = 10**8
HORIZONS = {"markout_1s": 10**9, "markout_10s": 10**10, "markout_60s": 6 * 10**10}


def half_even(x):
    return F(round(x * ONE), ONE)


def text(x):
    n = x * ONE
    assert n.denominator == 1, x
    sign = "-" if n < 0 else ""
    whole, part = divmod(abs(n.numerator), ONE)
    return f"{sign}{whole}" + (f".{part:08d}".rstrip("0") if part else "")


def share(part, whole):
    if not whole:
        return None
    cut = int(F(part) * 10000 / whole)
    return f"{cut // 100}.{cut % 100:02d}"


def ns(time):
    seconds, _, rest = time.rstrip("Z").partition(".")
    moment = datetime.fromisoformat(seconds) - datetime(1970, 1, 1)
    return (moment.days * 86400 + moment.seconds) * 10**9 + \
        int((rest or "0").ljust(9, "0"))


class Position:
    quantity = cost = realized = F(0)

    def trade(self, d, cash):
        """Quantity d is bought, cash is got."""
        q, before = self.quantity, self.realized
        if q * d >= 0:
            self.quantity, self.cost = q + d, self.cost - cash
        else:
            k = min(abs(q), abs(d))
            part = cash if k == abs(d) else half_even(cash * k / abs(d))
            out = self.cost if k == abs(q) else half_even(self.cost * k / abs(q))
            self.realized += part - out
            self.cost = part - cash if abs(d) > k else self.cost - out
            self.quantity = q + d
        return self.realized - before


class Account:
    def __init__(self):
        self.positions, self.groups, self.days = {}, {}, []
        self.funds = self.fees = self.slippage = F(0)
        self.ordered = self.filled = F(0)
        self.orders = self.slipped = 0
        self.traded = self.watched = False
        self.drawdown, self.fell = F(0), (None, None)
        self.markouts = {name: [F(0), 0] for name in HORIZONS}

    def equity(self):
        return self.funds - self.fees + sum(
            p.realized + half_even(marks[i] * p.quantity) - p.cost
            if p.quantity else p.realized for i, p in self.positions.items())

    def look(self, time):
        if not self.traded:
            return
        equity = self.equity()
        if equity >= self.peak:
            self.peak, self.peak_time = equity, time
        elif self.peak - equity > self.drawdown:
            self.drawdown = self.peak - equity
            self.fell = (self.peak_time, time)


taker, maker = F(sys.argv[1]), F(sys.argv[2])
accounts, orders, marks, middles, last_trade = {}, {}, {}, {}, {}
waiting = []  # (due, account, instrument, price, quantity, horizon)
day = None


def pass_time(time, now):
    global waiting, day
    for due, account, i, price, quantity, name in waiting:
        if due < now and i in middles:
            m = account.markouts[name]
            m[0] += half_even(middles[i] * quantity) - half_even(price * quantity)
            m[1] += 1
    waiting = [w for w in waiting if w[0] >= now]
    if day and time[:10] > day:
        end_day()
    day = time[:10]


def end_day():
    for account in accounts.values():
        if account.traded:
            account.days.append((account.equity(), account.funds))


def remark(i, time):
    marks[i] = middles.get(i, last_trade.get(i))
    for account in accounts.values():
        p = account.positions.get(i)
        if p and p.quantity:
            account.look(time)


def fill(e, side, strategy, quantity):
    account = accounts.setdefault(e["buyer_id" if side == "buy" else "seller_id"],
                                  Account())
    order = orders.get((e["instrument"],
                        e.get("buy_order_id" if side == "buy" else
                              "sell_order_id")))
    if not account.traded:
        account.traded, account.opening = True, account.equity()
        account.peak, account.peak_time = account.opening, e["time"]
    if order:
        account.filled += F(e["quantity"])
        if order[1] is not None:
            account.slippage += half_even(F(e["price"]) * quantity) - \
                half_even(order[1] * quantity)
            account.slipped += 1
        for name, horizon in HORIZONS.items():
            waiting.append((ns(e["time"]) + horizon, account, e["instrument"],
                            F(e["price"]), quantity, name))
    return account, order[0] if order else "-"


def count(account, e, side, strategy, realized, fee, closed):
    for by, key in (("all", "all"), ("strategy", strategy),
                    ("symbol", e["instrument"]), ("day", e["time"][:10]),
                    ("hour", e["time"][11:13]), ("side", side)):
        g = account.groups.setdefault((by, key), dict(
            fills=0, quantity=F(0), turnover=F(0), realized=F(0), fees=F(0),
            makers=0, takers=0, closes=0, wins=0))
        g["fills"] += 1
        g["quantity"] += F(e["quantity"])
        g["turnover"] += half_even(F(e["price"]) * F(e["quantity"]))
        g["realized"] += realized
        g["fees"] += fee
        g["takers"] += e.get("side") == side
        g["makers"] += e.get("side") not in (side, None)
        g["closes"] += closed
        g["wins"] += closed and realized > 0


def trade(e):
    i, q, price = e["instrument"], F(e["quantity"]), F(e["price"])
    last_trade[i] = price
    sides = [(s, q if s == "buy" else -q) for s, key in
             (("buy", "buyer_id"), ("sell", "seller_id")) if e.get(key)]
    known = {s: fill(e, s, None, d) for s, d in sides}
    remark(i, e["time"])
    alone = e.get("buyer_id") == e.get("seller_id")  # with itself
    for side, d in sides:
        account, strategy = known[side]
        if alone:
            fee = half_even(taker * half_even(price * q)) + \
                half_even(maker * half_even(price * q))
            fee = fee if side == e["side"] else F(0)
            account.fees += fee
            count(account, e, side, strategy, F(0), fee, False)
            continue
        p = account.positions.setdefault(i, Position())
        n = half_even(price * q)
        fee = half_even((taker if e.get("side") == side else maker) * n)
        closed = p.quantity * d < 0
        realized = p.trade(d, -n if side == "buy" else n)
        account.fees += fee
        count(account, e, side, strategy, realized, fee, closed)
    for account in {id(k[0]): k[0] for k in known.values()}.values():
        account.look(e["time"])


def ratio(returns, losses_only):
    n, total = len(returns), sum(returns)
    if n < 2:
        return None
    if losses_only:
        times, below = 252, n * sum(r * r for r in returns if r < 0)
    else:
        times = 252 * (n - 1)
        below = n * (n * sum(r * r for r in returns) - total**2)
    if not below:
        return None
    root = isqrt(round(F(total**2 * times * ONE**2, below)))
    return text(F(-root if total < 0 else root, ONE))


def expected(account):
    g = account.groups[("all", "all")]
    realized = sum(p.realized for p in account.positions.values())
    gross = account.equity() - account.funds + account.fees
    returns, before, funds = [], account.opening, None
    for equity, now in account.days:
        base = before + (now - funds if funds is not None else 0)
        if base > 0:
            returns.append(round(F(equity - base) * ONE / base))
        before, funds = equity, now
    whole = len(returns) == len(account.days)
    yield "realized", text(realized)
    yield "unrealized", text(gross - realized)
    yield "fees", text(account.fees)
    yield "net", text(gross - account.fees)
    yield "equity", text(account.equity())
    yield "funds", text(account.funds)
    yield "max_drawdown", text(account.drawdown)
    yield "drawdown_from", account.fell[0]
    yield "drawdown_to", account.fell[1]
    yield "days", len(account.days)
    yield "sharpe", ratio(returns, False) if whole else None
    yield "sortino", ratio(returns, True) if whole else None
    yield "turnover", text(g["turnover"])
    yield "maker_percent", share(g["makers"], g["fills"])
    yield "taker_percent", share(g["takers"], g["fills"])
    yield "hit_percent", share(g["wins"], g["closes"])
    yield "orders", account.orders or None
    yield "filled_percent", share(account.filled, account.ordered)
    yield "slippage", text(account.slippage) if account.slipped else None
    for name, (amount, n) in account.markouts.items():
        yield name, text(amount) if n else None


for line in sys.stdin:
    e = json.loads(line)
    kind, i = e["type"], e.get("instrument")
    if kind in ("posting", "balance", "position"):
        continue
    pass_time(e["time"], ns(e["time"]))
    if kind == "trade":
        trade(e)
    elif kind == "quote" and "bid_price" in e and "ask_price" in e:
        middles[i] = F((F(e["bid_price"]) + F(e["ask_price"])) / 2 * ONE //
                       1, ONE)
        remark(i, e["time"])
    elif kind == "accepted" and e.get("strategy_id"):
        account = accounts.setdefault(e["account_id"], Account())
        account.watched = True
        account.orders += 1
        account.ordered += F(e["quantity"])
        orders[(i, e["order_id"])] = (str(e["strategy_id"]), middles.get(i))
    elif kind == "cash":
        sign = {"withdrawal": -1, "fee": -1}.get(e["kind"], 1)
        account = accounts.setdefault(e["account_id"], Account())
        account.funds += sign * F(e["amount"])
        if account.traded:
            account.peak += sign * F(e["amount"])
            account.look(e["time"])
end_day()

report = json.load(open(sys.argv[3]))
compared = differ = 0


def compare(where, mine, theirs):
    global compared, differ
    compared += 1
    if mine != theirs:
        differ += 1
        print(where, "model", mine, "xreport", theirs)


anybody = any(a.watched for a in accounts.values())
mine = {str(id): a for id, a in accounts.items()
        if a.traded and (a.watched or not anybody)}
compare("accounts", sorted(mine), sorted(str(a["account_id"])
                                         for a in report["accounts"]))
for theirs in report["accounts"]:
    account = mine[str(theirs["account_id"])]
    for name, value in expected(account):
        compare((theirs["account_id"], name), value, theirs[name])
    for by, rows in theirs["by"].items():
        compare((by, "keys"), sorted(str(k) for b, k in account.groups if b == by),
                sorted(row["key"] for row in rows))
        for row in rows:
            g = account.groups[(by, row["key"])]
            for name in ("quantity", "turnover", "realized", "fees"):
                compare((by, row["key"], name), text(g[name]), row[name])
            compare((by, row["key"], "fills"), g["fills"], row["fills"])
            compare((by, row["key"], "hit"), share(g["wins"], g["closes"]),
                    row["hit_percent"])
print(differ, "of", compared, "differ")
