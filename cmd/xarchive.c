/* xarchive - keeps tapes as Parquet files, and looks after them. */
#include "app/archive_job.h"

static struct archive_job job;

#define OF_HOLD "hold release"

static const struct option_spec options[] = {
    {'d', "dir", OPTION_TEXT, &job.directory, "DIR", "the archive",
     .required = true},
    {0, "bloom", OPTION_LIST, &job.bloom_lists, "FIELDS",
     "write Bloom filters for these fields, which hold ids",
     .verbs = "put compact"},
    {0, "rebuild", OPTION_FLAG, &job.rebuild, NULL,
     "remove stray files, rebuild the catalog", .verbs = "fsck"},
    {0, "head", OPTION_TEXT, &job.head, "SHA256",
     "fail unless the chain has this link", .verbs = "verify fsck audit"},
    OPTION_JSON(&job.json, "ls find verify fsck plan holds"),
    OPTION_WAIT(&job.wait, "put compact fsck sweep hold release"),
    {0, "policy", OPTION_TEXT, &job.policy, "FILE",
     "plan by this policy, and compare it with the archive's", .verbs = "plan"},
    {0, "within", OPTION_DURATION, &job.within, "DURATION",
     "only what is due until then", .verbs = "plan"},
    {0, "now", OPTION_TIME, &job.now, "TIME",
     "the time to go by, instead of the clock's",
     .verbs = "plan sweep hold release holds"},
    {0, "shorten", OPTION_TEXT, &job.shorten, "REASON",
     "why the policy may keep parts shorter than before", .verbs = "sweep"},
    {0, "metrics", OPTION_TEXT, &job.metrics, "FILE",
     "write what was done for node_exporter", .verbs = "sweep"},
    {0, "from", OPTION_TIME, &job.hold.from, "TIME", "events not before TIME",
     .verbs = "hold find"},
    {0, "to", OPTION_TIME, &job.hold.to, "TIME", "and before TIME",
     .verbs = "hold find"},
    {'t', "types", OPTION_TEXT, &job.hold.types, "TYPES", "of these types",
     .verbs = "hold find"},
    {'s', "symbols", OPTION_TEXT, &job.hold.symbols, "SYMBOLS",
     "of these instruments", .verbs = "hold find"},
    {'a', "accounts", OPTION_TEXT, &job.hold.accounts, "ACCOUNTS",
     "of these accounts", .verbs = "hold find"},
    {'i', "ids", OPTION_TEXT, &job.ids, "IDS",
     "with one of these ids: FIELD=ID, with commas", .verbs = "find"},
    {0, "until", OPTION_TIME, &job.hold.until, "TIME", "hold them until TIME",
     .verbs = "hold"},
    {0, "case", OPTION_TEXT, &job.hold.reason, "TEXT", "what the hold is for",
     .verbs = OF_HOLD},
    {0, "by", OPTION_TEXT, &job.hold.by, "WHO", "who asks for it",
     .verbs = OF_HOLD},
    {.kind = OPTION_END},
};

static const struct verb verbs[] = {
    {"put", "[FILE ...]", "store tapes, or standard input; each event once",
     RUN_SILENT, ARCHIVE_CREATE, NULL},
    {"ls", "", "list the parts", RUN_TEXT, ARCHIVE_READ, archive_list},
    {"find", "", "list the parts that have such events, and how many", RUN_TEXT,
     ARCHIVE_READ, archive_find},
    {"columns", "", "list the size of each column", RUN_TEXT, ARCHIVE_READ,
     archive_columns},
    {"head", "", "print the end of the chain of manifests", RUN_TEXT,
     ARCHIVE_READ, archive_head},
    {"verify", "", "read everything and compare it with the manifests",
     RUN_TEXT, ARCHIVE_READ, archive_verify},
    {"compact", "", "merge the parts of a stream, type and day into one",
     RUN_SILENT, ARCHIVE_WRITE, archive_compact},
    {"fsck", "", "compare directory and catalog with the manifests", RUN_TEXT,
     ARCHIVE_READ, archive_fsck},
    {"plan", "", "list what a policy will do to each part, and when", RUN_TEXT,
     ARCHIVE_READ, archive_plan},
    {"sweep", "", "move and remove parts as the policy says", RUN_SILENT,
     ARCHIVE_WRITE, archive_sweep},
    {"hold", "ID", "keep events whatever the policy says", RUN_SILENT,
     ARCHIVE_WRITE, archive_hold},
    {"release", "ID", "end a hold", RUN_SILENT, ARCHIVE_WRITE, archive_release},
    {"audit", "", "compare journal, manifests and tiers", RUN_TEXT,
     ARCHIVE_READ, archive_audit},
    {"holds", "", "list the holds", RUN_TEXT, ARCHIVE_READ, archive_holds},
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

    archive_job_init(&job);
    return run_filter(&program, &filter, argc, argv);
}
