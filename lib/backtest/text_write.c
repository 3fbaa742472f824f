/* Events as lines: words and numbers with a tab between, "-" for what is null;
 * or objects of JSON, whose members are named after the fields of tape(5). */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backtest/wire.h"
#include "base/clock.h"
#include "base/digits.h"
#include "base/interval.h"
#include "base/json.h"
#include "tape/schema.h"

#define LINE_ROOM 1024 /* bytes of the longest line, its name apart */

/* A line being written: at its end; NULL without memory, and then nothing is
 * written. */
struct line {
    struct bytes *bytes;
    char *at;
    bool json;
};

/* ---- fields -------------------------------------------------------------- */

static void
put_bytes(struct line *line, const char *bytes, size_t size)
{
    memcpy(line->at, bytes, size);
    line->at += size;
}

/* What stands before a value: a tab, or its name. */
static void
put_name(struct line *line, const char *name)
{
    if (!line->json) {
        *line->at++ = '\t';
        return;
    }
    put_bytes(line, ",\"", 2);
    put_bytes(line, name, strlen(name));
    put_bytes(line, "\":", 2);
}

/* In JSON: what is null is left out. */
static void
put_null(struct line *line)
{
    if (line->at && !line->json)
        put_bytes(line, "\t-", 2);
}

/* In JSON: a string. */
static void
put_text(struct line *line, const char *name, const char *text, size_t size)
{
    if (!line->at)
        return;
    assert(size < LINE_ROOM);
    put_name(line, name);
    if (!line->json) {
        put_bytes(line, text, size);
        return;
    }
    *line->at++ = '"';
    line->at = json_escape(line->at, text, size);
    *line->at++ = '"';
}

static void
put_word(struct line *line, const char *name, const char *word)
{
    put_text(line, name, word, strlen(word));
}

static void
put_decimal(struct line *line, const char *name, int64_t value)
{
    char text[DECIMAL_TEXT_MAX];

    if (value == DECIMAL_NULL)
        put_null(line);
    else
        put_text(line, name, text, decimal_format(value, text));
}

static void
put_amount(struct line *line, const char *name, i128 value)
{
    char text[AMOUNT_TEXT_MAX];

    put_text(line, name, text, amount_format(value, text));
}

/* In JSON a number, if its readers do not round it. */
static void
put_number(struct line *line, const char *name, uint64_t value)
{
    char text[24];
    size_t size = (size_t)snprintf(text, sizeof text, "%" PRIu64, value);

    if (line->json && line->at && value < JSON_EXACT_MAX) {
        put_name(line, name);
        put_bytes(line, text, size);
    } else {
        put_text(line, name, text, size);
    }
}

static void
put_code(struct line *line, const char *name, struct code code)
{
    char text[8];
    size_t size = code_to_text(code, text);

    if (size)
        put_text(line, name, text, size);
    else
        put_null(line);
}

static void
put_time(struct line *line, const struct strategy *strategy, int64_t time)
{
    enum strategy_time form = strategy->world->time;
    char text[TIME_TEXT_MAX];

    if (time == TIME_NULL) {
        put_null(line);
    } else if (form == STRATEGY_RFC3339) {
        put_text(line, "time", text, time_format(time, text));
    } else {
        int64_t number = form == STRATEGY_US ? time / 1000 : time;
        size_t size = (size_t)snprintf(text, sizeof text, "%" PRId64, number);

        if (number >= 0)
            put_number(line, "time", (uint64_t)number);
        else
            put_text(line, "time", text, size);
    }
}

/* The word of an enumeration of the schema. */
static void
put_enum(struct line *line, enum event_type type, const char *field,
         unsigned value)
{
    const struct schema_field *known =
        schema_field(schema_find(type), field, strlen(field));

    if (value)
        put_word(line, field, known->words[value - 1]);
    else
        put_null(line);
}

static void
put_side(struct line *line, unsigned side)
{
    if (side == SIDE_BUY || side == SIDE_SELL)
        put_word(line, "side", side == SIDE_BUY ? "buy" : "sell");
    else
        put_null(line);
}

/* ---- lines --------------------------------------------------------------- */

static struct line
begin(struct strategy *strategy, const char *word, size_t more)
{
    struct bytes *bytes = coprocess_put(&strategy->process);
    struct line line = {bytes, (char *)bytes_room(bytes, LINE_ROOM + more),
                        strategy_wire(strategy)->json};

    if (!line.at)
        return line;
    if (line.json)
        put_bytes(&line, "{\"type\":\"", 9);
    put_bytes(&line, word, strlen(word));
    if (line.json)
        *line.at++ = '"';
    return line;
}

