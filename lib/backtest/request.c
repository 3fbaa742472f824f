/* Words as requests.  A line or a field that is not known is passed over, and
 * counted.  What is known and makes no sense is refused: here if it cannot be
 * read, else by the market. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "backtest/request.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/digits.h"
#include "base/utf8.h"
#include "tape/schema.h"

#define NOTE_MAX 2000 /* bytes */

void
request_ignore(struct strategy *strategy, const char *text, size_t size)
{
    if (strategy->ignored++ == 0)
        strategy_shown(text, size, strategy->first_ignored);
}

/* ---- values -------------------------------------------------------------- */

static int64_t
decimal_of(const char *text)
{
    int64_t value = DECIMAL_NULL;

    (void)decimal_parse(text, strlen(text), &value);
    return value;
}

/* A decimal of a request, which may be left out; a bad one is the reason to
 * refuse it. */
static int64_t
take_decimal(struct due *due, const char *text, enum reason wrong)
{
    int64_t value = decimal_of(text);

    if (value == DECIMAL_NULL && *text && strcmp(text, "-") != 0 &&
        !due->reason)
        due->reason = (uint8_t)wrong;
    return value;
}

/* A number from 1 on, or 0. */
static uint64_t
number_of(const char *text)
{
    uint64_t value = 0;

    return digits_parse(text, strlen(text), &value) ? value : 0;
}

static uint8_t
word_of(enum event_type type, const char *field, const char *text)
{
    const struct schema_field *known =
        schema_field(schema_find(type), field, strlen(field));
    unsigned i = 0;

    while (known->words[i] && strcmp(known->words[i], text) != 0)
        i++;
    if (!known->words[i])
        return 0;
    return (uint8_t)(known->kind == FIELD_FLAGS ? 1U << i : i + 1);
}

/* As lines give times: RFC 3339, or a whole number of what --time says. */
static int64_t
time_of(const struct strategy *strategy, const char *text)
{
    enum strategy_time form = strategy->world->time;
    int64_t unit = form == STRATEGY_US ? 1000 : 1, time = TIME_NULL;
    uint64_t number = number_of(text);

    if (form == STRATEGY_RFC3339)
        (void)time_parse(text, strlen(text), &time);
    else if (number && number <= (uint64_t)(INT64_MAX / unit))
        time = (int64_t)number * unit;
    return time;
}

/* The instrument that a turn may name so, or UINT32_MAX. */
static uint32_t
index_of(const struct strategy *strategy, const struct strategy_turn *turn,
         const char *text)
{
    const struct strategy_world *world = strategy->world;
    uint32_t number = strtab_find(&world->names, text, strlen(text)), index;

    if (number == STRTAB_NONE)
        return UINT32_MAX;
    index = world->name_index[number];
    return world->listings[index].since <= turn->number ? index : UINT32_MAX;
}

/* ---- requests ------------------------------------------------------------ */

/* It acts when its latency has passed, and not before what was sent before
 * it. */
static struct due
due_of(struct strategy *strategy, const struct strategy_turn *turn,
       enum due_kind kind)
{
    int64_t delay =
        latency_of(strategy->world->latency, turn->number, strategy->number);
    int64_t time = turn->time;

    assert(delay >= 0 && turn->number < strategy->world->turn + 1);
    time = time > INT64_MAX - delay ? INT64_MAX : time + delay;
    if (time < strategy->acts)
        time = strategy->acts;
    strategy->acts = time;
    return (struct due){
        .time = time,
        .turn = turn->number,
        .strategy = strategy->number,
        .kind = (uint8_t)kind,
        .index = UINT32_MAX,
    };
}

static void
add(struct strategy *strategy, const struct due *due)
{
    due_add(&strategy->world->due, due, strategy->world->failure);
}

/* A request that cannot be handed to the market. */
static void
refuse(struct strategy *strategy, struct due *due, enum request request,
       enum reason reason)
{
    due->kind = DUE_REFUSED;
    due->request = (uint8_t)request;
    due->reason = (uint8_t)reason;
    add(strategy, due);
}

/* NAME=VALUE of an order: the field of the event, and why a bad value is
 * refused. */
