/* ohlcv_take.c - one event into the bars, whatever it is and is to do. */
#include <assert.h>
#include <string.h>

#include "app/ohlcv.h"
#include "tape/schema.h"

/* ---- what a trade is made of --------------------------------------------- */

bool
ohlcv_takes(const struct ohlcv *x, const struct event *event)
{
    const struct bar *bar = (const struct bar *)(const void *)event;

    switch (event->type) {
    case EVENT_TRADE: return x->from < 0 || x->from == OHLCV_TRADE;
    case EVENT_PRINT: return x->from < 0 || x->from == OHLCV_PRINT;
    case EVENT_QUOTE: return x->from >= OHLCV_BID && x->from <= OHLCV_MID;
    case EVENT_BAR:
        return x->from == OHLCV_BAR &&
               (x->bar_interval == 0 || bar->interval == x->bar_interval);
    default: return false;
    }
}

/* Between bid and ask, half to even. */
static int64_t
middle(int64_t bid, int64_t ask)
{
    if (bid < -DECIMAL_MAX || bid > DECIMAL_MAX || ask < -DECIMAL_MAX ||
        ask > DECIMAL_MAX)
        return DECIMAL_NULL;
    return (int64_t)amount_divide((i128)bid + ask, 2);
}

/* A quote is a trade without a quantity. */
static struct sum_trade
trade_of_quote(const struct ohlcv *x, const struct quote *quote)
{
    const int64_t prices[] = {
        [OHLCV_BID] = quote->bid_price,
        [OHLCV_ASK] = quote->ask_price,
        [OHLCV_MID] = middle(quote->bid_price, quote->ask_price),
    };

    return (struct sum_trade){.time = quote->event.time,
                              .price = prices[x->from],
                              .quantity = DECIMAL_NULL,
                              .without = SUM_VOLUME};
}

static struct sum_trade
trade_of(struct ohlcv *x, const struct event *event)
{
    const struct print *print = (const struct print *)(const void *)event;
    uint8_t bits = print->conditions;

    assert(event->type != EVENT_BAR);
    if (event->type == EVENT_QUOTE)
        return trade_of_quote(x, (const struct quote *)(const void *)event);
    if (event->type == EVENT_TRADE) /* of its flags one is a condition */
        bits = bits & TRADE_AUCTION ? PRINT_AUCTION : 0;
    return (struct sum_trade){
        .time = event->time,
        .price = print->price,
        .quantity = print->quantity,
        .id = print->trade_id,
        .buy = print->side == SIDE_BUY,
        .without = conditions_without(&x->conditions, bits, event->time)};
}

/* ---- where it goes ------------------------------------------------------- */

/* The engine of an instrument; NULL: it has none, or not yet. */
static struct bars *
engine_of(struct ohlcv *x, uint32_t index)
{
    if (x->engine == OHLCV_TOGETHER)
        return &x->bars;
    return x->engine == OHLCV_EACH ? each_engine(&x->each, index) : NULL;
}

/* To the bars of times. */
static enum bars_taken
add_trade(struct ohlcv *x, uint32_t index, struct sum_trade *trade,
          struct failure *failure)
{
    switch (x->engine) {
    case OHLCV_TOGETHER: return bars_trade(&x->bars, index, trade, failure);
    case OHLCV_EACH: return each_trade(&x->each, index, trade, failure);
    case OHLCV_NONE: break;
    }
    return bars_check(&x->days, trade, failure);
}

/* Data that was left out is a gap of the tape. */
static void
put_gap(struct run *run, const struct event *late)
{
    static const char reason[8] = "late";
    struct gap *gap = tape_writer_put(&run->writer, sizeof *gap + 8);

    event_init(gap, EVENT_GAP);
    gap->event.words = (sizeof *gap + 8) / 8;
    gap->event.instrument = late->instrument;
    gap->event.time = late->time;
    gap->missing = 1;
    gap->from = late->time;
    gap->reason = (struct text){sizeof *gap, 4, 0};
    memcpy(gap + 1, reason, sizeof reason);
}

