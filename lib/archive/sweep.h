/* sweep.h - does what a policy says is due: moves parts to their tiers, removes
 * those whose time is over.
 *
 * A move is a copy that is read back, then the manifest that names it, and only
 * then the removal of what it was copied from.  A removal is first noted in the
 * journal, then in the manifest, which commits it; the certificate, a line of
 * the journal, is written when no tier has the file any more.  A sweep that was
 * killed at any moment is ended by the next one.
 */
#ifndef ARCHIVE_SWEEP_H
#define ARCHIVE_SWEEP_H

#include "archive/hold.h"
#include "archive/plan.h"

/* Nothing is done when the clock is further than this from the last line of
 * the journal: it may be wrong. */
#define SWEEP_PAUSE_MAX (100 * NS_PER_DAY)

struct sweep {
    struct archive *archive; /* open for writing */
    const struct policy *policy;
    struct journal *journal;
    const struct holds *holds; /* of that journal */
    int64_t now;
    bool now_given;      /* by somebody who knows what time it is */
    const char *shorten; /* why parts are kept shorter; NULL: they are not */

    /* results */
    uint64_t moved, moved_bytes, removed, removed_bytes, held;
    struct failure damaged; /* the first part that could not be moved */
    uint64_t undrilled;     /* parts that stay until their rule is tested */
    const struct policy_rule *stale; /* the first such rule */
    bool clock_behind; /* the newest event is of later: nothing was removed */

    /* private */
    struct plan_list plan;
    int64_t *drilled;      /* when each rule was; NULL: no need; owned */
    struct manifest *next; /* to be committed; owned */
    uint32_t next_count;
    size_t next_capacity;
    struct sweep_change *changes; /* that they make; owned */
    size_t change_count, change_capacity;
};

/* 0 or -1; free it in either case. */
int sweep_run(struct sweep *sweep, struct failure *failure);
void sweep_free(struct sweep *sweep);

#endif
