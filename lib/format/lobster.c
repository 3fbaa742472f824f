/* lobster.c - order-by-order events from LOBSTER message files (NASDAQ).
 *
 * Columns: seconds after midnight of the exchange, type, order id, size,
 * price in USD times 10000, direction of the order (1 buy, -1 sell).  The
 * type decides:
 *
 *      1  book_add                 5  print, hidden; its side is the
 *      2  book_reduce                 aggressor's: the other one
 *      3  book_delete              6  print, auction
 *      4  book_execute             7  session: halt (price -1), pre_open (0:
 *                                     quoting resumes), continuous (1)
 *
 * Each message gives one event.  With a seed, the published book after the
 * first message (ask price, ask size, bid price, bid size, of each level),
 * the levels take the place of the first message: a book_add without order
 * id for each, at its time.
 *
 * Source: LOBSTER_SampleFiles_ReadMe.txt, and lobsterdata.com for type 6.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "format/complaint.h"
#include "format/import_format.h"
#include "format/rows.h"

struct lobster_import {
    struct importer *importer;
    struct cell symbol;
    int64_t midnight; /* of the exchange, on the day of the file */
    struct rows rows;
    uint32_t instrument;     /* 0: not defined yet */
    struct book_order *seed; /* owned */
    size_t seed_count;
    bool any;
};

#define PRICE_UNIT INT64_C(10000) /* 10^-8 in a 10000th of a dollar */
#define PRICE_NONE                                                             \
    INT64_C(9999999999) /* of an empty level, or its negative                  \
                         */
#define NUMBER_MAX INT64_C(999999999999)

enum column { TIME, TYPE, ORDER_ID, SIZE, PRICE, DIRECTION, COLUMNS };

static const char *const column_names[] = {
    "time", "type", "order id", "size", "price", "direction",
};
_Static_assert(sizeof column_names / sizeof *column_names == COLUMNS,
               "a name for each column");
_Static_assert(PRICE_UNIT * 10000 == DECIMAL_ONE, "prices are USD times 10000");

/* A message, its numbers as they stand in the file. */
struct message {
    int64_t time; /* since 1970 */
    int64_t type, size, price, direction;
    uint64_t order_id;
};

/* ---- numbers ------------------------------------------------------------- */

/* A whole number with a magnitude up to NUMBER_MAX. */
static bool
whole_number(struct cell text, int64_t *number)
{
    bool negative = text.size && text.bytes[0] == '-';
    int64_t value = 0;
    size_t i = negative;

    for (; i < text.size && value <= NUMBER_MAX; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9')
            break;
        value = value * 10 + (text.bytes[i] - '0');
    }
    if (i < text.size || text.size == negative || value > NUMBER_MAX)
        return false;
    *number = negative ? -value : value;
    return true;
}

static int
number_parse(struct cell text, int64_t *number, struct failure *failure)
{
    if (whole_number(text, number))
        return 0;
    return refuse(failure, text, "is not a whole number");
}

/* The places of a second in nanoseconds.  Files that went through floating
 * point have more than nine; they are rounded. */
static bool
places_parse(const char *at, const char *end, int64_t *ns)
{
    int64_t unit = NS_PER_SECOND;

    for (*ns = 0; at < end; at++) {
        int digit = *at - '0';

        if (digit < 0 || digit > 9)
            return false;
        if (unit > 1)
            *ns += digit * (unit /= 10);
        else if (unit-- == 1) /* the tenth place */
            *ns += digit >= 5;
    }
    assert(*ns >= 0 && *ns <= NS_PER_SECOND);
    return true;
}

/* Seconds after midnight, in nanoseconds. */
static int
seconds_parse(struct cell text, int64_t *ns, struct failure *failure)
{
    const char *end = text.bytes + text.size;
    const char *point = memchr(text.bytes, '.', text.size);
    struct cell whole = text;
    int64_t seconds, places = 0;

    if (point)
        whole.size = (size_t)(point - text.bytes);
    if (!whole_number(whole, &seconds) ||
        (point && !places_parse(point + 1, end, &places)) || seconds < 0 ||
        seconds > 2 * 86400)
        return refuse(failure, text, "is not a time, seconds after midnight");
    *ns = seconds * NS_PER_SECOND + places;
    return 0;
}

static int
id_parse(struct cell text, uint64_t *id, struct failure *failure)
{
    *id = 0;
    if (text.size == 1 && text.bytes[0] == '0')
        return 0; /* of a hidden order */
    *id = name_id(text.bytes, text.size);
    if (*id & NAME_BIT || text.size == 0)
        return refuse(failure, text, "is not an order id");
    return 0;
}

static int
message_parse(const struct lobster_import *lobster, const struct cell *cells,
              struct message *message, struct failure *failure)
{
    int64_t *const numbers[] = {
        [TYPE] = &message->type,
        [SIZE] = &message->size,
        [PRICE] = &message->price,
        [DIRECTION] = &message->direction,
    };
    int column;

