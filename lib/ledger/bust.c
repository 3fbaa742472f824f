/* bust.c - trades that are taken back: rule R11.
 *
 * Cash, quantity and fees are given back as they were.  Cost and profit become
 * what they were if the trade had never been: the trades of its positions
 * since then are computed again without it. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "ledger/post.h"

/* A position computed again. */
struct again {
    uint32_t position;
    uint8_t basis;
    struct holding holding;
    struct lots lots; /* owned */
    struct lots_log log;
    uint64_t *numbers; /* of its trades, from the latest; owned */
    size_t count, capacity;
};

static void
free_again(struct again *again)
{
    lots_free(&again->lots);
    lots_free_log(&again->log);
    free(again->numbers);
}

/* The side of a trade that is of the position; of both, the buyer's. */
static int
side_of(const struct past_trade *trade, uint32_t position)
{
    return trade->sides[0].position != position;
}

/* Collects the trades of the position from the latest back to the first one
 * with a base that is not after the trade.  1; 0 when there is none; -1. */
static int
collect(const struct ledger *ledger, struct again *again, uint64_t number,
        struct failure *failure)
{
    uint64_t at = ledger->positions[again->position].last_trade;

    for (;;) {
        const struct past_trade *trade = past_get(&ledger->past, at);
        uint64_t *grown;
        int side;

        if (!trade)
            return 0;
        grown = array_grow(again->numbers, &again->capacity, again->count + 1,
                           sizeof *grown, failure);
        if (!grown)
            return -1;
        again->numbers = grown;
        grown[again->count++] = at;
        side = side_of(trade, again->position);
        if (at <= number && past_base(&ledger->past, at, side))
            return 1;
        at = trade->sides[side].previous;
    }
}

/* ---- computed again ------------------------------------------------------ */

static int
start_lots(struct again *again, const struct past_base *base, uint32_t last,
           struct failure *failure)
{
    again->holding = base->holding;
    again->lots.first = again->lots.count = 0;
    again->lots.last = last;
    for (size_t i = 0; i < base->lot_count; i++)
        if (lots_restore(&again->lots, &base->lots[i], failure) != 0)
            return -1;
    return 0;
}

static int
keep_base(const struct again *again, struct past_base *base,
          struct failure *failure)
{
    size_t count = again->lots.count - again->lots.first;
    struct lot *copy = NULL;

    if (count > 0) {
        copy = allocate(failure, count, sizeof *copy);
        if (!copy)
            return -1;
        memcpy(copy, again->lots.lots + again->lots.first,
               count * sizeof *copy);
    }
    free(base->lots);
    *base = (struct past_base){again->holding, copy, count};
    return 0;
}

/* 1; 0 when a number would leave its range; -1. */
static int
trade_again(struct again *again, const struct past_trade *trade,
            struct failure *failure)
{
    bool sold = side_of(trade, again->position) == 1;
    i128 quantity = sold ? -(i128)trade->quantity : trade->quantity;
    i128 cash = sold ? trade->notional : -trade->notional;

    if (again->basis == BASIS_AVERAGE)
        return holding_trade(&again->holding, quantity, cash);
    if (lots_reserve(&again->lots, &again->log, failure) != 0)
        return -1;
    if (!lots_trade(&again->lots, &again->log, again->basis, &again->holding,
                    quantity, cash, trade->transaction))
        return 0;
    lots_keep(&again->log);
    return 1;
}

static bool
moves(const struct past_trade *trade)
{
    return !trade->busted &&
           trade->sides[0].position != trade->sides[1].position;
}

/* All trades but the one; later bases become what they are without it when
 * keep says so.  1, 0 or -1 as above. */
static int
compute(struct ledger *ledger, struct again *again, uint64_t number, bool keep,
        struct failure *failure)
{
    const struct past *past = &ledger->past;
    uint32_t last =
        again->basis == BASIS_AVERAGE ? 0 : ledger->lots[again->position].last;
    int result = 1;

    assert(again->count > 0);
    for (size_t i = again->count; i > 0 && result == 1; i--) {
        uint64_t at = again->numbers[i - 1];
        const struct past_trade *trade = past_get(past, at);
        struct past_base *base =
            past_base(past, at, side_of(trade, again->position));

        if (i == again->count)
            result = start_lots(again, base, last, failure) == 0 ? 1 : -1;
        else if (keep && base && keep_base(again, base, failure) != 0)
            result = -1;
        if (result == 1 && at != number && moves(trade))
            result = trade_again(again, trade, failure);
    }
    return result;
}

