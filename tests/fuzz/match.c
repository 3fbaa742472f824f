/* Fuzzes the engine with requests of every kind, one from each eight bytes:
 * a second, plain engine gives the same facts, the books stay sound, and books
 * made from the facts are the engine's own. */
#include "../unit/match_model.h"

#include "market/feed.h"
#include "market/match.h"

enum { RECORD = 8, FACTS = 2048, RECORDS_MAX = 1024 };

union wanted {
    struct event event;
    struct instrument instrument;
    struct order order;
    struct modify modify;
    struct cancel cancel;
    struct session session;
};

struct facts {
    union fact all[FACTS];
    int count;
};

static void *
put(void *owner, size_t size)
{
    struct facts *facts = owner;

    assert(facts->count < FACTS && size <= sizeof facts->all[0]);
    return &facts->all[facts->count++];
}

static uint32_t
name(void *owner, uint32_t index, const struct event *cause,
     struct failure *failure)
{
    (void)owner;
    (void)cause;
    (void)failure;
    return index + 1;
}

/* ---- requests ------------------------------------------------------------ */

static int64_t
number(uint8_t code)
{
    static const int64_t ends[] = {INT64_MIN,
                                   INT64_MIN + 1,
                                   INT64_MAX,
                                   -1,
                                   0,
                                   1,
                                   DECIMAL_MAX - 1,
                                   DECIMAL_MAX,
                                   -DECIMAL_MAX,
                                   DECIMAL_MAX + 1,
                                   DECIMAL_MAX / 2 + 1};

    if (code >= 256 - sizeof ends / sizeof *ends)
        return ends[255 - code];
    return code % 32 * DECIMAL_ONE;
}

static void
make_order(union wanted *request, const uint8_t *bytes)
{
    struct order *order = &request->order;

    event_init(order, EVENT_ORDER);
    order->order_id = bytes[1] % 40;
    order->account_id = bytes[2] % 4;
    order->client_order_id = bytes[2] / 4;
    order->side = bytes[3] % 16 ? 1 + bytes[3] % 2 : 0;
    order->order_type = bytes[3] / 16 % 8 % 7;
    order->time_in_force = bytes[6] % 8;
    order->flags = bytes[6] / 8 % 8;
    order->self_trade = bytes[6] / 64 ? 0 : bytes[7] % 6;
    order->price = number(bytes[4]);
    order->quantity = number(bytes[5]);
    if (bytes[7] == 255)
        order->stop_price = DECIMAL_ONE;
}

static void
make_request(union wanted *request, const uint8_t *bytes)
{
    switch (bytes[0] % 16) {
    case 0:
        event_init(request, EVENT_INSTRUMENT);
        request->instrument.tick_size = number(bytes[4]);
        request->instrument.lot_size = number(bytes[5]);
        break;
    case 1:
        event_init(request, EVENT_SESSION);
        request->session.state = bytes[1] % 7;
        break;
    case 2:
    case 3:
    case 4:
        event_init(request, EVENT_MODIFY);
        request->modify.order_id = bytes[1] % 40;
        request->modify.account_id = bytes[2] % 4;
        request->modify.price = number(bytes[4]);
        request->modify.quantity = number(bytes[5]);
        break;
    case 5:
    case 6:
    case 7:
        event_init(request, EVENT_CANCEL);
        request->cancel.order_id = bytes[1] % 40;
        request->cancel.account_id = bytes[2] % 4;
        request->cancel.quantity = number(bytes[5]);
        break;
    default: make_order(request, bytes); break;
    }
    request->event.instrument = bytes[0] / 16 % (MODEL_SYMBOLS + 2);
    request->event.time = bytes[7];
}

/* ---- what must hold ------------------------------------------------------ */

