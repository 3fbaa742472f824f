/* Events as lines: words and numbers with a tab between, "-" for what is
 * null. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backtest/wire.h"
#include "base/clock.h"
#include "base/digits.h"
#include "base/interval.h"
#include "tape/schema.h"

#define LINE_ROOM 1024 /* bytes of the longest line, its name apart */

/* A line being written: at its end; NULL without memory, and then nothing is
 * written. */
struct line {
    struct bytes *bytes;
    char *at;
};

/* ---- fields -------------------------------------------------------------- */

static void
put_text(struct line *line, const char *text, size_t size)
{
    if (!line->at)
        return;
    assert(size < LINE_ROOM);
    *line->at++ = '\t';
    memcpy(line->at, text, size);
    line->at += size;
}

static void
put_word(struct line *line, const char *word)
{
    put_text(line, word, strlen(word));
}

static void
put_decimal(struct line *line, int64_t value)
{
    char text[DECIMAL_TEXT_MAX];

    if (value == DECIMAL_NULL)
        put_text(line, "-", 1);
    else
        put_text(line, text, decimal_format(value, text));
}

static void
put_amount(struct line *line, i128 value)
{
    char text[AMOUNT_TEXT_MAX];

    put_text(line, text, amount_format(value, text));
}

static void
put_number(struct line *line, uint64_t value)
{
    char text[24];

    put_text(line, text,
             (size_t)snprintf(text, sizeof text, "%" PRIu64, value));
}

static void
put_code(struct line *line, struct code code)
{
    char text[8];
    size_t size = code_to_text(code, text);

    put_text(line, size ? text : "-", size ? size : 1);
}

static void
put_time(struct line *line, const struct strategy *strategy, int64_t time)
{
    enum strategy_time form = strategy->world->time;
    char text[TIME_TEXT_MAX];

    if (time == TIME_NULL)
        put_text(line, "-", 1);
    else if (form == STRATEGY_RFC3339)
        put_text(line, text, time_format(time, text));
    else
        put_text(line, text,
                 (size_t)snprintf(text, sizeof text, "%" PRId64,
                                  form == STRATEGY_US ? time / 1000 : time));
}

/* The word of an enumeration of the schema. */
static void
put_enum(struct line *line, enum event_type type, const char *field,
         unsigned value)
{
    const struct schema_field *known =
        schema_field(schema_find(type), field, strlen(field));

    put_word(line, value ? known->words[value - 1] : "-");
}

static void
put_side(struct line *line, unsigned side)
{
    put_word(line, side == SIDE_BUY ? "buy" : side == SIDE_SELL ? "sell" : "-");
}

/* ---- lines --------------------------------------------------------------- */

static struct line
begin(struct strategy *strategy, const char *word, size_t more)
{
    struct bytes *bytes = coprocess_put(&strategy->process);
    struct line line = {bytes, (char *)bytes_room(bytes, LINE_ROOM + more)};
    size_t size = strlen(word);

    if (!line.at)
        return line;
    memcpy(line.at, word, size);
    line.at += size;
    return line;
}

static void
end(struct line *line)
{
    if (!line->at)
        return;
    assert(line->at > (char *)line->bytes->bytes);
    *line->at++ = '\n';
    bytes_end(line->bytes, line->at);
}

/* A line about an instrument: its first fields. */
static struct line
begin_about(struct strategy *strategy, const char *word, uint32_t index,
            int64_t time)
{
    const struct strategy_listing *listing = &strategy->world->listings[index];
    struct line line = begin(strategy, word, listing->size);

    assert(index < strategy->world->listing_count);
    put_time(&line, strategy, time);
    put_text(&line, listing->name, listing->size);
    return line;
}

static void
write_hello(struct strategy *strategy)
{
    struct line line = begin(strategy, "xtape", 0);

    put_number(&line, 1);
    put_number(&line, strategy->account);
    put_code(&line, strategy->world->currency);
    put_number(&line, strategy->world->seed);
    end(&line);
}

static void
write_word(struct strategy *strategy, const char *word, int64_t time)
{
    struct line line = begin(strategy, word, 0);

    put_time(&line, strategy, time);
    end(&line);
}

static void
write_go(struct strategy *strategy, int64_t time)
{
    write_word(strategy, "go", time);
}

static void
write_finish(struct strategy *strategy, int64_t time)
{
    write_word(strategy, "end", time);
}

static void
write_instrument(struct strategy *strategy, uint32_t index, int64_t time)
{
    const struct instrument *known =
        strategy->world->instruments->events[index];
    struct line line = begin_about(strategy, "instrument", index, time);

    put_decimal(&line, known->tick_size);
    put_decimal(&line, known->lot_size);
    put_code(&line, known->currency);
    put_decimal(&line, known->multiplier);
    put_enum(&line, EVENT_INSTRUMENT, "kind", known->kind);
    end(&line);
}

static void
write_session(struct strategy *strategy, uint32_t index,
              const struct session *session)
{
    struct line line;

    if (session->event.instrument) {
        line = begin_about(strategy, "session", index, session->event.time);
    } else {
        line = begin(strategy, "session", 0);
        put_time(&line, strategy, session->event.time);
        put_text(&line, "-", 1);
    }
    put_enum(&line, EVENT_SESSION, "state", session->state);
    end(&line);
    strategy_wake(strategy, CAUSE_EVENT);
}

