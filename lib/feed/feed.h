/* feed.h - books rebuilt from what is reported about orders: an exchange's feed
 * (book_add ... book_replace) or execution reports (accepted, trade, ...); or
 * about price levels (book_level).
 *
 * Only what quotes and depth need is kept: for each order its side, its price,
 * what is open and what is shown of that; for each price the sum of what is
 * shown.  A feed may take from an order that it never announced; that takes
 * from its level, down to nothing.  Order id 0 is liquidity of a level whose
 * orders are not known.  A book_level says what a level is, whatever it was.
 *
 * An order that xmatch accepts may trade before it rests.  It is held back
 * while it could still trade with the other side, so that it never crosses the
 * book; while an auction collects orders, books may be crossed.  A stop waits
 * until it is triggered, an order for the close until the closing auction
 * begins.  Hidden and all-or-none orders are never shown.
 *
 *      feed.c      books, the exchange's events, what there is to ask
 *      report.c    execution reports
 *      order.c     orders and levels
 *      quotes.c    the quotes and levels that changed
 *
 * Pure: no I/O.  Memory: about 90 bytes for an order at rest, 64 to 90 for a
 * price; it grows with them only.
 */
#ifndef FEED_FEED_H
#define FEED_FEED_H

#include <stdbool.h>

#include "base/failure.h"
#include "base/map.h"
#include "book/ladder.h"
#include "tape/event.h"

#define FEED_ALL UINT32_MAX /* all books, and those to come */

/* What an order waits for before it is shown. */
enum feed_wait { FEED_SHOWN = 0, FEED_TRIGGER, FEED_CLOSE };

struct feed_order {
    int64_t price;
    int64_t open;    /* all that could trade */
    int64_t shown;   /* of it; 0 while the order waits */
    int64_t display; /* the most that is shown: an iceberg's peak */
    uint32_t link;   /* FEED_CLOSE: its place in aside; free: the next free */
    uint8_t side, wait;
};

/* The order that came last: it may trade before it rests. */
struct feed_arrival {
    uint64_t order_id; /* 0: none */
    int64_t price, open, display;
    uint8_t side;
    bool rests;   /* what it does not trade stays */
    bool entered; /* and does so by now */
};

struct feed_book {
    struct ladder sides[2]; /* buy, sell */
    struct map orders;      /* order id -> number in the pool */
    struct feed_arrival arrival;
    uint32_t *aside; /* orders that wait for the close; owned */
    uint32_t aside_count;
    size_t aside_capacity;
    uint8_t state;   /* enum session_state */
    bool joined;     /* they came in with the last session event */
    bool unfinished; /* more of the message that changed it last follows */
    bool uncrossing; /* the last session event ended an auction, of which
                      * trades are still missing: the book is crossed */
};

/* A zeroed struct feed is empty. */
struct feed {
    struct level_pool pool;
    struct feed_order *orders;
    size_t order_capacity;
    uint32_t order_used, order_free;
    struct feed_book *books; /* by instrument index */
    uint32_t book_count;
    size_t book_capacity;
    uint8_t state;    /* of books to come; 0: continuous */
    uint64_t unknown; /* events about orders that were never announced */
};

void feed_free(struct feed *feed);

/* Makes the books up to that of an instrument.  0, or -1 if out of memory. */
int feed_reserve(struct feed *feed, uint32_t book, struct failure *failure);

/* Whether an event of this type can change a book. */
bool feed_takes(unsigned type);

/* Applies an event for which feed_takes to a book that is reserved, a session
 * event of instrument 0 to FEED_ALL.  0, or -1: out of memory, or with a
 * failure of class data if a side, price or quantity is missing that it
 * needs. */
int feed_apply(struct feed *feed, uint32_t book, const struct event *event,
               struct failure *failure);

/* Whether nobody should see the book as it is: more of the message that changed
 * it last follows, or an auction is over that has not made all its trades. */
bool feed_is_passing(const struct feed *feed, uint32_t book);

/* The best of each side: null prices where a side is empty.  False if a sum
 * does not fit a quantity. */
bool feed_quote(const struct feed *feed, uint32_t book, struct quote *quote);

/* One level, as a depth event gives it. */
struct feed_level {
    int64_t price, quantity;
    uint64_t order_count; /* those that are known one by one */
};

/* Fills in up to count levels of a side, best first; returns how many there
 * are.  *fits is false if a sum does not fit a quantity. */
unsigned feed_levels(const struct feed *feed, uint32_t book, enum side side,
                     struct feed_level *levels, unsigned count, bool *fits);

#endif
