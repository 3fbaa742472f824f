/* xarchive - keeps tapes as Parquet files, and looks after them. */
#include "app/archive_job.h"

static struct archive_job job;

static const struct option_spec options[] = {
    {.letter = 'd',
     .name = "dir",
     .kind = OPTION_TEXT,
     .value = &job.directory,
     .argument = "DIR",
     .help = "the archive",
     .required = true},
    {.name = "bloom",
     .kind = OPTION_LIST,
     .value = &job.bloom_lists,
     .argument = "FIELDS",
     .help = "Bloom filters for these fields, which hold ids",
     .verbs = "put compact"},
    {.name = "rebuild",
     .kind = OPTION_FLAG,
     .value = &job.rebuild,
     .help = "remove stray parts, make the catalog anew",
     .verbs = "fsck"},
    {.name = "head",
     .kind = OPTION_TEXT,
     .value = &job.head,
     .argument = "SHA256",
     .help = "the chain of manifests has this one",
     .verbs = "verify fsck"},
    {.name = "json",
     .kind = OPTION_FLAG,
     .value = &job.json,
     .help = "print JSON",
     .verbs = "ls verify fsck"},
    {.name = "wait",
     .kind = OPTION_DURATION,
     .value = &job.wait,
     .argument = "DURATION",
     .help = "wait so long for another writer to end",
     .verbs = "put compact fsck"},
    {.kind = OPTION_END},
};

static const struct verb verbs[] = {
    {"put", "[FILE ...]", "store tapes, or standard input; each event once",
     RUN_SILENT, ARCHIVE_CREATE, NULL},
    {"ls", "", "list the parts", RUN_TEXT, ARCHIVE_READ, archive_list},
    {"columns", "", "list what each column takes", RUN_TEXT, ARCHIVE_READ,
     archive_columns},
    {"head", "", "print the end of the chain of manifests", RUN_TEXT,
     ARCHIVE_READ, archive_head},
    {"verify", "", "read everything and compare it with what was stored",
     RUN_TEXT, ARCHIVE_READ, archive_verify},
    {"compact", "", "merge the parts of a stream, type and day into one",
     RUN_SILENT, ARCHIVE_WRITE, archive_compact},
    {"fsck", "", "compare directory and catalog with the manifests", RUN_TEXT,
     ARCHIVE_READ, archive_fsck},
    {0},
};

static const char *const examples[] = {"xarchive -d archive put day.tape",
                                       "xarchive -d archive ls",
                                       "xarchive -d archive verify", NULL};

int
main(int argc, char **argv)
{
    const struct program program = {
        .name = "xarchive",
        .summary = "keep tapes as Parquet files",
        .operands = "VERB [FILE ...]",
        .verbs = verbs,
        .output = RUN_TEXT,
        .examples = examples,
        .options = options,
    };
    const struct filter filter = {.state = &job,
                                  .consumes_all = true,
                                  .raw = true,
                                  .same_stream = true,
                                  .names = true,
                                  .prepare = archive_job_prepare,
                                  .begin = archive_put_begin,
                                  .event = archive_put_event,
                                  .batch = archive_put_batch,
                                  .end = archive_put_end,
                                  .finish = archive_put_finish,
                                  .failed = archive_put_failed,
                                  .summary = archive_put_summary,
                                  .destroy = archive_job_destroy};

    return run_filter(&program, &filter, argc, argv);
}
