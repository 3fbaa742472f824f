#include "app/replay_job.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "log/source.h"

struct replay_origin {
    bool is_store;
    struct log_source store;
    struct tape_input tape;
    struct tape_slice slice;
};

/* ---- where the events come from ------------------------------------------ */

static int
open_store(struct replay_job *job, struct run *run, struct log_source *store,
           const char *path)
{
    bool raw = job->count == 1; /* a merge needs them completed */

    if (log_source_open(store, path, job->stream, raw, &run->failure) != 0)
        return -1;
    store->log.root.wake = run_wake();
    store->wait = job->follow ? replay_wait : NULL;
    store->owner = &job->replay;
    return 0;
}

/* Stores come before operands; n is below job->count. */
static int
open_origin(struct replay_job *job, struct run *run, unsigned n)
{
    struct replay_origin *origin = &job->origins[n];
    unsigned stores = job->stores.count;
    struct tape_source *source = &origin->tape.source;
    int result;

    assert(n < job->count);
    origin->is_store = n < stores;
    if (origin->is_store) {
        source = &origin->store.source;
        result = open_store(job, run, &origin->store, job->stores.items[n]);
    } else {
        const char *path = run->operand_count ? run->operands[n - stores] : "-";

        assert(run->operand_count == 0 ||
               n - stores < (unsigned)run->operand_count);
        result = run_open_tape(run, &origin->tape, path, job->count == 1);
    }
    if (result != 0)
        return -1;
    tape_slice_init(&origin->slice, source, &job->limits);
    job->slices[n] = &origin->slice.source;
    return 0;
}

static void
close_origins(struct replay_job *job)
{
    for (unsigned i = 0; job->origins && i < job->count; i++) {
        struct replay_origin *origin = &job->origins[i];

        if (origin->is_store)
            log_source_close(&origin->store);
        else
            tape_input_free(&origin->tape);
        tape_slice_free(&origin->slice);
    }
    tape_merge_free(&job->merge);
    free(job->slices);
    free(job->origins);
    job->slices = NULL;
    job->origins = NULL;
}

static int
open_origins(struct replay_job *job, struct run *run)
{
    assert(!job->origins && !job->slices); /* those before are closed */
    job->origins = allocate(&run->failure, job->count, sizeof *job->origins);
    job->slices = allocate(&run->failure, job->count, sizeof *job->slices);
    if (!job->origins || !job->slices)
        return -1;
    for (unsigned i = 0; i < job->count; i++)
        job->origins[i].tape.input.fd = -1;
    for (unsigned i = 0; i < job->count; i++)
        if (open_origin(job, run, i) != 0)
            return -1;
    return 0;
}

/* All of it once. */
static int
replay_once(struct replay_job *job, struct run *run)
{
    char program[] = "xreplay", version[] = XTAPE_VERSION;
    int result = open_origins(job, run);

    if (result == 0 && job->count == 1) {
        result = replay_source(&job->replay, job->slices[0], &run->failure);
    } else if (result == 0) {
        result = tape_merge_init(&job->merge, job->slices, job->count,
                                 &run->failure);
        job->merge.self = (struct tape_program){program, version, run->options};
        if (result == 0)
            result =
                replay_source(&job->replay, &job->merge.source, &run->failure);
    }
    close_origins(job);
    return result;
}

/* ---- the program --------------------------------------------------------- */

static bool
stopped(void *owner)
{
    return run_stopped(owner);
}

static void
progress(void *owner)
{
    struct run *run = owner;

    run_progress(run, run->output.written, 0);
}

/* A slice without an event is more often a mistake than a wish. */
static void
remark_nothing(const struct replay_job *job, struct run *run)
{
    const struct tape_limits *limits = &job->limits;
    const char *from = limits->from_seq            ? "--from-seq"
                       : limits->from != TIME_NULL ? "--from"
                                                   : NULL;
    const char *to = limits->to_seq            ? "--to-seq"
                     : limits->to != TIME_NULL ? "--to"
                                               : NULL;

    if (job->replay.selected || (!from && !to) || run->common.quiet ||
        run_stopped(run))
        return;
    if (from && to)
        run_remark(run,
                   "no event is between %s and %s: xstat and xstore ls show "
                   "what there is",
                   from, to);
    else
        run_remark(
            run, "no event is %s %s%s: xstat and xstore ls show what there is",
            from ? "at" : "before", from ? from : to, from ? " or later" : "");
}

