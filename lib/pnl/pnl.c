#include "pnl/pnl.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "ledger/holding.h"
#include "tape/schema.h"

const char *const pnl_by_words[PNL_BY + 1] = {
    "all", "strategy", "symbol", "day", "hour", "side", NULL};
const int64_t pnl_horizons[PNL_HORIZONS] = {NS_PER_SECOND, 10 * NS_PER_SECOND,
                                            60 * NS_PER_SECOND};

#define ACCOUNTS_MAX (1U << 16) /* numbers fit a group's key */
#define GROW(pnl, items, count)                                                \
    (((pnl)->items##s = array_grow_or_keep(                                    \
          (pnl)->items##s, &(pnl)->items##_capacity, (count),                  \
          sizeof *(pnl)->items##s, (pnl)->failure)) != NULL &&                 \
     (pnl)->failure->kind == FAILURE_NONE)

/* As array_grow, but the old array when there is no memory. */
static void *
array_grow_or_keep(void *items, size_t *capacity, size_t need, size_t each,
                   struct failure *failure)
{
    void *grown = array_grow(items, capacity, need, each, failure);

    return grown ? grown : items;
}

void
pnl_init(struct pnl *pnl, struct instruments *instruments,
         const struct names *names, struct code currency,
         struct failure *failure)
{
    *pnl = (struct pnl){.instruments = instruments,
                        .names = names,
                        .currency = currency,
                        .failure = failure,
                        .first = TIME_NULL,
                        .last = TIME_NULL,
                        .day = INT64_MIN};
}

void
pnl_free(struct pnl *pnl)
{
    for (uint32_t i = 0; i < pnl->account_count; i++) {
        free(pnl->accounts[i].days);
        free(pnl->accounts[i].points);
    }
    for (uint32_t i = 0; i < pnl->market_count; i++)
        map_free(&pnl->markets[i].orders);
    free(pnl->accounts);
    free(pnl->positions);
    free(pnl->groups);
    free(pnl->markets);
    free(pnl->orders);
    free(pnl->marks);
    free(pnl->strategies);
    map_free(&pnl->account_map);
    map_free(&pnl->position_map);
    map_free(&pnl->group_map);
    map_free(&pnl->strategy_map);
    memset(pnl, 0, sizeof *pnl);
}

/* ---- rows ---------------------------------------------------------------- */

/* The number that a key has, or the next one, count, for which there is room;
 * MAP_NONE without memory. */
static uint32_t
number_of(struct pnl *pnl, struct map *map, uint64_t key, uint32_t count)
{
    uint32_t number = map_get(map, key);

    if (number != MAP_NONE)
        return number;
    if (!map_put(map, key, count)) {
        fail_memory(pnl->failure);
        return MAP_NONE;
    }
    return count;
}

static uint32_t
account_of(struct pnl *pnl, uint64_t id)
{
    uint32_t number = number_of(pnl, &pnl->account_map, id, pnl->account_count);

    if (number != pnl->account_count)
        return number;
    if (number == ACCOUNTS_MAX) {
        fail(pnl->failure, FAILURE_DATA, "more than %u accounts", ACCOUNTS_MAX);
        return MAP_NONE;
    }
    if (!GROW(pnl, account, number + 1UL))
        return MAP_NONE;
    pnl->accounts[pnl->account_count++] =
        (struct pnl_account){.id = id, .stride = 1};
    return number;
}

/* The market of an index, and those before it. */
static struct pnl_market *
market_of(struct pnl *pnl, uint32_t index)
{
    if (index < pnl->market_count)
        return &pnl->markets[index];
    if (!GROW(pnl, market, index + 1UL))
        return NULL;
    for (; pnl->market_count <= index; pnl->market_count++)
        pnl->markets[pnl->market_count] =
            (struct pnl_market){.last = DECIMAL_NULL, .middle = DECIMAL_NULL};
    return &pnl->markets[index];
}

static struct pnl_position *
position_of(struct pnl *pnl, uint32_t account, uint32_t index)
{
    struct pnl_market *market = market_of(pnl, index);
    uint32_t number =
        market ? number_of(pnl, &pnl->position_map,
                           (uint64_t)account << 32 | index, pnl->position_count)
               : MAP_NONE;

    if (number == MAP_NONE)
        return NULL;
    if (number < pnl->position_count)
        return &pnl->positions[number];
    if (!GROW(pnl, position, number + 1UL))
        return NULL;
    pnl->positions[number] = (struct pnl_position){
        .account = account, .index = index, .next = market->positions};
    market->positions = number + 1;
    pnl->position_count++;
    return &pnl->positions[number];
}

/* The sums of an account by something. */
static struct pnl_sums *
sums_of(struct pnl *pnl, uint32_t account, enum pnl_by by, int64_t key)
{
    uint64_t word = (uint64_t)account << 48 | (uint64_t)by << 44 |
                    ((uint64_t)key & ((UINT64_C(1) << 44) - 1));
    uint32_t number = number_of(pnl, &pnl->group_map, word, pnl->group_count);

    if (number == MAP_NONE)
        return NULL;
    if (number == pnl->group_count) {
        if (!GROW(pnl, group, number + 1UL))
            return NULL;
        pnl->groups[pnl->group_count++] =
            (struct pnl_group){.account = account, .by = by, .key = key};
    }
    return &pnl->groups[number].sums;
}

/* ---- equity -------------------------------------------------------------- */

/* Every stride-th one; when there are too many, every second goes. */
static int
note_point(struct pnl *pnl, struct pnl_account *account, int64_t time)
{
    if (!account->points) {
        account->points =
            allocate(pnl->failure, PNL_POINTS, sizeof *account->points);
        if (!account->points)
            return -1;
    }
    if (++account->skipped < account->stride)
        return 0;
    account->skipped = 0;
    if (account->point_count == PNL_POINTS) {
        for (uint32_t i = 0; i < PNL_POINTS / 2; i++)
            account->points[i] = account->points[2 * i];
        account->point_count = PNL_POINTS / 2;
        account->stride *= 2;
    }
    account->points[account->point_count++] =
        (struct pnl_point){time, pnl_equity(account)};
    return 0;
}

/* Equity is another one now. */
static int
note_equity(struct pnl *pnl, struct pnl_account *account, int64_t time)
{
    i128 equity = pnl_equity(account);

    assert(account->drawdown >= 0);
    if (!account->traded)
        return 0;
    if (equity >= account->peak) {
        account->peak = equity;
        account->peak_time = time;
    } else if (account->peak - equity > account->drawdown) {
        account->drawdown = account->peak - equity;
        account->from = account->peak_time;
        account->to = time;
    }
    return note_point(pnl, account, time);
}

/* From its first trade on an account has a curve; funds that come later are no
 * profit: they move the peak as well. */
static int
begin_curve(struct pnl *pnl, struct pnl_account *account, int64_t time)
{
    if (account->traded)
        return 0;
    account->traded = true;
    account->opening = account->peak = pnl_equity(account);
    account->peak_time = time;
    return note_point(pnl, account, time);
}

/* A position is worth what its instrument's mark says. */
static int
value_position(struct pnl *pnl, struct pnl_position *position)
{
    const struct pnl_market *market = &pnl->markets[position->index];
    struct pnl_account *account = &pnl->accounts[position->account];
    int64_t price =
        market->middle != DECIMAL_NULL ? market->middle : market->last;
    i128 value = 0;

    assert(position->quantity != 0 || position->cost == 0);
    if (position->quantity &&
        (price == DECIMAL_NULL ||
         !holding_notional(
             price, position->quantity,
             pnl->instruments->events[position->index]->multiplier, &value)))
        return fail(pnl->failure, FAILURE_DATA,
                    "the value of a position is beyond what a tape may hold");
    account->unrealized -= position->unrealized;
    position->unrealized = value - position->cost;
    account->unrealized += position->unrealized;
    return 0;
}

/* The mark of an instrument moved: so did who holds it. */
static int
revalue(struct pnl *pnl, uint32_t index, int64_t time)
{
    uint32_t at = pnl->markets[index].positions;

    assert(index < pnl->market_count);
    for (; at; at = pnl->positions[at - 1].next) {
        struct pnl_position *position = &pnl->positions[at - 1];

        if (position->quantity == 0)
            continue;
        if (value_position(pnl, position) != 0 ||
            note_equity(pnl, &pnl->accounts[position->account], time) != 0)
            return -1;
    }
    return 0;
}

/* A day is over: equity at its end. */
static int
end_day(struct pnl *pnl)
{
    for (uint32_t i = 0; i < pnl->account_count; i++) {
        struct pnl_account *account = &pnl->accounts[i];
        struct pnl_day *days;

        if (!account->traded)
            continue;
        days = array_grow(account->days, &account->day_capacity,
                          account->day_count + 1UL, sizeof *days, pnl->failure);
        if (!days)
            return -1;
        account->days = days;
        days[account->day_count++] =
            (struct pnl_day){pnl->day, pnl_equity(account), account->funds};
    }
    return 0;
}

static int
note_time(struct pnl *pnl, int64_t time)
{
    int64_t day = time / NS_PER_DAY - (time % NS_PER_DAY < 0);

    if (time == TIME_NULL || time < pnl->last)
        return 0;
    pnl_mark_due(pnl, time);
    if (pnl->first == TIME_NULL)
        pnl->first = time;
    if (day > pnl->day && pnl->day != INT64_MIN && end_day(pnl) != 0)
        return -1;
    pnl->day = day;
    pnl->last = time;
    return 0;
}

/* ---- events -------------------------------------------------------------- */

/* What a fill counts under. */
static int64_t
key_of(const struct pnl *pnl, enum pnl_by by, uint32_t index, int64_t time,
       enum side side, uint32_t strategy)
{
    (void)pnl;
    assert(by < PNL_BY);
    switch (by) {
    case PNL_STRATEGY: return strategy;
    case PNL_SYMBOL: return index;
    case PNL_DAY: return time / NS_PER_DAY - (time % NS_PER_DAY < 0);
    case PNL_HOUR:
        return (time % NS_PER_DAY + NS_PER_DAY) % NS_PER_DAY / NS_PER_HOUR;
    case PNL_SIDE: return side;
    default: return 0;
    }
}

/* The strategy of an order, counted from 1; 0: none. */
static uint32_t
strategy_of(const struct pnl *pnl, uint32_t index, uint64_t order_id)
{
    uint32_t order = map_get(&pnl->markets[index].orders, order_id);

    return order == MAP_NONE ? 0 : pnl->orders[order].strategy;
}

/* One side of a trade, which its account's sums count. */
static int
take_fill(struct pnl *pnl, uint32_t index, const struct trade *trade,
          enum side side)
{
    bool bought = side == SIDE_BUY;
    uint64_t id = bought ? trade->buyer_id : trade->seller_id;
    uint64_t order = bought ? trade->buy_order_id : trade->sell_order_id;
    uint32_t account = account_of(pnl, id);
    uint32_t strategy = strategy_of(pnl, index, order);
    i128 notional;

    if (account == MAP_NONE ||
        begin_curve(pnl, &pnl->accounts[account], trade->event.time) != 0)
        return -1;
    if (!holding_notional(trade->price, trade->quantity,
                          pnl->instruments->events[index]->multiplier,
                          &notional))
        return fail(pnl->failure, FAILURE_DATA,
                    "a trade is beyond what a tape may hold");
    for (enum pnl_by by = PNL_ALL; by < PNL_BY; by++) {
        struct pnl_sums *sums =
            sums_of(pnl, account, by,
                    key_of(pnl, by, index, trade->event.time, side, strategy));

        if (!sums)
            return -1;
        sums->fills++;
        sums->takers += trade->side == side;
        sums->makers += trade->side && trade->side != side;
        sums->quantity += trade->quantity;
        sums->turnover += notional < 0 ? -notional : notional;
    }
    return pnl_mark_fill(pnl, account, index, order, trade, bought);
}

static int
take_trade(struct pnl *pnl, uint32_t index, const struct trade *trade)
{
    struct pnl_market *market = market_of(pnl, index);
    struct code currency = pnl->instruments->events[index]->currency;

    if (!market)
        return -1;
    pnl->trades++;
    pnl->trade = *trade;
    pnl->cause = &pnl->trade;
    if (currency.word && currency.word != pnl->currency.word) {
        if (pnl->seen)
            return fail(pnl->failure, FAILURE_DATA,
                        "trades in two currencies, %.8s and %.8s: report on "
                        "one at a time (xgrep --symbols)",
                        (const char *)&pnl->currency, (const char *)&currency);
        pnl->currency = currency;
    }
    pnl->seen = true;
    market->last = trade->price;
    if (trade->buyer_id && take_fill(pnl, index, trade, SIDE_BUY) != 0)
        return -1;
    if (trade->seller_id && take_fill(pnl, index, trade, SIDE_SELL) != 0)
        return -1;
    return revalue(pnl, index, trade->event.time);
}

/* The side of an account in a trade: of one with itself, the aggressor's. */
static enum side
side_of(const struct trade *trade, uint64_t account_id)
{
    if (!trade || (trade->buyer_id == trade->seller_id && !trade->side))
        return SIDE_BUY;
    if (trade->buyer_id == trade->seller_id)
        return trade->side;
    return trade->seller_id == account_id ? SIDE_SELL : SIDE_BUY;
}

/* What the ledger makes of a trade: profit and fees of one position. */
static int
take_position(struct pnl *pnl, uint32_t index, const struct position *event)
{
    const struct trade *trade = pnl->cause;
    uint32_t account = account_of(pnl, event->account_id);
    struct pnl_position *position =
        account == MAP_NONE ? NULL : position_of(pnl, account, index);
    i128 realized = amount_get(event->realized_pnl);
    i128 fees = amount_get(event->fees), quantity = amount_get(event->quantity);
    bool closes;
    enum side side;

    if (!position)
        return -1;
    pnl->positions_seen++;
    realized -= position->realized;
    fees -= position->fees;
    closes = position->quantity != 0 &&
             (position->quantity > 0 ? quantity < position->quantity
                                     : quantity > position->quantity);
    position->realized += realized;
    position->fees += fees;
    position->quantity = quantity;
    position->cost = amount_get(event->cost);
    pnl->accounts[account].realized += realized;
    pnl->accounts[account].fees += fees;
    side = side_of(trade, event->account_id);
    for (enum pnl_by by = PNL_ALL; by < PNL_BY; by++) {
        uint32_t strategy =
            trade ? strategy_of(pnl, index,
                                side == SIDE_BUY ? trade->buy_order_id
                                                 : trade->sell_order_id)
                  : 0;
        struct pnl_sums *sums =
            sums_of(pnl, account, by,
                    key_of(pnl, by, index, event->event.time, side, strategy));

        if (!sums)
            return -1;
        sums->realized += realized;
        sums->fees += fees;
        sums->closes += closes;
        sums->wins += closes && realized > 0;
    }
    if (value_position(pnl, position) != 0)
        return -1;
    return note_equity(pnl, &pnl->accounts[account], event->event.time);
}

/* Money that comes and goes without a trade. */
static int
take_posting(struct pnl *pnl, const struct posting *posting)
{
    struct pnl_account *account;
    uint32_t number;

    if (posting->event.instrument || posting->kind == POSTING_TRADE ||
        (posting->kind == POSTING_FEE && pnl->cause))
        return 0;
    number = account_of(pnl, posting->account_id);
    if (number == MAP_NONE)
        return -1;
    account = &pnl->accounts[number];
    account->funds += amount_get(posting->amount);
    account->peak += amount_get(posting->amount);
    return note_equity(pnl, account, posting->event.time);
}

static int
take_accepted(struct pnl *pnl, uint32_t index, const struct order_report *fact)
{
    struct pnl_market *market = market_of(pnl, index);
    uint32_t account, strategy, order;

    if (fact->strategy_id == 0)
        return 0;
    account = account_of(pnl, fact->account_id);
    if (!market || account == MAP_NONE)
        return -1;
    strategy = number_of(pnl, &pnl->strategy_map, fact->strategy_id,
                         pnl->strategy_count + 1);
    if (strategy == MAP_NONE || !GROW(pnl, order, pnl->order_count + 1UL))
        return -1;
    if (strategy > pnl->strategy_count) {
        uint64_t *ids = array_grow(pnl->strategies, &pnl->strategy_capacity,
                                   strategy, sizeof *ids, pnl->failure);

        if (!ids)
            return -1;
        pnl->strategies = ids;
        ids[pnl->strategy_count++] = fact->strategy_id;
    }
    order = pnl->order_count++;
    pnl->orders[order] = (struct pnl_order){strategy, market->middle};
    if (!map_put(&market->orders, fact->order_id, order))
        return fail_memory(pnl->failure);
    pnl->accounts[account].watched = true;
    pnl->accounts[account].orders++;
    pnl->accounts[account].ordered += fact->quantity;
    return 0;
}

static int
take_quote(struct pnl *pnl, uint32_t index, const struct quote *quote)
{
    struct pnl_market *market = market_of(pnl, index);

    if (!market)
        return -1;
    if (quote->bid_price == DECIMAL_NULL || quote->ask_price == DECIMAL_NULL)
        return 0;
    market->middle =
        quote->bid_price + (quote->ask_price - quote->bid_price) / 2;
    return revalue(pnl, index, quote->event.time);
}

int
pnl_event(struct pnl *pnl, uint32_t index, const struct event *event)
{
    const void *at = event;
    bool known = index != INSTRUMENT_NONE;

    if (note_time(pnl, event->time) != 0)
        return -1;
    if (event->type == EVENT_POSTING)
        return take_posting(pnl, at);
    if (event->type == EVENT_NAME || event->type == EVENT_INSTRUMENT)
        return 0;
    if (event->type != EVENT_BALANCE && event->type != EVENT_POSITION &&
        event->type != EVENT_TRADE)
        pnl->cause = NULL;
    if (!known)
        return 0;
    switch (event->type) {
    case EVENT_TRADE: return take_trade(pnl, index, at);
    case EVENT_POSITION: return take_position(pnl, index, at);
    case EVENT_QUOTE: return take_quote(pnl, index, at);
    case EVENT_ACCEPTED: return take_accepted(pnl, index, at);
    default: return 0;
    }
}

/* ---- the end ------------------------------------------------------------- */

bool
pnl_reports(const struct pnl *pnl, const struct pnl_account *account)
{
    return account->traded && (account->watched || pnl->strategy_count == 0);
}

static int
compare(const void *a, const void *b)
{
    const struct pnl_group *left = a, *right = b;

    if (left->by != right->by)
        return left->by < right->by ? -1 : 1;
    if (left->account != right->account)
        return left->account < right->account ? -1 : 1;
    return left->key < right->key ? -1 : left->key > right->key;
}

int
pnl_finish(struct pnl *pnl)
{
    if (pnl->day != INT64_MIN && end_day(pnl) != 0)
        return -1;
    if (pnl->trades == 0)
        return fail(pnl->failure, FAILURE_DATA,
                    "nothing to report: no trade on the tape (xmatch makes "
                    "trades, xledger books them)");
    if (pnl->positions_seen == 0)
        return fail(pnl->failure, FAILURE_DATA,
                    "nothing to report: %" PRIu64
                    " trades, but no position (xledger makes them)",
                    pnl->trades);
    if (pnl->group_count)
        qsort(pnl->groups, pnl->group_count, sizeof *pnl->groups, compare);
    return 0;
}
