#include "match/snapshot.h"

#include <assert.h>
#include <string.h>

#include "match/report.h"
#include "match/rules.h"
#include "match/special.h"

/* ---- saving -------------------------------------------------------------- */

static void *
put(const struct event_sink *sink, enum event_type type, size_t size,
    uint32_t instrument, int64_t time)
{
    struct event *event = sink->put(sink->owner, size);

    memset(event, 0, size);
    *event =
        (struct event){(uint16_t)(size / 8), (uint16_t)type, instrument, time};
    return event;
}

static void
emit_session(const struct match *match, const struct event_sink *sink)
{
    struct session *session =
        put(sink, EVENT_SESSION, sizeof *session, 0, match->now);

    session->state = match->state;
}

static void
emit_definition(const struct instrument *definition, uint32_t index,
                const struct event_sink *sink)
{
    size_t size = definition->event.words * 8UL;
    struct instrument *event = sink->put(sink->owner, size);

    memcpy(event, definition, size);
    event->event.instrument = index + 1;
}

/* The id of an instrument on the current tape, or 0. */
static uint32_t
local_of(const struct instruments *instruments, uint32_t index)
{
    uint32_t id = instruments->events[index]->event.instrument;

    return instruments_find(instruments, id) == index ? id : 0;
}

static void
emit_market(const struct match *match, const struct market *market,
            uint32_t local, const struct event_sink *sink)
{
    struct market_state *state = put(sink, EVENT_MARKET, sizeof *state,
                                     market->book.number + 1, match->now);

    state->state = market->state;
    state->last_price = market->last;
    state->trade_count = market->trades;
    state->local_id = local;
    state->indicative_price = market->indicated.price;
    state->indicative_quantity = market->indicated.quantity;
    state->indicative_surplus = market->indicated.surplus;
}

static void
emit_order(const struct match *match, uint32_t order,
           const struct event_sink *sink)
{
    const struct books *books = &match->books;
    const struct resting *resting = &books->orders[order];
    struct resting_order *event =
        put(sink, EVENT_RESTING, sizeof *event, resting->book + 1, match->now);
    struct order_report report;

    _Static_assert(offsetof(struct resting_order, visible_quantity) ==
                       sizeof report,
                   "a whole order, and where it stands");
    describe_order(match, order, &report);
    memcpy(&event->side, &report.side, sizeof report - sizeof report.event);
    event->place = resting->place + 1U;
    event->visible_quantity = resting->open;
    event->accepted = books->ages[order];
    if (!resting->special)
        return;
    event->stop_price = books_extra(books, order)->stop_price;
    event->placed = books_extra(books, order)->since;
}

static void
emit_ladder(const struct match *match, const struct ladder *ladder,
            const struct event_sink *sink)
{
    const struct books *books = &match->books;
    struct ladder_place place;
    uint32_t level = ladder_first(&books->pool, ladder, &place);

    for (; level; level = ladder_next(&books->pool, &place))
        for (uint32_t order = books_level(books, level)->head; order;
             order = books->orders[order].newer)
            emit_order(match, order, sink);
}

void
match_save(const struct match *match, const struct instruments *instruments,
           const struct event_sink *sink)
{
    assert(!match->busy && !match->triggered); /* between two events */
    assert(match->count <= instruments->count);
    emit_session(match, sink);
    for (uint32_t i = 0; i < match->count; i++) {
        const struct market *market = &match->markets[i];

        emit_definition(instruments->events[i], i, sink);
        emit_market(match, market, local_of(instruments, i), sink);
        for (unsigned place = 0; place < PLACE_NOWHERE; place++)
            for (unsigned side = 0; side < 2; side++)
                emit_ladder(match, &market->book.ladders[place][side], sink);
    }
}

/* ---- restoring ----------------------------------------------------------- */

