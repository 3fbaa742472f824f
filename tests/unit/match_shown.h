/* match_shown.h - what a book shows, by the plain engine, against a book made
 * from reports: each level's price, quantity and number of orders. */
#ifndef TESTS_MATCH_SHOWN_H
#define TESTS_MATCH_SHOWN_H

#include "feed/feed.h"
#include "match_model.h"

#define SHOWN_LEVELS 512

struct shown {
    int64_t rank; /* more is better */
    i128 quantity;
    uint64_t orders;
};

/* The best level of a side after a rank; false when there is none. */
static bool
shown_next(const struct model *model, uint32_t instrument, enum side side,
           int64_t behind, struct shown *level)
{
    bool found = false;

    for (int i = 0; i < model->count; i++) {
        const struct model_order *order = &model->live[i];

        if (order->where != MODEL_BOOK || !model_is_shown(order) ||
            order->order.event.instrument != instrument ||
            order->order.side != side || order->limit == MODEL_ANY_PRICE ||
            model_rank(order) >= behind)
            continue;
        if (!found || model_rank(order) > level->rank)
            *level = (struct shown){.rank = model_rank(order)};
        found = true;
        if (model_rank(order) == level->rank) {
            level->quantity += model_size(order);
            level->orders++;
        }
    }
    return found;
}

/* Whether a side of a book of reports shows what is shown. */
static bool
shown_is_same(const struct model *model, const struct feed *feed,
              uint32_t instrument, enum side side)
{
    static struct feed_level levels[SHOWN_LEVELS];
    struct shown level = {.rank = INT64_MAX};
    bool fits;
    unsigned count =
        feed_levels(feed, instrument - 1, side, levels, SHOWN_LEVELS, &fits);

    for (unsigned i = 0; i < count; i++) {
        int64_t price = levels[i].price;

        if (!shown_next(model, instrument, side, level.rank, &level) ||
            level.rank != (side == SIDE_BUY ? price : -price) ||
            level.orders != levels[i].order_count ||
            (fits && level.quantity != levels[i].quantity))
            return false;
    }
    return count == SHOWN_LEVELS ||
           !shown_next(model, instrument, side, level.rank, &level);
}

#endif
