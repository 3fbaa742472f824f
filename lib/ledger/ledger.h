/* ledger.h - the state of a double-entry ledger: accounts, balances of cash,
 * positions in instruments.
 *
 * A row of cash is (account, currency), a row of securities is (account,
 * instrument).  Rows live in dense arrays and are named by their index, which
 * never changes; no result depends on it.  post.h changes them.
 *
 * Pure: no I/O, no clock.  Memory grows with the number of accounts, balances
 * and positions (about 110, 110 and 190 bytes each), never with the length of
 * the input.
 */
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H

#include <assert.h>
#include <stdbool.h>

#include "base/failure.h"
#include "base/map.h"
#include "base/row_mark.h"
#include "ledger/holding.h"
#include "ledger/lots.h"
#include "ledger/past.h"
#include "ledger/recent.h"
#include "tape/event.h"

#define LEDGER_NONE UINT32_MAX

/* Accounts that every ledger has; ordinary ones without limits. */
enum ledger_system {
    LEDGER_FEES,     /* what traders pay */
    LEDGER_WORLD,    /* money outside: deposits and withdrawals */
    LEDGER_INTEREST, /* who pays and earns interest */
    LEDGER_SUSPENSE, /* the other side of adjustments */
    LEDGER_MARKET,   /* the side of a trade that is not given */
    LEDGER_ISSUER,   /* the other side of corporate actions */
    LEDGER_SYSTEM_COUNT,
};
extern const char *const ledger_system_names[LEDGER_SYSTEM_COUNT];

struct ledger_rules {
    int64_t taker_fee, maker_fee; /* share of the notional; below 0: a rebate */
    struct code currency;         /* where none is given */
    uint8_t basis; /* enum account_basis: of new accounts; 0: average */
    bool strict;   /* accounts are opened by account events only */
    uint64_t system[LEDGER_SYSTEM_COUNT]; /* ids of the system accounts */
};

/* What saving a row takes. */
struct ledger_mark {
    struct row_mark row; /* for whoever keeps the rows */
    uint32_t batch;      /* of its last change */
    uint32_t stream;     /* in which its state at the start was saved */
};

struct ledger_account {
    uint64_t id, user_id;
    uint8_t account_type, status, basis;
    bool open;     /* referred to by something that was booked */
    uint32_t cash; /* its balance used last, or LEDGER_NONE */
    uint64_t version;
    struct ledger_mark mark;
};

struct ledger_balance {
    uint32_t account, currency;
    uint64_t version; /* postings so far */
    i128 amount;
    struct ledger_mark mark;
};
_Static_assert(sizeof(struct ledger_account) == 64 &&
                   sizeof(struct ledger_balance) == 64,
               "each is one line of cache");

struct ledger_position {
    _Alignas(64) uint32_t account; /* two lines of cache, never three */
    uint32_t instrument;
    struct code currency; /* of all its trades */
    struct holding holding;
    i128 fees;        /* paid in trades of it */
    uint64_t version; /* postings of the instrument so far */
    struct ledger_mark mark;
    uint64_t last_trade; /* past.h */
};
_Static_assert(sizeof(struct ledger_position) == 128, "two lines");

/* What an event made of a lot; before.number 0: it was not there;
 * after.quantity 0: it is gone. */
struct ledger_lot_change {
    uint32_t position, order; /* order: for store.h */
    struct lot before, after;
};

/* Rows that changed since the last save. */
struct ledger_changes {
    uint32_t *rows; /* room for every row of the table; owned */
    size_t capacity;
    uint32_t count;
};

/* Where the rows of a party of a trade to come are: a guess that is checked by
 * the ids; LEDGER_NONE: not known, or there is none yet. */
struct ledger_hint {
    uint64_t id;
    uint32_t instrument, account, position;
};

/* Trades to come, in their order; post.h takes them further step by step. */
#define LEDGER_AHEAD 8
struct ledger_ahead {
    struct ledger_hint hints[LEDGER_AHEAD][2]; /* a ring; buyer and seller */
    /* Trades so far, modulo 2^32: seen, whose accounts were looked up, whose
     * positions were, and that were booked. */
    uint32_t seen, located, fetched, booked;
};

struct ledger {
    struct ledger_rules rules;
    uint64_t transactions, postings; /* so far: the last ids given */

