/* past.h - the latest trades of the current stream, so that each can be taken
 * back as if it had never been (rule R11).
 *
 * At any time at least the last PAST_TRADES are known.  What a position was
 * before the first of its trades in a period of that many, or after something
 * else than a trade changed it, is its base: from there its trades are
 * computed again.
 *
 *      past_prepare     before a trade moves its positions
 *      past_add         once it is booked
 *      past_cut         something else changed a position
 *
 * Memory: 136 bytes for each trade, of at most 2 * PAST_TRADES, and 64 for each
 * base with 48 for each of its lots.
 */
#ifndef LEDGER_PAST_H
#define LEDGER_PAST_H

#include <stdbool.h>
#include <stdint.h>

#include "ledger/lots.h"

#define PAST_TRADES 65536
#define PAST_NONE   UINT32_MAX

struct ledger;

struct past_side {
    uint64_t previous; /* trade of its position, or 0 */
    uint32_t position, balance;
    i128 fee;
};

struct past_trade {
    uint64_t transaction;
    i128 notional;
    int64_t price, quantity;
    uint32_t fees; /* the balance that the fees went to */
    bool busted;
    uint32_t bases[2];         /* of the sides before it, or PAST_NONE */
    struct past_side sides[2]; /* buyer, seller */
};

struct past_base {
    struct holding holding;
    struct lot *lots; /* owned; NULL: none */
    size_t lot_count;
};

/* A zeroed one is empty.  Trades are numbered from 1. */
struct past {
    struct past_trade *ring; /* owned, like what follows */
    uint64_t *prints;
    size_t ring_room, prints_room;
    uint64_t count; /* the number of the latest trade */
    uint64_t first; /* trades up to it are of other streams */
    struct past_base *bases[2], pending[2];
    size_t base_count[2], base_room[2];
    bool partial; /* the stream has trades that were not seen */
};

void past_free(struct past *past);

/* A stream begins; partial: not with its first event. */
void past_begin(struct past *past, bool partial);

/* Room, and the bases of the two positions, for past_add.  0 or -1. */
int past_prepare(struct ledger *ledger, const uint32_t positions[2],
                 struct failure *failure);

/* Where the next trade goes: all but what past_add fills in is set there. */
struct past_trade *past_next(const struct past *past);

/* Adds it, by its print; its previous trades and bases are filled in. */
void past_add(struct ledger *ledger, uint64_t print);

/* A trade before this cannot be taken back on the position. */
void past_cut(struct ledger *ledger, uint32_t position);

/* The trade with a number; NULL when it is no longer known. */
struct past_trade *past_get(const struct past *past, uint64_t number);

/* The latest trade with a print, one that is not busted if there is any;
 * 0: none. */
uint64_t past_find(const struct past *past, uint64_t print);

/* The base of a side of the trade with a number; NULL: none. */
struct past_base *past_base(const struct past *past, uint64_t number, int side);

#endif
