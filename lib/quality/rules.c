/* The checks. */
#include <assert.h>

#include "base/clock.h"
#include "quality/quality.h"
#include "tape/frame.h"
#include "tape/names.h"

#define SPIKE_LEAST                                                            \
    100 /* a spike is at least a hundredth of the median off                   \
         */

/* The price, quantity and id of a trade or a print; false: it is neither. */
static bool
is_trade(const struct event *event, int64_t *price, int64_t *quantity,
         uint64_t *id)
{
    const struct trade *trade = (const struct trade *)(const void *)event;
    const struct print *print = (const struct print *)(const void *)event;
    bool facts = event->type == EVENT_TRADE;

    if (!facts && event->type != EVENT_PRINT)
        return false;
    *price = facts ? trade->price : print->price;
    *quantity = facts ? trade->quantity : print->quantity;
    *id = facts ? trade->trade_id : print->trade_id;
    return true;
}

static bool
is_data(unsigned type)
{
    return (type >= EVENT_TRADE && type <= EVENT_DEPTH) || type == EVENT_ORDER;
}

/* Ids count up by one, for each instrument or over all of them: either will
 * do, since the tape does not say which.  Those of names are no numbers. */
static bool
test_gap(struct quality *quality, struct quality_instrument *own,
         const struct event *event, struct finding *finding)
{
    uint64_t id, last, all = quality->trade_id;
    int64_t price, quantity, since = own->traded;
    bool gap;

    if (!is_trade(event, &price, &quantity, &id) || id == 0 || id & NAME_BIT)
        return false;
    last = own->trade_id;
    quality->trade_id = id;
    if (id <= last)
        return false;
    own->trade_id = id;
    own->traded = event->time;
    if (all < id && all > last)
        last = all;
    gap = last != 0 && id - last > 1 && since != TIME_NULL;
    assert(id > last);
    *finding = (struct finding){
        .missing = id - last - 1,
        .from = since,
    };
    return gap;
}

static bool
test_duplicate(struct quality *quality, struct quality_instrument *own,
               const struct event *event, struct finding *finding)
{
    (void)own;
    (void)event;
    (void)finding;
    return quality->known == SEEN_SAME;
}

static bool
test_conflict(struct quality *quality, struct quality_instrument *own,
              const struct event *event, struct finding *finding)
{
    (void)own;
    (void)event;
    (void)finding;
    return quality->known == SEEN_OTHER;
}

static bool
test_time(struct quality *quality, struct quality_instrument *own,
          const struct event *event, struct finding *finding)
{
    int64_t newest = quality->newest;

    (void)own;
    if (event->time == TIME_NULL)
        return false;
    if (event->time >= newest) {
        quality->newest = event->time;
        return false;
    }
    finding->values[0] = (struct finding_value){"latest", FINDING_TIME, newest};
    return true;
}

/* While books may cross, in auctions, they do. */
static bool
trades_continuously(const struct quality *quality,
                    const struct quality_instrument *own)
{
    unsigned state = own->state ? own->state : quality->all.state;

    return state == 0 || state == SESSION_CONTINUOUS;
}

/* A quote with both prices; their difference. */
static bool
spread_of(const struct quality *quality, const struct quality_instrument *own,
          const struct event *event, struct finding *finding, int64_t *spread)
{
    const struct quote *quote = (const struct quote *)(const void *)event;

    if (event->type != EVENT_QUOTE || quote->bid_price == DECIMAL_NULL ||
        quote->ask_price == DECIMAL_NULL || !trades_continuously(quality, own))
        return false;
    finding->values[0] =
        (struct finding_value){"bid", FINDING_DECIMAL, quote->bid_price};
    finding->values[1] =
        (struct finding_value){"ask", FINDING_DECIMAL, quote->ask_price};
    *spread = quote->ask_price - quote->bid_price;
    return true;
}

static bool
test_crossed(struct quality *quality, struct quality_instrument *own,
             const struct event *event, struct finding *finding)
{
    int64_t spread;

    return spread_of(quality, own, event, finding, &spread) && spread < 0;
}

static bool
test_locked(struct quality *quality, struct quality_instrument *own,
            const struct event *event, struct finding *finding)
{
    int64_t spread;

    return spread_of(quality, own, event, finding, &spread) && spread == 0;
}

