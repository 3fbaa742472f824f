/* flow_file.h - order flow in a file that any matching engine can be driven
 * with, so that engines are measured with the same orders.
 *
 * Records of 32 bytes, little-endian, one after the other.  The first one is
 * FLOW_BEGIN: symbol is how many symbols there are, id how many records
 * follow, price how many of these only fill the books and are not timed.
 *
 *      FLOW_ADD      a new order; price 0: a market order; immediate: what
 *                    does not trade at once is cancelled
 *      FLOW_CANCEL   all of an order, which may be gone already
 *      FLOW_MODIFY   price, if not 0, is the new price: the order goes to the
 *                    back of its queue; lots, if not 0, is the new open
 *                    quantity, less than before: the order keeps its place
 *
 * Symbols count from 1, ids of orders from 1 without gaps over all symbols.
 * side is 1 for buy and 2 for sell; prices are in ticks.
 *
 * What is driven with it prints a line with four numbers: the seconds of
 * processor time that the timed records took, how many these were, how many
 * trades all records made, and how many orders are open in the end.
 */
#ifndef BENCH_FLOW_FILE_H
#define BENCH_FLOW_FILE_H

#include <stdint.h>

enum flow_operation { FLOW_BEGIN = 0, FLOW_ADD, FLOW_CANCEL, FLOW_MODIFY };

struct flow_record {
    uint8_t operation, side, immediate, reserved;
    uint32_t symbol;
    uint64_t id;
    int64_t price;
    uint32_t lots, account;
};
_Static_assert(sizeof(struct flow_record) == 32, "half a cache line");

#endif
