#include "gen/flow_book.h"

#include <assert.h>
#include <string.h>

#define MASK (FLOW_LEVELS - 1)

_Static_assert(FLOW_LEVELS == 32, "a set of levels is a uint32_t");

static unsigned
level_of(int64_t tick)
{
    return (unsigned)(tick & MASK);
}

/* The levels of a side in order of price: bit 0 is the level at base. */
static uint32_t
by_price(const struct flow_book *book, unsigned side)
{
    unsigned shift = level_of(book->base);
    uint32_t held = book->held[side];

    return held >> shift | held << (-shift & MASK);
}

int64_t
flow_book_best(const struct flow_book *book, unsigned side)
{
    uint32_t held = by_price(book, side);

    if (held == 0)
        return FLOW_NO_TICK;
    return book->base +
           (side == SIDE_BUY ? 31 - __builtin_clz(held) : __builtin_ctz(held));
}

int64_t
flow_book_resting(const struct flow_book *book, unsigned side,
                  unsigned distance)
{
    int64_t middle = book->base + FLOW_LEVELS / 2;
    int64_t tick, best;

    if (side == SIDE_BUY) {
        tick = middle - 1 - distance;
        best = flow_book_best(book, SIDE_SELL);
        if (best != FLOW_NO_TICK && tick >= best)
            tick = best - 1;
        return tick >= book->base ? tick : FLOW_NO_TICK;
    }
    tick = middle + distance;
    best = flow_book_best(book, SIDE_BUY);
    if (best != FLOW_NO_TICK && tick <= best)
        tick = best + 1;
    return tick < book->base + FLOW_LEVELS ? tick : FLOW_NO_TICK;
}

bool
flow_book_has_room(const struct flow_book *book, int64_t tick)
{
    return book->counts[level_of(tick)] < FLOW_LEVEL_ORDERS;
}

void
flow_book_add(struct flow_book *book, unsigned side, int64_t tick,
              struct flow_order order)
{
    unsigned level = level_of(tick);

    assert(tick >= book->base && tick < book->base + FLOW_LEVELS);
    assert(book->counts[level] < FLOW_LEVEL_ORDERS);
    book->orders[level][book->counts[level]++] = order;
    book->held[side] |= UINT32_C(1) << level;
    book->live++;
}

struct flow_order
flow_book_remove(struct flow_book *book, struct flow_place place)
{
    struct flow_order *order = &book->orders[place.level][place.index];
    struct flow_order removed = *order;
    unsigned after;

    assert(place.index < book->counts[place.level] && book->live > 0);
    after = --book->counts[place.level] - place.index;
    memmove(order, order + 1, after * sizeof *order);
    book->live--;
    if (book->counts[place.level] == 0)
        book->held[flow_book_side(book, place.level)] &=
            ~(UINT32_C(1) << place.level);
    return removed;
}

static bool
crosses(unsigned side, int64_t limit, int64_t best)
{
    if (limit == FLOW_NO_TICK)
        return true;
    return side == SIDE_BUY ? best <= limit : best >= limit;
}

uint32_t
flow_book_take(struct flow_book *book, unsigned side, int64_t limit,
               uint32_t lots)
{
    unsigned other = side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;

    while (lots > 0) {
        int64_t best = flow_book_best(book, other);
        struct flow_place place = {level_of(best), 0};
        struct flow_order *order = &book->orders[place.level][0];

        if (best == FLOW_NO_TICK || !crosses(side, limit, best))
            break;
        if (order->lots > lots) {
            order->lots -= lots;
            return 0;
        }
        lots -= order->lots;
        flow_book_remove(book, place);
    }
    return lots;
}

struct flow_place
flow_book_pick(const struct flow_book *book, uint64_t *bits)
{
    uint32_t held = book->held[SIDE_BUY] | book->held[SIDE_SELL];
    unsigned from = random_part(bits, FLOW_LEVELS);
    struct flow_place place;

    assert(book->live > 0);
    held = held >> from | held << (-from & MASK);
    place.level = (from + (unsigned)__builtin_ctz(held)) & MASK;
    place.index = random_part(bits, book->counts[place.level]);
    return place;
}

/* The level that falls out when the window moves by drift. */
static unsigned
leaving(const struct flow_book *book)
{
    return level_of(book->drift > 0 ? book->base
                                    : book->base + FLOW_LEVELS - 1);
}

bool
flow_book_is_stuck(const struct flow_book *book)
{
    return book->drift != 0 && book->counts[leaving(book)] > 0;
}

struct flow_place
flow_book_in_way(const struct flow_book *book)
{
    return (struct flow_place){leaving(book), 0};
}

void
flow_book_move(struct flow_book *book)
{
    int64_t base = book->base + book->drift;

    if (book->drift == 0 || book->counts[leaving(book)] > 0)
        return;
    if (base >= FLOW_TICK_MIN && base + FLOW_LEVELS <= FLOW_TICK_MAX)
        book->base = base;
    book->drift = 0;
}
