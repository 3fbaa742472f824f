#include "app/import_job.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/import_dialect.h"
#include "app/import_guess.h"
#include "app/import_rules.h"
#include "app/import_symbol.h"
#include "app/venue.h"
#include "app/zoneinfo.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/pool.h"
#include "format/lines.h"

#define READ_SIZE     (512 * 1024)
#define SEED_SIZE_MAX LINE_BYTES_MAX
#define THREADS_MAX   3 /* besides the one that reads and writes */

_Static_assert(READ_SIZE % INPUT_ALIGNMENT == 0, "aligned_alloc asks for it");
_Static_assert(READ_SIZE <= LINE_BYTES_MAX, "csv_ahead.h sees no longer line");

const char *const import_header_words[] = {"yes", "no", "auto", NULL};

/* ---- options ------------------------------------------------------------- */

static int
set_delimiter(const struct import_job *job, char *delimiter,
              struct failure *failure)
{
    const char *text = job->delimiter;

    if (!text)
        return 0;
    if (strcmp(text, "tab") == 0)
        *delimiter = '\t';
    else if (strlen(text) == 1 && text[0] > 0)
        *delimiter = text[0];
    else
        return fail(failure, FAILURE_USAGE,
                    "--delimiter is one character, or the word tab");
    if (strchr("\"\r\n", *delimiter))
        return fail(failure, FAILURE_USAGE,
                    "--delimiter cannot be a quote or the end of a line");
    return 0;
}

static int
set_header(struct import_job *job, struct failure *failure)
{
    if (job->no_header && job->header > HEADER_NO)
        return fail(failure, FAILURE_USAGE,
                    "--no-header and --header auto cannot be combined");
    job->given.header = job->header < 0 ? HEADER_YES : (enum header)job->header;
    if (job->no_header)
        job->given.header = HEADER_NO;
    return 0;
}

static int
read_seed(struct import_job *job, struct failure *failure)
{
    if (!job->seed)
        return 0;
    job->seed_text = input_read_file(job->seed, SEED_SIZE_MAX,
                                     &job->given.seed_size, failure);
    job->given.seed = job->seed_text;
    job->given.seed_path = job->seed;
    return job->seed_text ? 0 : -1;
}

static struct text_list
list_of(const struct option_list *list)
{
    return (struct text_list){list->count, list->items};
}

static void
set_lists(struct import_options *options, const struct import_lists *lists)
{
    options->maps = list_of(&lists->maps);
    options->defaults = list_of(&lists->defaults);
    options->ignored = list_of(&lists->ignored);
    options->wheres = list_of(&lists->wheres);
    options->eaches = list_of(&lists->eaches);
}

static int
set_given(struct import_job *job, struct failure *failure)
{
    struct import_options *given = &job->given;
    const struct time_rules *times = &job->importer.rules.times;
    unsigned processors = pool_processors();

    given->type = job->type;
    set_lists(given, &job->lists);
    set_lists(&job->fallback, &job->dialect_lists);
    given->fallback = &job->fallback;
    given->skip = job->skip;
    given->comment = job->comment;
    given->symbol = job->symbol;
    job->zones = (struct calendar_zones){venue_find_zone, &job->calendar_zone};
    given->zones = &job->zones;
    assert(processors > 0);
    given->threads = processors > THREADS_MAX ? THREADS_MAX : processors - 1;
    given->midnight = TIME_NULL;
    if (times->has_date)
        given->midnight = times->zone ? zone_day_start(times->zone, times->day)
                                      : times->day * NS_PER_DAY;
    if (set_delimiter(job, &given->delimiter, failure) != 0 ||
        set_header(job, failure) != 0)
        return -1;
    return read_seed(job, failure);
}

/* ---- events -------------------------------------------------------------- */

static int
put(void *owner, const struct event *event, struct failure *failure)
{
    struct run *run = owner;

    (void)failure; /* the writer's are sticky and seen after each read */
    tape_writer_copy(&run->writer, event);
    return 0;
}

/* A piece of what a file holds. */
static int
take_text(void *owner, const char *bytes, size_t size, struct failure *failure)
{
    struct import_job *job = owner;

    return job->reader->push(job->state, bytes, size, failure);
}

void
import_job_init(struct import_job *job)
{
    *job = (struct import_job){.format = -1,
                               .unit = -1,
                               .header = -1,
                               .fold = -1,
                               .ids = -1,
                               .round = -1};
}

int
import_job_prepare(void *state, struct run *run)
{
    struct import_job *job = state;
    struct failure *failure = &run->failure;

    run->unconfined = job->guess != NULL;
    if (job->guess)
        return run->operand_count
                   ? fail(failure, FAILURE_USAGE,
                          "--guess takes no other file than its own")
                   : 0;
    if (job->symbol_pattern &&
        symbol_pattern_check(job->symbol_pattern, failure) != 0)
        return -1;
    if (import_dialect_set(job, run) != 0)
        return -1;
    if (job->format < 0)
        return fail(failure, FAILURE_USAGE,
                    "-f FORMAT is required (ximport --list format)");
    job->reader = import_formats[job->format];
    if (strcmp(job->reader->name, "calendar") == 0)
        run->unconfined = true; /* it looks zones up as it reads */
    job->importer.sink =
        job->sink.owner ? job->sink : (struct import_sink){put, run};
    job->unpack.text = take_text;
    job->unpack.owner = job;
    job->importer.clock = job->clock;
    job->importer.exchange = cell_of(job->exchange ? job->exchange : "");
    job->importer.hash_only = job->ids > 0;
    job->buffer = aligned_alloc(INPUT_ALIGNMENT, READ_SIZE);
    job->state = allocate(failure, 1, job->reader->state_size);
    if (!job->buffer)
        return fail_memory(failure);
    if (!job->state || import_rules_set(job, failure) != 0 ||
        set_given(job, failure) != 0 ||
        importer_init(&job->importer, failure) != 0)
        return -1;
    return job->reader->init(job->state, &job->given, &job->importer, failure);
}

