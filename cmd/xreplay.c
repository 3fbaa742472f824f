/* xreplay - gives back what event stores and tapes hold: all of it or a part,
 * at once or at the pace at which it happened.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "cli/run.h"
#include "log/replay.h"
#include "log/source.h"
#include "tape/merge.h"
#include "tape/slice.h"

/* A store or a tape, and the part of it that is wanted. */
struct origin {
    bool is_store;
    struct log_source store;
    struct tape_input tape;
    struct tape_slice slice;
};

struct xreplay {
    struct option_list stores;
    const char *stream;
    bool follow;
    uint64_t loop;
    int64_t speed; /* DECIMAL_NULL: as fast as it goes */
    struct tape_limits limits;
    unsigned count;
    struct origin *origins;
    struct tape_source **parts; /* of the origins */
    struct tape_merge merge;    /* of several */
    struct replay replay;
};

/* ---- where the events come from ------------------------------------------ */

/* Stores come before operands; n is below x->count. */
static int
open_origin(struct xreplay *x, struct run *run, unsigned n)
{
    struct origin *origin = &x->origins[n];
    unsigned stores = x->stores.count;
    bool raw = x->count == 1;

    origin->is_store = n < stores;
    if (origin->is_store) {
        if (log_source_open(&origin->store, x->stores.items[n], x->stream, raw,
                            &run->failure) != 0)
            return -1;
        origin->store.wait = x->follow ? replay_wait : NULL;
        origin->store.owner = &x->replay;
    } else if (run_open_tape(run, &origin->tape,
                             run->operand_count ? run->operands[n - stores]
                                                : "-",
                             raw) != 0) {
        return -1;
    }
    tape_slice_init(&origin->slice,
                    origin->is_store ? &origin->store.source
                                     : &origin->tape.source,
                    &x->limits);
    x->parts[n] = &origin->slice.source;
    return 0;
}

static void
close_origins(struct xreplay *x)
{
    for (unsigned i = 0; x->origins && i < x->count; i++) {
        struct origin *origin = &x->origins[i];

        if (origin->is_store)
            log_source_close(&origin->store);
        else
            tape_input_free(&origin->tape);
        tape_slice_free(&origin->slice);
    }
    tape_merge_free(&x->merge);
    free(x->parts);
    free(x->origins);
    x->parts = NULL;
    x->origins = NULL;
}

static int
open_origins(struct xreplay *x, struct run *run)
{
    x->origins = allocate(&run->failure, x->count, sizeof *x->origins);
    x->parts = allocate(&run->failure, x->count, sizeof(struct tape_source *));
    if (!x->origins || !x->parts)
        return -1;
    for (unsigned i = 0; i < x->count; i++)
        x->origins[i].tape.input.fd = -1;
    for (unsigned i = 0; i < x->count; i++)
        if (open_origin(x, run, i) != 0)
            return -1;
    return 0;
}

