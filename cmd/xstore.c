/* xstore - keeps a tape in an event store, and passes it on once it is
 * durable.
 */
#include "app/store_job.h"

static const struct verb verbs[] = {
    {"", "[FILE ...]", "store the input, and pass it on", RUN_TAPE, 0, NULL},
    {"ls", "", "list the streams, one per line", RUN_TEXT, 0, store_list},
    {"verify", "", "read every byte of the store and report each fault",
     RUN_TEXT, 0, store_verify},
    {0},
};

static const char *const examples[] = {
    "xgen --orders 10000 | xstore -d store | xmatch | xohlcv -i 1m",
    "xstore -d store ls",
    "xstore -d store verify",
    NULL,
};

int
main(int argc, char **argv)
{
    struct store_job job = {.writer = {.segment_size = LOG_SEGMENT_SIZE}};
    struct log_writer *writer = &job.writer;
    const struct option_spec options[] = {
        {'d', "dir", OPTION_TEXT, &job.path, "DIR",
         "the event store, created if missing", .required = true},
        {0, "fsync", OPTION_CHOICE, &job.fsync, "WHEN",
         "when to sync: group (default), each, none",
         .words = store_fsync_words, .verbs = ""},
        {0, "segment-size", OPTION_COUNT, &writer->segment_size, "BYTES",
         "start a new file every BYTES or so (268435456)", .min = 4096,
         .verbs = ""},
        {0, "abandon", OPTION_FLAG, &writer->abandon, NULL,
         "accept another stream after one that was cut off", .verbs = ""},
        OPTION_WAIT(&writer->patience.wait, ""),
        OPTION_NO_OUTPUT(&job.no_output, ""),
        OPTION_JSON(&job.json, "ls verify"),
        {.kind = OPTION_END},
    };
    const struct program program = {
        .name = "xstore",
        .summary = "keep a tape in an event store",
        .operands = "[FILE ... | VERB]",
        .verbs = verbs,
        .examples = examples,
        .options = options,
    };
    const struct filter filter = {
        .state = &job,
        .consumes_all = true,
        .raw = true,
        .same_stream = true,
        .names = true,
        .prepare = store_prepare,
        .begin = store_begin,
        .block = store_block,
        .end = store_end,
        .failed = store_failed,
        .summary = store_summary,
        .destroy = store_destroy,
    };

    return run_filter(&program, &filter, argc, argv);
}
