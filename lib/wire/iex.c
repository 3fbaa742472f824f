/* iex.c - IEX TOPS 1.6 and DEEP 1.0, out of captures.
 *
 * A UDP payload is an IEX-TP segment: 40 bytes of head, then messages with
 * their length before them.  Little-endian; prices in 1/10000; times in
 * nanoseconds since 1970.  A hole in the sequence of messages is a gap event,
 * what comes again is passed over.
 *
 * Source: the specifications of IEX-TP 1.25, TOPS 1.6 and DEEP 1.0.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "format/import_format.h"
#include "wire/capture.h"
#include "wire/facts.h"

#define SEGMENT_HEAD 40
#define PRICE_UNIT   INT64_C(10000) /* 10^-8 in 1/10000 */
#define EXCHANGE     "IEX"

enum { TOPS = 0x8003, DEEP = 0x8004 };

struct iex_import {
    struct importer *importer;
    struct failure *failure;
    struct capture capture;
    uint32_t session, channel;
    uint16_t protocol;
    int64_t expected; /* the next in the sequence; 0: not known */
    uint64_t unknown; /* messages of types that are not known */
    uint64_t foreign; /* payloads that are no segments of these protocols */
    bool any;
};

/* A message, as far as all but S are alike. */
struct message {
    const unsigned char *at;
    int64_t time;
    uint32_t instrument;
};

static int
price_at(const struct iex_import *iex, const unsigned char *at, int64_t *price)
{
    int64_t value = (int64_t)le64(at);

    if (value < -(DECIMAL_MAX / PRICE_UNIT) || value > DECIMAL_MAX / PRICE_UNIT)
        return fail(iex->failure, FAILURE_DATA, "a price out of range");
    *price = value * PRICE_UNIT;
    return 0;
}

static int64_t
quantity_at(const unsigned char *at)
{
    return le32(at) * (int64_t)DECIMAL_ONE;
}

/* ---- messages ------------------------------------------------------------ */

static int
take_code(struct iex_import *iex, const struct message *message,
          const char *name)
{
    unsigned char code = message->at[1];
    char document[32];

    if (code <= 9) /* of P it is a number */
        code = (unsigned char)(code + '0');
    if (code <= ' ' || code > '~' || code == '"' || code == '\\')
        code = '?';
    snprintf(document, sizeof document, "{\"code\":\"%c\"}", code);
    return fact_audit(iex->importer, message->instrument, message->time, name,
                      document);
}

static int
take_system(struct iex_import *iex, const struct message *message)
{
    if (take_code(iex, message, "system_event") != 0)
        return -1;
    return message->at[1] == 'E'
               ? fact_session(iex->importer, 0, message->time, SESSION_CLOSED)
               : 0;
}

static int
take_directory(struct iex_import *iex, const struct message *message)
{
    struct instrument event;

    event_init(&event, EVENT_INSTRUMENT);
    event.event.time = message->time;
    event.kind = message->at[1] & 0x20 ? KIND_ETF : KIND_EQUITY;
    event.currency = code_from_text("USD", 3);
    return fact_instrument(iex->importer, &event, cell_of(EXCHANGE),
                           fixed_text(message->at + 10, 8),
                           (struct cell){"", 0})
               ? 0
               : -1;
}

static int
take_status(struct iex_import *iex, const struct message *message)
{
    enum session_state state = SESSION_HALT;

    switch (message->at[1]) {
    case 'H':
    case 'P': break;
    case 'O': /* of H: orders are accepted; of O: it is halted */
        if (*message->at == 'H')
            state = SESSION_PRE_OPEN;
        break;
    case 'T':
    case 'N': state = SESSION_CONTINUOUS; break;
    default:
        return fail(iex->failure, FAILURE_DATA,
                    "a trading status that is none of H, O, P, T, N");
    }
    return fact_session(iex->importer, message->instrument, message->time,
                        state);
}

static int
take_quote(struct iex_import *iex, const struct message *message)
{
    const unsigned char *at = message->at;
    struct quote event = {
        .event = {sizeof event / 8, EVENT_QUOTE, message->instrument,
                  message->time},
        .bid_quantity = quantity_at(at + 18),
        .ask_quantity = quantity_at(at + 38),
        .received = iex->capture.time,
    };

    if (price_at(iex, at + 22, &event.bid_price) != 0 ||
        price_at(iex, at + 30, &event.ask_price) != 0)
        return -1;
    if (event.bid_quantity == 0)
        event.bid_price = event.bid_quantity = DECIMAL_NULL;
    if (event.ask_quantity == 0)
        event.ask_price = event.ask_quantity = DECIMAL_NULL;
    return import_event(iex->importer, &event.event);
}

