"""What the messages of ITCH 5.0 say, by the specification alone.

    itch_events.py check FILE EVENTS
        compares each message of FILE (lengths before messages, 0: that of
        the type) with the events that ximport made, as JSON lines
    itch_events.py make length|soup|mold|again|pcap|pcapng
        writes one message of each type, in a framing; again: MoldUDP64 with
        a hole of two messages and a packet that comes twice; pcap, pcapng: a
        second of capture time before each packet, and one that is no ITCH"""
import json
import sys
from collections import Counter
from datetime import datetime

SIZES = dict(S=12, R=39, H=25, Y=20, L=26, V=35, W=12, K=28, J=35, h=21, A=36,
             F=40, E=31, C=36, X=23, D=19, U=35, P=44, Q=40, B=19, I=50, N=20,
             O=48)


def number(m, at, size):
    return int.from_bytes(m[at:at + size], 'big')


def price(m, at):
    return number(m, at, 4) / 10000


def expected(messages):
    stocks, orders = {}, {}
    for m in messages:
        kind, locate = chr(m[0]), number(m, 1, 2)
        common = dict(ns=number(m, 5, 6))
        if kind == 'R':
            stocks[locate] = m[11:19].decode().strip()
            yield common | dict(type='instrument')
            continue
        if kind in 'SWV':
            yield common | dict(type='audit')
            if kind == 'S' and m[11:12] == b'E':
                yield common | dict(type='session', state='closed')
            continue
        common['instrument'] = 'NASDAQ:' + stocks[locate]
        known = orders.get(number(m, 11, 8)) if kind in 'ECXDU' else None
        if kind in 'AF':
            side = {66: 'buy', 83: 'sell'}[m[19]]
            orders[number(m, 11, 8)] = [side, price(m, 32), number(m, 20, 4)]
            yield common | dict(type='book_add', order_id=number(m, 11, 8), side=side,
                                price=price(m, 32), quantity=number(m, 20, 4))
        elif kind in 'ECXD':
            type_ = dict(E='book_execute', C='book_execute', X='book_reduce', D='book_delete')[kind]
            event = common | dict(type=type_, order_id=number(m, 11, 8))
            taken = known[2] if kind == 'D' and known else 0 if kind == 'D' else number(m, 19, 4)
            event['quantity'] = taken
            if known:
                event |= dict(side=known[0], price=known[1])
                known[2] -= taken
                if known[2] <= 0:
                    del orders[number(m, 11, 8)]
            yield event
            if kind == 'E' and known or kind == 'C' and m[31:32] == b'Y':
                event = common | dict(type='print', trade_id=number(m, 23, 8), quantity=taken,
                                      price=known[1] if kind == 'E' else price(m, 32))
                if known:
                    event['side'] = dict(buy='sell', sell='buy')[known[0]]
                yield event
        elif kind == 'U':
            event = common | dict(type='book_replace', order_id=number(m, 11, 8),
                                  new_order_id=number(m, 19, 8), price=price(m, 31),
                                  quantity=number(m, 27, 4))
            if known:
                event['side'] = known[0]
                del orders[number(m, 11, 8)]
                orders[number(m, 19, 8)] = [known[0], price(m, 31), number(m, 27, 4)]
            yield event
        elif kind == 'P':
            yield common | dict(type='print', trade_id=number(m, 36, 8), quantity=number(m, 20, 4),
                                price=price(m, 32), conditions=['hidden'])
        elif kind == 'Q':
            yield common | dict(type='print', trade_id=number(m, 31, 8), quantity=number(m, 11, 8),
                                price=price(m, 27), conditions=['auction'])
        elif kind == 'B':
            yield common | dict(type='trade_cancel', trade_id=number(m, 11, 8))
        elif kind == 'I':
            yield common | dict(type='indicative', side='buy', price=price(m, 44),
                                quantity=number(m, 11, 8), surplus=number(m, 19, 8))
        elif kind in 'Hh':
            state = chr(m[19 if kind == 'H' else 20])
            yield common | dict(type='session', state=dict(T='continuous', H='halt', P='halt', Q='pre_open')[state])
        else:
            yield common | dict(type='audit')


def split(data):
    at = 0
    while at < len(data):
        size = number(data, at, 2) or SIZES[chr(data[at + 2])]
        yield data[at + 2:at + 2 + size]
        at += 2 + size


def check(data, lines):
    """Each expected event is there, with all that is expected of it."""
    counts = Counter()
    events = [json.loads(line) for line in lines]
    first = None
    for want, event in zip(expected(split(data)), events, strict=True):
        ns = want.pop('ns')
        whole, _, part = event['time'].rstrip('Z').partition('.')
        at = int(datetime.fromisoformat(whole + '+00:00').timestamp()) * 10**9 + int(part.ljust(9, '0') or 0)
        first = at - ns if first is None else first
        assert at - ns == first, (want, event)
        for key, value in want.items():
            got = event.get(key)
            if key in ('price', 'quantity', 'surplus'):
                got = float(got)
            if key in ('order_id', 'new_order_id', 'trade_id'):
                got = got or 0
            assert got == value, (key, want, event)
        if want['type'].startswith('book_') and 'side' not in want:
            assert 'side' not in event, event
        counts[want['type']] += 1
    print(*(f'{name} {count}' for name, count in sorted(counts.items())), sep='\n')


