/* event.h - the events of a tape; each struct is the wire layout.
 *
 * Little-endian, natural alignment, no holes, a multiple of 8 bytes.  Every
 * event begins with struct event.  The byte-sized fields of a type, its
 * enumerations and flags, share the eight bytes at offset 16, so that one
 * comparison checks them all (schema.h).
 *
 * Units: price, quantity and ratio are i64 in 10^-8; an amount is an i128 in
 * 10^-8, stored as two words; a time is nanoseconds since 1970, UTC.
 * received is when whoever recorded market data had it.
 * Null: ids, counts, enumerations and codes 0; price, quantity, ratio and
 * time INT64_MIN; amount INT128_MIN; text of length 0.
 *
 * Fields are only ever appended to a struct; a change of meaning is a new
 * type.  tape(5) is the authority.
 */
#ifndef TAPE_EVENT_H
#define TAPE_EVENT_H

#include <stdint.h>

#include "base/decimal.h"
#include "tape/enums.h"

enum event_type {
    EVENT_INSTRUMENT = 1,
    EVENT_NAME = 2,
    EVENT_SESSION = 3,
    EVENT_CLOCK = 4,
    EVENT_GAP = 5,
    EVENT_AUDIT = 6,
    EVENT_CHECKPOINT = 7,

    EVENT_ORDER = 16,
    EVENT_MODIFY = 17,
    EVENT_CANCEL = 18,
    EVENT_ACCEPTED = 19,
    EVENT_REJECTED = 20,
    EVENT_MODIFIED = 21,
    EVENT_CANCELLED = 22,
    EVENT_EXPIRED = 23,
    EVENT_TRIGGERED = 24,
    EVENT_MARKET = 25,
    EVENT_RESTING = 26,

    EVENT_TRADE = 32,
    EVENT_PRINT = 33,
    EVENT_TRADE_CANCEL = 34,

    EVENT_BOOK_ADD = 40,
    EVENT_BOOK_REDUCE = 41,
    EVENT_BOOK_DELETE = 42,
    EVENT_BOOK_EXECUTE = 43,
    EVENT_BOOK_REPLACE = 44,
    EVENT_QUOTE = 45,
    EVENT_DEPTH = 46,
    EVENT_INDICATIVE = 47,
    EVENT_BOOK_LEVEL = 48,
    EVENT_BOOK_CLEAR = 49,

    EVENT_BAR = 56,

    EVENT_ACCOUNT = 64,
    EVENT_CASH = 65,
    EVENT_HOLD = 66,
    EVENT_POSTING = 67,
    EVENT_BALANCE = 68,
    EVENT_POSITION = 69,
    EVENT_SETTLEMENT = 70,
    EVENT_MARGIN_CALL = 71,
    EVENT_VIOLATION = 72,
    EVENT_CORPORATE_ACTION = 73,
    EVENT_LOT = 74,

    EVENT_OPTION_QUOTE = 80,
    EVENT_PREDICTION = 81,
    EVENT_PORTFOLIO = 82,

    EVENT_TYPES = 128,   /* types below are ours, known or to come */
    EVENT_USER = 0x8000, /* types from here are the user's own */
};

/* ---- parts of events ---------------------------------------------------- */

/* UTF-8 bytes in the event's tail; offset counts from the event's start. */
struct text {
    uint16_t offset;
    uint16_t length;
    uint32_t reserved;
};

/* One to eight bytes of printable ASCII, zero padded: "USD".  Comparing the
 * word compares the code. */
struct code {
    uint64_t word;
};

struct amount {
    uint64_t low;
    int64_t high;
};

/* ---- the events --------------------------------------------------------- */

struct event {
    uint16_t words; /* length of the whole event in 8-byte words */
    uint16_t type;
    uint32_t instrument; /* id local to the tape; 0: none, or all */
    int64_t time;
};