static void
end(struct line *line)
{
    if (!line->at)
        return;
    assert(line->at > (char *)line->bytes->bytes);
    if (line->json)
        *line->at++ = '}';
    *line->at++ = '\n';
    bytes_end(line->bytes, line->at);
}

/* A line about an instrument: its first fields. */
static struct line
begin_about(struct strategy *strategy, const char *word, uint32_t index,
            int64_t time)
{
    const struct strategy_listing *listing = &strategy->world->listings[index];
    struct line line = begin(strategy, word, listing->size * JSON_ESCAPE_MAX);

    assert(index < strategy->world->listing_count);
    put_time(&line, strategy, time);
    put_text(&line, "instrument", listing->name, listing->size);
    return line;
}

static void
write_hello(struct strategy *strategy)
{
    struct line line = begin(strategy, "xtape", 0);

    put_number(&line, "version", 1);
    put_number(&line, "account_id", strategy->account);
    put_code(&line, "currency", strategy->world->currency);
    put_number(&line, "seed", strategy->world->seed);
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

    put_decimal(&line, "tick_size", known->tick_size);
    put_decimal(&line, "lot_size", known->lot_size);
    put_code(&line, "currency", known->currency);
    put_decimal(&line, "multiplier", known->multiplier);
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
        put_null(&line);
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

    put_decimal(&line, "bid_price", quote->bid_price);
    put_decimal(&line, "bid_quantity", quote->bid_quantity);
    put_decimal(&line, "ask_price", quote->ask_price);
    put_decimal(&line, "ask_quantity", quote->ask_quantity);
    put_decimal(&line, "own_bid",
                own_shown(strategy, index, SIDE_BUY, quote->bid_price));
    put_decimal(&line, "own_ask",
                own_shown(strategy, index, SIDE_SELL, quote->ask_price));
    end(&line);
    strategy_wake(strategy, CAUSE_EVENT);
}

static void
write_trade(struct strategy *strategy, uint32_t index, int64_t time,
            unsigned side, int64_t price, int64_t quantity)
{
    struct line line = begin_about(strategy, "trade", index, time);

    put_side(&line, side);
    put_decimal(&line, "price", price);
    put_decimal(&line, "quantity", quantity);
    end(&line);
    strategy_wake(strategy, CAUSE_EVENT);
}

static void
write_bar(struct strategy *strategy, uint32_t index, const struct bar *bar)
{
    struct line line = begin_about(strategy, "bar", index, bar->event.time);
    char text[INTERVAL_TEXT_MAX];

    assert(bar->interval > 0);
    put_text(&line, "interval", text, interval_format(bar->interval, text));
    put_decimal(&line, "open", bar->open);
    put_decimal(&line, "high", bar->high);
    put_decimal(&line, "low", bar->low);
    put_decimal(&line, "close", bar->close);
    put_amount(&line, "volume", amount_get(bar->volume));
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

    put_number(&line, "client_order_id", order->client_id);
    put_side(&line, report->side);
    put_decimal(&line, "price", report->price);
    put_decimal(&line, "remaining_quantity", report->remaining_quantity);
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
        put_null(&line);
    }
    put_number(&line, "client_order_id", order->client_id);
    if (event->event.type == EVENT_REJECTED)
        put_enum(&line, EVENT_REJECTED, "request", event->request);
    else
        put_decimal(&line, "remaining_quantity", event->remaining_quantity);
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

    put_number(&line, "client_order_id", order->client_id);
    put_side(&line, order->side);
    put_decimal(&line, "price", trade->price);
    put_decimal(&line, "quantity", trade->quantity);
    put_decimal(&line, "remaining_quantity", order->left);
    put_amount(&line, "fee", fee);
    put_word(&line, "role", roles[role]);
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
    put_amount(&line, "quantity", position->holding.quantity);
    put_decimal(&line, "average_cost", holding_average(&position->holding));
    put_amount(&line, "realized_pnl", position->holding.realized);
    if (own_equity(position, strategy_middle(world, index),
                   strategy_multiplier(world, index), &equity))
        put_amount(&line, "equity", equity);
    else
        put_null(&line);
    end(&line);
}

/* What both wires write, as members of a struct wire. */
#define WRITES                                                                 \
    .hello = write_hello, .instrument = write_instrument,                      \
    .session = write_session, .quote = write_quote, .trade = write_trade,      \
    .bar = write_bar, .report = write_report, .end = write_end,                \
    .fill = write_fill, .position = write_position, .timer = write_timer,      \
    .go = write_go, .finish = write_finish

const struct wire wire_text = {.name = "text", .answer = text_read, WRITES};

const struct wire wire_json = {
    .name = "json", .json = true, .answer = json_read, WRITES};
