#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "wire/dbn.h"
#include "wire/facts.h"

#define UNDEFINED_PRICE INT64_MAX
#define UNDEFINED_SIZE  UINT32_MAX

enum { LAST = 0x80, SNAPSHOT = 0x20, MAYBE_BAD_BOOK = 0x04 };

/* A record, as far as most are alike. */
struct record {
    const unsigned char *at;
    size_t size;
    int64_t time, received;
    struct dbn_id *id;
};

int
dbn_price(const struct dbn *dbn, const unsigned char *at, int64_t *price)
{
    int64_t value = (int64_t)le64(at);

    *price = DECIMAL_NULL;
    if (value == UNDEFINED_PRICE || value == INT64_MIN)
        return 0;
    if (value % 10 != 0)
        return fail(dbn->failure, FAILURE_DATA,
                    "a price of nine places (%" PRId64 "e-9); a tape has eight",
                    value);
    *price = value / 10;
    return 0;
}

int64_t
dbn_time(const unsigned char *at)
{
    uint64_t value = le64(at);

    return value > INT64_MAX ? TIME_NULL : (int64_t)value;
}

static int64_t
size_of(uint32_t size)
{
    return size == UNDEFINED_SIZE ? DECIMAL_NULL : size * (int64_t)DECIMAL_ONE;
}

static uint8_t
side_of(unsigned char side)
{
    return side == 'B' ? SIDE_BUY : side == 'A' ? SIDE_SELL : 0;
}

/* The feed says for the first time that its book may be wrong. */
static int
note_flags(struct dbn *dbn, const struct record *record, uint8_t flags)
{
    bool bad = flags & MAYBE_BAD_BOOK, before = record->id->bad_book;

    record->id->bad_book = bad;
    if (!bad || before)
        return 0;
    return fact_gap(dbn->importer, record->id->instrument, record->time, 0,
                    "maybe bad book");
}

/* ---- trades -------------------------------------------------------------- */

static int
put_print(struct dbn *dbn, const struct record *record,
          const unsigned char *price, uint32_t size, unsigned char side)
{
    struct fact_print print = {
        .instrument = record->id->instrument,
        .time = record->time,
        .quantity = size_of(size),
        .side = side_of(side),
        .received = record->received,
    };

    if (dbn_price(dbn, price, &print.price) != 0)
        return -1;
    return fact_print(dbn->importer, &print);
}

/* Of trades alone: without levels. */
static int
take_trade(struct dbn *dbn, const struct record *record)
{
    const unsigned char *at = record->at;

    return put_print(dbn, record, at + 16, le32(at + 24), at[29]);
}

/* ---- orders -------------------------------------------------------------- */

static int
put_order(struct dbn *dbn, const struct record *record, enum event_type type,
          int64_t price, uint8_t flags)
{
    const unsigned char *at = record->at;
    const struct book_order event = {
        .event = {sizeof event / 8, (uint16_t)type, record->id->instrument,
                  record->time},
        .side = side_of(at[39]),
        .flags = flags,
        .order_id = le64(at + 16),
        .price = price,
        .quantity = size_of(le32(at + 32)),
        .received = record->received,
    };

    return import_event(dbn->importer, &event.event);
}

static int
put_replace(struct dbn *dbn, const struct record *record, int64_t price,
            uint8_t flags)
{
    const unsigned char *at = record->at;
    const struct book_replace event = {
        .event = {sizeof event / 8, EVENT_BOOK_REPLACE, record->id->instrument,
                  record->time},
        .side = side_of(at[39]),
        .flags = flags,
        .order_id = le64(at + 16),
        .price = price,
        .quantity = size_of(le32(at + 32)),
        .received = record->received,
    };

    return import_event(dbn->importer, &event.event);
}

static int
put_clear(struct dbn *dbn, const struct record *record, uint8_t flags)
{
    const struct book_clear event = {
        .event = {sizeof event / 8, EVENT_BOOK_CLEAR, record->id->instrument,
                  record->time},
        .flags = flags,
        .received = record->received,
    };

    return import_event(dbn->importer, &event.event);
}