/* ---- lots ---------------------------------------------------------------- */

static void
note_lot(struct ledger_entry *entry, uint32_t position, struct lot before,
         struct lot after)
{
    if (before.quantity == after.quantity && before.cost == after.cost)
        return;
    assert(entry->lot_count < entry->lot_room);
    entry->lots[entry->lot_count++] = (struct ledger_lot_change){
        .position = position, .before = before, .after = after};
}

/* The lot as one of which nothing is left. */
static struct lot
nothing_of(struct lot lot)
{
    lot.quantity = lot.cost = 0;
    return lot;
}

/* The lots as they are computed take the place of those that were. */
static int
change_lots(struct ledger *ledger, struct again *again,
            struct ledger_entry *entry, struct failure *failure)
{
    struct lots *old = ledger_lots(ledger, again->position);
    struct lots *new = &again->lots;
    size_t i, j = new->first;

    if (!old)
        return 0;
    if (ledger_entry_reserve_lots(
            entry, entry->lot_count + old->count + new->count, failure) != 0)
        return -1;
    for (i = old->first; i < old->count || j < new->count;) {
        struct lot *was = i < old->count ? &old->lots[i] : NULL;
        struct lot *is = j < new->count ? &new->lots[j] : NULL;

        if (was && is && was->number == is->number) {
            is->first_stream = was->first_stream;
            note_lot(entry, again->position, *was, *is);
            i++, j++;
        } else if (was && (!is || was->number < is->number)) {
            note_lot(entry, again->position, *was, nothing_of(*was));
            i++;
        } else { /* closed before, or new */
            note_lot(entry, again->position,
                     is->number > old->last ? (struct lot){.number = 0}
                                            : nothing_of(*is),
                     *is);
            j++;
        }
    }
    new->last = old->last;
    if (new->count > new->first &&new->lots[new->count - 1].number > new->last)
        new->last = new->lots[new->count - 1].number;
    lots_free(old);
    *old = *new;
    *new = (struct lots){.count = 0};
    return 0;
}

/* ---- the entry ----------------------------------------------------------- */

static void
refuse(struct ledger_entry *entry, enum reason reason, const char *detail)
{
    ledger_entry_clear(entry);
    ledger_entry_violate(entry, reason, 0, AMOUNT_NULL, detail);
}

static void
add_legs(const struct ledger *ledger, const struct past_trade *trade,
         const i128 held[2], struct ledger_entry *entry)
{
    uint32_t accounts[2];
    bool self = trade->sides[0].position == trade->sides[1].position;

    for (int i = 0; i < 2; i++)
        accounts[i] = ledger->positions[trade->sides[i].position].account;
    for (int i = 0; i < 2; i++)
        ledger_entry_cash(entry, POSTING_BUST, accounts[i],
                          trade->sides[i].balance,
                          i ? -trade->notional : trade->notional);
    for (int i = 0; i < 2; i++)
        ledger_entry_security(
            entry, POSTING_BUST, accounts[i], trade->sides[i].position,
            i ? trade->quantity : -(i128)trade->quantity,
            self && i == 0 ? held[0] - trade->quantity : held[i]);
    for (int i = 0; i < 2; i++)
        ledger_entry_cash(entry, POSTING_FEE, accounts[i],
                          trade->sides[i].balance, trade->sides[i].fee);
    ledger_entry_cash(entry, POSTING_FEE, ledger->system[LEDGER_FEES],
                      trade->fees,
                      -(trade->sides[0].fee + trade->sides[1].fee));
}

/* The fees of both positions without those of the trade. */
static bool
return_fees(const struct ledger *ledger, const struct past_trade *trade,
            i128 fees[2])
{
    bool self = trade->sides[0].position == trade->sides[1].position;

    for (int i = 0; i < 2; i++) {
        fees[i] = self && i ? fees[0]
                            : ledger->positions[trade->sides[i].position].fees;
        if (!amount_sub(fees[i], trade->sides[i].fee, &fees[i]))
            return false;
    }
    return true;
}

