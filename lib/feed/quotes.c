#include "feed/quotes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "tape/schema.h"

/* What was written last of a book. */
struct published {
    struct quote quote;
    unsigned count[2];
    struct feed_level *levels[2]; /* depth of them each; owned */
};

/* Where and when what is written happens. */
struct place {
    uint32_t instrument;
    int64_t time;
};

int
quotes_init(struct quotes *quotes, const struct event_sink *sink,
            unsigned depth, struct failure *failure)
{
    assert(depth <= DEPTH_MAX);
    memset(quotes, 0, sizeof *quotes);
    quotes->sink = *sink;
    quotes->depth = depth;
    quotes->now = allocate(failure, depth + 1, sizeof *quotes->now);
    return quotes->now ? 0 : -1;
}

void
quotes_free(struct quotes *quotes)
{
    for (uint32_t i = 0; i < quotes->published_count; i++) {
        free(quotes->published[i].levels[0]);
        free(quotes->published[i].levels[1]);
    }
    free(quotes->published);
    free(quotes->now);
    feed_free(&quotes->feed);
    memset(quotes, 0, sizeof *quotes);
}

/* Makes room for the books up to this one and what is published of them. */
static int
reserve(struct quotes *quotes, uint32_t book, struct failure *failure)
{
    uint32_t wanted = book + 1;
    struct published *last;

    if (book < quotes->published_count)
        return 0;
    if (feed_reserve(&quotes->feed, book, failure) != 0)
        return -1;
    last = array_grow(quotes->published, &quotes->published_capacity, wanted,
                      sizeof *last, failure);
    if (!last)
        return -1;
    quotes->published = last;
    assert(quotes->feed.book_count >= wanted);
    for (; quotes->published_count < wanted; quotes->published_count++) {
        struct published *fresh = &last[quotes->published_count];

        memset(fresh, 0, sizeof *fresh);
        event_init(&fresh->quote, EVENT_QUOTE);
        for (int side = 0; quotes->depth && side < 2; side++) {
            fresh->levels[side] =
                allocate(failure, quotes->depth, sizeof *fresh->levels[side]);
            if (!fresh->levels[side])
                return -1;
        }
    }
    return 0;
}

/* ---- writing ------------------------------------------------------------- */

static void
emit_quote(struct quotes *quotes, const struct quote *quote,
           const struct place *place)
{
    struct quote *event = quotes->sink.put(quotes->sink.owner, sizeof *event);

    assert(place->instrument);
    *event = *quote;
    event->event = (struct event){sizeof *event / 8, EVENT_QUOTE,
                                  place->instrument, place->time};
    quotes->count++;
}

static void
emit_level(struct quotes *quotes, unsigned side, unsigned level,
           const struct feed_level *now, const struct place *place)
{
    struct depth *event = quotes->sink.put(quotes->sink.owner, sizeof *event);

    *event = (struct depth){
        .event = {sizeof *event / 8, EVENT_DEPTH, place->instrument,
                  place->time},
        .side = (uint8_t)side,
        .level = level,
        .price = now ? now->price : DECIMAL_NULL,
        .quantity = now ? now->quantity : DECIMAL_NULL,
        .order_count = now ? now->order_count : 0,
        .received = TIME_NULL,
    };
}

static int
too_much(struct failure *failure)
{
    return fail(failure, FAILURE_DATA,
                "the quantity of a level is above 9999999999.99999999");
}

/* The levels of one side that differ from what was published last. */
static int
emit_depth(struct quotes *quotes, uint32_t book, unsigned side,
           const struct place *place, struct failure *failure)
{
    struct published *last = &quotes->published[book];
    struct feed_level *before = last->levels[side - SIDE_BUY];
    unsigned count_before = last->count[side - SIDE_BUY];
    bool fits;
    unsigned count = feed_levels(&quotes->feed, book, (enum side)side,
                                 quotes->now, quotes->depth, &fits);

    if (!fits)
        return too_much(failure);
    for (unsigned i = 0; i < count || i < count_before; i++) {
        if (i >= count)
            emit_level(quotes, side, i + 1, NULL, place);
        else if (i >= count_before ||
                 memcmp(&quotes->now[i], &before[i], sizeof *before) != 0)
            emit_level(quotes, side, i + 1, &quotes->now[i], place);
    }
    assert(count <= quotes->depth);
    memcpy(before, quotes->now, count * sizeof *before);
    last->count[side - SIDE_BUY] = count;
    return 0;
}

