#include "backtest/backtest.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backtest/wire.h"
#include "base/clock.h"
#include "base/count.h"
#include "match/report.h"
#include "tape/schema.h"

int
backtest_begin(void *state, struct run *run, struct tape_header *header)
{
    struct backtest *b = state;

    (void)header;
    assert(b->run == run);
    b->named = false;
    sim_begin(&b->sim);
    bounds_begin(&b->bound);
    return 0;
}

/* ---- time ---------------------------------------------------------------- */

/* Waits for all answers that are missing. */
static int
receive_all(struct backtest *b)
{
    for (unsigned i = 0; i < b->strategy_count; i++)
        if (strategy_receive(&b->strategies[i]) != 0)
            return -1;
    b->waiting = false;
    return 0;
}

/* The first turn of each: what it wants to see. */
static int
get_ready(struct backtest *b)
{
    b->ready = true;
    if (receive_all(b) != 0)
        return -1;
    b->world.turn++;
    for (unsigned i = 0; i < b->strategy_count; i++)
        for (unsigned kind = 0; kind < WANT_KINDS; kind++)
            b->wanted[kind] |= b->strategies[i].wants[kind];
    return 0;
}

/* Whether an answer that is missing may ask for something till now. */
static bool
must_receive(const struct backtest *b)
{
    int64_t acts;

    assert(b->latency.least >= 0);
    return b->waiting &&
           (b->turn != BACKTEST_TURN_WINDOW ||
            (!__builtin_add_overflow(b->asked, b->latency.least, &acts) &&
             acts <= b->now));
}

/* Time is at least that.  What is due till then happens, each at its time. */
static int
pass_time(struct backtest *b, int64_t time)
{
    const struct due *due;

    if (time > b->now)
        b->now = time;
    while (b->waiting || due_first(&b->world.due)) {
        struct due happens;
        int result;

        if (must_receive(b)) {
            if (receive_all(b) != 0)
                return -1;
            continue;
        }
        due = due_first(&b->world.due);
        if (!due || due->time > b->now || run_stopped(b->run))
            return 0;
        happens = *due;
        assert(happens.strategy < b->strategy_count);
        due_drop(&b->world.due);
        result = backtest_act_due(b, &happens);
        if (happens.kind == DUE_NOTE)
            free(happens.u.note);
        if (result != 0)
            return -1;
    }
    return 0;
}

/* ---- events -------------------------------------------------------------- */

/* An instrument is defined: strategies know it from the next turn on. */
static int
define(struct backtest *b, uint32_t index, int64_t time)
{
    struct run *run = b->run;

    if (sim_define(&b->sim, index, run->instruments.events[index],
                   &run->failure) != 0 ||
        bounds_define(&b->bound, index, run->instruments.events[index],
                      &run->failure) != 0 ||
        strategy_world_list(&b->world, index) != 0)
        return -1;
    for (unsigned i = 0; i < b->strategy_count; i++)
        strategy_wire(&b->strategies[i])
            ->instrument(&b->strategies[i], index, time);
    return 0;
}

static bool
is_request(const struct event *event)
{
    return event->type >= EVENT_ORDER && event->type <= EVENT_CANCEL;
}

/* History order by order: facts; of levels: levels; bars: bars; requests:
 * flow.  Executions to check are in the first two. */
static void
choose_model(struct backtest *b, const struct event *event)
{
    if (event->type >= EVENT_BOOK_ADD && event->type <= EVENT_BOOK_REPLACE)
        sim_become(&b->sim, &sim_facts);
    else if (event->type == EVENT_BOOK_LEVEL || event->type == EVENT_BOOK_CLEAR)
        sim_become(&b->sim, &sim_levels);
    else if (b->check)
        return;
    else if (event->type == EVENT_BAR)
        sim_become(&b->sim, &sim_bars);
    else if (!is_request(event))
        return;
    b->chosen = true;
}

/* No order of the market may have an id that is for own ones. */
static int
check_order(struct backtest *b, const struct event *event)
{
    const struct order *order = (const void *)event;
    const struct book_order *fact = (const void *)event;
    uint64_t id = event->type == EVENT_ORDER ? order->order_id : fact->order_id;

    _Static_assert(offsetof(struct book_order, order_id) ==
                       offsetof(struct book_replace, order_id),
                   "both begin alike");
    if (id < SIM_OWN_FIRST || id >= SIM_IDS_END)
        return 0;
    return fail(&b->run->failure, FAILURE_DATA,
                "order %" PRIu64 ": ids from %" PRIu64
                " on are for the strategy's own orders (the output of a "
                "backtest is not a market for another one)",
                id, SIM_OWN_FIRST);
}

