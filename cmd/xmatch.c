/* xmatch - matches orders by price and time.  Orders, modifies and cancels go
 * in; what became of them, and trades, comes out.
 *
 * One book per instrument, kept from tape to tape.  All the rules are in
 * market/match.h; this feeds it events and gives it room for its facts.
 */
#include <inttypes.h>

#include "cli/local.h"
#include "cli/run.h"
#include "market/match.h"
#include "market/quotes.h"
#include "tape/schema.h"

/* With more orders open than stay in the processor's near memory, an order is
 * fetched from the far one while those before it are matched: first the slot
 * that tells where it is, AHEAD events later the order. */
#define CACHED_ORDERS 30000
#define AHEAD         6

struct xmatch {
    struct match match;
    bool keep;
    int self_trade; /* of orders that do not say: a word; below 0: none */

    /* --quotes, --depth: books as whoever reads the facts sees them. */
    bool tells;
    uint64_t depth;
    struct quotes quotes;
    struct event *untold; /* the last fact: whole when the next comes */
};

static void *
put(void *owner, size_t size)
{
    struct run *run = owner;

    return tape_writer_put(&run->writer, size);
}

/* Tells what the last fact changed; a failure stays in the run. */
static void
tell(struct xmatch *x, struct run *run)
{
    const struct event *fact = x->untold;

    x->untold = NULL;
    if (fact && feed_takes(fact->type))
        quotes_take(&x->quotes,
                    instruments_find(&run->instruments, fact->instrument), fact,
                    &run->failure);
}

static void *
put_fact(void *owner, size_t size)
{
    struct run *run = owner;
    struct xmatch *x = run->filter->state;

    if (x->tells) {
        tell(x, run);
        x->untold = tape_writer_put(&run->writer, size);
        return x->untold;
    }
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
    struct xmatch *x = state;
    const struct match_sink facts = {put_fact, name_instrument, run};
    const struct match_sink told = {put, name_instrument, run};

    match_init(&x->match, &facts);
    x->match.self_trade = (uint8_t)(x->self_trade + 1);
    run->keep = x->keep;
    x->tells = x->tells || x->depth;
    if (!x->tells)
        return 0;
    return quotes_init(&x->quotes, &told, (unsigned)x->depth, &run->failure);
}

static int
begin(void *state, struct run *run, struct tape_header *header)
{
    struct xmatch *x = state;

    (void)run;
    (void)header;
    match_begin(&x->match);
    return 0;
}

/* An event that passes and that books are made from, as facts are. */
static int
tell_passing(struct xmatch *x, struct run *run, uint32_t index,
             const struct event *event)
{
    if (event->instrument == 0 && event->type == EVENT_SESSION)
        index = FEED_ALL;
    else if (index == INSTRUMENT_NONE)
        return fail(&run->failure, FAILURE_DATA, "instrument %u is not defined",
                    event->instrument);
    return quotes_take(&x->quotes, index, event, &run->failure);
}

static int
take_event(void *state, struct run *run, const struct event *event)
{
    struct xmatch *x = state;
    uint32_t index = instruments_find(&run->instruments, event->instrument);

    if (event->type == EVENT_INSTRUMENT)
        return match_define(&x->match, index, (const void *)event,
                            &run->failure);
    if (x->tells && feed_takes(event->type) &&
        tell_passing(x, run, index, event) != 0)
        return -1;
    if (match_event(&x->match, index, event, &run->failure) != 0)
        return -1;
    tell(x, run);
    return run->failure.kind == FAILURE_NONE ? 0 : -1;
}

static bool
is_request(const struct event *event)
{
    return event->type >= EVENT_ORDER && event->type <= EVENT_CANCEL;
}

/* Says that an event is near, and returns the one behind it. */
static const struct event *
expect(const struct xmatch *x, const struct run *run, const struct event *event,
       bool near)
{
    if (event >= run->reader.end)
        return event;
    match_expect(&x->match,
                 instruments_find(&run->instruments, event->instrument), event,
                 near);
    return event_next(event);
}

/* Takes the requests up to the next other event, or the block's end. */
static int
take_stretch(void *state, struct run *run, const struct event **event)
{
    struct xmatch *x = state;
    const struct event *near = *event, *far = *event;
    bool ahead = x->match.books.count > CACHED_ORDERS;

    for (int i = 0; ahead && i < 2 * AHEAD; i++)
        far = expect(x, run, far, false);
    for (int i = 0; ahead && i < AHEAD; i++)
        near = expect(x, run, near, true);
    while (*event < run->reader.end && is_request(*event)) {
        if (ahead) {
            far = expect(x, run, far, false);
            near = expect(x, run, near, true);
        }
        if (run->keep)
            tape_writer_copy(&run->writer, *event);
        if (take_event(state, run, *event) != 0)
            return -1;
        *event = event_next(*event);
        run->seq++;
    }
    return 0;
}

static void
summary(void *state, struct run *run, FILE *stream)
{
    struct xmatch *x = state;

    fprintf(stream,
            "%s: %" PRIu64 " requests, %" PRIu64 " trades, %" PRIu64
            " rejects, %" PRIu32 " orders open\n",
            run->program->name, x->match.requests, x->match.trades,
            x->match.rejects, x->match.books.count);
}

static void
destroy(void *state)
{
    struct xmatch *x = state;

    match_free(&x->match);
    quotes_free(&x->quotes);
}

int
main(int argc, char **argv)
{
    static struct xmatch x = {.self_trade = -1};
    const struct schema_field *modes =
        schema_field(schema_find(EVENT_ORDER), "self_trade", 10);
    const struct option_spec options[] = {
        {.name = "keep",
         .kind = OPTION_FLAG,
         .value = &x.keep,
         .help = "pass orders, modifies and cancels on, too",
         .shapes = true},
        {.name = "self-trade",
         .kind = OPTION_CHOICE,
         .value = &x.self_trade,
         .argument = "MODE",
         .help = "of orders that do not say: none, cancel_newest, ...",
         .shapes = true,
         .words = modes->words},
        {.name = "quotes",
         .kind = OPTION_FLAG,
         .value = &x.tells,
         .help = "tell a quote behind each fact that changes it",
         .shapes = true},
        {.name = "depth",
         .kind = OPTION_COUNT,
         .value = &x.depth,
         .argument = "N",
         .help = "and the levels among the best N that change",
         .shapes = true,
         .max = DEPTH_MAX},
        {.kind = OPTION_END},
    };
    static const char *const examples[] = {
        "ximport -f csv -t order orders.csv | xmatch | xexport -f table",
        "xgen -n 1000000 | xmatch | xohlcv -i 1m | xexport -f csv -t bar",
        NULL};
    static const uint16_t consumes[] = {EVENT_ORDER, EVENT_MODIFY, EVENT_CANCEL,
                                        0};
    const struct program program = {
        .name = "xmatch",
        .summary = "match orders by price and time",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
    };
    const struct filter filter = {
        .state = &x,
        .consumes = consumes,
        .prepare = prepare,
        .begin = begin,
        .event = take_event,
        .stretch = take_stretch,
        .summary = summary,
        .destroy = destroy,
    };

    return run_filter(&program, &filter, argc, argv);
}
