#include "ledger/post.h"

#include <assert.h>

#include "tape/instruments.h"

/* Only what is read later is cleared: entries are made by the million. */
void
ledger_entry_clear(struct ledger_entry *entry)
{
    entry->leg_count = 0;
    entry->balance_count = 0;
    entry->position_count = 0;
    entry->violation_count = 0;
}

static void
violate(struct ledger_entry *entry, enum reason reason, uint64_t account_id,
        i128 amount, const char *detail)
{
    assert(entry->violation_count < ENTRY_VIOLATIONS);
    entry->violations[entry->violation_count++] =
        (struct ledger_violation){(uint8_t)reason, account_id, amount, detail};
}

/* ---- legs ---------------------------------------------------------------- */

/* Zero legs do not exist. */
static void
add_leg(struct ledger_entry *entry, enum posting_kind kind, uint32_t account,
        uint32_t balance, i128 amount)
{
    if (amount == 0)
        return;
    assert(entry->leg_count < ENTRY_LEGS);
    entry->legs[entry->leg_count++] =
        (struct ledger_leg){(uint8_t)kind, false, account, balance, amount, 0};
}

static void
add_security_leg(struct ledger_entry *entry, uint32_t account,
                 uint32_t position, i128 amount, i128 after)
{
    assert(entry->leg_count < ENTRY_LEGS);
    entry->legs[entry->leg_count++] = (struct ledger_leg){
        POSTING_TRADE, true, account, position, amount, after};
}

static void
undo_cash(struct ledger *ledger, const struct ledger_entry *entry, unsigned end)
{
    for (unsigned i = 0; i < end; i++) {
        const struct ledger_leg *leg = &entry->legs[i];

        if (!leg->security)
            ledger->balances[leg->row].amount -= leg->amount;
    }
}

/* Adds the cash legs to their balances: all of them, or none when one would
 * leave the range. */
static bool
apply_cash(struct ledger *ledger, struct ledger_entry *entry)
{
    for (unsigned i = 0; i < entry->leg_count; i++) {
        struct ledger_leg *leg = &entry->legs[i];
        struct ledger_balance *row = &ledger->balances[leg->row];

        if (leg->security)
            continue;
        if (!amount_add(row->amount, leg->amount, &row->amount)) {
            undo_cash(ledger, entry, i);
            return false;
        }
        leg->after = row->amount;
    }
    return true;
}

/* A row is listed once, by its first leg. */
static void
list_row(uint32_t *rows, unsigned *count, uint32_t row)
{
    for (unsigned i = 0; i < *count; i++)
        if (rows[i] == row)
            return;
    rows[(*count)++] = row;
}

/* Numbers the entry and notes what it changed.  The sums are in place. */
static void
book(struct ledger *ledger, struct ledger_entry *entry)
{
    if (entry->leg_count == 0)
        return;
    entry->transaction_id = ++ledger->transactions;
    entry->posting_id = ledger->postings + 1;
    ledger->postings += entry->leg_count;
    for (unsigned i = 0; i < entry->leg_count; i++) {
        const struct ledger_leg *leg = &entry->legs[i];

        if (!ledger->accounts[leg->account].open)
            ledger_change_account(ledger, leg->account);
        if (leg->security) {
            ledger->positions[leg->row].version++;
            list_row(entry->positions, &entry->position_count, leg->row);
            ledger_change_position(ledger, leg->row);
        } else {
            ledger->balances[leg->row].version++;
            list_row(entry->balances, &entry->balance_count, leg->row);
            ledger_change_balance(ledger, leg->row);
        }
    }
}

/* ---- trades -------------------------------------------------------------- */

/* Buyer or seller. */
struct party {
    uint32_t account, cash, position;
    i128 fee;
    struct ledger_position after; /* its position, once booked */
};

