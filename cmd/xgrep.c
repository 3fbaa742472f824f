/* xgrep - passes on the events of a tape that are asked for, as they are; see
 * app/grep.h. */
#include "app/grep.h"
#include "base/clock.h"

static const char *const examples[] = {
    "xgrep -t trade,print -s SYM001 day.tape | xohlcv -i 1m | xstat",
    "xgrep -a 42 --from 2026-01-08T15:00:00Z day.tape | xexport -f json",
    "xgrep --account-shard 0/4 day.tape | xledger --print balances",
    NULL,
};

int
main(int argc, char **argv)
{
    struct grep x = {0};
    const struct option_spec options[] = {
        {'t', "types", OPTION_LIST, &x.lists.types, "TYPES",
         "only these types: names or numbers, with commas", true},
        {'s', "symbols", OPTION_LIST, &x.lists.symbols, "SYMBOLS",
         "only these instruments: SYMBOL or EXCHANGE:SYMBOL", true},
        {'a', "accounts", OPTION_LIST, &x.lists.accounts, "ACCOUNTS",
         "only events that involve these accounts", true},
        {'i', "ids", OPTION_LIST, &x.lists.ids, "IDS",
         "only events with these ids: FIELD=ID, with commas", true},
        {0, "from", OPTION_TIME, &x.selection.from, "TIME",
         "only events at TIME or later", true},
        {0, "to", OPTION_TIME, &x.selection.to, "TIME",
         "only events before TIME", true},
        {0, "account-shard", OPTION_TEXT, &x.shard, "I/N",
         "events of accounts whose id modulo N is I, or of none", true},
        {'v', "invert", OPTION_FLAG, &x.selection.invert, NULL,
         "events that the other options would not select", true},
        {'n', "max", OPTION_COUNT, &x.max, "MAX",
         "stop after MAX events, definitions not counted", true, .min = 1},
        {.kind = OPTION_END},
    };
    const struct program program = {
        .name = "xgrep",
        .summary = "select events from a tape",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
        .confined = true,
    };
    const struct filter filter = {.state = &x,
                                  .consumes_all = true,
                                  .raw = true,
                                  .prepare = grep_prepare,
                                  .begin = grep_begin,
                                  .event = grep_define,
                                  .batch = grep_batch,
                                  .finish = grep_finish,
                                  .destroy = grep_destroy};

    selection_init(&x.selection);
    return run_filter(&program, &filter, argc, argv);
}