    if (seconds_parse(cells[TIME], &message->time, failure) != 0)
        return fail_at(failure, "column time");
    if (__builtin_add_overflow(message->time, lobster->midnight,
                               &message->time))
        return fail(failure, FAILURE_DATA, "the date is out of range");
    if (id_parse(cells[ORDER_ID], &message->order_id, failure) != 0)
        return fail_at(failure, "column order id");
    for (column = TYPE; column < COLUMNS; column++)
        if (column != ORDER_ID &&
            number_parse(cells[column], numbers[column], failure) != 0)
            return fail_at(failure, "column %s", column_names[column]);
    return 0;
}

/* ---- events -------------------------------------------------------------- */

static int
set_decimals(const struct message *message, int64_t *price, int64_t *quantity,
             struct failure *failure)
{
    if (message->price < 0 || message->price > DECIMAL_MAX / PRICE_UNIT)
        return fail(failure, FAILURE_DATA, "column price: out of range");
    if (message->size < 0 || message->size > DECIMAL_MAX / DECIMAL_ONE)
        return fail(failure, FAILURE_DATA, "column size: out of range");
    *price = message->price * PRICE_UNIT;
    *quantity = message->size * DECIMAL_ONE;
    return 0;
}

static int
put_book_order(struct lobster_import *lobster, const struct message *message,
               enum event_type type, struct failure *failure)
{
    struct book_order event;

    event_init(&event, type);
    event.event.instrument = lobster->instrument;
    event.event.time = message->time;
    event.side = message->direction == 1 ? SIDE_BUY : SIDE_SELL;
    event.order_id = message->order_id;
    if (set_decimals(message, &event.price, &event.quantity, failure) != 0)
        return -1;
    return import_event(lobster->importer, &event.event);
}

static int
put_print(struct lobster_import *lobster, const struct message *message,
          struct failure *failure)
{
    struct print event;
    bool hidden = message->type == 5;

    event_init(&event, EVENT_PRINT);
    event.event.instrument = lobster->instrument;
    event.event.time = message->time;
    event.conditions = hidden ? PRINT_HIDDEN : PRINT_AUCTION;
    if (hidden)
        event.side = message->direction == 1 ? SIDE_SELL : SIDE_BUY;
    if (set_decimals(message, &event.price, &event.quantity, failure) != 0)
        return -1;
    return import_event(lobster->importer, &event.event);
}

static int
put_session(struct lobster_import *lobster, const struct message *message,
            struct failure *failure)
{
    static const uint8_t states[] = {SESSION_HALT, SESSION_PRE_OPEN,
                                     SESSION_CONTINUOUS};
    struct session event;

    if (message->price < -1 || message->price > 1)
        return fail(failure, FAILURE_DATA,
                    "column price: of a halt it is -1, 0 or 1");
    event_init(&event, EVENT_SESSION);
    event.event.instrument = lobster->instrument;
    event.event.time = message->time;
    event.state = states[message->price + 1];
    return import_event(lobster->importer, &event.event);
}

static int
put_message(struct lobster_import *lobster, const struct message *message,
            struct failure *failure)
{
    static const uint16_t book_types[] = {
        0,
        EVENT_BOOK_ADD,
        EVENT_BOOK_REDUCE,
        EVENT_BOOK_DELETE,
        EVENT_BOOK_EXECUTE,
    };

    if (message->type < 1 || message->type > 7)
        return fail(failure, FAILURE_DATA,
                    "column type: there is no message type %lld",
                    (long long)message->type);
    if (message->direction != 1 && message->direction != -1)
        return fail(failure, FAILURE_DATA, "column direction: must be 1 or -1");
    if (message->type == 7)
        return put_session(lobster, message, failure);
    if (message->type >= 5)
        return put_print(lobster, message, failure);
    return put_book_order(lobster, message, book_types[message->type], failure);
}

/* The instrument, in dollars. */
static int
begin(struct lobster_import *lobster, int64_t time)
{
    const struct schema_type *type = schema_find(EVENT_INSTRUMENT);
    struct importer *importer = lobster->importer;
    const unsigned symbol = slot_find(type, cell_of("symbol"));
    const unsigned exchange = slot_find(type, cell_of("exchange"));
    const unsigned currency = slot_find(type, cell_of("currency"));
    struct cell cells[SLOTS_MAX];
    char text[TIME_TEXT_MAX];
    unsigned slot;

    assert(symbol < SLOTS_MAX && exchange < SLOTS_MAX && currency < SLOTS_MAX);
    assert(lobster->instrument == 0);
    cells[SLOT_TIME] = (struct cell){text, time_format(time, text)};
    cells[symbol] = lobster->symbol;
    cells[exchange] = importer->exchange;
    cells[currency] = cell_of("USD");
    if (import_record(importer, type,
                      UINT64_C(1) << SLOT_TIME | UINT64_C(1) << symbol |
                          UINT64_C(1) << exchange | UINT64_C(1) << currency,
                      cells, &slot) != 0)
        return -1;
    lobster->instrument = import_last(importer)->instrument;
    return 0;
}