static int
take_trade(struct ohlcv *x, struct run *run, const struct event *event,
           uint32_t index)
{
    const struct print *print = (const struct print *)(const void *)event;
    struct sum_trade trade = trade_of(x, event);
    const struct bars *bars = engine_of(x, index);
    bool late = bars && bars->begun && event->time < bars->common.start;
    enum side side =
        event->type == EVENT_QUOTE ? (enum side)0 : (enum side)print->side;
    enum bars_taken taken;

    /* An amended bar follows the trade that amends it; one that is closed
     * comes before, for its time is earlier. */
    if (x->keep && late)
        tape_writer_copy(&run->writer, event);
    taken = add_trade(x, index, &trade, &run->failure);
    if (taken == BARS_FAILED)
        return -1;
    if (x->keep && !late)
        tape_writer_copy(&run->writer, event);
    x->trade_count++;
    x->taken[taken]++;
    if (taken == BARS_LATE)
        put_gap(run, event);
    if (taken != BARS_TAKEN || x->counts.count == 0 ||
        bars_check(&x->days, &trade, &run->failure) != BARS_TAKEN)
        return 0;
    return counts_trade(&x->counts, index, &trade, side, &run->failure);
}

static int
take_bar(struct ohlcv *x, struct run *run, const struct bar *bar,
         uint32_t index)
{
    enum bars_taken taken;

    assert(x->engine == OHLCV_TOGETHER && x->from == OHLCV_BAR);
    if (x->first_interval == 0)
        x->first_interval = bar->interval;
    if (bar->interval != x->first_interval)
        return fail(&run->failure, FAILURE_DATA,
                    "the tape has bars of several intervals: --from bar:1m "
                    "says which");
    taken = bars_bar(&x->bars, index, bar, &run->failure);
    if (taken == BARS_FAILED)
        return -1;
    if (x->keep)
        tape_writer_copy(&run->writer, &bar->event);
    x->trade_count++;
    if (taken == BARS_EMPTY)
        x->partial_count++;
    else
        x->taken[taken]++;
    if (taken == BARS_LATE)
        put_gap(run, &bar->event);
    return 0;
}

int
ohlcv_take(struct ohlcv *x, struct run *run, const struct event *event)
{
    uint32_t index = instruments_find(&run->instruments, event->instrument);

    if (index == INSTRUMENT_NONE)
        return instruments_unknown(event->instrument, &run->failure);
    if (event->type == EVENT_BAR)
        return take_bar(x, run, (const struct bar *)(const void *)event, index);
    return take_trade(x, run, event, index);
}

/* It passes, and what it changes follows. */
int
ohlcv_take_cancel(struct ohlcv *x, struct run *run, const struct event *event)
{
    const struct trade_cancel *cancel =
        (const struct trade_cancel *)(const void *)event;
    uint32_t index = instruments_find(&run->instruments, event->instrument);
    struct bars *bars;
    enum bars_taken taken = BARS_UNKNOWN;

    tape_writer_copy(&run->writer, event);
    if (x->bars_options.late != BARS_LATE_AMEND) {
        x->cancel_count++;
        return 0;
    }
    bars = index == INSTRUMENT_NONE ? NULL : engine_of(x, index);
    if (bars)
        taken =
            bars_cancel(bars, x->engine == OHLCV_EACH ? 0 : index,
                        cancel->trade_id, cancel->trade_time, &run->failure);
    if (taken == BARS_FAILED)
        return -1;
    x->taken[taken == BARS_LATE ? BARS_UNKNOWN : taken]++;
    return 0;
}

/* What it closes comes before it: nothing earlier follows a clock. */
int
ohlcv_take_clock(struct ohlcv *x, struct run *run, const struct event *event)
{
    if (x->engine == OHLCV_TOGETHER &&
        bars_clock(&x->bars, event->time, &run->failure) != 0)
        return -1;
    if (each_clock(&x->each, event->time, &run->failure) != 0)
        return -1;
    tape_writer_copy(&run->writer, event);
    return 0;
}
