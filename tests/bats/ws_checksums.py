"""Compares the books that xbook makes of a recorded feed with the CRC32 that
the exchange sent with every update.

    ws_checksums.py kraken|okx CAPTURE QUOTES

CAPTURE is the recorded feed; QUOTES what xbook --every --depth 25 writes, as
JSON lines: a quote for every message, then the levels that changed."""
import json
import sys
import zlib
from decimal import Decimal


def places(text):
    return len(text.partition('.')[2])


def digits(number, count):
    return f'{Decimal(number):.{count}f}'.replace('.', '').lstrip('0')


def crc_kraken(book, digits_of):
    """Of the ten best asks and bids, as they are written, without points."""
    text = ''
    for side in 'sell', 'buy':
        for level in range(1, 11):
            if level in book[side]:
                price, quantity = book[side][level]
                text += digits(price, digits_of[0]) + digits(quantity, digits_of[1])
    return zlib.crc32(text.encode())


def crc_okx(book, _):
    """Of the 25 best levels, bid and ask in turn."""
    words = []
    for level in range(1, 26):
        for side in 'buy', 'sell':
            if level in book[side]:
                words += book[side][level]
    crc = zlib.crc32(':'.join(words).encode())
    return crc - (1 << 32) if crc >= 1 << 31 else crc


def kraken(message):
    if not isinstance(message, list) or not message[-2].startswith('book'):
        return None
    crc = None
    sample = None
    for part in message[1:-2]:
        crc = int(part['c']) if 'c' in part else crc
        for key in 'as', 'bs', 'a', 'b':
            if part.get(key):
                sample = part[key][0]
    return message[-1], crc, sample and (places(sample[0]), places(sample[1]))


def okx(message):
    if message.get('arg', {}).get('channel') != 'books' or 'data' not in message:
        return None
    return message['arg']['instId'], message['data'][0]['checksum'], None


def messages(name, take):
    for line in open(name):
        stamp, _, text = line.partition(': ')
        if stamp.replace('.', '').isdigit():
            found = take(json.loads(text))
            if found:
                yield found


def main():
    take, crc = {'kraken': (kraken, crc_kraken), 'okx': (okx, crc_okx)}[sys.argv[1]]
    events = [json.loads(line) for line in open(sys.argv[3])]
    events = [e for e in events if e['type'] in ('quote', 'depth')]
    books, good, bad, at = {}, 0, 0, 0
    for name, wanted, sample in messages(sys.argv[2], take):
        assert events[at]['type'] == 'quote', 'a message without a quote'
        assert events[at]['instrument'].partition(':')[2] == name
        book = books.setdefault(name, {'buy': {}, 'sell': {}, 'digits': sample})
        at += 1
        while at < len(events) and events[at]['type'] == 'depth':
            e = events[at]
            if 'price' in e:
                book[e['side']][e['level']] = e['price'], e['quantity']
            else:
                del book[e['side']][e['level']]
            at += 1
        if wanted is None:
            continue
        if crc(book, book['digits']) == wanted:
            good += 1
        else:
            bad += 1
    assert at == len(events), 'quotes without a message'
    print(good, 'equal,', bad, 'not')


main()
