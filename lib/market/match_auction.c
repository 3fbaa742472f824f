#include "market/match_auction.h"

#include "market/match_check.h"
#include "market/match_fact.h"
#include "market/match_special.h"

/* ---- curves -------------------------------------------------------------- */

/* All that one side would trade, price by price: what is shown, behind
 * icebergs and hidden. */
#define LAYERS 3
static const uint8_t layer_places[LAYERS] = {PLACE_BOOK, PLACE_RESERVES,
                                             PLACE_HIDDEN};

struct curve {
    const struct rungs *rungs;
    const struct ladder *ladders[LAYERS];
    struct ladder_place places[LAYERS];
    uint32_t levels[LAYERS];
    int64_t key; /* of the price at hand; KEY_NONE: no more */
    int64_t price;
    i128 quantity; /* at that price */
};

static int64_t
key_at(const struct curve *curve, int layer)
{
    return curve->levels[layer]
               ? ladder_key(curve->ladders[layer],
                            curve->rungs->levels[curve->levels[layer]].price)
               : KEY_NONE;
}

/* Goes on to the next price. */
static void
curve_next(struct curve *curve)
{
    curve->key = KEY_NONE;
    curve->quantity = 0;
    for (int i = 0; i < LAYERS; i++)
        if (key_at(curve, i) > curve->key)
            curve->key = key_at(curve, i);
    for (int i = 0; i < LAYERS && curve->key != KEY_NONE; i++) {
        const struct level *level = &curve->rungs->levels[curve->levels[i]];

        if (key_at(curve, i) != curve->key)
            continue;
        curve->price = level->price;
        curve->quantity += level_quantity(level);
        curve->levels[i] = ladder_next(curve->rungs, &curve->places[i]);
    }
}

static void
curve_begin(const struct match *match, const struct market *market, int side,
            struct curve *curve)
{
    *curve = (struct curve){.rungs = &match->books.rungs};
    for (int i = 0; i < LAYERS; i++) {
        curve->ladders[i] = &market->book.ladders[layer_places[i]][side];
        curve->levels[i] =
            ladder_first(curve->rungs, curve->ladders[i], &curve->places[i]);
    }
    curve_next(curve);
}

/* What is open without a limit. */
static i128
at_any_price(const struct match *match, const struct market *market, int side)
{
    uint32_t level = market->book.ladders[PLACE_MARKET][side].best;

    return level ? level_quantity(books_level(&match->books, level)) : 0;
}

/* ---- the price ----------------------------------------------------------- */

/* Buyers and sellers paired from the best on, as far as they go. */
struct pairing {
    struct curve next[2]; /* buyers, sellers: the first price not paired */
    i128 left[2];         /* of the last one that was */
    int64_t last[2];      /* its price; null: it was without a limit */
    i128 volume;
};

static bool
has_next(const struct pairing *pairing, int side)
{
    return pairing->next[side].key != KEY_NONE;
}

static bool
has_offer(const struct pairing *pairing, int side)
{
    return pairing->left[side] > 0 || has_next(pairing, side);
}

/* The price at which a side would pair next; without a limit, any. */
static int64_t
offer_of(const struct pairing *pairing, int side, int64_t any)
{
    if (pairing->left[side] == 0)
        return pairing->next[side].price;
    return pairing->last[side] == DECIMAL_NULL ? any : pairing->last[side];
}

static void
load(struct pairing *pairing, int side)
{
    struct curve *next = &pairing->next[side];

    if (pairing->left[side] > 0)
        return;
    pairing->left[side] = next->quantity;
    pairing->last[side] = next->price;
    curve_next(next);
}

static void
pair(const struct match *match, const struct market *market,
     struct pairing *pairing)
{
    pairing->volume = 0;
    for (int side = 0; side < 2; side++) {
        curve_begin(match, market, side, &pairing->next[side]);
        pairing->left[side] = at_any_price(match, market, side);
        pairing->last[side] = DECIMAL_NULL;
    }
    while (has_offer(pairing, 0) && has_offer(pairing, 1) &&
           offer_of(pairing, 0, KEY_END) >= offer_of(pairing, 1, -KEY_END)) {
        i128 quantity;

        load(pairing, 0);
        load(pairing, 1);
        quantity = pairing->left[0] < pairing->left[1] ? pairing->left[0]
                                                       : pairing->left[1];
        pairing->left[0] -= quantity;
        pairing->left[1] -= quantity;
        pairing->volume += quantity;
    }
}

/* The prices that are equally good, from low to high; null: there is none. */
struct range {
    int64_t low, high;
};

static struct range
only(int64_t price)
{
    return (struct range){price, price};
}

/* One side has more than the other: its last price, if it has one, else the
 * furthest that either side named. */
