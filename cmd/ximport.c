/* ximport - make a tape of text.
 *
 * Reads CSV, JSON lines or LOBSTER message files and writes the events they
 * tell, exact to the last digit, as one stream.  What is not understood ends
 * the program with its line: nothing is skipped or guessed.
 */
#include <stdlib.h>
#include <string.h>

#include "app/zoneinfo.h"
#include "base/clock.h"
#include "cli/run.h"
#include "format/csv.h"
#include "format/json.h"
#include "format/lobster.h"

#define READ_SIZE     (256 * 1024)
#define SEED_SIZE_MAX LINE_BYTES_MAX

enum format { FORMAT_NONE = -1, FORMAT_CSV, FORMAT_JSON, FORMAT_LOBSTER };

struct ximport {
    int format, unit;
    const char *type, *delimiter, *stream, *exchange;
    const char *symbol, *date, *zone, *seed;
    struct option_list maps, defaults, ignored;
    bool no_header;
    int64_t clock;

    struct importer importer;
    struct csv_import csv;
    struct json_import json;
    struct lobster_import lobster;
    char *buffer;
};

/* ---- the formats --------------------------------------------------------- */

static int
push(struct ximport *x, const char *bytes, size_t size, struct failure *failure)
{
    switch (x->format) {
    case FORMAT_CSV: return csv_import_push(&x->csv, bytes, size, failure);
    case FORMAT_JSON: return json_import_push(&x->json, bytes, size, failure);
    default: return lobster_import_push(&x->lobster, bytes, size, failure);
    }
}

static int
finish(struct ximport *x, struct failure *failure)
{
    switch (x->format) {
    case FORMAT_CSV: return csv_import_end(&x->csv, failure);
    case FORMAT_JSON: return json_import_end(&x->json, failure);
    default: return lobster_import_end(&x->lobster, failure);
    }
}

/* The next item of a list separated by commas; false after the last. */
static bool
next_item(const char **list, struct cell *item)
{
    if (!*list)
        return false;
    *item = (struct cell){*list, strcspn(*list, ",")};
    *list = (*list)[item->size] ? *list + item->size + 1 : NULL;
    return true;
}

static int
prepare_columns(struct ximport *x, struct failure *failure)
{
    struct cell item;

    for (unsigned i = 0; i < x->maps.count; i++)
        for (const char *list = x->maps.items[i]; next_item(&list, &item);)
            if (csv_import_map(&x->csv, item, failure) != 0)
                return fail_at(failure, "-m");
    for (unsigned i = 0; i < x->defaults.count; i++)
        if (csv_import_default(&x->csv, cell_of(x->defaults.items[i]),
                               failure) != 0)
            return fail_at(failure, "-D");
    for (unsigned i = 0; i < x->ignored.count; i++)
        for (const char *list = x->ignored.items[i]; next_item(&list, &item);)
            if (csv_import_ignore(&x->csv, item, failure) != 0)
                return -1;
    return 0;
}

static int
prepare_csv(struct ximport *x, struct failure *failure)
{
    struct csv_options options = {.no_header = x->no_header};

    if (!x->type)
        return fail(failure, FAILURE_USAGE,
                    "-t TYPE says what the rows are: -t order, -t trade, ...");
    options.type = cell_of(x->type);
    if (x->delimiter && strcmp(x->delimiter, "tab") == 0)
        options.delimiter = '\t';
    else if (x->delimiter && strlen(x->delimiter) == 1 && x->delimiter[0] > 0)
        options.delimiter = x->delimiter[0];
    else if (x->delimiter)
        return fail(failure, FAILURE_USAGE,
                    "--delimiter is one character, or the word tab");
    if (options.delimiter && strchr("\"\r\n", options.delimiter))
        return fail(failure, FAILURE_USAGE, "that cannot be a --delimiter");
    for (unsigned i = 0; i < x->ignored.count; i++)
        options.ignore_extra |= strcmp(x->ignored.items[i], "*") == 0;
    if (csv_import_init(&x->csv, &options, &x->importer, failure) != 0)
        return -1;
    return prepare_columns(x, failure);
}

