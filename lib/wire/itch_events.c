#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "wire/facts.h"
#include "wire/itch.h"

enum kind { NO_TYPE = 0, BOOK, OTHER, MARKET_WIDE };

/* Sizes, and which function is theirs. */
static const struct {
    uint8_t size;
    uint8_t kind; /* of MARKET_WIDE the locate is not looked at */
} types[128] = {
    ['S'] = {12, MARKET_WIDE}, ['R'] = {39, MARKET_WIDE},
    ['H'] = {25, OTHER},       ['Y'] = {20, OTHER},
    ['L'] = {26, OTHER},       ['V'] = {35, MARKET_WIDE},
    ['W'] = {12, MARKET_WIDE}, ['K'] = {28, OTHER},
    ['J'] = {35, OTHER},       ['h'] = {21, OTHER},
    ['A'] = {36, BOOK},        ['F'] = {40, BOOK},
    ['E'] = {31, BOOK},        ['C'] = {36, BOOK},
    ['X'] = {23, BOOK},        ['D'] = {19, BOOK},
    ['U'] = {35, BOOK},        ['P'] = {44, BOOK},
    ['Q'] = {40, OTHER},       ['B'] = {19, OTHER},
    ['I'] = {50, OTHER},       ['N'] = {20, OTHER},
    ['O'] = {48, OTHER},
};

unsigned
itch_size(unsigned type)
{
    assert(type <= UINT8_MAX);
    return type < 128 ? types[type].size : 0;
}

int
itch_take(struct itch *itch, const unsigned char *at)
{
    unsigned kind = types[*at & 127].kind;
    uint64_t since = be48(at + ITCH_TIME);
    struct itch_message message = {
        .at = at,
        .time = itch->midnight + (int64_t)since,
        .instrument = itch->stocks[be16(at + ITCH_LOCATE)],
    };

    assert(itch_size(*at) > 0);
    if (since >= 2 * 86400 * UINT64_C(1000000000))
        return fail(itch->failure, FAILURE_DATA,
                    "a time more than two days after midnight");
    if (import_clock(itch->importer, message.time) != 0)
        return -1;
    if (kind != MARKET_WIDE && message.instrument == 0) {
        itch->unknown_stocks++;
        return 0;
    }
    if (kind == BOOK)
        return itch_take_book(itch, &message);
    return itch_take_other(itch, &message);
}

/* ---- what is no order ---------------------------------------------------- */

/* A character as JSON can hold it. */
static char
plain(unsigned char c)
{
    return c > ' ' && c < 127 && c != '"' && c != '\\' ? (char)c : '?';
}

static int
audit(struct itch *itch, const struct itch_message *message, const char *name,
      const char *document)
{
    return fact_audit(itch->importer, message->instrument, message->time, name,
                      document);
}

/* An audit event with one code of a character. */
static int
audit_code(struct itch *itch, const struct itch_message *message,
           const char *name, const char *key, unsigned char code)
{
    char document[64];

    snprintf(document, sizeof document, "{\"%s\":\"%c\"}", key, plain(code));
    return audit(itch, message, name, document);
}

/* One with prices in 1/10000: names, separated by blanks, and where they
 * are. */
static int
audit_prices(struct itch *itch, const struct itch_message *message,
             const char *name, const char *const *keys, const uint8_t *places)
{
    char document[512] = "{";
    size_t used = 1;

    for (; *keys; keys++, places++) {
        uint32_t price = be32(message->at + *places);

        used += (size_t)snprintf(document + used, sizeof document - used,
                                 "%s\"%s\":\"%" PRIu32 ".%04" PRIu32 "\"",
                                 used > 1 ? "," : "", *keys, price / 10000,
                                 price % 10000);
        assert(used < sizeof document - 1);
    }
    document[used++] = '}';
    document[used] = '\0';
    return audit(itch, message, name, document);
}

/* The end of the system's hours is that of trading; what else happens to all
 * stocks at once is reported of each. */
