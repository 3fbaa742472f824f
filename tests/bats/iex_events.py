"""IEX TOPS and DEEP, by their specifications alone.

    iex_events.py check FILE EVENTS
        compares each message of a pcap FILE (Ethernet, little-endian) with
        the events that ximport made, as JSON lines
    iex_events.py make pcap|next|big|vlan
        writes messages of DEEP with a hole of two in the sequence and a
        segment that comes twice: as pcap, as pcapng, as pcap of the other
        byte order, with VLAN tags"""
import json
import struct
import sys
from collections import Counter
from datetime import datetime

NAMES = dict(S='audit', D='instrument', H='session', O='session', I='audit', P='audit', E='audit',
             Q='quote', T='print', B='trade_cancel', X='audit', A='indicative')
NAMES['8'] = NAMES['5'] = 'book_level'


def segments(data):
    at = 24
    while at < len(data):
        size = struct.unpack_from('<I', data, at + 8)[0]
        yield data[at + 16 + 14 + 20 + 8:at + 16 + size]
        at += 16 + size


def messages(data):
    for segment in segments(data):
        at = 40
        for _ in range(struct.unpack_from('<H', segment, 14)[0]):
            size = struct.unpack_from('<H', segment, at)[0]
            yield segment[at + 2:at + 2 + size]
            at += 2 + size


def ns(text):
    whole, _, part = text.rstrip('Z').partition('.')
    return int(datetime.fromisoformat(whole + '+00:00').timestamp()) * 10**9 + int(part.ljust(9, '0') or 0)


def check(data, lines):
    events = [json.loads(line) for line in lines]
    defined = {e['symbol'] for e in events if e['type'] == 'instrument'}
    events = iter([e for e in events if e['type'] != 'instrument'])
    counts = Counter()
    for m in messages(data):
        kind = chr(m[0])
        counts[kind] += 1
        if kind == 'D':
            assert m[10:18].decode().strip() in defined
            continue
        e = next(events)
        assert e['type'] == NAMES[kind] and ns(e['time']) == struct.unpack_from('<q', m, 2)[0], (m, e)
        if kind == 'S':
            if m[1:2] == b'E':
                assert next(events)['state'] == 'closed'
            continue
        assert e['instrument'] == 'IEX:' + m[10:18].decode().strip()
        if kind == 'Q':
            bids, bid, ask, asks = struct.unpack_from('<IqqI', m, 18)
            want = [bid / 1e4 if bids else None, bids or None, ask / 1e4 if asks else None, asks or None]
            got = [e.get(k) for k in ('bid_price', 'bid_quantity', 'ask_price', 'ask_quantity')]
            assert [x and float(x) for x in got] == want, (want, e)
        elif kind in 'TB':
            size, price, number = struct.unpack_from('<Iqq', m, 18)
            assert (float(e['quantity']), float(e['price']), e['trade_id']) == (size, price / 1e4, number)
            if kind == 'T':
                want = [w for bit, w in ((8, 'auction'), (32, 'odd_lot'), (64, 'extended_hours')) if m[1] & bit]
                assert e.get('conditions', []) == want
        elif kind in '85':
            size, price = struct.unpack_from('<Iq', m, 18)
            assert (float(e['quantity']), float(e['price'])) == (size, price / 1e4)
            assert e['side'] == {'8': 'buy', '5': 'sell'}[kind]
            assert ('more' in e.get('flags', [])) == (m[1] & 1 == 0)
    assert next(events, None) is None
    print(*(f'{kind} {count}' for kind, count in sorted(counts.items())))


TIME = 1500000000 * 10**9


def symbol(kind, flag, rest=b''):
    return kind + bytes([flag]) + struct.pack('<q', TIME) + b'ABC     ' + rest


def deep():
    yield b'SO' + struct.pack('<q', TIME)
    yield symbol(b'D', 0x20, struct.pack('<IqB', 100, 1000000, 1))
    yield symbol(b'H', ord('T'), b'    ')
    yield symbol(b'8', 0, struct.pack('<Iq', 300, 1000100))
    yield symbol(b'5', 1, struct.pack('<Iq', 200, 1000300))
    yield symbol(b'8', 0, struct.pack('<Iq', 0, 1000100))
    yield symbol(b'8', 1, struct.pack('<Iq', 100, 1000200))
    yield symbol(b'T', 0x68, struct.pack('<Iqq', 10, 1000200, 77))
    yield symbol(b'B', 0, struct.pack('<Iqq', 10, 1000200, 77))
    yield symbol(b'X', ord('Q'), struct.pack('<q', 1000200))
    yield symbol(b'A', ord('O'), struct.pack('<IqqIBBIqqqq', 50, 1, 1000400, 60, ord('S'), 0, 0, 0, 0, 0, 0))
    yield symbol(b'P', 1, b'A')
    yield symbol(b'E', ord('O'))
    yield symbol(b'I', ord('A'))
    yield symbol(b'O', ord('O'))
    yield b'SE' + struct.pack('<q', TIME)


def segment(sequence, group):
    body = b''.join(struct.pack('<H', len(m)) + m for m in group)
    return struct.pack('<BBHIIHHqqq', 1, 0, 0x8004, 1, 9, len(body), len(group), 0, sequence, TIME) + body


def frame(payload, vlan=b''):
    udp = struct.pack('>HHHH', 1, 2, 8 + len(payload), 0) + payload
    ip = struct.pack('>BBHHHBBHII', 0x45, 0, 20 + len(udp), 0, 0, 1, 17, 0, 0, 0) + udp
    return bytes(12) + vlan + b'\x08\0' + ip


def make(kind):
    all_ = list(deep())
    order = '>' if kind == 'big' else '<'
    tag = b'\x81\0\0\1' if kind == 'vlan' else b''
    frames = [frame(segment(1, all_[:5]), tag), frame(segment(6, []), tag), frame(segment(8, all_[5:7]), tag),
              frame(segment(8, all_[5:7]), tag), frame(segment(10, all_[7:]), tag)]
    if kind == 'next':
        out = struct.pack('<IIIHHqI', 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28)
        out += struct.pack('<IIHHII', 1, 20, 1, 0, 0, 20)
        for f in frames:
            padded = f + bytes(-len(f) % 4)
            size = 32 + len(padded)
            out += struct.pack('<IIIIIII', 6, size, 0, 0, 0, len(f), len(f)) + padded + struct.pack('<I', size)
        return out
    out = struct.pack(order + 'IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
    return out + b''.join(struct.pack(order + 'IIII', 0, 0, len(f), len(f)) + f for f in frames)


if sys.argv[1] == 'check':
    check(open(sys.argv[2], 'rb').read(), open(sys.argv[3]))
else:
    sys.stdout.buffer.write(make(sys.argv[2]))