static int
find_party(struct ledger *ledger, struct party *party, uint64_t id,
           uint32_t instrument, struct code currency,
           const struct ledger_hint *hint, struct failure *failure)
{
    if (hint->id == id && id != 0 && hint->instrument == instrument) {
        party->account = hint->account;
        party->position = hint->position;
        party->cash = ledger_balance(ledger, party->account, currency, failure);
        return party->cash == LEDGER_NONE ? -1 : 0;
    }
    if (id == 0)
        party->account = ledger->system[LEDGER_MARKET];
    else
        party->account = ledger_account(ledger, id, failure);
    if (party->account == LEDGER_NONE)
        return -1;
    party->cash = ledger_balance(ledger, party->account, currency, failure);
    party->position =
        ledger_position(ledger, party->account, instrument, failure);
    return party->cash == LEDGER_NONE || party->position == LEDGER_NONE ? -1
                                                                        : 0;
}

/* Negative prices exist; fees on them are of the magnitude. */
static bool
fee_of(const struct ledger *ledger, const struct party *party, bool taker,
       i128 notional, i128 *fee)
{
    int64_t rate = taker ? ledger->rules.taker_fee : ledger->rules.maker_fee;

    *fee = 0;
    if (rate == 0 || party->account == ledger->system[LEDGER_MARKET])
        return true;
    return amount_rate(notional < 0 ? -notional : notional, rate, fee);
}

/* N of rule R1, rounded once. */
static bool
notional_of(const struct instrument *definition, const struct trade *trade,
            i128 *notional)
{
    static const i128 square = (i128)DECIMAL_ONE * DECIMAL_ONE;
    int64_t multiplier = definition->multiplier;

    if (multiplier <= 0 || multiplier == DECIMAL_ONE) {
        *notional = decimal_notional(trade->price, trade->quantity);
        return true;
    }
    return amount_mul_div((i128)trade->price * trade->quantity, multiplier,
                          square, notional);
}

/* What the trade makes of a party's position. */
static bool
move_position(const struct ledger *ledger, struct party *party, i128 quantity,
              i128 cash, struct code currency)
{
    struct ledger_position *after = &party->after;

    *after = ledger->positions[party->position];
    after->currency = currency;
    return holding_trade(&after->holding, quantity, cash) &&
           amount_add(after->fees, party->fee, &after->fees);
}

/* The same account on both sides: the position stays, both fees are due. */
static bool
keep_position(const struct ledger *ledger, struct party *buyer,
              struct party *seller, i128 quantity, struct code currency)
{
    struct ledger_position *after = &buyer->after;
    i128 peak;

    *after = ledger->positions[buyer->position];
    after->currency = currency;
    if (!amount_add(after->holding.quantity, quantity, &peak) ||
        !amount_add(after->fees, buyer->fee, &after->fees) ||
        !amount_add(after->fees, seller->fee, &after->fees))
        return false;
    seller->after = *after;
    return true;
}

/* The legs of R1, in its order. */
static bool
make_legs(const struct ledger *ledger, struct ledger_entry *entry,
          const struct party *buyer, const struct party *seller, uint32_t fees,
          i128 notional, i128 quantity)
{
    bool self = buyer->position == seller->position;
    i128 bought = buyer->after.holding.quantity;
    i128 sold = seller->after.holding.quantity;
    i128 fee;

    if (!amount_add(buyer->fee, seller->fee, &fee))
        return false;
    add_leg(entry, POSTING_TRADE, buyer->account, buyer->cash, -notional);
    add_leg(entry, POSTING_TRADE, seller->account, seller->cash, notional);
    add_security_leg(entry, buyer->account, buyer->position, quantity,
                     self ? bought + quantity : bought);
    add_security_leg(entry, seller->account, seller->position, -quantity, sold);
    add_leg(entry, POSTING_FEE, buyer->account, buyer->cash, -buyer->fee);
    add_leg(entry, POSTING_FEE, seller->account, seller->cash, -seller->fee);
    add_leg(entry, POSTING_FEE, ledger->system[LEDGER_FEES], fees, fee);
    return true;
}

