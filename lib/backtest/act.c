#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "backtest/backtest.h"
#include "backtest/wire.h"
#include "base/array.h"
#include "cli/local.h"
#include "tape/schema.h"

/* ---- what comes of something --------------------------------------------- */

/* Without strategies nobody looks at reports: they go to the tape at once. */
static void *
put_report(void *owner, size_t size)
{
    struct backtest *b = owner;
    void *room;

    if (b->check)
        return b->scratch;
    if (b->strategy_count == 0 && !b->quotes)
        return tape_writer_put(&b->run->writer, size);
    room = bytes_room(&b->reports, size);
    if (!room)
        return b->scratch;
    b->reports.size += size;
    return room;
}

static uint32_t
name_instrument(void *owner, uint32_t index, const struct event *cause,
                struct failure *failure)
{
    struct backtest *b = owner;

    return local_id(b->run, index, cause->time, failure);
}

struct event_sink
backtest_sink(struct backtest *backtest)
{
    return (struct event_sink){put_report, name_instrument, backtest};
}

/* ---- own orders ---------------------------------------------------------- */

/* The own order with that id, or NULL. */
static struct own_order *
find_own(struct backtest *b, uint64_t order_id)
{
    return sim_is_own(order_id) &&
                   order_id - SIM_OWN_FIRST < b->world.orders.count
               ? &b->world.orders.orders[order_id - SIM_OWN_FIRST]
               : NULL;
}

static uint32_t
number_of(const struct backtest *b, const struct own_order *order)
{
    return (uint32_t)(order - b->world.orders.orders);
}

/* accepted, modified: it is live, with that much open. */
static int
take_order_report(struct backtest *b, const struct order_report *fact)
{
    struct own_order *order = find_own(b, fact->order_id);
    struct strategy *strategy;

    if (!order)
        return 0;
    strategy = &b->strategies[order->strategy];
    order->price = fact->price;
    order->left = fact->remaining_quantity;
    if (own_order_live(&b->world.orders, &strategy->own, number_of(b, order),
                       b->world.failure) != 0)
        return -1;
    strategy_wire(strategy)->report(strategy, order, fact);
    return 0;
}

static void
count_refusal(struct backtest *b, struct strategy *strategy, unsigned reason)
{
    assert(reason > 0 && reason <= UINT8_MAX);
    b->refused++;
    if (strategy->refused++ == 0)
        strategy->first_refused = (uint8_t)reason;
}

/* rejected, cancelled, expired, triggered. */
static void
take_end(struct backtest *b, const struct order_end *end)
{
    struct own_order *order = find_own(b, end->order_id);
    struct strategy *strategy;
    bool ends =
        end->event.type == EVENT_CANCELLED || end->event.type == EVENT_EXPIRED;

    if (!order)
        return;
    strategy = &b->strategies[order->strategy];
    if (end->event.type == EVENT_REJECTED)
        count_refusal(b, strategy, end->reason);
    if (ends)
        own_order_end(&b->world.orders, &strategy->own, number_of(b, order));
    strategy_wire(strategy)->end(strategy, order, end);
}

/* One side of a trade, if it is ours. */
static int
take_fill(struct backtest *b, const struct trade *trade, uint64_t order_id,
          enum side side)
{
    struct own_order *order = find_own(b, order_id);
    struct strategy *strategy;
    struct own_position *position;
    enum own_role role = trade->side == 0      ? OWN_AUCTION
                         : trade->side == side ? OWN_TAKER
                                               : OWN_MAKER;
    const struct own_order *other = find_own(
        b, side == SIDE_BUY ? trade->sell_order_id : trade->buy_order_id);
    int64_t multiplier, moves;
    i128 fee;

    if (!order)
        return 0;
    assert(order->side == side);
    strategy = &b->strategies[order->strategy];
    multiplier = strategy_multiplier(&b->world, order->index);
    position = own_position(&strategy->own, order->index, b->world.failure);
    if (!position)
        return -1;
    moves = side == SIDE_BUY ? trade->quantity : -trade->quantity;
    if (other && other->strategy == order->strategy)
        moves = 0;
    if (!own_fee(&b->world.fees, role, trade->price, trade->quantity,
                 multiplier, &fee) ||
        !own_fill(position, trade->price, moves, multiplier, fee))
        return fail(b->world.failure, FAILURE_DATA,
                    "the position of %s is beyond what a tape may hold",
                    strategy->name);
    assert(order->left >= trade->quantity);
    b->trades++;
    order->left -= trade->quantity;
    strategy_wire(strategy)->fill(strategy, order, trade, role, fee);
    if (order->left == 0)
        own_order_end(&b->world.orders, &strategy->own, number_of(b, order));
    strategy_wire(strategy)->position(strategy, order->index,
                                      trade->event.time);
    return 0;
}

