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
#include "store/log_verify.h"
#include "store/log_write.h"

#define GROUP                                                                  \
    (8 << 20) /* bytes that one fsync makes durable, at most about             \
               */

struct xstore {
    const char *path;
    int fsync;        /* enum log_fsync */
    const char *verb; /* NULL: store the input */
    bool quiet;
    struct log_writer writer;
};

/* ---- storing ------------------------------------------------------------- */

static int
commit(void *owner, struct failure *failure)
{
    struct xstore *x = owner;

    return log_write_commit(&x->writer, failure);
}

static int
prepare_storing(struct xstore *x, struct run *run)
{
    if (!run->common.output && isatty(STDOUT_FILENO))
        run->kind = RUN_SILENT; /* the end of the pipeline */
    x->quiet = run->common.quiet;
    x->writer.fsync = (enum log_fsync)x->fsync;
    return log_write_open(&x->writer, x->path, &run->failure);
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
    const struct event *event = reader->first;

    if (run->waiting)
        return log_write_commit(&x->writer, &run->failure);
    if (log_write_events(&x->writer, event, reader->end, reader->count,
                         &run->failure) != 0)
        return -1;
    for (; run->kind == RUN_TAPE && event < reader->end;
         event = event_next(event))
        tape_writer_copy(&run->writer, event);
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

static int
put_line(void *owner, const char *text, struct failure *failure)
{
    struct run *run = owner;

    (void)failure;
    if (output_put(&run->output, text, strlen(text)) != 0)
        return -1;
    return output_put(&run->output, "\n", 1);
}

static int
verify(struct log *log, struct run *run)
{
    struct log_verify verify = {.fault = put_line, .owner = run};
    char line[160];

    if (log_verify(&verify, log, &run->failure) != 0)
        return -1;
    snprintf(line, sizeof line,
             "%zu streams, %" PRIu64 " segments, %" PRIu64 " events, %" PRIu64
             " bytes, %" PRIu64 " faults",
             log->stream_count, verify.segments, verify.events, verify.bytes,
             verify.faults);
    if (put_line(run, line, &run->failure) != 0)
        return -1;
    if (log->foreign && !run->common.quiet)
        fprintf(stderr, "xstore: %s: not of the store, and left alone: %s\n",
                log->path, log->foreign);
    if (verify.faults == 0 || output_flush(&run->output) != 0)
        return run->failure.kind == FAILURE_NONE ? 0 : -1;
    return fail(&run->failure, FAILURE_DATA,
                "%s: %" PRIu64 " faults, told above; nothing was changed",
                log->path, verify.faults);
}

static void
put_time(char *text, int64_t time)
{
    size_t size = time == TIME_NULL ? 0 : time_format(time, text);

    text[size] = '\0';
}

/* One line for a stream: number, events, first and last seq, times, segments,
 * bytes, END, name. */
static int
list_stream(struct log *log, struct log_stream *stream, struct run *run)
{
    static const char *const words[] = {"complete", "limited", "stopped",
                                        "failed"};
    int64_t time_min = INT64_MAX, time_max = INT64_MIN;
    char line[512], from[TIME_TEXT_MAX + 1] = "", to[TIME_TEXT_MAX + 1] = "";
    enum tape_status status = TAPE_COMPLETE;
    uint64_t first, next, bytes = 0;
    int exit_class, ended;

    for (size_t i = 0; i < stream->count; i++) {
        struct log_segment *segment = log_segment_of(log, stream, i);

        if (log_segment_load(segment, LOG_INDEX_SUMMARY, &run->failure) != 0)
            return -1;
        bytes += segment->file_size;
        if (segment->index.time_min < time_min)
            time_min = segment->index.time_min;
        if (segment->index.time_max > time_max)
            time_max = segment->index.time_max;
    }
    ended = log_status(log, stream, &status, &exit_class, &run->failure);
    if (ended < 0 || log_name(log, stream, &run->failure) != 0 ||
        log_range(log, stream, &first, &next, &run->failure) != 0)
        return -1;
    if (time_min <= time_max) {
        put_time(from, time_min);
        put_time(to, time_max);
    }
    snprintf(line, sizeof line,
             "%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%s\t%s\t%zu\t%" PRIu64
             "\t%s\t%s",
             stream->ordinal, next - first, first, next - 1, from, to,
             stream->count, bytes, ended ? words[status] : "open",
             stream->name);
    return put_line(run, line, &run->failure);
}

static int
list(struct log *log, struct run *run)
{
    if (put_line(run,
                 "number\tevents\tfirst\tlast\tfrom\tto\tsegments\tbytes\tend"
                 "\tstream",
                 &run->failure) != 0)
        return -1;
    for (size_t i = 0; i < log->stream_count; i++)
        if (list_stream(log, &log->streams[i], run) != 0)
            return -1;
    return 0;
}

static int
finish(void *state, struct run *run)
{
    struct xstore *x = state;
    struct log log;
    int result;

    if (!x->verb)
        return 0;
    result = log_open(&log, x->path, &run->failure);
    if (result == 0)
        return fail(&run->failure, FAILURE_ENVIRONMENT,
                    "%s: there is no such folder", x->path);
    if (result > 0)
        result =
            strcmp(x->verb, "ls") == 0 ? list(&log, run) : verify(&log, run);
    log_free(&log);
    return result;
}

/* ---- the program --------------------------------------------------------- */

static int
prepare(void *state, struct run *run)
{
    static const char *const verbs[] = {"ls", "verify"};
    struct xstore *x = state;

    if (!x->path)
        return fail(&run->failure, FAILURE_USAGE,
                    "no store is named: use -d DIR");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (run->operand_count && strcmp(run->operands[0], verbs[i]) == 0)
            x->verb = verbs[i];
    if (!x->verb)
        return prepare_storing(x, run);
    if (run->operand_count > 1)
        return fail(&run->failure, FAILURE_USAGE, "%s takes no file: %s",
                    x->verb, run->operands[1]);
    run->kind = RUN_TEXT;
    run->no_input = true;
    return 0;
}

static void
summarise(void *state, struct run *run, FILE *stream)
{
    struct xstore *x = state;

    (void)run;
    if (!x->verb)
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
}

int
main(int argc, char **argv)
{
    static struct xstore x = {
        .writer = {.segment_size = LOG_SEGMENT_SIZE, .lock = -1}};
    static const char *const policies[] = {"group", "each", "none", NULL};
    const struct option_spec options[] = {
        {.letter = 'd',
         .name = "directory",
         .kind = OPTION_TEXT,
         .value = &x.path,
         .argument = "DIR",
         .help = "the event store; made when it is missing"},
        {.name = "fsync",
         .kind = OPTION_CHOICE,
         .value = &x.fsync,
         .argument = "WHEN",
         .help = "group (default): before events are passed on; each: after "
                 "each block; none",
         .words = policies},
        {.name = "segment-size",
         .kind = OPTION_COUNT,
         .value = &x.writer.segment_size,
         .argument = "BYTES",
         .help = "begin a new file about every BYTES (268435456)",
         .min = 4096},
        {.name = "abandon",
         .kind = OPTION_FLAG,
         .value = &x.writer.abandon,
         .help = "take another stream though the last one was cut off"},
        {.kind = OPTION_END},
    };
    static const char *const examples[] = {
        "xgen --orders 10000 | xstore -d store | xmatch | xohlcv -i 1m",
        "xstore -d store ls", "xstore -d store verify", NULL};
    const struct program program = {
        .name = "xstore",
        .summary = "keep a tape in an event store",
        .operands = "[FILE ... | ls | verify]",
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
                                  .finish = finish,
                                  .summary = summarise,
                                  .destroy = destroy};

    return run_filter(&program, &filter, argc, argv);
}