static int
take_system(struct itch *itch, struct itch_message *message)
{
    unsigned char code = message->at[ITCH_BODY];

    message->instrument = 0;
    if (audit_code(itch, message, "system_event", "event", code) != 0)
        return -1;
    return code == 'E'
               ? fact_session(itch->importer, 0, message->time, SESSION_CLOSED)
               : 0;
}

static int
take_directory(struct itch *itch, const struct itch_message *message)
{
    const unsigned char *at = message->at;
    struct instrument event;
    uint32_t id;

    event_init(&event, EVENT_INSTRUMENT);
    event.event.time = message->time;
    event.kind = at[33] == 'Y' ? KIND_ETF : KIND_EQUITY;
    event.currency = code_from_text("USD", 3);
    if (at[25] == 'Y' && be32(at + 21) > 0) /* round lots only */
        event.lot_size = be32(at + 21) * (int64_t)DECIMAL_ONE;
    id = fact_instrument(itch->importer, &event, cell_of(ITCH_EXCHANGE),
                         fixed_text(at + ITCH_BODY, 8), (struct cell){"", 0});
    if (id == 0)
        return -1;
    itch->stocks[be16(at + ITCH_LOCATE)] = id;
    return 0;
}

/* H: trading of a stock; h: the same on one market, of which only this one
 * counts. */
static int
take_state(struct itch *itch, const struct itch_message *message)
{
    unsigned char state = message->at[*message->at == 'H' ? 19 : 20];
    bool elsewhere = *message->at == 'h' && message->at[19] != 'Q';
    enum session_state session = SESSION_HALT;

    if (elsewhere)
        return audit_code(itch, message, "operational_halt_elsewhere", "action",
                          state);
    if (state == 'T')
        session = SESSION_CONTINUOUS;
    else if (state == 'Q')
        session = SESSION_PRE_OPEN;
    else if (state != 'H' && state != 'P')
        return fail(itch->failure, FAILURE_DATA,
                    "a trading state that is none of T, H, P, Q");
    return fact_session(itch->importer, message->instrument, message->time,
                        session);
}

static int
take_participant(struct itch *itch, const struct itch_message *message)
{
    const unsigned char *at = message->at;
    char document[128], name[5] = "";

    for (int i = 0; i < 4 && at[11 + i] != ' '; i++)
        name[i] = plain(at[11 + i]);
    snprintf(document, sizeof document,
             "{\"participant\":\"%s\",\"primary\":\"%c\",\"mode\":\"%c\","
             "\"state\":\"%c\"}",
             name, plain(at[23]), plain(at[24]), plain(at[25]));
    return audit(itch, message, "market_participant", document);
}

/* Prices of a circuit breaker have eight places. */
static int
take_decline(struct itch *itch, const struct itch_message *message)
{
    struct itch_message all = *message;
    char document[256];
    uint64_t levels[3];

    for (int i = 0; i < 3; i++)
        levels[i] = be64(message->at + 11 + i * 8);
    all.instrument = 0;
    snprintf(document, sizeof document,
             "{\"level_1\":\"%" PRIu64 ".%08" PRIu64 "\",\"level_2\":\"%" PRIu64
             ".%08" PRIu64 "\",\"level_3\":\"%" PRIu64 ".%08" PRIu64 "\"}",
             levels[0] / DECIMAL_ONE, levels[0] % DECIMAL_ONE,
             levels[1] / DECIMAL_ONE, levels[1] % DECIMAL_ONE,
             levels[2] / DECIMAL_ONE, levels[2] % DECIMAL_ONE);
    return audit(itch, &all, "circuit_breaker_levels", document);
}

static int
take_ipo(struct itch *itch, const struct itch_message *message)
{
    const unsigned char *at = message->at;
    uint32_t price = be32(at + 24);
    char document[160];

    snprintf(document, sizeof document,
             "{\"release_seconds\":%" PRIu32 ",\"qualifier\":\"%c\","
             "\"price\":\"%" PRIu32 ".%04" PRIu32 "\"}",
             be32(at + 19), plain(at[23]), price / 10000, price % 10000);
    return audit(itch, message, "ipo_quoting_period", document);
}

