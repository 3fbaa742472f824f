#include "match/match.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "match/act.h"
#include "match/auction.h"
#include "match/check.h"
#include "match/close.h"
#include "match/expiry.h"
#include "match/finish.h"
#include "match/modify.h"
#include "match/owners.h"
#include "match/plain.h"
#include "match/report.h"
#include "match/session.h"
#include "match/special.h"
#include "match/stop.h"
#include "match/ticks.h"

void
match_init(struct match *match, const struct event_sink *sink)
{
    memset(match, 0, sizeof *match);
    match->state = SESSION_CONTINUOUS;
    match->now = INT64_MIN;
    match->next_expiry = NEVER;
    match->sink = *sink;
}

void
match_free(struct match *match)
{
    books_free(&match->books);
    for (uint32_t i = 0; i < match->count; i++)
        free(match->markets[i].ticks);
    free(match->markets);
    free(match->expiries);
    map_free(&match->members);
    map_free(&match->groups);
    curves_free(&match->curves);
    free(match->movers);
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

    assert(match->count <= match->capacity);
    if (match->count < match->capacity)
        return 0;
    larger = grow_aligned(match->markets, match->count, wanted, sizeof *larger);
    if (!larger)
        return fail_memory(failure);
    match->markets = larger;
    match->capacity = wanted;
    return 0;
}

static void
market_init(struct market *market, uint32_t index, uint8_t state)
{
    *market = (struct market){
        .last = DECIMAL_NULL,
        .trail_below = INT64_MIN,
        .trail_above = INT64_MAX,
        .indicated = {.price = DECIMAL_NULL},
        .state = state,
    };
    book_init(&market->book, index);
}

/* Time is the latest that was seen: it does not step back. */
static inline void
note_time(struct match *match, const struct event *event)
{
    if (event->time > match->now)
        match->now = event->time;
}

/* Whether an order expires now. */
static inline bool
is_late(const struct match *match)
{
    return match->now >= match->next_expiry;
}

/* A price that no order could have is none to lean towards. */
static int64_t
reference_of(const struct instrument *definition)
{
    int64_t price = definition->reference_price;

    return price > 0 && price <= DECIMAL_MAX ? price : DECIMAL_NULL;
}

int
match_know(struct match *match, uint32_t index,
           const struct instrument *definition, struct failure *failure)
{
    struct market *market;

    assert(index <= match->count);
    assert(definition->event.type == EVENT_INSTRUMENT);
    if (index == match->count) {
        if (make_room(match, failure) != 0)
            return -1;
        market_init(&match->markets[match->count++], index, match->state);
    }
    market = &match->markets[index];
    market->lot = multiple_of(definition->lot_size);
    market->lower = definition->lower_price; /* null is below all */
    market->upper = definition->upper_price == DECIMAL_NULL
                        ? INT64_MAX
                        : definition->upper_price;
    market->reference = reference_of(definition);
    market->local = definition->event.instrument;
    return match_read_ticks(market, definition, failure);
}

/* ---- special orders ------------------------------------------------------ */

/* Enters a valid order into the books; then it acts, waits or is collected. */
static int
place_special(struct match *match, struct market *market,
              const struct arrival *arrival, struct failure *failure)
{
    const struct order *order = arrival->order;
    const struct turn turn = {&order->event, REQUEST_ORDER};
    bool at_close = arrival->time_in_force == TIF_AT_CLOSE;
    struct order_report *accepted;
    uint32_t number;
    struct extra *extra;

    if (match_reserve(match, failure) != 0)
        return -1;
    number = match_hold(match, market, order, arrival->order_type,
                        arrival->time_in_force);
    extra = books_extra(&match->books, number);
    extra->stop_price = match_first_stop(market, order);
    if (arrival->order_type == ORDER_MARKET_TO_LIMIT)
        extra->limit = match_touch(market, order->side, 0);
    accepted = emit_accepted(match, order, arrival->order_type,
                             arrival->time_in_force);
    accepted->price = extra->limit;
    accepted->stop_price = in_range(extra->stop_price);
    if (is_stop(arrival->order_type))
        match_wait(match, market, number);
    else if (is_collecting(market) || at_close)
        match_collect(match, market, number,
                      at_close && market->state != SESSION_CLOSING_AUCTION);
    else
        return match_act(match, market, number, &turn, failure);
    return 0;
}

static __attribute__((noinline)) int
on_special(struct match *match, struct market *market,
           const struct order *order, struct failure *failure)
{
    struct arrival arrival = match_understand(order);
    enum reason reason = market ? match_check(match, market, &arrival)
                                : REASON_UNKNOWN_INSTRUMENT;

    if (!reason && arrival.order_type == ORDER_LIMIT &&
        market->state == SESSION_CONTINUOUS &&
        match_would_take(match, market, arrival))
        reason = REASON_POST_ONLY;
    if (!reason)
        return place_special(match, market, &arrival, failure);
    emit_order_rejected(match, order, reason);
    return 0;
}

/* ---- orders -------------------------------------------------------------- */