/* A trade, and no quote for so long: once for each quote. */
static bool
test_stale(struct quality *quality, struct quality_instrument *own,
           const struct event *event, struct finding *finding)
{
    int64_t price, quantity, age;
    uint64_t id;

    if (event->type == EVENT_QUOTE) {
        own->quoted = event->time;
        own->stale = false;
    }
    if (!is_trade(event, &price, &quantity, &id) || own->stale ||
        own->quoted == TIME_NULL || event->time == TIME_NULL ||
        __builtin_sub_overflow(event->time, own->quoted, &age) ||
        age <= quality->stale)
        return false;
    assert(age > 0);
    own->stale = true;
    finding->values[0] =
        (struct finding_value){"quoted", FINDING_TIME, own->quoted};
    finding->values[1] = (struct finding_value){"age", FINDING_DURATION, age};
    return true;
}

/* Far from the median of the prices before, beside how they scatter. */
static bool
test_spike(struct quality *quality, struct quality_instrument *own,
           const struct event *event, struct finding *finding)
{
    int64_t price, quantity, median, deviation;
    struct median *prices = &own->prices;
    bool enough = prices->count >= MEDIAN_LEAST;
    u128 away;
    uint64_t id;

    if (!is_trade(event, &price, &quantity, &id) || price == DECIMAL_NULL)
        return false;
    median = enough ? median_value(prices) : price;
    deviation = enough ? median_deviation(prices) : 0;
    median_add(prices, price);
    away = (u128)(price > median ? price - median : median - price);
    if (away <= (u128)quality->spike * (uint64_t)deviation ||
        away * SPIKE_LEAST < (u128)(median < 0 ? -median : median) || away == 0)
        return false;
    finding->values[0] =
        (struct finding_value){"price", FINDING_DECIMAL, price};
    finding->values[1] =
        (struct finding_value){"median", FINDING_DECIMAL, median};
    finding->values[2] =
        (struct finding_value){"deviation", FINDING_DECIMAL, deviation};
    return true;
}

static bool
test_zero(struct quality *quality, struct quality_instrument *own,
          const struct event *event, struct finding *finding)
{
    const struct order *order = (const struct order *)(const void *)event;
    const struct book_order *add =
        (const struct book_order *)(const void *)event;
    int64_t price, quantity;
    uint64_t id;

    (void)quality;
    (void)own;
    (void)finding;
    if (event->type == EVENT_ORDER)
        quantity = order->quantity;
    else if (event->type == EVENT_BOOK_ADD)
        quantity = add->quantity;
    else if (!is_trade(event, &price, &quantity, &id))
        return false;
    return quantity == 0 || quantity == DECIMAL_NULL;
}

/* Continuous trading began and ended, and nothing happened. */
static bool
test_session(struct quality *quality, struct quality_instrument *own,
             const struct event *event, struct finding *finding)
{
    const struct session *session = (const struct session *)(const void *)event;
    bool empty;

    (void)finding;
    if (is_data(event->type)) {
        own->data = quality->all.data = true;
        return false;
    }
    if (event->type != EVENT_SESSION)
        return false;
    own->state = session->state;
    empty = own->open && !own->data;
    if (session->state == SESSION_CONTINUOUS && !own->open) {
        own->open = true;
        own->data = false;
    }
    if (session->state != SESSION_CLOSED)
        return false;
    own->open = false;
    return empty;
}

static bool
test_definition(struct quality *quality, struct quality_instrument *own,
                const struct event *event, struct finding *finding)
{
    uint64_t attributes;
    bool changed;

    (void)quality;
    (void)finding;
    if (event->type != EVENT_INSTRUMENT || instrument_is_bare(event))
        return false;
    attributes = frame_hash(event + 1, event->words * 8UL - sizeof *event);
    changed = own->defined && own->attributes != attributes;
    own->defined = true;
    own->attributes = attributes;
    return changed;
}

const struct quality_rule quality_rules[QUALITY_CHECKS] = {
    [QUALITY_GAP] = {"gap", "ids of trades that are missing", test_gap},
    [QUALITY_DUPLICATE] = {"duplicate", "the same event again", test_duplicate},
    [QUALITY_CONFLICT] = {"conflict", "the same key again, the rest not",
                          test_conflict},
    [QUALITY_TIME] = {"time", "time that steps back", test_time},
    [QUALITY_CROSSED] = {"crossed", "a bid above the ask", test_crossed},
    [QUALITY_LOCKED] = {"locked", "a bid that is the ask", test_locked},
    [QUALITY_STALE] = {"stale", "a trade long after the last quote",
                       test_stale},
    [QUALITY_SPIKE] = {"spike", "a price far from those before", test_spike},
    [QUALITY_ZERO] = {"zero", "a quantity of 0, or none", test_zero},
    [QUALITY_SESSION] = {"session", "a session without data", test_session},
    [QUALITY_DEFINITION] = {"definition", "an instrument that changes",
                            test_definition},
};