static int
emit_changes(struct quotes *quotes, uint32_t book, const struct place *place,
             bool always, struct failure *failure)
{
    struct published *last = &quotes->published[book];
    struct quote quote = last->quote;

    if (feed_is_passing(&quotes->feed, book))
        return 0;
    if (!feed_quote(&quotes->feed, book, &quote))
        return too_much(failure);
    if (always || memcmp(&quote, &last->quote, sizeof quote) != 0)
        emit_quote(quotes, &quote, place);
    last->quote = quote;
    if (quotes->depth == 0)
        return 0;
    if (emit_depth(quotes, book, SIDE_BUY, place, failure) != 0)
        return -1;
    return emit_depth(quotes, book, SIDE_SELL, place, failure);
}

/* ---- going on ------------------------------------------------------------ */

int
quotes_restore(struct quotes *quotes, const struct event *event,
               struct failure *failure)
{
    uint32_t index = event->instrument - 1;

    if (!feed_takes(event->type))
        return 0;
    if (event->instrument == 0)
        index = FEED_ALL;
    else if (reserve(quotes, index, failure) != 0)
        return -1;
    return feed_apply(&quotes->feed, index, event, failure);
}

/* Takes the levels of one side as published. */
static bool
note_depth(struct quotes *quotes, uint32_t book, unsigned side)
{
    struct published *last = &quotes->published[book];
    bool fits;

    last->count[side - SIDE_BUY] =
        feed_levels(&quotes->feed, book, (enum side)side,
                    last->levels[side - SIDE_BUY], quotes->depth, &fits);
    return fits;
}

int
quotes_restored(struct quotes *quotes, struct failure *failure)
{
    for (uint32_t i = 0; i < quotes->published_count; i++)
        if (!feed_quote(&quotes->feed, i, &quotes->published[i].quote) ||
            (quotes->depth && (!note_depth(quotes, i, SIDE_BUY) ||
                               !note_depth(quotes, i, SIDE_SELL))))
            return too_much(failure);
    return 0;
}

/* ---- events -------------------------------------------------------------- */

/* Orders that waited for the close are shown in all books at once. */
static int
take_all(struct quotes *quotes, const struct event *event,
         struct failure *failure)
{
    const struct event_sink *sink = &quotes->sink;
    const struct event cause = *event;

    if (feed_apply(&quotes->feed, FEED_ALL, event, failure) != 0)
        return -1;
    for (uint32_t i = 0; i < quotes->published_count; i++) {
        struct place place = {0, cause.time};

        if (!quotes->feed.books[i].joined)
            continue;
        place.instrument = sink->name(sink->owner, i, &cause, failure);
        if (place.instrument == 0 ||
            emit_changes(quotes, i, &place, false, failure) != 0)
            return -1;
    }
    return 0;
}

int
quotes_take(struct quotes *quotes, uint32_t index, const struct event *event,
            struct failure *failure)
{
    const struct place place = {event->instrument, event->time};

    if (index == FEED_ALL)
        return take_all(quotes, event, failure);
    if (reserve(quotes, index, failure) != 0 ||
        feed_apply(&quotes->feed, index, event, failure) != 0)
        return -1;
    return emit_changes(quotes, index, &place, quotes->every, failure);
}

int
quotes_repeat(struct quotes *quotes, uint32_t index, const struct event *cause,
              struct failure *failure)
{
    const struct place place = {cause->instrument, cause->time};

    if (reserve(quotes, index, failure) != 0)
        return -1;
    return emit_changes(quotes, index, &place, true, failure);
}
