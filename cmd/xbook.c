/* xbook - rebuilds order books and writes their quotes and depth.
 *
 * A feed of orders or of price levels, or the execution reports of xmatch, are
 * consumed, all else passes; each is followed by the quote that it changed and,
 * with --depth, by the levels that changed.
 */
#include <inttypes.h>

#include "cli/local.h"
#include "cli/run.h"
#include "feed/quotes.h"

struct xbook {
    bool every, keep;
    uint64_t depth;
    struct quotes quotes;
    uint64_t applied, requests; /* events that make books; that do not */
};

static const uint16_t consumed[] = {
    EVENT_ACCEPTED,     EVENT_REJECTED,
    EVENT_MODIFIED,     EVENT_CANCELLED,
    EVENT_EXPIRED,      EVENT_TRIGGERED,
    EVENT_BOOK_ADD,     EVENT_BOOK_REDUCE,
    EVENT_BOOK_DELETE,  EVENT_BOOK_EXECUTE,
    EVENT_BOOK_REPLACE, EVENT_MARKET,
    EVENT_RESTING,      EVENT_BOOK_LEVEL,
    EVENT_BOOK_CLEAR,   0,
};

static int
prepare(void *state, struct run *run)
{
    struct xbook *x = state;
    const struct event_sink sink = local_sink(run);

    run->keep = x->keep;
    if (quotes_init(&x->quotes, &sink, (unsigned)x->depth, &run->failure) != 0)
        return -1;
    x->quotes.every = x->every;
    return 0;
}

/* Events that change no book, but have a quote of their own with --every. */
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
    bool takes = feed_takes(event->type), ticks = is_tick(event->type);
    uint32_t book = FEED_ALL;

    x->requests += event->type >= EVENT_ORDER && event->type <= EVENT_CANCEL;
    if (!takes && !(x->every && ticks))
        return 0;
    if (event->instrument != 0 || event->type != EVENT_SESSION) {
        book = instruments_find(&run->instruments, event->instrument);
        if (book == INSTRUMENT_NONE)
            return instruments_unknown(event->instrument, &run->failure);
    }
    x->applied += takes && !ticks;
    if (takes)
        return quotes_take(&x->quotes, book, event, &run->failure);
    return quotes_repeat(&x->quotes, book, event, &run->failure);
}

static int
finish(void *state, struct run *run)
{
    struct xbook *x = state;

    if (run->common.quiet)
        return 0;
    if (x->quotes.feed.unknown)
        run_remark(run,
                   "%" PRIu64 " events about orders that were never announced "
                   "(the feed may begin in the middle of a day)",
                   x->quotes.feed.unknown);
    if (x->applied == 0 && x->requests)
        run_remark(run,
                   "no book without execution reports (%" PRIu64 " orders, "
                   "modifies and cancels: xmatch makes reports of them)",
                   x->requests);
    return 0;
}

static void
summary(void *state, struct run *run, FILE *stream)
{
    struct xbook *x = state;

    fprintf(stream,
            "%s: %" PRIu64 " book events and execution reports, %" PRIu64
            " quotes\n",
            run->program->name, x->applied, x->quotes.count);
}

static void
destroy(void *state)
{
    quotes_free(&((struct xbook *)state)->quotes);
}

int
main(int argc, char **argv)
{
    struct xbook x = {0};
    /* clang-format off */
    const struct option_spec options[] = {
        {'d', "depth", OPTION_COUNT, &x.depth, "N",
         "also write the changed levels among the best N", .shapes = true,
         .max = DEPTH_MAX},
        {'e', "every", OPTION_FLAG, &x.every, NULL,
         "write a quote after every event, changed or not", .shapes = true},
        {'k', "keep", OPTION_FLAG, &x.keep, NULL,
         "pass the consumed events on as well", .shapes = true},
        {.kind = OPTION_END},
    };
    /* clang-format on */
    static const char *const examples[] = {
        "xmatch orders.tape | xbook | xexport -f csv -t quote",
        "xmatch orders.tape | xbook --depth 5 | xexport -f table -t depth",
        NULL};
    const struct program program = {
        .name = "xbook",
        .summary = "rebuild order books: quotes and depth",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
        .confined = true,
    };
    const struct filter filter = {
        .state = &x,
        .consumes = consumed,
        .names = true,
        .prepare = prepare,
        .event = on_event,
        .finish = finish,
        .summary = summary,
        .destroy = destroy,
    };

    return run_filter(&program, &filter, argc, argv);
}
