/* strategy.h - one strategy of a backtest: a program that reads, in lines,
 * what it could know, and answers with what it wants.  xtape-strategy(5) is the
 * authority on the lines.
 *
 *      strategy_start   runs it, and greets it
 *      strategy_put     a line begins, that its next turn shows it
 *      strategy_ask     its turn: it may answer from now on
 *      strategy_hear    waits for the answers to all turns asked
 *      strategy_end     nothing follows; waits for its end
 *
 * A turn is asked once and answered once, in order; whether its answer is
 * awaited before the next one is asked changes no byte of either.
 *
 *      strategy.c        the process and its turns
 *      strategy_tell.c   events as lines
 *      strategy_hear.c   lines as requests
 */
#ifndef APP_STRATEGY_H
#define APP_STRATEGY_H

#include <stdbool.h>

#include "app/due.h"
#include "app/own.h"
#include "base/strtab.h"
#include "io/coprocess.h"
#include "sim/sim.h"
#include "tape/instruments.h"

/* How times are written: enum as in the words of --time. */
enum strategy_time { STRATEGY_RFC3339, STRATEGY_NS, STRATEGY_US };

/* What the lines need, and all strategies of a run share. */
struct strategy_world {
    const struct instruments *instruments;
    const struct sim *sim;
    struct own_orders orders;
    struct own_fees fees;
    struct code currency;
    uint64_t seed;
    enum strategy_time time;
    int64_t delay;        /* from what it sees to what it does, nanoseconds */
    struct strtab names;  /* of instruments, as in lines */
    uint32_t *name_index; /* by number in names; owned */
    size_t name_capacity;
    struct strategy_listing *listings; /* by instrument index; owned */
    uint32_t listing_count;
    size_t listing_capacity;
    uint64_t turn;       /* the number of the turn that comes next */
    struct due_list due; /* what was asked for and has not happened */
    struct failure *failure;
};

/* An instrument. */
struct strategy_listing {
    const char *name; /* in names */
    uint32_t size;
    uint64_t since; /* the first turn that may name it */
};

/* What it wants to see. */
enum strategy_kind {
    TELL_QUOTE,
    TELL_TRADE,
    TELL_SESSION,
    TELL_KINDS,
};

struct strategy_turn {
    uint64_t number;
    int64_t time;
};

struct strategy {
    struct strategy_world *world;
    struct coprocess process;
    char name[64];     /* for messages: "strategy mm" */
    const char *label; /* its name on the tape, or NULL */
    uint16_t number;
    uint64_t account; /* and strategy_id */
    struct own own;

    bool wants[TELL_KINDS];
    bool ready;  /* it has answered the first turn */
    bool chosen; /* and said what it wants */

    bool killed;        /* it lost too much: no more orders */
    int64_t second;     /* of its last request, */
    uint64_t in_second; /* and how many there were in it */

    /* turns asked and not answered; owned */
    struct strategy_turn *turns;
    size_t turn_count, turn_capacity;
    bool awake;                      /* a line was put that gives it a turn */
    uint64_t asked, orders, ignored; /* so far: turns, orders, lines */
    char first_ignored[41]; /* of what was not understood; for people */
    uint64_t refused;       /* requests so far */
    uint8_t first_refused;  /* the reason for the first of them */
};

/* Runs argv, or a shell command if it is NULL, and asks its first turn, which
 * the first strategy_hear awaits.  strategy->world, number, name, account, and
 * process.patience and wake are set.  0 or -1. */
int strategy_start(struct strategy *strategy, char *const *argv,
                   const char *command);

/* Something happened that gives it a turn: the next strategy_ask asks. */
static inline void
strategy_wake(struct strategy *strategy)
{
    strategy->awake = true;
}

/* Asks, if there is something new, at that time.  0 or -1. */
int strategy_ask(struct strategy *strategy, int64_t time);

/* Waits for all answers, and puts what they ask for in world->due.  0 or -1;
 * 0 also when stopped. */
int strategy_hear(struct strategy *strategy);

/* 0, or -1 if it fails at its end. */
int strategy_end(struct strategy *strategy, int64_t time);

void strategy_free(struct strategy *strategy);

/* ---- the world ----------------------------------------------------------- */

/* An instrument is defined: its name, and from when it may be used. */
int strategy_world_list(struct strategy_world *world, uint32_t index);
void strategy_world_free(struct strategy_world *world);

static inline int64_t
strategy_multiplier(const struct strategy_world *world, uint32_t index)
{
    return world->instruments->events[index]->multiplier;
}

/* The middle of the book of an instrument, or null. */
int64_t strategy_middle(const struct strategy_world *world, uint32_t index);

/* ---- lines: strategy_tell.c ---------------------------------------------- */

void tell_hello(struct strategy *strategy);
void tell_instrument(struct strategy *strategy, uint32_t index, int64_t time);
void tell_session(struct strategy *strategy, uint32_t index,
                  const struct session *session);
void tell_quote(struct strategy *strategy, uint32_t index, int64_t time,
                const struct quote *quote);
void tell_trade(struct strategy *strategy, uint32_t index, int64_t time,
                unsigned side, int64_t price, int64_t quantity);
void tell_fact(struct strategy *strategy, const struct own_order *order,
               const struct order_report *fact);
void tell_order_end(struct strategy *strategy, const struct own_order *order,
                    const struct order_end *end);
void tell_fill(struct strategy *strategy, const struct own_order *order,
               const struct trade *trade, enum own_role role, i128 fee);
void tell_position(struct strategy *strategy, uint32_t index, int64_t time);
void tell_timer(struct strategy *strategy, int64_t time);
/* go or end; not NUL-terminated. */
void tell_word(struct strategy *strategy, const char *word, int64_t time);

/* ---- answers: strategy_hear.c -------------------------------------------- */

/* Takes a line that answers a turn; true if it was the last of the answer. */
bool hear_line(struct strategy *strategy, const struct strategy_turn *turn,
               char *line, size_t size);

#endif