/* How much the strategy itself shows at a price. */
static int64_t
own_shown(const struct strategy *strategy, uint32_t index, enum side side,
          int64_t price)
{
    const struct strategy_world *world = strategy->world;
    const struct own_position *position;
    const struct books *books;
    const struct book *book;
    int64_t sum = 0;

    if (price == DECIMAL_NULL || index >= strategy->own.position_count)
        return 0;
    position = &strategy->own.positions[index];
    for (uint32_t i = 0; i < position->live_count; i++) {
        uint32_t own = position->live[i], number;

        if (world->orders.orders[own].side != side)
            continue;
        books = sim_books(world->sim);
        book = sim_book(world->sim, index);
        number = books_find(books, book->number, SIM_OWN_FIRST + own);
        if (number && books->orders[number].place == PLACE_BOOK &&
            books->orders[number].price == price)
            sum += books->orders[number].open;
    }
    return sum;
}

static void
write_quote(struct strategy *strategy, uint32_t index, int64_t time,
            const struct quote *quote)
{
    struct line line = begin_about(strategy, "quote", index, time);

    put_decimal(&line, quote->bid_price);
    put_decimal(&line, quote->bid_quantity);
    put_decimal(&line, quote->ask_price);
    put_decimal(&line, quote->ask_quantity);
    put_decimal(&line, own_shown(strategy, index, SIDE_BUY, quote->bid_price));
    put_decimal(&line, own_shown(strategy, index, SIDE_SELL, quote->ask_price));
    end(&line);
    strategy_wake(strategy, CAUSE_EVENT);
}

static void
write_trade(struct strategy *strategy, uint32_t index, int64_t time,
            unsigned side, int64_t price, int64_t quantity)
{
    struct line line = begin_about(strategy, "trade", index, time);

    put_side(&line, side);
    put_decimal(&line, price);
    put_decimal(&line, quantity);
    end(&line);
    strategy_wake(strategy, CAUSE_EVENT);
}

static void
write_bar(struct strategy *strategy, uint32_t index, const struct bar *bar)
{
    struct line line = begin_about(strategy, "bar", index, bar->event.time);
    char text[INTERVAL_TEXT_MAX];

    assert(bar->interval > 0);
    put_text(&line, text, interval_format(bar->interval, text));
    put_decimal(&line, bar->open);
    put_decimal(&line, bar->high);
    put_decimal(&line, bar->low);
    put_decimal(&line, bar->close);
    put_amount(&line, amount_get(bar->volume));
    end(&line);
    strategy_wake(strategy, CAUSE_BAR);
}

static void
write_timer(struct strategy *strategy, int64_t time)
{
    write_word(strategy, "timer", time);
    strategy_wake(strategy, CAUSE_TIMER);
}

/* ---- what became of its orders ------------------------------------------- */

static void
write_report(struct strategy *strategy, const struct own_order *order,
             const struct order_report *report)
{
    bool accepted = report->event.type == EVENT_ACCEPTED;
    struct line line = begin_about(strategy, accepted ? "accepted" : "modified",
                                   order->index, report->event.time);

    put_number(&line, order->client_id);
    put_side(&line, report->side);
    put_decimal(&line, report->price);
    put_decimal(&line, report->remaining_quantity);
    if (!accepted)
        put_enum(&line, EVENT_MODIFIED, "reason", report->reason);
    end(&line);
    strategy_wake(strategy, CAUSE_EVENT);
}

static void
write_end(struct strategy *strategy, const struct own_order *order,
          const struct order_end *event)
{
    const struct schema_type *type = schema_find(event->event.type);
    bool listed = order->index < strategy->world->listing_count;
    struct line line;

    if (listed) {
        line =
            begin_about(strategy, type->name, order->index, event->event.time);
    } else {
        line = begin(strategy, type->name, 0);
        put_time(&line, strategy, event->event.time);
        put_text(&line, "-", 1);
    }
    put_number(&line, order->client_id);
    if (event->event.type == EVENT_REJECTED)
        put_enum(&line, EVENT_REJECTED, "request", event->request);
    else
        put_decimal(&line, event->remaining_quantity);
    put_enum(&line, EVENT_REJECTED, "reason", event->reason);
    end(&line);
    strategy_wake(strategy, CAUSE_EVENT);
}

static void
write_fill(struct strategy *strategy, const struct own_order *order,
           const struct trade *trade, enum own_role role, i128 fee)
{
    static const char *const roles[] = {[OWN_MAKER] = "maker",
                                        [OWN_TAKER] = "taker",
                                        [OWN_AUCTION] = "auction"};
    struct line line =
        begin_about(strategy, "fill", order->index, trade->event.time);

    put_number(&line, order->client_id);
    put_side(&line, order->side);
    put_decimal(&line, trade->price);
    put_decimal(&line, trade->quantity);
    put_decimal(&line, order->left);
    put_amount(&line, fee);
    put_word(&line, roles[role]);
    end(&line);
    strategy_wake(strategy, CAUSE_EVENT);
}

static void
write_position(struct strategy *strategy, uint32_t index, int64_t time)
{
    const struct strategy_world *world = strategy->world;
    const struct own_position *position = &strategy->own.positions[index];
    struct line line = begin_about(strategy, "position", index, time);
    i128 equity;

    assert(index < strategy->own.position_count);
    put_amount(&line, position->holding.quantity);
    put_decimal(&line, holding_average(&position->holding));
    put_amount(&line, position->holding.realized);
    if (own_equity(position, strategy_middle(world, index),
                   strategy_multiplier(world, index), &equity))
        put_amount(&line, equity);
    else
        put_word(&line, "-");
    end(&line);
}

const struct wire wire_text = {
    .name = "text",
    .hello = write_hello,
    .instrument = write_instrument,
    .session = write_session,
    .quote = write_quote,
    .trade = write_trade,
    .bar = write_bar,
    .report = write_report,
    .end = write_end,
    .fill = write_fill,
    .position = write_position,
    .timer = write_timer,
    .go = write_go,
    .finish = write_finish,
    .answer = text_read,
};
