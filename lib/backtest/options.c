/* From the options of a backtest to its strategies and its market. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backtest/backtest.h"
#include "backtest/wire.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "tape/schema.h"

static const struct sim_model *const models[] = {
    [BACKTEST_FLOW] = &sim_flow,     [BACKTEST_FACTS] = &sim_facts,
    [BACKTEST_LEVELS] = &sim_levels, [BACKTEST_TRADES] = &sim_trades,
    [BACKTEST_BARS] = &sim_bars,
};

static const struct wire *const wires[] = {&wire_text, &wire_json};

/* ---- strategies ---------------------------------------------------------- */

static void
strategy_init(struct backtest *b, unsigned number, const char *name)
{
    struct strategy *strategy = &b->strategies[number];
    const char *slash = strrchr(name, '/');

    strategy->world = &b->world;
    strategy->number = (uint16_t)number;
    strategy->account = b->account + number;
    strategy->process.patience = b->patience;
    strategy->process.wake = run_wake();
    snprintf(strategy->name, sizeof strategy->name, "strategy %s",
             slash ? slash + 1 : name);
    b->strategy_count = number + 1;
}

/* The name of NAME=COMMAND. */
static int
take_name(struct backtest *b, unsigned number, const char *text)
{
    struct strategy *strategy = &b->strategies[number];
    const char *equals = strchr(text, '=');

    if (!equals || equals == text || !equals[1] || equals - text > 40 ||
        utf8_span(text, (size_t)(equals - text)) < (size_t)(equals - text))
        return fail(&b->run->failure, FAILURE_USAGE,
                    "--strategy: \"%s\" is not NAME=COMMAND, with a name of at "
                    "most 40 bytes of UTF-8",
                    text);
    strategy_init(b, number, "");
    snprintf(strategy->name, sizeof strategy->name, "strategy %.*s",
             (int)(equals - text), text);
    strategy->label = strategy->name + strlen("strategy ");
    for (unsigned i = 0; i < number; i++)
        if (strcmp(b->strategies[i].label, strategy->label) == 0)
            return fail(&b->run->failure, FAILURE_USAGE,
                        "--strategy: there are two of the name \"%s\"",
                        strategy->label);
    return 0;
}

/* All have a name before one of them runs. */
static int
start_named(struct backtest *b, const struct option_list *named)
{
    if (b->account > UINT64_MAX - named->count)
        return fail(&b->run->failure, FAILURE_USAGE,
                    "--account: there is no account for each of %u strategies "
                    "from %" PRIu64 " on",
                    named->count, b->account);
    for (unsigned i = 0; i < named->count; i++)
        if (take_name(b, i, named->items[i]) != 0)
            return -1;
    for (unsigned i = 0; i < named->count; i++) {
        assert(strchr(named->items[i], '='));
        if (strategy_start(&b->strategies[i], NULL,
                           strchr(named->items[i], '=') + 1) != 0)
            return -1;
    }
    return 0;
}

/* What stands after "--" is the strategy; or each has a name and a command. */
static int
start_strategies(struct backtest *b, struct run *run)
{
    const struct option_list *named = &b->named_strategies;
    char **command = run->operands + run->common.plain;
    bool plain = run->common.plain >= 0;

    if (plain && run->common.plain == run->operand_count)
        return fail(&run->failure, FAILURE_USAGE,
                    "no strategy after \"--\": a command and its arguments");
    if (plain && named->count)
        return fail(&run->failure, FAILURE_USAGE,
                    "strategies are given by --strategy or after \"--\", not "
                    "both");
    if (!plain && named->count == 0)
        return 0;
    b->strategies =
        allocate(&run->failure, named->count + 1UL, sizeof *b->strategies);
    if (!b->strategies)
        return -1;
    if (!plain)
        return start_named(b, named);
    command[run->operand_count - run->common.plain] = NULL;
    run->operand_count = run->common.plain;
    strategy_init(b, 0, command[0]);
    return strategy_start(&b->strategies[0], command, NULL);
}

/* ---- options ------------------------------------------------------------- */

void
backtest_init(struct backtest *backtest)
{
    *backtest = (struct backtest){
        .market = -1,
        .turn = -1,
        .time = -1,
        .impact = -1,
        .queue = -1,
        .wire = -1,
        .slippage = DECIMAL_NULL,
        .through = DECIMAL_NULL,
        .patience = 10 * INT64_C(1000000000),
        .account = 900001,
        .seed = 1,
        .currency = "USD",
        .limits = {.order = DECIMAL_NULL,
                   .position = DECIMAL_NULL,
                   .loss = DECIMAL_NULL},
    };
}

/* Options of a strategy's orders; without one they would do nothing. */
static int
check_without_strategy(struct run *run)
{
    static const char *const names[] = {
        "impact",       "latency",      "feed-latency", "turn",     "jitter",
        "latency-file", "queue",        "bounds",       "slippage", "through",
        "max-order",    "max-position", "max-open",     "max-rate", "max-loss",
        "account",      "maker-fee",    "taker-fee",    "currency", "seed",
        "time",         "patience",     "twice",        "wire",
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (option_given(run->program, &run->common, names[i]))
            return fail(&run->failure, FAILURE_USAGE,
                        "--%s needs a strategy: --strategy, or a command after "
                        "\"--\"",
                        names[i]);
    return 0;
}

/* Prices are never better by them. */
static int
check_amounts(const struct backtest *b, struct run *run)
{
    const struct {
        const char *name;
        int64_t value;
    } amounts[] = {{"slippage", b->slippage}, {"through", b->through}};

    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++)
        if (amounts[i].value != DECIMAL_NULL && amounts[i].value < 0)
            return fail(&run->failure, FAILURE_USAGE,
                        "--%s: it is below 0, which orders cannot gain",
                        amounts[i].name);
    return 0;
}

