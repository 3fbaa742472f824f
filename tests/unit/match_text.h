/* match_text.h - orders and reports as short lines of text, for people and for
 * the tests of the engine; testdata/matching/cases.txt has the grammar.
 */
#ifndef TESTS_MATCH_TEXT_H
#define TESTS_MATCH_TEXT_H

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match/match.h"
#include "tape/schema.h"

#define REPORTS_MAX 20000

/* A sink that keeps the reports of one input. */
struct reports {
    struct {
        _Alignas(8) char bytes[sizeof(struct order_report)];
    } all[REPORTS_MAX];
    size_t count;
    uint32_t named; /* how often an instrument had to be named */
};

static void *
reports_put(void *owner, size_t size)
{
    struct reports *reports = owner;

    assert(reports->count < REPORTS_MAX && size <= sizeof reports->all[0]);
    return reports->all[reports->count++].bytes;
}

static uint32_t
reports_name(void *owner, uint32_t index, const struct event *cause,
             struct failure *failure)
{
    struct reports *reports = owner;

    (void)cause;
    (void)failure;
    reports->named++;
    return 1000 + index;
}

__attribute__((unused)) static struct event_sink
reports_sink(struct reports *reports)
{
    return (struct event_sink){reports_put, reports_name, reports};
}

/* ---- reports as text -------------------------------------------------------
 */

static const char *
number_text(int64_t value, char *text)
{
    size_t size;

    if (value == DECIMAL_NULL)
        return "-";
    size = decimal_format(value, text);
    text[size] = '\0';
    return text;
}

static const char *
word_text(unsigned type, const char *field, const void *event)
{
    const struct schema_type *schema = schema_find(type);
    const struct schema_field *column =
        schema_field(schema, field, strlen(field));
    uint64_t value = field_unsigned(event, column);

    return value ? column->words[value - 1] : "null";
}

static void
order_report_text(const struct order_report *report, const char *verb,
                  char *line, size_t size)
{
    char quantity[DECIMAL_TEXT_MAX + 1], price[DECIMAL_TEXT_MAX + 1];
    char stop[DECIMAL_TEXT_MAX + 1];
    bool why = report->reason && report->reason != REASON_REQUESTED;
    int used = snprintf(
        line, size, "%s %" PRIu64 " %s@%s", verb, report->order_id,
        number_text(report->remaining_quantity, quantity),
        report->price == DECIMAL_NULL ? "market"
                                      : number_text(report->price, price));

    if (report->stop_price != DECIMAL_NULL)
        used += snprintf(line + used, size - (size_t)used, " stop=%s",
                         number_text(report->stop_price, stop));
    if (why)
        snprintf(line + used, size - (size_t)used, " %s",
                 word_text(report->event.type, "reason", report));
}

static void
order_end_text(const struct order_end *end, const char *verb, char *line,
               size_t size)
{
    const char *reason = word_text(end->event.type, "reason", end);
    char quantity[DECIMAL_TEXT_MAX + 1], price[DECIMAL_TEXT_MAX + 1];
    bool plain =
        end->event.type == EVENT_EXPIRED && end->reason == REASON_DAY_END;

    number_text(end->remaining_quantity, quantity);
    if (end->event.type == EVENT_REJECTED)
        snprintf(line, size, "%s %" PRIu64 " %s", verb, end->order_id, reason);
    else if (end->event.type == EVENT_TRIGGERED)
        snprintf(line, size, "%s %" PRIu64 " %s@%s", verb, end->order_id,
                 quantity, number_text(end->price, price));
    else
        snprintf(line, size, "%s %" PRIu64 " %s%s%s", verb, end->order_id,
                 quantity, plain ? "" : " ", plain ? "" : reason);
}

/* The maker first; of an auction, which has none, the buyer. */
static void
trade_text(const struct trade *trade, char *line, size_t size)
{
    char quantity[DECIMAL_TEXT_MAX + 1], price[DECIMAL_TEXT_MAX + 1];
    bool sell_first = trade->side == SIDE_BUY;

    snprintf(line, size, "trade %" PRIu64 " %" PRIu64 " %s@%s%s%s",
             sell_first ? trade->sell_order_id : trade->buy_order_id,
             sell_first ? trade->buy_order_id : trade->sell_order_id,
             number_text(trade->quantity, quantity),
             number_text(trade->price, price),
             trade->flags & TRADE_AUCTION ? " auction" : "",
             trade->flags & TRADE_SELF ? " self_trade" : "");
}

