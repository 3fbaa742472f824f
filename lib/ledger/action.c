/* action.c - corporate actions: rules R8 and R9.
 *
 * What an issuer does reaches every account that holds the instrument, long
 * or short, as one entry; what they get the system account @ISSUER gives, and
 * what they give it gets. */
#include <assert.h>
#include <stdlib.h>

#include "base/array.h"
#include "ledger/post.h"

/* An account that holds the instrument, and what the action does to it. */
struct holder {
    uint64_t id;
    uint32_t account, position, balance;
    i128 cash, quantity; /* that it gets */
    struct holding after;
    struct lots *lots; /* NULL: none are kept */
    struct lots_log *log;
};

struct action {
    const struct corporate_action *event;
    uint32_t instrument;
    struct code currency;   /* of the issuer's position, when it is made */
    struct holder *holders; /* owned */
    size_t count, capacity;
};

/* ---- what each kind does to a holder ------------------------------------- */

static bool
pay(const struct corporate_action *event, i128 quantity, i128 *cash)
{
    return amount_mul_div(quantity, event->amount, DECIMAL_ONE, cash);
}

static bool
apply_dividend(const struct corporate_action *event, struct holder *holder)
{
    return pay(event, holder->after.quantity, &holder->cash);
}

/* Of lots, the newest gives it. */
static bool
close_fraction(struct holder *holder, i128 quantity)
{
    return holder->lots ? lots_trade(holder->lots, holder->log, BASIS_LIFO,
                                     &holder->after, quantity, holder->cash, 0)
                        : holding_trade(&holder->after, quantity, holder->cash);
}

/* Quantity changes and cost stays.  With an amount, the fraction of a share
 * that remains is sold at it. */
static bool
apply_ratio(const struct corporate_action *event, struct holder *holder)
{
    i128 before = holder->after.quantity, whole, fraction;
    i128 ratio = event->ratio_new;

    if (event->action_type == ACTION_STOCK_DIVIDEND)
        ratio += event->ratio_old;
    if (holder->lots ? !lots_split(holder->lots, holder->log, &holder->after,
                                   ratio, event->ratio_old)
                     : !holding_split(&holder->after, ratio, event->ratio_old))
        return false;
    fraction = holder->after.quantity % DECIMAL_ONE;
    whole = holder->after.quantity - fraction;
    if (event->amount != DECIMAL_NULL && fraction != 0 &&
        (!pay(event, fraction, &holder->cash) ||
         !close_fraction(holder, -fraction)))
        return false;
    assert(event->amount == DECIMAL_NULL || holder->after.quantity == whole);
    holder->quantity = holder->after.quantity - before;
    return true;
}

static const struct rule {
    bool (*apply)(const struct corporate_action *event, struct holder *holder);
    uint8_t cash; /* enum posting_kind of what is paid */
    bool has_ratio, needs_amount;
} rules[] = {
    [ACTION_DIVIDEND] = {apply_dividend, POSTING_DIVIDEND, false, true},
    [ACTION_SPLIT] = {apply_ratio, POSTING_CASH_IN_LIEU, true, false},
    [ACTION_STOCK_DIVIDEND] = {apply_ratio, POSTING_CASH_IN_LIEU, true, false},
};

static const struct rule *
rule_of(const struct corporate_action *event)
{
    if (event->action_type >= sizeof rules / sizeof *rules ||
        !rules[event->action_type].apply)
        return NULL;
    return &rules[event->action_type];
}

/* ---- who holds it -------------------------------------------------------- */

