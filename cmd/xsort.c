/* xsort - puts the events of a tape in order of time; see app/sorting.h. */
#include "app/sorting.h"

static const char *const late_words[] = {"error", "drop", NULL};

static const char *const examples[] = {
    "xsort day.tape -o sorted.tape",
    "xsort --window 5s --late drop day.tape | xstat",
    NULL,
};

int
main(int argc, char **argv)
{
    struct sorting x;
    const struct option_spec options[] = {
        {'w', "window", OPTION_DURATION, &x.window, "DURATION",
         "an event may be so much earlier than one before it", true},
        {0, "late", OPTION_CHOICE, &x.late, "error|drop",
         "what becomes of an event later than that (error)", true,
         .words = late_words},
        {'T', "temporary", OPTION_TEXT, &x.directory, "DIR",
         "where what does not fit in memory goes ($TMPDIR or /var/tmp)"},
        {0, "memory", OPTION_COUNT, &x.memory, "MIB",
         "how much to sort in memory, without --window (64)", .min = 1,
         .max = 1 << 20},
        {.kind = OPTION_END},
    };
    const struct program program = {
        .name = "xsort",
        .summary = "put a tape in order of time",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
    };
    const struct filter filter = {.state = &x,
                                  .consumes_all = true,
                                  .prepare = sorting_prepare,
                                  .begin = sorting_begin,
                                  .event = sorting_event,
                                  .batch = sorting_batch,
                                  .block = sorting_block,
                                  .end = sorting_end,
                                  .failed = sorting_failed,
                                  .finish = sorting_finish,
                                  .destroy = sorting_destroy};

    sorting_init(&x);
    return run_filter(&program, &filter, argc, argv);
}
