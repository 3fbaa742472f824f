/* xstat - reports what is on a tape, and whether it is whole; see
 * app/inspect.h. */
#include "app/inspect.h"

static const char *const examples[] = {
    "xstat day.tape",
    "xmatch day.tape | xstat --digest",
    "xstat --json day.tape",
    NULL,
};

int
main(int argc, char **argv)
{
    struct inspect x = {0};
    const struct option_spec options[] = {
        {'d', "digest", OPTION_FLAG, &x.digest, NULL,
         "print only the digest, a line for each tape"},
        {'j', "json", OPTION_FLAG, &x.json, NULL,
         "print a JSON object, a line for each tape"},
        {.kind = OPTION_END},
    };
    const struct program program = {
        .name = "xstat",
        .summary = "report what is on a tape, and whether it is whole",
        .operands = "[FILE ...]",
        .output = RUN_TEXT,
        .examples = examples,
        .options = options,
        .confined = true,
    };
    const struct source source = {.state = &x,
                                  .prepare = inspect_prepare,
                                  .produce = inspect_produce,
                                  .destroy = inspect_destroy};

    return run_source(&program, &source, argc, argv);
}