/* The rules' part that can go wrong by size alone.  False: nothing changed. */
static bool
try_trade(struct ledger *ledger, struct ledger_entry *entry,
          struct party *buyer, struct party *seller, uint32_t fees,
          const struct instrument *definition, const struct trade *trade)
{
    bool auction = trade->side == 0 || trade->flags & TRADE_AUCTION;
    struct code currency =
        ledger->currencies[ledger->balances[buyer->cash].currency];
    i128 notional;

    if (!notional_of(definition, trade, &notional) ||
        !fee_of(ledger, buyer, !auction && trade->side == SIDE_BUY, notional,
                &buyer->fee) ||
        !fee_of(ledger, seller, !auction && trade->side == SIDE_SELL, notional,
                &seller->fee))
        return false;
    if (buyer->position == seller->position) {
        if (!keep_position(ledger, buyer, seller, trade->quantity, currency))
            return false;
    } else if (!move_position(ledger, buyer, trade->quantity, -notional,
                              currency) ||
               !move_position(ledger, seller, -(i128)trade->quantity, notional,
                              currency)) {
        return false;
    }
    if (!make_legs(ledger, entry, buyer, seller, fees, notional,
                   trade->quantity) ||
        !apply_cash(ledger, entry))
        return false;
    ledger->positions[buyer->position] = buyer->after;
    ledger->positions[seller->position] = seller->after;
    return true;
}

/* True when the trade can be booked as far as it alone tells. */
static bool
check_trade(const struct trade *trade, struct ledger_entry *entry)
{
    if (trade->buyer_id == 0 && trade->seller_id == 0)
        violate(entry, REASON_INVALID_ID, 0, AMOUNT_NULL,
                "a trade without accounts: not booked");
    else if (trade->price == DECIMAL_NULL)
        violate(entry, REASON_INVALID_PRICE, trade->buyer_id, AMOUNT_NULL,
                "a trade without price: not booked");
    else if (trade->quantity <= 0)
        violate(entry, REASON_INVALID_QUANTITY, trade->buyer_id, AMOUNT_NULL,
                "a trade without quantity: not booked");
    return entry->violation_count == 0;
}

/* An executed trade is always booked; a closed account is only reported. */
static void
report_closed(const struct ledger *ledger, struct ledger_entry *entry,
              uint32_t account)
{
    const struct ledger_account *row = &ledger->accounts[account];

    if (row->status == ACCOUNT_CLOSED)
        violate(entry, REASON_ACCOUNT_CLOSED, row->id, AMOUNT_NULL,
                "a trade on a closed account: booked");
}

enum post_result
post_trade(struct ledger *ledger, uint32_t instrument,
           const struct instrument *definition, const struct trade *trade,
           struct ledger_entry *entry, struct failure *failure)
{
    struct code currency = definition->currency.word ? definition->currency
                                                     : ledger->rules.currency;
    struct party buyer, seller;
    uint32_t fees;

    ledger_entry_clear(entry);
    if (!check_trade(trade, entry))
        return POST_DONE;
    if (find_party(ledger, &buyer, trade->buyer_id, instrument, currency,
                   &ledger->hints[0], failure) != 0 ||
        find_party(ledger, &seller, trade->seller_id, instrument, currency,
                   &ledger->hints[1], failure) != 0)
        return POST_FAILED;
    fees =
        ledger_balance(ledger, ledger->system[LEDGER_FEES], currency, failure);
    if (fees == LEDGER_NONE)
        return POST_FAILED;
    if (!ledger_knows(ledger, buyer.account) ||
        !ledger_knows(ledger, seller.account)) {
        entry->unknown_account = ledger_knows(ledger, buyer.account)
                                     ? trade->seller_id
                                     : trade->buyer_id;
        return POST_UNKNOWN;
    }
    if (!try_trade(ledger, entry, &buyer, &seller, fees, definition, trade)) {
        ledger_entry_clear(entry);
        violate(entry, REASON_AMOUNT_RANGE, trade->buyer_id, AMOUNT_NULL,
                "a number would leave its range: not booked");
        return POST_DONE;
    }
    book(ledger, entry);
    report_closed(ledger, entry, buyer.account);
    if (seller.account != buyer.account)
        report_closed(ledger, entry, seller.account);
    return POST_DONE;
}

static void
look_up(struct ledger *ledger, struct ledger_hint *hint, uint32_t instrument,
        uint64_t id)
{
    uint32_t account = map_get(&ledger->account_map, id), position;
    const char *row;

    hint->id = 0;
    if (account == MAP_NONE)
        return;
    position = ledger_find_position(ledger, account, instrument);
    if (position == LEDGER_NONE)
        return;
    *hint = (struct ledger_hint){id, instrument, account, position};
    row = (const char *)&ledger->positions[position];
    __builtin_prefetch(row, 1);
    __builtin_prefetch(row + sizeof *ledger->positions - 1, 1);
}