void
import_job_destroy(void *state)
{
    struct import_job *job = state;

    if (job->state)
        job->reader->free(job->state);
    free(job->state);
    unpack_free(&job->unpack);
    importer_free(&job->importer);
    zone_destroy(job->time_zone);
    zone_destroy(job->calendar_zone);
    free(job->word_rules);
    free(job->null_texts);
    free(job->seed_text);
    free(job->dialect_text);
    free(job->buffer);
}

/* ---- files --------------------------------------------------------------- */

/* After a part of a file that is not read in order. */
static bool
after_part(void *owner)
{
    struct run *run = owner;

    run_progress(run, 0, 0);
    return !run_stopped(run) && run->failure.kind == FAILURE_NONE;
}

/* A file that the format reads in its own order. */
static int
import_whole(struct import_job *job, struct run *run)
{
    struct input input = run->input;

    if (!input.regular)
        return fail(&run->failure, FAILURE_USAGE,
                    "%s: %s is read from a file, not from a pipe",
                    input_name(&input), job->reader->name);
    run->input.fd = -1;
    return job->reader->file(job->state, &input, after_part, run,
                             &run->failure);
}

static int
import_file(struct import_job *job, struct run *run, const char *path)
{
    const char *name = strcmp(path, "-") == 0 ? "stdin" : path;
    struct failure *failure = &run->failure;
    ssize_t size;

    if (run_open_input(run, path) != 0)
        return -1;
    if (job->symbol_pattern &&
        symbol_from_name(job->symbol_pattern, path, &job->importer.rules.symbol,
                         failure) != 0)
        return -1;
    if (job->reader->file)
        return import_whole(job, run);
    while ((size = input_read(&run->input, job->buffer, READ_SIZE, failure)) >
           0) {
        assert(size <= READ_SIZE);
        if (unpack_push(&job->unpack, job->buffer, (size_t)size, failure) != 0)
            return fail_at(failure, "%s", name);
        if (failure->kind != FAILURE_NONE)
            return -1;
        run_progress(run, run->input.offset, run->input.size);
    }
    if (size == 0 && !run_stopped(run) &&
        (unpack_end(&job->unpack, failure) != 0 ||
         job->reader->end(job->state, failure) != 0))
        return fail_at(failure, "%s", name);
    input_close(&run->input);
    return size < 0 ? -1 : 0;
}

/* The size of a name without its extension, if it has one. */
static size_t
without_extension(const char *name, size_t size)
{
    const char *dot = memrchr(name, '.', size);

    return dot && dot > name ? (size_t)(dot - name) : size;
}

/* Whether a name ends like that of a compressed file. */
static bool
is_compressed(const char *name, size_t size)
{
    static const char *const ends[] = {".gz", ".zst", ".zip"};

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t end = strlen(ends[i]);

        if (size > end && memcmp(name + size - end, ends[i], end) == 0)
            return true;
    }
    return false;
}

/* The base name of a path without its extension, and without those of
 * compression. */
static const char *
stream_of(const char *path, char name[TAPE_STREAM_MAX + 1])
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    size_t size = strlen(base);

    if (is_compressed(base, size))
        size = without_extension(base, size);
    size = without_extension(base, size);
    if (size == 0 || size > TAPE_STREAM_MAX || strcmp(path, "-") == 0)
        return "ximport";
    memcpy(name, base, size);
    name[size] = '\0';
    return name;
}

/* What to know about an import that went well. */
static void
remark(const struct import_job *job, struct run *run)
{
    uint64_t left_out =
        job->reader->left_out ? job->reader->left_out(job->state) : 0;
    uint64_t rounded = job->importer.draft.values.rounded;
    const struct time_rules *times = &job->importer.rules.times;
    char text[200];

    assert(!times->unit || job->unit >= 0);
    if (run->common.quiet)
        return;
    for (unsigned i = 0; job->reader->remark &&
                         job->reader->remark(job->state, i, text, sizeof text);
         i++)
        if (*text)
            run_remark(run, "%s", text);
    if (left_out)
        run_remark(run, COUNT_FORMAT " %s", COUNT(left_out, "record"),
                   job->lists.wheres.count
                       ? "left out by --where"
                       : "of other kinds skipped (--where of the dialect)");
    if (rounded)
        run_remark(run, COUNT_FORMAT " rounded to %d places",
                   COUNT(rounded, "number"), job->round);
    if (times->unit && importer_only_1970(&job->importer))
        run_remark(run, "all times are in 1970: is --time-unit %s right?",
                   import_unit_words[job->unit]);
}

int
import_job_produce(void *state, struct run *run)
{
    struct import_job *job = state;
    char name[TAPE_STREAM_MAX + 1];
    const char *first = run->operand_count ? run->operands[0] : "-";
    const char *stream = job->stream ? job->stream : stream_of(first, name);

    if (job->guess)
        return import_guess(run, job->guess);
    if (!tape_stream_is_name(stream, strlen(stream)))
        return fail(&run->failure, FAILURE_USAGE,
                    "the first file's name cannot be a stream's: give it one "
                    "with --stream");
    if (run_begin_stream(run, stream) != 0 || import_file(job, run, first) != 0)
        return -1;
    for (int i = 1; i < run->operand_count && !run_stopped(run); i++)
        if (import_file(job, run, run->operands[i]) != 0)
            return -1;
    remark(job, run);
    return 0;
}