static struct range
pressed(const struct pairing *pairing, int side)
{
    const struct curve *next = &pairing->next[side];
    int64_t other = pairing->last[!side];

    if (pairing->last[side] != DECIMAL_NULL)
        return only(pairing->last[side]);
    if (!has_next(pairing, side))
        return only(other);
    if (other == DECIMAL_NULL ||
        next->key > ladder_key(next->ladders[0], other))
        return only(next->price);
    return only(other);
}

/* Both sides came out even, but no limit price keeps them so: the next price
 * of the side that would then have less left over; when it is the same, all
 * from one to the other. */
static struct range
uneven(struct pairing *pairing)
{
    struct curve *buys = &pairing->next[0], *sells = &pairing->next[1];
    struct range range = {buys->price, sells->price};

    if (!has_next(pairing, 1) ||
        (has_next(pairing, 0) && buys->quantity < sells->quantity))
        return only(range.low);
    if (!has_next(pairing, 0) || sells->quantity < buys->quantity)
        return only(range.high);
    curve_next(buys);
    curve_next(sells);
    if (pairing->last[1] != DECIMAL_NULL &&
        !(has_next(pairing, 0) && buys->price >= pairing->last[1]))
        range.low = pairing->last[1];
    if (pairing->last[0] != DECIMAL_NULL &&
        !(has_next(pairing, 1) && sells->price <= pairing->last[0]))
        range.high = pairing->last[0];
    return range;
}

static struct range
best_prices(struct pairing *pairing)
{
    int64_t buy = pairing->last[0], sell = pairing->last[1];
    bool low, high;

    if (pairing->left[0] > 0)
        return pressed(pairing, 0);
    if (pairing->left[1] > 0)
        return pressed(pairing, 1);
    low = sell != DECIMAL_NULL &&
          !(has_next(pairing, 0) && pairing->next[0].price >= sell);
    high = buy != DECIMAL_NULL &&
           !(has_next(pairing, 1) && pairing->next[1].price <= buy);
    if (low && high)
        return (struct range){sell, buy};
    if (low || high)
        return only(low ? sell : buy);
    if (!has_next(pairing, 0) && !has_next(pairing, 1))
        return only(DECIMAL_NULL);
    return uneven(pairing);
}

static int64_t
reference_of(const struct market *market)
{
    return market->last != DECIMAL_NULL ? market->last : market->reference;
}

/* The middle, to even; down to a tick where prices have ticks. */
static int64_t
middle(const struct market *market, const struct range *range)
{
    int64_t price = (int64_t)amount_divide((i128)range->low + range->high, 2);

    price -= price % match_tick(market, price);
    return price < range->low ? range->low : price;
}

/* The one of them that is nearest to the reference. */
static int64_t
settle(const struct market *market, const struct range *range)
{
    int64_t reference = reference_of(market);

    if (range->low == DECIMAL_NULL)
        return reference; /* nobody named a price */
    if (range->low == range->high)
        return range->low;
    if (reference == DECIMAL_NULL)
        return middle(market, range);
    return reference < range->low    ? range->low
           : reference > range->high ? range->high
                                     : reference;
}

/* A sum as far as the format holds it. */
static int64_t
capped(i128 sum)
{
    return sum > DECIMAL_MAX    ? DECIMAL_MAX
           : sum < -DECIMAL_MAX ? -DECIMAL_MAX
                                : (int64_t)sum;
}

struct indication
match_indication(const struct match *match, const struct market *market)
{
    struct pairing pairing, kept;
    struct indication result = {.price = DECIMAL_NULL};
    struct range range;
    i128 surplus;

    if (!match_is_crossed(market))
        return result;
    pair(match, market, &pairing);
    if (pairing.volume == 0)
        return result;
    kept = pairing;
    range = best_prices(&pairing);
    result.price = settle(market, &range);
    if (result.price == DECIMAL_NULL)
        return result;
    surplus = kept.left[0] - kept.left[1];
    if (has_next(&kept, 0) && kept.next[0].price >= result.price)
        surplus += kept.next[0].quantity;
    if (has_next(&kept, 1) && kept.next[1].price <= result.price)
        surplus -= kept.next[1].quantity;
    result.quantity = capped(kept.volume);
    result.surplus = capped(surplus);
    return result;
}

/* The best key of a side, hidden orders included. */
static int64_t
best_key(const struct market *market, int side)
{
    int64_t shown = market->book.ladders[PLACE_BOOK][side].best_key;
    int64_t hidden = market->book.ladders[PLACE_HIDDEN][side].best_key;

    return shown > hidden ? shown : hidden;
}

bool
match_is_crossed(const struct market *market)
{
    bool waits[2], any[2];

    for (int side = 0; side < 2; side++) {
        waits[side] = market->book.ladders[PLACE_MARKET][side].best != 0;
        any[side] = waits[side] || best_key(market, side) != KEY_NONE;
    }
    if (!any[0] || !any[1])
        return false;
    return waits[0] || waits[1] || best_key(market, 0) >= -best_key(market, 1);
}

/* ---- the trades ---------------------------------------------------------- */