def messages():
    clock = 0

    def message(kind, body, locate=1):
        nonlocal clock
        clock += 10**9
        made = kind.encode() + locate.to_bytes(2, 'big') + bytes(2) + clock.to_bytes(6, 'big') + body
        assert len(made) == SIZES[kind], kind
        return made

    def n(value, size):
        return value.to_bytes(size, 'big')

    stock = b'ABC     '
    yield message('S', b'O', 0)
    yield message('R', stock + b'Q ' + n(100, 4) + b'NCZ PNN1N' + n(0, 4) + b'N')
    yield message('H', stock + b'T    ' + b' ')
    yield message('Y', stock + b'0')
    yield message('L', b'MAKR' + stock + b'YNA')
    yield message('V', n(300000000000, 8) + n(250000000000, 8) + n(200000000000, 8), 0)
    yield message('W', b'1', 0)
    yield message('K', stock + n(34200, 4) + b'A' + n(170000, 4))
    yield message('J', stock + n(100000, 4) + n(110000, 4) + n(90000, 4) + n(0, 4))
    yield message('h', stock + b'QT')
    yield message('A', n(11, 8) + b'B' + n(300, 4) + stock + n(100100, 4))
    yield message('F', n(12, 8) + b'S' + n(200, 4) + stock + n(100200, 4) + b'MAKR')
    yield message('E', n(11, 8) + n(100, 4) + n(501, 8))
    yield message('C', n(12, 8) + n(50, 4) + n(502, 8) + b'Y' + n(100150, 4))
    yield message('C', n(12, 8) + n(50, 4) + n(503, 8) + b'N' + n(100160, 4))
    yield message('X', n(11, 8) + n(50, 4))
    yield message('U', n(11, 8) + n(13, 8) + n(70, 4) + n(100110, 4))
    yield message('D', n(13, 8))
    yield message('P', n(0, 8) + b'B' + n(10, 4) + stock + n(100170, 4) + n(504, 8))
    yield message('Q', n(1000, 8) + stock + n(100000, 4) + n(505, 8) + b'O')
    yield message('B', n(504, 8))
    yield message('I', n(700, 8) + n(300, 8) + b'B' + stock + n(99900, 4) + n(100000, 4) + n(100100, 4) + b'OL')
    yield message('N', stock + b'B')
    yield message('O', stock + b'Y' + n(1, 4) + n(2, 4) + n(3, 4) + n(4, 8) + n(5, 4) + n(6, 4))
    yield message('S', b'E', 0)


def packet(sequence, group):
    head = b'SESSION001' + sequence.to_bytes(8, 'big') + len(group).to_bytes(2, 'big')
    return head + b''.join(len(m).to_bytes(2, 'big') + m for m in group)


def frame(payload):
    udp = (9).to_bytes(2, 'big') * 2 + (8 + len(payload)).to_bytes(2, 'big') + bytes(2) + payload
    ip = b'\x45\0' + (20 + len(udp)).to_bytes(2, 'big') + bytes(5) + b'\x11' + bytes(10) + udp
    return bytes(12) + b'\x08\0' + ip


def capture(kind, payloads):
    """Captured at 1, 2, ... seconds and 250 ms; the pcapng has ticks of 2^-10."""
    def n(value, size=4):
        return value.to_bytes(size, 'little')

    def block(type_, body):
        body += bytes(-len(body) % 4)
        return n(type_) + n(12 + len(body)) + body + n(12 + len(body))

    frames = [frame(payload) for payload in payloads]
    if kind == 'pcap':
        return n(0xa1b2c3d4) + n(2, 2) + n(4, 2) + bytes(8) + n(65535) + n(1) + b''.join(
            n(at) + n(250000) + n(len(f)) + n(len(f)) + f for at, f in enumerate(frames, 1))
    return (block(0x0a0d0d0a, n(0x1a2b3c4d) + n(1, 2) + n(0, 2) + bytes(8))
            + block(1, n(1, 2) + n(0, 2) + n(65535) + n(9, 2) + n(1, 2) + b'\x8a' + bytes(3) + bytes(4))
            + b''.join(block(6, n(0) + n(0) + n(at * 1024 + 256) + n(len(f)) + n(len(f)) + f)
                       for at, f in enumerate(frames, 1)))


def make(framing):
    all_ = list(messages())
    if framing == 'length':
        return b''.join(len(m).to_bytes(2, 'big') + m for m in all_)
    if framing == 'soup':
        login = b'\0\x1fASESSION001' + b'1'.rjust(20)
        return login + b'\0\x01H' + b''.join((len(m) + 1).to_bytes(2, 'big') + b'S' + m for m in all_)
    if framing == 'again':
        return packet(1, all_[:3]) + packet(6, all_[3:5]) + packet(5, all_[2:5]) + packet(8, all_[5:])
    if framing.startswith('pcap'):
        return capture(framing, [packet(1, all_[:3]), packet(4, []), b'something else',
                                 packet(4, all_[3:5]), packet(4, all_[3:5]), packet(6, all_[5:])])
    return packet(1, all_[:3]) + packet(4, []) + packet(4, all_[3:]) + b'SESSION001' + (26).to_bytes(8, 'big') + b'\xff\xff'


if sys.argv[1] == 'check':
    check(open(sys.argv[2], 'rb').read(), open(sys.argv[3]))
else:
    sys.stdout.buffer.write(make(sys.argv[2]))
