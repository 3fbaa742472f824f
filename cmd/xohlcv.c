/* xohlcv - trades in, bars out, of any number of intervals in one pass.
 *
 * Trades and prints are consumed (--keep passes them on), everything else
 * passes.  A bar is written just before the trade or clock that shows its end
 * to have passed; those still open at the end of a tape are written there and
 * marked partial.  The arithmetic is lib/bars; here are the options and the
 * way from events to trades and from bars to events.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/zoneinfo.h"
#include "bars/bars.h"
#include "cli/run.h"

#define SAME_PLACE(field)                                                      \
    _Static_assert(offsetof(struct trade, field) ==                            \
                       offsetof(struct print, field),                          \
                   "a trade can be read as a print")
SAME_PLACE(side);
SAME_PLACE(price);
SAME_PLACE(quantity);
SAME_PLACE(trade_id);

struct xohlcv {
    struct option_list intervals;
    int fill; /* enum bars_fill */
    const char *zone_name;
    bool keep;

    struct zone *zone;
    struct bars bars;
    struct run *run;
    uint64_t trade_count, bar_count;
};

/* ---- options ------------------------------------------------------------- */

static int
add_interval(struct bars_options *options, const char *text, size_t size,
             struct failure *failure)
{
    int64_t interval;

    if (!duration_parse(text, size, &interval))
        return fail(failure, FAILURE_USAGE,
                    "--interval: \"%.*s\" is not an interval such as 1s, 5m, "
                    "1h, 1d or 1w",
                    (int)size, text);
    if (!bucket_interval_valid(interval))
        return fail(failure, FAILURE_USAGE,
                    "--interval: \"%.*s\" is longer than a day but not a "
                    "whole number of days up to 366",
                    (int)size, text);
    if (options->count == BARS_INTERVALS_MAX)
        return fail(failure, FAILURE_USAGE, "--interval: more than %d of them",
                    BARS_INTERVALS_MAX);
    options->intervals[options->count++] = interval;
    return 0;
}

/* Each use of -i may name several, separated by commas. */
static int
add_intervals(const struct xohlcv *x, struct bars_options *options,
              struct failure *failure)
{
    if (x->intervals.count == 0)
        return fail(failure, FAILURE_USAGE,
                    "which bars? name their intervals, as in -i 1m,1h,1d");
    for (unsigned i = 0; i < x->intervals.count; i++) {
        const char *text = x->intervals.items[i];
        size_t size = strcspn(text, ",");

        while (add_interval(options, text, size, failure) == 0 && text[size]) {
            text += size + 1;
            size = strcspn(text, ",");
        }
        if (failure->kind != FAILURE_NONE)
            return -1;
    }
    return 0;
}

static struct bar *
make_room(void *owner, uint32_t index)
{
    struct xohlcv *x = owner;
    struct run *run = x->run;
    struct bar *bar = tape_writer_put(&run->writer, sizeof *bar);

    bar->event.instrument = run->instruments.events[index]->event.instrument;
    x->bar_count++;
    return bar;
}

static int
prepare(void *state, struct run *run)
{
    struct xohlcv *x = state;
    struct bars_options options = {
        .fill = (enum bars_fill)x->fill, .room = make_room, .owner = x};

    x->run = run;
    if (add_intervals(x, &options, &run->failure) != 0)
        return -1;
    if (x->zone_name) {
        x->zone = zoneinfo_read(x->zone_name, &run->failure);
        if (!x->zone)
            return -1;
    }
    options.zone = x->zone;
    return bars_init(&x->bars, &options, &run->failure);
}

/* ---- events -------------------------------------------------------------- */

static int
begin(void *state, struct run *run, struct tape_header *header)
{
    struct xohlcv *x = state;

    (void)header;
    /* Each tape is on its own: the order of its bars, that of its
     * definitions, must not depend on what was read before. */
    instruments_free(&run->instruments);
    bars_begin(&x->bars);
    return 0;
}

static bool
is_trade(const struct event *event)
{
    return event->type == EVENT_TRADE || event->type == EVENT_PRINT;
}

static struct sum_trade
trade_of(const struct event *event)
{
    const struct print *print = (const struct print *)(const void *)event;

    return (struct sum_trade){
        .time = event->time,
        .price = print->price,
        .quantity = print->quantity,
        .id = print->trade_id,
        .buy = print->side == SIDE_BUY,
    };
}

/* Takes the trades that change nothing but a sum: nearly all, in a loop that
 * calls nothing.  Returns the first event that asks for more. */
