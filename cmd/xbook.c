/* xbook - build books from facts, and tell their quotes and depth.
 *
 * In come an exchange's feed of orders (book_add ... book_replace) or what
 * xmatch says (accepted, trade, cancelled, ...); each fact is consumed, all
 * else passes, and behind what changed a book comes its quote, and with
 * --depth the levels that changed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run.h"
#include "market/feed.h"
#include "tape/schema.h"

#define DEPTH_MAX 1000

/* What was told last of a book. */
struct told {
    struct quote quote;
    unsigned count[2];
    struct feed_level *levels[2]; /* depth of them each */
};

struct xbook {
    bool every, keep;
    uint64_t depth;

    struct feed feed;
    struct told *told; /* by instrument index */
    uint32_t told_count;
    struct feed_level now[DEPTH_MAX];
    uint64_t facts, quotes;
};

static const uint16_t consumed[] = {
    EVENT_ACCEPTED,     EVENT_REJECTED,     EVENT_MODIFIED,
    EVENT_CANCELLED,    EVENT_EXPIRED,      EVENT_TRIGGERED,
    EVENT_BOOK_ADD,     EVENT_BOOK_REDUCE,  EVENT_BOOK_DELETE,
    EVENT_BOOK_EXECUTE, EVENT_BOOK_REPLACE, 0,
};

static int
prepare(void *state, struct run *run)
{
    run->keep = ((struct xbook *)state)->keep;
    return 0;
}

/* ---- telling --------------------------------------------------------------
 */

static void
tell_quote(struct xbook *x, struct run *run, const struct event *cause,
           const struct quote *quote)
{
    struct quote *event = tape_writer_put(&run->writer, sizeof *event);

    *event = *quote;
    event->event = (struct event){sizeof *event / 8, EVENT_QUOTE,
                                  cause->instrument, cause->time};
    x->quotes++;
}

static void
tell_level(struct run *run, const struct event *cause, unsigned side,
           unsigned level, const struct feed_level *now)
{
    struct depth *event = tape_writer_put(&run->writer, sizeof *event);

    *event = (struct depth){
        .event = {sizeof *event / 8, EVENT_DEPTH, cause->instrument,
                  cause->time},
        .side = (uint8_t)side,
        .level = level,
        .price = now ? now->price : DECIMAL_NULL,
        .quantity = now ? now->quantity : DECIMAL_NULL,
        .order_count = now ? now->order_count : 0,
    };
}

static int
too_much(struct run *run)
{
    return fail(&run->failure, FAILURE_DATA,
                "the quantity of a level is above 9999999999.99999999");
}

/* The levels of one side that differ from what was told last. */
static int
tell_depth(struct xbook *x, struct run *run, uint32_t book,
           const struct event *cause, unsigned side)
{
    struct told *told = &x->told[book];
    struct feed_level *before = told->levels[side - SIDE_BUY];
    unsigned count_before = told->count[side - SIDE_BUY];
    bool fits;
    unsigned count = feed_levels(&x->feed, book, (enum side)side, x->now,
                                 (unsigned)x->depth, &fits);

    if (!fits)
        return too_much(run);
    for (unsigned i = 0; i < count || i < count_before; i++) {
        if (i >= count)
            tell_level(run, cause, side, i + 1, NULL);
        else if (i >= count_before ||
                 memcmp(&x->now[i], &before[i], sizeof *before) != 0)
            tell_level(run, cause, side, i + 1, &x->now[i]);
    }
    memcpy(before, x->now, count * sizeof *before);
    told->count[side - SIDE_BUY] = count;
    return 0;
}

static int
tell(struct xbook *x, struct run *run, uint32_t book, const struct event *cause)
{
    struct told *told = &x->told[book];
    struct quote quote = told->quote;

    if (!feed_quote(&x->feed, book, &quote))
        return too_much(run);
    if (x->every || memcmp(&quote, &told->quote, sizeof quote) != 0)
        tell_quote(x, run, cause, &quote);
    told->quote = quote;
    if (x->depth == 0)
        return 0;
    if (tell_depth(x, run, book, cause, SIDE_BUY) != 0)
        return -1;
    return tell_depth(x, run, book, cause, SIDE_SELL);
}