/* Fills change no book: what they take from it follows as C or M. */
static int
take_mbo(struct dbn *dbn, const struct record *record)
{
    const unsigned char *at = record->at;
    uint8_t flags = at[36], marks = 0;
    int64_t price;

    if (!(flags & LAST))
        marks |= BOOK_MORE;
    if (flags & SNAPSHOT)
        marks |= BOOK_SNAPSHOT;
    if (note_flags(dbn, record, flags) != 0)
        return -1;
    if (le64(at + 16) & NAME_BIT)
        return fail(dbn->failure, FAILURE_DATA, "an order id above 2^63 - 1");
    if (dbn_price(dbn, at + 24, &price) != 0)
        return -1;
    switch (at[38]) {
    case 'A': return put_order(dbn, record, EVENT_BOOK_ADD, price, marks);
    case 'C': return put_order(dbn, record, EVENT_BOOK_REDUCE, price, marks);
    case 'M': return put_replace(dbn, record, price, marks);
    case 'R': return put_clear(dbn, record, marks);
    case 'T': return put_print(dbn, record, at + 24, le32(at + 32), at[39]);
    case 'F': dbn->fills++; return 0;
    case 'N': return 0;
    default:
        return fail(dbn->failure, FAILURE_DATA,
                    "an action (byte %u) that is none of A, C, M, R, T, F, N",
                    at[38]);
    }
}

/* ---- levels -------------------------------------------------------------- */

/* One side of a pair of levels. */
static int
read_level(const struct dbn *dbn, const unsigned char *pair, int side,
           struct dbn_level *level)
{
    *level = (struct dbn_level){
        .quantity = size_of(le32(pair + 16 + side * 4)),
        .count = le32(pair + 24 + side * 4),
    };
    if (dbn_price(dbn, pair + side * 8, &level->price) != 0)
        return -1;
    if (level->price == DECIMAL_NULL)
        *level = (struct dbn_level){DECIMAL_NULL, DECIMAL_NULL, 0};
    return 0;
}

static int
put_quote(struct dbn *dbn, const struct record *record)
{
    struct dbn_level sides[2];

    for (int side = 0; side < 2; side++)
        if (read_level(dbn, record->at + 48, side, &sides[side]) != 0)
            return -1;
    const struct quote event = {
        .event = {sizeof event / 8, EVENT_QUOTE, record->id->instrument,
                  record->time},
        .bid_price = sides[0].price,
        .bid_quantity = sides[0].quantity,
        .ask_price = sides[1].price,
        .ask_quantity = sides[1].quantity,
        .received = record->received,
    };

    return import_event(dbn->importer, &event.event);
}

/* mbp-1, tbbo and their consolidated kin: the best prices; a trade comes with
 * those before it, which only tbbo has not written already. */
static int
take_top(struct dbn *dbn, const struct record *record)
{
    const unsigned char *at = record->at;
    bool trade = at[28] == 'T';
    bool alone = dbn->schema == 3 || dbn->schema == 17; /* tbbo, tcbbo */

    if (note_flags(dbn, record, at[30]) != 0)
        return -1;
    if ((!trade || alone) && put_quote(dbn, record) != 0)
        return -1;
    return trade ? put_print(dbn, record, at + 16, le32(at + 24), at[29]) : 0;
}

static int
put_depth(struct dbn *dbn, const struct record *record, int side,
          uint32_t number, const struct dbn_level *level)
{
    const struct depth event = {
        .event = {sizeof event / 8, EVENT_DEPTH, record->id->instrument,
                  record->time},
        .side = (uint8_t)(side + SIDE_BUY),
        .level = number,
        .price = level->price,
        .quantity = level->quantity,
        .order_count = level->count,
        .received = record->received,
    };

    return import_event(dbn->importer, &event.event);
}

