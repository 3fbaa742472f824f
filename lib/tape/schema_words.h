/* schema_words.h - the words of enumerations and flags, for schema.c alone: one
 * for each value of tape/enums.h, in its order.
 */
#ifndef TAPE_SCHEMA_WORDS_H
#define TAPE_SCHEMA_WORDS_H

#include <stddef.h>

#include "tape/event.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- words -------------------------------------------------------------- */

/* clang-format off */
#define WORDS static const char *const
WORDS side_words[] = {"buy", "sell", NULL};
WORDS instrument_kind_words[] = {"equity", "etf", "option", "future", "fx",
    "crypto", "index", NULL};
WORDS option_type_words[] = {"call", "put", NULL};
WORDS id_kind_words[] = {"order", "account", "trade", "client_order",
    "strategy", "user", "model", "hold", "group", NULL};
WORDS session_state_words[] = {"closed", "pre_open", "opening_auction",
    "continuous", "halt", "closing_auction", NULL};
WORDS order_type_words[] = {"market", "limit", "stop", "stop_limit",
    "trailing_stop", "market_to_limit", NULL};
WORDS time_in_force_words[] = {"day", "gtc", "ioc", "fok", "gtd", "at_open",
    "at_close", NULL};
WORDS self_trade_words[] = {"none", "cancel_newest", "cancel_oldest",
    "cancel_both", "decrement", NULL};
WORDS order_place_words[] = {"book", "hidden", "all_or_none", "stop", "unset",
    "market", "close", NULL};
WORDS request_words[] = {"order", "modify", "cancel", NULL};
WORDS reason_words[] = {"requested", "mass_cancel", "ioc_remainder", "fok",
    "no_liquidity", "post_only", "duplicate_id", "unknown_order",
    "invalid_id", "invalid_side", "invalid_price", "invalid_quantity",
    "invalid_type", "unsupported", "tick_size", "lot_size", "price_band",
    "unknown_instrument", "halted", "closed", "day_end", "expire_time",
    "self_trade", "min_quantity", "reduced", "limit_reached",
    "insufficient_funds", "account_closed", "amount_range",
    "invalid_stop", "auction", "auction_remainder", "currency_changed",
    "basis_changed", "unknown_trade", "already_busted", NULL};
WORDS account_type_words[] = {"cash", "margin", NULL};
WORDS account_status_words[] = {"active", "suspended", "closed", NULL};
WORDS account_basis_words[] = {"average", "fifo", "lifo", "hifo", NULL};
WORDS cash_kind_words[] = {"deposit", "withdrawal", "fee", "interest",
    "adjustment", NULL};
WORDS hold_status_words[] = {"open", "released", "expired", NULL};
WORDS posting_kind_words[] = {"trade", "fee", "deposit", "withdrawal",
    "interest", "adjustment", "dividend", "split", "bust", "cash_in_lieu",
    NULL};
WORDS settlement_status_words[] = {"pending", "settled", "failed", NULL};
WORDS margin_status_words[] = {"open", "met", "liquidation", NULL};
WORDS action_type_words[] = {"dividend", "split", "stock_dividend",
    "symbol_change", "merger", "spin_off", "return_of_capital", NULL};

WORDS order_flag_words[] = {"post_only", "all_or_none", "hidden", NULL};
WORDS trade_flag_words[] = {"auction", "self_trade", NULL};
WORDS book_flag_words[] = {"more", "snapshot", NULL};
WORDS print_condition_words[] = {"auction", "hidden", "odd_lot",
    "extended_hours", "late", NULL};
WORDS bar_flag_words[] = {"partial", "filled", "final", "amended", "no_price",
    NULL};

/* A word for each value from 1 on, and the NULL at the end. */
#define WORDS_OF(words, last)                                                 \
    _Static_assert(COUNT(words) == (last) + 1, #words ": up to " #last)
WORDS_OF(side_words, SIDE_SELL);
WORDS_OF(instrument_kind_words, KIND_INDEX);
WORDS_OF(option_type_words, OPTION_PUT);
WORDS_OF(id_kind_words, ID_GROUP);
WORDS_OF(session_state_words, SESSION_CLOSING_AUCTION);
WORDS_OF(order_type_words, ORDER_MARKET_TO_LIMIT);
WORDS_OF(time_in_force_words, TIF_AT_CLOSE);
WORDS_OF(self_trade_words, SELF_TRADE_DECREMENT);
WORDS_OF(order_place_words, STANDS_CLOSE);
WORDS_OF(request_words, REQUEST_CANCEL);
WORDS_OF(reason_words, REASON_ALREADY_BUSTED);
WORDS_OF(account_type_words, ACCOUNT_MARGIN);
WORDS_OF(account_status_words, ACCOUNT_CLOSED);
WORDS_OF(account_basis_words, BASIS_HIFO);
WORDS_OF(cash_kind_words, CASH_ADJUSTMENT);
WORDS_OF(hold_status_words, HOLD_EXPIRED);
WORDS_OF(posting_kind_words, POSTING_CASH_IN_LIEU);
WORDS_OF(settlement_status_words, SETTLEMENT_FAILED);
WORDS_OF(margin_status_words, MARGIN_LIQUIDATION);
WORDS_OF(action_type_words, ACTION_RETURN_OF_CAPITAL);

/* A word for each bit. */
#define BITS_OF(words, last)                                                  \
    _Static_assert(1 << (COUNT(words) - 2) == (last), #words ": up to " #last)
BITS_OF(order_flag_words, ORDER_HIDDEN);
BITS_OF(trade_flag_words, TRADE_SELF);
BITS_OF(print_condition_words, PRINT_LATE);
BITS_OF(bar_flag_words, BAR_NO_PRICE);
/* clang-format on */

#endif