/* ---- reports ------------------------------------------------------------ */

/* Own orders have their strategy's names on each tape on which they are. */
static void
name_strategies(struct backtest *b, int64_t time)
{
    for (unsigned i = 0; !b->named && i < b->strategy_count; i++) {
        const struct strategy *strategy = &b->strategies[i];
        size_t length = strategy->label ? strlen(strategy->label) : 0;
        size_t size = sizeof(struct name) + (length + 7) / 8 * 8;
        struct name *name;

        if (length == 0)
            continue;
        name = tape_writer_put(&b->run->writer, size);
        memset(name, 0, size);
        name->event = (struct event){(uint16_t)(size / 8), EVENT_NAME, 0, time};
        name->kind = ID_STRATEGY;
        name->id = strategy->account;
        name->text = (struct text){sizeof *name, (uint16_t)length, 0};
        memcpy(name + 1, strategy->label, length);
    }
    b->named = true;
}

/* One report is written, and passed to the strategy that it concerns. */
static int
take_report(struct backtest *b, uint32_t index, const struct event *event)
{
    const void *at = event;
    const struct trade *trade = at;

    tape_writer_copy(&b->run->writer, event);
    switch (event->type) {
    case EVENT_ACCEPTED:
    case EVENT_MODIFIED: return take_order_report(b, at);
    case EVENT_REJECTED:
    case EVENT_CANCELLED:
    case EVENT_EXPIRED:
    case EVENT_TRIGGERED: return take_end(b, at), 0;
    case EVENT_TRADE:
        show_trade(b, index, trade->side, event->time, trade->price,
                   trade->quantity);
        if (take_fill(b, trade, trade->buy_order_id, SIDE_BUY) != 0)
            return -1;
        return take_fill(b, trade, trade->sell_order_id, SIDE_SELL);
    default: return 0;
    }
}

/* All that came of an event. */
static int
take_reports(struct backtest *b, uint32_t index, const struct event *cause)
{
    const struct event *event;
    size_t size = b->reports.size;

    if (bytes_ok(&b->reports, b->world.failure) != 0)
        return -1;
    for (size_t at = 0; at < size; at += event->words * 8UL) {
        uint32_t other;

        event = (const void *)(b->reports.bytes + at);
        other = instruments_find(&b->run->instruments, event->instrument);

        if (take_report(b, other, event) != 0 ||
            (other != index && show_quote(b, other, event) != 0))
            return -1;
    }
    return index == INSTRUMENT_NONE ? 0 : show_quote(b, index, cause);
}

/* Those for whom there is something new have their turn. */
static int
ask_all(struct backtest *b, int64_t time)
{
    bool asks = false;

    for (unsigned i = 0; i < b->strategy_count; i++) {
        asks |= b->strategies[i].awake;
        if (strategy_ask(&b->strategies[i], time) != 0)
            return -1;
    }
    if (!asks)
        return 0;
    b->world.turn++;
    if (!b->waiting)
        b->asked = time;
    if (time != b->asked_last)
        b->standing = 0;
    b->asked_last = time;
    b->waiting = true;
    if (++b->standing > BACKTEST_TURNS_MAX)
        return fail(b->world.failure, FAILURE_DATA,
                    "%d turns at one time: the strategy keeps reacting to its "
                    "own orders",
                    BACKTEST_TURNS_MAX);
    return 0;
}

/* ---- something happens --------------------------------------------------- */

