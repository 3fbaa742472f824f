/* archive_job.h - one run of xarchive: an archive and what a verb does to it.
 *
 * The verbs of xarchive(1) are functions over an archive_job; cmd/xarchive.c
 * has the table of options and verbs.
 */
#ifndef APP_ARCHIVE_JOB_H
#define APP_ARCHIVE_JOB_H

#include "archive/hold.h"
#include "archive/put.h"
#include "cli/run.h"

struct archive_job {
    /* options */
    const char *directory;
    struct option_list bloom_lists; /* of --bloom, as given */
    bool rebuild, json;
    int64_t wait;           /* for the lock, nanoseconds */
    const char *policy;     /* plan by this file; NULL: by the archive's */
    const char *shorten;    /* why parts are to be kept shorter */
    const char *metrics;    /* file for what a sweep has done */
    struct hold_terms hold; /* of hold and release, and what find asks for */
    const char *ids;        /* find: FIELD=ID, with commas; NULL: any */
    int64_t now;            /* TIME_NULL: by the machine's clock */
    int64_t within;         /* nanoseconds; plan only what is due until then */
    const char *head; /* SHA-256 that has to be in the chain; NULL: none */

    /* private */
    bool puts; /* the verb is put */
    bool open; /* archive is to be closed */
    struct archive archive;
    struct put put;
    struct strtab blooms;
    uint64_t moved, moved_bytes, removed, removed_bytes; /* by a sweep */
    uint64_t stored, again, healed; /* events, and parts, over all tapes */
};

/* No option is given. */
void archive_job_init(struct archive_job *job);

/* What run_filter calls, with the job as the state. */
int archive_job_prepare(void *state, struct run *run);
void archive_job_destroy(void *state);

/* The verb put: the callbacks of a filter. */
int archive_put_begin(void *state, struct run *run, struct tape_header *header);
int archive_put_event(void *state, struct run *run, const struct event *event);
int archive_put_batch(void *state, struct run *run, const struct event **event);
int archive_put_end(void *state, struct run *run, enum tape_status status);
int archive_put_finish(void *state, struct run *run);
void archive_put_failed(void *state, struct run *run, int exit_class);
void archive_put_summary(void *state, struct run *run, FILE *stream);

/* The other verbs. */
int archive_list(void *state, struct run *run);
int archive_columns(void *state, struct run *run);
int archive_head(void *state, struct run *run);
int archive_verify(void *state, struct run *run);
int archive_compact(void *state, struct run *run);
int archive_fsck(void *state, struct run *run);
int archive_plan(void *state, struct run *run);
int archive_sweep(void *state, struct run *run);
int archive_hold(void *state, struct run *run);
int archive_release(void *state, struct run *run);
int archive_find(void *state, struct run *run);
int archive_holds(void *state, struct run *run);
int archive_audit(void *state, struct run *run);
void archive_sweep_summary(const struct archive_job *job, struct run *run,
                           FILE *stream);

/* The time that a verb goes by, and who runs it, into room. */
int64_t archive_now(const struct archive_job *job);
int64_t archive_time(int64_t given); /* the same; TIME_NULL: the clock's */
#define WHO_MAX 128
/* Remarks a last line of the journal that is not whole. */
void archive_remark_torn(struct run *run, const struct journal *journal);
const char *archive_who(char room[WHO_MAX]);

#endif