static const struct order_option {
    const char *name, *field;
    enum reason wrong;
} order_options[] = {
    {"type", "order_type", REASON_INVALID_TYPE},
    {"tif", "time_in_force", REASON_INVALID_TYPE},
    {"flags", "flags", REASON_INVALID_TYPE},
    {"self", "self_trade", REASON_INVALID_TYPE},
    {"expire", "expire_time", REASON_EXPIRE_TIME},
    {"stop", "stop_price", REASON_INVALID_STOP},
    {"offset", "price_offset", REASON_INVALID_STOP},
    {"step", "offset_step", REASON_INVALID_STOP},
    {"display", "display_quantity", REASON_INVALID_QUANTITY},
    {"min", "min_quantity", REASON_INVALID_QUANTITY},
};

/* Sets a field to what text says; flags add up.  False: it is no such value. */
static bool
set_field(const struct strategy *strategy, struct order *order,
          const struct schema_field *field, const char *text)
{
    bool is_flags = field->kind == FIELD_FLAGS;
    int64_t value;
    uint64_t word;

    if (is_flags || field->kind == FIELD_ENUM) {
        word = word_of(EVENT_ORDER, field->name, text);
        if (word == 0)
            return false;
        if (is_flags)
            word |= field_unsigned(order, field);
        field_set_unsigned(order, field, word);
        return true;
    }
    assert(field->size == sizeof value);
    value =
        field->kind == FIELD_TIME ? time_of(strategy, text) : decimal_of(text);
    if (value == DECIMAL_NULL) /* TIME_NULL as well */
        return false;
    memcpy((char *)order + field->offset, &value, sizeof value);
    return true;
}

/* The option of a name of so many bytes, in text or of the event; or NULL. */
static const struct order_option *
find_option(const char *text, size_t size, bool fields)
{
    const struct order_option *option = order_options,
                              *end = order_options + sizeof order_options /
                                                         sizeof *order_options;

    for (; option < end; option++) {
        const char *name = fields ? option->field : option->name;

        if (strlen(name) == size && memcmp(name, text, size) == 0)
            return option;
    }
    return NULL;
}

/* type=stop and so on; "-" is null, as it was. */
static void
take_option(struct strategy *strategy, struct due *due, const char *text,
            bool fields)
{
    const char *equals = strchr(text, '=');
    const struct order_option *option =
        find_option(text, equals ? (size_t)(equals - text) : 0, fields);
    const struct schema_field *field;

    if (!option) {
        if (*text && strcmp(text, "-") != 0)
            request_ignore(strategy, text, strlen(text));
        return;
    }
    field = schema_field(schema_find(EVENT_ORDER), option->field,
                         strlen(option->field));
    if (strcmp(equals + 1, "-") != 0 &&
        !set_field(strategy, &due->u.order, field, equals + 1) && !due->reason)
        due->reason = (uint8_t)option->wrong;
}

/* order ID SYMBOL SIDE QUANTITY PRICE|market [NAME=VALUE ...] */
static void
read_order(struct strategy *strategy, const struct strategy_turn *turn,
           const struct words *words)
{
    struct due due = due_of(strategy, turn, DUE_ORDER);
    struct order *order = &due.u.order;

    event_init(order, EVENT_ORDER);
    due.client_id = number_of(words->at[1]);
    due.index = index_of(strategy, turn, words->at[2]);
    order->client_order_id = due.client_id;
    order->side = word_of(EVENT_ORDER, "side", words->at[3]);
    order->quantity = take_decimal(&due, words->at[4], REASON_INVALID_QUANTITY);
    if (strcmp(words->at[5], "market") == 0)
        order->order_type = ORDER_MARKET;
    else
        order->price = take_decimal(&due, words->at[5], REASON_INVALID_PRICE);
    for (unsigned i = 6; i < words->count; i++)
        take_option(strategy, &due, words->at[i], words->fields);
    strategy->orders++;
    if (due.client_id == 0)
        refuse(strategy, &due, REQUEST_ORDER, REASON_INVALID_ID);
    else
        add(strategy, &due);
}

/* modify ID QUANTITY PRICE [STOP] */
static void
read_modify(struct strategy *strategy, const struct strategy_turn *turn,
            const struct words *words)
{
    struct due due = due_of(strategy, turn, DUE_MODIFY);
    struct modify *modify = &due.u.modify;

    event_init(modify, EVENT_MODIFY);
    due.client_id = number_of(words->at[1]);
    modify->quantity =
        take_decimal(&due, words->at[2], REASON_INVALID_QUANTITY);
    modify->price = take_decimal(&due, words->at[3], REASON_INVALID_PRICE);
    modify->stop_price = take_decimal(&due, words->at[4], REASON_INVALID_STOP);
    add(strategy, &due);
}

