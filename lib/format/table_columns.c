#include "format/table_columns.h"

#include <stddef.h>

#include "tape/event.h"

#define ORDER_COLUMNS                                                          \
    "time,instrument,order_id,account_id,side,order_type,time_in_force,flags," \
    "price,stop_price,quantity"
#define REPORT_COLUMNS ORDER_COLUMNS ",remaining_quantity,reason"
#define END_COLUMNS                                                            \
    "time,instrument,order_id,account_id,side,price,remaining_quantity,reason"
#define BOOK_COLUMNS "time,instrument,order_id,side,price,quantity"

/* Types of few columns are not here. */
static const struct {
    enum event_type type;
    const char *columns;
} defaults[] = {
    {EVENT_INSTRUMENT,
     "id,exchange,symbol,kind,currency,tick_size,lot_size,multiplier,"
     "underlying,expiry,strike,option_type"},
    {EVENT_ORDER, ORDER_COLUMNS},
    {EVENT_ACCEPTED, REPORT_COLUMNS},
    {EVENT_MODIFIED, REPORT_COLUMNS},
    {EVENT_REJECTED, END_COLUMNS},
    {EVENT_CANCELLED, END_COLUMNS},
    {EVENT_EXPIRED, END_COLUMNS},
    {EVENT_TRIGGERED, END_COLUMNS},
    {EVENT_RESTING, "instrument,order_id,account_id,side,place,price,"
                    "quantity,remaining_quantity,stop_price"},
    {EVENT_TRADE, "time,instrument,trade_id,side,price,quantity,flags,"
                  "buyer_id,seller_id"},
    {EVENT_PRINT, "time,instrument,trade_id,side,price,quantity,conditions"},
    {EVENT_BOOK_ADD, BOOK_COLUMNS},
    {EVENT_BOOK_REDUCE, BOOK_COLUMNS},
    {EVENT_BOOK_DELETE, BOOK_COLUMNS},
    {EVENT_BOOK_EXECUTE, BOOK_COLUMNS},
    {EVENT_BOOK_LEVEL, "time,instrument,side,price,quantity,order_count,flags"},
    {EVENT_BAR, "start,instrument,interval,open,high,low,close,volume,"
                "trade_count,flags"},
    {EVENT_POSTING,
     "time,instrument,posting_id,account_id,kind,amount,currency,"
     "balance_after"},
    {EVENT_POSITION,
     "time,instrument,account_id,quantity,average_cost,realized_pnl,"
     "unrealized_pnl,fees,currency"},
};

const char *
table_default_columns(unsigned type)
{
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        if (defaults[i].type == type)
            return defaults[i].columns;
    return NULL;
}
