/* xgen - makes up a market: instruments, accounts, deposits and order flow, or
 * trades.  The same options give the same bytes everywhere.
 */
#include "base/clock.h"
#include "cli/run.h"
#include "market/flow.h"

#define PROGRESS_EVERY 65536

struct xgen {
    struct flow_plan plan;
    int kind; /* index into kinds */
    const char *stream;
    struct flow *flow;
};

static int
prepare(void *state, struct run *run)
{
    struct xgen *x = state;

    if (run->operand_count > 0)
        return fail(&run->failure, FAILURE_USAGE,
                    "\"%s\": it reads nothing, so it takes no operands",
                    run->operands[0]);
    if (x->plan.tick_size <= 0 || x->plan.lot_size <= 0)
        return fail(&run->failure, FAILURE_USAGE,
                    "--tick-size and --lot-size must be more than 0");
    if (x->plan.deposit < 0)
        return fail(&run->failure, FAILURE_USAGE,
                    "--deposit must not be negative");
    x->plan.kind = (enum flow_kind)x->kind;
    x->flow = flow_new(&x->plan, &run->failure);
    return x->flow ? 0 : -1;
}

static int
produce(void *state, struct run *run)
{
    struct xgen *x = state;
    struct tape_writer *writer = &run->writer;
    size_t size;

    if (run_begin_stream(run, x->stream) != 0)
        return -1;
    while ((size = flow_next(x->flow,
                             tape_writer_reserve(writer, FLOW_EVENT_MAX)))) {
        tape_writer_advance(writer, size);
        if (writer->total % PROGRESS_EVERY != 0)
            continue;
        if (run_stopped(run) || run->failure.kind != FAILURE_NONE)
            break;
        run_progress(run, writer->total, x->plan.events);
    }
    return 0;
}

static void
destroy(void *state)
{
    struct xgen *x = state;

    flow_destroy(x->flow);
}

int
main(int argc, char **argv)
{
    static const char *const kinds[] = {"order", "trade", "print", NULL};
    struct xgen x = {
        .stream = "xgen",
        .plan = {.seed = 1,
                 .events = 100000,
                 .symbols = 10,
                 .accounts = 100,
                 .depth = 100,
                 .rate = 100,
                 .start = INT64_C(1767882600) * NS_PER_SECOND,
                 .deposit = 1000000 * DECIMAL_ONE,
                 .tick_size = DECIMAL_ONE / 100,
                 .lot_size = DECIMAL_ONE},
    };
    const struct option_spec options[] = {
        {.letter = 'n',
         .name = "orders",
         .kind = OPTION_COUNT,
         .value = &x.plan.events,
         .argument = "N",
         .help = "how many orders, or what --type says (100000)",
         .shapes = true},
        {.name = "seed",
         .kind = OPTION_COUNT,
         .value = &x.plan.seed,
         .argument = "N",
         .help = "another seed, another market (1)",
         .shapes = true},
        {.name = "symbols",
         .kind = OPTION_COUNT,
         .value = &x.plan.symbols,
         .argument = "N",
         .help = "instruments SYM001, SYM002, ... (10)",
         .shapes = true,
         .min = 1,
         .max = FLOW_SYMBOLS_MAX},
        {.name = "accounts",
         .kind = OPTION_COUNT,
         .value = &x.plan.accounts,
         .argument = "N",
         .help = "accounts 1, 2, ... (100)",
         .shapes = true,
         .min = 1,
         .max = FLOW_ACCOUNTS_MAX},
        {.letter = 't',
         .name = "type",
         .kind = OPTION_CHOICE,
         .value = &x.kind,
         .argument = "TYPE",
         .help = "order, trade or print (order)",
         .shapes = true,
         .words = kinds},
        {.name = "start",
         .kind = OPTION_TIME,
         .value = &x.plan.start,
         .argument = "TIME",
         .help = "when it begins (2026-01-08T14:30:00Z)",
         .shapes = true},
        {.name = "rate",
         .kind = OPTION_COUNT,
         .value = &x.plan.rate,
         .argument = "N",
         .help = "orders in a second of event time (100)",
         .shapes = true,
         .min = 1,
         .max = 1000000000},
        {.name = "deposit",
         .kind = OPTION_DECIMAL,
         .value = &x.plan.deposit,
         .argument = "AMOUNT",
         .help = "USD into each account, 0: none (1000000)",
         .shapes = true},
        {.name = "depth",
         .kind = OPTION_COUNT,
         .value = &x.plan.depth,
         .argument = "N",
         .help = "orders resting in a book, about (100)",
         .shapes = true,
         .min = FLOW_DEPTH_MIN,
         .max = FLOW_DEPTH_MAX},
        {.name = "tick-size",
         .kind = OPTION_DECIMAL,
         .value = &x.plan.tick_size,
         .argument = "PRICE",
         .help = "prices are multiples of it (0.01)",
         .shapes = true},
        {.name = "lot-size",
         .kind = OPTION_DECIMAL,
         .value = &x.plan.lot_size,
         .argument = "QUANTITY",
         .help = "quantities are multiples of it (1)",
         .shapes = true},
        {.name = "stream",
         .kind = OPTION_TEXT,
         .value = &x.stream,
         .argument = "NAME",
         .help = "what the stream is called (xgen)"},
        {.kind = OPTION_END},
    };
    static const char *const examples[] = {
        "xgen --symbols 5 | xmatch | xohlcv -i 1m | xexport -f csv -t bar",
        "xgen --seed 7 --type trade -o trades.tape", NULL};
    const struct program program = {
        .name = "xgen",
        .summary = "make up order flow or trades from a seed",
        .operands = "",
        .examples = examples,
        .options = options,
    };
    const struct source source = {.state = &x,
                                  .prepare = prepare,
                                  .produce = produce,
                                  .destroy = destroy};

    return run_source(&program, &source, argc, argv);
}
