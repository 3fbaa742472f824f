#include "ledger/post.h"

#include <assert.h>

#include "tape/instruments.h"

/* ---- cash ---------------------------------------------------------------- */

/* What each kind of cash event does (R7). */
static const struct cash_rule {
    uint8_t posting;
    enum ledger_system counter; /* the account on the other side */
    int sign;                   /* of the account's leg */
    bool is_signed;             /* the amount may be negative */
    bool needs_open;            /* refused on a closed account */
    bool needs_cover;           /* refused beyond the balance */
} cash_rules[] = {
    [CASH_DEPOSIT] = {POSTING_DEPOSIT, LEDGER_WORLD, 1, false, true, false},
    [CASH_WITHDRAWAL] = {POSTING_WITHDRAWAL, LEDGER_WORLD, -1, false, true,
                         true},
    [CASH_FEE] = {POSTING_FEE, LEDGER_FEES, -1, false, false, false},
    [CASH_INTEREST] = {POSTING_INTEREST, LEDGER_INTEREST, 1, true, false,
                       false},
    [CASH_ADJUSTMENT] = {POSTING_ADJUSTMENT, LEDGER_SUSPENSE, 1, true, false,
                         false},
};

/* The fee of a trade may be a rebate. */
static bool
is_signed(const struct cash *cash)
{
    return cash_rules[cash->kind].is_signed ||
           (cash->kind == CASH_FEE && cash->event.instrument != 0);
}

static bool
check_cash(const struct ledger *ledger, const struct cash *cash,
           struct ledger_entry *entry)
{
    i128 amount = amount_get(cash->amount);
    uint64_t id = cash->account_id;

    if (cash->kind == 0 || cash->kind >= sizeof cash_rules / sizeof *cash_rules)
        ledger_entry_violate(entry, REASON_INVALID_TYPE, id, AMOUNT_NULL,
                             "cash of unknown kind: not booked");
    else if (id == 0)
        ledger_entry_violate(entry, REASON_INVALID_ID, 0, AMOUNT_NULL,
                             "cash without an account: not booked");
    else if (ledger_is_system(ledger, id))
        ledger_entry_violate(entry, REASON_INVALID_ID, id, AMOUNT_NULL,
                             "cash of a system account: not booked");
    else if (amount == AMOUNT_NULL || (amount <= 0 && !is_signed(cash)))
        ledger_entry_violate(entry, REASON_INVALID_QUANTITY, id, AMOUNT_NULL,
                             "cash without a positive amount: not booked");
    else if (amount > AMOUNT_MAX || amount < -AMOUNT_MAX)
        ledger_entry_violate(entry, REASON_AMOUNT_RANGE, id, AMOUNT_NULL,
                             "a number would exceed its range: not booked");
    return entry->violation_count == 0;
}

/* True when the state of the account allows it. */
static bool
allow_cash(const struct ledger *ledger, const struct cash_rule *rule,
           uint32_t account, uint32_t balance, i128 amount,
           struct ledger_entry *entry)
{
    const struct ledger_account *row = &ledger->accounts[account];
    i128 available = ledger->balances[balance].amount;
    i128 lacking = AMOUNT_NULL;

    if (rule->needs_open && row->status == ACCOUNT_CLOSED) {
        ledger_entry_violate(entry, REASON_ACCOUNT_CLOSED, row->id, AMOUNT_NULL,
                             "the account is closed: not booked");
    } else if (rule->needs_cover && available < amount) {
        if (!amount_sub(amount, available, &lacking))
            lacking = AMOUNT_NULL;
        ledger_entry_violate(
            entry, REASON_INSUFFICIENT_FUNDS, row->id, lacking,
            "a withdrawal of more than the balance: not booked");
    }
    return entry->violation_count == 0;
}

enum post_result
post_cash(struct ledger *ledger, const struct cash *cash,
          struct ledger_entry *entry, struct failure *failure)
{
    struct code currency =
        cash->currency.word ? cash->currency : ledger->rules.currency;
    i128 amount = amount_get(cash->amount);
    const struct cash_rule *rule;
    uint32_t account, counter, balance, counter_balance;

