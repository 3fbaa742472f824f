/* backtest.h - strategies in lockstep with a market, in a filter: the events
 * of a tape happen in turn, strategies see what they may, and what they ask for
 * happens when it is due.
 *
 *      backtest_prepare    in .prepare, when the options are known
 *      backtest_begin ...  in .begin, .event, .batch, .block, .end, .finish,
 *      backtest_failed     in .failed
 *      backtest_free       in .destroy
 *
 * The filter consumes all.  Order of things at one time: what is due, by the
 * turn that asked for it; then what happens in the market; then turns.
 *
 *      options.c          what the options ask for
 *      backtest.c         a run, from its first event to its end
 *      act.c              one thing happens: what comes of it, who sees it
 *      show.c             what strategies see of the market
 */
#ifndef BACKTEST_BACKTEST_H
#define BACKTEST_BACKTEST_H

#include "backtest/bounds.h"
#include "backtest/limits.h"
#include "backtest/recorded.h"
#include "backtest/strategy.h"
#include "cli/run.h"

#define BACKTEST_TURNS_MAX 100000 /* at one time */

/* What own orders meet; below 0: as the input's first order or book event
 * says. */
enum backtest_market {
    BACKTEST_FLOW,
    BACKTEST_FACTS,
    BACKTEST_LEVELS,
    BACKTEST_TRADES,
    BACKTEST_BARS
};
enum backtest_turn {
    BACKTEST_TURN_EVENT,
    BACKTEST_TURN_WINDOW,
    BACKTEST_TURN_BAR,
    BACKTEST_TURN_TIMER
};

struct backtest {
    /* What the options ask for. */
    int market, turn, time, impact, queue, wire; /* below 0: the default */
    struct latency latency;
    int64_t patience; /* nanoseconds */
    uint64_t account, seed;
    struct own_fees fees;
    int64_t slippage, through; /* of prices; null: none */
    const char *currency;
    bool keep, quotes, check, bounds, twice;
    struct option_list named_strategies; /* NAME=COMMAND */
    struct limits limits;

    /* private */
    struct run *run;
    struct sim sim;
    struct bounds bound; /* markets beside it */
    struct strategy_world world;
    struct strategy *strategies; /* owned */
    unsigned strategy_count;
    bool wanted[WANT_KINDS]; /* what some strategy wants to see */
    bool ready;              /* strategies said what they want to see */
    bool waiting;            /* some turn is not answered */
    int64_t asked;           /* the time of the first of them */
    int64_t now;             /* the latest time seen; null before it */
    int64_t asked_last;      /* the time of the last of all */
    uint64_t standing;       /* turns at that time */
    struct bytes reports;    /* of what happens: events */
    char *scratch;           /* where they go without memory; owned */
    struct quote *quoted; /* the best prices as written last, by index; owned */
    uint32_t quoted_count;
    size_t quoted_capacity;
    bool named;    /* strategies have their names on this tape */
    bool mixed;    /* an order of the input has the account of a strategy */
    bool chosen;   /* the model is that of the market */
    uint64_t seen; /* types of the input's events: a bit of each below 64 */
    struct recorded recorded;
    uint64_t requests;        /* of the input, that facts have no use for */
    uint64_t trades, refused; /* own */
};

/* What is meant when no option is given. */
void backtest_init(struct backtest *backtest);

/* Each has the signature and the meaning of the filter's member that it is for;
 * state is the struct backtest. */
int backtest_prepare(void *state, struct run *run);
int backtest_begin(void *state, struct run *run, struct tape_header *header);
int backtest_event(void *state, struct run *run, const struct event *event);
int backtest_batch(void *state, struct run *run, const struct event **event);
int backtest_block(void *state, struct run *run);
int backtest_end(void *state, struct run *run, enum tape_status status);
int backtest_finish(void *state, struct run *run);
void backtest_failed(void *state, struct run *run, int exit_class);
void backtest_free(void *state);

/* ---- act.c ------------------------------------------------------ */

/* The sink of the market. */
struct event_sink backtest_sink(struct backtest *backtest);

/* Something happens in the market, at backtest->now or before. */
int backtest_act_event(struct backtest *backtest, uint32_t index,
                       const struct event *event);

/* Something that a strategy asked for happens.  The note is the caller's. */
int backtest_act_due(struct backtest *backtest, const struct due *due);

/* ---- show.c: what those strategies see that want it ---------------------- */

/* Somebody traded. */
void show_trade(struct backtest *backtest, uint32_t index, unsigned side,
                int64_t time, int64_t price, int64_t quantity);

/* The best prices, if they changed; with --quotes they are written as well.
 * 0 or -1. */
int show_quote(struct backtest *backtest, uint32_t index,
               const struct event *cause);

/* A session changes, of one market or of all.  0 or -1. */
int show_session(struct backtest *backtest, uint32_t index,
                 const struct event *event);

/* A bar is known. */
void show_bar(struct backtest *backtest, uint32_t index, const struct bar *bar);

#endif
