/* export_job.h - one run of xexport: a tape, and what prints it.
 */
#ifndef APP_EXPORT_JOB_H
#define APP_EXPORT_JOB_H

#include "app/export_parquet.h"
#include "base/table.h"
#include "cli/run.h"
#include "format/export_format.h"

struct export_job {
    /* options */
    int format; /* of export_formats; below 0: not given */
    bool guard, wide;
    const char *columns;
    struct option_list types;
    uint64_t limit; /* events; 0: all */

    /* private */
    const struct schema_type *parquet_type; /* NULL: it is text */
    struct export_parquet parquet;
    const struct export_format *writer; /* NULL: it is Parquet */
    void *state;                        /* of the format; owned */
    struct exporter exporter;
    struct schema_type user; /* the type of -t if it is not ours */
    bool *selected;          /* by type, all of u16; owned */
    bool selects;            /* -t was given */
    bool begun;
    struct bytes text;
    uint64_t printed;
};

extern const char *const export_format_words[]; /* export_formats, Parquet */

/* For struct program_list: each with its summary. */
void export_formats_list(struct table *table);

/* What run_filter calls, with the job as the state. */
int export_job_prepare(void *state, struct run *run);
int export_job_begin(void *state, struct run *run, struct tape_header *header);
int export_job_event(void *state, struct run *run, const struct event *event);
int export_job_block(void *state, struct run *run);
int export_job_end(void *state, struct run *run, enum tape_status status);
void export_job_failed(void *state, struct run *run, int exit_class);
int export_job_finish(void *state, struct run *run);
void export_job_destroy(void *state);

#endif
