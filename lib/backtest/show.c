/* What strategies see of the market. */
#include <assert.h>
#include <string.h>

#include "backtest/backtest.h"
#include "backtest/wire.h"
#include "base/array.h"
#include "cli/local.h"
#include "tape/schema.h"

void
show_trade(struct backtest *b, uint32_t index, unsigned side, int64_t time,
           int64_t price, int64_t quantity)
{
    if (!b->wanted[WANT_TRADE])
        return;
    for (unsigned i = 0; i < b->strategy_count; i++)
        if (b->strategies[i].wants[WANT_TRADE])
            strategy_wire(&b->strategies[i])
                ->trade(&b->strategies[i], index, time, side, price, quantity);
}

/* The best of a side into a quote. */
static void
note_best(const struct backtest *b, const struct book *book, enum side side,
          int64_t *price, int64_t *quantity)
{
    const struct level *best = sim_best(&b->sim, book, side);
    i128 sum = best ? level_quantity(best) : 0;

    *price = best ? best->price : DECIMAL_NULL;
    *quantity =
        best ? (int64_t)(sum < DECIMAL_MAX ? sum : DECIMAL_MAX) : DECIMAL_NULL;
}

/* Room for the quotes of all instruments up to this one. */
static struct quote *
last_quote(struct backtest *b, uint32_t index)
{
    struct quote *quoted;

    if (index < b->quoted_count)
        return &b->quoted[index];
    quoted = array_grow(b->quoted, &b->quoted_capacity, index + 1UL,
                        sizeof *quoted, b->world.failure);
    if (!quoted)
        return NULL;
    b->quoted = quoted;
    for (; b->quoted_count <= index; b->quoted_count++)
        event_init(&quoted[b->quoted_count], EVENT_QUOTE);
    return &quoted[index];
}

/* Reports the best prices of a book, if they changed. */
int
show_quote(struct backtest *b, uint32_t index, const struct event *cause)
{
    const struct book *book = sim_book(&b->sim, index);
    struct quote *last, quote;

    if (!book || b->sim.passing || b->sim.model->prices ||
        !(b->quotes || b->wanted[WANT_QUOTE]))
        return 0;
    last = last_quote(b, index);
    if (!last)
        return -1;
    quote = *last;
    note_best(b, book, SIDE_BUY, &quote.bid_price, &quote.bid_quantity);
    note_best(b, book, SIDE_SELL, &quote.ask_price, &quote.ask_quantity);
    if (memcmp(&quote, last, sizeof quote) == 0)
        return 0;
    *last = quote;
    quote.event.time = cause->time;
    if (b->quotes) {
        quote.event.instrument =
            local_id(b->run, index, cause->time, b->world.failure);
        if (quote.event.instrument == 0)
            return -1;
        tape_writer_copy(&b->run->writer, &quote.event);
    }
    for (unsigned i = 0; i < b->strategy_count; i++)
        if (b->strategies[i].wants[WANT_QUOTE])
            strategy_wire(&b->strategies[i])
                ->quote(&b->strategies[i], index, cause->time, &quote);
    return 0;
}

/* A bar is known. */
void
show_bar(struct backtest *b, uint32_t index, const struct bar *bar)
{
    for (unsigned i = 0; i < b->strategy_count; i++)
        if (b->strategies[i].wants[WANT_BAR] && index != INSTRUMENT_NONE)
            strategy_wire(&b->strategies[i])
                ->bar(&b->strategies[i], index, bar);
}

/* A session changes; of one market or of all. */
int
show_session(struct backtest *b, uint32_t index, const struct event *event)
{
    const void *at = event;

    for (unsigned i = 0; i < b->strategy_count; i++)
        if (b->strategies[i].wants[WANT_SESSION])
            strategy_wire(&b->strategies[i])
                ->session(&b->strategies[i], index, at);
    for (uint32_t i = 0; event->instrument == 0 && i < b->world.listing_count;
         i++)
        if (show_quote(b, i, event) != 0)
            return -1;
    return 0;
}
