#include "market/match.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "market/match_close.h"
#include "market/match_fact.h"

void
match_init(struct match *match, const struct match_sink *sink)
{
    memset(match, 0, sizeof *match);
    match->state = SESSION_CONTINUOUS;
    match->sink = *sink;
}

void
match_free(struct match *match)
{
    books_free(&match->books);
    free(match->markets);
    free(match->choices);
    memset(match, 0, sizeof *match);
}

/* ---- instruments --------------------------------------------------------- */

void
match_begin(struct match *match)
{
    for (uint32_t i = 0; i < match->count; i++)
        match->markets[i].local = 0;
}

/* Makes room for one more market. */
static int
make_room(struct match *match, struct failure *failure)
{
    uint32_t wanted = match->capacity ? match->capacity * 2 : 64;
    struct market *larger;

    if (match->count < match->capacity)
        return 0;
    larger = reallocarray(match->markets, wanted, sizeof *larger);
    if (!larger)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    match->markets = larger;
    match->capacity = wanted;
    return 0;
}

/* What values are multiples of; 0: of nothing. */
static int64_t
multiple(int64_t size)
{
    return size > 0 ? size : 0; /* null is negative */
}

int
match_define(struct match *match, uint32_t index,
             const struct instrument *definition, struct failure *failure)
{
    struct market *market;

    assert(index <= match->count);
    if (index == match->count) {
        if (make_room(match, failure) != 0)
            return -1;
        market = &match->markets[match->count++];
        memset(market, 0, sizeof *market);
        book_init(&market->book, index);
        market->state = match->state;
    }
    market = &match->markets[index];
    market->tick_size = multiple(definition->tick_size);
    market->lot_size = multiple(definition->lot_size);
    market->local = definition->event.instrument;
    return 0;
}

/* ---- what is right and what is not --------------------------------------- */

static bool
is_amount(int64_t value)
{
    return value > 0 && value <= DECIMAL_MAX;
}

/* A quantity that an instrument can trade. */
static enum reason
check_quantity(const struct market *market, int64_t quantity)
{
    if (!is_amount(quantity))
        return REASON_INVALID_QUANTITY;
    if (market->lot_size && quantity % market->lot_size)
        return REASON_LOT_SIZE;
    return 0;
}

static enum reason
check_price(const struct market *market, int64_t price)
{
    if (!is_amount(price))
        return REASON_INVALID_PRICE;
    if (market->tick_size && price % market->tick_size)
        return REASON_TICK_SIZE;
    return 0;
}

/* What the session says to new orders and changes. */
static enum reason
check_state(const struct market *market)
{
    static const uint8_t reasons[] = {
        [SESSION_CLOSED] = REASON_CLOSED,
        [SESSION_PRE_OPEN] = REASON_UNSUPPORTED,
        [SESSION_OPENING_AUCTION] = REASON_UNSUPPORTED,
        [SESSION_CONTINUOUS] = 0,
        [SESSION_HALT] = REASON_HALTED,
        [SESSION_CLOSING_AUCTION] = REASON_UNSUPPORTED,
    };

    return (enum reason)reasons[market->state];
}

/* Whether an order asks for something that does not exist here yet. */
static bool
is_beyond_us(const struct order *order, uint8_t order_type,
             uint8_t time_in_force)
{
    static const bool types[8] = {[ORDER_MARKET] = true, [ORDER_LIMIT] = true};
    static const bool times[8] = {
        [TIF_DAY] = true, [TIF_GTC] = true, [TIF_IOC] = true, [TIF_FOK] = true};
    uint64_t set = (uint64_t)order->stop_price ^ (uint64_t)DECIMAL_NULL;

    set |= (uint64_t)order->display_quantity ^ (uint64_t)DECIMAL_NULL;
    set |= (uint64_t)order->min_quantity ^ (uint64_t)DECIMAL_NULL;
    set |= (uint64_t)order->expire_time ^ (uint64_t)DECIMAL_NULL;
    set |= (uint64_t)order->price_offset ^ (uint64_t)DECIMAL_NULL;
    set |= (uint64_t)order->offset_step ^ (uint64_t)DECIMAL_NULL;
    return set || order->self_trade > SELF_TRADE_NONE ||
           order->flags & ~ORDER_POST_ONLY || !types[order_type & 7] ||
           !times[time_in_force & 7];
}

