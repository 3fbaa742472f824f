"""The book of a recorded Binance feed against its best prices.

    binance_book.py align CAPTURE ...
        prints the snapshot, then the updates that are not older: what a
        client of the feed has to do
    binance_book.py check QUOTES CAPTURE ...
        compares the quote after each of these messages with the best prices
        (bookTicker) at that update id"""
import json
import sys
from decimal import Decimal


def lines(names):
    for name in names:
        for line in open(name):
            yield line, json.loads(line[line.index('{'):])


def is_update(message):
    return message.get('data', {}).get('e') == 'depthUpdate'


def align(names):
    first = next(m['lastUpdateId'] for _, m in lines(names) if 'lastUpdateId' in m)
    for line, message in lines(names):
        if message.get('lastUpdateId') == first:
            yield line, first
    for line, message in lines(names):
        if is_update(message) and message['data']['u'] >= first:
            yield line, message['data']['u']


def check(quotes, names):
    tickers = [(m['data']['u'], [Decimal(m['data'][k]) for k in 'bBaA'])
               for _, m in lines(names) if 'B' in m.get('data', {})]
    good = bad = at = 0
    known = None
    for (_, update), line in zip(align(names), open(quotes), strict=True):
        while at < len(tickers) and tickers[at][0] <= update:
            known = tickers[at][1]
            at += 1
        if known is None:
            continue
        if [Decimal(word) for word in line.split(',')] == known:
            good += 1
        else:
            bad += 1
    print(good, 'equal,', bad, 'not')


if sys.argv[1] == 'align':
    sys.stdout.writelines(line for line, _ in align(sys.argv[2:]))
else:
    check(sys.argv[2], sys.argv[3:])
