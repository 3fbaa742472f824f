#include "app/import_guess.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "format/dialect.h"
#include "format/export_format.h"

#define SAMPLE_SIZE (160 * 1024) /* of the file: a block of zstd, at least */
#define SHOWN       3            /* events that are printed */
#define NEEDS_SIZE  256
#define COMMAND_MAX 512
#define GUESSED_DAY "2026-01-08" /* where the user must put in one */

enum { FORMAT_CSV, FORMAT_JSON }; /* of import_format_words */

/* Formats that say by themselves what they are, and what the user must add. */
static const struct known {
    const char *format, *needs;
} known[] = {
    {"dbn", ""},
    {"iex", ""},
    {"itch", "--date DAY"},
    {"lobster", "--symbol SYMBOL --date DAY"},
};

/* The types that CSV of our own is tried as: where more than one fits, the
 * first is meant. */
static const char *const types[] = {
    "print",        "quote",  "bar",        "order", "trade",
    "cash",         "cancel", "book_add",   "depth", "hold",
    "option_quote", "name",   "instrument", NULL};

/* How one way to read the file did. */
struct trial {
    const char *dialect; /* NULL: format and type */
    int format;
    const char *type;
    char needs[NEEDS_SIZE]; /* with what was put in for the user's words */

    uint64_t events, fields; /* definitions not counted */
    bool dated;              /* some time is not in 1970 */
    struct bytes shown;      /* JSON lines */
};

/* What a trial needs while it runs. */
struct bench {
    struct trial *trial;
    struct run run; /* a failure's place, and options that nobody reads */
    struct import_job job;
    struct instruments instruments;
    struct exporter exporter;
    void *json; /* of json_export; owned */
};

/* ---- events -------------------------------------------------------------- */

static uint64_t
count_fields(const struct event *event)
{
    const struct schema_type *type = schema_find(event->type);
    uint64_t count = event->instrument != 0;

    for (unsigned i = 0; type && i < type->field_count; i++)
        count += !field_is_null(event, &type->fields[i]);
    return count;
}

/* Numbers that happen to stand where those of a bar would are seldom one. */
static bool
is_plausible(const struct event *event)
{
    const struct bar *bar = (const struct bar *)(const void *)event;

    if (event->type != EVENT_BAR)
        return true;
    return bar->low <= bar->open && bar->low <= bar->close &&
           bar->open <= bar->high && bar->close <= bar->high;
}

static int
take_event(void *owner, const struct event *event, struct failure *failure)
{
    struct bench *bench = owner;
    struct trial *trial = bench->trial;

    if (event->type == EVENT_INSTRUMENT &&
        instruments_define(&bench->instruments,
                           (const struct instrument *)(const void *)event,
                           failure) == INSTRUMENT_NONE)
        return -1;
    if (exporter_note(&bench->exporter, event) != 0)
        return -1;
    if (event->type == EVENT_INSTRUMENT || event->type == EVENT_NAME)
        return 0;
    if (!is_plausible(event))
        return fail(failure, FAILURE_DATA, "a bar that cannot be");
    trial->dated |= event->time < 0 || event->time >= 365 * NS_PER_DAY;
    trial->fields += count_fields(event);
    return trial->events++ < SHOWN
               ? json_export.event(bench->json, event, trial->events,
                                   &trial->shown)
               : 0;
}

/* ---- one trial ----------------------------------------------------------- */

/* The line of a dialect that begins with "needs ", without that; size 0: there
 * is none. */
static struct cell
needs_of(const char *dialect)
{
    for (size_t i = 0; dialects[i].name; i++) {
        const char *at = strstr(dialects[i].text, "\nneeds ");

        if (strcmp(dialects[i].name, dialect) == 0 && at)
            return (struct cell){at + 7, strcspn(at + 7, "\n")};
    }
    return (struct cell){"", 0};
}

/* Sets the options that a dialect asks for; text is cut into words. */
static void
set_needs(struct import_job *job, char *text)
{
    while (*text) {
        char *option = text, *value = strchr(text, ' ');

        if (!value)
            return;
        *value++ = '\0';
        text = value + strcspn(value, " ");
        if (*text)
            *text++ = '\0';
        if (strcmp(option, "-D") == 0)
            job->lists.defaults.items[job->lists.defaults.count++] = value;
        else if (strcmp(option, "--where") == 0)
            job->lists.wheres.items[job->lists.wheres.count++] = value;
        else if (strcmp(option, "-t") == 0)
            job->type = value;
        else if (strcmp(option, "--date") == 0)
            job->date = GUESSED_DAY;
        else if (strcmp(option, "--symbol") == 0)
            job->symbol = value;
    }
}

/* Reads the sample; whether all went well. */
static bool
read_sample(struct bench *bench, const char *sample, size_t size, bool whole)
{
    struct import_job *job = &bench->job;
    struct failure *failure = &bench->run.failure;

    job->sink = (struct import_sink){take_event, bench};
    if (import_job_prepare(job, &bench->run) != 0 || job->reader->file)
        return false;
    if (exporter_init(&bench->exporter, &bench->instruments, failure) != 0 ||
        json_export.init(bench->json, &bench->exporter,
                         &(struct export_options){0}) != 0 ||
        unpack_push(&job->unpack, sample, size, failure) != 0)
        return false;
    if (whole && (unpack_end(&job->unpack, failure) != 0 ||
                  job->reader->end(job->state, failure) != 0))
        return false;
    return failure->kind == FAILURE_NONE && bench->trial->events > 0 &&
           bench->trial->dated;
}