_Static_assert((int)STANDS_IN_BOOK == PLACE_BOOK + 1 &&
                   (int)STANDS_HIDDEN == PLACE_HIDDEN + 1 &&
                   (int)STANDS_ALL_OR_NONE == PLACE_ALL_OR_NONE + 1 &&
                   (int)STANDS_STOP == PLACE_STOP + 1 &&
                   (int)STANDS_UNSET == PLACE_UNSET + 1 &&
                   (int)STANDS_MARKET == PLACE_MARKET + 1 &&
                   (int)STANDS_CLOSE == PLACE_CLOSE + 1 &&
                   (int)STANDS_CLOSE == PLACE_NOWHERE,
               "a place has the same number on a tape, counted from 1");

static bool
is_null_or_amount(int64_t value)
{
    return value == DECIMAL_NULL || is_amount(value);
}

static int
restore_market(struct match *match, const struct market_state *state,
               struct failure *failure)
{
    struct market *market = &match->markets[match->count - 1];

    if (state->state == 0 || !is_null_or_amount(state->last_price) ||
        !is_null_or_amount(state->indicative_price) ||
        state->local_id > UINT32_MAX)
        return fail(failure, FAILURE_DATA, "no market can be in this state");
    market->state = state->state;
    market->last = state->last_price;
    market->trades = state->trade_count;
    market->local = (uint32_t)state->local_id;
    market->indicated = (struct indication){
        .price = state->indicative_price,
        .quantity = state->indicative_quantity,
        .surplus = state->indicative_surplus,
    };
    return 0;
}

/* The price by which an order stands in its place. */
static int64_t
price_in(const struct resting_order *order)
{
    switch (order->place) {
    case STANDS_STOP: return order->stop_price;
    case STANDS_UNSET:
    case STANDS_MARKET:
    case STANDS_CLOSE: return 0;
    default: return order->price;
    }
}

/* Whether the numbers are such that no sum of them leaves its range. */
static bool
has_good_numbers(const struct resting_order *order)
{
    bool trails = order->order_type == ORDER_TRAILING_STOP;
    int64_t stop = order->stop_price, far = 2 * DECIMAL_MAX;

    return is_amount(order->quantity) && is_amount(order->remaining_quantity) &&
           is_amount(order->visible_quantity) &&
           order->remaining_quantity <= order->quantity &&
           order->visible_quantity <= order->remaining_quantity &&
           is_null_or_amount(order->price) &&
           is_null_or_amount(order->display_quantity) &&
           is_null_or_amount(order->min_quantity) &&
           is_null_or_amount(order->offset_step) &&
           (trails ? is_amount(order->price_offset)
                   : order->price_offset == DECIMAL_NULL ||
                         order->price_offset >= 0) &&
           (stop == DECIMAL_NULL || (stop <= far && stop >= -far)) &&
           (order->display_quantity == DECIMAL_NULL ||
            order->remaining_quantity / order->display_quantity <= PEAKS_MAX);
}

/* Whether an order of that kind can stand there. */
static bool
has_good_place(const struct resting_order *order)
{
    bool iceberg = order->visible_quantity < order->remaining_quantity;
    bool limited = order->price != DECIMAL_NULL;
    uint8_t unshown = order->flags & (ORDER_HIDDEN | ORDER_ALL_OR_NONE);

    if (iceberg && (order->place != STANDS_IN_BOOK ||
                    order->display_quantity == DECIMAL_NULL))
        return false;
    switch (order->place) {
    case STANDS_IN_BOOK: return limited && !unshown;
    case STANDS_HIDDEN: return limited && unshown == ORDER_HIDDEN;
    case STANDS_ALL_OR_NONE: return limited && unshown & ORDER_ALL_OR_NONE;
    case STANDS_STOP:
        return is_stop(order->order_type) && order->stop_price != DECIMAL_NULL;
    case STANDS_UNSET: return order->order_type == ORDER_TRAILING_STOP;
    case STANDS_MARKET: return !limited;
    case STANDS_CLOSE: return order->time_in_force == TIF_AT_CLOSE;
    default: return false;
    }
}

