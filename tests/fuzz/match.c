/* Fuzzes the engine with events of every kind, one from each sixteen bytes: a
 * second, plain engine gives the same reports, what the reports say about each
 * order adds up, and books made from them show what is there. */
#include "../unit/match_pair.h"
#include "../unit/match_shown.h"
#include "../unit/match_story.h"

enum { RECORD = 16, RECORDS_MAX = 512, ORDERS = 40 };

/* ---- events -------------------------------------------------------------- */

/* 0 is null, up to 32 what is usual, and last the ends of the format. */
static int64_t
number(uint8_t code)
{
    static const int64_t ends[] = {INT64_MIN + 1,
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
    return code == 0 ? DECIMAL_NULL : code % 32 * DECIMAL_ONE;
}

/* A part of the quantity: an iceberg comes up sixteen times at most. */
static int64_t
part(uint8_t code, int64_t quantity)
{
    if (code >= 240)
        return number(code);
    return code % 32 == 0 || quantity <= 0 ? DECIMAL_NULL
                                           : quantity / (1 + code % 16);
}

static void
make_order(union request_event *request, const uint8_t *bytes)
{
    struct order *order = &request->order;

    event_init(order, EVENT_ORDER);
    order->order_id = bytes[1] % ORDERS;
    order->account_id = bytes[2] % 4;
    order->client_order_id = bytes[2] / 4;
    order->side = bytes[3] % 16 ? 1 + bytes[3] % 2 : 0;
    order->order_type = bytes[3] / 16 % 8 % 7;
    order->price = number(bytes[4]);
    order->quantity = number(bytes[5]);
    order->time_in_force = bytes[6] % 8;
    order->flags = bytes[6] / 8 % 8;
    order->self_trade = bytes[7] % 6;
    order->stop_price = number(bytes[8]);
    order->display_quantity = part(bytes[9], order->quantity);
    order->min_quantity = part(bytes[10], order->quantity);
    order->price_offset = number(bytes[11]);
    order->offset_step = number(bytes[12]);
    if (bytes[13])
        order->expire_time = bytes[13] == 255 ? INT64_MAX : bytes[13] * 4;
}

static void
make_modify(union request_event *request, const uint8_t *bytes)
{
    event_init(request, EVENT_MODIFY);
    request->modify.order_id = bytes[1] % ORDERS;
    request->modify.account_id = bytes[2] % 4;
    request->modify.price = number(bytes[4]);
    request->modify.quantity = number(bytes[5]);
    request->modify.total_quantity = number(bytes[6]);
    request->modify.stop_price = number(bytes[8]);
}

static void
make_cancel(union request_event *request, const uint8_t *bytes)
{
    event_init(request, EVENT_CANCEL);
    request->cancel.order_id = bytes[1] % ORDERS;
    request->cancel.account_id = bytes[2] % 4;
    request->cancel.quantity = number(bytes[5]);
}

static void
make_instrument(union request_event *request, const uint8_t *bytes)
{
    static const char *const tables[] = {"", "2", "0.5,9:1,20:2,30:5"};
    struct instrument *instrument = &request->instrument;
    const char *table = tables[bytes[1] % 3];

    event_init(instrument, EVENT_INSTRUMENT);
    instrument->tick_size = number(bytes[4]);
    instrument->lot_size = number(bytes[5]);
    instrument->lower_price = number(bytes[8]);
    instrument->upper_price = number(bytes[9]);
    instrument->reference_price = number(bytes[11]);
    memcpy(request->room + sizeof *instrument, table, strlen(table));
    instrument->tick_table.offset = sizeof *instrument;
    instrument->tick_table.length = (uint16_t)strlen(table);
    instrument->event.words = (sizeof *instrument + FLOW_TABLE) / 8;
}

static void
make_request(union request_event *request, const uint8_t *bytes)
{
    memset(request, 0, sizeof *request);
    switch (bytes[0] % 16) {
    case 0: make_instrument(request, bytes); break;
    case 1:
    case 2:
        event_init(request, EVENT_SESSION);
        request->session.state = bytes[1] % 7;
        break;
    case 3:
        event_init(request, EVENT_ACCOUNT);
        request->account.account_id = bytes[1] % 4;
        request->account.group_id = bytes[2] % 3;
        break;
    case 4:
    case 5: make_modify(request, bytes); break;
    case 6: make_cancel(request, bytes); break;
    default: make_order(request, bytes); break;
    }
    request->event.instrument = bytes[0] / 16 % (MODEL_SYMBOLS + 2);
    request->event.time = bytes[15] == 255   ? INT64_MAX
                          : bytes[15] == 254 ? INT64_MIN
                                             : bytes[15] * 4;
}

/* ---- what must hold ------------------------------------------------------ */

static void
apply(struct feed *feed, const struct event *event)
{
    struct failure failure = {0};
    uint32_t book = event->instrument ? event->instrument - 1 : FEED_ALL;

    if (feed_takes(event->type) && event->instrument <= MODEL_SYMBOLS &&
        feed_apply(feed, book, event, &failure) != 0)
        abort();
}

static void
check(const struct pair *pair, struct stories *stories, struct feed *feed)
{
    for (size_t i = 0; i < pair->reports.count; i++) {
        const void *report = pair->reports.all[i].bytes;

        if (!story_report(stories, report))
            abort();
        apply(feed, report);
    }
    if (!stories_add_up(stories) || !stories_do_not_cross(stories))
        abort();
    for (uint32_t i = 1; i <= MODEL_SYMBOLS; i++)
        if (!shown_is_same(&pair->model, feed, i, SIDE_BUY) ||
            !shown_is_same(&pair->model, feed, i, SIDE_SELL))
            abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct pair pair;
    static struct stories stories;
    struct feed feed = {0};
    union request_event request;

    pair_init(&pair);
    stories_init(&stories);
    if (feed_reserve(&feed, MODEL_SYMBOLS - 1, &pair.failure) != 0)
        return 0;
    for (size_t at = 0; at + RECORD <= size && at < RECORD * RECORDS_MAX;
         at += RECORD) {
        make_request(&request, bytes + at);
        if (request.event.type == EVENT_INSTRUMENT &&
            pair_index(&request.event) == MATCH_NO_MARKET)
            continue;
        story_event(&stories, &request);
        if (!pair_take(&pair, &request.event))
            abort();
        if (request.event.type == EVENT_SESSION)
            apply(&feed, &request.event);
        check(&pair, &stories, &feed);
    }
    feed_free(&feed);
    pair_free(&pair);
    return 0;
}