static int
read_seed(struct ximport *x, struct failure *failure)
{
    size_t size;
    char *bytes = input_read_file(x->seed, SEED_SIZE_MAX, &size, failure);
    int result = -1;

    if (bytes && lobster_import_seed(&x->lobster, bytes, size, failure) != 0)
        fail_at(failure, "%s", x->seed);
    else if (bytes)
        result = 0;
    free(bytes);
    return result;
}

static int
prepare_lobster(struct ximport *x, struct failure *failure)
{
    struct zone *zone;
    int64_t day;

    if (!x->symbol || !*x->symbol || !x->date)
        return fail(failure, FAILURE_USAGE,
                    "lobster needs --symbol and --date, they are not in the "
                    "file");
    if (strlen(x->date) != 10 || !time_parse(x->date, 10, &day))
        return fail(failure, FAILURE_USAGE,
                    "--date %s is not a day like 2012-06-21", x->date);
    zone = zoneinfo_read(x->zone, failure);
    if (!zone)
        return -1;
    x->lobster.importer = &x->importer;
    x->lobster.symbol = cell_of(x->symbol);
    x->lobster.midnight = zone_day_start(zone, day / NS_PER_DAY);
    zone_destroy(zone);
    if (lobster_import_init(&x->lobster, failure) != 0)
        return -1;
    return x->seed ? read_seed(x, failure) : 0;
}

/* ---- the program --------------------------------------------------------- */

static int
put(void *owner, const struct event *event, struct failure *failure)
{
    struct run *run = owner;

    (void)failure; /* the writer's are sticky and seen after each read */
    tape_writer_copy(&run->writer, event);
    return 0;
}

static int
prepare(void *state, struct run *run)
{
    static const int64_t units[] = {1, 1000, 1000000, NS_PER_SECOND};
    struct ximport *x = state;
    struct failure *failure = &run->failure;

    x->importer.sink = put;
    x->importer.owner = run;
    x->importer.unit = x->unit < 0 ? 0 : units[x->unit];
    x->importer.clock = x->clock;
    x->importer.exchange = cell_of(x->exchange ? x->exchange : "");
    x->buffer = aligned_alloc(INPUT_ALIGNMENT, READ_SIZE);
    if (!x->buffer)
        return fail_memory(failure);
    if (importer_init(&x->importer, failure) != 0)
        return -1;
    switch (x->format) {
    case FORMAT_CSV: return prepare_csv(x, failure);
    case FORMAT_JSON: return json_import_init(&x->json, &x->importer, failure);
    case FORMAT_LOBSTER: return prepare_lobster(x, failure);
    default:
        return fail(failure, FAILURE_USAGE,
                    "-f says what the input is: csv, json or lobster");
    }
}

static int
import_file(struct ximport *x, struct run *run, const char *path)
{
    const char *name = strcmp(path, "-") == 0 ? "stdin" : path;
    ssize_t size;

    if (run_open_input(run, path) != 0)
        return -1;
    while ((size = input_read(&run->input, x->buffer, READ_SIZE,
                              &run->failure)) > 0) {
        if (push(x, x->buffer, (size_t)size, &run->failure) != 0)
            return fail_at(&run->failure, "%s", name);
        if (run->failure.kind != FAILURE_NONE)
            return -1;
        run_progress(run, run->input.offset, run->input.size);
    }
    if (size == 0 && !run_stopped(run) && finish(x, &run->failure) != 0)
        return fail_at(&run->failure, "%s", name);
    input_close(&run->input);
    return size < 0 ? -1 : 0;
}

/* The base name of a path without its extension. */
static const char *
stream_of(const char *path, char name[TAPE_STREAM_MAX + 1])
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    size_t size = dot && dot > base ? (size_t)(dot - base) : strlen(base);

    if (size == 0 || size > TAPE_STREAM_MAX || strcmp(path, "-") == 0)
        return "ximport";
    memcpy(name, base, size);
    name[size] = '\0';
    return name;
}

