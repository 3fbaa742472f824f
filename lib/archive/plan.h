/* plan.h - what a policy says of each part of an archive.
 *
 * Parts come from the catalog, if it fits the chain of manifests, so that no
 * manifest need be read; else from the manifests.  Whoever acts by a plan asks
 * the manifests again.
 */
#ifndef ARCHIVE_PLAN_H
#define ARCHIVE_PLAN_H

#include "archive/archive.h"
#include "archive/policy.h"

enum plan_action {
    PLAN_STAY,   /* for ever, or until plan_part.when */
    PLAN_MOVE,   /* to another tier */
    PLAN_REMOVE, /* its time is over */
};

struct plan_part {
    /* of the catalog: without digest and SHA-256, the times those of its day */
    struct part part;
    struct verdict verdict;
    enum plan_action action; /* what is due, */
    enum plan_action next;   /* or will be, unless PLAN_STAY */
    int64_t when;            /* the day of that; DAY_NEVER */
    bool held;               /* it would be removed, but for a hold */
    const char *target;      /* the tier to move to, then; "": hot */
};

struct plan_list {
    struct plan_part *parts; /* by name, after plan_judge; owned */
    size_t count, capacity;
    int64_t newest; /* time of an event; INT64_MIN: there is none */
};

/* The parts of an archive.  Free it in either case. */
int plan_open(struct plan_list *plan, struct archive *archive,
              struct failure *failure);

/* The parts of the loaded manifests of a stream's hash (NULL: all). */
int plan_of_manifests(struct plan_list *plan, const struct archive *archive,
                      const uint64_t *hash, struct failure *failure);
void plan_free(struct plan_list *plan);

/* Judges them on a day.  Definitions (instrument, name) are kept for as long as
 * any other part of their stream.  policy must outlive the plan. */
void plan_judge(struct plan_list *plan, const struct policy *policy,
                int64_t today);

/* What is held of what is due to be removed stays, and with it the definitions
 * of its stream. */
typedef int plan_is_held(void *owner, const struct part *part);
int plan_hold(struct plan_list *plan, plan_is_held *is_held, void *owner);

/* The part of a name, after plan_judge; NULL. */
const struct plan_part *plan_find(const struct plan_list *plan,
                                  const struct part_name *name);

#endif