/* The first order of the market that has the account of a strategy. */
static void
check_account(struct backtest *b, const struct event *event)
{
    const struct order *order = (const void *)event;

    if (b->mixed || event->type != EVENT_ORDER ||
        order->account_id - b->account >= b->strategy_count)
        return;
    b->mixed = true;
    run_remark(b->run,
               "order %" PRIu64 " of the input is of account %" PRIu64
               ", as which %s trades: their fills and positions cannot be "
               "told apart (--account)",
               order->order_id, order->account_id,
               b->strategies[order->account_id - b->account].name);
}

int
backtest_event(void *state, struct run *run, const struct event *event)
{
    struct backtest *b = state;
    uint32_t index = instruments_find(&run->instruments, event->instrument);

    if (!b->ready && get_ready(b) != 0)
        return -1;
    if ((b->waiting || due_first(&b->world.due) || event->time > b->now) &&
        pass_time(b, event->time) != 0)
        return -1;
    if (b->strategy_count && run_stopped(run)) {
        run->state = RUN_ENOUGH; /* what follows would lack their answers */
        return 0;
    }
    if ((event->type == EVENT_ORDER || (event->type >= EVENT_BOOK_ADD &&
                                        event->type <= EVENT_BOOK_REPLACE)) &&
        check_order(b, event) != 0)
        return -1;
    check_account(b, event);
    if (event->type < 64)
        b->seen |= UINT64_C(1) << event->type;
    if (!b->chosen)
        choose_model(b, event);
    b->requests += is_request(event) && !b->sim.model->replaces;
    if (!b->check && (b->keep || !b->sim.model->replaces || !is_request(event)))
        tape_writer_copy(&run->writer, event);
    if (event->type == EVENT_INSTRUMENT && define(b, index, event->time) != 0)
        return -1;
    return backtest_act_event(b, index, event);
}

int
backtest_batch(void *state, struct run *run, const struct event **event)
{
    while (*event < run->reader.end && (*event)->type != EVENT_INSTRUMENT &&
           (*event)->type != EVENT_NAME) {
        if (backtest_event(state, run, *event) != 0)
            return -1;
        if (run->state == RUN_ENOUGH)
            return 0;
        *event = event_next(*event);
        run_took(run, 1);
    }
    return 0;
}

/* Before waiting for input, what is known by now happens. */
int
backtest_block(void *state, struct run *run)
{
    struct backtest *b = state;

    if (run->state != RUN_WAITS || b->now == TIME_NULL)
        return 0;
    if (b->waiting && receive_all(b) != 0)
        return -1;
    return pass_time(b, b->now);
}

int
backtest_end(void *state, struct run *run, enum tape_status status)
{
    struct backtest *b = state;

    (void)run;
    if (status == TAPE_FAILED || b->now == TIME_NULL)
        return 0;
    if (b->waiting && receive_all(b) != 0)
        return -1;
    return pass_time(b, b->now);
}

/* ---- the end ------------------------------------------------------------- */

static const char *
reason_word(unsigned reason)
{
    const struct schema_field *field =
        schema_field(schema_find(EVENT_REJECTED), "reason", strlen("reason"));

    assert(reason > 0);
    return field->words[reason - 1];
}

static void
remark_on_strategy(const struct backtest *b, const struct strategy *strategy)
{
    char refused[80] = "", ignored[120];
    const struct run_count counts[] = {
        {strategy->refused, refused},
        {strategy->ignored, ignored},
    };

    if (strategy->refused)
        snprintf(refused, sizeof refused, "request%s refused (the first: %s)",
                 PLURAL(strategy->refused),
                 reason_word(strategy->first_refused));
    snprintf(ignored, sizeof ignored,
             "line%s or field%s not understood, and passed over (the first: "
             "\"%s\")",
             PLURAL(strategy->ignored), PLURAL(strategy->ignored),
             strategy->first_ignored);
    run_remark_counts(b->run, strategy->name, counts, 2);
    if (strategy->killed)
        run_remark(b->run, "%s: lost more than --max-loss and was stopped",
                   strategy->name);
    if (strategy->asked <= 1 && !strategy->chosen && !run_stopped(b->run) &&
        b->run->failure.kind == FAILURE_NONE)
        run_remark(b->run, "%s: had no turn (there was nothing for it to see)",
                   strategy->name);
}

