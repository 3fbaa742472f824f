/* entry.h - what one event does to the ledger: an entry of legs, which for
 * each asset sum to zero, the rows that they changed, and what a rule forbids.
 *
 *      ledger_entry_begin, ledger_entry_cash, ledger_entry_security ...
 *      ledger_entry_apply     the cash legs reach their balances, or none does
 *      ledger_entry_book      the entry has numbers, its rows are changed
 */
#ifndef LEDGER_ENTRY_H
#define LEDGER_ENTRY_H

#include <assert.h>

#include "ledger/ledger.h"

#define ENTRY_LEGS       7 /* that there is always room for */
#define ENTRY_VIOLATIONS 4

struct ledger_leg {
    uint8_t kind;     /* enum posting_kind */
    bool security;    /* row is a position, not a balance */
    uint32_t account; /* index */
    uint32_t row;
    i128 amount, after;
};

struct ledger_violation {
    uint8_t reason; /* enum reason */
    uint64_t account_id;
    i128 amount;        /* by how much, or AMOUNT_NULL */
    const char *detail; /* a constant text */
};

struct ledger_entry {
    uint64_t transaction_id;
    uint64_t posting_id; /* of the first leg */
    unsigned leg_count, balance_count, position_count, violation_count;
    unsigned room;                  /* of each of the three arrays */
    struct ledger_leg *legs;        /* owned */
    uint32_t *balances;             /* changed, in order of the legs; owned */
    uint32_t *positions;            /* owned */
    struct ledger_lot_change *lots; /* each once; owned */
    size_t lot_count, lot_room;
    struct ledger_violation violations[ENTRY_VIOLATIONS];
    uint64_t unknown_account; /* with POST_UNKNOWN */
    uint64_t trade_print;     /* of a trade that was booked, see recent.h; 0 */
};

/* A zeroed entry is empty.  Any number of events may use one in turn. */
void ledger_entry_free(struct ledger_entry *entry);

/* Room for so many legs more.  0 or -1. */
int ledger_entry_reserve(struct ledger_entry *entry, size_t legs,
                         struct failure *failure);

/* What it says so far is void.  Only what is read later is cleared: entries
 * are made by the million. */
static inline void
ledger_entry_clear(struct ledger_entry *entry)
{
    entry->leg_count = 0;
    entry->balance_count = 0;
    entry->position_count = 0;
    entry->lot_count = 0;
    entry->violation_count = 0;
    entry->trade_print = 0;
}

/* An entry that says that nothing happened, with room for ENTRY_LEGS.  0 or
 * -1. */
static inline int
ledger_entry_begin(struct ledger_entry *entry, struct failure *failure)
{
    ledger_entry_clear(entry);
    return entry->room >= ENTRY_LEGS
               ? 0
               : ledger_entry_reserve(entry, ENTRY_LEGS, failure);
}

/* Adds what a rule forbids; detail is a constant text. */
void ledger_entry_violate(struct ledger_entry *entry, enum reason reason,
                          uint64_t account_id, i128 amount, const char *detail);

/* Adds a leg in cash; one of zero does not exist. */
static inline void
ledger_entry_cash(struct ledger_entry *entry, enum posting_kind kind,
                  uint32_t account, uint32_t balance, i128 amount)
{
    if (amount == 0)
        return;
    assert(entry->leg_count < entry->room);
    entry->legs[entry->leg_count++] =
        (struct ledger_leg){(uint8_t)kind, false, account, balance, amount, 0};
}

/* Adds a leg in securities, whose position will hold after. */
static inline void
ledger_entry_security(struct ledger_entry *entry, enum posting_kind kind,
                      uint32_t account, uint32_t position, i128 amount,
                      i128 after)
{
    assert(entry->leg_count < entry->room);
    entry->legs[entry->leg_count++] = (struct ledger_leg){
        (uint8_t)kind, true, account, position, amount, after};
}

/* Adds the cash legs to their balances: all of them, or none and false when
 * one would leave the range. */
bool ledger_entry_apply(struct ledger *ledger, struct ledger_entry *entry);

/* Numbers the entry and notes what it changed.  The sums are in place. */
void ledger_entry_book(struct ledger *ledger, struct ledger_entry *entry);

/* Room for so many changes of lots.  0 or -1. */
int ledger_entry_reserve_lots(struct ledger_entry *entry, size_t need,
                              struct failure *failure);

/* The changes of lots in the ledger's log are kept, and noted in the entry. */
void ledger_entry_keep_lots(struct ledger *ledger, struct ledger_entry *entry);

#endif
