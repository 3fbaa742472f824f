#include "match/take.h"

#include <assert.h>

#include "match/special.h"
#include "match/stop.h"

/* ---- makers in order ----------------------------------------------------- */

/* The next all-or-none maker that has not been passed over. */
struct cursor {
    struct ladder_place place;
    uint32_t order; /* 0: none */
};

static void
cursor_begin(const struct match *match, struct market *market, unsigned side,
             struct cursor *cursor)
{
    const struct books *books = &match->books;
    const struct ladder *ladder =
        &market->book.ladders[PLACE_ALL_OR_NONE][SIDE_SELL - side];
    uint32_t level;

    cursor->order = 0;
    if (market->unshown == 0)
        return;
    level = ladder_first(&books->pool, ladder, &cursor->place);
    cursor->order = level ? books_level(books, level)->head : 0;
}

/* Moves on to the next; the order it is at must still be in its queue. */
static void
cursor_next(const struct match *match, struct cursor *cursor)
{
    const struct books *books = &match->books;
    uint32_t level;

    assert(cursor->order);
    cursor->order = books->orders[cursor->order].newer;
    if (cursor->order)
        return;
    level = ladder_next(&books->pool, &cursor->place);
    cursor->order = level ? books_level(books, level)->head : 0;
}

static uint32_t
head_of(const struct books *books, const struct ladder *ladder)
{
    return books_level(books, ladder->best)->head;
}

/* next_maker where orders rest that are not shown. */
static uint32_t
next_of_all(const struct match *match, struct market *market,
            const struct taker *taker, struct cursor *cursor)
{
    const struct books *books = &match->books;
    const struct ladder *shown = book_opposite(&market->book, taker->side);
    const struct ladder *hidden =
        &market->book.ladders[PLACE_HIDDEN][SIDE_SELL - taker->side];
    bool is_hidden = hidden->best_key > shown->best_key;
    int64_t key = is_hidden ? hidden->best_key : shown->best_key, other;
    uint32_t order = 0;

    if (key >= taker->limit)
        order = head_of(books, is_hidden ? hidden : shown);
    while (cursor->order && books->orders[cursor->order].open > taker->open)
        cursor_next(match, cursor);
    if (cursor->order == 0)
        return order;
    other = ladder_key(shown, books->orders[cursor->order].price);
    if (other < taker->limit || (order && other < key))
        return order;
    if (order && other == key &&
        (!is_hidden || books_extra(books, order)->since <
                           books_extra(books, cursor->order)->since))
        return order;
    return cursor->order;
}

/* The maker that the taker meets next, or 0. */
static inline uint32_t
next_maker(const struct match *match, struct market *market,
           const struct taker *taker, struct cursor *cursor)
{
    const struct ladder *shown = book_opposite(&market->book, taker->side);

    if (__builtin_expect(market->unshown != 0, 0))
        return next_of_all(match, market, taker, cursor);
    return shown->best_key >= taker->limit ? head_of(&match->books, shown) : 0;
}

bool
match_meets(const struct match *match, struct market *market,
            const struct taker *taker)
{
    struct cursor cursor;

    cursor_begin(match, market, taker->side, &cursor);
    return next_maker(match, market, taker, &cursor) != 0;
}

/* ---- self-trade ---------------------------------------------------------- */

static void
end_maker(struct match *match, struct market *market, const struct taker *taker,
          uint32_t maker)
{
    emit_end(match, taker->cause, EVENT_CANCELLED, 0, REASON_SELF_TRADE, maker);
    match_remove(match, market, maker);
}

static void
end_taker(struct match *match, struct taker *taker)
{
    assert(taker->number); /* prevention makes an order special */
    match->books.orders[taker->number].open = taker->open;
    emit_end(match, taker->cause, EVENT_CANCELLED, (enum request)taker->request,
             REASON_SELF_TRADE, taker->number);
    taker->open = 0;
}

