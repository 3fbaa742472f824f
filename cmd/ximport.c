/* ximport - make a tape of text.
 *
 * Reads CSV, JSON lines or LOBSTER message files and writes their events,
 * exact to the last digit, as one stream.  What is not understood ends the
 * program with its line: nothing is skipped or guessed.
 */
#include "app/import_job.h"
#include "format/dialect.h"

static const char *const examples[] = {
    "ximport -f csv -t order orders.csv | xmatch | xexport -f table",
    "ximport -f csv -t order -x account_id -D account_id=7 orders.csv > o.tape",
    "xexport -f json day.tape | ximport -f json --stream day > copy.tape",
    NULL,
};

static struct import_job job;

static const struct option_spec options[] = {
    {'f', "format", OPTION_CHOICE, &job.format, "FORMAT",
     "csv, json, parquet, lobster, itch, dbn, iex ...", true,
     .words = import_format_words, .names_verb = true},
    {0, "dialect", OPTION_TEXT, &job.dialect, "NAME|FILE",
     "read a vendor's files; see --list dialect", .words = dialect_names},
    {0, "guess", OPTION_TEXT, &job.guess, "FILE",
     "print the command line that reads FILE", .prints = true},
    {'t', "type", OPTION_TEXT, &job.type, "TYPE", "the event type of all rows",
     true, .verbs = "csv json parquet"},
    {'m', "map", OPTION_LIST, &job.lists.maps, "FIELD=COLUMN,...",
     "the columns of fields", true, .verbs = "csv json parquet dbn"},
    {'D', "default", OPTION_LIST, &job.lists.defaults, "FIELD=VALUE",
     "the value of a field without a cell", true, .verbs = "csv json parquet"},
    {'x', "ignore", OPTION_LIST, &job.lists.ignored, "COLUMN,...",
     "ignore these columns; *: all but fields", true,
     .verbs = "csv json parquet"},
    {0, "where", OPTION_LIST, &job.lists.wheres, "COLUMN=TEXT",
     "only rows with exactly this text there", true,
     .verbs = "csv json parquet"},
    {0, "each", OPTION_LIST, &job.lists.eaches, "PATH[:FIELD=VALUE,...]",
     "a row for each value at PATH: data[]", true, .verbs = "csv json"},
    {0, "word", OPTION_LIST, &job.lists.words, "FIELD:THEIRS=OURS",
     "what the input's words mean", true, .verbs = "csv json parquet"},
    {0, "null", OPTION_LIST, &job.lists.nulls, "WORD,...",
     "words that mean no value", true, .verbs = "csv json parquet"},
    {0, "scale", OPTION_LIST, &job.lists.scales, "FIELD=FACTOR",
     "multiply by a power of ten: price=1e-9", true,
     .verbs = "csv json parquet"},
    {0, "round", OPTION_CHOICE, &job.round, "PLACES",
     "round decimals, half to even", true, .words = import_round_words,
     .verbs = "csv json parquet"},
    {0, "decimal-comma", OPTION_FLAG, &job.decimal_comma, NULL,
     "decimals have a comma, not a point", true, .verbs = "csv"},
    {0, "thousands", OPTION_TEXT, &job.thousands, "CHARACTER",
     "the separator of groups of digits", true, .verbs = "csv"},
    {0, "header", OPTION_CHOICE, &job.header, "yes|no|auto",
     "whether line 1 names the columns", true, .words = import_header_words,
     .verbs = "csv"},
    {0, "no-header", OPTION_FLAG, &job.no_header, NULL,
     "the same as --header no", true, .verbs = "csv"},
    {0, "delimiter", OPTION_TEXT, &job.delimiter, "CHARACTER",
     "the separator of cells, or: tab", true, .verbs = "csv"},
    {0, "skip", OPTION_COUNT, &job.skip, "LINES",
     "skip the first LINES of each file", true, .min = 1, .verbs = "csv"},
    {0, "comment", OPTION_TEXT, &job.comment, "PREFIX",
     "skip lines that begin with PREFIX", true, .verbs = "csv json"},
    {0, "time-unit", OPTION_CHOICE, &job.unit, "UNIT",
     "times are numbers: ns, us, ms, s, auto", true, .words = import_unit_words,
     .verbs = "csv json parquet"},
    {0, "time-format", OPTION_TEXT, &job.time_format, "FORMAT",
     "the format of times, as %Y%m%d %T%f", true, .verbs = "csv json parquet"},
    {0, "tz", OPTION_TEXT, &job.zone, "ZONE",
     "the time zone of times that name none", true},
    {0, "fold", OPTION_CHOICE, &job.fold, "first|second",
     "which one, when a clock shows a time twice", true,
     .words = import_fold_words, .verbs = "csv json parquet"},
    {0, "date", OPTION_TEXT, &job.date, "DAY",
     "the day of times that name none", true},
    {0, "exchange", OPTION_TEXT, &job.exchange, "NAME",
     "the exchange of instruments without one", true},
    {0, "ids", OPTION_CHOICE, &job.ids, "names|hash",
     "what to keep of ids that are texts", true, .words = import_id_words,
     .verbs = "csv json parquet"},
    {0, "symbol-from-name", OPTION_TEXT, &job.symbol_pattern, "PATTERN",
     "where file names have the symbol: {}-*.csv", true,
     .verbs = "csv json parquet"},
    {0, "symbol", OPTION_TEXT, &job.symbol, "SYMBOL", "the instrument", true,
     .verbs = "lobster"},
    {0, "seed", OPTION_TEXT, &job.seed, "FILE",
     "the book after the first message", .verbs = "lobster"},
    {0, "clock", OPTION_DURATION, &job.clock, "DURATION",
     "write a clock event for each DURATION", true},
    {0, "stream", OPTION_STREAM, &job.stream, "NAME",
     "name the stream (default: the first file)"},
    {.kind = OPTION_END},
};

int
main(int argc, char **argv)
{
    const struct program_list lists[] = {{"formats", import_formats_list}, {0}};
    const struct program program = {
        .name = "ximport",
        .summary = "make a tape of text, Parquet or exchanges' messages",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
        .lists = lists,
        .confined = true,
    };
    const struct source source = {
        .state = &job,
        .prepare = import_job_prepare,
        .produce = import_job_produce,
        .destroy = import_job_destroy,
    };

    import_job_init(&job);
    return run_source(&program, &source, argc, argv);
}
