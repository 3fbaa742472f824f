/* quotes.h - market data about books: after each event that changes one, its
 * quote, and those of its best levels that changed.
 *
 *      quotes_init
 *      quotes_take    applies an event and writes what it changed
 *      quotes_free
 *
 * Books are those of feed.h.  No quote is written in the middle of a message,
 * nor of a book that is crossed because the trades of an auction are still
 * coming: it follows the last event of them.  Memory: besides the feed's, 100
 * bytes for an instrument and 48 for each level asked for.
 */
#ifndef FEED_QUOTES_H
#define FEED_QUOTES_H

#include "feed/feed.h"
#include "tape/sink.h"

#define DEPTH_MAX 1000

struct quotes {
    struct feed feed;
    struct event_sink sink;
    bool every;     /* set it: a quote after every event, changed or not */
    unsigned depth; /* levels of a side that are written; 0: quotes only */
    struct published *published; /* by instrument index; owned */
    uint32_t published_count;
    size_t published_capacity;
    struct feed_level *now; /* of the side being compared; owned */
    uint64_t count;         /* quotes written */
};

/* depth is at most DEPTH_MAX.  0, or -1 out of memory. */
int quotes_init(struct quotes *quotes, const struct event_sink *sink,
                unsigned depth, struct failure *failure);
void quotes_free(struct quotes *quotes);

/* Applies an event for which feed_takes to the book of its instrument's index,
 * or a session event of instrument 0 (FEED_ALL) to all, and writes what is not
 * as it was published last.  0, or -1 as feed_apply; also if a level's
 * quantity is beyond the format. */
int quotes_take(struct quotes *quotes, uint32_t index,
                const struct event *event, struct failure *failure);

/* Takes an event of a snapshot (match/snapshot.h) and writes nothing; after the
 * last, quotes_restored takes the books as published. */
int quotes_restore(struct quotes *quotes, const struct event *event,
                   struct failure *failure);
int quotes_restored(struct quotes *quotes, struct failure *failure);

/* Writes the quote of a book as it is after cause, changed or not. */
int quotes_repeat(struct quotes *quotes, uint32_t index,
                  const struct event *cause, struct failure *failure);

#endif
