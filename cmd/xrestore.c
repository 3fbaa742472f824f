/* xrestore - gives back the tapes of an archive, whole or in part. */
#include "app/restore_job.h"

static struct restore_job job = {.nowhere = {.fd = -1}};

static const struct option_spec options[] = {
    {'d', "dir", OPTION_TEXT, &job.directory, "DIR", "the archive",
     .required = true},
    {0, "stream", OPTION_STREAM, &job.stream, "NAME", "this stream only"},
    {0, "from", OPTION_TIME, &job.selection.from, "TIME", "not before TIME",
     true},
    {0, "to", OPTION_TIME, &job.selection.to, "TIME", "before TIME", true},
    {'t', "types", OPTION_LIST, &job.lists.types, "TYPES",
     "these types: names or numbers, with commas", true},
    {'s', "symbols", OPTION_LIST, &job.lists.symbols, "SYMBOLS",
     "these instruments: SYMBOL or EXCHANGE:SYMBOL", true},
    {'a', "accounts", OPTION_LIST, &job.lists.accounts, "ACCOUNTS",
     "events with one of these accounts", true},
    {'i', "ids", OPTION_LIST, &job.lists.ids, "IDS",
     "events with one of these ids: FIELD=ID, with commas", true},
    {0, "threads", OPTION_COUNT, &job.threads, "N",
     "processors to use (4, or as many as there are)", .min = 1,
     .max = RESTORE_THREADS_MAX},
    {0, "test", OPTION_FLAG, &job.test, NULL,
     "write nothing; print events, digest and duration", .prints = true},
    {0, "no-verify", OPTION_FLAG, &job.unverified, NULL,
     "do not compare the SHA-256 of what is read", true},
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
        .summary = "give back the tapes of an archive",
        .operands = "",
        .examples = examples,
        .options = options,
    };
    const struct source source = {&job, restore_job_prepare,
                                  restore_job_produce, restore_job_summary,
                                  restore_job_destroy};

    selection_init(&job.selection);
    return run_source(&program, &source, argc, argv);
}
