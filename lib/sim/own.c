#include <assert.h>

#include "base/array.h"
#include "match/report.h"
#include "match/rules.h"
#include "sim/history.h"

/* ---- what history's orders were before own ones took --------------------- */

static bool
is_history(const struct resting *order)
{
    return !sim_is_own(order->order_id);
}

static int
keep(struct sim *sim, uint32_t number, struct failure *failure)
{
    const struct books *books = &sim->match.books;
    struct sim_kept *kept =
        array_grow(sim->kept, &sim->kept_capacity, sim->kept_count + 1UL,
                   sizeof *kept, failure);

    if (!kept)
        return -1;
    sim->kept = kept;
    kept[sim->kept_count++] = (struct sim_kept){
        books->orders[number], books->rests[number], books->ages[number]};
    return 0;
}

/* Those of one side, best first, till there are as many as wanted. */
static int
keep_side(struct sim *sim, const struct market *market, unsigned side,
          i128 wanted, struct failure *failure)
{
    const struct books *books = &sim->match.books;
    const struct ladder *ladder = &market->book.sides[side];
    struct ladder_place place;
    uint32_t level = ladder_first(&books->pool, ladder, &place);

    for (; level && wanted > 0; level = ladder_next(&books->pool, &place)) {
        uint32_t order = books_level(books, level)->head;

        for (; order && wanted > 0; order = books->orders[order].newer) {
            if (!is_history(&books->orders[order]))
                continue;
            wanted -= books->orders[order].open;
            if (keep(sim, order, failure) != 0)
                return -1;
        }
    }
    return 0;
}

/* All that stops which wait could take. */
static i128
waiting(const struct sim *sim, const struct market *market)
{
    static const uint8_t places[] = {PLACE_STOP, PLACE_UNSET};
    const struct level_pool *pool = &sim->match.books.pool;
    i128 sum = 0;

    for (unsigned i = 0; market->stops && i < 2 * sizeof places; i++) {
        struct ladder_place place;
        uint32_t level = ladder_first(
            pool, &market->book.ladders[places[i / 2]][i % 2], &place);

        for (; level; level = ladder_next(pool, &place))
            sum += level_quantity(&pool->levels[level]);
    }
    return sum;
}

int
history_remember(struct sim *sim, struct market *market, i128 wanted,
                 struct failure *failure)
{
    sim->kept_count = 0;
    wanted += waiting(sim, market);
    if (keep_side(sim, market, 0, wanted, failure) != 0)
        return -1;
    return keep_side(sim, market, 1, wanted, failure);
}

/* ---- what they are then -------------------------------------------------- */

/* An order is back at the head of its queue, where it was taken. */
static int
give_back(struct sim *sim, struct market *market, const struct sim_kept *kept,
          struct failure *failure)
{
    struct books *books = &sim->match.books;
    uint32_t number, at;
    struct level *level;

    assert(is_history(&kept->order) && kept->order.open > 0);
    if (books_reserve(books, failure) != 0)
        return -1;
    number = books_new(books);
    at = ladder_take(&books->pool,
                     &market->book.sides[kept->order.side - SIDE_BUY],
                     kept->order.price);
    level = books_level(books, at);
    books->orders[number] = kept->order;
    books->rests[number] = kept->rest;
    books->ages[number] = kept->age;
    books_link(books, books_slot(books, kept->order.book, kept->order.order_id),
               number);
    books->orders[number].level = at;
    books->orders[number].older = 0;
    books->orders[number].newer = level->head;
    if (level->head)
        books->orders[level->head].older = number;
    else
        level->tail = number;
    level->head = number;
    level->count++;
    level_add(level, kept->order.open);
    return 0;
}

/* The last that was taken comes first: each was at the head before the next. */
int
history_settle(struct sim *sim, struct market *market, struct failure *failure)
{
    struct books *books = &sim->match.books;

    for (uint32_t i = sim->kept_count; i-- > 0;) {
        const struct sim_kept *kept = &sim->kept[i];
        uint32_t number =
            books_find(books, kept->order.book, kept->order.order_id);
        int64_t open = number ? books->orders[number].open : 0;

        assert(open <= kept->order.open);
        if (sim->impact == SIM_IMPACT_TAKE) {
            if (!number && !history_is_level(kept->order.order_id) &&
                !map_put(&sim->taken, kept->order.order_id, 1))
                return fail_memory(failure);
        } else if (number) {
            books->orders[number].open = kept->order.open;
            level_add(books_level(books, books->orders[number].level),
                      kept->order.open - open);
        } else if (give_back(sim, market, kept, failure) != 0) {
            return -1;
        }
    }
    sim->kept_count = 0;
    return 0;
}

/* ---- requests ------------------------------------------------------------ */

/* What history leaves no room for: auctions, and orders that others would have
 * had to pass over. */
static bool
is_supported(const struct order *order)
{
    return order->time_in_force != TIF_AT_OPEN &&
           order->time_in_force != TIF_AT_CLOSE &&
           !(order->flags & ORDER_ALL_OR_NONE);
}

/* How much a request may take, at most. */
static int64_t
wanted_by(const struct sim *sim, const struct market *market,
          const struct event *event)
{
    const struct modify *modify = (const void *)event;
    uint32_t number;

    if (event->type == EVENT_ORDER)
        return ((const struct order *)(const void *)event)->quantity;
    if (event->type != EVENT_MODIFY)
        return 0;
    number =
        books_find(&sim->match.books, market->book.number, modify->order_id);
    if (modify->quantity != DECIMAL_NULL)
        return modify->quantity;
    return number ? books_open(&sim->match.books, number) : 0;
}

int
history_request(struct sim *sim, uint32_t index, const struct event *event,
                struct failure *failure)
{
    struct market *market =
        index < sim->match.count ? &sim->match.markets[index] : NULL;
    int64_t wanted;

    sim->traded = true;
    if (!market)
        return match_event(&sim->match, index, event, failure);
    if (event->type == EVENT_ORDER && !is_supported((const void *)event)) {
        emit_order_rejected(&sim->match, (const void *)event,
                            REASON_UNSUPPORTED);
        return 0;
    }
    if (market->trades == 0) /* history's ids are others */
        market->trades = SIM_OWN_FIRST - 1;
    wanted = wanted_by(sim, market, event);
    if (history_remember(sim, market, is_amount(wanted) ? wanted : 0,
                         failure) != 0 ||
        match_event(&sim->match, index, event, failure) != 0)
        return -1;
    return history_settle(sim, market, failure);
}
