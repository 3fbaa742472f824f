/* sweep_change.h - what a sweep does to one part, as lines of the journal. */
#ifndef ARCHIVE_SWEEP_CHANGE_H
#define ARCHIVE_SWEEP_CHANGE_H

#include "archive/journal.h"
#include "archive/plan.h"

struct sweep_change {
    struct part part; /* as it was */
    bool removes;
    char target[TIER_MAX]; /* of a move; "": hot */
    unsigned line;         /* of the rule */
    char policy[SHA256_TEXT];
    unsigned holds; /* that were asked before it was removed */
};

/* Before it is done: "moving" or "removing". */
int sweep_change_begin(struct journal *journal,
                       const struct sweep_change *change,
                       struct failure *failure);

/* When it is done: removes what is left of a removed part on any tier, looks
 * whether it is gone, and writes "moved" or "removed", the certificate. */
int sweep_change_end(struct journal *journal, const struct sweep_change *change,
                     struct failure *failure);

/* Ends those that a killed sweep has begun and committed; those that it has
 * not committed never were. */
int sweep_changes_resume(struct journal *journal, struct archive *archive,
                         struct failure *failure);

#endif