struct instrument {
    struct event event;
    uint8_t kind, option_type, reserved[6];
    struct text symbol, exchange;
    struct code currency;
    int64_t tick_size, lot_size, multiplier;
    struct text underlying;
    int64_t expiry, strike;
    struct text isin, cusip;
    int64_t lower_price, upper_price; /* limits lie within; null: anywhere */
    int64_t reference_price;          /* where an auction leans to */
    struct text tick_table;           /* "0.001,1:0.005": tick, from:tick */
};

struct name {
    struct event event;
    uint8_t kind, reserved[7];
    uint64_t id;
    struct text text;
};

struct session {
    struct event event;
    uint8_t state, reserved[7];
};

struct clock {
    struct event event;
};

struct gap {
    struct event event;
    uint64_t missing; /* how many events; 0: unknown */
    int64_t from;     /* since when */
    struct text reason;
};

struct audit {
    struct event event;
    struct text name, document;
};

/* In a snapshot: how far a tape was read, and what was written of it. */
struct checkpoint {
    struct event event;                 /* its time: the latest seen so far */
    uint64_t input_seq, input_digest;   /* of the last event read */
    uint64_t output_seq, output_digest; /* of the last event written */
    struct text input_stream, output_stream;
};

struct order {
    struct event event;
    uint8_t side, order_type, time_in_force, self_trade, flags, reserved[3];
    uint64_t order_id, account_id, client_order_id, strategy_id;
    int64_t price, quantity, stop_price, display_quantity, min_quantity;
    int64_t expire_time;
    int64_t price_offset, offset_step; /* of a trailing stop, a protection */
};

struct modify {
    struct event event;
    uint64_t order_id, account_id;
    int64_t price;          /* null: as it was */
    int64_t quantity;       /* the new open quantity; null: as it was */
    int64_t total_quantity; /* in its place: open and executed so far */
    int64_t stop_price;     /* null: as it was */
};

struct cancel {
    struct event event;
    uint64_t order_id; /* 0: all orders of the account, the instrument */
    uint64_t account_id;
    int64_t quantity; /* how much to take away; null: all */
};

/* accepted, modified: the whole order as it now stands. */
struct order_report {
    struct event event;
    uint8_t side, order_type, time_in_force, self_trade, flags, reason;
    uint8_t reserved[2];
    uint64_t order_id, account_id, client_order_id, strategy_id;
    int64_t price, quantity, stop_price, display_quantity, min_quantity;
    int64_t expire_time;
    int64_t remaining_quantity;
    int64_t price_offset, offset_step;
};

/* rejected, cancelled, expired, triggered. */
struct order_end {
    struct event event;
    uint8_t side, reason, request, reserved[5];
    uint64_t order_id, account_id, client_order_id;
    int64_t price, remaining_quantity;
};

/* In a snapshot: an instrument's market, without its orders. */
struct market_state {
    struct event event;
    uint8_t state, reserved[7];
    int64_t last_price;
    uint64_t trade_count, local_id; /* local_id: on the tape being written */
    /* as reported last; a surplus of sellers is negative */
    int64_t indicative_price, indicative_quantity, indicative_surplus;
};

/* In a snapshot: a live order; at one place of a market's side they come in
 * the order in which they would trade. */
struct resting_order {
    struct event event;
    uint8_t side, order_type, time_in_force, self_trade, flags, place;
    uint8_t reserved[2];
    uint64_t order_id, account_id, client_order_id, strategy_id;
    int64_t price, quantity, stop_price, display_quantity, min_quantity;
    int64_t expire_time;
    int64_t remaining_quantity;
    int64_t price_offset, offset_step;
    int64_t visible_quantity;  /* what an iceberg shows of what remains */
    uint64_t accepted, placed; /* counts: in which order that happened */
};

struct trade {
    struct event event;
    uint8_t side, flags, reserved[6]; /* side: the aggressor's */
    int64_t price, quantity;
    uint64_t trade_id, buy_order_id, sell_order_id, buyer_id, seller_id;
};

