/* xstore - keeps a tape in an event store, and passes it on once it is
 * durable.
 *
 * The output is held back in its buffer; what is in it becomes durable in the
 * store before it leaves.  So whoever reads the output never knows more than
 * the store.
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/run.h"
#include "log/facts.h"
#include "log/verify.h"
#include "log/write.h"

#define GROUP (8 << 20) /* bytes that one fsync makes durable, about */

struct xstore {
    const char *path;
    int fsync; /* enum log_fsync */
    bool quiet;
    struct log_writer writer;
    struct log log; /* of a verb that reads it */
};

/* ---- storing ------------------------------------------------------------- */

static int
commit(void *owner, struct failure *failure)
{
    struct xstore *x = owner;

    return log_write_commit(&x->writer, failure);
}

static int
begin(void *state, struct run *run, struct tape_header *header)
{
    struct xstore *x = state;

    if (run->kind == RUN_TAPE && !run->output.before_write) {
        if (output_enlarge(&run->output, GROUP) != 0)
            return -1;
        run->output.before_write = commit;
        run->output.owner = x;
    }
    return log_write_begin(&x->writer, header, &run->failure);
}

static int
take_block(void *state, struct run *run)
{
    struct xstore *x = state;
    const struct tape_reader *reader = &run->reader;

    if (run->waiting)
        return log_write_commit(&x->writer, &run->failure);
    if (log_write_events(&x->writer, reader->first, reader->end, reader->count,
                         &run->failure) != 0)
        return -1;
    if (run->kind == RUN_TAPE)
        tape_writer_copy_block(&run->writer, reader, reader->first, reader->end,
                               reader->count);
    if (log_write_pending(&x->writer) >= GROUP)
        return log_write_commit(&x->writer, &run->failure);
    return 0;
}

static int
end(void *state, struct run *run, enum tape_status status)
{
    struct xstore *x = state;
    int exit_class = status == TAPE_FAILED ? run->reader.exit_class : 0;

    return log_write_end(&x->writer, status, exit_class, &run->failure);
}

static void
failed(void *state, struct run *run, int exit_class)
{
    struct xstore *x = state;

    (void)log_write_end(&x->writer, TAPE_FAILED, exit_class, &run->failure);
}

/* ---- verbs --------------------------------------------------------------- */

/* Opens the store to read it. */
static int
open_log(struct xstore *x, struct run *run)
{
    int result = log_open(&x->log, x->path, &run->failure);

    if (result == 0)
        return fail(&run->failure, FAILURE_ENVIRONMENT,
                    "%s: there is no such directory", x->path);
    if (result > 0 && x->log.segment_count == 0 && x->log.foreign)
        return fail(&run->failure, FAILURE_USAGE,
                    "%s: not an event store, it holds %s", x->path,
                    x->log.foreign);
    return result > 0 ? 0 : -1;
}

static int
put_fault(void *owner, const char *text, struct failure *failure)
{
    (void)failure;
    return run_print(owner, "%s\n", text);
}

static int
verify(void *state, struct run *run)
{
    struct xstore *x = state;
    struct log_verify verify = {.fault = put_fault, .owner = run};

    if (open_log(x, run) != 0 ||
        log_verify(&verify, &x->log, &run->failure) != 0)
        return -1;
    run_print(run,
              "%zu streams, %" PRIu64 " segments, %" PRIu64 " events, %" PRIu64
              " bytes, %" PRIu64 " faults\n",
              x->log.stream_count, verify.segments, verify.events, verify.bytes,
              verify.faults);
    if (x->log.foreign && !run->common.quiet)
        fprintf(stderr, "xstore: %s: not of the store, and left alone: %s\n",
                x->path, x->log.foreign);
    if (verify.faults == 0 || output_flush(&run->output) != 0)
        return run->failure.kind == FAILURE_NONE ? 0 : -1;
    return fail(&run->failure, FAILURE_DATA,
                "%s: %" PRIu64 " faults, told above; nothing was changed",
                x->path, verify.faults);
}

static const char *
time_text(int64_t time, char text[TIME_TEXT_MAX + 1])
{
    text[time == TIME_NULL ? 0 : time_format(time, text)] = '\0';
    return text;
}

/* One line for a stream: number, events, first and last seq, times, segments,
 * bytes, END, name. */