    if (ledger_entry_begin(entry, failure) != 0)
        return POST_FAILED;
    if (!check_cash(ledger, cash, entry))
        return POST_DONE;
    rule = &cash_rules[cash->kind];
    counter = ledger->system[rule->counter];
    account = ledger_account(ledger, cash->account_id, failure);
    if (account == LEDGER_NONE)
        return POST_FAILED;
    if (!ledger_knows(ledger, account)) {
        entry->unknown_account = cash->account_id;
        return POST_UNKNOWN;
    }
    balance = ledger_balance(ledger, account, currency, failure);
    counter_balance = ledger_balance(ledger, counter, currency, failure);
    if (balance == LEDGER_NONE || counter_balance == LEDGER_NONE)
        return POST_FAILED;
    if (!allow_cash(ledger, rule, account, balance, amount, entry))
        return POST_DONE;
    amount *= rule->sign;
    ledger_entry_cash(entry, rule->posting, account, balance, amount);
    ledger_entry_cash(entry, rule->posting, counter, counter_balance, -amount);
    if (!ledger_entry_apply(ledger, entry)) {
        ledger_entry_clear(entry);
        ledger_entry_violate(entry, REASON_AMOUNT_RANGE, cash->account_id,
                             AMOUNT_NULL,
                             "a number would exceed its range: not booked");
    }
    ledger_entry_book(ledger, entry);
    return POST_DONE;
}

/* A fee that names an instrument was paid in a trade of it: it counts among the
 * fees of the position, which has no posting of its own for that. */
static void
count_fee(struct ledger *ledger, const struct cash *cash, uint32_t instrument,
          struct ledger_entry *entry)
{
    uint32_t account = entry->legs[0].account, position;
    struct ledger_position *row;

    position = ledger_find_position(ledger, account, instrument);
    if (position == LEDGER_NONE)
        return;
    row = &ledger->positions[position];
    if (row->version == 0 ||
        row->currency.word !=
            ledger->currencies[ledger->balances[entry->legs[0].row].currency]
                .word)
        return;
    if (!amount_add(row->fees, amount_get(cash->amount), &row->fees)) {
        ledger_entry_violate(entry, REASON_AMOUNT_RANGE, cash->account_id,
                             AMOUNT_NULL,
                             "the position's fees would exceed their range: "
                             "booked without");
        return;
    }
    assert(entry->position_count < entry->room);
    entry->positions[entry->position_count++] = position;
    ledger_change_position(ledger, position);
}

/* ---- accounts ------------------------------------------------------------ */

enum post_result
post_account(struct ledger *ledger, const struct account *event,
             struct ledger_entry *entry, struct failure *failure)
{
    uint32_t account;
    struct ledger_account *row;

    ledger_entry_clear(entry);
    if (event->account_id == 0) {
        ledger_entry_violate(entry, REASON_INVALID_ID, 0, AMOUNT_NULL,
                             "an account without id: not opened");
        return POST_DONE;
    }
    if (ledger_is_system(ledger, event->account_id)) {
        ledger_entry_violate(entry, REASON_INVALID_ID, event->account_id,
                             AMOUNT_NULL, "a system account: not changed");
        return POST_DONE;
    }
    account = ledger_account(ledger, event->account_id, failure);
    if (account == LEDGER_NONE)
        return POST_FAILED;
    row = &ledger->accounts[account];
    if (row->open && event->basis && event->basis != row->basis)
        ledger_entry_violate(entry, REASON_BASIS_CHANGED, event->account_id,
                             AMOUNT_NULL,
                             "the basis of an open account: not changed");
    else if (event->basis)
        ledger_set_basis(ledger, account, event->basis);
    if (row->open && row->user_id == event->user_id &&
        row->account_type == event->account_type &&
        row->status == event->status)
        return POST_DONE;
    row->user_id = event->user_id;
    row->account_type = event->account_type;
    row->status = event->status;
    ledger_change_account(ledger, account);
    return POST_DONE;
}

/* ---- any event ----------------------------------------------------------- */

bool
post_takes(unsigned type)
{
    return type == EVENT_TRADE || type == EVENT_CASH || type == EVENT_ACCOUNT ||
           type == EVENT_TRADE_CANCEL || type == EVENT_CORPORATE_ACTION;
}

enum post_result
post_event(struct ledger *ledger, const struct event *event,
           uint32_t instrument, const struct instrument *definition,
           struct ledger_entry *entry, struct failure *failure)
{
    const void *fields = event;
    const struct cash *cash = fields;
    enum post_result result;

    switch (event->type) {
    case EVENT_TRADE:
        if (definition)
            return post_trade(ledger, instrument, definition, fields, entry,
                              failure);
        return (enum post_result)instruments_unknown(event->instrument,
                                                     failure);
    case EVENT_CASH:
        result = post_cash(ledger, cash, entry, failure);
        if (result == POST_DONE && cash->kind == CASH_FEE && definition &&
            entry->leg_count > 0)
            count_fee(ledger, cash, instrument, entry);
        return result;
    case EVENT_ACCOUNT: return post_account(ledger, fields, entry, failure);
    case EVENT_TRADE_CANCEL:
        return post_bust(ledger, instrument, fields, entry, failure);
    default:
        assert(event->type == EVENT_CORPORATE_ACTION);
        if (definition)
            return post_action(ledger, instrument, definition, fields, entry,
                               failure);
        return (enum post_result)instruments_unknown(event->instrument,
                                                     failure);
    }
}
