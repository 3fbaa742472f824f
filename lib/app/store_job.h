/* store_job.h - one run of xstore: an event store and what a verb does to it.
 *
 * The output is held back in its buffer; what is in it becomes durable in the
 * store before it leaves.  So whoever reads the output never has more than
 * the store.
 */
#ifndef APP_STORE_JOB_H
#define APP_STORE_JOB_H

#include "cli/run.h"
#include "log/log.h"
#include "log/write.h"

extern const char *const store_fsync_words[]; /* as enum log_fsync */

struct store_job {
    /* options; those of the writer are set in it */
    const char *path;
    int fsync; /* enum log_fsync */
    bool json, no_output;
    struct log_writer writer;

    /* private */
    bool quiet;
    struct log log; /* of a verb that reads it */
};

/* What run_filter calls, with the job as the state. */
int store_prepare(void *state, struct run *run);
int store_begin(void *state, struct run *run, struct tape_header *header);
int store_block(void *state, struct run *run);
int store_end(void *state, struct run *run, enum tape_status status);
void store_failed(void *state, struct run *run, int exit_class);
void store_summary(void *state, struct run *run, FILE *stream);
void store_destroy(void *state);

/* The verbs ls and verify. */
int store_list(void *state, struct run *run);
int store_verify(void *state, struct run *run);

#endif
