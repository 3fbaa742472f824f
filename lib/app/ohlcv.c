#include "app/ohlcv.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"

#define SAME_PLACE(field)                                                      \
    _Static_assert(offsetof(struct trade, field) ==                            \
                       offsetof(struct print, field),                          \
                   "a trade can be read as a print")
SAME_PLACE(side);
SAME_PLACE(price);
SAME_PLACE(quantity);
SAME_PLACE(trade_id);

/* ---- events -------------------------------------------------------------- */

int
ohlcv_begin(void *state, struct run *run, struct tape_header *header)
{
    struct ohlcv *x = state;

    (void)header;
    /* Each tape is on its own: the order of its bars, that of its
     * definitions, must not depend on what was read before. */
    instruments_free(&run->instruments);
    if (x->engine == OHLCV_TOGETHER)
        bars_begin(&x->bars);
    x->first_interval = 0;
    each_begin(&x->each);
    counts_begin(&x->counts);
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

        if (bars_add(&x->bars, index, &trade))
            continue;
        if (index == INSTRUMENT_NONE || !bars_outside(&x->bars, &trade))
            break;
        x->taken[BARS_OUTSIDE]++;
    }
    if (x->keep && count)
        pass_on(run, first, event, count);
    x->trade_count += count;
    run_took(run, count);
    return event;
}

/* Whether an event is passed on as it is, in a run of such. */
static bool
is_other(const struct ohlcv *x, const struct event *event)
{
    return !ohlcv_takes(x, event) && event->type != EVENT_CLOCK &&
           event->type != EVENT_INSTRUMENT && event->type != EVENT_NAME &&
           event->type != EVENT_TRADE_CANCEL;
}

static const struct event *
pass_others(struct ohlcv *x, struct run *run, const struct event *first)
{
    const struct event *event = first;
    uint64_t count = 0;

    for (; event < run->reader.end && is_other(x, event);
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

/* The loop calls this for all but definitions. */
int
ohlcv_batch(void *state, struct run *run, const struct event **at)
{
    struct ohlcv *x = state;
    int result = 0;

    while (result == 0) {
        if (x->fast)
            *at = add_trades(x, run, *at);
        *at = pass_others(x, run, *at);
        assert(*at <= run->reader.end);
        if (*at == run->reader.end)
            break;
        if (ohlcv_takes(x, *at))
            result = ohlcv_take(x, run, *at);
        else if ((*at)->type == EVENT_CLOCK)
            result = ohlcv_take_clock(x, run, *at);
        else if ((*at)->type == EVENT_TRADE_CANCEL)
            result = ohlcv_take_cancel(x, run, *at);
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
    if (x->engine == OHLCV_TOGETHER && bars_end(&x->bars, &run->failure) != 0)
        return -1;
    if (each_end(&x->each, &run->failure) != 0)
        return -1;
    counts_end(&x->counts);
    return 0;
}

/* No bars at all is mostly a program that is missing before this one. */
static void
remark_nothing(const struct ohlcv *x, struct run *run)
{
    const struct ohlcv_others *others = &x->others;

    if (x->from >= 0)
        run_remark(run, "nothing here that --from names");
    else if (others->orders)
        run_remark(run,
                   "no trades or prints here (%" PRIu64
                   " orders: xmatch makes trades of them)",
                   others->orders);
    else if (others->bars)
        run_remark(run,
                   "no trades or prints here (%" PRIu64
                   " bars: --from bar makes longer ones of them)",
                   others->bars);
    else if (others->quotes)
        run_remark(run,
                   "no trades or prints here (%" PRIu64
                   " quotes: --from quote:mid makes bars of them)",
                   others->quotes);
    else
        run_remark(run, "no trades or prints here");
}

int
ohlcv_finish(void *state, struct run *run)
{
    const struct ohlcv *x = state;
    const struct run_count left_out[] = {
        {x->taken[BARS_LATE], "that came too late"},
        {x->taken[BARS_EMPTY], "without price and quantity"},
        {x->partial_count, "that were partial or filled"},
    };

    if (run->common.quiet || run->events_in == 0)
        return 0;
    if (x->trade_count == 0)
        remark_nothing(x, run);
    if (x->bar_count == 0 && x->taken[BARS_OUTSIDE])
        run_remark(run,
                   "no bars: " COUNT_FORMAT " in no session "
                   "(--session, --calendar, --tz)",
                   COUNT(x->taken[BARS_OUTSIDE], "trade"));
    run_remark_counts(run, "left out", left_out, 3);
    if (x->cancel_count)
        run_remark(run,
                   COUNT_FORMAT " changed no bar (--late amend applies them)",
                   COUNT(x->cancel_count, "trade_cancel event"));
    if (x->taken[BARS_UNKNOWN])
        run_remark(run,
                   COUNT_FORMAT " of no trade that can still change (--hold)",
                   COUNT(x->taken[BARS_UNKNOWN], "trade_cancel event"));
    return 0;
}

void
ohlcv_summary(void *state, struct run *run, FILE *stream)
{
    struct ohlcv *x = state;

    fprintf(stream, "%s: " COUNT_FORMAT ", " COUNT_FORMAT "\n",
            run->program->name, COUNT(x->trade_count, "trade"),
            COUNT(x->bar_count, "bar"));
    if (x->taken[BARS_OUTSIDE])
        fprintf(stream, "%s: " COUNT_FORMAT " in no session\n",
                run->program->name, COUNT(x->taken[BARS_OUTSIDE], "trade"));
}

void
ohlcv_destroy(void *state)
{
    struct ohlcv *x = state;

    bars_free(&x->bars);
    each_free(&x->each);
    counts_free(&x->counts);
    conditions_free(&x->conditions);
    venue_free(&x->venue);
    zone_destroy(x->zone);
}