static int
produce(void *state, struct run *run)
{
    struct ximport *x = state;
    char name[TAPE_STREAM_MAX + 1];
    const char *first = run->operand_count ? run->operands[0] : "-";

    const char *stream = x->stream ? x->stream : stream_of(first, name);

    if (!tape_stream_is_name(stream, strlen(stream)))
        return fail(&run->failure, FAILURE_USAGE,
                    "the first file's name cannot be a stream's: give it one "
                    "with --stream");
    if (run_begin_stream(run, stream) != 0)
        return -1;
    if (import_file(x, run, first) != 0)
        return -1;
    for (int i = 1; i < run->operand_count && !run_stopped(run); i++)
        if (import_file(x, run, run->operands[i]) != 0)
            return -1;
    return 0;
}

static void
destroy(void *state)
{
    struct ximport *x = state;

    csv_import_free(&x->csv);
    json_import_free(&x->json);
    lobster_import_free(&x->lobster);
    importer_free(&x->importer);
    free(x->buffer);
}

static const char *const formats[] = {"csv", "json", "lobster", NULL};
static const char *const units[] = {"ns", "us", "ms", "s", NULL};
static const char *const examples[] = {
    "ximport -f csv -t order orders.csv | xmatch | xexport -f table",
    "ximport -f csv -t order -x account_id -D account_id=7 orders.csv > o.tape",
    "xexport -f json day.tape | ximport -f json --stream day > copy.tape",
    NULL,
};

int
main(int argc, char **argv)
{
    struct ximport x = {
        .format = FORMAT_NONE, .unit = -1, .zone = "America/New_York"};
    const struct option_spec options[] = {
        {'f', "format", OPTION_CHOICE, &x.format, "FORMAT",
         "csv, json (lines, as of xexport) or lobster (messages)", true,
         .words = formats, .names_verb = true},
        {'t', "type", OPTION_TEXT, &x.type, "TYPE",
         "the event type of the rows", true, .verbs = "csv"},
        {'m', "map", OPTION_LIST, &x.maps, "FIELD=COLUMN,...",
         "the columns of fields that are called otherwise", true,
         .verbs = "csv"},
        {'D', "default", OPTION_LIST, &x.defaults, "FIELD=VALUE",
         "the value of a field where no cell has one", true, .verbs = "csv"},
        {'x', "ignore", OPTION_LIST, &x.ignored, "COLUMN,...",
         "leave columns out; * for all that are no field", true,
         .verbs = "csv"},
        {0, "no-header", OPTION_FLAG, &x.no_header, NULL,
         "the first line is data; -m tells columns by number", true,
         .verbs = "csv"},
        {0, "delimiter", OPTION_TEXT, &x.delimiter, "CHARACTER",
         "what stands between cells, or the word tab (default: ,)", true,
         .verbs = "csv"},
        {0, "time-unit", OPTION_CHOICE, &x.unit, "UNIT",
         "times may be numbers of ns, us, ms or s since 1970", true,
         .words = units, .verbs = "csv json"},
        {0, "exchange", OPTION_TEXT, &x.exchange, "NAME",
         "the exchange of instruments told without one", true},
        {0, "symbol", OPTION_TEXT, &x.symbol, "SYMBOL", "what is traded", true,
         .verbs = "lobster"},
        {0, "date", OPTION_TEXT, &x.date, "DAY", "the day, as 2012-06-21", true,
         .verbs = "lobster"},
        {0, "tz", OPTION_TEXT, &x.zone, "ZONE",
         "the time zone (default: America/New_York)", true, .verbs = "lobster"},
        {0, "seed", OPTION_TEXT, &x.seed, "FILE",
         "an order book row, the book after the first message",
         .verbs = "lobster"},
        {0, "clock", OPTION_DURATION, &x.clock, "DURATION",
         "write a clock event whenever so much event time has passed", true},
        {0, "stream", OPTION_STREAM, &x.stream, "NAME",
         "name the stream (default: the first input file's base name)"},
        {.kind = OPTION_END},
    };
    const struct program program = {
        .name = "ximport",
        .summary = "make a tape of CSV, JSON lines or LOBSTER messages",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
    };
    const struct source source = {
        .state = &x,
        .prepare = prepare,
        .produce = produce,
        .destroy = destroy,
    };

    return run_source(&program, &source, argc, argv);
}
