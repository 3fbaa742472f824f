/* pnl.h - what accounts earned, from a ledger's tape: its trades, postings and
 * positions.  xreport(1) has the formulas.
 *
 *      pnl.c         accounts, positions, marks; sums by what was asked
 *      marks.c   arrival prices and markouts
 *      ratio.c   returns and their ratios
 *      busts.c   the report again, without busted trades
 *      text.c, json.c, html.c   the report
 *
 * All money is the ledger's own, exact.  Memory: about 300 bytes for each row
 * of the report, position and own order, and 2000 points of a curve for each
 * account.
 */
#ifndef PNL_PNL_H
#define PNL_PNL_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/map.h"
#include "tape/instruments.h"
#include "tape/names.h"

/* By what sums are kept; each has words in pnl_by_words. */
enum pnl_by {
    PNL_ALL,
    PNL_STRATEGY,
    PNL_SYMBOL,
    PNL_DAY,
    PNL_HOUR,
    PNL_SIDE,
    PNL_BY,
};
extern const char *const pnl_by_words[PNL_BY + 1];

struct pnl_sums {
    uint64_t fills, makers, takers; /* neither: of an auction */
    uint64_t closes, wins;          /* fills that closed; with a profit */
    i128 quantity, turnover, realized, fees;
};

struct pnl_group {
    uint32_t account;
    enum pnl_by by;
    int64_t key; /* an index, a day since 1970, an hour, a side, a strategy */
    struct pnl_sums sums;
};

#define PNL_HORIZONS 3
extern const int64_t pnl_horizons[PNL_HORIZONS]; /* nanoseconds */

struct pnl_point {
    int64_t time;
    i128 equity;
};

#define PNL_POINTS 2000

struct pnl_day {
    int64_t day;
    i128 equity, funds;
};

struct pnl_account {
    uint64_t id;
    bool watched; /* it has orders of a strategy */
    bool traded;
    i128 funds; /* deposits less withdrawals, interest and the like */
    i128 realized, unrealized, fees;
    i128 opening;         /* equity before its first trade */
    i128 peak, drawdown;  /* of equity; the largest fall from a peak */
    int64_t peak_time;    /* of the peak at hand */
    int64_t from, to;     /* the drawdown's */
    uint64_t orders;      /* of strategies */
    i128 ordered, filled; /* quantities of those */
    i128 slippage;        /* against the middle when they arrived */
    uint64_t slipped;     /* fills of which that is known */
    i128 markout[PNL_HORIZONS];
    uint64_t marked[PNL_HORIZONS];
    struct pnl_day *days; /* owned */
    uint32_t day_count;
    size_t day_capacity;
    struct pnl_point *points; /* owned */
    uint32_t point_count, stride, skipped;
    uint64_t doubted_trade; /* busted, see busts.h; or 0 */
};

struct pnl_position {
    uint32_t account, index;
    uint32_t next; /* of the same instrument + 1, or 0 */
    i128 quantity, cost, realized, unrealized, fees;
};

/* What is known of an instrument. */
struct pnl_market {
    int64_t last;       /* price of the last trade, or null */
    int64_t middle;     /* of the last quote with both sides, or null */
    uint32_t positions; /* the first + 1, or 0 */
    struct map orders;  /* id -> order of a strategy */
};

struct pnl_order {
    uint32_t strategy; /* among the strategies */
    int64_t middle;    /* when it was accepted, or null */
};

/* A fill whose markouts are due. */
struct pnl_mark {
    uint32_t account, index;
    int64_t time, price, quantity; /* signed: sold is negative */
};

struct pnl {
    struct instruments *instruments;
    const struct names *names;
    struct failure *failure;
    struct code currency; /* of what has none, and the only one */
    bool seen;            /* some instrument was traded in it */

    struct pnl_account *accounts;
    struct pnl_position *positions;
    struct pnl_group *groups;
    struct pnl_market *markets;
    struct pnl_order *orders;
    struct pnl_mark *marks; /* of which [due[h], mark_count) wait for h */
    uint64_t *strategies;   /* ids; all of these are owned */
    uint32_t account_count, position_count, group_count, market_count;
    uint32_t order_count, strategy_count;
    size_t mark_count, due[PNL_HORIZONS];
    size_t account_capacity, position_capacity, group_capacity;
    size_t market_capacity, order_capacity, mark_capacity, strategy_capacity;
    struct map account_map, position_map, group_map, strategy_map;

    const struct trade *cause; /* what the ledger's events follow: a copy */
    struct trade trade;
    int64_t first, last, day; /* times; the day at hand */
    uint64_t trades, positions_seen;
};

void pnl_init(struct pnl *pnl, struct instruments *instruments,
              const struct names *names, struct code currency,
              struct failure *failure);
void pnl_free(struct pnl *pnl);

/* Takes an event; index: of its instrument. 0 or -1. */
int pnl_event(struct pnl *pnl, uint32_t index, const struct event *event);

/* After the last event.  Groups are then in order. */
int pnl_finish(struct pnl *pnl);

/* Whether an account is reported: it has orders of a strategy, or nobody has.
 */
bool pnl_reports(const struct pnl *pnl, const struct pnl_account *account);

static inline i128
pnl_equity(const struct pnl_account *account)
{
    return account->funds + account->realized + account->unrealized -
           account->fees;
}

/* The text of a group's key, NUL-terminated. */
void pnl_key(const struct pnl *pnl, const struct pnl_group *group,
             char text[600]);

/* ---- marks.c --------------------------------------------------------- */

/* An account filled so much, signed, of an order. */
int pnl_mark_fill(struct pnl *pnl, uint32_t account, uint32_t index,
                  uint64_t order_id, const struct trade *trade, bool bought);

/* Time is now beyond what some fills waited for, before this event. */
void pnl_mark_due(struct pnl *pnl, int64_t time);

/* ---- ratio.c --------------------------------------------------------- */

/* In 10^-8, or null: of the returns of each day on the equity that the day
 * began with, annualized by sqrt(252). */
struct pnl_ratios {
    int64_t sharpe, sortino;
    uint32_t days;
};
struct pnl_ratios pnl_ratios(const struct pnl_account *account);

/* ---- the report ---------------------------------------------------------- */

/* What it is a report of. */
struct pnl_source {
    const struct tape_header *header;
    uint64_t digest;
};

void pnl_text(const struct pnl *pnl, const struct pnl_source *source,
              struct bytes *out);
void pnl_csv(const struct pnl *pnl, struct bytes *out);
void pnl_json(const struct pnl *pnl, const struct pnl_source *source,
              struct bytes *out);
void pnl_html(const struct pnl *pnl, const struct pnl_source *source,
              struct bytes *out);

#endif
