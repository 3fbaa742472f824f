/* quality.h - what may be wrong with market data, found event by event.
 *
 * Each check is a row of a table (rules.c): a name, what it finds, and a small
 * function that looks at one event and at what was remembered of those before.
 * Nothing is changed, and nothing is guessed: a finding says what was seen.
 *
 * Memory: 0.6 KiB for each instrument, and that of seen.h.
 */
#ifndef QUALITY_QUALITY_H
#define QUALITY_QUALITY_H

#include "quality/median.h"
#include "quality/seen.h"
#include "tape/instruments.h"

enum quality_check {
    QUALITY_GAP,
    QUALITY_DUPLICATE,
    QUALITY_CONFLICT,
    QUALITY_TIME,
    QUALITY_CROSSED,
    QUALITY_LOCKED,
    QUALITY_STALE,
    QUALITY_SPIKE,
    QUALITY_ZERO,
    QUALITY_SESSION,
    QUALITY_DEFINITION,
    QUALITY_CHECKS,
};

enum finding_value_kind {
    FINDING_NONE,
    FINDING_NUMBER,
    FINDING_DECIMAL,
    FINDING_TIME,
    FINDING_DURATION,
};

#define FINDING_VALUES 3

struct finding {
    uint64_t missing; /* of a gap: how many */
    int64_t from;     /* of a gap: since when */
    struct finding_value {
        const char *name;
        enum finding_value_kind kind;
        int64_t value; /* a number is a uint64_t in it */
    } values[FINDING_VALUES];
};

/* What is remembered of an instrument. */
struct quality_instrument {
    uint64_t trade_id; /* the highest */
    int64_t traded;    /* when that was */
    int64_t quoted;    /* when the last quote came; TIME_NULL: none */
    uint64_t attributes;
    bool defined, stale, open, data;
    uint8_t state; /* enum session_state; 0: unknown */
    struct median prices;
};

struct quality {
    bool enabled[QUALITY_CHECKS];
    int64_t stale;  /* how old a quote may be, nanoseconds */
    uint64_t spike; /* how many deviations are too many */
    struct seen seen;

    /* private */
    int64_t newest;                         /* time */
    uint64_t trade_id;                      /* the last of any instrument */
    enum seen_result known;                 /* of this event */
    struct quality_instrument all;          /* what concerns every one */
    struct quality_instrument *instruments; /* by index; owned */
    size_t count, capacity;
};

struct quality_rule {
    const char *name, *meaning;
    bool (*test)(struct quality *quality, struct quality_instrument *own,
                 const struct event *event, struct finding *finding);
};
extern const struct quality_rule quality_rules[QUALITY_CHECKS];

/* All checks enabled, with their defaults; key as of seen_init. 0 or -1. */
int quality_init(struct quality *quality, const char *key,
                 struct failure *failure);
void quality_free(struct quality *quality);

/* At each HEADER. */
void quality_begin(struct quality *quality);

/* "gap,time": only these checks. 0, or -1 with a failure of class usage. */
int quality_choose(struct quality *quality, const char *list,
                   struct failure *failure);

/* Looks at an event, complete, of the instrument with this index, or
 * INSTRUMENT_NONE.  found has a bit for each check that found something, and
 * findings[check] what.  0, or -1 without memory. */
int quality_look(struct quality *quality, const struct event *event,
                 uint32_t index, uint32_t *found,
                 struct finding findings[QUALITY_CHECKS],
                 struct failure *failure);

#endif
