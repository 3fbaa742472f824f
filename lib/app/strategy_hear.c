/* Lines as requests.  A line or a field that is not known is passed over; what
 * is known and makes no sense goes to the market as it is, which refuses it. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "app/strategy.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/digits.h"
#include "tape/schema.h"

#define FIELDS_MAX 24
#define NOTE_MAX   2000 /* bytes */

/* A line, cut at its tabs; a field that is missing is empty. */
struct words {
    const char *at[FIELDS_MAX];
    unsigned count;
};

static struct words
cut(char *line, size_t size)
{
    struct words words = {.count = 0};
    char *end = line + size;

    assert(*end == '\0');
    if (size > 0 && end[-1] == '\r')
        *--end = '\0';
    for (unsigned i = 0; i < FIELDS_MAX; i++)
        words.at[i] = end;
    while (words.count < FIELDS_MAX) {
        char *tab = memchr(line, '\t', (size_t)(end - line));

        words.at[words.count++] = line;
        if (!tab)
            break;
        *tab = '\0';
        line = tab + 1;
    }
    return words;
}

/* ---- values -------------------------------------------------------------- */

static int64_t
decimal_of(const char *text)
{
    int64_t value = DECIMAL_NULL;

    (void)decimal_parse(text, strlen(text), &value);
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
    uint64_t number = number_of(text);
    int64_t time = TIME_NULL;

    if (form == STRATEGY_RFC3339)
        (void)time_parse(text, strlen(text), &time);
    else if (number && number < INT64_MAX / 1000)
        time = (int64_t)number * (form == STRATEGY_US ? 1000 : 1);
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

static struct due
due_of(const struct strategy *strategy, const struct strategy_turn *turn,
       enum due_kind kind)
{
    int64_t delay = strategy->world->delay, time = turn->time;

    assert(delay >= 0 && turn->number < strategy->world->turn + 1);
    return (struct due){
        .time = time > INT64_MAX - delay ? INT64_MAX : time + delay,
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

/* type=stop and so on. */
static void
take_option(struct strategy *strategy, struct order *order, const char *text)
{
    static const struct {
        const char *name;
        size_t offset; /* of a decimal; 0: another kind */
        const char *field;
    } known[] = {
        {"stop", offsetof(struct order, stop_price), NULL},
        {"display", offsetof(struct order, display_quantity), NULL},
        {"min", offsetof(struct order, min_quantity), NULL},
        {"offset", offsetof(struct order, price_offset), NULL},
        {"step", offsetof(struct order, offset_step), NULL},
        {"type", 0, "order_type"},
        {"tif", 0, "time_in_force"},
        {"self", 0, "self_trade"},
        {"flags", 0, "flags"},
        {"expire", 0, "expire_time"},
    };
    const char *equals = strchr(text, '=');
    const struct schema_field *field;

    for (size_t i = 0; equals && i < sizeof known / sizeof *known; i++) {
        if (strlen(known[i].name) != (size_t)(equals - text) ||
            strncmp(known[i].name, text, (size_t)(equals - text)) != 0)
            continue;
        if (known[i].offset) {
            int64_t value = decimal_of(equals + 1);

            memcpy((char *)order + known[i].offset, &value, sizeof value);
        } else if (strcmp(known[i].field, "expire_time") == 0) {
            order->expire_time = time_of(strategy, equals + 1);
        } else {
            field = schema_field(schema_find(EVENT_ORDER), known[i].field,
                                 strlen(known[i].field));
            field_set_unsigned(
                order, field,
                field_unsigned(order, field) |
                    word_of(EVENT_ORDER, known[i].field, equals + 1));
        }
        return;
    }
}

/* order ID SYMBOL SIDE QUANTITY PRICE|market [NAME=VALUE ...] */
static void
hear_order(struct strategy *strategy, const struct strategy_turn *turn,
           const struct words *words)
{
    struct due due = due_of(strategy, turn, DUE_ORDER);
    struct order *order = &due.u.order;

    event_init(order, EVENT_ORDER);
    due.client_id = number_of(words->at[1]);
    due.index = index_of(strategy, turn, words->at[2]);
    order->client_order_id = due.client_id;
    order->side = word_of(EVENT_ORDER, "side", words->at[3]);
    order->quantity = decimal_of(words->at[4]);
    if (strcmp(words->at[5], "market") == 0)
        order->order_type = ORDER_MARKET;
    else
        order->price = decimal_of(words->at[5]);
    for (unsigned i = 6; i < words->count; i++)
        take_option(strategy, order, words->at[i]);
    strategy->orders++;
    if (due.client_id == 0)
        refuse(strategy, &due, REQUEST_ORDER, REASON_INVALID_ID);
    else
        add(strategy, &due);
}

/* modify ID QUANTITY PRICE [STOP] */
static void
hear_modify(struct strategy *strategy, const struct strategy_turn *turn,
            const struct words *words)
{
    struct due due = due_of(strategy, turn, DUE_MODIFY);
    struct modify *modify = &due.u.modify;

    event_init(modify, EVENT_MODIFY);
    due.client_id = number_of(words->at[1]);
    modify->quantity = decimal_of(words->at[2]);
    modify->price = decimal_of(words->at[3]);
    modify->stop_price = decimal_of(words->at[4]);
    add(strategy, &due);
}

/* cancel ID [QUANTITY], cancel all [SYMBOL] */
static void
hear_cancel(struct strategy *strategy, const struct strategy_turn *turn,
            const struct words *words)
{
    struct due due = due_of(strategy, turn, DUE_CANCEL);
    struct cancel *cancel = &due.u.cancel;

    event_init(cancel, EVENT_CANCEL);
    if (strcmp(words->at[1], "all") != 0) {
        due.client_id = number_of(words->at[1]);
        cancel->quantity = decimal_of(words->at[2]);
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
hear_timer(struct strategy *strategy, const struct strategy_turn *turn,
           const struct words *words)
{
    struct due due = due_of(strategy, turn, DUE_TIMER);
    int64_t time = time_of(strategy, words->at[1]);

    if (time == TIME_NULL) {
        strategy->ignored++;
        return;
    }
    if (time > due.time)
        due.time = time;
    add(strategy, &due);
}

static void
hear_note(struct strategy *strategy, const struct strategy_turn *turn,
          const struct words *words)
{
    struct due due = due_of(strategy, turn, DUE_NOTE);

    due.u.note = strndup(words->at[1], NOTE_MAX);
    if (due.u.note)
        add(strategy, &due);
    else
        fail_memory(strategy->world->failure);
}

/* subscribe WHAT: the first one takes the place of what is told
 * without any. */
static void
hear_subscribe(struct strategy *strategy, const struct strategy_turn *turn,
               const struct words *words)
{
    static const char *const kinds[TELL_KINDS] = {
        [TELL_QUOTE] = "quote",
        [TELL_TRADE] = "trade",
        [TELL_SESSION] = "session",
    };

    (void)turn;
    if (strategy->ready) {
        strategy->ignored++;
        return;
    }
    if (!strategy->chosen)
        memset(strategy->wants, 0, sizeof strategy->wants);
    strategy->chosen = true;
    for (unsigned i = 0; i < TELL_KINDS; i++)
        if (strcmp(kinds[i], words->at[1]) == 0)
            strategy->wants[i] = true;
}

/* ---- lines --------------------------------------------------------------- */

bool
hear_line(struct strategy *strategy, const struct strategy_turn *turn,
          char *line, size_t size)
{
    static const struct {
        const char *word;
        void (*hear)(struct strategy *, const struct strategy_turn *,
                     const struct words *);
        bool early; /* also in the first turn, before there is a market */
    } known[] = {
        {"order", hear_order, false},   {"cancel", hear_cancel, false},
        {"modify", hear_modify, false}, {"timer", hear_timer, false},
        {"note", hear_note, false},     {"subscribe", hear_subscribe, true},
    };
    struct words words;

    if (size == 2 && memcmp(line, "go", 2) == 0)
        return true;
    words = cut(line, size);
    if (strcmp(words.at[0], "go") == 0 ||
        (!strategy->ready && strcmp(words.at[0], "ready") == 0))
        return true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].word, words.at[0]) != 0)
            continue;
        if (strategy->ready || known[i].early)
            known[i].hear(strategy, turn, &words);
        else
            strategy->ignored++;
        return false;
    }
    strategy->ignored++;
    return false;
}
