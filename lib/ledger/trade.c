/* trade.c - trades: rules R1 and R2. */
#include <assert.h>

#include "ledger/post.h"

#define NS_PER_DAY INT64_C(86400000000000)

/* Buyer or seller. */
struct party {
    uint32_t account, cash, position;
    i128 fee, got;                /* got: by the seller */
    struct ledger_position after; /* its position, once booked */
};

/* The trade is the next of those that were seen, if any was; what is known of
 * its parties by now. */
static const struct ledger_hint *
take_hints(struct ledger *ledger)
{
    static const struct ledger_hint none[2];
    struct ledger_ahead *ahead = &ledger->ahead;

    if (ahead->booked == ahead->seen)
        return none;
    assert(ahead->fetched != ahead->booked); /* post_prepare was called */
    return ahead->hints[ahead->booked++ % LEDGER_AHEAD];
}

static int
find_party(struct ledger *ledger, struct party *party, uint64_t id,
           uint32_t instrument, struct code currency,
           const struct ledger_hint *hint, struct failure *failure)
{
    bool hinted = id != 0 && hint->id == id && hint->instrument == instrument;

    party->account = hinted ? hint->account : LEDGER_NONE;
    party->position = hinted ? hint->position : LEDGER_NONE;
    if (id == 0)
        party->account = ledger->system[LEDGER_MARKET];
    else if (party->account == LEDGER_NONE)
        party->account = ledger_account(ledger, id, failure);
    if (party->account == LEDGER_NONE)
        return -1;
    party->cash = ledger_balance(ledger, party->account, currency, failure);
    if (party->position == LEDGER_NONE)
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

    if (multiplier == DECIMAL_NULL || multiplier == DECIMAL_ONE) {
        *notional = decimal_notional(trade->price, trade->quantity);
        return true;
    }
    return amount_mul_div((i128)trade->price * trade->quantity, multiplier,
                          square, notional);
}

/* What the trade makes of a party's position. */
static bool
move_position(struct ledger *ledger, struct party *party, i128 quantity,
              i128 cash, struct code currency)
{
    struct ledger_position *after = &party->after;
    uint8_t basis = ledger->accounts[party->account].basis;

    *after = ledger->positions[party->position];
    after->currency = currency;
    if (basis != BASIS_AVERAGE) {
        if (!lots_trade(&ledger->lots[party->position], &ledger->lots_log,
                        basis, &after->holding, quantity, cash,
                        ledger->transactions + 1))
            return false;
    } else if (!holding_trade(&after->holding, quantity, cash)) {
        return false;
    }
    return amount_add(after->fees, party->fee, &after->fees);
}

/* Room for the lots of both sides. */
static int
reserve_lots(struct ledger *ledger, const struct party *buyer,
             const struct party *seller, struct ledger_entry *entry,
             struct failure *failure)
{
    struct lots_log *log = &ledger->lots_log;

    if (ledger->accounts[buyer->account].basis == BASIS_AVERAGE &&
        ledger->accounts[seller->account].basis == BASIS_AVERAGE)
        return 0;
    if (ledger_make_lots(ledger, failure) != 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        uint32_t position = (i ? seller : buyer)->position;
        struct lots *lots = ledger_lots(ledger, position);

        if (lots && lots_reserve(lots, log, failure) != 0)
            return -1;
    }
    return ledger_entry_reserve_lots(entry, log->reserved, failure);
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

    assert(quantity > 0 && entry->leg_count == 0);
    i128 bought = buyer->after.holding.quantity;
    i128 sold = seller->after.holding.quantity;
    i128 fee;

    if (!amount_add(buyer->fee, seller->fee, &fee))
        return false;
    ledger_entry_cash(entry, POSTING_TRADE, buyer->account, buyer->cash,
                      -notional);
    ledger_entry_cash(entry, POSTING_TRADE, seller->account, seller->cash,
                      notional);
    ledger_entry_security(entry, POSTING_TRADE, buyer->account, buyer->position,
                          quantity, self ? bought + quantity : bought);
    ledger_entry_security(entry, POSTING_TRADE, seller->account,
                          seller->position, -quantity, sold);
    ledger_entry_cash(entry, POSTING_FEE, buyer->account, buyer->cash,
                      -buyer->fee);
    ledger_entry_cash(entry, POSTING_FEE, seller->account, seller->cash,
                      -seller->fee);
    ledger_entry_cash(entry, POSTING_FEE, ledger->system[LEDGER_FEES], fees,
                      fee);
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
        !ledger_entry_apply(ledger, entry))
        return false;
    ledger->positions[buyer->position] = buyer->after;
    ledger->positions[seller->position] = seller->after;
    seller->got = notional;
    return true;
}

