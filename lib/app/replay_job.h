/* replay_job.h - one run of xreplay: slices of event stores and tapes, merged,
 * at once or at the pace at which the events happened.
 */
#ifndef APP_REPLAY_JOB_H
#define APP_REPLAY_JOB_H

#include "cli/run.h"
#include "log/replay.h"
#include "tape/merge.h"
#include "tape/slice.h"

struct replay_origin; /* a store or a tape, and the slice of it */

struct replay_job {
    /* options; those of pace and clock are set in replay */
    struct option_list stores;
    const char *stream;
    bool follow;
    uint64_t loop;
    int64_t speed; /* DECIMAL_NULL: as fast as it goes */
    struct tape_limits limits;
    struct replay replay;

    /* private */
    unsigned count;
    struct replay_origin *origins; /* owned */
    struct tape_source **slices;   /* of the origins; owned */
    struct tape_merge merge;       /* of several */
};

/* What run_source calls, with the job as the state. */
int replay_prepare(void *state, struct run *run);
int replay_produce(void *state, struct run *run);
void replay_summary(void *state, struct run *run, FILE *stream);

#endif
