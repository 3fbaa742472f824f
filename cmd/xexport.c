/* xexport - print a tape as text.
 *
 * JSON lines hold every event of a tape exactly, CSV those of one type;
 * ximport reads both back as the same events.  The table is for people.
 */
#include "app/export_job.h"

static const char *const examples[] = {
    "xexport -f json day.tape",
    "xexport -f csv -t trade -c time,instrument,price,quantity day.tape",
    "xexport -f table -t bar -n 10 day.tape",
    "xexport -f hledger day.tape > day.journal",
    "xexport -f parquet -t trade -o trades.parquet day.tape",
    NULL,
};

int
main(int argc, char **argv)
{
    struct export_job job = {.format = -1};
    const struct option_spec options[] = {
        {'f', "format", OPTION_CHOICE, &job.format, "FORMAT",
         "csv, json (lines), table, candles, hledger or parquet",
         .words = export_format_words, .names_verb = true},
        {'t', "types", OPTION_LIST, &job.types, "TYPE,...",
         "only events of these types; csv, parquet: one"},
        {'c', "columns", OPTION_TEXT, &job.columns, "NAME,...",
         "only these columns; seq is also one", .verbs = "csv table"},
        {'n', "limit", OPTION_COUNT, &job.limit, "N", "stop after N events",
         .min = 1},
        {0, "wide", OPTION_FLAG, &job.wide, NULL,
         "every column, however long the lines get", .verbs = "table"},
        {0, "guard", OPTION_FLAG, &job.guard, NULL,
         "put ' before texts that look like formulas", .verbs = "csv"},
        {.kind = OPTION_END},
    };
    const struct program_list lists[] = {{"formats", export_formats_list}, {0}};
    const struct program program = {
        .name = "xexport",
        .summary = "print a tape as CSV, JSON lines, a table, candles, journal "
                   "or Parquet",
        .operands = "[FILE ...]",
        .output = RUN_TEXT,
        .examples = examples,
        .options = options,
        .lists = lists,
        .confined = true,
    };
    const struct filter filter = {
        .state = &job,
        .consumes_all = true,
        .prepare = export_job_prepare,
        .begin = export_job_begin,
        .event = export_job_event,
        .block = export_job_block,
        .end = export_job_end,
        .failed = export_job_failed,
        .finish = export_job_finish,
        .destroy = export_job_destroy,
    };

    return run_filter(&program, &filter, argc, argv);
}