static int
take_trade(struct iex_import *iex, const struct message *message)
{
    const unsigned char *at = message->at;
    struct fact_print print = {
        .instrument = message->instrument,
        .time = message->time,
        .quantity = quantity_at(at + 18),
        .trade_id = le64(at + 30) & ~NAME_BIT,
        .received = iex->capture.time,
    };

    if (price_at(iex, at + 22, &print.price) != 0)
        return -1;
    if (at[1] & 0x40)
        print.conditions |= PRINT_EXTENDED_HOURS;
    if (at[1] & 0x20)
        print.conditions |= PRINT_ODD_LOT;
    if (at[1] & 0x08)
        print.conditions |= PRINT_AUCTION;
    return fact_print(iex->importer, &print);
}

static int
take_break(struct iex_import *iex, const struct message *message)
{
    const unsigned char *at = message->at;
    struct trade_cancel event;

    event_init(&event, EVENT_TRADE_CANCEL);
    event.event.instrument = message->instrument;
    event.event.time = message->time;
    event.trade_id = le64(at + 30) & ~NAME_BIT;
    event.quantity = quantity_at(at + 18);
    if (price_at(iex, at + 22, &event.price) != 0)
        return -1;
    return import_event(iex->importer, &event.event);
}

/* A level; flag 1: its event is complete. */
static int
take_level(struct iex_import *iex, const struct message *message)
{
    const unsigned char *at = message->at;
    struct book_level event = {
        .event = {sizeof event / 8, EVENT_BOOK_LEVEL, message->instrument,
                  message->time},
        .side = *at == '8' ? SIDE_BUY : SIDE_SELL,
        .flags = at[1] & 1 ? 0 : BOOK_MORE,
        .quantity = quantity_at(at + 18),
        .received = iex->capture.time,
    };

    if (price_at(iex, at + 22, &event.price) != 0)
        return -1;
    return import_event(iex->importer, &event.event);
}

static int
take_auction(struct iex_import *iex, const struct message *message)
{
    const unsigned char *at = message->at;
    struct indicative event;

    event_init(&event, EVENT_INDICATIVE);
    event.event.instrument = message->instrument;
    event.event.time = message->time;
    event.received = iex->capture.time;
    if (at[42] == 'B' || at[42] == 'S')
        event.side = at[42] == 'B' ? SIDE_BUY : SIDE_SELL;
    event.quantity = quantity_at(at + 18);
    event.surplus = quantity_at(at + 38);
    if (price_at(iex, at + 30, &event.price) != 0)
        return -1;
    if (event.price == 0)
        event.price = DECIMAL_NULL;
    return import_event(iex->importer, &event.event);
}

static int
take_official(struct iex_import *iex, const struct message *message)
{
    int64_t price = 0;
    char document[80];

    if (price_at(iex, message->at + 18, &price) != 0)
        return -1;
    if (price < 0)
        return fail(iex->failure, FAILURE_DATA, "a price below 0");
    snprintf(document, sizeof document,
             "{\"type\":\"%c\",\"price\":\"%" PRId64 ".%04" PRId64 "\"}",
             message->at[1] == 'Q' ? 'Q' : 'M', price / DECIMAL_ONE,
             price % DECIMAL_ONE / PRICE_UNIT);
    return fact_audit(iex->importer, message->instrument, message->time,
                      "official_price", document);
}

static int
take_retail(struct iex_import *iex, const struct message *message)
{
    return take_code(iex, message, "retail_liquidity");
}

static int
take_short(struct iex_import *iex, const struct message *message)
{
    return take_code(iex, message, "short_sale_restriction");
}

static int
take_event(struct iex_import *iex, const struct message *message)
{
    return take_code(iex, message, "security_event");
}

static const struct {
    uint8_t size; /* the least it has */
    bool bare;    /* it has no symbol, or defines it */
    int (*take)(struct iex_import *iex, const struct message *message);
} types[128] = {
    ['S'] = {10, true, take_system},    ['D'] = {31, true, take_directory},
    ['H'] = {22, false, take_status},   ['O'] = {18, false, take_status},
    ['I'] = {18, false, take_retail},   ['P'] = {19, false, take_short},
    ['E'] = {18, false, take_event},    ['Q'] = {42, false, take_quote},
    ['T'] = {38, false, take_trade},    ['B'] = {38, false, take_break},
    ['X'] = {26, false, take_official}, ['8'] = {30, false, take_level},
    ['5'] = {30, false, take_level},    ['A'] = {80, false, take_auction},
};

