#include "app/export_job.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/digits.h"

#define FLUSH_SIZE (64 * 1024) /* of text that is kept back */

#define WORD(name) #name,

const char *const export_format_words[] = {EXPORT_FORMATS(WORD) "parquet",
                                           NULL};

void
export_formats_list(struct table *table)
{
    for (size_t i = 0; export_formats[i]; i++) {
        table_put_text(table, export_formats[i]->name);
        table_put_text(table, export_formats[i]->summary);
        table_end_row(table);
    }
    table_put_text(table, "parquet");
    table_put_text(table, "columns of one type, for any engine");
    table_end_row(table);
}

/* ---- options ------------------------------------------------------------- */

/* Selects the types of -t; *type is the last, *count how many. */
static int
select_types(struct export_job *job, const struct schema_type **type,
             unsigned *count, struct failure *failure)
{
    *count = 0;
    for (unsigned i = 0; i < job->types.count; i++) {
        const char *list = job->types.items[i];

        while (list) {
            struct cell name = {list, strcspn(list, ",")};

            *type = type_from_text(name, &job->user);
            if (!*type) {
                type_unknown(name, failure);
                return fail_at(failure, "-t");
            }
            *count += !job->selected[(*type)->type];
            job->selected[(*type)->type] = true;
            list = list[name.size] ? list + name.size + 1 : NULL;
        }
    }
    assert(*count == 0 || *type);
    job->selects = *count > 0;
    if (!job->selects)
        memset(job->selected, true, UINT16_MAX + 1);
    return 0;
}

/* Columns of the line that the text is for: COLUMNS, else those of the
 * terminal; 0: there is no limit. */
