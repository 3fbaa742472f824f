/* xbook - build books from facts, and tell their quotes and depth.
 *
 * In come an exchange's feed of orders (book_add ... book_replace) or what
 * xmatch says (accepted, trade, cancelled, ...); each fact is consumed, all
 * else passes, and behind what changed a book comes its quote, and with
 * --depth the levels that changed.
 */
#include <inttypes.h>

#include "cli/local.h"
#include "cli/run.h"
#include "feed/quotes.h"

struct xbook {
    bool every, keep;
    uint64_t depth;

    struct quotes quotes;
    uint64_t facts;
};

static const uint16_t consumed[] = {
    EVENT_ACCEPTED,     EVENT_REJECTED,
    EVENT_MODIFIED,     EVENT_CANCELLED,
    EVENT_EXPIRED,      EVENT_TRIGGERED,
    EVENT_BOOK_ADD,     EVENT_BOOK_REDUCE,
    EVENT_BOOK_DELETE,  EVENT_BOOK_EXECUTE,
    EVENT_BOOK_REPLACE, EVENT_MARKET,
    EVENT_RESTING,      0,
};

static void *
put_quote(void *owner, size_t size)
{
    struct run *run = owner;

    return tape_writer_put(&run->writer, size);
}

static uint32_t
name_instrument(void *owner, uint32_t index, const struct event *cause,
                struct failure *failure)
{
    return local_id(owner, index, cause->time, failure);
}

static int
prepare(void *state, struct run *run)
{
    struct xbook *x = state;
    const struct event_sink sink = {put_quote, name_instrument, run};

    run->keep = x->keep;
    return quotes_init(&x->quotes, &sink, (unsigned)x->depth, &run->failure);
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
    bool takes = feed_takes(event->type), ticks = is_tick(event->type);
    uint64_t told = x->quotes.count;
    uint32_t book = FEED_ALL;

    if (!takes && !(x->every && ticks))
        return 0;
    if (event->instrument != 0 || event->type != EVENT_SESSION) {
        book = instruments_find(&run->instruments, event->instrument);
        if (book == INSTRUMENT_NONE)
            return instruments_unknown(event->instrument, &run->failure);
    }
    x->facts += takes && !ticks;
    if (takes && quotes_take(&x->quotes, book, event, &run->failure) != 0)
        return -1;
    if (!x->every || book == FEED_ALL || x->quotes.count > told)
        return 0;
    return quotes_repeat(&x->quotes, book, event, &run->failure);
}

static void
summary(void *state, struct run *run, FILE *stream)
{
    struct xbook *x = state;

    fprintf(stream,
            "%s: %" PRIu64 " facts, %" PRIu64 " quotes, %" PRIu64
            " facts about orders that were never announced\n",
            run->program->name, x->facts, x->quotes.count,
            x->quotes.feed.unknown);
}

static void
destroy(void *state)
{
    quotes_free(&((struct xbook *)state)->quotes);
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