struct print {
    struct event event;
    uint8_t side, conditions, reserved[6];
    int64_t price, quantity;
    uint64_t trade_id;
    int64_t received;
};

struct trade_cancel {
    struct event event;
    uint64_t trade_id;
    int64_t price, quantity, trade_time;
};

/* book_add, book_reduce, book_delete, book_execute: quantity is what is
 * added or taken away.  order_id 0: liquidity of a level whose orders are not
 * known. */
struct book_order {
    struct event event;
    uint8_t side, flags, reserved[6];
    uint64_t order_id;
    int64_t price, quantity;
    int64_t received;
};

struct book_replace {
    struct event event;
    uint8_t side, flags, reserved[6];
    uint64_t order_id, new_order_id;
    int64_t price, quantity; /* of the new order */
    int64_t received;
};

struct quote {
    struct event event;
    int64_t bid_price, bid_quantity, ask_price, ask_quantity;
    int64_t received;
};

struct depth {
    struct event event;
    uint8_t side, reserved[3];
    uint32_t level; /* 1: best */
    int64_t price, quantity;
    uint64_t order_count;
    int64_t received;
};

/* What an auction would do if it ended now. */
struct indicative {
    struct event event;
    uint8_t side, reserved[7]; /* of the surplus */
    int64_t price, quantity, surplus;
    int64_t received;
};

/* A price level as it is now, whatever it was. */
struct book_level {
    struct event event;
    uint8_t side, flags, reserved[6];
    int64_t price, quantity; /* 0: the level is gone */
    uint64_t order_count;    /* 0: not known */
    int64_t received;
};

/* The book begins anew: it has no orders and no levels. */
struct book_clear {
    struct event event;
    uint8_t flags, reserved[7];
    int64_t received;
};

struct bar {
    struct event event; /* its time is the bar's end, when it is known */
    uint8_t flags, reserved[3];
    uint32_t revision;
    int64_t interval; /* base/interval.h: above 0 nanoseconds */
    int64_t start;
    int64_t open, high, low, close;
    struct amount volume, notional, buy_volume, buy_notional;
    uint64_t trade_count, first_trade_id, last_trade_id;
};

struct account {
    struct event event;
    uint8_t account_type, status, basis, reserved[5];
    uint64_t account_id, user_id;
    uint64_t group_id; /* accounts of one group do not trade together */
};

struct cash {
    struct event event;
    uint8_t kind, reserved[7];
    uint64_t account_id;
    struct amount amount; /* positive; an adjustment or interest: signed */
    struct code currency;
};

struct hold {
    struct event event;
    uint8_t status, reserved[7];
    uint64_t hold_id, account_id;
    struct amount amount;
    struct code currency;
    int64_t expire_time;
};

struct posting {
    struct event event; /* the asset: this instrument, or 0 and currency */
    uint8_t kind, reserved[7];
    uint64_t posting_id, transaction_id, account_id;
    struct amount amount, balance_after;
    struct code currency;
};

struct balance {
    struct event event;
    uint64_t account_id;
    struct code currency;
    struct amount cash_balance, buying_power, margin_used;
    uint64_t version;
};

struct position {
    struct event event;
    uint64_t account_id;
    struct code currency;
    struct amount quantity, cost;
    int64_t average_cost;
    struct amount realized_pnl, unrealized_pnl, fees;
    uint64_t version;
};

/* What is left of one lot of a position; numbered from 1 in each position. */
struct lot_state {
    struct event event;
    uint64_t account_id;
    uint64_t lot;            /* its number */
    uint64_t transaction_id; /* that opened it */
    struct amount quantity, cost;
};

struct settlement {
    struct event event;
    uint8_t status, reserved[7];
    uint64_t account_id, trade_id;
    struct amount amount;
    struct code currency;
    int64_t settle_date;
};

