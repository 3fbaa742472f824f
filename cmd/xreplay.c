/* xreplay - gives back what an event store or a tape holds: all of it or a
 * part, at once or at the pace at which it happened.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "cli/run.h"
#include "store/replay.h"

struct xreplay {
    const char *path, *stream;
    struct replay replay;
};

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

/* ---- tapes --------------------------------------------------------------- */

/* A tape begins; if its part does not begin with it, definitions are gathered
 * until it does. */
static int
take_header(struct replay *replay, struct run *run)
{
    const struct tape_header *header = &run->reader.header;

    definitions_clear(&replay->definitions);
    replay->over = false;
    if (replay->from_seq > header->first_seq || replay->from != TIME_NULL)
        return 0;
    return replay_begin(replay, header, header->first_seq, &run->failure);
}

static int
take_block(struct replay *replay, struct run *run)
{
    const struct tape_reader *reader = &run->reader;
    const struct event *event = reader->first;
    uint64_t seq = reader->first_seq;

    if (replay->over)
        return 0;
    for (; event < reader->end && !run->writer.begun;
         event = event_next(event), seq++) {
        if (seq >= replay->from_seq && event->time >= replay->from) {
            if (replay_begin(replay, &reader->header, seq, &run->failure) != 0)
                return -1;
            break;
        }
        if (definitions_take(&replay->definitions, event, &run->failure) != 0)
            return -1;
    }
    return replay_events(replay, event, reader->end, seq, &run->failure);
}

static int
take_end(struct replay *replay, struct run *run, bool last)
{
    const struct tape_reader *reader = &run->reader;

    if (run->writer.begun)
        return replay_end(replay, reader->status, reader->exit_class,
                          run->input.name, &run->failure);
    if (!last || replay->began)
        return 0;
    return replay_nothing(replay, &reader->header, run->input.name,
                          &run->failure);
}

static int
replay_tape(struct replay *replay, struct run *run, const char *path, bool last)
{
    struct tape_reader *reader = &run->reader;
    int item = 1, result = 0;

    if (run_open_input(run, path) != 0 ||
        tape_reader_init(reader, &run->input, &run->failure) != 0)
        return -1;
    reader->raw = true;
    while (result == 0 && item > 0 && !run_stopped(run)) {
        item = tape_reader_next(reader, &run->failure);
        switch (item) {
        case TAPE_HEADER: result = take_header(replay, run); break;
        case TAPE_BLOCK: result = take_block(replay, run); break;
        case TAPE_END: result = take_end(replay, run, last); break;
        default: result = item; break;
        }
    }
    tape_reader_free(reader);
    input_close(&run->input);
    return result;
}

/* ---- the program --------------------------------------------------------- */

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
    if (x->path)
        result = replay_log(replay, x->path, x->stream, &run->failure);
    else if (run->operand_count == 0)
        result = replay_tape(replay, run, "-", true);
    for (int i = 0; result == 0 && i < run->operand_count && !run_stopped(run);
         i++)
        result = replay_tape(replay, run, run->operands[i],
                             i + 1 == run->operand_count);
    run->events_in += replay->taken;
    run->events_out += replay->written;
    return result;
}

static int
prepare(void *state, struct run *run)
{
    struct xreplay *x = state;
    const struct pace *pace = &x->replay.pace;
    struct failure *failure = &run->failure;

    if (x->path && run->operand_count)
        return fail(failure, FAILURE_USAGE,
                    "a store (-d) or tapes, not both: %s", run->operands[0]);
    if (!x->path && (x->stream || x->replay.follow))
        return fail(failure, FAILURE_USAGE,
                    "--stream and --follow need a store: use -d DIR");
    if (pace->speed < 0)
        return fail(failure, FAILURE_USAGE, "--speed is above 0");
    if (pace->speed == 0 && (pace->max_gap || pace->precise))
        return fail(failure, FAILURE_USAGE,
                    "--max-gap and --precise need a --speed");
    if (x->replay.bare && x->replay.clock)
        return fail(failure, FAILURE_USAGE,
                    "--bare keeps the seqs, --clock would shift them: use one "
                    "of them");
    return 0;
}

