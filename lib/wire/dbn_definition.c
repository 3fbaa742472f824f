#include <assert.h>
#include <inttypes.h>

#include "base/clock.h"
#include "wire/dbn.h"
#include "wire/facts.h"

/* Where the fields of a definition are, by version. */
static const struct layout {
    uint16_t size;
    uint16_t strike, unit, multiplier, currency, symbol, symbol_size,
        underlying;
    uint16_t class;
} layouts[] = {
    {360, 328, 88, 160, 186, 200, 22, 300, 325},
    {400, 112, 88, 164, 186, 200, 71, 349, 374},
    {520, 104, 80, 176, 224, 238, 71, 391, 487},
};

enum { TIME = 16, TICK = 24, EXPIRY = 40, UPPER = 56, LOWER = 64 };

static const uint8_t kinds[128] = {
    ['F'] = KIND_FUTURE, ['S'] = KIND_FUTURE, /* spreads of futures */
    ['C'] = KIND_OPTION, ['P'] = KIND_OPTION, ['T'] = KIND_OPTION,
    ['M'] = KIND_OPTION, ['K'] = KIND_EQUITY, ['X'] = KIND_FX,
};

/* What is no size of anything is not known. */
static int
size_at(const struct dbn *dbn, const unsigned char *at, int64_t *size)
{
    if (dbn_price(dbn, at, size) != 0)
        return -1;
    if (*size <= 0)
        *size = DECIMAL_NULL;
    return 0;
}

int
dbn_take_definition(struct dbn *dbn, const unsigned char *at, size_t size)
{
    const struct layout *layout = &layouts[dbn->version - 1];
    int64_t time = dbn_time(at + TIME);
    struct instrument event;
    struct cell symbol, currency, underlying;
    struct dbn_id *id;
    int32_t multiplier;

    assert(dbn->version >= 1 && dbn->version <= 3);
    if (size < layout->size)
        return fail(dbn->failure, FAILURE_DATA,
                    "a definition of %zu bytes, but it has %u", size,
                    layout->size);
    event_init(&event, EVENT_INSTRUMENT);
    event.event.time = time;
    symbol = fixed_text(
        at + layout->symbol,
        strnlen((const char *)at + layout->symbol, layout->symbol_size));
    currency = fixed_text(at + layout->currency, 4);
    underlying = fixed_text(at + layout->underlying,
                            strnlen((const char *)at + layout->underlying, 21));
    event.kind = kinds[at[layout->class] & 127];
    if (at[layout->class] == 'C' || at[layout->class] == 'P')
        event.option_type = at[layout->class] == 'C' ? OPTION_CALL : OPTION_PUT;
    event.currency = code_from_text(currency.bytes, currency.size);
    event.expiry = dbn_time(at + EXPIRY);
    multiplier = (int32_t)le32(at + layout->multiplier);
    if (size_at(dbn, at + TICK, &event.tick_size) != 0 ||
        dbn_price(dbn, at + UPPER, &event.upper_price) != 0 ||
        dbn_price(dbn, at + LOWER, &event.lower_price) != 0 ||
        size_at(dbn, at + layout->unit, &event.multiplier) != 0 ||
        size_at(dbn, at + layout->strike, &event.strike) != 0)
        return -1;
    if (event.multiplier == DECIMAL_NULL && multiplier > 0 &&
        multiplier < INT32_MAX)
        event.multiplier = multiplier * (int64_t)DECIMAL_ONE;
    id = dbn_symbols_id(&dbn->symbols, le32(at + DBN_ID), dbn->failure);
    if (!id)
        return -1;
    id->instrument = fact_instrument(
        dbn->importer, &event, cell_of(dbn->exchange), symbol, underlying);
    id->from = time == TIME_NULL ? INT64_MIN : time;
    id->to = INT64_MAX;
    return id->instrument ? 0 : -1;
}