static int
list_stream(struct xstore *x, struct log_stream *stream, struct run *run)
{
    static const char *const words[] = {"complete", "limited", "stopped",
                                        "failed"};
    char from[TIME_TEXT_MAX + 1], to[TIME_TEXT_MAX + 1];
    struct log_facts facts;
    bool empty;

    if (log_facts_of(&facts, &x->log, stream, &run->failure) != 0)
        return -1;
    empty = facts.time_max < facts.time_min;
    return run_print(
        run,
        "%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%s\t%s\t%zu\t%" PRIu64
        "\t%s\t%s\n",
        stream->ordinal, facts.next - facts.first, facts.first, facts.next - 1,
        empty ? "" : time_text(facts.time_min, from),
        empty ? "" : time_text(facts.time_max, to), stream->count, facts.bytes,
        facts.ended ? words[facts.status] : "open", stream->name);
}

static int
list(void *state, struct run *run)
{
    struct xstore *x = state;
    int result = open_log(x, run);

    if (result == 0)
        result = run_print(run, "number\tevents\tfirst\tlast\tfrom\tto\t"
                                "segments\tbytes\tend\tstream\n");
    for (size_t i = 0; result == 0 && i < x->log.stream_count; i++)
        result = list_stream(x, &x->log.streams[i], run);
    return result;
}

/* ---- the program --------------------------------------------------------- */

static int
prepare(void *state, struct run *run)
{
    struct xstore *x = state;

    if (run->common.verb->run)
        return 0;
    if (!run->common.output && isatty(STDOUT_FILENO))
        run->kind = RUN_SILENT; /* the end of the pipeline */
    x->quiet = run->common.quiet;
    x->writer.fsync = (enum log_fsync)x->fsync;
    return log_write_open(&x->writer, x->path, &run->failure);
}

static void
summarise(void *state, struct run *run, FILE *stream)
{
    struct xstore *x = state;

    if (!run->common.verb->run)
        fprintf(stream,
                "xstore: %" PRIu64 " events stored, %" PRIu64
                " were there already and are the same\n",
                x->writer.stored, x->writer.compared);
}

static void
destroy(void *state)
{
    struct xstore *x = state;

    if (x->writer.cut && !x->quiet)
        fprintf(stderr,
                "xstore: %s: cut %" PRIu64
                " bytes of a block that a crash left half written\n",
                x->writer.cut_where, x->writer.cut);
    log_write_close(&x->writer);
    log_free(&x->log);
}

static const struct verb verbs[] = {
    {"", "[FILE ...]", "store the input, and pass it on", RUN_TAPE, 0, NULL},
    {"ls", "", "tell the streams, a line each", RUN_TEXT, 0, list},
    {"verify", "", "read every byte of the store, and tell each fault",
     RUN_TEXT, 0, verify},
    {0},
};

int
main(int argc, char **argv)
{
    static struct xstore x = {
        .writer = {.segment_size = LOG_SEGMENT_SIZE, .lock = -1}};
    static const char *const policies[] = {"group", "each", "none", NULL};
    const struct option_spec options[] = {
        {'d', "dir", OPTION_TEXT, &x.path, "DIR",
         "the event store; made when it is missing", .required = true},
        {0, "fsync", OPTION_CHOICE, &x.fsync, "WHEN",
         "when all is made durable: group (default), each, none",
         .words = policies, .verbs = ""},
        {0, "segment-size", OPTION_COUNT, &x.writer.segment_size, "BYTES",
         "begin a new file about every BYTES (268435456)", .min = 4096,
         .verbs = ""},
        {0, "abandon", OPTION_FLAG, &x.writer.abandon, NULL,
         "take another stream though the last one was cut off", .verbs = ""},
        {.kind = OPTION_END},
    };
    static const char *const examples[] = {
        "xgen --orders 10000 | xstore -d store | xmatch | xohlcv -i 1m",
        "xstore -d store ls", "xstore -d store verify", NULL};
    const struct program program = {
        .name = "xstore",
        .summary = "keep a tape in an event store",
        .operands = "[FILE ... | VERB]",
        .verbs = verbs,
        .examples = examples,
        .options = options,
    };
    const struct filter filter = {.state = &x,
                                  .consumes_all = true,
                                  .raw = true,
                                  .same_stream = true,
                                  .prepare = prepare,
                                  .begin = begin,
                                  .block = take_block,
                                  .end = end,
                                  .failed = failed,
                                  .summary = summarise,
                                  .destroy = destroy};

    return run_filter(&program, &filter, argc, argv);
}
