/* xrestore - gives back the tapes of an archive, whole or in part. */
#include "app/restore_job.h"

static struct restore_job job;

static const struct option_spec options[] = {
    {'d', "dir", OPTION_TEXT, &job.directory, "DIR", "the archive",
     .required = true},
    {0, "stream", OPTION_STREAM, &job.stream, "NAME", "only this stream"},
    {0, "from", OPTION_TIME, &job.selection.from, "TIME",
     "only events at TIME or later", true},
    {0, "to", OPTION_TIME, &job.selection.to, "TIME", "only events before TIME",
     true},
    {'t', "types", OPTION_LIST, &job.lists.types, "TYPES",
     "only these types: names or numbers, with commas", true},
    {'s', "symbols", OPTION_LIST, &job.lists.symbols, "SYMBOLS",
     "only these instruments: SYMBOL or EXCHANGE:SYMBOL", true},
    {'a', "accounts", OPTION_LIST, &job.lists.accounts, "ACCOUNTS",
     "only events that involve these accounts", true},
    {'i', "ids", OPTION_LIST, &job.lists.ids, "IDS",
     "only events with these ids: FIELD=ID, with commas", true},
    {0, "threads", OPTION_COUNT, &job.threads, "N",
     "use at most N processors (4)", .min = 1, .max = RESTORE_THREADS_MAX},
    {0, "test", OPTION_FLAG, &job.test, NULL,
     "write no tape; print events, digest and duration", .prints = true},
    {0, "sample", OPTION_COUNT, &job.sample, "N",
     "with --test: read N parts, those at most risk, and note it", .min = 1,
     .max = UINT32_MAX},
    OPTION_WAIT(&job.wait, NULL),
    {0, "now", OPTION_TIME, &job.time, "TIME",
     "the time to note, instead of the clock's"},
    {0, "no-verify", OPTION_FLAG, &job.unverified, NULL,
     "do not check the SHA-256 of parts", true},
    {.kind = OPTION_END},
};

static const char *const examples[] = {
    "xrestore -d archive | xledger --print balances",
    "xrestore -d archive -t trade -s XTAPE:SYM001 --test", NULL};

int
main(int argc, char **argv)
{
    const struct program program = {
        .name = "xrestore",
        .summary = "restore tapes from an archive",
        .operands = "",
        .examples = examples,
        .options = options,
    };
    const struct source source = {&job, restore_job_prepare,
                                  restore_job_produce, restore_job_summary,
                                  restore_job_destroy};

    restore_job_init(&job);
    return run_source(&program, &source, argc, argv);
}
