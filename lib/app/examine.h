/* examine.h - what xcheck does: passes a tape on, and says what may be wrong
 * with it; see quality/quality.h.
 *
 * The functions are those of a struct filter, whose state a struct examine is.
 */
#ifndef APP_EXAMINE_H
#define APP_EXAMINE_H

#include "base/bytes.h"
#include "cli/run.h"
#include "quality/quality.h"

struct examine {
    /* What the options say. */
    const char *checks; /* NULL: all */
    const char *key, *dedupe;
    int64_t stale;
    uint64_t spike, max; /* events of each check and tape, at most */
    bool strict, table, json;

    /* private */
    struct quality quality;
    uint64_t here[QUALITY_CHECKS];  /* found on this tape, */
    uint64_t found[QUALITY_CHECKS]; /* and on all */
    uint64_t first[QUALITY_CHECKS]; /* seq of the first, on its tape */
    int64_t time[QUALITY_CHECKS];   /* and its time */
    uint64_t removed;
    struct bytes text; /* of an event that is being made */
};

int examine_prepare(void *state, struct run *run);
int examine_begin(void *state, struct run *run, struct tape_header *header);
int examine_event(void *state, struct run *run, const struct event *event);
int examine_end(void *state, struct run *run, enum tape_status status);
int examine_finish(void *state, struct run *run);
void examine_destroy(void *state);

/* For --list checks. */
struct table;
void examine_list(struct table *table);

#endif