/* 1, 0 when a number would leave its range, -1. */
static int
book(struct ledger *ledger, struct past_trade *trade, struct again again[2],
     uint64_t number, struct ledger_entry *entry, struct failure *failure)
{
    i128 held[2], fees[2];

    for (int i = 0; i < 2; i++)
        held[i] = again[i].count
                      ? again[i].holding.quantity
                      : ledger->positions[again[i].position].holding.quantity;
    add_legs(ledger, trade, held, entry);
    if (!return_fees(ledger, trade, fees) || !ledger_entry_apply(ledger, entry))
        return 0;
    trade->busted = true;
    for (int i = 0; i < 2; i++) {
        struct ledger_position *row = &ledger->positions[again[i].position];

        row->fees = fees[i];
        if (again[i].count == 0)
            continue;
        if (compute(ledger, &again[i], number, true, failure) != 1)
            return -1;
        row->holding = again[i].holding;
        if (change_lots(ledger, &again[i], entry, failure) != 0)
            return -1;
    }
    ledger_entry_book(ledger, entry);
    return 1;
}

/* As book; REASON_UNSUPPORTED is violated when trades are missing. */
static int
take_back(struct ledger *ledger, uint64_t number, struct ledger_entry *entry,
          struct failure *failure)
{
    struct past_trade *trade = past_get(&ledger->past, number);
    struct again again[2] = {{.position = 0}, {.position = 0}};
    bool self = trade->sides[0].position == trade->sides[1].position;
    int result = 1;

    for (int i = 0; i < 2 && result == 1; i++) {
        uint32_t position = trade->sides[i].position;

        again[i].position = position;
        again[i].basis =
            ledger->accounts[ledger->positions[position].account].basis;
        if (self)
            continue;
        result = collect(ledger, &again[i], number, failure);
        if (result == 0)
            refuse(entry, REASON_UNSUPPORTED,
                   "a bust of a trade before a corporate action: not booked");
        else if (result == 1)
            result = compute(ledger, &again[i], number, false, failure);
    }
    if (result == 1)
        result = book(ledger, trade, again, number, entry, failure);
    free_again(&again[0]);
    free_again(&again[1]);
    return result;
}

/* Whether what the bust says of its trade is so, where it says something. */
static bool
is_same(int64_t said, int64_t traded)
{
    return said == DECIMAL_NULL || said == traded;
}

enum post_result
post_bust(struct ledger *ledger, uint32_t instrument,
          const struct trade_cancel *cancel, struct ledger_entry *entry,
          struct failure *failure)
{
    int64_t time = cancel->trade_time == INT64_MIN ? cancel->event.time
                                                   : cancel->trade_time;
    const struct past_trade *trade;
    uint64_t number = past_find(
        &ledger->past, post_trade_print(instrument, cancel->trade_id, time));
    int booked;

    if (ledger_entry_begin(entry, failure) != 0)
        return POST_FAILED;
    trade = number ? past_get(&ledger->past, number) : NULL;
    if (number == 0 && ledger->past.partial && cancel->trade_id != 0) {
        fail(failure, FAILURE_DATA,
             "it busts a trade that came before the tape begins (give the "
             "stream from its first event)");
        return POST_FAILED;
    }
    if (number == 0 || cancel->trade_id == 0)
        refuse(entry, REASON_UNKNOWN_TRADE,
               "a bust of a trade that is not among the latest of the stream: "
               "not booked");
    else if (trade->busted)
        refuse(entry, REASON_ALREADY_BUSTED,
               "a bust of a trade that is busted: not booked");
    else if (!is_same(cancel->quantity, trade->quantity))
        refuse(entry, REASON_INVALID_QUANTITY,
               "a bust with another quantity than its trade: not booked");
    else if (!is_same(cancel->price, trade->price))
        refuse(entry, REASON_INVALID_PRICE,
               "a bust with another price than its trade: not booked");
    if (entry->violation_count > 0)
        return POST_DONE;
    booked = take_back(ledger, number, entry, failure);
    if (booked == 0 && entry->violation_count == 0)
        refuse(entry, REASON_AMOUNT_RANGE,
               "a number would exceed its range: not booked");
    return booked < 0 ? POST_FAILED : POST_DONE;
}
