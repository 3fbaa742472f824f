"""Plants breaks in a statement that agrees with a ledger.

statement_breaks.py POSITIONS BALANCES POSTINGS > statement.csv 3> expected

POSITIONS and BALANCES are what xledger --print writes as CSV, POSTINGS is
account,instrument,amount of every transaction that moved a position, in order.
Expected are lines "account asset break cause", one for each break.
"""
import csv
import os
import sys
from decimal import Decimal as D


def rows(path):
    with open(path, encoding="utf-8") as file:
        return [r for r in csv.DictReader(file)
                if not r["account_id"].startswith("@")]


positions = {(r["account_id"], r["instrument"]): r for r in rows(sys.argv[1])}
balances = {r["account_id"]: r for r in rows(sys.argv[2])}
history = {}
for account, instrument, amount in csv.reader(open(sys.argv[3],
                                                   encoding="utf-8")):
    history.setdefault((account, instrument), []).append(D(amount))
expected = []
used = set()


def pick(fits):
    """The first position that fits, of an account that has no break yet."""
    for key, row in positions.items():
        moves = history[key]
        if key[0] not in used and D(row["quantity"]) and fits(row, moves):
            used.add(key[0])
            return key, row, moves
    sys.exit("no position fits")


def many(row, moves):
    """Nothing in it is like anything else in it."""
    nets = {abs(m) for m in moves}
    return (len(moves) >= 6 and len(nets) == len(moves) and
            not any(2 * m in nets for m in nets) and
            not nets & {abs(k * D(row["quantity"])) for k in (1, 2, 99)} and
            D(row["fees"]) > 1)


def split(row, moves):
    return many(row, moves) and row["instrument"].endswith("SYM001")


def single(row, moves):
    return len(moves) == 1


def expect(key, kind, cause):
    expected.append(f"{key[0]} {key[1]} {kind} {cause}")


def quantity(value, kind, cause, fits=many):
    """A position of another quantity; the cost is not given."""
    key, row, moves = pick(fits)
    row["quantity"] = str(value(D(row["quantity"]), moves))
    row["cost"] = ""
    expect(key, kind, cause)


for index in 1, 3:
    quantity(lambda q, m: q - m[index], "quantity", "not_booked_there")
    quantity(lambda q, m: q + m[index], "quantity", "booked_twice_there")
quantity(lambda q, m: q - 2 * m[2], "quantity", "reversed_there")
quantity(lambda q, m: sum(m[:-3]), "quantity", "earlier_statement")
quantity(lambda q, m: q * 100, "quantity", "unit")
for _ in range(2):
    quantity(lambda q, m: -q, "sign", "sign")
for _ in range(2):
    quantity(lambda q, m: 3 * q, "split", "split_not_booked_here")
quantity(lambda q, m: q - m[-1], "split", "not_booked_there", split)

for _ in range(2):
    key, row, moves = pick(single)
    del positions[key]
    expect(key, "missing_there", "not_booked_there")

key, row, moves = pick(many)
positions["stranger", key[1]] = dict(row, account_id="stranger")
expect(("stranger", key[1]), "missing_here", "unknown_account")
key, row, moves = pick(many)
row["instrument"] = "OLD"
expect((key[0], "OLD"), "name", "renamed")
key, row, moves = pick(many)
row["currency"] = "EUR"
expect(key, "currency", "currency")
key, row, moves = pick(many)
row["cost"] = str(D(row["cost"]) + D(row["fees"]))
expect(key, "cost", "fees")
key, row, moves = pick(many)
row["cost"] = row["average_cost"]
expect(key, "cost", "cost_of_one")
key, row, moves = pick(many)
row["cost"] = str(D(row["cost"]) + D("0.01"))
expect(key, "rounding", "rounding")
balance = next(b for a, b in balances.items() if a not in used)
balance["cash_balance"] = str(D(balance["cash_balance"]) - D("0.004"))
expect((balance["account_id"], "USD"), "rounding", "rounding")

out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(["Account", "Symbol", "currency", "quantity", "cost"])
for row in positions.values():
    out.writerow([row[c] for c in
                  ("account_id", "instrument", "currency", "quantity",
                   "cost")])
out.writerow([row[c] for c in
              ("account_id", "instrument", "currency", "quantity", "cost")])
expect((row["account_id"], row["instrument"]), "duplicate", "second_line")
for row in balances.values():
    out.writerow([row["account_id"], "", row["currency"],
                  row["cash_balance"], ""])
with os.fdopen(3, "w") as file:
    print(*sorted(expected), sep="\n", file=file)