static void
indicative_text(const struct indicative *report, char *line, size_t size)
{
    char quantity[DECIMAL_TEXT_MAX + 1], price[DECIMAL_TEXT_MAX + 1];
    char surplus[DECIMAL_TEXT_MAX + 1];

    if (report->price == DECIMAL_NULL)
        snprintf(line, size, "indicative none");
    else if (report->side == 0)
        snprintf(line, size, "indicative %s@%s",
                 number_text(report->quantity, quantity),
                 number_text(report->price, price));
    else
        snprintf(line, size, "indicative %s@%s surplus %s %s",
                 number_text(report->quantity, quantity),
                 number_text(report->price, price),
                 word_text(EVENT_INDICATIVE, "side", report),
                 number_text(report->surplus, surplus));
}

__attribute__((unused)) static void
report_text(const void *report, char *line, size_t size)
{
    unsigned type = ((const struct event *)report)->type;
    const char *verb = schema_find(type)->name;

    switch (type) {
    case EVENT_ACCEPTED:
    case EVENT_MODIFIED: order_report_text(report, verb, line, size); break;
    case EVENT_TRADE: trade_text(report, line, size); break;
    case EVENT_INDICATIVE: indicative_text(report, line, size); break;
    default: order_end_text(report, verb, line, size); break;
    }
}

/* Text that grows: a list of orders. */
struct list {
    char *text;
    size_t size, used;
};