static bool
rests(uint8_t order_type, uint8_t time_in_force)
{
    return order_type == ORDER_LIMIT &&
           (time_in_force == TIF_DAY || time_in_force == TIF_GTC);
}

/* Checks all of a new order but whether it may take; 0 when it is fine. */
static enum reason
check_order(const struct match *match, const struct market *market,
            const struct order *order, uint8_t order_type,
            uint8_t time_in_force)
{
    enum reason reason;

    if (order->order_id == 0)
        return REASON_INVALID_ID;
    if (order->side == 0)
        return REASON_INVALID_SIDE;
    if (order_type == 0)
        return REASON_INVALID_TYPE;
    reason = check_state(market);
    if (reason)
        return reason;
    if (is_beyond_us(order, order_type, time_in_force))
        return REASON_UNSUPPORTED;
    if (order->flags & ORDER_POST_ONLY && !rests(order_type, time_in_force))
        return REASON_INVALID_TYPE;
    reason = check_quantity(market, order->quantity);
    if (reason)
        return reason;
    if (order_type == ORDER_LIMIT)
        reason = check_price(market, order->price);
    else if (order->price != DECIMAL_NULL)
        reason = REASON_INVALID_PRICE;
    if (reason)
        return reason;
    if (books_find(&match->books, market->book.number, order->order_id))
        return REASON_DUPLICATE_ID;
    return 0;
}

/* ---- trading ------------------------------------------------------------- */

static bool
crosses(struct market *market, const struct taker *taker)
{
    return book_opposite(&market->book, taker->side)->best_key >= taker->limit;
}

/* Trades with the opposite side, best price and oldest order first, until the
 * taker has what it wants or nothing within its limit is left. */
static void
take(struct match *match, struct market *market, struct taker *taker)
{
    struct books *books = &match->books;
    const struct ladder *ladder = book_opposite(&market->book, taker->side);

    while (taker->open > 0 && ladder->best_key >= taker->limit) {
        uint32_t number = books_level(books, ladder->best)->head;
        const struct resting *maker = &books->orders[number];
        bool whole = maker->open <= taker->open;
        int64_t quantity = whole ? maker->open : taker->open;

        tell_trade(match, market, taker, maker, quantity);
        taker->open -= quantity;
        if (whole)
            book_remove(books, &market->book, number);
        else
            book_reduce(books, number, quantity);
    }
}

/* Whether the taker would get all that it wants. */
static bool
is_fillable(const struct match *match, struct market *market,
            const struct taker *taker)
{
    const struct rungs *rungs = &match->books.rungs;
    const struct ladder *ladder = book_opposite(&market->book, taker->side);
    struct ladder_place place;
    uint32_t level = ladder_first(rungs, ladder, &place);
    i128 sum = 0;

    for (; level; level = ladder_next(rungs, &place)) {
        if (ladder_key(ladder, rungs->levels[level].price) < taker->limit)
            return false;
        sum += level_quantity(&rungs->levels[level]);
        if (sum >= taker->open)
            return true;
    }
    return false;
}

static int64_t
limit_key(struct market *market, uint8_t side, int64_t price)
{
    return ladder_key(book_opposite(&market->book, side), price);
}

static void
rest(struct match *match, struct market *market, const struct order *order,
     uint8_t time_in_force, int64_t open)
{
    struct books *books = &match->books;
    uint32_t number = books_new(books);
    struct resting *resting = &books->orders[number];

    resting->order_id = order->order_id;
    resting->account_id = order->account_id;
    resting->client_order_id = order->client_order_id;
    resting->price = order->price;
    resting->open = open;
    resting->book = market->book.number;
    resting->side = order->side;
    resting->order_type = ORDER_LIMIT;
    resting->time_in_force = time_in_force;
    resting->self_trade = order->self_trade & 15U;
    resting->flags = order->flags;
    books->rests[number].strategy_id = order->strategy_id;
    books->rests[number].quantity = order->quantity;
    book_enter(books, &market->book, number);
}

/* A checked order: what it takes, and what becomes of the rest. */
static void
place(struct match *match, struct market *market, const struct order *order,
      struct taker *taker, uint8_t order_type, uint8_t time_in_force)
{
    bool whole = time_in_force == TIF_FOK;