/* mbp-10: the levels that changed, and the quote if the first ones did. */
static int
take_depth(struct dbn *dbn, const struct record *record)
{
    const unsigned char *at = record->at;
    struct dbn_level now[2 * DBN_LEVELS], *last = record->id->levels;
    bool fresh = !last;

    if (fresh) {
        last = allocate(dbn->failure, 2 * DBN_LEVELS, sizeof *last);
        if (!last)
            return -1;
        record->id->levels = last;
        for (int i = 0; i < 2 * DBN_LEVELS; i++)
            last[i] = (struct dbn_level){DECIMAL_NULL, DECIMAL_NULL, 0};
    }
    if (note_flags(dbn, record, at[30]) != 0)
        return -1;
    if (at[28] == 'T')
        return put_print(dbn, record, at + 16, le32(at + 24), at[29]);
    for (int i = 0; i < 2 * DBN_LEVELS; i++)
        if (read_level(dbn, at + 48 + i / 2 * 32, i % 2, &now[i]) != 0)
            return -1;
    if ((fresh || memcmp(now, last, 2 * sizeof *now) != 0) &&
        put_quote(dbn, record) != 0)
        return -1;
    for (int i = 0; i < 2 * DBN_LEVELS; i++)
        if (memcmp(&now[i], &last[i], sizeof *now) != 0 &&
            put_depth(dbn, record, i % 2, (uint32_t)i / 2 + 1, &now[i]) != 0)
            return -1;
    memcpy(last, now, sizeof now);
    return 0;
}

/* ---- bars ---------------------------------------------------------------- */

static int
take_bar(struct dbn *dbn, const struct record *record)
{
    static const int64_t intervals[] = {NS_PER_SECOND, 60 * NS_PER_SECOND,
                                        3600 * NS_PER_SECOND, NS_PER_DAY,
                                        NS_PER_DAY};
    const unsigned char *at = record->at;
    struct bar event;

    assert(at[DBN_RTYPE] >= 32 && at[DBN_RTYPE] <= 36);
    event_init(&event, EVENT_BAR);
    event.event.instrument = record->id->instrument;
    event.interval = intervals[at[DBN_RTYPE] - 32];
    event.start = record->time;
    if (__builtin_add_overflow(event.start, event.interval, &event.event.time))
        return fail(dbn->failure, FAILURE_DATA, "a time out of range");
    event.volume = amount_of((i128)le64(at + 48) * DECIMAL_ONE);
    if (dbn_price(dbn, at + 16, &event.open) != 0 ||
        dbn_price(dbn, at + 24, &event.high) != 0 ||
        dbn_price(dbn, at + 32, &event.low) != 0 ||
        dbn_price(dbn, at + 40, &event.close) != 0)
        return -1;
    return import_event(dbn->importer, &event.event);
}

/* ---- the rest ------------------------------------------------------------ */

static int
take_status(struct dbn *dbn, const struct record *record)
{
    static const uint8_t states[16] = {
        [1] = SESSION_PRE_OPEN,
        [2] = SESSION_OPENING_AUCTION,
        [3] = SESSION_PRE_OPEN,
        [4] = SESSION_OPENING_AUCTION,
        [7] = SESSION_CONTINUOUS,
        [8] = SESSION_HALT,
        [9] = SESSION_HALT,
        [10] = SESSION_HALT,
        [11] = SESSION_CLOSING_AUCTION,
        [12] = SESSION_CLOSED,
        [13] = SESSION_CLOSED,
        [15] = SESSION_CLOSED,
    };
    const unsigned char *at = record->at;
    unsigned action = le16(at + 24);
    char document[96];

    if (action < 16 && states[action])
        return fact_session(dbn->importer, record->id->instrument, record->time,
                            states[action]);
    snprintf(document, sizeof document,
             "{\"action\":%u,\"reason\":%u,\"event\":%u}", action,
             le16(at + 26), le16(at + 28));
    return fact_audit(dbn->importer, record->id->instrument, record->time,
                      "status", document);
}

static int
take_statistic(struct dbn *dbn, const struct record *record)
{
    const unsigned char *at = record->at;
    bool wide = dbn->version >= 3;
    int64_t quantity = wide ? (int64_t)le64(at + 40) : (int32_t)le32(at + 40);
    int64_t none = wide ? INT64_MAX : INT32_MAX;
    int64_t price = (int64_t)le64(at + 32);
    char document[200];
    int used = snprintf(document, sizeof document, "{\"type\":%u",
                        le16(at + (wide ? 56 : 52)));

    if (price != UNDEFINED_PRICE && price != INT64_MIN)
        used += snprintf(
            document + used, sizeof document - (size_t)used,
            ",\"price\":\"%s%" PRId64 ".%09" PRId64 "\"", price < 0 ? "-" : "",
            price < 0 ? -(price / 1000000000) : price / 1000000000,
            price < 0 ? -(price % 1000000000) : price % 1000000000);
    if (quantity != none)
        used += snprintf(document + used, sizeof document - (size_t)used,
                         ",\"quantity\":%" PRId64, quantity);
    assert((size_t)used < sizeof document - 1);
    snprintf(document + used, sizeof document - (size_t)used, "}");
    return fact_audit(dbn->importer, record->id->instrument, record->time,
                      "statistic", document);
}