/* The first order of a side that trades at a price, or 0. */
static uint32_t
first_at(const struct match *match, const struct market *market, int side,
         int64_t price)
{
    const struct ladder *any = &market->book.ladders[PLACE_MARKET][side];
    const struct ladder *shown = &market->book.ladders[PLACE_BOOK][side];
    const struct ladder *hidden = &market->book.ladders[PLACE_HIDDEN][side];
    const struct ladder *ladder = any->best                            ? any
                                  : hidden->best_key > shown->best_key ? hidden
                                                                       : shown;

    if (!any->best && (ladder->best_key == KEY_NONE ||
                       ladder->best_key < ladder_key(ladder, price)))
        return 0;
    return books_level(&match->books, ladder->best)->head;
}

/* Leaves so much less open of an order. */
static void
lessen(struct match *match, struct market *market, uint32_t order,
       int64_t quantity)
{
    int64_t open = books_open(&match->books, order) - quantity;

    if (open == 0) {
        match_drop(match, market, order);
        return;
    }
    match_shrink(match, market, order, open);
    if (match->books.orders[order].special)
        match_show(match, market, order, open);
}

static void
end(struct match *match, struct market *market, const struct event *cause,
    uint32_t order)
{
    tell_end(match, cause, EVENT_CANCELLED, 0, REASON_SELF_TRADE, order);
    match_drop(match, market, order);
}

/* Takes so much away from an order; one of which nothing is left ends. */
static void
decrement(struct match *match, struct market *market, const struct event *cause,
          uint32_t order, int64_t quantity)
{
    if (books_open(&match->books, order) == quantity) {
        end(match, market, cause, order);
        return;
    }
    match->books.rests[order].quantity -= quantity;
    lessen(match, market, order, quantity);
    tell_modified(match, cause, order, REASON_SELF_TRADE);
}

/* Two orders of one owner meet: the one that was accepted later has its way.
 * False when they may trade. */
static bool
prevent(struct match *match, struct market *market, const struct event *cause,
        uint32_t buy, uint32_t sell, int64_t quantity)
{
    const struct books *books = &match->books;
    const struct resting *orders = books->orders;
    bool sell_later = books->ages[sell] > books->ages[buy];
    uint32_t later = sell_later ? sell : buy;
    uint32_t sooner = sell_later ? buy : sell;
    uint8_t mode = self_trade_mode(match, orders[later].self_trade);

    if (mode <= SELF_TRADE_NONE ||
        !match_same_owner(match, orders[buy].account_id,
                          orders[sell].account_id))
        return false;
    if (mode == SELF_TRADE_DECREMENT) {
        decrement(match, market, cause, sooner, quantity);
        decrement(match, market, cause, later, quantity);
        return true;
    }
    if (mode != SELF_TRADE_CANCEL_NEWEST)
        end(match, market, cause, sooner);
    if (mode != SELF_TRADE_CANCEL_OLDEST)
        end(match, market, cause, later);
    return true;
}

/* Trades all that can at a price; whether anything was. */
static bool
trade_at(struct match *match, struct market *market, const struct event *cause,
         int64_t price)
{
    const struct books *books = &match->books;
    bool traded = false;
    uint32_t buy, sell;

    while ((buy = first_at(match, market, 0, price)) != 0 &&
           (sell = first_at(match, market, 1, price)) != 0) {
        int64_t bought = books_open(books, buy);
        int64_t sold = books_open(books, sell);
        int64_t quantity = bought < sold ? bought : sold;

        if (prevent(match, market, cause, buy, sell, quantity))
            continue;
        tell_cross(match, market, cause, buy, sell, price, quantity);
        market->last = price;
        traded = true;
        lessen(match, market, buy, quantity);
        lessen(match, market, sell, quantity);
    }
    return traded;
}

bool
match_uncross(struct match *match, struct market *market,
              const struct event *cause)
{
    bool traded = false;
    int64_t price;

    while ((price = match_indication(match, market).price) != DECIMAL_NULL)
        traded |= trade_at(match, market, cause, price);
    return traded;
}

/* ---- telling ------------------------------------------------------------- */

static int
indicate(struct match *match, struct market *market, const struct event *event,
         struct failure *failure)
{
    struct indication *told = &market->told, now;
    struct event cause;

    if (!is_auction(market))
        return 0;
    now = match_indication(match, market);
    if (now.price == told->price && now.quantity == told->quantity &&
        now.surplus == told->surplus)
        return 0;
    if (match_cause(match, market, event, &cause, failure) != 0)
        return -1;
    *told = now;
    tell_indicative(match, &cause, told);
    return 0;
}

int
match_indicate(struct match *match, struct market *market,
               const struct event *event, struct failure *failure)
{
    if (!match->many)
        return market ? indicate(match, market, event, failure) : 0;
    match->busy = match->many = false;
    for (uint32_t i = 0; i < match->count; i++)
        if (indicate(match, &match->markets[i], event, failure) != 0)
            return -1;
    return 0;
}
