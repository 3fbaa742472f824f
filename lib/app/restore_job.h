/* restore_job.h - one run of xrestore: the tapes of an archive, whole or in
 * part, written one after the other.
 */
#ifndef APP_RESTORE_JOB_H
#define APP_RESTORE_JOB_H

#include "app/select_lists.h"
#include "archive/merge.h"
#include "cli/run.h"
#include "tape/select.h"
#include "tape/waiting.h"

#define RESTORE_THREADS_MAX 64

struct restore_job {
    const char *directory, *stream;
    struct select_lists lists;
    struct selection selection;
    struct waiting names; /* of a selection: those that it uses are wanted */
    bool all_names;
    bool selects; /* not all events of a stream are wanted */
    bool test;
    uint64_t sample; /* parts of a drill; 0: none */
    int64_t wait;    /* for the lock, nanoseconds */
    int64_t time;    /* of the drill; TIME_NULL: by the clock */
    bool unverified; /* --no-verify */
    uint64_t threads;
    struct pool ahead;
    struct output nowhere; /* of --test: where the tapes go */
    struct archive archive;
    bool open;
    struct merge merge;
    struct run *run;
    const char *name; /* of the current stream */
    bool dense;       /* it is given as a selection, numbered anew */
    bool completes;   /* of events whose lengths differ: with ours */
    int64_t began;    /* when its current tape did; for --test only */
    bool gaps;        /* events that may be wanted are missing in it */
    uint64_t parts_read, parts_skipped, groups_read, groups_skipped;
};

/* No option is given. */
void restore_job_init(struct restore_job *job);

/* The drill: reads parts whole, and notes each in the journal. */
int restore_drill(struct restore_job *job, struct run *run);

/* What run_source calls, with the job as the state. */
int restore_job_prepare(void *state, struct run *run);
int restore_job_produce(void *state, struct run *run);
void restore_job_summary(void *state, struct run *run, FILE *stream);
void restore_job_destroy(void *state);

#endif