static int
act(struct backtest *b, uint32_t index, const struct event *event, bool own)
{
    struct failure *failure = b->world.failure;
    int result;

    b->sim.print = (struct sim_print){0};
    result = own ? sim_request(&b->sim, index, event, failure)
                 : sim_event(&b->sim, index, event, failure);

    if (result != 0 || failure->kind != FAILURE_NONE ||
        bounds_act(&b->bound, index, event, own, failure) != 0)
        return -1;
    if (b->check && b->sim.print.verdict &&
        recorded_note(&b->recorded, index, event->time, b->sim.print.verdict,
                      failure) != 0)
        return -1;
    if (b->strategy_count == 0 && !b->quotes)
        return 0;
    if (b->sim.print.quantity)
        show_trade(b, index, b->sim.print.side, event->time, b->sim.print.price,
                   b->sim.print.quantity);
    if (take_reports(b, index, event) != 0)
        return -1;
    bytes_clear(&b->reports);
    return 0;
}

/* Who lost too much is out: its orders are cancelled. */
static int
watch_losses(struct backtest *b, int64_t time)
{
    for (unsigned i = 0; b->limits.loss > 0 && i < b->strategy_count; i++) {
        struct cancel cancel;

        if (!limits_lost(&b->limits, &b->strategies[i]))
            continue;
        event_init(&cancel, EVENT_CANCEL);
        cancel.event.time = time;
        cancel.account_id = b->strategies[i].account;
        b->strategies[i].killed = true;
        if (act(b, INSTRUMENT_NONE, &cancel.event, true) != 0)
            return -1;
    }
    return 0;
}

int
backtest_act_event(struct backtest *b, uint32_t index,
                   const struct event *event)
{
    if (event->type == EVENT_BAR)
        show_bar(b, index, (const void *)event);
    if (act(b, index, event, false) != 0 ||
        (event->type == EVENT_SESSION && show_session(b, index, event) != 0) ||
        watch_losses(b, b->now) != 0)
        return -1;
    return ask_all(b, b->now);
}

/* Notes and timers concern no market. */
static void
act_note(struct backtest *b, const struct due *due)
{
    static const char word[] = "strategy_note";
    size_t length = strlen(due->u.note), name = sizeof word - 1;
    size_t size = (sizeof(struct audit) + name + length + 7) / 8 * 8;
    struct audit *audit = tape_writer_put(&b->run->writer, size);

    memset(audit, 0, size);
    audit->event =
        (struct event){(uint16_t)(size / 8), EVENT_AUDIT, 0, due->time};
    audit->name = (struct text){sizeof *audit, (uint16_t)name, 0};
    audit->document =
        (struct text){(uint16_t)(sizeof *audit + name), (uint16_t)length, 0};
    memcpy(audit + 1, word, name);
    memcpy((char *)(audit + 1) + name, due->u.note, length);
}

/* A request that is refused before it reaches the market; number: of the order
 * meant, or OWN_NONE. */
static int
act_refusal(struct backtest *b, const struct due *due, uint32_t number,
            uint32_t instrument)
{
    struct strategy *strategy = &b->strategies[due->strategy];
    const struct own_order none = {.client_id = due->client_id,
                                   .index = due->index},
                           *order = &none;
    struct order_end end;

    event_init(&end, EVENT_REJECTED);
    end.event.instrument = instrument;
    end.event.time = due->time;
    end.reason = due->reason;
    end.request = due->request;
    end.account_id = strategy->account;
    end.client_order_id = due->client_id;
    if (number != OWN_NONE) {
        order = &b->world.orders.orders[number];
        end.order_id = SIM_OWN_FIRST + number;
        end.side = order->side;
        end.price = order->price;
        end.remaining_quantity = order->left;
    }
    tape_writer_copy(&b->run->writer, &end.event);
    count_refusal(b, strategy, due->reason);
    strategy_wire(strategy)->end(strategy, order, &end);
    return 0;
}

/* The own order that a request names, or OWN_NONE: also of one that named no
 * instrument and never was in a market. */
static uint32_t
order_meant(const struct strategy *strategy, const struct due *due)
{
    const struct strategy_world *world = strategy->world;
    uint32_t number = due->client_id
                          ? map_get(&strategy->own.clients, due->client_id)
                          : MAP_NONE;

    return number == MAP_NONE ||
                   world->orders.orders[number].index >= world->listing_count
               ? OWN_NONE
               : number;
}