/* Standard input is a tape or latencies, not both. */
static int
check_input(const struct backtest *b, struct run *run)
{
    int plain = run->common.plain;
    int count = plain >= 0 ? plain : run->operand_count;
    bool reads = count == 0;

    for (int i = 0; i < count; i++)
        reads |= strcmp(run->operands[i], "-") == 0;
    if (reads && b->latency.file && strcmp(b->latency.file, "-") == 0)
        return fail(&run->failure, FAILURE_USAGE,
                    "--latency-file -: the tape is read from standard input");
    return 0;
}

/* Options that do not go together; some imply a market. */
static int
check_options(struct backtest *b, struct run *run)
{
    bool alone = run->common.plain < 0 && b->named_strategies.count == 0;

    if (b->impact >= 0 &&
        (b->market == BACKTEST_FLOW || b->market >= BACKTEST_TRADES))
        return fail(&run->failure, FAILURE_USAGE,
                    "--impact needs --market facts or levels, not %s",
                    models[b->market]->name);
    if ((b->queue >= 0 || b->bounds) && b->market >= 0 &&
        b->market != BACKTEST_LEVELS)
        return fail(&run->failure, FAILURE_USAGE,
                    "--%s applies to --market levels only",
                    b->bounds ? "bounds" : "queue");
    if ((b->slippage != DECIMAL_NULL || b->through != DECIMAL_NULL) &&
        b->market >= 0 && b->market < BACKTEST_TRADES)
        return fail(&run->failure, FAILURE_USAGE,
                    "--%s needs --market trades or bars: elsewhere there is a "
                    "book",
                    b->slippage != DECIMAL_NULL ? "slippage" : "through");
    if (b->check && b->market >= BACKTEST_TRADES)
        return fail(
            &run->failure, FAILURE_USAGE,
            "--check needs --market flow, facts or levels: there is no book "
            "in trades and bars");
    if (b->check && !alone)
        return fail(&run->failure, FAILURE_USAGE,
                    "--check reports on the market alone: it takes no "
                    "strategy");
    if (b->queue >= 0 || b->bounds)
        b->market = BACKTEST_LEVELS;
    else if (b->market < 0 && b->impact >= 0)
        b->market = BACKTEST_FACTS;
    return alone ? check_without_strategy(run) : 0;
}

int
backtest_prepare(void *state, struct run *run)
{
    struct backtest *b = state;
    const struct event_sink sink = backtest_sink(b);

    b->run = run;
    b->now = TIME_NULL;
    b->world.instruments = &run->instruments;
    b->world.sim = &b->sim;
    b->world.wire = wires[b->wire < 0 ? 0 : b->wire];
    b->world.fees = b->fees;
    b->world.seed = b->seed;
    b->world.twice = b->twice;
    b->world.failure = &run->failure;
    b->world.time =
        b->time < 0 ? STRATEGY_RFC3339 : (enum strategy_time)b->time;
    b->world.currency = code_from_text(b->currency, strlen(b->currency));
    if (!b->world.currency.word)
        return fail(&run->failure, FAILURE_USAGE,
                    "--currency: \"%s\" is not a code of 1 to 8 letters",
                    b->currency);
    b->latency.seed = b->seed;
    if (check_amounts(b, run) != 0 || check_input(b, run) != 0)
        return -1;
    if (latency_prepare(&b->latency, &run->failure) != 0)
        return -1;
    b->world.latency = &b->latency;
    b->world.wakes = b->turn == BACKTEST_TURN_BAR     ? CAUSE_BAR
                     : b->turn == BACKTEST_TURN_TIMER ? CAUSE_TIMER
                                                      : CAUSE_EVENT;
    b->scratch = allocate(&run->failure, 1, MATCH_REPORT_MAX);
    if (!b->scratch)
        return -1;
    if (check_options(b, run) != 0)
        return -1;
    b->chosen = b->market >= 0;
    sim_init(&b->sim,
             models[b->chosen  ? b->market
                    : b->check ? BACKTEST_FACTS
                               : BACKTEST_FLOW],
             &sink);
    b->sim.queue = b->queue < 0 ? SIM_QUEUE_BACK : (enum sim_queue)b->queue;
    b->sim.slippage = b->slippage == DECIMAL_NULL ? 0 : b->slippage;
    b->sim.through = b->through == DECIMAL_NULL ? 0 : b->through;
    b->sim.checks = b->check;
    b->sim.impact =
        b->impact < 0 ? SIM_IMPACT_TAKE : (enum sim_impact)b->impact;
    if (b->bounds && bounds_init(&b->bound, &b->sim, &run->failure) != 0)
        return -1;
    return start_strategies(b, run);
}
