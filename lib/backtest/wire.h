/* wire.h - how a strategy and a backtest write to each other: a table of
 * functions for each form of it.
 *
 * Those that write put an event at the end of coprocess_put(); the strategy
 * sees it in its next turn, which they wake it for where the event is a reason
 * for one.  Without memory they write nothing, and the coprocess fails later.
 */
#ifndef BACKTEST_WIRE_H
#define BACKTEST_WIRE_H

#include "backtest/strategy.h"

struct wire {
    const char *name;
    bool json; /* lines are objects of JSON: fields have names */

    /* ---- to the strategy ---- */
    void (*hello)(struct strategy *strategy);
    void (*instrument)(struct strategy *strategy, uint32_t index, int64_t time);
    void (*session)(struct strategy *strategy, uint32_t index,
                    const struct session *session);
    void (*quote)(struct strategy *strategy, uint32_t index, int64_t time,
                  const struct quote *quote);
    void (*trade)(struct strategy *strategy, uint32_t index, int64_t time,
                  unsigned side, int64_t price, int64_t quantity);
    void (*bar)(struct strategy *strategy, uint32_t index,
                const struct bar *bar);
    /* accepted, modified */
    void (*report)(struct strategy *strategy, const struct own_order *order,
                   const struct order_report *report);
    /* cancelled, expired, triggered, rejected */
    void (*end)(struct strategy *strategy, const struct own_order *order,
                const struct order_end *end);
    void (*fill)(struct strategy *strategy, const struct own_order *order,
                 const struct trade *trade, enum own_role role, i128 fee);
    void (*position)(struct strategy *strategy, uint32_t index, int64_t time);
    void (*timer)(struct strategy *strategy, int64_t time);
    void (*go)(struct strategy *strategy, int64_t time);     /* its turn */
    void (*finish)(struct strategy *strategy, int64_t time); /* no more turns */

    /* ---- from the strategy ---- */
    /* Takes a line that answers a turn; true if it was the last of the
     * answer. */
    bool (*answer)(struct strategy *strategy, const struct strategy_turn *turn,
                   char *line, size_t size);
};

/* The same events and requests in both. */
extern const struct wire wire_text, wire_json;

static inline const struct wire *
strategy_wire(const struct strategy *strategy)
{
    return strategy->world->wire;
}

/* The last members of the two: text_read.c, json_read.c. */
bool text_read(struct strategy *strategy, const struct strategy_turn *turn,
               char *line, size_t size);
bool json_read(struct strategy *strategy, const struct strategy_turn *turn,
               char *line, size_t size);

#endif