static unsigned
line_size(const struct run *run)
{
    const char *text = getenv("COLUMNS");
    struct winsize size;
    uint64_t number;

    if (text && digits_parse(text, strlen(text), &number) && number > 0 &&
        number <= UINT16_MAX)
        return (unsigned)number;
    if (!run->common.output && isatty(STDOUT_FILENO) &&
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        return size.ws_col;
    return 0;
}

/* One file of one type, in binary. */
static int
prepare_parquet(struct export_job *job, const struct schema_type *type,
                unsigned count, struct run *run)
{
    if (count != 1)
        return fail(&run->failure, FAILURE_USAGE,
                    "parquet needs -t with one type");
    if (!type_known(type))
        return fail(&run->failure, FAILURE_USAGE,
                    "parquet needs a type of the schema");
    if (!run->common.output && isatty(STDOUT_FILENO))
        return fail(&run->failure, FAILURE_USAGE,
                    "parquet is not text: write it to a file (-o FILE)");
    job->parquet_type = type;
    return 0;
}

/* https://no-color.org: a variable that is set and not empty means none. */
static bool
has_colour(const struct run *run)
{
    const char *none = getenv("NO_COLOR");

    return !run->common.output && isatty(STDOUT_FILENO) && !(none && *none);
}

int
export_job_prepare(void *state, struct run *run)
{
    struct export_job *job = state;
    struct failure *failure = &run->failure;
    struct export_options options = {
        .columns = job->columns,
        .guard = job->guard,
        .wide = job->wide,
        .line_size = line_size(run),
        .colour = has_colour(run),
    };
    const struct schema_type *type = NULL;
    unsigned count;

    run->kind = RUN_TEXT;
    job->selected = allocate(failure, UINT16_MAX + 1, 1);
    if (!job->selected || select_types(job, &type, &count, failure) != 0)
        return -1;
    if (job->format < 0)
        return fail(failure, FAILURE_USAGE,
                    "-f FORMAT is required: csv, json, table, candles, "
                    "hledger or parquet");
    if (!export_formats[job->format])
        return prepare_parquet(job, type, count, run);
    job->writer = export_formats[job->format];
    if (job->writer->default_type && !job->selects) {
        memset(job->selected, false, UINT16_MAX + 1);
        job->selected[job->writer->default_type] = job->selects = true;
    }
    if (job->writer->one_type && count != 1)
        return fail(failure, FAILURE_USAGE, "%s needs -t with one type",
                    job->writer->name);
    if (job->columns && count != 1)
        return fail(failure, FAILURE_USAGE, "-c needs exactly one -t");
    options.type = count == 1 ? type : NULL;
    job->state = allocate(failure, 1, job->writer->state_size);
    if (!job->state ||
        exporter_init(&job->exporter, &run->instruments, failure) != 0)
        return -1;
    return job->writer->init(job->state, &job->exporter, &options);
}

/* ---- events -------------------------------------------------------------- */

static int
flush(struct export_job *job, struct run *run)
{
    int result = output_put(&run->output, job->text.bytes, job->text.size);

    bytes_clear(&job->text);
    return result;
}

/* Prints what the format keeps back, too. */
static int
flush_all(struct export_job *job, struct run *run)
{
    if (job->writer && job->writer->flush &&
        job->writer->flush(job->state, &job->text) != 0)
        return -1;
    return flush(job, run);
}

/* The file begins with the first tape. */
static int
begin_parquet(struct export_job *job, struct run *run)
{
    if (!job->parquet.begun &&
        export_parquet_begin(&job->parquet, &run->output, job->parquet_type,
                             &run->failure) != 0)
        return -1;
    export_parquet_tape(&job->parquet);
    return 0;
}

int
export_job_begin(void *state, struct run *run, struct tape_header *header)
{
    struct export_job *job = state;

    (void)header;
    if (job->parquet_type)
        return begin_parquet(job, run);
    exporter_begin(&job->exporter);
    if (job->begun || !job->writer->begin)
        return 0;
    job->begun = true;
    return job->writer->begin(job->state, &job->text);
}

static int
print_event(struct export_job *job, struct run *run, const struct event *event)
{
    if (job->parquet_type)
        return export_parquet_add(&job->parquet, event, run->seq,
                                  &run->failure);
    return job->writer->event(job->state, event, run->seq, &job->text);
}

int
export_job_event(void *state, struct run *run, const struct event *event)
{
    struct export_job *job = state;

    if (job->parquet_type && event->type == EVENT_INSTRUMENT &&
        export_parquet_define(&job->parquet, event, &run->failure) != 0)
        return -1;
    if (!job->parquet_type && event->type == EVENT_NAME &&
        exporter_note(&job->exporter, event) != 0)
        return -1;
    if (!job->selected[event->type])
        return 0;
    run->events_out++;
    job->printed++;
    assert(job->limit == 0 || job->printed <= job->limit);
    if (print_event(job, run, event) != 0)
        return -1;
    if (job->limit && job->printed == job->limit)
        run->state = RUN_ENOUGH;
    return job->text.size >= FLUSH_SIZE ? flush(job, run) : 0;
}

int
export_job_block(void *state, struct run *run)
{
    const struct export_job *job = state;

    return run->state == RUN_WAITS && !(job->writer && job->writer->whole)
               ? flush_all(state, run)
               : flush(state, run);
}

/* Instruments and names of another tape may be others. */
int
export_job_end(void *state, struct run *run, enum tape_status status)
{
    (void)status;
    return flush_all(state, run);
}

/* What was printed before the trouble still counts. */
void
export_job_failed(void *state, struct run *run, int exit_class)
{
    (void)exit_class;
    flush_all(state, run);
}

/* What was selected, by -t or because the format is made of it. */
static const char *
selected_name(struct export_job *job)
{
    if (job->types.count)
        return job->types.items[job->types.count - 1];
    return type_of(job->writer->default_type, &job->user)->name;
}

int
export_job_finish(void *state, struct run *run)
{
    struct export_job *job = state;

    if (job->selects && job->printed == 0 && !run->common.quiet)
        run_remark(run, "no event of type %s", selected_name(job));
    if (job->parquet.begun)
        return export_parquet_end(&job->parquet, &run->failure);
    return 0;
}

void
export_job_destroy(void *state)
{
    struct export_job *job = state;

    if (job->state)
        job->writer->free(job->state);
    free(job->state);
    exporter_free(&job->exporter);
    free(job->selected);
    bytes_free(&job->text);
    export_parquet_free(&job->parquet);
}