static void
tell_late(FILE *stream, const char *what, const struct pace_late *late)
{
    fprintf(stream,
            "xreplay: %s late by, us: half %" PRId64 ".%" PRId64
            ", 90 %% %" PRId64 ", 99 %% %" PRId64 ", 99.9 %% %" PRId64
            ", all %" PRId64 " (%" PRIu64 " times)\n",
            what, pace_percentile(late, 500) / 1000,
            pace_percentile(late, 500) % 1000 / 100,
            pace_percentile(late, 900) / 1000,
            pace_percentile(late, 990) / 1000,
            pace_percentile(late, 999) / 1000, late->max / 1000, late->count);
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

static void
destroy(void *state)
{
    struct xreplay *x = state;

    replay_free(&x->replay);
}

static int
run_replay(struct xreplay *x, const struct option_spec *options, int argc,
           char **argv)
{
    static const char *const examples[] = {
        "xreplay --speed 36000 --max-gap 1s day.tape | xbook | xexport -f json",
        "xstore -d store day.tape | xreplay --from-seq 20 | xexport -f json",
        "xreplay -d store --from 2026-01-08T14:31:00Z | xohlcv -i 1m", NULL};
    const struct program program = {
        .name = "xreplay",
        .summary = "replay an event store or a tape",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
    };
    const struct source source = {.state = x,
                                  .prepare = prepare,
                                  .produce = produce,
                                  .summary = summarise,
                                  .destroy = destroy};

    return run_source(&program, &source, argc, argv);
}

int
main(int argc, char **argv)
{
    static struct xreplay x = {.replay = {.from = TIME_NULL, .to = TIME_NULL}};
    const struct option_spec options[] = {
        {.letter = 'd',
         .name = "directory",
         .kind = OPTION_TEXT,
         .value = &x.path,
         .argument = "DIR",
         .help = "the event store"},
        {.name = "from",
         .kind = OPTION_TIME,
         .value = &x.replay.from,
         .argument = "TIME",
         .help = "begin with the first event not before TIME",
         .shapes = true},
        {.name = "to",
         .kind = OPTION_TIME,
         .value = &x.replay.to,
         .argument = "TIME",
         .help = "end before the first event at TIME or later",
         .shapes = true},
        {.name = "from-seq",
         .kind = OPTION_COUNT,
         .value = &x.replay.from_seq,
         .argument = "SEQ",
         .help = "begin with event SEQ",
         .shapes = true},
        {.name = "to-seq",
         .kind = OPTION_COUNT,
         .value = &x.replay.to_seq,
         .argument = "SEQ",
         .help = "end before event SEQ",
         .shapes = true,
         .min = 1},
        {.name = "bare",
         .kind = OPTION_FLAG,
         .value = &x.replay.bare,
         .help = "a part without definitions: it keeps its name and seqs"},
        {.name = "speed",
         .kind = OPTION_DECIMAL,
         .value = &x.replay.pace.speed,
         .argument = "X",
         .help = "X times as fast as it happened (as fast as it is read)"},
        {.name = "max-gap",
         .kind = OPTION_DURATION,
         .value = &x.replay.pace.max_gap,
         .argument = "TIME",
         .help = "wait as if no two events were further apart"},
        {.name = "precise",
         .kind = OPTION_FLAG,
         .value = &x.replay.pace.precise,
         .help = "spin before each event: less late, a core busy"},
        {.name = "clock",
         .kind = OPTION_DURATION,
         .value = &x.replay.clock,
         .argument = "TIME",
         .help = "add clock events at multiples of TIME",
         .shapes = true},
        {.name = "follow",
         .kind = OPTION_FLAG,
         .value = &x.replay.follow,
         .help = "wait for more of a stream that is being written"},
        {.name = "stream",
         .kind = OPTION_TEXT,
         .value = &x.stream,
         .argument = "NAME",
         .help = "only this stream of the store"},
        {.kind = OPTION_END},
    };
    return run_replay(&x, options, argc, argv);
}
