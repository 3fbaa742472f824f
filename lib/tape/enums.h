/* enums.h - the enumerations of events.  0 is always null; the words that
 * text formats use for the values are in schema.c, in the same order.
 * Values are only ever appended.
 */
#ifndef TAPE_ENUMS_H
#define TAPE_ENUMS_H

enum instrument_kind {
    KIND_EQUITY = 1,
    KIND_ETF,
    KIND_OPTION,
    KIND_FUTURE,
    KIND_FX,
    KIND_CRYPTO,
    KIND_INDEX,
};

enum option_type { OPTION_CALL = 1, OPTION_PUT };

enum id_kind {
    ID_ORDER = 1,
    ID_ACCOUNT,
    ID_TRADE,
    ID_CLIENT_ORDER,
    ID_STRATEGY,
    ID_USER,
    ID_MODEL,
    ID_HOLD,
    ID_GROUP,
};

enum session_state {
    SESSION_CLOSED = 1,
    SESSION_PRE_OPEN,
    SESSION_OPENING_AUCTION,
    SESSION_CONTINUOUS,
    SESSION_HALT,
    SESSION_CLOSING_AUCTION,
};

enum side { SIDE_BUY = 1, SIDE_SELL = 2 };

enum order_type {
    ORDER_MARKET = 1,
    ORDER_LIMIT,
    ORDER_STOP,
    ORDER_STOP_LIMIT,
    ORDER_TRAILING_STOP,
    ORDER_MARKET_TO_LIMIT,
};

enum time_in_force {
    TIF_DAY = 1,
    TIF_GTC,
    TIF_IOC,
    TIF_FOK,
    TIF_GTD,
    TIF_AT_OPEN,
    TIF_AT_CLOSE,
};

enum self_trade {
    SELF_TRADE_NONE = 1,
    SELF_TRADE_CANCEL_NEWEST,
    SELF_TRADE_CANCEL_OLDEST,
    SELF_TRADE_CANCEL_BOTH,
    SELF_TRADE_DECREMENT,
};

/* Where a live order stands. */
enum order_place {
    STANDS_IN_BOOK = 1, /* for all to see */
    STANDS_HIDDEN,
    STANDS_ALL_OR_NONE,
    STANDS_STOP,   /* waits for its stop price */
    STANDS_UNSET,  /* a trailing stop that waits for the first trade */
    STANDS_MARKET, /* without a limit, waits for an auction */
    STANDS_CLOSE,  /* waits for the closing auction to begin */
};

enum request { REQUEST_ORDER = 1, REQUEST_MODIFY, REQUEST_CANCEL };

/* Why an order was rejected, cancelled, changed or expired. */
enum reason {
    REASON_REQUESTED = 1, /* its owner asked for it */
    REASON_MASS_CANCEL,   /* one of many by account or instrument */
    REASON_IOC_REMAINDER, /* immediate or cancel: the rest */
    REASON_FOK,           /* fill or kill: not fillable whole */
    REASON_NO_LIQUIDITY,  /* a market order found nothing more */
    REASON_POST_ONLY,     /* it would have taken */
    REASON_DUPLICATE_ID,  /* an order with this id is live */
    REASON_UNKNOWN_ORDER, /* no such live order of this account */
    REASON_INVALID_ID,    /* the id is null */
    REASON_INVALID_SIDE,
    REASON_INVALID_PRICE,
    REASON_INVALID_QUANTITY,
    REASON_INVALID_TYPE, /* order type, time in force or flags */
    REASON_UNSUPPORTED,  /* understood, but this version cannot do it */
    REASON_TICK_SIZE,    /* price is no multiple of the tick */
    REASON_LOT_SIZE,     /* quantity is no multiple of the lot */
    REASON_PRICE_BAND,
    REASON_UNKNOWN_INSTRUMENT,
    REASON_HALTED,
    REASON_CLOSED,
    REASON_DAY_END,
    REASON_EXPIRE_TIME,
    REASON_SELF_TRADE,
    REASON_MIN_QUANTITY,
    REASON_REDUCED,       /* part of the quantity was cancelled */
    REASON_LIMIT_REACHED, /* a stated capacity is used up */
    REASON_INSUFFICIENT_FUNDS,
    REASON_ACCOUNT_CLOSED,
    REASON_AMOUNT_RANGE,      /* a number would leave the format's range */
    REASON_INVALID_STOP,      /* stop price, offset or step */
    REASON_AUCTION,           /* not while an auction collects, or only then */
    REASON_AUCTION_REMAINDER, /* what an auction did not fill */
    REASON_CURRENCY_CHANGED,  /* of an instrument with open positions */
    REASON_BASIS_CHANGED,     /* of an account that is open */
    REASON_UNKNOWN_TRADE,
    REASON_ALREADY_BUSTED,
};

