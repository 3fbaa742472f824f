/* import_job.h - one run of ximport: files, and what makes a tape of them.
 *
 * cmd/ximport.c has the table of options; each fills a member of struct
 * import_job.
 */
#ifndef APP_IMPORT_JOB_H
#define APP_IMPORT_JOB_H

#include "app/import_formats.h"
#include "calendar/zone.h"
#include "cli/run.h"
#include "format/unpack.h"

/* Options that may be given more than once. */
struct import_lists {
    struct option_list maps, defaults, ignored, wheres, words, nulls, scales;
    struct option_list eaches;
};

struct import_job {
    /* options; those that are choices are below 0 when not given */
    int format, unit, header, fold, ids, round;
    bool no_header, decimal_comma;
    const char *type, *delimiter, *stream, *exchange, *symbol, *date, *zone;
    const char *seed, *time_format, *comment, *thousands;
    const char *dialect, *guess, *symbol_pattern;
    struct import_lists lists;
    uint64_t skip;
    int64_t clock;

    struct import_sink sink; /* where events go; zeroed: onto the tape */

    /* private */
    const struct import_format *reader;
    struct import_options given; /* as the format wants them */
    struct import_options fallback;
    struct import_lists dialect_lists; /* for what lists does not say */
    char *dialect_text;                /* they point into it; owned */
    void *state;                       /* of the format; owned */
    struct importer importer;
    struct unpack unpack;
    struct word_rule *word_rules; /* owned */
    size_t word_capacity;
    struct cell *null_texts; /* owned */
    size_t null_capacity;
    struct zone *time_zone;
    struct zone *calendar_zone;
    struct calendar_zones zones; /* which calendars find theirs in */
    char *seed_text;             /* owned */
    char *buffer;                /* owned */
};

/* NULL-terminated, in the order of what they choose. */
extern const char *const import_unit_words[];
extern const char *const import_header_words[];
extern const char *const import_fold_words[];
extern const char *const import_id_words[];
extern const char *const import_round_words[]; /* "0" to "8" */

/* No option is given. */
void import_job_init(struct import_job *job);

/* What run_source calls, with the job as the state. */
int import_job_prepare(void *state, struct run *run);
int import_job_produce(void *state, struct run *run);
void import_job_destroy(void *state);

#endif
