"""Writes N messages of a busy day: feeds.py itch|dbn N.

Of a hundred symbols, with some ten thousand orders at rest: adds, deletes,
executions and replacements, as ITCH 5.0 with lengths, or as the MBO records of
DBN version 2.  The same bytes every time."""
import random
import struct
import sys

SYMBOLS = 100


def flow(count):
    """(kind, symbol, order, new order, side, price, quantity), one by one."""
    draw = random.Random(9)
    live, last = [], 0
    for _ in range(count):
        chance = draw.random()
        if len(live) < 10000 or chance < 0.45:
            last += 1
            order = [draw.randrange(SYMBOLS), last, draw.random() < 0.5,
                     1000000 + draw.randrange(-500, 500) * 100, 300]
            live.append(order)
            yield 'A', *order[:2], 0, *order[2:]
            continue
        at = draw.randrange(len(live))
        order = live[at]
        if chance < 0.55 and order[4] > 100:
            order[4] -= 100
            yield 'E', *order[:2], 0, *order[2:4], 100
        elif chance < 0.65:
            last += 1
            old, order[1], order[4] = order[1], last, 300
            order[3] += 100
            yield 'U', order[0], old, last, *order[2:]
        else:
            live[at] = live[-1]
            live.pop()
            yield 'D', *order[:2], 0, *order[2:]


def itch(count, out):
    pack = struct.Struct('>HcHHHI').pack
    bodies = {'A': struct.Struct('>QcI8sI').pack, 'E': struct.Struct('>QIQ').pack,
              'U': struct.Struct('>QQII').pack, 'D': struct.Struct('>Q').pack}
    names = [f'S{i:<7}'.encode() for i in range(SYMBOLS)]
    for i, name in enumerate(names):
        out.write(pack(39, b'R', i + 1, 0, 0, i) + name + b'Q ' + struct.pack('>I', 100) +
                  b'NCZ PNN1N' + bytes(4) + b'N')
    for n, (kind, symbol, order, new, buys, price, quantity) in enumerate(flow(count - SYMBOLS)):
        if kind == 'A':
            body = bodies[kind](order, b'B' if buys else b'S', quantity, names[symbol], price)
        elif kind == 'E':
            body = bodies[kind](order, quantity, n)
        elif kind == 'U':
            body = bodies[kind](order, new, quantity, price)
        else:
            body = bodies[kind](order)
        out.write(pack(11 + len(body), kind.encode(), symbol + 1, 0, 8000, n) + body)


def dbn(count, out):
    body = bytearray(100)
    body[:8] = b'TEST.SET'
    body[45:47] = struct.pack('<H', 71)
    body += struct.pack('<IIIII', 0, 0, 0, 0, SYMBOLS)
    for i in range(SYMBOLS):
        body += f'S{i}'.encode().ljust(71, b'\0') + struct.pack('<III', 1, 20200101, 20300101)
        body += str(i + 1).encode().ljust(71, b'\0')
    out.write(b'DBN\2' + struct.pack('<I', len(body)) + body)
    pack = struct.Struct('<BBHIQQqIBBccQiI').pack
    actions = {'A': b'A', 'E': b'C', 'U': b'M', 'D': b'C'}
    start = 1767864600 * 10**9
    for n, (kind, symbol, order, _, buys, price, quantity) in enumerate(flow(count)):
        out.write(pack(14, 160, 1, symbol + 1, start + n, order, price * 100000, quantity, 128, 0,
                       actions[kind], b'B' if buys else b'A', start + n, 0, n))


{'itch': itch, 'dbn': dbn}[sys.argv[1]](int(sys.argv[2]), sys.stdout.buffer)