/* Whether it can be an order without an extra. */
static bool
can_be_plain(const struct resting_order *order)
{
    return order->place == STANDS_IN_BOOK && order->order_type == ORDER_LIMIT &&
           order->time_in_force <= TIF_GTC &&
           !(order->flags & ~ORDER_POST_ONLY) &&
           order->display_quantity == DECIMAL_NULL &&
           order->min_quantity == DECIMAL_NULL &&
           order->stop_price == DECIMAL_NULL &&
           order->price_offset == DECIMAL_NULL &&
           order->offset_step == DECIMAL_NULL;
}

/* The order as it was sent, except that it asks for what remains of it. */
static struct order
order_of(const struct resting_order *resting)
{
    struct order order;

    _Static_assert(offsetof(struct resting_order, remaining_quantity) ==
                       offsetof(struct order, price_offset),
                   "the same fields in the same places, up to expire_time");
    memcpy(&order, resting, offsetof(struct order, price_offset));
    order.quantity = resting->remaining_quantity;
    order.price_offset = resting->price_offset;
    order.offset_step = resting->offset_step;
    return order;
}

static uint32_t
enter_plain(struct match *match, struct market *market,
            const struct order *order)
{
    struct books *books = &match->books;

    return match_enter_plain(
        match, market, order, order->time_in_force, order->quantity,
        books_slot(books, market->book.number, order->order_id));
}

/* match_reserve made room. */
static uint32_t
enter_special(struct match *match, struct market *market,
              const struct order *order, const struct resting_order *resting)
{
    uint32_t number = match_hold(match, market, order, order->order_type,
                                 order->time_in_force);

    match_place(match, market, number, (enum book_place)(resting->place - 1),
                price_in(resting));
    match_show_only(match, market, number, resting->visible_quantity);
    books_extra(&match->books, number)->since = resting->placed;
    return number;
}

/* Good till date, and only then, it lives until a time to come. */
static bool
has_good_time(const struct match *match, const struct resting_order *order)
{
    return order->time_in_force == TIF_GTD ? order->expire_time > match->now
                                           : order->expire_time == DECIMAL_NULL;
}

static int
restore_order(struct match *match, const struct resting_order *resting,
              struct failure *failure)
{
    struct market *market = &match->markets[match->count - 1];
    uint64_t accepted = match->accepted, stamps = match->stamps;
    struct order order = order_of(resting);
    bool plain = resting->placed == 0;
    uint32_t number;

    if (order.order_id == 0 || order.side == 0 || order.order_type == 0 ||
        order.time_in_force == 0 || !has_good_numbers(resting) ||
        !has_good_place(resting) || !has_good_time(match, resting) ||
        (plain && !can_be_plain(resting)))
        return fail(failure, FAILURE_DATA, "no order can be like this one");
    if (books_find(&match->books, market->book.number, order.order_id))
        return fail(failure, FAILURE_DATA, "the order is live already");
    if (match_reserve(match, failure) != 0)
        return -1;
    number = plain ? enter_plain(match, market, &order)
                   : enter_special(match, market, &order, resting);
    match->books.rests[number].quantity = resting->quantity;
    match->books.ages[number] = resting->accepted;
    /* only which is larger counts, so the largest may be where to go on */
    match->accepted =
        resting->accepted > accepted ? resting->accepted : accepted;
    match->stamps = resting->placed > stamps ? resting->placed : stamps;
    return 0;
}

int
match_restore(struct match *match, const struct event *event,
              struct failure *failure)
{
    const void *at = event;
    const struct session *session = at;

    if (event->type == EVENT_INSTRUMENT &&
        event->instrument == match->count + 1)
        return match_know(match, match->count, at, failure);
    if (event->type == EVENT_SESSION && event->instrument == 0 &&
        session->state != 0) {
        match->state = session->state;
        match->now = event->time;
        return 0;
    }
    if (match->count > 0 && event->instrument == match->count) {
        if (event->type == EVENT_MARKET)
            return restore_market(match, at, failure);
        if (event->type == EVENT_RESTING)
            return restore_order(match, at, failure);
    }
    return fail(failure, FAILURE_DATA, "this event is out of place");
}