/* Both lose what they would have traded. */
static void
decrement(struct match *match, struct market *market, struct taker *taker,
          uint32_t maker)
{
    struct books *books = &match->books;
    int64_t shown = books->orders[maker].open;
    int64_t quantity = shown < taker->open ? shown : taker->open;

    assert(taker->number && quantity > 0);
    if (quantity == books_open(books, maker)) {
        end_maker(match, market, taker, maker);
    } else {
        book_reduce(books, maker, quantity);
        books->rests[maker].quantity -= quantity;
        if (quantity == shown)
            match_refill(match, market, maker);
        emit_modified(match, taker->cause, maker, REASON_SELF_TRADE);
    }
    if (quantity == taker->open) {
        end_taker(match, taker);
        return;
    }
    taker->open -= quantity;
    books->orders[taker->number].open = taker->open;
    books->rests[taker->number].quantity -= quantity;
    emit_modified(match, taker->cause, taker->number, REASON_SELF_TRADE);
}

/* The taker meets an order of its owner: its mode decides. */
static void
prevent(struct match *match, struct market *market, struct taker *taker,
        uint32_t maker)
{
    if (taker->self_trade == SELF_TRADE_DECREMENT) {
        decrement(match, market, taker, maker);
        return;
    }
    if (taker->self_trade != SELF_TRADE_CANCEL_NEWEST)
        end_maker(match, market, taker, maker);
    if (taker->self_trade != SELF_TRADE_CANCEL_OLDEST)
        end_taker(match, taker);
}

static inline bool
is_prevented(const struct match *match, const struct taker *taker,
             uint32_t maker)
{
    return taker->self_trade > SELF_TRADE_NONE &&
           match_same_owner(match, taker->account_id,
                            match->books.orders[maker].account_id);
}

/* ---- trading ------------------------------------------------------------- */

/* A maker has traded all that it shows. */
static inline void
use_up(struct match *match, struct market *market, uint32_t maker)
{
    struct books *books = &match->books;

    if (!books->orders[maker].special) {
        const struct resting *order = &books->orders[maker];

        book_remove(books, &market->book,
                    books_slot(books, order->book, order->order_id), maker);
        return;
    }
    book_reduce(books, maker, books->orders[maker].open);
    if (!match_refill(match, market, maker))
        match_remove(match, market, maker);
}

static inline void
trade(struct match *match, struct market *market, struct taker *taker,
      uint32_t number)
{
    const struct resting *maker = &match->books.orders[number];
    bool whole = maker->open <= taker->open;
    int64_t quantity = whole ? maker->open : taker->open;

    emit_trade(match, market, taker, maker, quantity);
    market->last = maker->price;
    taker->open -= quantity;
    if (whole)
        use_up(match, market, number);
    else
        book_reduce(&match->books, number, quantity);
}

int
match_take(struct match *match, struct market *market, struct taker *taker,
           struct failure *failure)
{
    struct cursor cursor;
    uint32_t maker;

    assert(taker->open > 0);
    assert(market->state == SESSION_CONTINUOUS);
    cursor_begin(match, market, taker->side, &cursor);
    while (taker->open > 0 &&
           (maker = next_maker(match, market, taker, &cursor)) != 0) {
        if (maker == cursor.order)
            cursor_next(match, &cursor);
        if (is_prevented(match, taker, maker)) {
            prevent(match, market, taker, maker);
            continue;
        }
        trade(match, market, taker, maker);
        if (market->stops && match_traded(match, market, failure) != 0)
            return -1;
    }
    return 0;
}

/* ---- what there is to take ----------------------------------------------- */

/* Whether that much is within the limit, when levels count as a whole: no
 * maker is passed over or prevented. */