void
post_look_ahead(struct ledger *ledger, uint32_t instrument,
                const struct trade *trade)
{
    look_up(ledger, &ledger->hints[0], instrument, trade->buyer_id);
    look_up(ledger, &ledger->hints[1], instrument, trade->seller_id);
}

void
post_look_far(const struct ledger *ledger, uint32_t instrument,
              const struct trade *trade)
{
    uint32_t buyer = map_get(&ledger->account_map, trade->buyer_id);
    uint32_t seller = map_get(&ledger->account_map, trade->seller_id);

    ledger_prefetch_position(ledger, buyer, instrument);
    ledger_prefetch_position(ledger, seller, instrument);
}

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

static bool
check_cash(const struct cash *cash, struct ledger_entry *entry)
{
    i128 amount = amount_get(cash->amount);
    uint64_t id = cash->account_id;

    if (cash->kind == 0 || cash->kind >= sizeof cash_rules / sizeof *cash_rules)
        violate(entry, REASON_INVALID_TYPE, id, AMOUNT_NULL,
                "cash without a known kind: not booked");
    else if (id == 0)
        violate(entry, REASON_INVALID_ID, 0, AMOUNT_NULL,
                "cash without an account: not booked");
    else if (amount == AMOUNT_NULL ||
             (amount <= 0 && !cash_rules[cash->kind].is_signed))
        violate(entry, REASON_INVALID_QUANTITY, id, AMOUNT_NULL,
                "cash without a positive amount: not booked");
    else if (amount > AMOUNT_MAX || amount < -AMOUNT_MAX)
        violate(entry, REASON_AMOUNT_RANGE, id, AMOUNT_NULL,
                "a number would leave its range: not booked");
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
        violate(entry, REASON_ACCOUNT_CLOSED, row->id, AMOUNT_NULL,
                "the account is closed: not booked");
    } else if (rule->needs_cover && available < amount) {
        if (!amount_sub(amount, available, &lacking))
            lacking = AMOUNT_NULL;
        violate(entry, REASON_INSUFFICIENT_FUNDS, row->id, lacking,
                "a withdrawal beyond the balance: not booked");
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

    ledger_entry_clear(entry);
    if (!check_cash(cash, entry))
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
    add_leg(entry, rule->posting, account, balance, amount);
    add_leg(entry, rule->posting, counter, counter_balance, -amount);
    if (!apply_cash(ledger, entry)) {
        ledger_entry_clear(entry);
        violate(entry, REASON_AMOUNT_RANGE, cash->account_id, AMOUNT_NULL,
                "a number would leave its range: not booked");
    }
    book(ledger, entry);
    return POST_DONE;
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
        violate(entry, REASON_INVALID_ID, 0, AMOUNT_NULL,
                "an account without id: not opened");
        return POST_DONE;
    }
    account = ledger_account(ledger, event->account_id, failure);
    if (account == LEDGER_NONE)
        return POST_FAILED;
    row = &ledger->accounts[account];
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

static enum post_result
refuse(struct ledger_entry *entry, const char *detail)
{
    ledger_entry_clear(entry);
    violate(entry, REASON_UNSUPPORTED, 0, AMOUNT_NULL, detail);
    return POST_DONE;
}

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

    switch (event->type) {
    case EVENT_TRADE:
        if (definition)
            return post_trade(ledger, instrument, definition, fields, entry,
                              failure);
        return (enum post_result)instruments_unknown(event->instrument,
                                                     failure);
    case EVENT_CASH: return post_cash(ledger, fields, entry, failure);
    case EVENT_ACCOUNT: return post_account(ledger, fields, entry, failure);
    case EVENT_TRADE_CANCEL:
        return refuse(entry, "a bust: not booked by this version");
    default:
        assert(event->type == EVENT_CORPORATE_ACTION);
        return refuse(entry, "a corporate action: not booked by this version");
    }
}