/* cancel ID [QUANTITY], cancel all [SYMBOL] */
static void
read_cancel(struct strategy *strategy, const struct strategy_turn *turn,
            const struct words *words)
{
    struct due due = due_of(strategy, turn, DUE_CANCEL);
    struct cancel *cancel = &due.u.cancel;

    event_init(cancel, EVENT_CANCEL);
    if (strcmp(words->at[1], "all") != 0) {
        due.client_id = number_of(words->at[1]);
        cancel->quantity =
            take_decimal(&due, words->at[2], REASON_INVALID_QUANTITY);
        if (due.client_id == 0)
            refuse(strategy, &due, REQUEST_CANCEL, REASON_INVALID_ID);
        else
            add(strategy, &due);
        return;
    }
    if (*words->at[2]) {
        due.index = index_of(strategy, turn, words->at[2]);
        if (due.index == UINT32_MAX) {
            refuse(strategy, &due, REQUEST_CANCEL, REASON_UNKNOWN_INSTRUMENT);
            return;
        }
    }
    add(strategy, &due);
}

/* timer TIME: not before an order of the same turn would act. */
static void
read_timer(struct strategy *strategy, const struct strategy_turn *turn,
           const struct words *words)
{
    struct due due = due_of(strategy, turn, DUE_TIMER);
    int64_t time = time_of(strategy, words->at[1]);

    if (time == TIME_NULL) {
        request_ignore(strategy, words->line, words->size);
        return;
    }
    if (time > due.time)
        due.time = time;
    add(strategy, &due);
}

static void
read_note(struct strategy *strategy, const struct strategy_turn *turn,
          const struct words *words)
{
    struct due due = due_of(strategy, turn, DUE_NOTE);
    const char *text = words->at[1];
    size_t size = strlen(text);

    if (utf8_span(text, size) < size) { /* no tape may hold it */
        request_ignore(strategy, words->line, words->size);
        return;
    }
    if (size > NOTE_MAX)
        size = utf8_span(text, NOTE_MAX);
    due.u.note = strndup(text, size);
    if (due.u.note)
        add(strategy, &due);
    else
        fail_memory(strategy->world->failure);
}

/* subscribe WHAT: the first one takes the place of the default. */
static void
read_subscribe(struct strategy *strategy, const struct strategy_turn *turn,
               const struct words *words)
{
    static const char *const kinds[] = {
        [WANT_QUOTE] = "quote",     [WANT_TRADE] = "trade",
        [WANT_SESSION] = "session", [WANT_BAR] = "bar",
        [WANT_KINDS] = "none",
    };
    unsigned kind = 0;

    (void)turn;
    while (kind <= WANT_KINDS && strcmp(kinds[kind], words->at[1]) != 0)
        kind++;
    if (strategy->ready || kind > WANT_KINDS) {
        request_ignore(strategy, words->line, words->size);
        return;
    }
    if (!strategy->chosen)
        memset(strategy->wants, 0, sizeof strategy->wants);
    strategy->chosen = true;
    if (kind < WANT_KINDS)
        strategy->wants[kind] = true;
}

/* ---- lines --------------------------------------------------------------- */

bool
request_take(struct strategy *strategy, const struct strategy_turn *turn,
             const struct words *words)
{
    static const struct {
        const char *word;
        void (*read)(struct strategy *, const struct strategy_turn *,
                     const struct words *);
        bool early; /* also in the first turn, before there is a market */
    } known[] = {
        {"order", read_order, false},   {"cancel", read_cancel, false},
        {"modify", read_modify, false}, {"timer", read_timer, false},
        {"note", read_note, false},     {"subscribe", read_subscribe, true},
    };

    assert(words->count > 0);
    if (strcmp(words->at[0], "go") == 0 ||
        (!strategy->ready && strcmp(words->at[0], "ready") == 0))
        return true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].word, words->at[0]) != 0)
            continue;
        if (strategy->ready || known[i].early)
            known[i].read(strategy, turn, words);
        else
            request_ignore(strategy, words->line, words->size);
        return false;
    }
    request_ignore(strategy, words->line, words->size);
    return false;
}
