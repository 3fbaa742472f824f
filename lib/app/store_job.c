#include "app/store_job.h"

#include <assert.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/count.h"

#define GROUP (8 << 20) /* bytes that one fsync makes durable, about */

_Static_assert(GROUP >= OUTPUT_BUFFER, "the buffer is only enlarged");

const char *const store_fsync_words[] = {
    [LOG_FSYNC_GROUP] = "group",
    [LOG_FSYNC_EACH] = "each",
    [LOG_FSYNC_NONE] = "none",
    NULL,
};

int
store_prepare(void *state, struct run *run)
{
    struct store_job *job = state;

    job->quiet = run->common.quiet;
    if (run->common.verb->run)
        return 0;
    if (job->no_output && run_no_output(run) != 0)
        return -1;
    if (!run->common.output && isatty(STDOUT_FILENO))
        run->kind = RUN_SILENT; /* the end of the pipeline */
    assert(job->fsync >= LOG_FSYNC_GROUP && job->fsync <= LOG_FSYNC_NONE);
    job->writer.fsync = (enum log_fsync)job->fsync;
    job->writer.patience = run_patience(run, job->writer.patience.wait);
    return log_write_open(&job->writer, job->path, &run->failure);
}

static int
commit(void *owner, struct failure *failure)
{
    struct store_job *job = owner;

    return log_write_commit(&job->writer, failure);
}

int
store_begin(void *state, struct run *run, struct tape_header *header)
{
    struct store_job *job = state;

    if (run->kind == RUN_TAPE && !run->output.before_write) {
        if (output_enlarge(&run->output, GROUP) != 0)
            return -1;
        run->output.before_write = commit;
        run->output.owner = job;
    }
    return log_write_begin(&job->writer, header, &run->failure);
}

int
store_block(void *state, struct run *run)
{
    struct store_job *job = state;
    const struct tape_reader *reader = &run->reader;

    if (run->state == RUN_WAITS)
        return log_write_commit(&job->writer, &run->failure);
    if (log_write_events(&job->writer, reader->first, reader->end,
                         reader->count, &run->failure) != 0)
        return -1;
    if (run->kind == RUN_TAPE)
        tape_writer_copy_block(&run->writer, reader, reader->first, reader->end,
                               reader->count);
    if (log_write_pending(&job->writer) >= GROUP)
        return log_write_commit(&job->writer, &run->failure);
    return 0;
}

int
store_end(void *state, struct run *run, enum tape_status status)
{
    struct store_job *job = state;
    int exit_class = status == TAPE_FAILED ? run->reader.exit_class : 0;

    return log_write_end(&job->writer, status, exit_class, &run->failure);
}

void
store_failed(void *state, struct run *run, int exit_class)
{
    struct store_job *job = state;

    (void)log_write_end(&job->writer, TAPE_FAILED, exit_class, &run->failure);
}

void
store_summary(void *state, struct run *run, FILE *stream)
{
    struct store_job *job = state;

    if (!run->common.verb->run)
        fprintf(stream,
                "xstore: " COUNT_FORMAT " stored, %" PRIu64
                " there already and the same\n",
                COUNT(job->writer.stored, "event"), job->writer.compared);
}

void
store_destroy(void *state)
{
    struct store_job *job = state;

    if (job->writer.cut && !job->quiet)
        fprintf(stderr,
                "xstore: %s: cut %" PRIu64
                " bytes of a block that a crash left half written\n",
                job->writer.cut_where, job->writer.cut);
    if (job->writer.left_damaged[0] && !job->quiet)
        fprintf(stderr, "xstore: %s: damaged, and left as it is\n",
                job->writer.left_damaged);
    log_write_close(&job->writer);
    log_free(&job->log);
}
