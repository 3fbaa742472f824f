/* strategy.h - one strategy of a backtest: a program that reads, in lines,
 * what it could know, and answers with what it wants.  xtape-strategy(5) is the
 * authority on the lines.
 *
 *      strategy_start   runs it, and greets it
 *      strategy_ask     its turn: it may answer from now on
 *      strategy_receive    waits for the answers to all turns asked
 *      strategy_end     nothing follows; waits for its end
 *
 * A turn is asked once and answered once, in order; whether its answer is
 * awaited before the next one is asked changes no byte of either.
 *
 *      strategy.c      the process and its turns
 *      twin.c          the same strategy again, to compare their answers
 *      wire.h          how events are written to it, and requests read
 *      text_write.c    events as lines, of text or JSON
 *      text_read.c     lines of text as words
 *      json_read.c     lines of JSON as words
 *      request.c       words as requests
 */
#ifndef BACKTEST_STRATEGY_H
#define BACKTEST_STRATEGY_H

#include <stdbool.h>

#include "backtest/due.h"
#include "backtest/latency.h"
#include "backtest/own.h"
#include "base/strtab.h"
#include "io/coprocess.h"
#include "sim/sim.h"
#include "tape/instruments.h"

#define STRATEGY_SHOWN_MAX 41 /* bytes of its text in a message, and a NUL */

/* How times are written: enum as in the words of --time. */
enum strategy_time { STRATEGY_RFC3339, STRATEGY_NS, STRATEGY_US };

/* Why it has a turn; each kind also wakes who waits for one before it. */
enum strategy_cause { CAUSE_EVENT, CAUSE_BAR, CAUSE_TIMER };

struct wire;

/* What the lines need, and all strategies of a run share. */
struct strategy_world {
    const struct wire *wire;
    const struct instruments *instruments;
    const struct sim *sim;
    struct own_orders orders;
    struct own_fees fees;
    struct code currency;
    uint64_t seed;
    enum strategy_time time;
    bool twice;                    /* each strategy has a twin */
    const struct latency *latency; /* from what it sees to what it does */
    enum strategy_cause wakes;     /* the least that gives it a turn */
    struct strtab names;           /* of instruments, as in lines */
    uint32_t *name_index;          /* by number in names; owned */
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
    WANT_QUOTE,
    WANT_TRADE,
    WANT_SESSION,
    WANT_BAR,
    WANT_KINDS,
};

struct strategy_turn {
    uint64_t number;
    int64_t time;
};

/* The same program beside it, which reads the same bytes and must write the
 * same lines. */
struct twin {
    struct coprocess process; /* not started: there is none */
    char name[80];
    size_t unsent; /* of what it has as well, not sent to the first */
    char *line;    /* the one to compare; of size bytes */
    size_t size;
};

struct strategy {
    struct strategy_world *world;
    struct coprocess process;
    struct twin twin;
    char name[64];     /* for messages: "strategy mm" */
    const char *label; /* its name on the tape, or NULL */
    uint16_t number;
    uint64_t account; /* and strategy_id */
    struct own own;

    bool wants[WANT_KINDS];
    bool ready;  /* it has answered the first turn */
    bool chosen; /* and said what it wants */

    int64_t acts;       /* when the last that it asked for does */
    bool killed;        /* it lost too much: no more orders */
    int64_t second;     /* of its last request, */
    uint64_t in_second; /* and how many there were in it */

    /* turns asked and not answered; owned */
    struct strategy_turn *turns;
    size_t turn_count, turn_capacity;
    bool awake;                      /* a line was put that gives it a turn */
    uint64_t asked, orders, ignored; /* so far: turns, orders, lines */
    char first_ignored[STRATEGY_SHOWN_MAX]; /* of what was not understood; for
                                               people */
    struct bytes room;     /* for a line of JSON that is read */
    uint64_t refused;      /* requests so far */
    uint8_t first_refused; /* the reason for the first of them */
};

/* Runs argv, or a shell command if it is NULL, and asks its first turn, which
 * the first strategy_receive awaits.  strategy->world, number, name, account,
 * and process.patience and wake are set.  0 or -1. */
int strategy_start(struct strategy *strategy, char *const *argv,
                   const char *command);

/* Something happened that may give it a turn: the next strategy_ask asks.  The
 * first one of the market always does. */
static inline void
strategy_wake(struct strategy *strategy, enum strategy_cause cause)
{
    if (cause >= strategy->world->wakes || strategy->asked <= 1)
        strategy->awake = true;
}

/* Asks, if there is something new, at that time.  0 or -1. */
int strategy_ask(struct strategy *strategy, int64_t time);

/* Waits for all answers, and puts what they ask for in world->due.  0 or -1;
 * 0 also when stopped. */
int strategy_receive(struct strategy *strategy);

/* 0, or -1 if it fails at its end. */
int strategy_end(struct strategy *strategy, int64_t time);

void strategy_free(struct strategy *strategy);

/* Text from a strategy as a message may show it: its beginning. */
void strategy_shown(const char *text, size_t size,
                    char shown[STRATEGY_SHOWN_MAX]);

/* ---- twin.c: nothing happens without --twice ----------------------------- */

/* Runs the twin of a strategy that was started so.  0 or -1. */
int twin_start(struct strategy *strategy, char *const *argv,
               const char *command);

/* Before bytes are sent to the strategy: the twin gets them too; and after. */
void twin_copy(struct strategy *strategy);
void twin_copied(struct strategy *strategy);

/* Waits for the twin's next line; as coprocess_line. */
int twin_line(struct strategy *strategy);

/* It must be this one, the number-th of the answer to turn.  0 or -1. */
int twin_compare(struct strategy *strategy, const struct strategy_turn *turn,
                 size_t number, const char *line, size_t size);

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

#endif