    tell_accepted(match, order, order_type, time_in_force);
    if (!whole || is_fillable(match, market, taker))
        take(match, market, taker);
    if (taker->open == 0)
        return;
    if (rests(order_type, time_in_force))
        rest(match, market, order, time_in_force, taker->open);
    else
        tell_remainder(match, order, taker->open,
                       whole                        ? REASON_FOK
                       : order_type == ORDER_MARKET ? REASON_NO_LIQUIDITY
                                                    : REASON_IOC_REMAINDER);
}

static int
on_order(struct match *match, struct market *market, const struct order *order,
         struct failure *failure)
{
    bool priced = order->price != DECIMAL_NULL;
    uint8_t order_type = order->order_type ? order->order_type
                         : priced          ? ORDER_LIMIT
                                           : 0;
    uint8_t time_in_force =
        order->time_in_force ? order->time_in_force : TIF_DAY;
    struct taker taker = {
        .cause = &order->event,
        .order_id = order->order_id,
        .account_id = order->account_id,
        .open = order->quantity,
        .side = order->side,
    };
    enum reason reason = REASON_UNKNOWN_INSTRUMENT;

    if (market)
        reason = check_order(match, market, order, order_type, time_in_force);
    if (!reason) {
        taker.limit = order_type == ORDER_LIMIT
                          ? limit_key(market, order->side, order->price)
                          : KEY_ANY;
        if (order->flags & ORDER_POST_ONLY && crosses(market, &taker))
            reason = REASON_POST_ONLY;
    }
    if (reason) {
        tell_order_rejected(match, order, reason);
        return 0;
    }
    if (books_reserve(&match->books, failure) != 0)
        return -1;
    place(match, market, order, &taker, order_type, time_in_force);
    return 0;
}

/* ---- changing ------------------------------------------------------------ */

/* What an order becomes when it is modified. */
struct change {
    int64_t price, open;
    int64_t quantity; /* executed and open */
    bool keeps_place; /* only less is open: its priority stays */
    struct taker taker;
};

static enum reason
check_modify(struct match *match, struct market *market, uint32_t number,
             const struct modify *modify, struct change *change)
{
    const struct resting *order = &match->books.orders[number];
    int64_t executed = match->books.rests[number].quantity - order->open;
    enum reason reason = check_state(market);

    if (!reason && modify->quantity != DECIMAL_NULL)
        reason = check_quantity(market, modify->quantity);
    if (!reason && modify->price != DECIMAL_NULL)
        reason = check_price(market, modify->price);
    if (reason)
        return reason;
    change->price =
        modify->price == DECIMAL_NULL ? order->price : modify->price;
    change->open =
        modify->quantity == DECIMAL_NULL ? order->open : modify->quantity;
    change->quantity = executed + change->open;
    if (change->quantity > DECIMAL_MAX)
        return REASON_AMOUNT_RANGE;
    change->keeps_place =
        change->price == order->price && change->open <= order->open;
    change->taker = (struct taker){
        .cause = &modify->event,
        .order_id = order->order_id,
        .account_id = order->account_id,
        .open = change->open,
        .limit = limit_key(market, order->side, change->price),
        .side = order->side,
    };
    if (order->flags & ORDER_POST_ONLY && crosses(market, &change->taker))
        return REASON_POST_ONLY;
    return 0;
}

/* Lets an order trade that crosses where it was moved to. */
static void
trade_moved(struct match *match, struct market *market, uint32_t number,
            struct change *change)
{
    struct books *books = &match->books;
    struct resting order = books->orders[number];
    struct resting_rest rest = books->rests[number];

    book_remove(books, &market->book, number);
    take(match, market, &change->taker);
    if (change->taker.open == 0)
        return;
    number = books_new(books);
    books->orders[number] = order;
    books->orders[number].open = change->taker.open;
    books->rests[number] = rest;
    book_enter(books, &market->book, number);
}

static void
apply_modify(struct match *match, struct market *market, uint32_t number,
             struct change *change)
{
    struct books *books = &match->books;

    books->rests[number].quantity = change->quantity;
    if (change->keeps_place)
        book_reduce(books, number, books->orders[number].open - change->open);
    else
        book_move(books, &market->book, number, change->price, change->open);
    tell_modified(match, change->taker.cause, number, REASON_REQUESTED);
    if (!change->keeps_place && crosses(market, &change->taker))
        trade_moved(match, market, number, change);
}

/* The live order that a request of that account may touch, or 0. */
static uint32_t
find_order(const struct match *match, const struct market *market,
           uint64_t order_id, uint64_t account_id)
{
    uint32_t number = books_find(&match->books, market->book.number, order_id);

    if (number && account_id &&
        match->books.orders[number].account_id != account_id)
        return 0;
    return number;
}