static bool
is_enough(const struct match *match, struct market *market,
          const struct taker *taker, int64_t wanted)
{
    static const uint8_t places[] = {PLACE_BOOK, PLACE_RESERVES, PLACE_HIDDEN};
    const struct level_pool *pool = &match->books.pool;
    i128 sum = 0;

    for (size_t i = 0; i < sizeof places; i++) {
        const struct ladder *ladder =
            &market->book.ladders[places[i]][SIDE_SELL - taker->side];
        struct ladder_place place;
        uint32_t level = ladder_first(pool, ladder, &place);

        for (; level; level = ladder_next(pool, &place)) {
            if (ladder_key(ladder, pool->levels[level].price) < taker->limit)
                break;
            sum += level_quantity(&pool->levels[level]);
            if (sum >= wanted)
                return true;
        }
    }
    return false;
}

/* One ladder of the makers, walked order by order. */
struct walk {
    const struct ladder *ladder;
    struct ladder_place place;
    uint32_t order; /* 0: the end */
    int64_t key;    /* KEY_NONE at the end */
};

static void
walk_to(const struct books *books, struct walk *walk, uint32_t level)
{
    walk->order = level ? books_level(books, level)->head : 0;
    walk->key = level
                    ? ladder_key(walk->ladder, books_level(books, level)->price)
                    : KEY_NONE;
}

static void
walk_next(const struct books *books, struct walk *walk)
{
    uint32_t next = books->orders[walk->order].newer;

    if (next)
        walk->order = next;
    else
        walk_to(books, walk, ladder_next(&books->pool, &walk->place));
}

/* What a taker could have, counted maker by maker. */
struct count {
    i128 sum;
    i128 later;  /* reserves at the current price: they come after all peaks */
    int64_t key; /* that price */
    bool ended;  /* an own order ends it */
};

/* Counts one maker. */
static void
count_maker(const struct match *match, const struct taker *taker,
            const struct walk *walk, struct count *count)
{
    const struct books *books = &match->books;
    int64_t open = books->orders[walk->order].open;
    bool whole = books->orders[walk->order].place == PLACE_ALL_OR_NONE;

    if (whole && open > taker->open - count->sum)
        return;
    if (is_prevented(match, taker, walk->order)) {
        count->ended = taker->self_trade != SELF_TRADE_CANCEL_OLDEST;
        return;
    }
    count->sum += open;
    count->later += books_open(books, walk->order) - open;
}

/* The walk whose maker comes first: shown, then hidden and all or none. */
static struct walk *
first_of(const struct books *books, struct walk walks[3])
{
    struct walk *shown = &walks[0], *hidden = &walks[1], *whole = &walks[2];

    if (hidden->key == whole->key && hidden->key != KEY_NONE)
        hidden = books_extra(books, hidden->order)->since <
                         books_extra(books, whole->order)->since
                     ? hidden
                     : whole;
    else if (whole->key > hidden->key)
        hidden = whole;
    return hidden->key > shown->key ? hidden : shown;
}

bool
match_fillable(const struct match *match, struct market *market,
               const struct taker *taker, int64_t wanted)
{
    const struct books *books = &match->books;
    unsigned other = SIDE_SELL - taker->side;
    struct count count = {.key = KEY_END};
    struct walk walks[3];

    assert(wanted > 0 && wanted <= taker->open);
    if (taker->self_trade <= SELF_TRADE_NONE && market->all_or_none[other] == 0)
        return is_enough(match, market, taker, wanted);
    for (int place = PLACE_BOOK; place <= PLACE_ALL_OR_NONE; place++) {
        struct walk *walk = &walks[place];

        walk->ladder = &market->book.ladders[place][other];
        walk_to(books, walk,
                ladder_first(&books->pool, walk->ladder, &walk->place));
    }
    while (!count.ended && count.sum < wanted) {
        struct walk *walk = first_of(books, walks);
        bool shown = walk == &walks[0] && walk->key == count.key;

        if (!shown) {
            count.sum += count.later;
            count.later = 0;
            count.key = walk->key;
        }
        if (walk->key < taker->limit || count.sum >= wanted)
            break;
        count_maker(match, taker, walk, &count);
        walk_next(books, walk);
    }
    return count.sum >= wanted;
}