enum account_type { ACCOUNT_CASH = 1, ACCOUNT_MARGIN };

/* How what an account sells is costed. */
enum account_basis {
    BASIS_AVERAGE = 1,
    BASIS_FIFO, /* the oldest lot first */
    BASIS_LIFO, /* the newest lot first */
    BASIS_HIFO, /* the highest cost of a unit first; the oldest of equals */
};

enum account_status { ACCOUNT_ACTIVE = 1, ACCOUNT_SUSPENDED, ACCOUNT_CLOSED };

enum cash_kind {
    CASH_DEPOSIT = 1,
    CASH_WITHDRAWAL,
    CASH_FEE,
    CASH_INTEREST,
    CASH_ADJUSTMENT,
};

enum hold_status { HOLD_OPEN = 1, HOLD_RELEASED, HOLD_EXPIRED };

enum posting_kind {
    POSTING_TRADE = 1,
    POSTING_FEE,
    POSTING_DEPOSIT,
    POSTING_WITHDRAWAL,
    POSTING_INTEREST,
    POSTING_ADJUSTMENT,
    POSTING_DIVIDEND,
    POSTING_SPLIT,
    POSTING_BUST,
    POSTING_CASH_IN_LIEU,
};

enum settlement_status {
    SETTLEMENT_PENDING = 1,
    SETTLEMENT_SETTLED,
    SETTLEMENT_FAILED,
};

enum margin_status { MARGIN_OPEN = 1, MARGIN_MET, MARGIN_LIQUIDATION };

enum action_type {
    ACTION_DIVIDEND = 1,
    ACTION_SPLIT,
    ACTION_STOCK_DIVIDEND,
    ACTION_SYMBOL_CHANGE,
    ACTION_MERGER,
    ACTION_SPIN_OFF,
    ACTION_RETURN_OF_CAPITAL,
};

/* ---- sets of flags ------------------------------------------------------ */

enum order_flag {
    ORDER_POST_ONLY = 1,
    ORDER_ALL_OR_NONE = 2,
    ORDER_HIDDEN = 4,
};

enum trade_flag { TRADE_AUCTION = 1, TRADE_SELF = 2 };

/* Of what changes a book. */
enum book_flag {
    BOOK_MORE = 1,     /* its message goes on: nobody should look yet */
    BOOK_SNAPSHOT = 2, /* it was so before: no change in the market */
};

enum print_condition {
    PRINT_AUCTION = 1,
    PRINT_HIDDEN = 2,
    PRINT_ODD_LOT = 4,
    PRINT_EXTENDED_HOURS = 8,
    PRINT_LATE = 16,
};

enum bar_flag {
    BAR_PARTIAL = 1, /* written before its end */
    BAR_FILLED = 2,  /* no trade: the previous close */
    BAR_FINAL = 4,   /* will not be amended */
    BAR_AMENDED = 8,
    BAR_NO_PRICE = 16, /* has volume but no eligible price */
};

#endif