/* 1 when it fits; 0; -1 without memory. */
static int
try(struct trial *trial, const char *sample, size_t size, bool whole,
    struct failure *failure)
{
    struct bench *bench = allocate(failure, 1, sizeof *bench);
    void *json = allocate(failure, 1, json_export.state_size);
    char needs[NEEDS_SIZE];
    bool fits = false;

    if (bench && json) {
        bench->trial = trial;
        bench->json = json;
        import_job_init(&bench->job);
        bench->job.dialect = trial->dialect;
        bench->job.format = trial->dialect ? -1 : trial->format;
        bench->job.type = trial->type;
        memcpy(needs, trial->needs, sizeof needs);
        set_needs(&bench->job, needs);
        fits = read_sample(bench, sample, size, whole);
        json_export.free(json);
        import_job_destroy(&bench->job);
        exporter_free(&bench->exporter);
        instruments_free(&bench->instruments);
    }
    free(json);
    free(bench);
    return failure->kind == FAILURE_NONE ? fits : -1;
}

/* ---- all of them --------------------------------------------------------- */

struct guess {
    const char *sample;
    size_t size;
    bool whole;
    struct trial *fits; /* the best first; owned */
    size_t count, capacity;
};

/* Tries one, and puts it where it belongs among those that fit. */
static int
add(struct guess *guess, struct trial trial, struct failure *failure)
{
    struct trial *fits = array_grow(guess->fits, &guess->capacity,
                                    guess->count + 1, sizeof *fits, failure);
    size_t at = guess->count;
    int result;

    assert(guess->size <= SAMPLE_SIZE && trial.events == 0);
    if (!fits)
        return -1;
    guess->fits = fits;
    result = try(&trial, guess->sample, guess->size, guess->whole, failure);
    if (result <= 0) {
        bytes_free(&trial.shown);
        return result;
    }
    while (at > 0 && fits[at - 1].fields < trial.fields)
        at--;
    memmove(fits + at + 1, fits + at, (guess->count - at) * sizeof *fits);
    fits[at] = trial;
    guess->count++;
    return 0;
}

static int
format_number(const char *name)
{
    int number = 0;

    while (strcmp(import_format_words[number], name) != 0)
        number++;
    return number;
}

static int
try_all(struct guess *guess, struct failure *failure)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct trial trial = {.format = format_number(known[i].format)};

        snprintf(trial.needs, sizeof trial.needs, "%s", known[i].needs);
        if (add(guess, trial, failure) != 0)
            return -1;
    }
    for (size_t i = 0; dialects[i].name; i++) {
        struct trial trial = {.dialect = dialects[i].name};
        struct cell needs = needs_of(dialects[i].name);

        assert(needs.size < NEEDS_SIZE);
        memcpy(trial.needs, needs.bytes, needs.size);
        if (add(guess, trial, failure) != 0)
            return -1;
    }
    for (size_t i = 0; types[i]; i++)
        if (add(guess, (struct trial){.format = FORMAT_CSV, .type = types[i]},
                failure) != 0)
            return -1;
    return add(guess, (struct trial){.format = FORMAT_JSON}, failure);
}

/* ---- what is printed ----------------------------------------------------- */

static void
print_command(struct run *run, const struct trial *trial, const char *path,
              const char *lead)
{
    char command[COMMAND_MAX];

    if (trial->dialect)
        snprintf(command, sizeof command, "--dialect %s%s%s", trial->dialect,
                 *trial->needs ? " " : "", trial->needs);
    else
        snprintf(command, sizeof command, "-f %s%s%s%s%s",
                 import_format_words[trial->format], trial->type ? " -t " : "",
                 trial->type ? trial->type : "", *trial->needs ? " " : "",
                 trial->needs);
    run_print(run, "%sximport %s %s\n", lead, command, path);
}

static int
print(struct run *run, const struct guess *guess, const char *path)
{
    assert(guess->count > 0 && guess->fits[0].events > 0);
    print_command(run, &guess->fits[0], path, "");
    if (strstr(guess->fits[0].needs, "--date"))
        run_print(run, "# the day below is an example: " GUESSED_DAY "\n");
    if (output_put(&run->output, guess->fits[0].shown.bytes,
                   guess->fits[0].shown.size) != 0)
        return -1;
    for (size_t i = 1; i < guess->count; i++)
        print_command(run, &guess->fits[i], path, "# fits, too: ");
    return run->failure.kind == FAILURE_NONE ? 0 : -1;
}

int
import_guess(struct run *run, const char *path)
{
    struct guess guess = {0};
    struct failure *failure = &run->failure;
    char *sample = allocate(failure, SAMPLE_SIZE, 1);
    ssize_t size = -1;
    int result = -1;

    if (sample && run_open_input(run, path) == 0)
        size = input_read(&run->input, sample, SAMPLE_SIZE, failure);
    if (size >= 0) {
        guess.sample = sample;
        guess.size = (size_t)size;
        guess.whole = size < SAMPLE_SIZE;
        result = try_all(&guess, failure);
    }
    if (result == 0 && size >= 4 && memcmp(sample, "PAR1", 4) == 0)
        result = fail(failure, FAILURE_DATA,
                      "%s: is Parquet: -f parquet -t TYPE reads it, with -m "
                      "FIELD=COLUMN where names differ",
                      path);
    else if (result == 0 && guess.count == 0)
        result = fail(failure, FAILURE_DATA,
                      "%s: no dialect fits its beginning, and no type of CSV "
                      "(-t TYPE and -m FIELD=COLUMN say what it is)",
                      path);
    else if (result == 0)
        result = print(run, &guess, path);
    for (size_t i = 0; i < guess.count; i++)
        bytes_free(&guess.fits[i].shown);
    free(guess.fits);
    free(sample);
    return result;
}