    struct ledger_account *accounts;
    struct ledger_balance *balances;
    struct ledger_position *positions;
    struct lots *lots; /* of positions; NULL until an account keeps any */
    size_t lots_count, lots_room;
    bool keeps_lots;          /* some account does */
    bool quiet_lots;          /* entries need not say what they made of lots */
    struct lots_log lots_log; /* of the current event */
    struct code *currencies;
    uint32_t account_count, balance_count, position_count, currency_count;
    uint32_t account_room, balance_room, position_room, currency_room;
    struct map account_map;               /* id */
    struct map balance_map;               /* account, currency */
    struct map position_map;              /* account, instrument */
    struct map currency_map;              /* code */
    uint32_t system[LEDGER_SYSTEM_COUNT]; /* their accounts, or LEDGER_NONE */

    struct ledger_ahead ahead;
    struct recent recent; /* trades */
    struct past past;     /* the same, to be taken back */

    uint32_t batch, stream;
    struct ledger_changes changed_accounts, changed_balances, changed_positions;
    struct ledger_lot_change *changed_lots; /* for store.h; owned */
    size_t changed_lot_count, changed_lot_room;
};

int ledger_init(struct ledger *ledger, const struct ledger_rules *rules,
                struct failure *failure);
void ledger_free(struct ledger *ledger);

/* A row, made if there is none yet; LEDGER_NONE without memory.  A row just
 * made has version 0 and does not count as state until something changes
 * it. */
uint32_t ledger_account(struct ledger *ledger, uint64_t id,
                        struct failure *failure);
uint32_t ledger_currency(struct ledger *ledger, struct code code,
                         struct failure *failure);
uint32_t ledger_balance_slow(struct ledger *ledger, uint32_t account,
                             struct code currency, struct failure *failure);
uint32_t ledger_position(struct ledger *ledger, uint32_t account,
                         uint32_t instrument, struct failure *failure);

/* Most often it is the one that the account used last. */
static inline uint32_t
ledger_balance(struct ledger *ledger, uint32_t account, struct code currency,
               struct failure *failure)
{
    uint32_t balance;

    assert(account < ledger->account_count);
    assert(currency.word != 0);
    balance = ledger->accounts[account].cash;
    if (balance != LEDGER_NONE &&
        ledger->currencies[ledger->balances[balance].currency].word ==
            currency.word)
        return balance;
    return ledger_balance_slow(ledger, account, currency, failure);
}

/* Every position so far gets lots, if any account keeps some.  0, or -1
 * without memory. */
int ledger_make_lots(struct ledger *ledger, struct failure *failure);

/* Sets how an account costs what it sells, before it is opened. */
void ledger_set_basis(struct ledger *ledger, uint32_t account, uint8_t basis);

/* The lots of a position; NULL when its account costs at average. */
static inline struct lots *
ledger_lots(const struct ledger *ledger, uint32_t position)
{
    const struct ledger_position *row = &ledger->positions[position];

    if (ledger->accounts[row->account].basis == BASIS_AVERAGE)
        return NULL;
    assert(position < ledger->lots_count);
    return &ledger->lots[position];
}

/* The row if there is one, or LEDGER_NONE. */
uint32_t ledger_find_balance(const struct ledger *ledger, uint32_t account,
                             struct code currency);
uint32_t ledger_find_position(const struct ledger *ledger, uint32_t account,
                              uint32_t instrument);

/* Fetches what ledger_find_position will look at. */
void ledger_prefetch_position(const struct ledger *ledger, uint32_t account,
                              uint32_t instrument);

/* True when an account can be booked on: opened before, or not strict. */
static inline bool
ledger_knows(const struct ledger *ledger, uint32_t account)
{
    return ledger->accounts[account].open || !ledger->rules.strict ||
           account < LEDGER_SYSTEM_COUNT;
}

/* True for the id of a system account, which events may not use. */
static inline bool
ledger_is_system(const struct ledger *ledger, uint64_t id)
{
    bool found = false;

    for (int i = 0; i < LEDGER_SYSTEM_COUNT; i++)
        found |= id == ledger->rules.system[i];
    return found;
}

/* Puts a row that did not change since the last save on the list. */
void ledger_note(struct ledger *ledger, struct ledger_changes *changes,
                 struct ledger_mark *mark, uint32_t row);

/* Notes that a row changed, for store.h. */
void ledger_change_account(struct ledger *ledger, uint32_t account);

static inline void
ledger_change_balance(struct ledger *ledger, uint32_t balance)
{
    struct ledger_mark *mark = &ledger->balances[balance].mark;

    if (mark->batch != ledger->batch)
        ledger_note(ledger, &ledger->changed_balances, mark, balance);
}

static inline void
ledger_change_position(struct ledger *ledger, uint32_t position)
{
    struct ledger_mark *mark = &ledger->positions[position].mark;

    if (mark->batch != ledger->batch)
        ledger_note(ledger, &ledger->changed_positions, mark, position);
}

#endif