static const struct event *
add_trades(struct xohlcv *x, struct run *run, const struct event *event)
{
    uint64_t count = 0;

    for (; event < run->reader.end && is_trade(event);
         event = event_next(event), count++) {
        const struct sum_trade trade = trade_of(event);
        uint32_t index = instruments_find(&run->instruments, event->instrument);

        if (!bars_add(&x->bars, index, &trade))
            break;
    }
    x->trade_count += count;
    run_took(run, count);
    return event;
}

/* Any trade. */
static int
take_trade(struct xohlcv *x, struct run *run, const struct event *event)
{
    const struct sum_trade trade = trade_of(event);
    uint32_t index = instruments_find(&run->instruments, event->instrument);

    if (index == INSTRUMENT_NONE)
        return instruments_unknown(event->instrument, &run->failure);
    if (bars_trade(&x->bars, index, &trade, &run->failure) != 0)
        return -1;
    if (x->keep)
        tape_writer_copy(&run->writer, event);
    x->trade_count++;
    return 0;
}

/* What it closes comes before it: nothing earlier follows a clock. */
static int
take_clock(struct xohlcv *x, struct run *run, const struct event *event)
{
    if (bars_clock(&x->bars, event->time, &run->failure) != 0)
        return -1;
    tape_writer_copy(&run->writer, event);
    return 0;
}

static int
take_batch(void *state, struct run *run, const struct event **at)
{
    struct xohlcv *x = state;
    int result = 0;

    while (result == 0) {
        if (!x->keep)
            *at = add_trades(x, run, *at);
        if (*at == run->reader.end)
            break;
        if (is_trade(*at))
            result = take_trade(x, run, *at);
        else if ((*at)->type == EVENT_CLOCK)
            result = take_clock(x, run, *at);
        else
            break;
        if (result == 0) {
            *at = event_next(*at);
            run_took(run, 1);
        }
    }
    return result;
}

/* Of a tape that was cut short nothing unfinished is written: read again
 * whole, it gives the same bars and more. */
static int
end(void *state, struct run *run, enum tape_status status)
{
    struct xohlcv *x = state;

    if (status != TAPE_COMPLETE && status != TAPE_LIMITED)
        return 0;
    return bars_end(&x->bars, &run->failure);
}

static void
summary(void *state, struct run *run, FILE *stream)
{
    struct xohlcv *x = state;

    fprintf(stream, "%s: %" PRIu64 " trades, %" PRIu64 " bars\n",
            run->program->name, x->trade_count, x->bar_count);
}

static void
destroy(void *state)
{
    struct xohlcv *x = state;

    bars_free(&x->bars);
    zone_destroy(x->zone);
}

int
main(int argc, char **argv)
{
    static const char *const fills[] = {"none", "prev", NULL};
    static const uint16_t consumes[] = {EVENT_TRADE, EVENT_PRINT, EVENT_CLOCK,
                                        0};
    struct xohlcv x = {0};
    const struct option_spec options[] = {
        {.letter = 'i',
         .name = "interval",
         .kind = OPTION_LIST,
         .value = &x.intervals,
         .argument = "LIST",
         .help = "lengths of the bars: 1s,1m,5m,1h,1d,1w",
         .shapes = true},
        {.name = "tz",
         .kind = OPTION_TEXT,
         .value = &x.zone_name,
         .argument = "ZONE",
         .help = "days begin at midnight there, not UTC: America/New_York",
         .shapes = true},
        {.name = "fill",
         .kind = OPTION_CHOICE,
         .value = &x.fill,
         .argument = "HOW",
         .help = "bars without trades: none, or prev, the last close (none)",
         .shapes = true,
         .words = fills},
        {.name = "keep",
         .kind = OPTION_FLAG,
         .value = &x.keep,
         .help = "pass trades and prints on as well",
         .shapes = true},
        {.kind = OPTION_END},
    };
    static const char *const examples[] = {
        "xohlcv -i 1m,1h,1d trades.tape | xexport -f csv -t bar",
        "xohlcv -i 5m --fill prev --tz America/New_York day.tape -o bars.tape",
        NULL};
    const struct program program = {
        .name = "xohlcv",
        .summary = "aggregate trades into bars",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
    };
    const struct filter filter = {
        .state = &x,
        .consumes = consumes,
        .prepare = prepare,
        .begin = begin,
        .batch = take_batch,
        .end = end,
        .summary = summary,
        .destroy = destroy,
    };

    return run_filter(&program, &filter, argc, argv);
}
