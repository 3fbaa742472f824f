/* xgrep - passes on the events of a tape that are asked for, as they are.
 *
 * Definitions (instrument, name) always pass: the rest needs them.
 */
#include "base/clock.h"
#include "cli/run.h"
#include "tape/select.h"

#define RUN_MAX 32 /* events copied at once */

struct xgrep {
    struct selection selection;
    struct option_list types, symbols, accounts, ids;
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
        add_lists(x, &x->accounts, selection_add_accounts, failure) != 0 ||
        add_lists(x, &x->ids, selection_add_ids, failure) != 0)
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
take_definition(void *state, struct run *run, const struct event *event)
{
    struct xgrep *x = state;

    if (event->type == EVENT_INSTRUMENT &&
        selection_define(&x->selection, event, &run->failure) != 0)
        return -1;
    tape_writer_copy(&run->writer, event);
    return 0;
}

/* Passes on the next events that are wanted, one behind the other; returns the
 * event after them. */
static const struct event *
pass_run(struct xgrep *x, struct run *run, const struct event *first)
{
    const struct event *event = first;
    uint32_t count = 0;

    do {
        event = event_next(event);
        count++;
        if (++x->taken == x->max)
            run->state = RUN_ENOUGH;
    } while (event < run->reader.end && count < RUN_MAX &&
             run->state != RUN_ENOUGH && !selection_is_definition(event) &&
             selection_takes(&x->selection, event));
    run_took(run, count);
    tape_writer_copy_run(&run->writer, first, event, count);
    return event;
}

static int
take_batch(void *state, struct run *run, const struct event **at)
{
    struct xgrep *x = state;
    const struct event *event = *at;

    while (event < run->reader.end && run->state != RUN_ENOUGH &&
           !selection_is_definition(event)) {
        if (selection_takes(&x->selection, event)) {
            event = pass_run(x, run, event);
        } else {
            event = event_next(event);
            run_took(run, 1);
        }
    }
    *at = event;
    return 0;
}

static void
destroy(void *state)
{
    struct xgrep *x = state;

    selection_free(&x->selection);
}

static const char *const examples[] = {
    "xgrep -t trade,print -s SYM001 day.tape | xohlcv -i 1m | xstat",
    "xgrep -a 42 --from 2026-01-08T15:00:00Z day.tape | xexport -f json",
    "xgrep --shard 0/4 day.tape | xledger --print balances",
    NULL,
};

int
main(int argc, char **argv)
{
    struct xgrep x = {0};
    const struct option_spec options[] = {
        {'t', "types", OPTION_LIST, &x.types, "TYPES",
         "these types: names or numbers, with commas", true},
        {'s', "symbols", OPTION_LIST, &x.symbols, "SYMBOLS",
         "these instruments: SYMBOL or EXCHANGE:SYMBOL", true},
        {'a', "accounts", OPTION_LIST, &x.accounts, "ACCOUNTS",
         "events with one of these accounts", true},
        {'i', "ids", OPTION_LIST, &x.ids, "IDS",
         "events with one of these ids: FIELD=ID, with commas", true},
        {0, "from", OPTION_TIME, &x.selection.from, "TIME", "not before TIME",
         true},
        {0, "to", OPTION_TIME, &x.selection.to, "TIME", "before TIME", true},
        {0, "shard", OPTION_TEXT, &x.shard, "I/N",
         "accounts whose id modulo N is I, and what has none", true},
        {'v', "invert", OPTION_FLAG, &x.selection.invert, NULL,
         "those that the other options would not select", true},
        {'n', "max", OPTION_COUNT, &x.max, "MAX",
         "stop after MAX events, definitions not counted", true, .min = 1},
        {.kind = OPTION_END},
    };
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
                                  .event = take_definition,
                                  .batch = take_batch,
                                  .destroy = destroy};

    selection_init(&x.selection);
    return run_filter(&program, &filter, argc, argv);
}
