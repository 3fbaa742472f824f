/* xbacktest - runs a strategy, a program in any language, in lockstep with a
 * market.
 *
 * A tape of a market goes in, orders or the history of its book; the market as
 * it becomes with the strategy's own orders in it comes out.
 * xtape-strategy(5) is what is said between them; backtest/backtest.h joins
 * them.
 */
#include <inttypes.h>

#include "backtest/backtest.h"

static const char *const examples[] = {
    "xgen | xbacktest -- grep --line-buffered ^go | xstat",
    "xbacktest -l 250us day.tape -- grep --line-buffered ^go | xstat",
    NULL,
};

static const char *const markets[] = {"flow",   "facts", "levels",
                                      "trades", "bars",  NULL};
static const char *const impacts[] = {"take", "none", NULL};
static const char *const queues[] = {"back", "prorata", "front", NULL};
static const char *const turns[] = {"event", "window", "bar", "timer", NULL};
static const char *const wires[] = {"text", "json", NULL};
static const char *const times[] = {"rfc3339", "ns", "us", NULL};
static struct backtest b;
/* clang-format off */
static const struct option_spec options[] = {
    {'m', "market", OPTION_CHOICE, &b.market, "MODEL",
     "what own orders meet: flow, facts, levels, trades or bars"
     "; default: by the input",
     .shapes = true, .words = markets},
    {0, "impact", OPTION_CHOICE, &b.impact, "HOW",
     "with facts and levels: what own orders take is gone (take), or stays "
     "(none)",
     .shapes = true, .words = impacts},
    {0, "queue", OPTION_CHOICE, &b.queue, "WHO",
     "with levels: who leaves when a level shows less: those at the back, a "
     "share of all (prorata), or the front", .shapes = true, .words = queues},
    {0, "slippage", OPTION_DECIMAL, &b.slippage, "AMOUNT",
     "with trades and bars: how much worse a price is that orders take",
     .shapes = true},
    {0, "through", OPTION_DECIMAL, &b.through, "AMOUNT",
     "the same: how far a price goes through an order that it fills (0)",
     .shapes = true},
    {0, "bounds", OPTION_FLAG, &b.bounds, NULL,
     "report what both ends of the queue would have filled"},
    {'l', "latency", OPTION_DURATION, &b.latency.order, "TIME",
     "from a decision to when it acts (none)", .shapes = true,
     .none = true},
    {0, "feed-latency", OPTION_DURATION, &b.latency.feed, "TIME",
     "from an event to when the strategy sees it (none)", .shapes = true,
     .none = true},
    {0, "jitter", OPTION_DURATION, &b.latency.jitter, "TIME",
     "up to so much more latency, at random by --seed", .shapes = true,
     .none = true},
    {0, "latency-file", OPTION_TEXT, &b.latency.file, "FILE",
     "latencies drawn from a file of them, one a line", .shapes = true},
    {'t', "turn", OPTION_CHOICE, &b.turn, "WHEN",
     "await answers after each event (event), or only when they can matter "
     "(window); or turns only at bars or at timers", .shapes = true,
     .words = turns},
    {'s', "strategy", OPTION_LIST, &b.named_strategies, "NAME=COMMAND",
     "run a shell command as a strategy; may be repeated"},
    {0, "max-order", OPTION_DECIMAL, &b.limits.order, "QUANTITY",
     "refuse larger orders", .shapes = true, .min = 1},
    {0, "max-position", OPTION_DECIMAL, &b.limits.position, "QUANTITY",
     "refuse what could make a position larger", .shapes = true, .min = 1},
    {0, "max-open", OPTION_COUNT, &b.limits.open, "N",
     "refuse more than N orders at a time", .shapes = true, .min = 1},
    {0, "max-rate", OPTION_COUNT, &b.limits.rate, "N",
     "refuse more than N orders and modifies a second", .shapes = true,
     .min = 1},
    {0, "max-loss", OPTION_DECIMAL, &b.limits.loss, "AMOUNT",
     "stop a strategy that loses more", .shapes = true, .min = 1},
    {'a', "account", OPTION_COUNT, &b.account, "N",
     "trade as account N, and those after it (900001)", .shapes = true,
     .min = 1},
    {0, "maker-fee", OPTION_DECIMAL, &b.fees.maker, "RATE",
     "what a fill as maker costs, as a share of the notional",
     .shapes = true},
    {0, "taker-fee", OPTION_DECIMAL, &b.fees.taker, "RATE",
     "the same of a fill as taker", .shapes = true},
    {0, "currency", OPTION_TEXT, &b.currency, "CODE",
     "the account's currency (USD)", .shapes = true},
    {0, "seed", OPTION_COUNT, &b.seed, "N",
     "a number passed on to the strategy (1)", .shapes = true},
    {0, "time", OPTION_CHOICE, &b.time, "FORM",
     "times in lines: rfc3339, ns or us since 1970", .words = times},
    {0, "wire", OPTION_CHOICE, &b.wire, "FORM",
     "lines are text, with tabs, or json", .words = wires},
    {0, "patience", OPTION_DURATION, &b.patience, "TIME",
     "how long to wait for an answer (10s)"},
    {0, "twice", OPTION_FLAG, &b.twice, NULL,
     "run strategies twice, and stop where their answers differ"},
    {0, "keep", OPTION_FLAG, &b.keep, NULL,
     "pass orders, modifies and cancels on as well", .shapes = true},
    {0, "quotes", OPTION_FLAG, &b.quotes, NULL,
     "write a quote after each change of the best prices", .shapes = true},
    {'c', "check", OPTION_FLAG, &b.check, NULL,
     "print how many recorded executions the model reproduces",
     .prints = true},
    {.kind = OPTION_END},
};
/* clang-format on */

static void
summary(void *state, struct run *run, FILE *stream)
{
    const struct backtest *backtest = state;
    uint64_t asked = 0;

    for (unsigned i = 0; i < backtest->strategy_count; i++)
        asked += backtest->strategies[i].asked;
    fprintf(stream,
            "%s: %" PRIu64 " turns, %" PRIu32 " own orders, %" PRIu64
            " fills, %" PRIu64 " requests refused\n",
            run->program->name, asked, backtest->world.orders.count,
            backtest->trades, backtest->refused);
}

int
main(int argc, char **argv)
{
    const struct program program = {
        .name = "xbacktest",
        .summary = "run a strategy in lockstep with a market",
        .operands = "[FILE ...] [-- STRATEGY [ARGUMENT ...]]",
        .examples = examples,
        .options = options,
    };
    const struct filter filter = {
        .state = &b,
        .consumes_all = true,
        .ends_late = true,
        .prepare = backtest_prepare,
        .begin = backtest_begin,
        .event = backtest_event,
        .batch = backtest_batch,
        .block = backtest_block,
        .end = backtest_end,
        .failed = backtest_failed,
        .finish = backtest_finish,
        .summary = summary,
        .destroy = backtest_free,
    };

    backtest_init(&b);
    return run_filter(&program, &filter, argc, argv);
}