static void list_add(struct list *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
list_add(struct list *list, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    list->used += (size_t)vsnprintf(list->text + list->used,
                                    list->size - list->used, format, arguments);
    va_end(arguments);
    assert(list->used < list->size);
}

/* "buy 2 10@100 hidden", "stop sell 3 5@90", ... */
static void
list_order(struct list *list, const struct match *match, uint32_t number)
{
    static const char *const before[PLACES] = {[PLACE_STOP] = "stop ",
                                               [PLACE_UNSET] = "stop ",
                                               [PLACE_CLOSE] = "close "};
    const struct resting *order = &match->books.orders[number];
    bool waits = order->place == PLACE_STOP || order->place == PLACE_UNSET;
    int64_t price = books_limit(&match->books, number);
    char quantity[DECIMAL_TEXT_MAX + 1], at[DECIMAL_TEXT_MAX + 1];

    if (waits)
        price = books_extra(&match->books, number)->stop_price;
    list_add(list, "%s%s%s %" PRIu64 " %s@%s", list->used ? ", " : "",
             before[order->place] ? before[order->place] : "",
             order->side == SIDE_BUY ? "buy" : "sell", order->order_id,
             number_text(books_open(&match->books, number), quantity),
             price == DECIMAL_NULL && !waits ? "market"
                                             : number_text(price, at));
    if (order->place > PLACE_ALL_OR_NONE)
        return;
    if (order->special &&
        books_extra(&match->books, number)->display_quantity != DECIMAL_NULL)
        list_add(list, " peak=%s", number_text(order->open, quantity));
    if (order->flags & ORDER_ALL_OR_NONE)
        list_add(list, " all_or_none");
    if (order->flags & ORDER_HIDDEN)
        list_add(list, " hidden");
}

/* Bids or asks: by price, and at one price as they would trade; or one
 * ladder alone. */
static void
list_side(struct list *list, const struct match *match, uint32_t index,
          unsigned side, enum book_place first, enum book_place last)
{
    const struct books *books = &match->books;
    const struct ladder *ladders[PLACES];
    struct ladder_place places[PLACES];
    uint32_t at[PLACES];

    for (unsigned i = first; i <= last; i++) {
        uint32_t level;

        ladders[i] = &match->markets[index].book.ladders[i][side];
        level = ladder_first(&books->pool, ladders[i], &places[i]);
        at[i] = level ? books_level(books, level)->head : 0;
    }
    for (;;) {
        unsigned best = PLACES;
        uint32_t level;

        for (unsigned i = first; i <= last; i++) {
            int64_t ahead =
                at[i] && best < PLACES
                    ? ladder_key(ladders[i], books->orders[at[i]].price) -
                          ladder_key(ladders[i], books->orders[at[best]].price)
                    : 0;

            if (at[i] && ahead == 0 && best > PLACE_BOOK && best < PLACES)
                ahead = books_extra(books, at[best])->since >
                        books_extra(books, at[i])->since;
            if (at[i] && (best == PLACES || ahead > 0))
                best = i;
        }
        if (best == PLACES)
            return;
        list_order(list, match, at[best]);
        at[best] = books->orders[at[best]].newer;
        if (at[best])
            continue;
        level = ladder_next(&books->pool, &places[best]);
        at[best] = level ? books_level(books, level)->head : 0;
    }
}

/* All that is live in a market: "buy 2 10@100, sell 3 5@101" or "empty". */
__attribute__((unused)) static void
book_text(const struct match *match, uint32_t index, char *text, size_t size)
{
    struct list list = {text, size, 0};

    for (unsigned side = 0; side < 2; side++) {
        list_side(&list, match, index, side, PLACE_MARKET, PLACE_MARKET);
        list_side(&list, match, index, side, PLACE_BOOK, PLACE_ALL_OR_NONE);
    }
    for (unsigned side = 0; side < 2; side++) {
        list_side(&list, match, index, side, PLACE_STOP, PLACE_STOP);
        list_side(&list, match, index, side, PLACE_UNSET, PLACE_UNSET);
    }
    for (unsigned side = 0; side < 2; side++)
        list_side(&list, match, index, side, PLACE_CLOSE, PLACE_CLOSE);
    if (list.used == 0)
        snprintf(text, size, "empty");
}

/* ---- inputs from text ---------------------------------------------------- */

union input {
    struct event event;
    struct order order;
    struct modify modify;
    struct cancel cancel;
    struct session session;
    struct instrument instrument;
    struct account account;
    char room[sizeof(struct instrument) + 128];
};

static int64_t
read_number(const char *text, size_t size)
{
    int64_t value = DECIMAL_NULL;

    if (size == 1 && *text == '-')
        return DECIMAL_NULL;
    if (decimal_parse(text, size, &value) != DECIMAL_OK) {
        fprintf(stderr, "not a number: %.*s\n", (int)size, text);
        abort();
    }
    return value;
}

/* "10@100", either may be "-", "@market" has no price. */
static void
read_terms(const char *word, int64_t *quantity, int64_t *price, bool *market)
{
    const char *at = strchr(word, '@');

    assert(at);
    *quantity = read_number(word, (size_t)(at - word));
    *market = strcmp(at, "@market") == 0;
    *price = *market ? DECIMAL_NULL : read_number(at + 1, strlen(at + 1));
}

/* Sets an enum or flag field of an event by its word; false when no field
 * named so has that word. */
static bool
set_word(union input *input, const char *field, const char *word)
{
    const struct schema_type *type = schema_find(input->event.type);
    const struct schema_field *column =
        schema_field(type, field, strlen(field));

    for (unsigned i = 0; column && column->words && column->words[i]; i++)
        if (strcmp(column->words[i], word) == 0) {
            uint64_t old = field_unsigned(input, column);

            field_set_unsigned(input, column,
                               column->kind == FIELD_FLAGS ? old | 1U << i
                                                           : i + 1);
            return true;
        }
    return false;
}

/* Sets an enum by a word, flags by words with + between. */
static bool
set_words(union input *input, const char *field, char *words)
{
    char *rest = NULL, *word = strtok_r(words, "+", &rest);
    bool known = word != NULL;

    for (; word; word = strtok_r(NULL, "+", &rest))
        known = set_word(input, field, word) && known;
    return known;
}

/* A tick table lies after the instrument. */
static void
set_tick_table(union input *input, const char *text)
{
    struct instrument *instrument = &input->instrument;
    size_t length = strlen(text), words = (length + 7) / 8;

    assert(length <= sizeof *input - sizeof *instrument);
    memcpy((char *)input + sizeof *instrument, text, length);
    instrument->tick_table.offset = sizeof *instrument;
    instrument->tick_table.length = (uint16_t)length;
    instrument->event.words = (uint16_t)(sizeof *instrument / 8 + words);
}

static void
set_number(union input *input, const char *name, const char *text)
{
    const struct schema_type *type = schema_find(input->event.type);
    const struct schema_field *field = schema_field(type, name, strlen(name));
    int64_t value;

    assert(field);
    if (field->kind == FIELD_ID) {
        field_set_unsigned(input, field, strtoul(text, NULL, 10));
        return;
    }
    value = field->kind == FIELD_TIME ? strtoll(text, NULL, 10)
                                      : read_number(text, strlen(text));
    memcpy((char *)input + field->offset, &value, sizeof value);
}

static void
read_word(union input *input, const char *word)
{
    if (set_word(input, "time_in_force", word) ||
        set_word(input, "flags", word) || set_word(input, "state", word))
        return;
    fprintf(stderr, "what is \"%s\"?\n", word);
    abort();
}

/* "account=7", "tick=5", "self=decrement", "post_only", ... */
static void
read_attribute(union input *input, char *word)
{
    static const struct {
        const char *word, *field;
    } names[] = {
        {"tick", "tick_size"},         {"lot", "lot_size"},
        {"low", "lower_price"},        {"high", "upper_price"},
        {"stop", "stop_price"},        {"display", "display_quantity"},
        {"min", "min_quantity"},       {"expire", "expire_time"},
        {"account", "account_id"},     {"reference", "reference_price"},
        {"client", "client_order_id"}, {"strategy", "strategy_id"},
        {"offset", "price_offset"},    {"step", "offset_step"},
        {"total", "total_quantity"},   {"group", "group_id"},
        {"self", "self_trade"},        {"tif", "time_in_force"},
        {"type", "order_type"},
    };
    char *equals = strchr(word, '=');
    const char *field = word;

    if (!equals) {
        read_word(input, word);
        return;
    }
    *equals++ = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].word, word) == 0)
            field = names[i].field;
    if (strcmp(word, "symbol") == 0)
        input->event.instrument = (uint32_t)strtoul(equals, NULL, 10);
    else if (strcmp(word, "t") == 0)
        input->event.time = strtoll(equals, NULL, 10);
    else if (strcmp(word, "ticks") == 0)
        set_tick_table(input, equals);
    else if (strcmp(field, "order_type") == 0 && strcmp(equals, "null") == 0)
        input->order.order_type = 0;
    else if (!set_words(input, field, equals))
        set_number(input, field, equals);
}