/* A cross in which nothing traded is reported as such. */
static int
take_cross(struct itch *itch, const struct itch_message *message)
{
    const unsigned char *at = message->at;
    uint64_t shares = be64(at + 11);

    if (shares == 0)
        return audit_code(itch, message, "cross_without_trade", "cross",
                          at[39]);
    if (shares > (uint64_t)DECIMAL_MAX / DECIMAL_ONE)
        return fail(itch->failure, FAILURE_DATA, "more shares than fit");
    return fact_print(itch->importer,
                      &(struct fact_print){
                          .instrument = message->instrument,
                          .time = message->time,
                          .price = be32(at + 27) * ITCH_PRICE_UNIT,
                          .quantity = (int64_t)shares * DECIMAL_ONE,
                          .trade_id = be64(at + 31) & ~NAME_BIT,
                          .received = itch->received,
                          .conditions = PRINT_AUCTION,
                      });
}

static int
take_broken(struct itch *itch, const struct itch_message *message)
{
    struct trade_cancel event;

    event_init(&event, EVENT_TRADE_CANCEL);
    event.event.instrument = message->instrument;
    event.event.time = message->time;
    event.trade_id = be64(message->at + ITCH_BODY) & ~NAME_BIT;
    return import_event(itch->importer, &event.event);
}

/* I: what a cross would trade at the current reference price. */
static int
take_imbalance(struct itch *itch, const struct itch_message *message)
{
    const unsigned char *at = message->at;
    uint64_t paired = be64(at + 11), surplus = be64(at + 19);
    struct indicative event;

    if (paired > (uint64_t)DECIMAL_MAX / DECIMAL_ONE ||
        surplus > (uint64_t)DECIMAL_MAX / DECIMAL_ONE)
        return fail(itch->failure, FAILURE_DATA, "more shares than fit");
    event_init(&event, EVENT_INDICATIVE);
    event.received = itch->received;
    event.event.instrument = message->instrument;
    event.event.time = message->time;
    if (at[27] == 'B' || at[27] == 'S')
        event.side = at[27] == 'B' ? SIDE_BUY : SIDE_SELL;
    if (be32(at + 44))
        event.price = be32(at + 44) * ITCH_PRICE_UNIT;
    event.quantity = (int64_t)paired * DECIMAL_ONE;
    event.surplus = (int64_t)surplus * DECIMAL_ONE;
    return import_event(itch->importer, &event.event);
}

int
itch_take_other(struct itch *itch, const struct itch_message *message)
{
    static const char *const collar[] = {"reference", "upper", "lower", NULL};
    static const char *const direct[] = {"minimum",      "maximum",      "near",
                                         "lower_collar", "upper_collar", NULL};
    struct itch_message all = *message;

    switch (*message->at) {
    case 'S': return take_system(itch, &all);
    case 'R': return take_directory(itch, message);
    case 'H':
    case 'h': return take_state(itch, message);
    case 'Y':
        return audit_code(itch, message, "short_sale_restriction", "action",
                          message->at[19]);
    case 'L': return take_participant(itch, message);
    case 'V': return take_decline(itch, message);
    case 'W':
        all.instrument = 0;
        return audit_code(itch, &all, "circuit_breaker", "level",
                          message->at[ITCH_BODY]);
    case 'K': return take_ipo(itch, message);
    case 'J':
        return audit_prices(itch, message, "auction_collar", collar,
                            (const uint8_t[]){19, 23, 27});
    case 'Q': return take_cross(itch, message);
    case 'B': return take_broken(itch, message);
    case 'I': return take_imbalance(itch, message);
    case 'N':
        return audit_code(itch, message, "retail_interest", "side",
                          message->at[19]);
    default:
        return audit_prices(itch, message, "direct_listing", direct,
                            (const uint8_t[]){20, 24, 28, 40, 44});
    }
}
