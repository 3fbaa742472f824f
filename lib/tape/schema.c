#include "tape/schema.h"

#include "tape/schema_words.h"

/* clang-format off */
/* ---- fields ------------------------------------------------------------- */

#define AT(member)                                                            \
    offsetof(struct STRUCT, member), sizeof(((struct STRUCT *)0)->member)
#define FIELD(kind, member, meaning)                                          \
    {#member, FIELD_##kind, AT(member), NULL, 0, meaning}
#define WORD(kind, member, words, meaning)                                    \
    {#member, FIELD_##kind, AT(member), words, 0, meaning}
#define ID(member, id_kind, meaning)                                          \
    {#member, FIELD_ID, AT(member), NULL, id_kind, meaning}
#define FIELDS static const struct schema_field
#define RECEIVED FIELD(TIME, received, "when the recorder had it")

#define STRUCT instrument
FIELDS instrument_fields[] = {
    WORD(ENUM, kind, instrument_kind_words, "what it is"),
    WORD(ENUM, option_type, option_type_words, "of an option"),
    FIELD(TEXT, symbol, "identity, with exchange"),
    FIELD(TEXT, exchange, "identity, with symbol"),
    FIELD(CODE, currency, "what prices are in"),
    FIELD(PRICE, tick_size, "prices are multiples of it"),
    FIELD(QUANTITY, lot_size, "quantities are multiples of it"),
    FIELD(QUANTITY, multiplier, "units of the underlying in one contract"),
    FIELD(TEXT, underlying, "symbol of what it derives from"),
    FIELD(TIME, expiry, "when it ceases to exist"),
    FIELD(PRICE, strike, "of an option"),
    FIELD(TEXT, isin, "ISO 6166"),
    FIELD(TEXT, cusip, "CUSIP"),
    FIELD(PRICE, lower_price, "limits are not below it"),
    FIELD(PRICE, upper_price, "limits are not above it"),
    FIELD(PRICE, reference_price, "where an auction's price leans to"),
    FIELD(TEXT, tick_table, "tick sizes by price, as 0.01,1:0.05"),
};
#undef STRUCT
#define STRUCT name
FIELDS name_fields[] = {
    WORD(ENUM, kind, id_kind_words, "which ids it names"),
    ID(id, 0, "the id used in events"),
    FIELD(TEXT, text, "the id outside"),
};
#undef STRUCT
#define STRUCT session
FIELDS session_fields[] = {
    WORD(ENUM, state, session_state_words,
         "the phase that begins; instrument 0: for all"),
};
#undef STRUCT
#define STRUCT gap
FIELDS gap_fields[] = {
    FIELD(COUNT, missing, "how many events, 0: unknown"),
    FIELD(TIME, from, "since when"),
    FIELD(TEXT, reason, "why"),
};
#undef STRUCT
#define STRUCT audit
FIELDS audit_fields[] = {
    FIELD(TEXT, name, "what happened"),
    FIELD(TEXT, document, "a JSON document"),
};
#undef STRUCT
#define STRUCT checkpoint
FIELDS checkpoint_fields[] = {
    ID(input_seq, 0, "the last event read of the input"),
    ID(input_digest, 0, "of the input's events up to it"),
    ID(output_seq, 0, "the last event written"),
    ID(output_digest, 0, "of the output's events; null: not known"),
    FIELD(TEXT, input_stream, ""),
    FIELD(TEXT, output_stream, ""),
};
#undef STRUCT
#define STRUCT order
FIELDS order_fields[] = {
    WORD(ENUM, side, side_words, ""),
    WORD(ENUM, order_type, order_type_words,
         "null: limit if it has a price"),
    WORD(ENUM, time_in_force, time_in_force_words, "null: day"),
    WORD(ENUM, self_trade, self_trade_words, "the aggressor's rule"),
    WORD(FLAGS, flags, order_flag_words, ""),
    ID(order_id, ID_ORDER, "unique among live orders of an instrument"),
    ID(account_id, ID_ACCOUNT, "whose it is"),
    ID(client_order_id, ID_CLIENT_ORDER, "as the client calls it"),
    ID(strategy_id, ID_STRATEGY, ""),
    FIELD(PRICE, price, "limit"),
    FIELD(QUANTITY, quantity, ""),
    FIELD(PRICE, stop_price, "trigger"),
    FIELD(QUANTITY, display_quantity, "peak of an iceberg"),
    FIELD(QUANTITY, min_quantity, "least first execution"),
    FIELD(TIME, expire_time, "of gtd"),
    FIELD(PRICE, price_offset, "trailing: from the last; market: protection"),
    FIELD(PRICE, offset_step, "a trailing stop moves by no less"),
};
#undef STRUCT
#define STRUCT modify
FIELDS modify_fields[] = {
    ID(order_id, ID_ORDER, ""),
    ID(account_id, ID_ACCOUNT, "null: not checked"),
    FIELD(PRICE, price, "new limit, null: as it was"),
    FIELD(QUANTITY, quantity, "new open quantity, null: as it was"),
    FIELD(QUANTITY, total_quantity, "in its place: open and executed"),
    FIELD(PRICE, stop_price, "new trigger, null: as it was"),
};
#undef STRUCT
#define STRUCT cancel
FIELDS cancel_fields[] = {
    ID(order_id, ID_ORDER, "0: all of the account and/or instrument"),
    ID(account_id, ID_ACCOUNT, "null: not checked"),
    FIELD(QUANTITY, quantity, "how much to take away, null: all"),
};
#undef STRUCT
#define STRUCT order_report
FIELDS order_report_fields[] = {
    WORD(ENUM, side, side_words, ""),
    WORD(ENUM, order_type, order_type_words, ""),
    WORD(ENUM, time_in_force, time_in_force_words, ""),
    WORD(ENUM, self_trade, self_trade_words, ""),
    WORD(FLAGS, flags, order_flag_words, ""),
    WORD(ENUM, reason, reason_words, ""),
    ID(order_id, ID_ORDER, ""),
    ID(account_id, ID_ACCOUNT, ""),
    ID(client_order_id, ID_CLIENT_ORDER, ""),
    ID(strategy_id, ID_STRATEGY, ""),
    FIELD(PRICE, price, ""),
    FIELD(QUANTITY, quantity, "as ordered or as modified"),
    FIELD(PRICE, stop_price, ""),
    FIELD(QUANTITY, display_quantity, ""),
    FIELD(QUANTITY, min_quantity, ""),
    FIELD(TIME, expire_time, ""),
    FIELD(QUANTITY, remaining_quantity, "open before any trade it causes"),
    FIELD(PRICE, price_offset, ""),
    FIELD(PRICE, offset_step, ""),
};
#undef STRUCT
#define STRUCT order_end
FIELDS order_end_fields[] = {
    WORD(ENUM, side, side_words, "null when the order is not known"),
    WORD(ENUM, reason, reason_words, "why"),
    WORD(ENUM, request, request_words, "what was asked for"),
    ID(order_id, ID_ORDER, ""),
    ID(account_id, ID_ACCOUNT, ""),
    ID(client_order_id, ID_CLIENT_ORDER, ""),
    FIELD(PRICE, price, "its limit"),
    FIELD(QUANTITY, remaining_quantity, "open when it happened"),
};
#undef STRUCT
#define STRUCT market_state
FIELDS market_fields[] = {
    WORD(ENUM, state, session_state_words, "of the session"),
    FIELD(PRICE, last_price, "of the last trade"),
    FIELD(COUNT, trade_count, "the last trade_id"),
    FIELD(COUNT, local_id, "its id on the tape that was written"),
    FIELD(PRICE, indicative_price, "as reported last"),
    FIELD(QUANTITY, indicative_quantity, "as reported last"),
    FIELD(QUANTITY, indicative_surplus,
          "as reported last; of sellers: negative"),
};
#undef STRUCT
#define STRUCT resting_order
FIELDS resting_fields[] = {
    WORD(ENUM, side, side_words, ""),
    WORD(ENUM, order_type, order_type_words, ""),
    WORD(ENUM, time_in_force, time_in_force_words, ""),
    WORD(ENUM, self_trade, self_trade_words, ""),
    WORD(FLAGS, flags, order_flag_words, ""),
    WORD(ENUM, place, order_place_words, "where it stands"),
    ID(order_id, ID_ORDER, ""),
    ID(account_id, ID_ACCOUNT, ""),
    ID(client_order_id, ID_CLIENT_ORDER, ""),
    ID(strategy_id, ID_STRATEGY, ""),
    FIELD(PRICE, price, "limit"),
    FIELD(QUANTITY, quantity, "executed and open"),
    FIELD(PRICE, stop_price, "the one in force"),
    FIELD(QUANTITY, display_quantity, ""),
    FIELD(QUANTITY, min_quantity, ""),
    FIELD(TIME, expire_time, ""),
    FIELD(QUANTITY, remaining_quantity, "open"),
    FIELD(PRICE, price_offset, ""),
    FIELD(PRICE, offset_step, ""),
    FIELD(QUANTITY, visible_quantity, "of what is open"),
    FIELD(COUNT, accepted, "a count: which of two was accepted first"),
    FIELD(COUNT, placed, "a count: which came first to where it stands"),
};
#undef STRUCT
#define STRUCT trade
FIELDS trade_fields[] = {
    WORD(ENUM, side, side_words, "the aggressor's; null in an auction"),
    WORD(FLAGS, flags, trade_flag_words, ""),
    FIELD(PRICE, price, "the resting order's"),
    FIELD(QUANTITY, quantity, ""),
    ID(trade_id, ID_TRADE, "dense from 1 in each instrument"),
    ID(buy_order_id, ID_ORDER, ""),
    ID(sell_order_id, ID_ORDER, ""),
    ID(buyer_id, ID_ACCOUNT, ""),
    ID(seller_id, ID_ACCOUNT, ""),
};
#undef STRUCT
#define STRUCT print
FIELDS print_fields[] = {
    WORD(ENUM, side, side_words, "the aggressor's, if reported"),
    WORD(FLAGS, conditions, print_condition_words, "of the sale"),
    FIELD(PRICE, price, ""),
    FIELD(QUANTITY, quantity, ""),
    ID(trade_id, ID_TRADE, ""),
    RECEIVED,
};
#undef STRUCT
#define STRUCT trade_cancel
FIELDS trade_cancel_fields[] = {
    ID(trade_id, ID_TRADE, "the trade that is busted"),
    FIELD(PRICE, price, "of that trade"),
    FIELD(QUANTITY, quantity, "of that trade"),
    FIELD(TIME, trade_time, "of that trade"),
};
#undef STRUCT
#define STRUCT book_order
#define MORE "more: its message goes on"
FIELDS book_order_fields[] = {
    WORD(ENUM, side, side_words, ""),
    WORD(FLAGS, flags, book_flag_words, MORE),
    ID(order_id, ID_ORDER, "0: orders not known one by one"),
    FIELD(PRICE, price, ""),
    FIELD(QUANTITY, quantity, "what is added or taken away"),
    RECEIVED,
};
#undef STRUCT
#define STRUCT book_replace
FIELDS book_replace_fields[] = {
    WORD(ENUM, side, side_words, ""),
    WORD(FLAGS, flags, book_flag_words, MORE),
    ID(order_id, ID_ORDER, "the order that goes"),
    ID(new_order_id, ID_ORDER, "the order that comes"),
    FIELD(PRICE, price, "of the new order"),
    FIELD(QUANTITY, quantity, "of the new order"),
    RECEIVED,
};
#undef STRUCT
#define STRUCT quote
FIELDS quote_fields[] = {
    FIELD(PRICE, bid_price, "best bid, null: none"),
    FIELD(QUANTITY, bid_quantity, ""),
    FIELD(PRICE, ask_price, "best ask, null: none"),
    FIELD(QUANTITY, ask_quantity, ""),
    RECEIVED,
};
#undef STRUCT
#define STRUCT depth
FIELDS depth_fields[] = {
    WORD(ENUM, side, side_words, ""),
    FIELD(COUNT, level, "1: best"),
    FIELD(PRICE, price, "null: no such level any more"),
    FIELD(QUANTITY, quantity, ""),
    FIELD(COUNT, order_count, ""),
    RECEIVED,
};
#undef STRUCT
#define STRUCT indicative
FIELDS indicative_fields[] = {
    WORD(ENUM, side, side_words, "of the surplus"),
    FIELD(PRICE, price, "null: no price"),
    FIELD(QUANTITY, quantity, "what would trade"),
    FIELD(QUANTITY, surplus, "what would not, at that price"),
    RECEIVED,
};
#undef STRUCT
#define STRUCT book_level
FIELDS book_level_fields[] = {
    WORD(ENUM, side, side_words, ""),
    WORD(FLAGS, flags, book_flag_words, MORE),
    FIELD(PRICE, price, ""),
    FIELD(QUANTITY, quantity, "what is there now; 0: the level is gone"),
    FIELD(COUNT, order_count, "null: not known"),
    RECEIVED,
};
#undef STRUCT
#define STRUCT book_clear
FIELDS book_clear_fields[] = {
    WORD(FLAGS, flags, book_flag_words, MORE),
    RECEIVED,
};
#undef STRUCT
#define STRUCT bar
FIELDS bar_fields[] = {
    WORD(FLAGS, flags, bar_flag_words, ""),
    FIELD(COUNT, revision, "how often it was amended"),
    FIELD(INTERVAL, interval, "as asked for"),
    FIELD(TIME, start, "inclusive; the event's time is the end"),
    FIELD(PRICE, open, "of the first trade by time and seq"),
    FIELD(PRICE, high, ""),
    FIELD(PRICE, low, ""),
    FIELD(PRICE, close, "of the last trade by time and seq"),
    FIELD(AMOUNT, volume, ""),
    FIELD(AMOUNT, notional, "sum of price times quantity"),
    FIELD(AMOUNT, buy_volume, "of trades with a buying aggressor"),
    FIELD(AMOUNT, buy_notional, ""),
    FIELD(COUNT, trade_count, ""),
    ID(first_trade_id, ID_TRADE, ""),
    ID(last_trade_id, ID_TRADE, ""),
};
#undef STRUCT
#define STRUCT account
FIELDS account_fields[] = {
    WORD(ENUM, account_type, account_type_words, ""),
    WORD(ENUM, status, account_status_words, ""),
    WORD(ENUM, basis, account_basis_words, "how what it sells is costed"),
    ID(account_id, ID_ACCOUNT, ""),
    ID(user_id, ID_USER, ""),
    ID(group_id, ID_GROUP, "accounts of one group do not trade together"),
};
#undef STRUCT
#define STRUCT cash
FIELDS cash_fields[] = {
    WORD(ENUM, kind, cash_kind_words, ""),
    ID(account_id, ID_ACCOUNT, ""),
    FIELD(AMOUNT, amount, "positive; interest, adjustment: signed"),
    FIELD(CODE, currency, ""),
};
#undef STRUCT
#define STRUCT hold
FIELDS hold_fields[] = {
    WORD(ENUM, status, hold_status_words, ""),
    ID(hold_id, ID_HOLD, ""),
    ID(account_id, ID_ACCOUNT, ""),
    FIELD(AMOUNT, amount, ""),
    FIELD(CODE, currency, "null: units of the instrument"),
    FIELD(TIME, expire_time, ""),
};
#undef STRUCT
#define STRUCT posting
FIELDS posting_fields[] = {
    WORD(ENUM, kind, posting_kind_words, ""),
    ID(posting_id, 0, "dense from 1"),
    ID(transaction_id, 0, "the same in all legs; they sum to 0"),
    ID(account_id, ID_ACCOUNT, ""),
    FIELD(AMOUNT, amount, "+: the account owns more"),
    FIELD(AMOUNT, balance_after, ""),
    FIELD(CODE, currency, "null: units of the instrument"),
};
#undef STRUCT
#define STRUCT balance
FIELDS balance_fields[] = {
    ID(account_id, ID_ACCOUNT, ""),
    FIELD(CODE, currency, ""),
    FIELD(AMOUNT, cash_balance, ""),
    FIELD(AMOUNT, buying_power, ""),
    FIELD(AMOUNT, margin_used, ""),
    FIELD(COUNT, version, "how often it changed"),
};
#undef STRUCT
#define STRUCT position
FIELDS position_fields[] = {
    ID(account_id, ID_ACCOUNT, ""),
    FIELD(CODE, currency, "what it is valued in"),
    FIELD(AMOUNT, quantity, "negative: short"),
    FIELD(AMOUNT, cost, "signed; of what is held"),
    FIELD(PRICE, average_cost, "cost / quantity, half-even"),
    FIELD(AMOUNT, realized_pnl, "before fees"),
    FIELD(AMOUNT, unrealized_pnl, ""),
    FIELD(AMOUNT, fees, "paid so far"),
    FIELD(COUNT, version, "how often it changed"),
};
#undef STRUCT
#define STRUCT lot_state
FIELDS lot_fields[] = {
    ID(account_id, ID_ACCOUNT, ""),
    FIELD(COUNT, lot, "its number in the position, from 1"),
    FIELD(COUNT, transaction_id, "that opened it"),
    FIELD(AMOUNT, quantity, "what is left of it; negative: short"),
    FIELD(AMOUNT, cost, "signed; of what is left"),
};
#undef STRUCT
#define STRUCT settlement
FIELDS settlement_fields[] = {
    WORD(ENUM, status, settlement_status_words, ""),
    ID(account_id, ID_ACCOUNT, ""),
    ID(trade_id, ID_TRADE, ""),
    FIELD(AMOUNT, amount, ""),
    FIELD(CODE, currency, "null: units of the instrument"),
    FIELD(TIME, settle_date, ""),
};
#undef STRUCT
#define STRUCT margin_call
FIELDS margin_call_fields[] = {
    WORD(ENUM, status, margin_status_words, ""),
    ID(account_id, ID_ACCOUNT, ""),
    FIELD(AMOUNT, amount, ""),
    FIELD(CODE, currency, ""),
    FIELD(TIME, due_time, ""),
};
#undef STRUCT
#define STRUCT violation
FIELDS violation_fields[] = {
    WORD(ENUM, reason, reason_words, "the rule"),
    ID(account_id, ID_ACCOUNT, ""),
    ID(order_id, ID_ORDER, ""),
    FIELD(AMOUNT, amount, "by how much"),
    FIELD(TEXT, detail, ""),
};
#undef STRUCT
#define STRUCT corporate_action
FIELDS corporate_action_fields[] = {
    WORD(ENUM, action_type, action_type_words, ""),
    FIELD(INSTRUMENT, new_instrument, "what it becomes or brings"),
    FIELD(TIME, ex_date, ""),
    FIELD(TIME, record_date, ""),
    FIELD(TIME, payable_date, ""),
    FIELD(RATIO, ratio_new, "new shares for ratio_old old ones"),
    FIELD(RATIO, ratio_old, ""),
    FIELD(PRICE, amount, "cash per share"),
    FIELD(CODE, currency, ""),
};
#undef STRUCT
#define STRUCT option_quote
FIELDS option_quote_fields[] = {
    FIELD(PRICE, bid_price, ""),
    FIELD(PRICE, ask_price, ""),
    FIELD(PRICE, underlying_price, ""),
    FIELD(RATIO, iv, "implied volatility, 1 is 100 %"),
    FIELD(RATIO, delta, ""),
    FIELD(RATIO, gamma, ""),
    FIELD(RATIO, theta, "per day"),
    FIELD(RATIO, vega, "per volatility point"),
    FIELD(RATIO, rho, "per point of the interest rate"),
    FIELD(QUANTITY, open_interest, "contracts"),
    FIELD(QUANTITY, volume, "contracts"),
    FIELD(QUANTITY, bid_quantity, ""),
    FIELD(QUANTITY, ask_quantity, ""),
    RECEIVED,
};
#undef STRUCT
#define STRUCT prediction
FIELDS prediction_fields[] = {
    ID(model_id, ID_MODEL, ""),
    FIELD(PRICE, predicted_value, ""),
    FIELD(RATIO, confidence, "0 to 1"),
    FIELD(DURATION, horizon, "how far ahead"),
};
#undef STRUCT
#define STRUCT portfolio
FIELDS portfolio_fields[] = {
    ID(account_id, ID_ACCOUNT, ""),
    FIELD(AMOUNT, position_size, ""),
    FIELD(PRICE, entry_price, ""),
    FIELD(PRICE, current_price, ""),
    FIELD(AMOUNT, pnl, ""),
};
#undef STRUCT

/* ---- types -------------------------------------------------------------- */

#define TYPE(NUMBER, name, structure, fields, meaning)                        \
    {name, EVENT_##NUMBER, sizeof(struct structure), COUNT(fields), fields,   \
     meaning}

const struct schema_type schema_types[] = {
    TYPE(INSTRUMENT, "instrument", instrument, instrument_fields,
         "defines a local instrument id, or changes its attributes"),
    TYPE(NAME, "name", name, name_fields, "defines the text of an id"),
    TYPE(SESSION, "session", session, session_fields,
         "a phase of trading begins"),
    {"clock", EVENT_CLOCK, sizeof(struct clock), 0, NULL,
     "nothing earlier follows"},
    TYPE(GAP, "gap", gap, gap_fields, "a known hole"),
    TYPE(AUDIT, "audit", audit, audit_fields,
         "request metadata, operator actions"),
    TYPE(CHECKPOINT, "checkpoint", checkpoint, checkpoint_fields,
         "how far a tape was read when a snapshot was taken"),
    TYPE(ORDER, "order", order, order_fields, "a new order arrives"),
    TYPE(MODIFY, "modify", modify, modify_fields, "an order is to change"),
    TYPE(CANCEL, "cancel", cancel, cancel_fields,
         "an order, or many, are to go"),
    TYPE(ACCEPTED, "accepted", order_report, order_report_fields,
         "the order is taken; what it causes follows"),
    TYPE(REJECTED, "rejected", order_end, order_end_fields,
         "the request changed nothing"),
    TYPE(MODIFIED, "modified", order_report, order_report_fields,
         "the order as it stands now; what it causes follows"),
    TYPE(CANCELLED, "cancelled", order_end, order_end_fields,
         "the order is gone"),
    TYPE(EXPIRED, "expired", order_end, order_end_fields,
         "the order's time is over"),
    TYPE(TRIGGERED, "triggered", order_end, order_end_fields,
         "a stop order becomes active"),
    TYPE(MARKET, "market", market_state, market_fields,
         "an instrument's market, in a snapshot"),
    TYPE(RESTING, "resting", resting_order, resting_fields,
         "a live order, in a snapshot"),
    TYPE(TRADE, "trade", trade, trade_fields, "two orders traded"),
    TYPE(PRINT, "print", print, print_fields,
         "a trade as a market-data feed reports it"),
    TYPE(TRADE_CANCEL, "trade_cancel", trade_cancel, trade_cancel_fields,
         "a bust: compensates, never deletes"),
    TYPE(BOOK_ADD, "book_add", book_order, book_order_fields,
         "an order enters the book"),
    TYPE(BOOK_REDUCE, "book_reduce", book_order, book_order_fields,
         "part of it is cancelled"),
    TYPE(BOOK_DELETE, "book_delete", book_order, book_order_fields,
         "the rest of it is cancelled"),
    TYPE(BOOK_EXECUTE, "book_execute", book_order, book_order_fields,
         "part or all of it is executed"),
    TYPE(BOOK_REPLACE, "book_replace", book_replace, book_replace_fields,
         "another order takes its place, at the back"),
    TYPE(QUOTE, "quote", quote, quote_fields, "best bid and ask"),
    TYPE(DEPTH, "depth", depth, depth_fields, "one level of the book"),
    TYPE(INDICATIVE, "indicative", indicative, indicative_fields,
         "what an auction would do if it ended now"),
    TYPE(BOOK_LEVEL, "book_level", book_level, book_level_fields,
         "a price level as it is now"),
    TYPE(BOOK_CLEAR, "book_clear", book_clear, book_clear_fields,
         "the book begins anew, empty"),
    TYPE(BAR, "bar", bar, bar_fields, "what traded in an interval"),
    TYPE(ACCOUNT, "account", account, account_fields,
         "an account is opened or changed"),
    TYPE(CASH, "cash", cash, cash_fields, "money comes in or goes out"),
    TYPE(HOLD, "hold", hold, hold_fields, "a reservation"),
    TYPE(POSTING, "posting", posting, posting_fields,
         "one leg of a double entry"),
    TYPE(BALANCE, "balance", balance, balance_fields,
         "an account's money in one currency"),
    TYPE(POSITION, "position", position, position_fields,
         "an account's holding of one instrument"),
    TYPE(SETTLEMENT, "settlement", settlement, settlement_fields,
         "an obligation, pending to settled"),
    TYPE(MARGIN_CALL, "margin_call", margin_call, margin_call_fields, ""),
    TYPE(VIOLATION, "violation", violation, violation_fields,
         "a rule was broken by something that stands"),
    TYPE(CORPORATE_ACTION, "corporate_action", corporate_action,
         corporate_action_fields, "an issuer's act"),
    TYPE(LOT, "lot", lot_state, lot_fields,
         "what is left of one lot of a position"),
    TYPE(OPTION_QUOTE, "option_quote", option_quote, option_quote_fields,
         "an option's prices and greeks"),
    TYPE(PREDICTION, "prediction", prediction, prediction_fields,
         "a model's output"),
    TYPE(PORTFOLIO, "portfolio", portfolio, portfolio_fields,
         "a strategy's holding"),
};
_Static_assert(COUNT(schema_types) < EVENT_TYPES, "each has its own number");
/* clang-format on */
const size_t schema_type_count = COUNT(schema_types);
