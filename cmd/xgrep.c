/* xgrep - passes on the events of a tape that are asked for, as they are.
 *
 * Definitions (instrument, name) always pass: the rest needs them.
 */
#include "base/clock.h"
#include "cli/run.h"
#include "tape/select.h"

struct xgrep {
    struct selection selection;
    struct option_list types, symbols, accounts;
    const char *shard;
    uint64_t max; /* 0: no limit */
    uint64_t taken;
};

static int
add_lists(struct xgrep *x, const struct option_list *list,
          int (*add)(struct selection *, const char *, struct failure *),
          struct failure *failure)
{
    for (unsigned i = 0; i < list->count; i++)
        if (add(&x->selection, list->items[i], failure) != 0)
            return -1;
    return 0;
}

static int
prepare(void *state, struct run *run)
{
    struct xgrep *x = state;
    struct failure *failure = &run->failure;

    if (add_lists(x, &x->types, selection_add_types, failure) != 0 ||
        add_lists(x, &x->symbols, selection_add_symbols, failure) != 0 ||
        add_lists(x, &x->accounts, selection_add_accounts, failure) != 0)
        return -1;
    return x->shard ? selection_set_shard(&x->selection, x->shard, failure) : 0;
}

static int
begin(void *state, struct run *run, struct tape_header *header)
{
    struct xgrep *x = state;

    (void)run;
    selection_begin(&x->selection, header);
    return 0;
}

static int
take_event(void *state, struct run *run, const struct event *event)
{
    struct xgrep *x = state;

    if (selection_is_definition(event)) {
        if (event->type == EVENT_INSTRUMENT &&
            selection_define(&x->selection, event, &run->failure) != 0)
            return -1;
        tape_writer_copy(&run->writer, event);
    } else if (selection_takes(&x->selection, event)) {
        tape_writer_copy(&run->writer, event);
        if (++x->taken == x->max)
            run->limited = true;
    }
    return 0;
}

static void
destroy(void *state)
{
    struct xgrep *x = state;

    selection_free(&x->selection);
}

int
main(int argc, char **argv)
{
    static struct xgrep x;
    const struct option_spec options[] = {
        {.letter = 't',
         .name = "types",
         .kind = OPTION_LIST,
         .value = &x.types,
         .argument = "TYPES",
         .help = "these types: names or numbers, with commas",
         .shapes = true},
        {.letter = 's',
         .name = "symbols",
         .kind = OPTION_LIST,
         .value = &x.symbols,
         .argument = "SYMBOLS",
         .help = "these instruments: SYMBOL or EXCHANGE:SYMBOL",
         .shapes = true},
        {.letter = 'a',
         .name = "accounts",
         .kind = OPTION_LIST,
         .value = &x.accounts,
         .argument = "ACCOUNTS",
         .help = "events with one of these accounts",
         .shapes = true},
        {.name = "from",
         .kind = OPTION_TIME,
         .value = &x.selection.from,
         .argument = "TIME",
         .help = "not before TIME",
         .shapes = true},
        {.name = "to",
         .kind = OPTION_TIME,
         .value = &x.selection.to,
         .argument = "TIME",
         .help = "before TIME",
         .shapes = true},
        {.name = "shard",
         .kind = OPTION_TEXT,
         .value = &x.shard,
         .argument = "I/N",
         .help = "accounts whose id modulo N is I, and what has none",
         .shapes = true},
        {.letter = 'v',
         .name = "invert",
         .kind = OPTION_FLAG,
         .value = &x.selection.invert,
         .help = "those that the other options would not select",
         .shapes = true},
        {.letter = 'n',
         .name = "max",
         .kind = OPTION_COUNT,
         .value = &x.max,
         .argument = "MAX",
         .help = "stop after MAX events, definitions not counted",
         .shapes = true,
         .min = 1},
        {.kind = OPTION_END},
    };
    static const char *const examples[] = {
        "xgrep -t trade,print -s SYM001 day.tape | xohlcv -i 1m | xstat",
        "xgrep -a 42 --from 2026-01-08T15:00:00Z day.tape | xexport -f json",
        "xgrep --shard 0/4 day.tape | xledger --print balances", NULL};
    const struct program program = {
        .name = "xgrep",
        .summary = "select events of a tape",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
    };
    const struct filter filter = {.state = &x,
                                  .consumes_all = true,
                                  .raw = true,
                                  .prepare = prepare,
                                  .begin = begin,
                                  .event = take_event,
                                  .destroy = destroy};

    selection_init(&x.selection);
    return run_filter(&program, &filter, argc, argv);
}