static int
on_modify(struct match *match, struct market *market,
          const struct modify *modify, struct failure *failure)
{
    enum reason reason = REASON_UNKNOWN_INSTRUMENT;
    struct change change;
    uint32_t number = 0;

    if (market) {
        number =
            find_order(match, market, modify->order_id, modify->account_id);
        reason = number ? check_modify(match, market, number, modify, &change)
                 : modify->order_id ? REASON_UNKNOWN_ORDER
                                    : REASON_INVALID_ID;
    }
    if (reason) {
        tell_request_rejected(match, &modify->event, REQUEST_MODIFY,
                              modify->order_id, modify->account_id, number,
                              reason);
        return 0;
    }
    if (books_reserve(&match->books, failure) != 0)
        return -1;
    apply_modify(match, market, number, &change);
    return 0;
}

/* ---- cancelling ---------------------------------------------------------- */

static enum reason
check_cancel(const struct match *match, const struct market *market,
             uint32_t number, const struct cancel *cancel)
{
    if (cancel->quantity == DECIMAL_NULL)
        return 0;
    if (cancel->quantity <= 0)
        return REASON_INVALID_QUANTITY;
    if (cancel->quantity >= match->books.orders[number].open)
        return 0;
    return check_quantity(market, cancel->quantity);
}

static void
apply_cancel(struct match *match, struct market *market, uint32_t number,
             const struct cancel *cancel)
{
    struct books *books = &match->books;

    if (cancel->quantity != DECIMAL_NULL &&
        cancel->quantity < books->orders[number].open) {
        books->rests[number].quantity -= cancel->quantity;
        book_reduce(books, number, cancel->quantity);
        tell_modified(match, &cancel->event, number, REASON_REDUCED);
        return;
    }
    tell_end(match, &cancel->event, cancel->event.instrument, EVENT_CANCELLED,
             REQUEST_CANCEL, REASON_REQUESTED, number);
    book_remove(books, &market->book, number);
}

static int
on_cancel(struct match *match, struct market *market,
          const struct cancel *cancel, struct failure *failure)
{
    enum reason reason = REASON_UNKNOWN_INSTRUMENT;
    uint32_t number = 0;

    if (cancel->order_id == 0 && (market || cancel->event.instrument == 0))
        return match_cancel_many(match, market, cancel, failure);
    if (market) {
        number =
            find_order(match, market, cancel->order_id, cancel->account_id);
        reason = number ? check_cancel(match, market, number, cancel)
                        : REASON_UNKNOWN_ORDER;
    }
    if (reason)
        tell_request_rejected(match, &cancel->event, REQUEST_CANCEL,
                              cancel->order_id, cancel->account_id, number,
                              reason);
    else
        apply_cancel(match, market, number, cancel);
    return 0;
}

/* ---- events -------------------------------------------------------------- */

int
match_event(struct match *match, uint32_t index, const struct event *event,
            struct failure *failure)
{
    bool known = event->instrument && index < match->count;
    struct market *market = known ? &match->markets[index] : NULL;
    const void *at = event;

    switch (event->type) {
    case EVENT_ORDER:
        match->requests++;
        return on_order(match, market, at, failure);
    case EVENT_MODIFY:
        match->requests++;
        return on_modify(match, market, at, failure);
    case EVENT_CANCEL:
        match->requests++;
        return on_cancel(match, market, at, failure);
    case EVENT_SESSION: return match_session(match, market, at, failure);
    default: return 0;
    }
}

/* order, modify and cancel have their order_id in two places. */
static uint64_t
order_id_of(const struct event *event)
{
    const void *at = event;

    return event->type == EVENT_ORDER ? ((const struct order *)at)->order_id
                                      : ((const struct modify *)at)->order_id;
}

void
match_expect(const struct match *match, uint32_t index,
             const struct event *event, bool near)
{
    _Static_assert(offsetof(struct modify, order_id) ==
                       offsetof(struct cancel, order_id),
                   "modify and cancel begin alike");
    if (event->type < EVENT_ORDER || event->type > EVENT_CANCEL)
        return;
    if (near)
        books_expect_order(&match->books, index, order_id_of(event));
    else
        books_expect_slot(&match->books, index, order_id_of(event));
}