static int
put_seed(struct lobster_import *lobster, int64_t time)
{
    for (size_t i = 0; i < lobster->seed_count; i++) {
        struct book_order *level = &lobster->seed[i];

        level->event.instrument = lobster->instrument;
        level->event.time = time;
        if (import_event(lobster->importer, &level->event) != 0)
            return -1;
    }
    return 0;
}

static int
take_message(void *owner, const struct cell *cells, size_t count,
             struct failure *failure)
{
    struct lobster_import *lobster = owner;
    struct message message = {0};
    bool first = lobster->instrument == 0;

    if (count != COLUMNS)
        return fail(failure, FAILURE_DATA,
                    "%zu columns, but a message has 6 (time, type, order id, "
                    "size, price, direction)",
                    count);
    lobster->any = true;
    if (message_parse(lobster, cells, &message, failure) != 0 ||
        import_clock(lobster->importer, message.time) != 0 ||
        (first && begin(lobster, message.time) != 0))
        return -1;
    if (first && lobster->seed)
        return put_seed(lobster, message.time);
    return put_message(lobster, &message, failure);
}

/* ---- the seed ------------------------------------------------------------ */

/* One side of a level; nothing when it is empty. */
static int
take_level(struct lobster_import *lobster, struct cell price, struct cell size,
           enum side side, struct failure *failure)
{
    struct book_order *level = &lobster->seed[lobster->seed_count];
    struct message message = {0};

    if (number_parse(price, &message.price, failure) != 0 ||
        number_parse(size, &message.size, failure) != 0)
        return -1;
    if (message.size == 0 &&
        (message.price == PRICE_NONE || message.price == -PRICE_NONE))
        return 0;
    event_init(level, EVENT_BOOK_ADD);
    level->side = (uint8_t)side;
    lobster->seed_count++;
    return set_decimals(&message, &level->price, &level->quantity, failure);
}

static int
take_seed(void *owner, const struct cell *cells, size_t count,
          struct failure *failure)
{
    struct lobster_import *lobster = owner;

    if (lobster->seed)
        return fail(failure, FAILURE_DATA, "a seed has one row only");
    if (count % 4 != 0)
        return fail(failure, FAILURE_DATA,
                    "%zu columns, but a level has 4 (ask price, ask size, bid "
                    "price, bid size)",
                    count);
    lobster->seed = allocate(failure, count / 2, sizeof *lobster->seed);
    if (!lobster->seed)
        return -1;
    for (size_t i = 0; i < count; i += 2)
        if (take_level(lobster, cells[i], cells[i + 1],
                       i % 4 ? SIDE_BUY : SIDE_SELL, failure) != 0)
            return fail_at(failure, "column %zu", i + 1);
    assert(lobster->seed_count <= count / 2);
    return 0;
}

static int
read_seed(struct lobster_import *lobster, const char *bytes, size_t size,
          struct failure *failure)
{
    struct rows rows = {.row = take_seed, .owner = lobster, .delimiter = ','};
    int result = rows_init(&rows, failure);

    if (result == 0)
        result = rows_push(&rows, bytes, size, failure);
    if (result == 0)
        result = rows_end(&rows, failure);
    rows_free(&rows);
    if (result == 0 && !lobster->seed)
        return fail(failure, FAILURE_DATA,
                    "line 1: no row (the file is empty)");
    return result;
}

/* ---- the format ---------------------------------------------------------- */

static int
init(void *state, const struct import_options *options,
     struct importer *importer, struct failure *failure)
{
    struct lobster_import *lobster = state;

    if (!options->symbol || !*options->symbol || options->midnight == TIME_NULL)
        return fail(failure, FAILURE_USAGE,
                    "--symbol and --date are required for lobster: they are "
                    "not in the file");
    lobster->importer = importer;
    lobster->symbol = cell_of(options->symbol);
    lobster->midnight = options->midnight;
    lobster->rows.row = take_message;
    lobster->rows.owner = lobster;
    lobster->rows.delimiter = ',';
    if (rows_init(&lobster->rows, failure) != 0)
        return -1;
    if (options->seed &&
        read_seed(lobster, options->seed, options->seed_size, failure) != 0)
        return fail_at(failure, "%s", options->seed_path);
    return 0;
}

static int
push(void *state, const char *bytes, size_t size, struct failure *failure)
{
    struct lobster_import *lobster = state;

    return rows_push(&lobster->rows, bytes, size, failure);
}

static int
end(void *state, struct failure *failure)
{
    struct lobster_import *lobster = state;

    if (rows_end(&lobster->rows, failure) != 0)
        return -1;
    if (!lobster->any)
        return fail(failure, FAILURE_DATA,
                    "line 1: no message (the file is empty)");
    lobster->any = false;
    return 0;
}

static void
release(void *state)
{
    struct lobster_import *lobster = state;

    rows_free(&lobster->rows);
    free(lobster->seed);
}

const struct import_format lobster_import = {
    .name = "lobster",
    .summary = "message files of LOBSTER (NASDAQ)",
    .zone = "America/New_York",
    .state_size = sizeof(struct lobster_import),
    .init = init,
    .push = push,
    .end = end,
    .free = release,
};