static int
act_order(struct backtest *b, struct due *due, uint32_t instrument)
{
    struct strategy *strategy = &b->strategies[due->strategy];
    struct order *order = &due->u.order;
    const struct own_order own = {
        .client_id = due->client_id,
        .price = order->price,
        .left = order->quantity,
        .index = due->index,
        .strategy = due->strategy,
        .side = order->side,
    };
    uint32_t number =
        own_order_new(&b->world.orders, &strategy->own, &own, b->world.failure);

    if (number == OWN_NONE)
        return -1;
    order->event.instrument = instrument;
    order->event.time = due->time;
    order->order_id = SIM_OWN_FIRST + number;
    order->account_id = order->strategy_id = strategy->account;
    if (b->keep && !due->reason)
        tape_writer_copy(&b->run->writer, &order->event);
    if (!instrument)
        due->reason = REASON_UNKNOWN_INSTRUMENT;
    else if (!due->reason)
        due->reason = (uint8_t)limits_check(&b->limits, strategy, due->index,
                                            order->side, order->quantity,
                                            order->quantity, true, due->time);
    if (!due->reason)
        return act(b, due->index, &order->event, true);
    due->request = REQUEST_ORDER;
    return act_refusal(b, due, number, instrument);
}

/* Whether a modify asks for more than it may. */
static bool
is_limited(struct backtest *b, struct due *due, uint32_t number)
{
    const struct own_order *order = &b->world.orders.orders[number];
    int64_t quantity = due->u.modify.quantity;

    if (due->kind != DUE_MODIFY)
        return false;
    if (quantity == DECIMAL_NULL)
        quantity = order->left;
    due->reason = (uint8_t)limits_check(
        &b->limits, &b->strategies[due->strategy], order->index, order->side,
        quantity, quantity - order->left, false, due->time);
    return due->reason != 0;
}

/* A modify or cancel; both begin alike. */
static int
act_change(struct backtest *b, struct due *due)
{
    struct strategy *strategy = &b->strategies[due->strategy];
    struct cancel *change = &due->u.cancel;
    bool all = due->kind == DUE_CANCEL && due->client_id == 0;
    uint32_t number = order_meant(strategy, due);

    assert(due->kind == DUE_MODIFY || due->kind == DUE_CANCEL);
    due->request = due->kind == DUE_CANCEL ? REQUEST_CANCEL : REQUEST_MODIFY;
    if (!all && number == OWN_NONE) {
        due->reason = REASON_UNKNOWN_ORDER;
        return act_refusal(b, due, OWN_NONE, 0);
    }
    if (!all)
        due->index = b->world.orders.orders[number].index;
    if (due->index != UINT32_MAX) {
        change->event.instrument =
            local_id(b->run, due->index, due->time, b->world.failure);
        if (change->event.instrument == 0)
            return -1;
    }
    if (!all && (due->reason || is_limited(b, due, number)))
        return act_refusal(b, due, number, change->event.instrument);
    change->event.time = due->time;
    change->order_id = all ? 0 : SIM_OWN_FIRST + number;
    change->account_id = strategy->account;
    if (b->keep)
        tape_writer_copy(&b->run->writer, &change->event);
    return act(b, due->index, &change->event, true);
}

int
backtest_act_due(struct backtest *b, const struct due *asked)
{
    struct due due = *asked;
    struct strategy *strategy = &b->strategies[due.strategy];
    uint32_t instrument = 0;

    assert(due.strategy < b->strategy_count);
    name_strategies(b, due.time);
    if ((due.kind == DUE_ORDER || due.kind == DUE_REFUSED) &&
        due.index != UINT32_MAX) {
        instrument = local_id(b->run, due.index, due.time, b->world.failure);
        if (instrument == 0)
            return -1;
    }
    switch (due.kind) {
    case DUE_ORDER:
        if (act_order(b, &due, instrument) != 0)
            return -1;
        break;
    case DUE_MODIFY:
    case DUE_CANCEL:
        if (act_change(b, &due) != 0)
            return -1;
        break;
    case DUE_REFUSED: act_refusal(b, &due, OWN_NONE, instrument); break;
    case DUE_NOTE: act_note(b, &due); break;
    default: strategy_wire(strategy)->timer(strategy, due.time); break;
    }
    if (watch_losses(b, due.time) != 0)
        return -1;
    return ask_all(b, due.time);
}
