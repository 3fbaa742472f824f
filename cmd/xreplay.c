/* xreplay - gives back what event stores and tapes hold: all of it or a part,
 * at once or at the pace at which it happened.
 */
#include "app/replay_job.h"
#include "base/clock.h"
#include "base/decimal.h"

static const char *const examples[] = {
    "xreplay --speed 36000 --max-gap 1s day.tape | xbook | xexport -f json",
    "xstore -d store day.tape | xreplay --from-seq 20 | xexport -f json",
    "xreplay -d store day.tape --from 2026-01-08T14:31:00Z | xohlcv -i 1m",
    NULL,
};

int
main(int argc, char **argv)
{
    struct replay_job job = {.limits = {.from = TIME_NULL, .to = TIME_NULL},
                             .speed = DECIMAL_NULL,
                             .loop = 1};
    struct tape_limits *limits = &job.limits;
    struct replay *replay = &job.replay;
    const struct option_spec options[] = {
        {'d', "dir", OPTION_LIST, &job.stores, "DIR",
         "an event store; may be repeated"},
        {0, "stream", OPTION_STREAM, &job.stream, "NAME",
         "only the stream NAME of a store"},
        {0, "from", OPTION_TIME, &limits->from, "TIME",
         "start with the first event at TIME or later", true},
        {0, "to", OPTION_TIME, &limits->to, "TIME",
         "end before the first event at TIME or later", true},
        {0, "from-seq", OPTION_COUNT, &limits->from_seq, "SEQ",
         "start with event SEQ", true, .min = 1},
        {0, "to-seq", OPTION_COUNT, &limits->to_seq, "SEQ",
         "end before event SEQ", true, .min = 1},
        {0, "bare", OPTION_FLAG, &limits->bare, NULL,
         "no definitions first; keep the stream's name and numbers"},
        {0, "speed", OPTION_DECIMAL, &job.speed, "X",
         "replay at X times the original pace (unpaced)"},
        {0, "max-gap", OPTION_DURATION, &replay->pace.max_gap, "TIME",
         "wait as if no events were further apart", true},
        {0, "precise", OPTION_FLAG, &replay->pace.precise, NULL,
         "spin before each event: less delay, a core busy"},
        {0, "clock", OPTION_DURATION, &replay->clock, "TIME",
         "add clock events at multiples of TIME", true},
        {0, "follow", OPTION_FLAG, &job.follow, NULL,
         "wait for more of a stream being written"},
        {0, "loop", OPTION_COUNT, &job.loop, "N",
         "replay everything N times (1)", .min = 1},
        {.kind = OPTION_END},
    };
    const struct program program = {
        .name = "xreplay",
        .summary = "replay event stores and tapes",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
    };
    const struct source source = {
        .state = &job,
        .prepare = replay_prepare,
        .produce = replay_produce,
        .summary = replay_summary,
    };

    return run_source(&program, &source, argc, argv);
}
