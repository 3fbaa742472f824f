/* post.h - what an event does to the ledger: rules R1, R2, R7, R8,
 * R9 and R11.
 *
 * Each event that moves anything becomes one entry: its legs in the fixed
 * order of R1, for each asset summing to zero, and the rows that they
 * changed.  An event that a rule forbids changes nothing and is reported in a
 * violation.
 */
#ifndef LEDGER_POST_H
#define LEDGER_POST_H

#include "ledger/entry.h"

enum post_result {
    POST_DONE = 0,    /* the entry says what; it may be empty */
    POST_UNKNOWN = 1, /* strict, and entry->unknown_account is not open */
    POST_FAILED = -1, /* no memory: failure is set, the ledger is void */
};

/* A trade of an instrument that the caller numbers; definition is its newest
 * event, whose currency and multiplier count. */
enum post_result post_trade(struct ledger *ledger, uint32_t instrument,
                            const struct instrument *definition,
                            const struct trade *trade,
                            struct ledger_entry *entry,
                            struct failure *failure);

/* The fingerprint of a trade's id on a day. */
uint64_t post_trade_print(uint32_t instrument, uint64_t trade_id, int64_t time);

/* A trade of the current stream is taken back: rule R11. */
enum post_result post_bust(struct ledger *ledger, uint32_t instrument,
                           const struct trade_cancel *cancel,
                           struct ledger_entry *entry, struct failure *failure);

/* Trades that will be booked, so that post_trade need not wait for memory then:
 * each is seen, with up to LEDGER_AHEAD before it that are not booked yet, and
 * post_prepare, before each trade, fetches what the next ones need.  Both only
 * make it faster.  post_forget: those that were seen will not come. */
void post_see(struct ledger *ledger, uint32_t instrument,
              const struct trade *trade);
void post_prepare(struct ledger *ledger);
void post_forget(struct ledger *ledger);

static inline bool
post_sees_more(const struct ledger *ledger)
{
    return ledger->ahead.seen - ledger->ahead.booked < LEDGER_AHEAD;
}

/* A deposit, withdrawal, fee, interest or adjustment. */
enum post_result post_cash(struct ledger *ledger, const struct cash *cash,
                           struct ledger_entry *entry, struct failure *failure);

/* An account is opened, or its type, owner or status changes. */
enum post_result post_account(struct ledger *ledger,
                              const struct account *account,
                              struct ledger_entry *entry,
                              struct failure *failure);

/* A dividend, split or stock dividend of an instrument: rules R8 and R9. */
enum post_result post_action(struct ledger *ledger, uint32_t instrument,
                             const struct instrument *definition,
                             const struct corporate_action *event,
                             struct ledger_entry *entry,
                             struct failure *failure);

/* True for the types that may move something: those that post_event takes. */
bool post_takes(unsigned type);

/* Any of them, by its type.  instrument and definition are those of the
 * event's instrument, definition NULL when it is not defined: a trade of it
 * fails with class data.  Corporate actions that this version does not book
 * become violations. */
enum post_result post_event(struct ledger *ledger, const struct event *event,
                            uint32_t instrument,
                            const struct instrument *definition,
                            struct ledger_entry *entry,
                            struct failure *failure);

#endif