static void
read_order(union input *input, const char *verb, char **rest)
{
    struct order *order = &input->order;
    bool market;

    event_init(input, EVENT_ORDER);
    order->side = strcmp(verb, "buy") == 0    ? SIDE_BUY
                  : strcmp(verb, "sell") == 0 ? SIDE_SELL
                                              : 0;
    order->order_id = strtoull(strtok_r(NULL, " ", rest), NULL, 10);
    read_terms(strtok_r(NULL, " ", rest), &order->quantity, &order->price,
               &market);
    order->order_type = market ? ORDER_MARKET : ORDER_LIMIT;
}

static void
read_modify(union input *input, char **rest)
{
    bool market;

    event_init(input, EVENT_MODIFY);
    input->modify.order_id = strtoull(strtok_r(NULL, " ", rest), NULL, 10);
    read_terms(strtok_r(NULL, " ", rest), &input->modify.quantity,
               &input->modify.price, &market);
}

static void
read_cancel(union input *input, char **rest)
{
    char *word = strtok_r(NULL, " ", rest);

    event_init(input, EVENT_CANCEL);
    if (strcmp(word, "all") != 0)
        input->cancel.order_id = strtoull(word, NULL, 10);
    if (**rest && strchr("-0123456789", **rest)) {
        word = strtok_r(NULL, " ", rest);
        input->cancel.quantity = read_number(word, strlen(word));
    }
}

static void
read_account(union input *input, char **rest)
{
    event_init(input, EVENT_ACCOUNT);
    input->account.account_id = strtoull(strtok_r(NULL, " ", rest), NULL, 10);
}

/* Reads one input, destroying the line. */
__attribute__((unused)) static void
read_input(char *line, union input *input)
{
    char *rest = NULL, *verb = strtok_r(line, " ", &rest), *word;

    memset(input, 0, sizeof *input);
    if (strcmp(verb, "modify") == 0)
        read_modify(input, &rest);
    else if (strcmp(verb, "cancel") == 0)
        read_cancel(input, &rest);
    else if (strcmp(verb, "session") == 0)
        event_init(input, EVENT_SESSION);
    else if (strcmp(verb, "instrument") == 0)
        event_init(input, EVENT_INSTRUMENT);
    else if (strcmp(verb, "clock") == 0)
        event_init(input, EVENT_CLOCK);
    else if (strcmp(verb, "account") == 0)
        read_account(input, &rest);
    else
        read_order(input, verb, &rest);
    if (input->event.type != EVENT_ACCOUNT && input->event.type != EVENT_CLOCK)
        input->event.instrument = 1;
    while (rest && (word = strtok_r(NULL, " ", &rest)))
        read_attribute(input, word);
}

#endif
