#include <assert.h>

#include "wire/facts.h"
#include "wire/itch.h"

/* What becomes of an order that the message names. */
struct change {
    uint64_t order_id;
    const struct itch_order *order; /* NULL: never announced */
    uint32_t shares;
};

static int64_t
quantity_of(uint64_t shares)
{
    return (int64_t)shares * DECIMAL_ONE;
}

static int64_t
price_of(uint32_t price)
{
    _Static_assert(UINT32_MAX < DECIMAL_MAX / ITCH_PRICE_UNIT, "it fits");
    return price * ITCH_PRICE_UNIT;
}

/* Takes an id that a tape can hold; 0 is an order that is not known by one. */
static int
id_at(const struct itch *itch, const unsigned char *at, uint64_t *id)
{
    *id = be64(at);
    if (*id & NAME_BIT)
        return fail(itch->failure, FAILURE_DATA,
                    "an order reference above 2^63 - 1");
    return 0;
}

static int
put_order(struct itch *itch, const struct itch_message *message,
          enum event_type type, const struct change *change)
{
    const struct itch_order *order = change->order;
    const struct book_order event = {
        .event = {sizeof event / 8, (uint16_t)type, message->instrument,
                  message->time},
        .side = order ? order->side : 0,
        .order_id = change->order_id,
        .price = order ? order->price : DECIMAL_NULL,
        .quantity = quantity_of(change->shares),
        .received = itch->received,
    };

    return import_event(itch->importer, &event.event);
}

/* ---- the messages -------------------------------------------------------- */

static int
take_add(struct itch *itch, const struct itch_message *message)
{
    const unsigned char *at = message->at;
    const struct itch_order order = {
        .price = price_of(be32(at + 32)),
        .shares = be32(at + 20),
        .instrument = message->instrument,
        .side = at[19] == 'B' ? SIDE_BUY : SIDE_SELL,
    };
    struct change change = {0, &order, order.shares};

    if (id_at(itch, at + 11, &change.order_id) != 0)
        return -1;
    if (at[19] != 'B' && at[19] != 'S')
        return fail(itch->failure, FAILURE_DATA,
                    "an order whose side is neither B nor S");
    if (order.shares == 0)
        return fail(itch->failure, FAILURE_DATA, "an order of no shares");
    if (itch_orders_add(&itch->orders, change.order_id, &order,
                        itch->failure) != 0)
        return -1;
    return put_order(itch, message, EVENT_BOOK_ADD, &change);
}

/* Takes shares from the order at offset 11, and writes that. */
static int
reduce(struct itch *itch, const struct itch_message *message,
       enum event_type type, uint32_t shares, struct itch_order *before)
{
    struct change change = {0, NULL, shares};
    struct itch_order *order;

    *before = (struct itch_order){.price = DECIMAL_NULL};
    if (id_at(itch, message->at + 11, &change.order_id) != 0)
        return -1;
    order = itch_orders_find(&itch->orders, change.order_id);
    itch->unknown_orders += !order;
    if (order) {
        *before = *order;
        change.order = before;
        itch_orders_take(&itch->orders, change.order_id, order, shares);
        if (type == EVENT_BOOK_DELETE)
            change.shares = before->shares;
    }
    if (type == EVENT_BOOK_DELETE && !order)
        change.shares = 0;
    return put_order(itch, message, type, &change);
}

/* E, and C with a price of its own: what left the book, and the trade that it
 * was, unless that is reported elsewhere. */
static int
take_execution(struct itch *itch, const struct itch_message *message)
{
    const unsigned char *at = message->at;
    bool priced = *at == 'C';
    uint32_t shares = be32(at + 19);
    struct itch_order before;
    struct fact_print print = {
        .instrument = message->instrument,
        .time = message->time,
        .quantity = quantity_of(shares),
        .trade_id = be64(at + 23) & ~NAME_BIT,
        .received = itch->received,
    };

    if (shares == 0)
        return fail(itch->failure, FAILURE_DATA, "an execution of no shares");
    if (reduce(itch, message, EVENT_BOOK_EXECUTE, shares, &before) != 0)
        return -1;
    print.price = priced ? price_of(be32(at + 32)) : before.price;
    if (before.side)
        print.side = before.side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
    if (print.price == DECIMAL_NULL || (priced && at[31] != 'Y'))
        return 0;
    return fact_print(itch->importer, &print);
}

/* The new order keeps the side of the old one. */
static int
take_replace(struct itch *itch, const struct itch_message *message)
{
    const unsigned char *at = message->at;
    struct book_replace event = {
        .event = {sizeof event / 8, EVENT_BOOK_REPLACE, message->instrument,
                  message->time},
        .price = price_of(be32(at + 31)),
        .quantity = quantity_of(be32(at + 27)),
        .received = itch->received,
    };
    struct itch_order *old;
    struct itch_order fresh = {.price = event.price,
                               .shares = be32(at + 27),
                               .instrument = message->instrument};

    if (id_at(itch, at + 11, &event.order_id) != 0 ||
        id_at(itch, at + 19, &event.new_order_id) != 0)
        return -1;
    if (fresh.shares == 0)
        return fail(itch->failure, FAILURE_DATA, "an order of no shares");
    old = itch_orders_find(&itch->orders, event.order_id);
    itch->unknown_orders += !old;
    if (old) {
        fresh.side = event.side = old->side;
        itch_orders_take(&itch->orders, event.order_id, old, UINT32_MAX);
        if (itch_orders_add(&itch->orders, event.new_order_id, &fresh,
                            itch->failure) != 0)
            return -1;
    }
    return import_event(itch->importer, &event.event);
}

/* P: against an order that was not shown, whose side is no longer reported. */
static int
take_trade(struct itch *itch, const struct itch_message *message)
{
    const unsigned char *at = message->at;

    return fact_print(itch->importer,
                      &(struct fact_print){
                          .instrument = message->instrument,
                          .time = message->time,
                          .price = price_of(be32(at + 32)),
                          .quantity = quantity_of(be32(at + 20)),
                          .trade_id = be64(at + 36) & ~NAME_BIT,
                          .received = itch->received,
                          .conditions = PRINT_HIDDEN,
                      });
}

int
itch_take_book(struct itch *itch, const struct itch_message *message)
{
    const unsigned char *at = message->at;
    struct itch_order before;

    assert(message->instrument);
    switch (*at) {
    case 'A':
    case 'F': return take_add(itch, message);
    case 'E':
    case 'C': return take_execution(itch, message);
    case 'X':
        if (be32(at + 19) == 0)
            return fail(itch->failure, FAILURE_DATA, "a cancel of no shares");
        return reduce(itch, message, EVENT_BOOK_REDUCE, be32(at + 19), &before);
    case 'D':
        return reduce(itch, message, EVENT_BOOK_DELETE, UINT32_MAX, &before);
    case 'U': return take_replace(itch, message);
    default: return take_trade(itch, message);
    }
}
