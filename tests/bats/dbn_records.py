"""Databento's DBN, by its documentation alone.

    dbn_records.py make VERSION [CASE]
        writes a file of version 1, 2 or 3 with records of each type; CASE
        nine: a price of nine places, bad: a book that may be wrong
    dbn_records.py book FILE QUOTES
        rebuilds the book of the MBO records of FILE and compares its best
        prices at the end of each message with QUOTES, lines of CSV"""
import struct
import sys

NONE = 2**63 - 1
DAY = 86400 * 10**9
START = 19800 * DAY


def record(rtype, body, number=7, time=START + 5, publisher=1):
    made = struct.pack('<BBHIQ', (16 + len(body)) // 4, rtype, publisher, number, time) + body
    assert len(made) % 4 == 0
    return made


def text(value, size):
    return value.encode().ljust(size, b'\0')


def metadata(version):
    size = 22 if version == 1 else 71
    body = text('TEST.SET', 16) + struct.pack('<HQQQ', 0xffff, START, NONE, 0)
    if version == 1:
        body += struct.pack('<Q', 2**64 - 1)
    body += struct.pack('<BBB', 1, 0, 0)
    body += b'' if version == 1 else struct.pack('<H', size)
    body += bytes(100 - len(body)) + struct.pack('<I', 0)
    body += struct.pack('<I', 1) + text('ABC', size)
    body += struct.pack('<II', 0, 0)
    body += struct.pack('<I', 2)
    for name, number in ('ABC', '7'), ('XYZ', '7'):
        body += text(name, size) + struct.pack('<I', 1)
        days = (20240318, 20240319) if name == 'ABC' else (20240319, 20240401)
        body += struct.pack('<II', *days) + text(number, size)
    return b'DBN' + struct.pack('<BI', version, len(body)) + body


def mbo(order, price, size, flags, action, side, time=START + 10):
    return record(160, struct.pack('<QqIBBccQiI', order, price, size, flags, 0, action.encode(),
                                   side.encode(), time, 0, 1), time=time - 3)


def top(rtype, action, price, size, side, levels, flags=0x80):
    body = struct.pack('<qIccBBQiI', price, size, action.encode(), side.encode(), flags, 0, START + 20, 0, 1)
    for bid, ask, bids, asks in levels:
        body += struct.pack('<qqIIII', bid, ask, bids, asks, 3, 4)
    return record(rtype, body)


def definition(version):
    size, strike, unit, currency, symbol, width, underlying, class_ = {
        1: (360, 328, 88, 186, 200, 22, 300, 325),
        2: (400, 112, 88, 186, 200, 71, 349, 374),
        3: (520, 104, 80, 224, 238, 71, 391, 487)}[version]
    body = bytearray(size)

    def put(at, data):
        body[at:at + len(data)] = data
    put(16, struct.pack('<QqqQQqq', START + 1, 250000000, 1, START + DAY, START, NONE, 0))
    put(unit, struct.pack('<q', 50 * 10**9))
    put(strike, struct.pack('<q', 4000 * 10**9))
    put(currency, text('USD', 4))
    put(symbol, text('OPT C4000', width))
    put(underlying, text('ABC', 21))
    put(class_, b'C')
    return record(19, bytes(body[16:]), number=9)


def statistic(version):
    if version < 3:
        body = struct.pack('<QQqiIiHHBB6x', START + 30, NONE, -1500000001, 2**31 - 1, 1, 0, 3, 0, 1, 0)
    else:
        body = struct.pack('<QQqqIiHHBB18x', START + 30, NONE, -1500000001, NONE, 1, 0, 3, 0, 1, 0)
    return record(24, body)


def mapping(version):
    if version == 1:
        return record(22, text('X', 22) + text('LIVE', 22) + bytes(4) + struct.pack('<QQ', 0, 0), number=11)
    return record(22, b'\1' + text('X', 71) + b'\1' + text('LIVE', 71) + struct.pack('<QQ', 0, 0), number=11)


def make(version, case):
    price = 100 * 10**9
    yield metadata(version)
    yield definition(version)
    yield mapping(version)
    yield mbo(0, NONE, 0, 0x20, 'R', 'N')
    yield mbo(1, price + (case == 'nine'), 5, 0x20, 'A', 'B')
    yield mbo(2, price + 10**9, 6, 0xa0 | (4 if case == 'bad' else 0), 'A', 'A')
    yield mbo(3, price + 10**9, 2, 0, 'T', 'B')
    yield mbo(2, price + 10**9, 2, 0, 'F', 'A')
    yield mbo(2, price + 10**9, 2, 0x80, 'C', 'A')
    yield mbo(1, price - 10**9, 9, 0x80, 'M', 'B')
    yield top(0, 'T', price, 3, 'A', [])
    yield top(1, 'A', price, 3, 'A', [(price, NONE, 3, 0)])
    ten = [(price - i * 10**9, price + (i + 1) * 10**9, 10 + i, 20 + i) for i in range(10)]
    yield top(10, 'A', price, 3, 'B', ten)
    ten[3] = ten[3][:2] + (99, 23)
    yield top(10, 'M', price, 3, 'B', ten)
    yield top(195, 'A', price, 3, 'B', [(price, price + 10**9, 3, 4)])
    yield record(33, struct.pack('<qqqqQ', price, price + 10**9, price, price, 77), time=START)
    yield record(18, struct.pack('<QHHHccc7x', START + 40, 8, 0, 0, b'N', b'N', b'~'))
    yield record(20, struct.pack('<QqQqqqqqqIIIIccBBBccx', START + 50, price, 0, *[NONE] * 6, 40, 60, 0, 0,
                                 b'O', b'B', 0, 0, 0, b'N', b'L'))
    yield statistic(version)
    yield record(33, struct.pack('<qqqqQ', price, price, price, price, 1), time=START + DAY)
    yield record(33, struct.pack('<qqqqQ', price, price, price, price, 1), number=11, time=START + DAY)
    yield record(33, struct.pack('<qqqqQ', price, price, price, price, 1), number=12, time=START + DAY)
    yield record(200, bytes(16))


def book(name, quotes):
    data = open(name, 'rb').read()
    at = 8 + struct.unpack_from('<I', data, 4)[0]
    orders, wanted = {}, []
    while at < len(data):
        order, price, size, flags, _, action, side = struct.unpack_from('<QqIBBcc', data, at + 16)
        if action == b'R':
            orders = {}
        elif action in b'AM':
            orders[order] = (side, price, size)
        elif action == b'C' and order in orders:
            left = orders[order][2] - size
            orders[order] = (orders[order][0], orders[order][1], left)
            if left <= 0:
                del orders[order]
        if flags & 0x80 and action in b'ACMR':
            line = []
            for s, best in (b'B', max), (b'A', min):
                prices = [o[1] for o in orders.values() if o[0] == s]
                top_ = best(prices)
                line += [top_ / 1e9, sum(o[2] for o in orders.values() if o[0] == s and o[1] == top_)]
            wanted.append(line)
        at += data[at] * 4
    got = [[float(x) for x in line.split(',')] for line in open(quotes)]
    assert got == wanted, next((i, g, w) for i, (g, w) in enumerate(zip(got, wanted)) if g != w)
    print(len(got), 'equal')


if sys.argv[1] == 'book':
    book(sys.argv[2], sys.argv[3])
else:
    sys.stdout.buffer.write(b''.join(make(int(sys.argv[2]), (sys.argv + [''])[3])))