/* True when the trade can be booked as far as it alone says. */
static bool
check_trade(const struct ledger *ledger, const struct instrument *definition,
            const struct trade *trade, struct ledger_entry *entry)
{
    if (trade->buyer_id == 0 && trade->seller_id == 0)
        ledger_entry_violate(entry, REASON_INVALID_ID, 0, AMOUNT_NULL,
                             "a trade without accounts: not booked");
    else if (trade->price == DECIMAL_NULL)
        ledger_entry_violate(entry, REASON_INVALID_PRICE, trade->buyer_id,
                             AMOUNT_NULL, "a trade without price: not booked");
    else if (trade->quantity <= 0)
        ledger_entry_violate(entry, REASON_INVALID_QUANTITY, trade->buyer_id,
                             AMOUNT_NULL,
                             "a trade without quantity: not booked");
    else if (ledger_is_system(ledger, trade->buyer_id) ||
             ledger_is_system(ledger, trade->seller_id))
        ledger_entry_violate(
            entry, REASON_INVALID_ID,
            ledger_is_system(ledger, trade->buyer_id) ? trade->buyer_id
                                                      : trade->seller_id,
            AMOUNT_NULL, "a trade of a system account: not booked");
    else if (definition->multiplier != DECIMAL_NULL &&
             definition->multiplier <= 0)
        ledger_entry_violate(entry, REASON_UNSUPPORTED, trade->buyer_id,
                             AMOUNT_NULL,
                             "a multiplier of 0 or less: not booked");
    return entry->violation_count == 0;
}

/* A position has one currency: cost in one and proceeds in another would make
 * a profit of neither. */
static bool
check_currency(const struct ledger *ledger, const struct party *party,
               struct code currency, struct ledger_entry *entry)
{
    const struct ledger_position *row = &ledger->positions[party->position];

    if (row->version == 0 || row->currency.word == currency.word)
        return true;
    ledger_entry_violate(
        entry, REASON_CURRENCY_CHANGED, ledger->accounts[party->account].id,
        AMOUNT_NULL, "the currencies of position and trade differ: not booked");
    return false;
}

uint64_t
post_trade_print(uint32_t instrument, uint64_t trade_id, int64_t time)
{
    uint64_t print = trade_id * UINT64_C(0x9e3779b97f4a7c15);

    print ^= print >> 29;
    print += instrument + ((uint64_t)(time / NS_PER_DAY) << 32);
    print *= UINT64_C(0xbf58476d1ce4e5b9);
    return print ^ print >> 32;
}

static void
remember_side(const struct party *party, struct past_side *side)
{
    side->position = party->position;
    side->balance = party->cash;
    side->fee = party->fee;
}

/* The trade may be taken back. */
static void
remember(struct ledger *ledger, const struct trade *trade, uint64_t print,
         const struct party *buyer, const struct party *seller, uint32_t fees)
{
    struct past_trade *past = past_next(&ledger->past);

    past->transaction = ledger->transactions;
    past->notional = seller->got;
    past->price = trade->price;
    past->quantity = trade->quantity;
    past->fees = fees;
    remember_side(buyer, &past->sides[0]);
    remember_side(seller, &past->sides[1]);
    past_add(ledger, print);
}

/* One id of a trade is given once a day; that it comes again is reported, for
 * it may have been sent twice. */
static int
note_trade(struct ledger *ledger, uint64_t print, const struct trade *trade,
           struct ledger_entry *entry, struct failure *failure)
{
    bool known;

    if (trade->trade_id == 0)
        return 0;
    entry->trade_print = print;
    if (recent_add(&ledger->recent, entry->trade_print, &known, failure) != 0)
        return -1;
    if (known)
        ledger_entry_violate(entry, REASON_DUPLICATE_ID, trade->buyer_id,
                             AMOUNT_NULL, "a repeated trade id: booked");
    return 0;
}

/* An executed trade is always booked; a closed account is only reported. */
static void
report_closed(const struct ledger *ledger, struct ledger_entry *entry,
              uint32_t account)
{
    const struct ledger_account *row = &ledger->accounts[account];

    if (row->status == ACCOUNT_CLOSED)
        ledger_entry_violate(entry, REASON_ACCOUNT_CLOSED, row->id, AMOUNT_NULL,
                             "a trade on a closed account: booked");
}

enum post_result
post_trade(struct ledger *ledger, uint32_t instrument,
           const struct instrument *definition, const struct trade *trade,
           struct ledger_entry *entry, struct failure *failure)
{
    struct code currency = definition->currency.word ? definition->currency
                                                     : ledger->rules.currency;
    const struct ledger_hint *hints = take_hints(ledger);
    uint64_t print =
        post_trade_print(instrument, trade->trade_id, trade->event.time);
    struct party buyer, seller;
    uint32_t fees;

