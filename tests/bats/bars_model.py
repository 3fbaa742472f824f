"""bars_model EVENTS INTERVAL ...: bars of the trades that are left.

Reads CSV of "seq,time,kind,instrument,id,price,quantity,side", kind trade or
bust, in any order, and prints the final bar of each instrument, interval (in
seconds) and start: all trades but those that a bust names, whenever it came.
"""
import csv
import sys
from decimal import Decimal

trades, busted = [], set()
for row in csv.DictReader(open(sys.argv[1], encoding="ascii")):
    key = row["instrument"], row["id"]
    if row["kind"] == "bust":
        busted.add(key)
    else:
        trades.append((int(row["time"]), int(row["seq"]), key, row))
bars = {}
for time, seq, key, row in trades:
    if key not in busted:
        for interval in map(int, sys.argv[2:]):
            start = time - time % interval
            bars.setdefault((interval, start, key[0]), []).append(
                (time, seq, Decimal(row["price"]), Decimal(row["quantity"]),
                 row["side"]))
for (interval, start, instrument), rows in sorted(bars.items()):
    rows.sort()
    prices = [row[2] for row in rows]
    bought = [row for row in rows if row[4] == "buy"]
    print(interval, start, instrument, prices[0], max(prices), min(prices),
          prices[-1], sum(row[3] for row in rows),
          sum(row[2] * row[3] for row in rows), len(rows),
          sum(row[3] for row in bought), sep=",")
