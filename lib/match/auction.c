#include "match/auction.h"

#include <assert.h>

#include "match/report.h"
#include "match/special.h"
#include "match/ticks.h"

/* ---- what is collected --------------------------------------------------- */

/* The ladders of a side that take part: what is shown, the reserves of
 * icebergs, what is hidden. */
static const uint8_t layers[] = {PLACE_BOOK, PLACE_RESERVES, PLACE_HIDDEN};

static int
add_ladder(struct match *match, struct market *market, int side,
           const struct ladder *ladder, struct failure *failure)
{
    const struct level_pool *pool = &match->books.pool;
    struct ladder_place place;
    uint32_t number = ladder_first(pool, ladder, &place);

    for (; number; number = ladder_next(pool, &place)) {
        const struct level *level = &pool->levels[number];

        if (curves_reserve(&match->curves, failure) != 0)
            return -1;
        curve_add(&match->curves, &market->curve, side, level->price,
                  level_quantity(level));
    }
    return 0;
}

int
match_build_curve(struct match *match, struct market *market,
                  struct failure *failure)
{
    if (market->has_curve)
        return 0;
    assert(market->curve == 0); /* the last one was discarded */
    market->has_curve = true;
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < sizeof layers; i++)
            if (add_ladder(match, market, side,
                           &market->book.ladders[layers[i]][side],
                           failure) != 0)
                return -1;
    return curves_reserve(&match->curves, failure); /* for the next event */
}

void
match_discard_curve(struct match *match, struct market *market)
{
    curve_clear(&match->curves, &market->curve);
    market->has_curve = false;
}

/* ---- the price ----------------------------------------------------------- */

/* Prices that are equally good, from low to high; null: there are none. */
struct range {
    int64_t low, high;
};

static struct range
only(int64_t price)
{
    return (struct range){price, price};
}

/* Prices up to "below" leave buyers unfilled, those from "above" on do not: one
 * of these two is best.  Prices beyond them are as good as long as nobody
 * wants anything in between. */
static struct range
best_prices(const struct match *match, const struct market *market,
            const i128 unpriced[2])
{
    const struct curves *curves = &match->curves;
    struct curve_point below, above, low, high, none;
    i128 buys, sells;

    curve_cut(curves, market->curve, unpriced, 0, &below, &above);
    if (!below.exists && !above.exists)
        return only(DECIMAL_NULL);
    assert(!below.exists || !above.exists || below.price < above.price);
    buys = below.exists ? below.demand - below.supply : 0;
    sells = above.exists ? above.supply - above.demand : 0;
    if (!above.exists ||
        (below.exists && (below.supply > above.demand ||
                          (below.supply == above.demand && buys < sells))))
        return only(below.price);
    if (!below.exists || above.demand > below.supply || sells < buys) {
        if (sells > 0)
            return only(above.price);
        curve_cut(curves, market->curve, unpriced, -1, &high, &none);
        return (struct range){above.price, high.price};
    }
    curve_cut(curves, market->curve, unpriced, buys, &none, &low);
    curve_cut(curves, market->curve, unpriced, -sells - 1, &high, &none);
    return (struct range){low.price, high.price};
}

static int64_t
reference_of(const struct market *market)
{
    return market->last != DECIMAL_NULL ? market->last : market->reference;
}

/* The middle, half to even, then down to a tick. */
static int64_t
middle(const struct market *market, const struct range *range)
{
    int64_t price = (int64_t)amount_divide((i128)range->low + range->high, 2);

    price -= price % match_tick(market, price);
    return price < range->low ? range->low : price;
}

/* The price of a range that is nearest to the reference. */
static int64_t
settle(const struct market *market, const struct range *range)
{
    int64_t reference = reference_of(market);

    assert(range->low <= range->high);
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

/* What is open without a limit. */
static i128
at_any_price(const struct match *match, const struct market *market, int side)
{
    uint32_t level = market->book.ladders[PLACE_MARKET][side].best;

    return level ? level_quantity(books_level(&match->books, level)) : 0;
}

/* A sum as far as the format holds it. */
static int64_t
capped(i128 sum)
{
    return sum > DECIMAL_MAX    ? DECIMAL_MAX
           : sum < -DECIMAL_MAX ? -DECIMAL_MAX
                                : (int64_t)sum;
}

/* What an auction would do now; there is a curve. */
static struct indication
indicate(const struct match *match, const struct market *market)
{
    const i128 unpriced[2] = {at_any_price(match, market, 0),
                              at_any_price(match, market, 1)};
    struct indication result = {.price = DECIMAL_NULL};
    struct curve_point point;
    struct range range;
    int64_t price;

    assert(market->has_curve);
    if (!match_is_crossed(market))
        return result;
    range = best_prices(match, market, unpriced);
    price = settle(market, &range);
    if (price == DECIMAL_NULL)
        return result;
    point = curve_at(&match->curves, market->curve, unpriced, price);
    result.price = price;
    result.quantity =
        capped(point.demand < point.supply ? point.demand : point.supply);
    result.surplus = capped(point.demand - point.supply);
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

/* Takes a quantity from what is open of an order. */
static void
lessen(struct match *match, struct market *market, uint32_t order,
       int64_t quantity)
{
    int64_t open = books_open(&match->books, order) - quantity;

    assert(quantity > 0 && open >= 0);
    if (open == 0) {
        match_remove(match, market, order);
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
    emit_end(match, cause, EVENT_CANCELLED, 0, REASON_SELF_TRADE, order);
    match_remove(match, market, order);
}

/* An order loses a quantity without a trade; it ends if nothing is left. */
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
    emit_modified(match, cause, order, REASON_SELF_TRADE);
}

/* Two orders of one owner meet: the mode of the one that was accepted later
 * decides.  False if they may trade. */
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

/* Trades all that can at a price; whether anything did. */
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

        assert(quantity > 0); /* else this would not end */
        if (prevent(match, market, cause, buy, sell, quantity))
            continue;
        emit_cross(match, market, cause, buy, sell, price, quantity);
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

    while ((price = indicate(match, market).price) != DECIMAL_NULL)
        traded |= trade_at(match, market, cause, price);
    return traded;
}

/* ---- the indicative price ------------------------------------------------ */

int
match_indicate(struct match *match, struct market *market,
               const struct event *event, struct failure *failure)
{
    struct indication *last = &market->indicated, now;
    struct event cause;

    if (!is_auction(market))
        return 0;
    if (match_build_curve(match, market, failure) != 0)
        return -1;
    now = indicate(match, market);
    if (now.price == last->price && now.quantity == last->quantity &&
        now.surplus == last->surplus)
        return 0;
    if (match_cause(match, market, event, &cause, failure) != 0)
        return -1;
    *last = now;
    emit_indicative(match, &cause, last);
    return 0;
}
