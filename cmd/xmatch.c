/* xmatch - matches orders by price and time.  Orders, modifies and cancels go
 * in; what became of them, and trades, comes out.
 *
 * One book per instrument, kept from tape to tape.  All the rules are in
 * market/match.h; this feeds it events and gives it room for its facts.
 */
#include <inttypes.h>

#include "cli/run.h"
#include "market/match.h"

/* With more orders open than stay in the processor's near memory, an order is
 * fetched from the far one while those before it are matched: first the slot
 * that tells where it is, AHEAD events later the order. */
#define CACHED_ORDERS 30000
#define AHEAD         6

struct xmatch {
    struct match match;
    bool keep;
    uint32_t next_id; /* for an instrument that this tape does not define */
};

static void *
put_fact(void *owner, size_t size)
{
    struct run *run = owner;

    return tape_writer_put(&run->writer, size);
}

/* Defines an instrument of an earlier tape on this one, under an id that the
 * tape is not likely to use; if it does, the loop refuses it. */
static uint32_t
name_instrument(void *owner, uint32_t index, const struct event *cause,
                struct failure *failure)
{
    struct run *run = owner;
    struct xmatch *x = run->filter->state;
    const struct instrument *known = run->instruments.events[index];
    struct instrument *event;

    while (instruments_find(&run->instruments, x->next_id) != INSTRUMENT_NONE)
        x->next_id--;
    event = tape_writer_put(&run->writer, known->event.words * 8UL);
    memcpy(event, known, known->event.words * 8UL);
    event->event.instrument = x->next_id;
    event->event.time = cause->time;
    if (instruments_define(&run->instruments, event, failure) ==
        INSTRUMENT_NONE)
        return 0;
    return x->next_id;
}

static int
prepare(void *state, struct run *run)
{
    struct xmatch *x = state;
    const struct match_sink sink = {put_fact, name_instrument, run};

    match_init(&x->match, &sink);
    run->keep = x->keep;
    return 0;
}

static int
begin(void *state, struct run *run, struct tape_header *header)
{
    struct xmatch *x = state;

    (void)run;
    (void)header;
    match_begin(&x->match);
    x->next_id = UINT32_MAX;
    return 0;
}

static int
take_event(void *state, struct run *run, const struct event *event)
{
    struct xmatch *x = state;
    uint32_t index = instruments_find(&run->instruments, event->instrument);

    if (event->type == EVENT_INSTRUMENT)
        return match_define(&x->match, index, (const void *)event,
                            &run->failure);
    return match_event(&x->match, index, event, &run->failure);
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
}

int
main(int argc, char **argv)
{
    static struct xmatch x;
    const struct option_spec options[] = {
        {.name = "keep",
         .kind = OPTION_FLAG,
         .value = &x.keep,
         .help = "pass orders, modifies and cancels on, too",
         .shapes = true},
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