    if (ledger_entry_begin(entry, failure) != 0)
        return POST_FAILED;
    recent_prefetch(&ledger->recent, print);
    if (!check_trade(ledger, definition, trade, entry))
        return POST_DONE;
    if (find_party(ledger, &buyer, trade->buyer_id, instrument, currency,
                   &hints[0], failure) != 0 ||
        find_party(ledger, &seller, trade->seller_id, instrument, currency,
                   &hints[1], failure) != 0)
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
    if (!check_currency(ledger, &buyer, currency, entry) ||
        !check_currency(ledger, &seller, currency, entry))
        return POST_DONE;
    if (reserve_lots(ledger, &buyer, &seller, entry, failure) != 0 ||
        past_prepare(ledger, (uint32_t[]){buyer.position, seller.position},
                     failure) != 0)
        return POST_FAILED;
    if (!try_trade(ledger, entry, &buyer, &seller, fees, definition, trade)) {
        lots_undo(&ledger->lots_log);
        ledger_entry_clear(entry);
        ledger_entry_violate(entry, REASON_AMOUNT_RANGE, trade->buyer_id,
                             AMOUNT_NULL,
                             "a number would exceed its range: not booked");
        return POST_DONE;
    }
    ledger_entry_keep_lots(ledger, entry);
    ledger_entry_book(ledger, entry);
    remember(ledger, trade, print, &buyer, &seller, fees);
    report_closed(ledger, entry, buyer.account);
    if (seller.account != buyer.account)
        report_closed(ledger, entry, seller.account);
    if (note_trade(ledger, print, trade, entry, failure) != 0)
        return POST_FAILED;
    return POST_DONE;
}

/* ---- trades to come ------------------------------------------------------ */

/* How many trades before one its accounts are looked up, and its positions:
 * memory takes as long as a trade or two. */
#define LOCATE 5
#define FETCH  2

void
post_see(struct ledger *ledger, uint32_t instrument, const struct trade *trade)
{
    struct ledger_ahead *ahead = &ledger->ahead;
    struct ledger_hint *hints = ahead->hints[ahead->seen++ % LEDGER_AHEAD];
    const uint64_t ids[2] = {trade->buyer_id, trade->seller_id};

    assert(ahead->seen - ahead->booked <= LEDGER_AHEAD);
    for (int i = 0; i < 2; i++) {
        hints[i] =
            (struct ledger_hint){ids[i], instrument, LEDGER_NONE, LEDGER_NONE};
        map_prefetch(&ledger->account_map, ids[i]);
    }
}

/* Finds the account; fetches it, and where its position is found. */
static void
locate(struct ledger *ledger, struct ledger_hint *hint)
{
    hint->account = map_get(&ledger->account_map, hint->id);
    if (hint->account == LEDGER_NONE)
        return;
    __builtin_prefetch(&ledger->accounts[hint->account], 1);
    ledger_prefetch_position(ledger, hint->account, hint->instrument);
}

/* Finds the position; fetches it, and the balance of the account. */
static void
look_up(struct ledger *ledger, struct ledger_hint *hint)
{
    uint32_t position;
    const char *row;

    if (hint->account == LEDGER_NONE)
        return;
    if (ledger->accounts[hint->account].cash != LEDGER_NONE)
        __builtin_prefetch(
            &ledger->balances[ledger->accounts[hint->account].cash], 1);
    position = ledger_find_position(ledger, hint->account, hint->instrument);
    hint->position = position;
    if (position == LEDGER_NONE)
        return;
    if (position < ledger->lots_count) {
        const struct lots *lots = &ledger->lots[position];

        if (lots->lots) {
            __builtin_prefetch(&lots->lots[lots->first], 1);
            __builtin_prefetch(&lots->lots[lots->count], 1);
        }
    }
    row = (const char *)&ledger->positions[position];
    __builtin_prefetch(row, 1);
    __builtin_prefetch(row + sizeof *ledger->positions - 1, 1);
}

void
post_prepare(struct ledger *ledger)
{
    struct ledger_ahead *ahead = &ledger->ahead;

    while (ahead->located != ahead->seen &&
           ahead->located - ahead->booked < LOCATE) {
        struct ledger_hint *hints =
            ahead->hints[ahead->located++ % LEDGER_AHEAD];

        locate(ledger, &hints[0]);
        locate(ledger, &hints[1]);
    }
    while (ahead->fetched != ahead->located &&
           ahead->fetched - ahead->booked < FETCH) {
        struct ledger_hint *hints =
            ahead->hints[ahead->fetched++ % LEDGER_AHEAD];

        look_up(ledger, &hints[0]);
        look_up(ledger, &hints[1]);
    }
}

void
post_forget(struct ledger *ledger)
{
    ledger->ahead = (struct ledger_ahead){.seen = 0};
}