static void
check_side(const struct match *match, const struct feed *feed, uint32_t index,
           enum side side, uint32_t *orders)
{
    const struct books *books = &match->books;
    const struct ladder *ladder =
        &match->markets[index].book.sides[side - SIDE_BUY];
    struct feed_level levels[64];
    struct ladder_place place;
    bool fits;
    unsigned told = feed_levels(feed, index, side, levels, 64, &fits);
    int64_t last = INT64_MAX;
    uint32_t number = ladder_first(&books->rungs, ladder, &place);
    unsigned count = 0;

    for (; number; number = ladder_next(&books->rungs, &place), count++) {
        const struct level *level = books_level(books, number);
        i128 sum = 0;
        uint32_t in_level = 0;

        for (uint32_t at = level->head; at; at = books->orders[at].newer) {
            const struct resting *order = &books->orders[at];

            assert(order->open > 0 && order->price == level->price);
            assert(books_find(books, index, order->order_id) == at);
            sum += order->open;
            in_level++;
        }
        assert(in_level == level->count && sum == level_quantity(level));
        assert(in_level > 0 && ladder_key(ladder, level->price) < last);
        assert(count >= told || (levels[count].price == level->price &&
                                 levels[count].order_count == in_level));
        last = ladder_key(ladder, level->price);
        *orders += in_level;
    }
    assert(told == count || (told == 64 && count > 64));
}

static void
check_books(const struct match *match, const struct feed *feed)
{
    uint32_t orders = 0;

    for (uint32_t i = 0; i < MODEL_SYMBOLS; i++) {
        const struct ladder *sides = match->markets[i].book.sides;

        check_side(match, feed, i, SIDE_BUY, &orders);
        check_side(match, feed, i, SIDE_SELL, &orders);
        assert(!sides[0].best || !sides[1].best ||
               sides[0].best_key < -sides[1].best_key);
    }
    assert(orders == match->books.count);
}

static void
define(struct match *match, struct model *model, union wanted *request)
{
    struct failure failure = {0};
    uint32_t index = request->event.instrument - 1;

    if (index >= MODEL_SYMBOLS)
        return;
    match_define(match, index, &request->instrument, &failure);
    model->symbols[index].tick = request->instrument.tick_size;
    model->symbols[index].lot = request->instrument.lot_size;
}

static void
take(struct match *match, struct model *model, struct feed *feed,
     struct facts *facts, const struct event *event)
{
    uint32_t index = event->instrument - 1;
    struct failure failure = {0};

    facts->count = 0;
    match_event(match, index < MODEL_SYMBOLS ? index : MATCH_NO_MARKET, event,
                &failure);
    model_event(model, event);
    assert(failure.kind == FAILURE_NONE && facts->count == model->fact_count);
    for (int i = 0; i < facts->count; i++) {
        const union fact *fact = &facts->all[i];

        assert(memcmp(fact, &model->facts[i],
                      model->facts[i].event.words * 8UL) == 0);
        if (feed_takes(fact->event.type))
            assert(feed_apply(feed, fact->event.instrument - 1, &fact->event,
                              &failure) == 0);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct model model;
    static struct facts facts;
    const struct match_sink sink = {put, name, &facts};
    struct failure failure = {0};
    struct feed feed = {0};
    struct match match;
    union wanted request;

    memset(&model, 0, sizeof model);
    match_init(&match, &sink);
    for (uint32_t i = 0; i < MODEL_SYMBOLS; i++) {
        event_init(&request, EVENT_INSTRUMENT);
        request.event.instrument = i + 1;
        define(&match, &model, &request);
        model.symbols[i].state = SESSION_CONTINUOUS;
    }
    if (feed_reserve(&feed, MODEL_SYMBOLS - 1, &failure) != 0)
        return 0;
    for (size_t at = 0; at + RECORD <= size && at < RECORD * RECORDS_MAX;
         at += RECORD) {
        make_request(&request, bytes + at);
        if (request.event.type == EVENT_INSTRUMENT)
            define(&match, &model, &request);
        else
            take(&match, &model, &feed, &facts, &request.event);
        check_books(&match, &feed);
    }
    feed_free(&feed);
    match_free(&match);
    return 0;
}