static int
take_imbalance(struct dbn *dbn, const struct record *record)
{
    const unsigned char *at = record->at;
    struct indicative event;

    event_init(&event, EVENT_INDICATIVE);
    event.received = record->received;
    event.event.instrument = record->id->instrument;
    event.event.time = record->time;
    event.side = side_of(at[105]);
    event.quantity = size_of(le32(at + 88));
    event.surplus = size_of(le32(at + 92));
    if (dbn_price(dbn, at + 24, &event.price) != 0)
        return -1;
    return import_event(dbn->importer, &event.event);
}

/* What an id stands for from now on. */
static int
take_mapping(struct dbn *dbn, const struct record *record)
{
    const unsigned char *at = record->at + (dbn->version == 1 ? 38 : 89);
    size_t room = dbn->version == 1 ? 22 : 71;

    if (record->size < (dbn->version == 1 ? 80U : 176U))
        return fail(dbn->failure, FAILURE_DATA, "a symbol mapping of %zu bytes",
                    record->size);
    return dbn_symbols_add(
        &dbn->symbols, le32(record->at + DBN_ID), INT64_MIN, INT64_MAX,
        fixed_text(at, strnlen((const char *)at, room)), dbn->failure);
}

/* ---- all of them --------------------------------------------------------- */

static const struct kind {
    uint16_t size; /* the least it may have */
    uint8_t time;  /* where its time is */
    bool bare;     /* no instrument is asked for */
    int (*take)(struct dbn *dbn, const struct record *record);
} kinds[256] = {
    [0] = {48, 32, false, take_trade},
    [1] = {80, 32, false, take_top},
    [10] = {368, 32, false, take_depth},
    [18] = {40, 16, false, take_status},
    [20] = {112, 16, false, take_imbalance},
    [22] = {80, 8, true, take_mapping},
    [24] = {64, 16, false, take_statistic},
    [32] = {56, 8, false, take_bar},
    [33] = {56, 8, false, take_bar},
    [34] = {56, 8, false, take_bar},
    [35] = {56, 8, false, take_bar},
    [36] = {56, 8, false, take_bar},
    [160] = {56, 40, false, take_mbo},
    [0xb1] = {80, 32, false, take_top},
    [0xc0] = {80, 32, false, put_quote},
    [0xc1] = {80, 32, false, put_quote},
    [0xc2] = {80, 32, false, take_top},
    [0xc3] = {80, 32, false, put_quote},
    [0xc4] = {80, 32, false, put_quote},
};

int
dbn_take(struct dbn *dbn, const unsigned char *at, size_t size)
{
    unsigned rtype = at[DBN_RTYPE];
    const struct kind *kind = &kinds[rtype];
    struct record record = {.at = at, .size = size, .received = TIME_NULL};

    if (rtype == 19)
        return dbn_take_definition(dbn, at, size);
    if (!kind->take) {
        dbn->unknown += rtype != 23; /* the gateway is still there */
        return 0;
    }
    if (size < kind->size || (rtype == 24 && dbn->version >= 3 && size < 80))
        return fail(dbn->failure, FAILURE_DATA,
                    "a record of type %u and %zu bytes, but it has %u", rtype,
                    size, kind->size);
    if (kind->bare)
        return kind->take(dbn, &record);
    record.time = dbn_time(at + kind->time);
    if (kind->time != DBN_EVENT_TIME)
        record.received = record.time;
    if (record.time == TIME_NULL || dbn->by_event)
        record.time = dbn_time(at + DBN_EVENT_TIME);
    if (record.time == TIME_NULL)
        return fail(dbn->failure, FAILURE_DATA, "a record without a time");
    if (import_clock(dbn->importer, record.time) != 0)
        return -1;
    record.id = dbn_find(dbn, le32(at + DBN_ID), record.time);
    return record.id ? kind->take(dbn, &record) : -1;
}
