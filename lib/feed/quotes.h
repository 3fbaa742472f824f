/* quotes.h - what a feed of market data tells of books: behind each event that
 * changes one its quote, and of its best levels those that changed.
 *
 *      quotes_init
 *      quotes_take    an event: applies it and tells what it changed
 *      quotes_free
 *
 * Books are those of feed.h; a fact that feed_takes does not know changes
 * none.  Memory: beside the feed's, 100 bytes an instrument and 48 for each
 * level asked for.
 */
#ifndef FEED_QUOTES_H
#define FEED_QUOTES_H

#include "feed/feed.h"
#include "tape/sink.h"

#define DEPTH_MAX 1000

struct quotes {
    struct feed feed;
    struct event_sink sink;
    unsigned depth;    /* levels of a side that are told; 0: quotes only */
    struct told *told; /* by instrument index; owned */
    uint32_t told_count;
    struct feed_level *now; /* of the side in hand; owned */
    uint64_t count;         /* quotes told */
};

/* depth is at most DEPTH_MAX.  0, or -1 out of memory. */
int quotes_init(struct quotes *quotes, const struct event_sink *sink,
                unsigned depth, struct failure *failure);
void quotes_free(struct quotes *quotes);

/* Applies an event for which feed_takes to the book of its instrument's index,
 * or a session event of instrument 0 (FEED_ALL) to all, and tells what is not
 * as it was told last. */
int quotes_take(struct quotes *quotes, uint32_t index,
                const struct event *event, struct failure *failure);

/* Takes an event of a snapshot (match_snapshot.h) without telling anything;
 * when all are taken, quotes_restored takes the books as told. */
int quotes_restore(struct quotes *quotes, const struct event *event,
                   struct failure *failure);
int quotes_restored(struct quotes *quotes, struct failure *failure);

/* Tells the quote of a book as it is, behind cause, changed or not. */
int quotes_repeat(struct quotes *quotes, uint32_t index,
                  const struct event *cause, struct failure *failure);

#endif