int
replay_produce(void *state, struct run *run)
{
    struct replay_job *job = state;
    struct replay *replay = &job->replay;
    int result = 0;

    replay->options = run->options;
    replay->writer = &run->writer;
    replay->stopped = stopped;
    replay->progress = progress;
    replay->owner = run;
    for (uint64_t i = 0; result == 0 && i < job->loop && !run_stopped(run); i++)
        result = replay_once(job, run);
    if (result == 0)
        remark_nothing(job, run);
    run->events_in = replay->taken;
    run->events_out = replay->written;
    return result;
}

/* What cannot be asked of several sources, or of one that is no file. */
static int
check_sources(const struct replay_job *job, struct run *run)
{
    bool reads_stdin = job->stores.count == 0 && run->operand_count == 0;
    const char *what = job->limits.from_seq || job->limits.to_seq
                           ? "--from-seq and --to-seq are"
                       : job->limits.bare ? "--bare is"
                                          : NULL;

    if (job->count > 1 && what)
        return fail(&run->failure, FAILURE_USAGE,
                    "%s for one source: sequence numbers are those of one "
                    "stream",
                    what);
    for (int i = 0; i < run->operand_count; i++)
        reads_stdin |= strcmp(run->operands[i], "-") == 0;
    if (reads_stdin && job->loop > 1)
        return fail(&run->failure, FAILURE_USAGE,
                    "--loop needs a store or files: stdin can be read once");
    return 0;
}

int
replay_prepare(void *state, struct run *run)
{
    struct replay_job *job = state;
    struct pace *pace = &job->replay.pace;
    struct failure *failure = &run->failure;

    job->count = job->stores.count + (unsigned)run->operand_count;
    if (job->count == 0)
        job->count = 1; /* stdin */
    if (job->stores.count == 0 && (job->stream || job->follow))
        return fail(failure, FAILURE_USAGE,
                    "--stream and --follow need a store: use -d DIR");
    if (job->speed == DECIMAL_NULL && pace->precise)
        return fail(failure, FAILURE_USAGE, "--precise needs --speed");
    if (job->speed == DECIMAL_NULL && pace->max_gap && !job->replay.clock)
        return fail(failure, FAILURE_USAGE,
                    "--max-gap needs --speed or "
                    "--clock");
    if (job->speed != DECIMAL_NULL) {
        if (job->speed <= 0)
            return fail(failure, FAILURE_USAGE, "--speed must be above 0");
        pace->speed = job->speed;
    }
    if (job->limits.bare && job->replay.clock)
        return fail(failure, FAILURE_USAGE,
                    "--bare keeps the sequence numbers, but --clock shifts "
                    "them: use one of them");
    return check_sources(job, run);
}

static void
print_late(FILE *stream, const char *what, const struct pace_late *late)
{
    fprintf(stream,
            "xreplay: %s late by, us: half %" PRId64 ".%" PRId64
            ", 90 %% %" PRId64 ", 99 %% %" PRId64 ", 99.9 %% %" PRId64
            ", all %" PRId64 ", the last %" PRId64 " (%" PRIu64 " times)\n",
            what, pace_percentile(late, 500) / 1000,
            pace_percentile(late, 500) % 1000 / 100,
            pace_percentile(late, 900) / 1000,
            pace_percentile(late, 990) / 1000,
            pace_percentile(late, 999) / 1000, late->max / 1000,
            late->last / 1000, late->count);
}

void
replay_summary(void *state, struct run *run, FILE *stream)
{
    struct replay_job *job = state;

    (void)run;
    if (!job->replay.pace.speed)
        return;
    print_late(stream, "events", &job->replay.late);
    print_late(stream, "the machine's timer", &job->replay.pace.timer);
}
