/* xcheck - passes a tape on, and says what may be wrong with it; see
 * app/examine.h. */
#include "app/examine.h"

static const char *const examples[] = {
    "xcheck --table day.tape",
    "xcheck --dedupe trade_id day.tape | xohlcv -i 1m | xstat",
    "xcheck --strict --checks time,crossed day.tape -o checked.tape",
    NULL,
};

int
main(int argc, char **argv)
{
    struct examine x = {.spike = 10, .max = 100};
    const struct option_spec options[] = {
        {'c', "checks", OPTION_TEXT, &x.checks, "CHECKS",
         "only these checks, with commas (all)", true},
        {0, "dedupe", OPTION_TEXT, &x.dedupe, "KEY",
         "leave out an event that is the same as one before with that KEY",
         true},
        {0, "key", OPTION_TEXT, &x.key, "KEY",
         "what identifies duplicates: fields with commas, or event (trade_id)",
         true},
        {0, "stale", OPTION_DURATION, &x.stale, "DURATION",
         "a quote is stale after DURATION (5m)", true},
        {0, "spike", OPTION_COUNT, &x.spike, "N",
         "a price is a spike from N deviations on (10)", true, .min = 1,
         .max = 1000000},
        {'n', "max", OPTION_COUNT, &x.max, "MAX",
         "write at most MAX findings of each check (100)", true, .min = 1},
        {0, "strict", OPTION_FLAG, &x.strict, NULL,
         "end with 1 when anything was found", true},
        {'t', "table", OPTION_FLAG, &x.table, NULL,
         "print a table of what was found instead of a tape"},
        {'j', "json", OPTION_FLAG, &x.json, NULL,
         "print it as JSON instead of a tape"},
        {.kind = OPTION_END},
    };
    const struct program_list lists[] = {{"checks", examine_list}, {0}};
    const struct program program = {
        .name = "xcheck",
        .summary = "say what may be wrong with a tape",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
        .confined = true,
        .lists = lists,
    };
    const struct filter filter = {.state = &x,
                                  .consumes_all = true,
                                  .prepare = examine_prepare,
                                  .begin = examine_begin,
                                  .event = examine_event,
                                  .end = examine_end,
                                  .finish = examine_finish,
                                  .destroy = examine_destroy};

    return run_filter(&program, &filter, argc, argv);
}