struct margin_call {
    struct event event;
    uint8_t status, reserved[7];
    uint64_t account_id;
    struct amount amount;
    struct code currency;
    int64_t due_time;
};

struct violation {
    struct event event;
    uint8_t reason, reserved[7];
    uint64_t account_id, order_id;
    struct amount amount;
    struct text detail;
};

struct corporate_action {
    struct event event;
    uint8_t action_type, reserved[3];
    uint32_t new_instrument;
    int64_t ex_date, record_date, payable_date;
    int64_t ratio_new, ratio_old; /* 2:1 split: new 2, old 1 */
    int64_t amount;               /* per share */
    struct code currency;
};

struct option_quote {
    struct event event;
    int64_t bid_price, ask_price, underlying_price;
    int64_t iv, delta, gamma, theta, vega;
    int64_t rho, open_interest, volume;
    int64_t bid_quantity, ask_quantity;
    int64_t received;
};

struct prediction {
    struct event event;
    uint64_t model_id;
    int64_t predicted_value, confidence, horizon;
};

struct portfolio {
    struct event event;
    uint64_t account_id;
    struct amount position_size;
    int64_t entry_price, current_price;
    struct amount pnl;
};

#define EVENT_FIXED_MAX 160 /* the longest fixed part of ours */
_Static_assert(sizeof(struct bar) == EVENT_FIXED_MAX, "a bar is the longest");

/* ---- reading them ------------------------------------------------------- */

static inline const struct event *
event_next(const struct event *event)
{
    return (const struct event *)((const uint64_t *)event + event->words);
}

static inline const char *
event_text(const void *event, struct text text)
{
    return (const char *)event + text.offset;
}

static inline i128
amount_get(struct amount amount)
{
    return (i128)((u128)(uint64_t)amount.high << 64 | amount.low);
}

static inline struct amount
amount_of(i128 value)
{
    return (struct amount){(uint64_t)value, (int64_t)(value >> 64)};
}

/* ---- the layout, asserted ----------------------------------------------- */

#define EVENT_SIZE(type, bytes)                                                \
    _Static_assert(sizeof(struct type) == (bytes), "wire size of " #type)
EVENT_SIZE(event, 16);
EVENT_SIZE(instrument, 144);
EVENT_SIZE(name, 40);
EVENT_SIZE(session, 24);
EVENT_SIZE(clock, 16);
EVENT_SIZE(gap, 40);
EVENT_SIZE(audit, 32);
EVENT_SIZE(checkpoint, 64);
EVENT_SIZE(order, 120);
EVENT_SIZE(modify, 64);
EVENT_SIZE(cancel, 40);
EVENT_SIZE(order_report, 128);
EVENT_SIZE(order_end, 64);
EVENT_SIZE(market_state, 72);
EVENT_SIZE(resting_order, 152);
EVENT_SIZE(trade, 80);
EVENT_SIZE(print, 56);
EVENT_SIZE(trade_cancel, 48);
EVENT_SIZE(book_order, 56);
EVENT_SIZE(book_replace, 64);
EVENT_SIZE(quote, 56);
EVENT_SIZE(depth, 56);
EVENT_SIZE(indicative, 56);
EVENT_SIZE(book_level, 56);
EVENT_SIZE(book_clear, 32);
EVENT_SIZE(bar, 160);
EVENT_SIZE(account, 48);
EVENT_SIZE(cash, 56);
EVENT_SIZE(hold, 72);
EVENT_SIZE(posting, 88);
EVENT_SIZE(balance, 88);
EVENT_SIZE(position, 128);
EVENT_SIZE(lot_state, 72);
EVENT_SIZE(settlement, 72);
EVENT_SIZE(margin_call, 64);
EVENT_SIZE(violation, 64);
EVENT_SIZE(corporate_action, 80);
EVENT_SIZE(option_quote, 128);
EVENT_SIZE(prediction, 48);
EVENT_SIZE(portfolio, 72);
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "the structs are the wire layout: little-endian machines only");

#endif