static int
take_message(struct iex_import *iex, const unsigned char *at, size_t size)
{
    unsigned type = *at & 127;
    struct message message = {.at = at};
    uint64_t time;

    assert(size > 0);
    iex->any = true;
    if (*at > 127 || !types[type].take) {
        iex->unknown++;
        return 0;
    }
    if (size < types[type].size)
        return fail(iex->failure, FAILURE_DATA,
                    "a message of type %c and %zu bytes, but it has %u", *at,
                    size, types[type].size);
    time = le64(at + 2);
    if (time > INT64_MAX)
        return fail(iex->failure, FAILURE_DATA, "a time out of range");
    message.time = (int64_t)time;
    if (import_clock(iex->importer, message.time) != 0)
        return -1;
    if (!types[type].bare) {
        message.instrument =
            intern_instrument(&iex->importer->intern, fixed_text(at + 10, 8),
                              cell_of(EXCHANGE), message.time);
        if (message.instrument == 0)
            return -1;
    }
    return types[type].take(iex, &message);
}

/* ---- segments ------------------------------------------------------------ */

/* Where a segment is in the sequence of its session. */
static int
place(struct iex_import *iex, const unsigned char *at, int64_t sequence)
{
    uint32_t channel = le32(at + 4), session = le32(at + 8);

    assert(sequence >= 0);
    if (session != iex->session || channel != iex->channel ||
        le16(at + 2) != iex->protocol)
        iex->expected = 0;
    iex->session = session;
    iex->channel = channel;
    iex->protocol = le16(at + 2);
    if (iex->expected == 0 || sequence <= iex->expected)
        return 0;
    return fact_gap(iex->importer, 0, (int64_t)le64(at + 32),
                    (uint64_t)(sequence - iex->expected), "IEX-TP");
}

static int
take_segment(void *owner, const unsigned char *at, size_t size,
             struct failure *failure)
{
    struct iex_import *iex = owner;
    size_t payload, used = SEGMENT_HEAD;
    unsigned count;
    int64_t sequence;

    if (size < SEGMENT_HEAD || at[0] != 1 ||
        (le16(at + 2) != TOPS && le16(at + 2) != DEEP)) {
        iex->foreign++;
        return 0;
    }
    payload = le16(at + 12);
    count = le16(at + 14);
    sequence = (int64_t)le64(at + 24);
    if (payload != size - SEGMENT_HEAD)
        return fail(failure, FAILURE_DATA,
                    "a segment of %zu bytes, but its head says %zu",
                    size - SEGMENT_HEAD, payload);
    if (sequence < 0 || sequence > INT64_MAX - count || le64(at + 32) >> 63)
        return fail(failure, FAILURE_DATA,
                    "a sequence number or a time out of range");
    if (count == 0)
        return 0; /* a heartbeat */
    if (place(iex, at, sequence) != 0)
        return -1;
    for (; count > 0; count--, sequence++) {
        size_t length;

        if (size - used < 2 || le16(at + used) > size - used - 2 ||
            le16(at + used) == 0)
            return fail(failure, FAILURE_DATA,
                        "a message that is longer than its segment");
        length = le16(at + used);
        if (sequence >= iex->expected &&
            take_message(iex, at + used + 2, length) != 0)
            return -1;
        used += 2 + length;
    }
    assert(used <= size);
    if (sequence > iex->expected)
        iex->expected = sequence;
    return 0;
}

/* ---- the format ---------------------------------------------------------- */

static int
init(void *state, const struct import_options *options,
     struct importer *importer, struct failure *failure)
{
    struct iex_import *iex = state;

    (void)options;
    assert(importer);
    iex->importer = importer;
    iex->failure = failure;
    iex->capture.payload = take_segment;
    iex->capture.owner = iex;
    return 0;
}

static int
push(void *state, const char *bytes, size_t size, struct failure *failure)
{
    struct iex_import *iex = state;

    return capture_push(&iex->capture, bytes, size, failure);
}

static int
end(void *state, struct failure *failure)
{
    struct iex_import *iex = state;

    if (capture_end(&iex->capture, failure) != 0)
        return -1;
    if (!iex->any)
        return fail(failure, FAILURE_DATA,
                    "no message of TOPS 1.6 or DEEP 1.0 in it");
    iex->any = false;
    return 0;
}

static bool
remark(const void *state, unsigned number, char *text, size_t size)
{
    const struct iex_import *iex = state;
    const struct fact_count counts[] = {
        {iex->unknown, "message", "left out, of types that are not known"},
        {iex->foreign, "payload", "left out, neither TOPS 1.6 nor DEEP 1.0"},
        {iex->capture.others, "packet", CAPTURE_OTHERS},
        {iex->capture.cut, "packet", CAPTURE_CUT},
    };

    return fact_remark(counts, sizeof counts / sizeof *counts, number, text,
                       size);
}

static void
release(void *state)
{
    struct iex_import *iex = state;

    capture_free(&iex->capture);
}

const struct import_format iex_import = {
    .name = "iex",
    .summary = "captures of IEX TOPS 1.6 and DEEP 1.0",
    .state_size = sizeof(struct iex_import),
    .init = init,
    .push = push,
    .end = end,
    .remark = remark,
    .free = release,
};