/* ---- events ---------------------------------------------------------------
 */

/* Makes room for what is told of the books up to this one. */
static int
reserve(struct xbook *x, uint32_t book, struct failure *failure)
{
    uint32_t wanted = book + 1;
    struct told *told;

    if (feed_reserve(&x->feed, book, failure) != 0)
        return -1;
    if (book < x->told_count)
        return 0;
    told = reallocarray(x->told, wanted, sizeof *told);
    if (!told)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    x->told = told;
    for (; x->told_count < wanted; x->told_count++) {
        struct told *fresh = &told[x->told_count];

        memset(fresh, 0, sizeof *fresh);
        event_init(&fresh->quote, EVENT_QUOTE);
        for (int side = 0; side < 2; side++) {
            fresh->levels[side] =
                allocate(failure, x->depth, sizeof *fresh->levels[side]);
            if (!fresh->levels[side])
                return -1;
        }
    }
    return 0;
}

/* Events of a feed that change no book, but count with --every. */
static bool
is_tick(unsigned type)
{
    return type == EVENT_PRINT || type == EVENT_REJECTED ||
           type == EVENT_TRIGGERED || type == EVENT_SESSION;
}

static int
on_event(void *state, struct run *run, const struct event *event)
{
    struct xbook *x = state;
    bool takes = feed_takes(event->type);
    uint32_t book;

    if (!takes && !(x->every && is_tick(event->type)))
        return 0;
    if (event->instrument == 0 && event->type == EVENT_SESSION)
        return 0;
    book = instruments_find(&run->instruments, event->instrument);
    if (book == INSTRUMENT_NONE)
        return fail(&run->failure, FAILURE_DATA, "instrument %u is not defined",
                    event->instrument);
    if (reserve(x, book, &run->failure) != 0)
        return -1;
    x->facts += takes;
    if (takes && feed_apply(&x->feed, book, event, &run->failure) != 0)
        return -1;
    return tell(x, run, book, event);
}

static void
summary(void *state, struct run *run, FILE *stream)
{
    struct xbook *x = state;

    fprintf(stream,
            "%s: %llu facts, %llu quotes, %llu facts about orders that were "
            "never announced\n",
            run->program->name, (unsigned long long)x->facts,
            (unsigned long long)x->quotes, (unsigned long long)x->feed.unknown);
}

static void
destroy(void *state)
{
    struct xbook *x = state;

    for (uint32_t i = 0; i < x->told_count; i++) {
        free(x->told[i].levels[0]);
        free(x->told[i].levels[1]);
    }
    free(x->told);
    feed_free(&x->feed);
}

int
main(int argc, char **argv)
{
    static struct xbook x;
    /* clang-format off */
    const struct option_spec options[] = {
        {'d', "depth", OPTION_COUNT, &x.depth, "N",
         "tell the levels among the best N that change", .shapes = true,
         .max = DEPTH_MAX},
        {'e', "every", OPTION_FLAG, &x.every, NULL,
         "a quote after every fact, changed or not", .shapes = true},
        {'k', "keep", OPTION_FLAG, &x.keep, NULL,
         "pass the facts on as well", .shapes = true},
        {.kind = OPTION_END},
    };
    /* clang-format on */
    static const char *const examples[] = {
        "xmatch orders.tape | xbook | xexport -f csv -t quote",
        "xmatch orders.tape | xbook --depth 5 | xexport -f table -t depth",
        NULL};
    const struct program program = {
        .name = "xbook",
        .summary = "build books from facts: quotes and depth",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
    };
    const struct filter filter = {
        .state = &x,
        .consumes = consumed,
        .prepare = prepare,
        .event = on_event,
        .summary = summary,
        .destroy = destroy,
    };

    return run_filter(&program, &filter, argc, argv);
}