/* All of it once. */
static int
replay_once(struct xreplay *x, struct run *run)
{
    char program[] = "xreplay", version[] = XTAPE_VERSION;
    int result = open_origins(x, run);

    if (result == 0 && x->count == 1) {
        result = replay_source(&x->replay, x->parts[0], &run->failure);
    } else if (result == 0) {
        result = tape_merge_init(&x->merge, x->parts, x->count, &run->failure);
        x->merge.self = (struct tape_program){program, version, run->options};
        if (result == 0)
            result = replay_source(&x->replay, &x->merge.source, &run->failure);
    }
    close_origins(x);
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

static int
produce(void *state, struct run *run)
{
    struct xreplay *x = state;
    struct replay *replay = &x->replay;
    int result = 0;

    replay->options = run->options;
    replay->writer = &run->writer;
    replay->stopped = stopped;
    replay->progress = progress;
    replay->owner = run;
    for (uint64_t i = 0; result == 0 && i < x->loop && !run_stopped(run); i++)
        result = replay_once(x, run);
    run->events_in = replay->taken;
    run->events_out = replay->written;
    return result;
}

/* What cannot be asked of several sources, or of one that is no file. */
static int
check_sources(const struct xreplay *x, struct run *run)
{
    bool reads_stdin = x->stores.count == 0 && run->operand_count == 0;
    const char *what = x->limits.from_seq || x->limits.to_seq
                           ? "--from-seq and --to-seq are"
                       : x->limits.bare ? "--bare is"
                                        : NULL;

    if (x->count > 1 && what)
        return fail(&run->failure, FAILURE_USAGE,
                    "%s for one source: seqs are those of one stream", what);
    for (int i = 0; i < run->operand_count; i++)
        reads_stdin |= strcmp(run->operands[i], "-") == 0;
    if (reads_stdin && x->loop > 1)
        return fail(&run->failure, FAILURE_USAGE,
                    "--loop needs a store or files: stdin comes but once");
    return 0;
}

static int
prepare(void *state, struct run *run)
{
    struct xreplay *x = state;
    struct pace *pace = &x->replay.pace;
    struct failure *failure = &run->failure;

    x->count = x->stores.count + (unsigned)run->operand_count;
    if (x->count == 0)
        x->count = 1; /* stdin */
    if (x->stores.count == 0 && (x->stream || x->follow))
        return fail(failure, FAILURE_USAGE,
                    "--stream and --follow need a store: use -d DIR");
    if (x->speed == DECIMAL_NULL && (pace->max_gap || pace->precise))
        return fail(failure, FAILURE_USAGE,
                    "--max-gap and --precise need a --speed");
    if (x->speed != DECIMAL_NULL) {
        if (x->speed <= 0)
            return fail(failure, FAILURE_USAGE, "--speed is above 0");
        pace->speed = x->speed;
    }
    if (x->limits.bare && x->replay.clock)
        return fail(failure, FAILURE_USAGE,
                    "--bare keeps the seqs, --clock would shift them: use one "
                    "of them");
    return check_sources(x, run);
}

static void
tell_late(FILE *stream, const char *what, const struct pace_late *late)
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

static void
summarise(void *state, struct run *run, FILE *stream)
{
    struct xreplay *x = state;

    (void)run;
    if (!x->replay.pace.speed)
        return;
    tell_late(stream, "events", &x->replay.late);
    tell_late(stream, "the machine's timer", &x->replay.pace.timer);
}

static const char *const examples[] = {
    "xreplay --speed 36000 --max-gap 1s day.tape | xbook | xexport -f json",
    "xstore -d store day.tape | xreplay --from-seq 20 | xexport -f json",
    "xreplay -d store day.tape --from 2026-01-08T14:31:00Z | xohlcv -i 1m",
    NULL,
};

int
main(int argc, char **argv)
{
    static struct xreplay x = {.limits = {.from = TIME_NULL, .to = TIME_NULL},
                               .speed = DECIMAL_NULL,
                               .loop = 1};
    const struct option_spec options[] = {
        {'d', "dir", OPTION_LIST, &x.stores, "DIR",
         "an event store; may be repeated"},
        {0, "stream", OPTION_STREAM, &x.stream, "NAME",
         "only the stream of that name of a store"},
        {0, "from", OPTION_TIME, &x.limits.from, "TIME",
         "begin with the first event not before TIME", true},
        {0, "to", OPTION_TIME, &x.limits.to, "TIME",
         "end before the first event at TIME or later", true},
        {0, "from-seq", OPTION_COUNT, &x.limits.from_seq, "SEQ",
         "begin with event SEQ", true, .min = 1},
        {0, "to-seq", OPTION_COUNT, &x.limits.to_seq, "SEQ",
         "end before event SEQ", true, .min = 1},
        {0, "bare", OPTION_FLAG, &x.limits.bare, NULL,
         "a part without definitions: it keeps its name and seqs"},
        {0, "speed", OPTION_DECIMAL, &x.speed, "X",
         "X times as fast as it happened (as fast as it is read)"},
        {0, "max-gap", OPTION_DURATION, &x.replay.pace.max_gap, "TIME",
         "wait as if no two events were further apart"},
        {0, "precise", OPTION_FLAG, &x.replay.pace.precise, NULL,
         "spin before each event: less late, a core busy"},
        {0, "clock", OPTION_DURATION, &x.replay.clock, "TIME",
         "add clock events at multiples of TIME", true},
        {0, "follow", OPTION_FLAG, &x.follow, NULL,
         "wait for more of a stream that is being written"},
        {0, "loop", OPTION_COUNT, &x.loop, "N",
         "all of it N times, one after the other (1)", .min = 1},
        {.kind = OPTION_END},
    };
    const struct program program = {
        .name = "xreplay",
        .summary = "replay event stores and tapes",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
    };
    const struct source source = {.state = &x,
                                  .prepare = prepare,
                                  .produce = produce,
                                  .summary = summarise};

    return run_source(&program, &source, argc, argv);
}
