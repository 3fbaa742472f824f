"""lobster_best.py MESSAGES QUOTES MESSAGES_1 BOOK_1

Compares the quotes that xbook --every wrote after each message of a feed
(QUOTES, as xexport -f csv prints them) with the best prices that the
exchange's own one-level book (BOOK_1) has after the same message.  The
messages of the one-level feed are a subsequence of the others.  Prints how
many rows are equal, of how many, and the stretches of time of the misses.
"""
import csv
import sys
from decimal import Decimal

messages = [tuple(row) for row in csv.reader(open(sys.argv[1]))]
quotes = list(csv.reader(open(sys.argv[2])))[1:]
ones = [tuple(row) for row in csv.reader(open(sys.argv[3]))]
books = list(csv.reader(open(sys.argv[4])))

# Seeding gives several quotes for the first message, the others one each.
quotes = quotes[len(quotes) - len(messages):]
last = messages[-1][0]
ones = [row for row in ones if Decimal(row[0]) <= Decimal(last)]


def published(row):
    ask, ask_size, bid, bid_size = map(int, row)
    return (Decimal(bid) / 10000, bid_size, Decimal(ask) / 10000, ask_size)


equal = rows = 0
misses = []
at = 0
for index, row in enumerate(ones):
    while at < len(messages) and messages[at] != row:
        at += 1
    if at == len(messages):
        break
    told = tuple(Decimal(cell) if cell else None for cell in quotes[at][2:6])
    rows += 1
    if told == published(books[index]):
        equal += 1
    else:
        misses.append(row[0])
    at += 1
print(equal, "of", rows)
if misses:
    print("misses from", misses[0], "to", misses[-1])