static int
compare_ids(const void *a, const void *b)
{
    const struct holder *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

/* In the order of their ids: that of rows depends on how they came. */
static int
find_holders(struct ledger *ledger, struct action *action,
             struct failure *failure)
{
    for (uint32_t i = 0; i < ledger->position_count; i++) {
        const struct ledger_position *row = &ledger->positions[i];
        struct holder *grown;

        if (row->instrument != action->instrument ||
            row->holding.quantity == 0 ||
            row->account == ledger->system[LEDGER_ISSUER])
            continue;
        grown = array_grow(action->holders, &action->capacity,
                           action->count + 1, sizeof *grown, failure);
        if (!grown)
            return -1;
        action->holders = grown;
        action->holders[action->count++] = (struct holder){
            .id = ledger->accounts[row->account].id,
            .account = row->account,
            .position = i,
            .after = row->holding,
            .lots = ledger_lots(ledger, i),
            .log = &ledger->lots_log,
        };
        if (ledger_lots(ledger, i) &&
            lots_reserve(ledger_lots(ledger, i), &ledger->lots_log, failure) !=
                0)
            return -1;
    }
    if (action->count > 0)
        qsort(action->holders, action->count, sizeof *action->holders,
              compare_ids);
    return 0;
}

/* The balance that each is paid on. */
static int
find_balances(struct ledger *ledger, struct action *action,
              struct failure *failure)
{
    for (size_t i = 0; i < action->count; i++) {
        struct holder *holder = &action->holders[i];
        struct code currency = action->event->currency;

        if (holder->cash == 0)
            continue;
        if (!currency.word)
            currency = ledger->positions[holder->position].currency;
        holder->balance =
            ledger_balance(ledger, holder->account, currency, failure);
        if (holder->balance == LEDGER_NONE)
            return -1;
    }
    return 0;
}

/* ---- the entry ----------------------------------------------------------- */

static void
add_holders(const struct action *action, struct ledger_entry *entry)
{
    const struct rule *rule = rule_of(action->event);

    for (size_t i = 0; i < action->count; i++) {
        const struct holder *holder = &action->holders[i];

        if (holder->quantity != 0)
            ledger_entry_security(entry, POSTING_SPLIT, holder->account,
                                  holder->position, holder->quantity,
                                  holder->after.quantity);
        ledger_entry_cash(entry, rule->cash, holder->account, holder->balance,
                          holder->cash);
    }
}

/* The other side of the securities.  The issuer's position has no cost; false
 * when it would leave the range. */
static bool
add_issued(struct ledger *ledger, const struct action *action,
           uint32_t position, struct ledger_entry *entry, i128 *issued)
{
    i128 sum = 0;

    for (size_t i = 0; i < action->count; i++)
        if (!amount_sub(sum, action->holders[i].quantity, &sum))
            return false;
    *issued = ledger->positions[position].holding.quantity;
    if (sum == 0)
        return true;
    if (!amount_add(*issued, sum, issued))
        return false;
    ledger_entry_security(entry, POSTING_SPLIT, ledger->system[LEDGER_ISSUER],
                          position, sum, *issued);
    return true;
}

/* The other side of the cash, in each currency in the order of the legs.  For
 * the issuer it is not the cash of a trade: its position has neither cost nor
 * profit. */
static int
add_paid(struct ledger *ledger, struct ledger_entry *entry,
         struct failure *failure)
{
    unsigned count = entry->leg_count;
    uint32_t issuer = ledger->system[LEDGER_ISSUER];
    i128 *sums = allocate(failure, ledger->currency_count + 1UL, sizeof *sums);
    int result = sums ? 0 : -1;

    for (unsigned i = 0; i < count && result == 0; i++)
        if (!entry->legs[i].security)
            sums[ledger->balances[entry->legs[i].row].currency] -=
                entry->legs[i].amount;
    for (unsigned i = 0; i < count && result == 0; i++) {
        uint32_t balance, currency;

        if (entry->legs[i].security)
            continue;
        currency = ledger->balances[entry->legs[i].row].currency;
        balance = ledger_balance(ledger, issuer, ledger->currencies[currency],
                                 failure);
        result = balance == LEDGER_NONE
                     ? -1
                     : ledger_entry_reserve(entry, 1, failure);
        if (result == 0)
            ledger_entry_cash(entry, POSTING_DIVIDEND, issuer, balance,
                              sums[currency]);
        sums[currency] = 0;
    }
    free(sums);
    return result;
}

static bool
check_action(const struct corporate_action *event, struct ledger_entry *entry)
{
    const struct rule *rule = rule_of(event);

    if (!rule)
        ledger_entry_violate(
            entry, REASON_UNSUPPORTED, 0, AMOUNT_NULL,
            "a corporate action of this kind: not booked by this version");
    else if (rule->has_ratio &&
             (event->ratio_new <= 0 || event->ratio_old <= 0))
        ledger_entry_violate(entry, REASON_INVALID_QUANTITY, 0, AMOUNT_NULL,
                             "a ratio that is not positive: not booked");
    else if (rule->needs_amount
                 ? event->amount <= 0
                 : event->amount != DECIMAL_NULL && event->amount <= 0)
        ledger_entry_violate(entry, REASON_INVALID_PRICE, 0, AMOUNT_NULL,
                             "an amount that is not positive: not booked");
    return entry->violation_count == 0;
}

static bool
apply(struct action *action)
{
    for (size_t i = 0; i < action->count; i++)
        if (!rule_of(action->event)->apply(action->event, &action->holders[i]))
            return false;
    return true;
}

/* 1 when it is booked, 0 when a number would leave its range, -1. */
static int
book(struct ledger *ledger, struct action *action, struct ledger_entry *entry,
     struct failure *failure)
{
    uint32_t issuer = ledger->system[LEDGER_ISSUER], position = LEDGER_NONE;
    struct ledger_position *row;
    i128 issued = 0;

    position = ledger_position(ledger, issuer, action->instrument, failure);
    if (position == LEDGER_NONE || ledger_make_lots(ledger, failure) != 0 ||
        find_holders(ledger, action, failure) != 0 ||
        ledger_entry_reserve_lots(entry, ledger->lots_log.reserved, failure) !=
            0)
        return -1;
    if (action->count == 0)
        return 1;
    if (!apply(action))
        return 0;
    if (find_balances(ledger, action, failure) != 0 ||
        ledger_entry_reserve(entry, 2 * action->count + 1, failure) != 0)
        return -1;
    add_holders(action, entry);
    if (!add_issued(ledger, action, position, entry, &issued))
        return 0;
    if (add_paid(ledger, entry, failure) != 0)
        return -1;
    if (!ledger_entry_apply(ledger, entry))
        return 0;
    for (size_t i = 0; i < action->count; i++) {
        past_cut(ledger, action->holders[i].position);
        ledger->positions[action->holders[i].position].holding =
            action->holders[i].after;
    }
    row = &ledger->positions[position];
    row->holding.quantity = issued;
    if (row->version == 0)
        row->currency = action->currency;
    ledger_entry_book(ledger, entry);
    return 1;
}

enum post_result
post_action(struct ledger *ledger, uint32_t instrument,
            const struct instrument *definition,
            const struct corporate_action *event, struct ledger_entry *entry,
            struct failure *failure)
{
    struct action action = {
        .event = event,
        .instrument = instrument,
        .currency = definition->currency.word ? definition->currency
                                              : ledger->rules.currency,
    };
    int booked;

    ledger_entry_clear(entry);
    if (!check_action(event, entry))
        return POST_DONE;
    booked = book(ledger, &action, entry, failure);
    if (booked == 1)
        ledger_entry_keep_lots(ledger, entry);
    else
        lots_undo(&ledger->lots_log);
    if (booked == 0) {
        ledger_entry_clear(entry);
        ledger_entry_violate(entry, REASON_AMOUNT_RANGE, 0, AMOUNT_NULL,
                             "a number would exceed its range: not booked");
    }
    free(action.holders);
    return booked < 0 ? POST_FAILED : POST_DONE;
}
