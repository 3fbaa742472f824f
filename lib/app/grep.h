/* grep.h - what xgrep does: passes on the events of a tape that are asked for,
 * as they are.
 *
 * Instruments always pass: the rest needs them.  Of names those pass that it
 * uses, or all when nothing is asked for, or names.  The functions are those of
 * a struct filter, whose state a struct grep is.
 */
#ifndef APP_GREP_H
#define APP_GREP_H

#include "app/select_lists.h"
#include "cli/run.h"
#include "tape/waiting.h"

struct grep {
    /* What the options say. */
    struct selection selection; /* initialised before */
    struct select_lists lists;
    const char *shard;
    uint64_t max; /* 0: no limit */

    uint64_t taken; /* events passed on, definitions not counted */
    struct waiting names;
    bool all_names;
};

int grep_prepare(void *state, struct run *run);
int grep_begin(void *state, struct run *run, struct tape_header *header);
int grep_define(void *state, struct run *run, const struct event *event);
int grep_batch(void *state, struct run *run, const struct event **event);
int grep_finish(void *state, struct run *run);
void grep_destroy(void *state);

#endif