/* What own orders that rested got, and would have got. */
static void
remark_on_bounds(const struct backtest *b)
{
    char back[AMOUNT_TEXT_MAX], front[AMOUNT_TEXT_MAX];
    const struct bound *of = b->bound.of;

    assert(b->bound.on);
    run_remark(b->run,
               "the same requests would have filled %.*s (" COUNT_FORMAT
               ") at the back of the queue, %.*s (%" PRIu64 ") at the front",
               (int)amount_format(of[0].quantity, back), back,
               COUNT(of[0].fills, "fill"),
               (int)amount_format(of[1].quantity, front), front, of[1].fills);
}

#define SEEN(type)  (UINT64_C(1) << EVENT_##type)
#define SEEN_LEVELS (SEEN(BOOK_LEVEL) | SEEN(DEPTH) | SEEN(QUOTE))
#define SEEN_TRADES (SEEN(PRINT) | SEEN(TRADE))

/* A market that had nothing of what it is made from; and the one that would
 * have had something. */
static void
remark_on_market(const struct backtest *b)
{
    static const struct need {
        const struct sim_model *model;
        uint64_t types;
        const char *words;
    } needs[] = {
        {&sim_facts, SEEN(BOOK_ADD), "book_add"},
        {&sim_levels, SEEN_LEVELS, "book_level, depth or quote"},
        {&sim_bars, SEEN(BAR), "bar"},
        {&sim_trades, SEEN_TRADES, "print or trade"},
    };
    const size_t count = sizeof needs / sizeof *needs;
    const struct need *lacks = NULL, *other = NULL;

    for (size_t i = 0; i < count; i++) {
        if (needs[i].model == b->sim.model && !(b->seen & needs[i].types))
            lacks = &needs[i];
        else if (!other && (b->seen & needs[i].types) &&
                 !(b->check && needs[i].model->prices))
            other = &needs[i];
    }
    assert(lacks != other || !lacks);
    if (lacks && b->seen)
        run_remark(b->run, "no %s on the tape%s%s%s", lacks->words,
                   other ? "; --market " : "", other ? other->model->name : "",
                   other ? "?" : "");
}

static void
remark_on_unknown(const struct backtest *b)
{
    if (b->sim.unknown)
        run_remark(b->run,
                   COUNT_FORMAT " about orders that were never announced "
                                "(the feed may begin in the middle of a day)",
                   COUNT(b->sim.unknown, "event"));
}

static int
print_check(struct backtest *b)
{
    struct bytes text = {0};

    recorded_write(&b->recorded, &b->run->instruments, &text);
    return run_put_bytes(b->run, &text);
}

int
backtest_finish(void *state, struct run *run)
{
    struct backtest *b = state;
    uint64_t late =
        b->world.due.tail - b->world.due.head + b->sim.waiting_count;

    if (b->sim.model != &sim_flow) {
        remark_on_market(b);
        remark_on_unknown(b);
    }
    if (b->check)
        return print_check(b);
    for (unsigned i = 0; i < b->strategy_count; i++) {
        if (run_stopped(run))
            coprocess_kill(&b->strategies[i].process);
        else if (strategy_end(&b->strategies[i], b->now) != 0)
            return -1;
        remark_on_strategy(b, &b->strategies[i]);
    }
    if (b->bounds)
        remark_on_bounds(b);
    if (b->requests)
        run_remark(run,
                   "%" PRIu64 " orders, modifies and cancels of the input were "
                   "passed on only (--market flow matches them)",
                   b->requests);
    if (b->sim.missing)
        run_remark(run,
                   COUNT_FORMAT " of the market wanted what own orders had "
                                "taken (--impact none leaves it there)",
                   COUNT(b->sim.missing, "event"));
    if (late)
        run_remark(run,
                   "the market ended before " COUNT_FORMAT
                   " reached it (--latency, or a price to come)",
                   COUNT(late, "request"));
    return 0;
}

void
backtest_failed(void *state, struct run *run, int exit_class)
{
    struct backtest *b = state;

    (void)run, (void)exit_class;
    for (unsigned i = 0; i < b->strategy_count; i++)
        strategy_free(&b->strategies[i]);
    b->strategy_count = 0;
}

void
backtest_free(void *state)
{
    struct backtest *b = state;

    for (unsigned i = 0; i < b->strategy_count; i++)
        strategy_free(&b->strategies[i]);
    free(b->strategies);
    strategy_world_free(&b->world);
    sim_free(&b->sim);
    bounds_free(&b->bound);
    latency_free(&b->latency);
    recorded_free(&b->recorded);
    bytes_free(&b->reports);
    free(b->scratch);
    free(b->quoted);
}
