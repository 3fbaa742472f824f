"""reversion.py [LENGTH [WIDTH]] - mean reversion: sells when the last price is
more than WIDTH above the mean of the last LENGTH trades, buys when it is so
much below, and is flat again at the mean.

    xbacktest day.tape -- python3 reversion.py 50 0.02
"""
import sys
from collections import deque
from decimal import Decimal

import xtape

length = int(sys.argv[1]) if len(sys.argv) > 1 else 50
width = Decimal(sys.argv[2]) if len(sys.argv) > 2 else Decimal("0.02")
prices = {}

market = xtape.Market("trade")
busy = set()  # symbols of which an order is on its way
for event in market:
    if event.kind in ("cancelled", "rejected") or \
            event.kind == "fill" and event.left == 0:
        busy.discard(event.symbol)
    if event.kind != "trade":
        continue
    last = prices.setdefault(event.symbol, deque(maxlen=length))
    last.append(event.price)
    if len(last) < length or event.symbol in busy:
        continue
    away = event.price - sum(last) / length
    held = market.position(event.symbol)
    if held == 0 and abs(away) > width:
        side = "sell" if away > 0 else "buy"
    elif held and held * away >= 0:
        side = "sell" if held > 0 else "buy"
    else:
        continue
    busy.add(event.symbol)
    market.order(event.symbol, side, abs(held) or 1, tif="ioc")
