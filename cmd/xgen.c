/* xgen - generates a market: instruments, accounts, deposits and order flow, or
 * trades.  The same options give the same bytes everywhere.
 */
#include "base/clock.h"
#include "cli/run.h"
#include "gen/flow.h"

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

    if (x->plan.tick_size <= 0 || x->plan.lot_size <= 0)
        return fail(&run->failure, FAILURE_USAGE,
                    "--tick-size and --lot-size must be above 0");
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

static const struct flow_plan defaults = {
    .seed = 1,
    .events = 100000,
    .symbols = 10,
    .accounts = 100,
    .depth = 100,
    .rate = 100,
    .start = INT64_C(1767882600) * NS_PER_SECOND, /* 2026-01-08T14:30:00Z */
    .deposit = 1000000 * DECIMAL_ONE,
    .tick_size = DECIMAL_ONE / 100,
    .lot_size = DECIMAL_ONE,
};

static const char *const kinds[] = {"order", "trade", "print", NULL};

static const char *const examples[] = {
    "xgen --symbols 5 | xmatch | xohlcv -i 1m | xexport -f csv -t bar",
    "xgen --seed 7 --type trade -o trades.tape",
    NULL,
};

int
main(int argc, char **argv)
{
    struct xgen x = {.stream = "xgen", .plan = defaults};
    const struct option_spec options[] = {
        {'n', "orders", OPTION_COUNT, &x.plan.events, "N",
         "generate N orders, or events of --type (100000)", true},
        {0, "seed", OPTION_COUNT, &x.plan.seed, "N",
         "start the random numbers from N (1)", true},
        {0, "symbols", OPTION_COUNT, &x.plan.symbols, "N",
         "define N instruments: SYM001, SYM002, ... (10)", true, .min = 1,
         .max = FLOW_SYMBOLS_MAX},
        {0, "accounts", OPTION_COUNT, &x.plan.accounts, "N",
         "define N accounts: 1, 2, ... (100)", true, .min = 1,
         .max = FLOW_ACCOUNTS_MAX},
        {'t', "type", OPTION_CHOICE, &x.kind, "TYPE",
         "generate order, trade or print events (order)", true, .words = kinds},
        {0, "start", OPTION_TIME, &x.plan.start, "TIME",
         "start at TIME (2026-01-08T14:30:00Z)", true},
        {0, "rate", OPTION_COUNT, &x.plan.rate, "N",
         "N orders per second of event time (100)", true, .min = 1,
         .max = 1000000000},
        {0, "deposit", OPTION_DECIMAL, &x.plan.deposit, "AMOUNT",
         "deposit AMOUNT USD into each account (1000000)", true},
        {0, "depth", OPTION_COUNT, &x.plan.depth, "N",
         "keep about N orders resting in a book (100)", true,
         .min = FLOW_DEPTH_MIN, .max = FLOW_DEPTH_MAX},
        {0, "tick-size", OPTION_DECIMAL, &x.plan.tick_size, "PRICE",
         "make prices multiples of PRICE (0.01)", true},
        {0, "lot-size", OPTION_DECIMAL, &x.plan.lot_size, "QUANTITY",
         "make quantities multiples of QUANTITY (1)", true},
        {0, "stream", OPTION_STREAM, &x.stream, "NAME",
         "name the stream NAME (xgen)"},
        {.kind = OPTION_END},
    };
    const struct program program = {
        .name = "xgen",
        .summary = "generate order flow or trades from a seed",
        .operands = "",
        .examples = examples,
        .options = options,
        .confined = true,
    };
    const struct source source = {.state = &x,
                                  .prepare = prepare,
                                  .produce = produce,
                                  .destroy = destroy};

    return run_source(&program, &source, argc, argv);
}
