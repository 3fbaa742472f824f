#include "app/ohlcv.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/zoneinfo.h"

#define SAME_PLACE(field)                                                      \
    _Static_assert(offsetof(struct trade, field) ==                            \
                       offsetof(struct print, field),                          \
                   "a trade can be read as a print")
SAME_PLACE(side);
SAME_PLACE(price);
SAME_PLACE(quantity);
SAME_PLACE(trade_id);

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
    assert(options->count <= BARS_INTERVALS_MAX);
    if (options->count == BARS_INTERVALS_MAX)
        return fail(failure, FAILURE_USAGE, "--interval: more than %d given",
                    BARS_INTERVALS_MAX);
    options->intervals[options->count++] = interval;
    return 0;
}

/* Each use of -i may name several, separated by commas. */
static int
add_intervals(const struct ohlcv *x, struct bars_options *options,
              struct failure *failure)
{
    if (x->intervals.count == 0)
        return fail(failure, FAILURE_USAGE,
                    "--interval is required, for example -i 1m,1h,1d");
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
    struct ohlcv *x = owner;
    struct run *run = x->run;
    struct bar *bar = tape_writer_put(&run->writer, sizeof *bar);

    assert(index < run->instruments.count);
    bar->event.instrument = run->instruments.events[index]->event.instrument;
    x->bar_count++;
    return bar;
}

int
ohlcv_prepare(void *state, struct run *run)
{
    struct ohlcv *x = state;
    struct bars_options options = {
        .fill = (enum bars_fill)x->fill, .room = make_room, .owner = x};

    x->run = run;
    if (add_intervals(x, &options, &run->failure) != 0)
        return -1;
    if (x->zone_name) {
        x->zone = zoneinfo_read(x->zone_name, &run->failure);
        if (!x->zone)
            return fail_at(&run->failure, "--tz");
    }
    options.zone = x->zone;
    return bars_init(&x->bars, &options, &run->failure);
}

/* ---- events -------------------------------------------------------------- */

int
ohlcv_begin(void *state, struct run *run, struct tape_header *header)
{
    struct ohlcv *x = state;

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

/* Passes on events that nothing is done to, one after the other.  Where they
 * are a whole block, its bytes are not gone over again. */
static void
pass_on(struct run *run, const struct event *first, const struct event *end,
        uint64_t count)
{
    assert(first < end && count <= run->reader.count);
    tape_writer_copy_block(&run->writer, &run->reader, first, end,
                           (uint32_t)count);
}

/* Takes the trades that change nothing but a sum: nearly all, in a loop that
 * calls nothing.  Returns the first event that asks for more. */
static const struct event *
add_trades(struct ohlcv *x, struct run *run, const struct event *first)
{
    const struct event *event = first;
    uint64_t count = 0;

    for (; event < run->reader.end && is_trade(event);
         event = event_next(event), count++) {
        const struct sum_trade trade = trade_of(event);
        uint32_t index = instruments_find(&run->instruments, event->instrument);

        if (!bars_add(&x->bars, index, &trade))
            break;
    }
    if (x->keep && count)
        pass_on(run, first, event, count);
    x->trade_count += count;
    run_took(run, count);
    return event;
}

/* Whether an event is passed on as it is, in a run of such. */
static bool
is_other(const struct event *event)
{
    return !is_trade(event) && event->type != EVENT_CLOCK &&
           event->type != EVENT_INSTRUMENT && event->type != EVENT_NAME;
}

static const struct event *
pass_others(struct ohlcv *x, struct run *run, const struct event *first)
{
    const struct event *event = first;
    uint64_t count = 0;

    for (; event < run->reader.end && is_other(event);
         event = event_next(event), count++) {
        x->others.orders += event->type == EVENT_ORDER;
        x->others.bars += event->type == EVENT_BAR;
        x->others.quotes += event->type == EVENT_QUOTE;
    }
    if (count)
        pass_on(run, first, event, count);
    run_took(run, count);
    return event;
}

/* Any trade. */
static int
take_trade(struct ohlcv *x, struct run *run, const struct event *event)
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
take_clock(struct ohlcv *x, struct run *run, const struct event *event)
{
    if (bars_clock(&x->bars, event->time, &run->failure) != 0)
        return -1;
    tape_writer_copy(&run->writer, event);
    return 0;
}

/* The loop calls this for all but definitions. */
int
ohlcv_batch(void *state, struct run *run, const struct event **at)
{
    struct ohlcv *x = state;
    int result = 0;

    while (result == 0) {
        *at = add_trades(x, run, *at);
        *at = pass_others(x, run, *at);
        assert(*at <= run->reader.end);
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

int
ohlcv_define(void *state, struct run *run, const struct event *event)
{
    (void)state;
    tape_writer_copy(&run->writer, event);
    return 0;
}

/* Of a tape that was cut short nothing unfinished is written: read again
 * whole, it gives the same bars and more. */
int
ohlcv_end(void *state, struct run *run, enum tape_status status)
{
    struct ohlcv *x = state;

    if (status != TAPE_COMPLETE && status != TAPE_LIMITED)
        return 0;
    return bars_end(&x->bars, &run->failure);
}

/* No bars at all is mostly a program that is missing before this one. */
int
ohlcv_finish(void *state, struct run *run)
{
    const struct ohlcv *x = state;
    const struct ohlcv_others *others = &x->others;

    if (x->trade_count || run->common.quiet || run->events_in == 0)
        return 0;
    if (others->orders)
        run_remark(run,
                   "no trades or prints here (%" PRIu64
                   " orders: xmatch makes trades of them)",
                   others->orders);
    else if (others->bars)
        run_remark(run,
                   "no trades or prints here (%" PRIu64
                   " bars, which pass as they are)",
                   others->bars);
    else if (others->quotes)
        run_remark(run,
                   "no trades or prints here (%" PRIu64
                   " quotes, which make no bars)",
                   others->quotes);
    else
        run_remark(run, "no trades or prints here");
    return 0;
}

void
ohlcv_summary(void *state, struct run *run, FILE *stream)
{
    struct ohlcv *x = state;

    fprintf(stream, "%s: %" PRIu64 " trades, %" PRIu64 " bars\n",
            run->program->name, x->trade_count, x->bar_count);
}

void
ohlcv_destroy(void *state)
{
    struct ohlcv *x = state;

    bars_free(&x->bars);
    zone_destroy(x->zone);
}