static int
on_order(struct match *match, struct market *market, const struct order *order,
         struct failure *failure)
{
    if (!market || !match_is_plain(match, order))
        return on_special(match, market, order, failure);
    if (market->state == SESSION_CONTINUOUS)
        return match_plain_order(match, market, order, failure);
    if (order->order_type != ORDER_MARKET)
        return match_plain_collected(match, market, order, failure);
    return on_special(match, market, order, failure);
}

/* ---- events -------------------------------------------------------------- */

/* What the event itself asks for. */
static int
on_event(struct match *match, struct market *market, const struct event *event,
         struct failure *failure)
{
    const void *at = event;

    switch (event->type) {
    case EVENT_ORDER: return on_order(match, market, at, failure);
    case EVENT_CANCEL: return match_cancel(match, market, at, failure);
    case EVENT_MODIFY: return match_modify(match, market, at, failure);
    case EVENT_SESSION: return match_session(match, market, at, failure);
    case EVENT_ACCOUNT: return match_account(match, at, failure);
    default: return 0;
    }
}

/* Takes an event of any kind. */
static __attribute__((noinline)) int
take_any(struct match *match, struct market *market, const struct event *event,
         struct failure *failure)
{
    if (is_late(match) && match_expire(match, event, failure) != 0)
        return -1;
    match->requests +=
        event->type >= EVENT_ORDER && event->type <= EVENT_CANCEL;
    if (on_event(match, market, event, failure) != 0)
        return -1;
    if (match->busy || (market && market->state != SESSION_CONTINUOUS))
        return match_finish(match, market, event, failure);
    return 0;
}

/* Nearly all events end in a call that needs nothing kept here. */
int
match_event(struct match *match, uint32_t index, const struct event *event,
            struct failure *failure)
{
    bool known = event->instrument && index < match->count;
    struct market *market = known ? &match->markets[index] : NULL;
    const void *at = event;

    note_time(match, event);
    if (known && market->state == SESSION_CONTINUOUS && !is_late(match)) {
        if (event->type == EVENT_ORDER && match_is_plain(match, at)) {
            match->requests++;
            return match_plain_order(match, market, at, failure);
        }
        if (event->type == EVENT_CANCEL) {
            uint32_t *slot, order = match_find_plain(match, market, at, &slot);

            if (order) {
                match->requests++;
                return match_plain_cancel(match, market, at, order, slot);
            }
        }
    }
    return take_any(match, market, event, failure);
}

int
match_define(struct match *match, uint32_t index,
             const struct instrument *definition, struct failure *failure)
{
    if (match_know(match, index, definition, failure) != 0)
        return -1;
    /* its new reference price or ticks may give an auction another price */
    return match_event(match, index, &definition->event, failure);
}

/* ---- prefetching --------------------------------------------------------- */

/* order, modify and cancel have their order_id in two places. */
static uint64_t
order_id_of(const struct event *event)
{
    const void *at = event;

    return event->type == EVENT_ORDER ? ((const struct order *)at)->order_id
                                      : ((const struct modify *)at)->order_id;
}

/* The best of a side, where orders arrive.  A cancel does not give its side:
 * then one is as good as the other. */
static void
prefetch_ladder(const struct match *match, uint32_t index,
                const struct event *event)
{
    const struct level_pool *pool = &match->books.pool;
    unsigned side = ((const struct order *)(const void *)event)->side;
    const struct ladder *ladder = &match->markets[index].book.sides[side & 1];
    const char *leaf = (const char *)&pool->nodes[ladder->top];

    __builtin_prefetch(leaf);
    __builtin_prefetch(leaf + 64);
    __builtin_prefetch(leaf + 128);
    __builtin_prefetch(&pool->levels[ladder->best]);
}

/* Hardly a branch: what comes is random, and a wrong guess costs more than a
 * fetch in vain.  Order, level and node 0 exist and stand for none. */
void
match_prefetch(const struct match *match, uint32_t index,
               const struct event *event, enum match_step step)
{
    const struct books *books = &match->books;
    const struct resting *order;
    const uint32_t *slot;

    _Static_assert(offsetof(struct modify, order_id) ==
                       offsetof(struct cancel, order_id),
                   "modify and cancel begin alike");
    if (event->type < EVENT_ORDER || event->type > EVENT_CANCEL ||
        index >= match->count || books->count == 0)
        return;
    slot = books_slot(books, index, order_id_of(event));
    if (step == MATCH_FAR) {
        __builtin_prefetch(slot);
        __builtin_prefetch(&match->markets[index]);
        __builtin_prefetch(&match->markets[index].book.sides[0]);
        __builtin_prefetch(&match->markets[index].book.sides[1]);
        return;
    }
    order = &books->orders[*slot];
    if (step == MATCH_NEARER) {
        __builtin_prefetch(order);
        prefetch_ladder(match, index, event);
        return;
    }
    __builtin_prefetch(&books->pool.levels[order->level]);
    __builtin_prefetch(&books->orders[order->older]);
    __builtin_prefetch(&books->orders[order->newer]);
}
