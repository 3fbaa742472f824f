/* match - the engine against cases whose answers are known. */
#include "match_script.h"

static struct reports reports;
static struct failure failure;

/* Instruments 1 and 2 are defined, with indexes 0 and 1. */
static void
begin(struct match *match)
{
    struct event_sink sink = reports_sink(&reports);
    struct instrument instrument;

    memset(&reports, 0, sizeof reports);
    match_init(match, &sink);
    event_init(&instrument, EVENT_INSTRUMENT);
    for (uint32_t i = 0; i < 2; i++) {
        instrument.event.instrument = i + 1;
        match_define(match, i, &instrument, &failure);
    }
}

/* Hands one input to the engine; its reports are then in reports. */
static void
feed_input(struct match *match, const union input *input)
{
    uint32_t id = input->event.instrument;
    uint32_t index = id == 1 || id == 2 ? id - 1 : MATCH_NO_MARKET;

    reports.count = 0;
    if (input->event.type == EVENT_INSTRUMENT)
        match_define(match, index, &input->instrument, &failure);
    match_event(match, index, &input->event, &failure);
}

static void
feed(struct match *match, const char *text)
{
    char line[256];
    union input input;

    snprintf(line, sizeof line, "%s", text);
    read_input(line, &input);
    feed_input(match, &input);
}

/* ---- files of cases ------------------------------------------------------ */

static struct match scripted;

static void
script_begin(void)
{
    begin(&scripted);
}

static void
script_feed(const union input *input)
{
    feed_input(&scripted, input);
}

static size_t
script_report_count(void)
{
    return reports.count;
}

static const void *
script_report(size_t number)
{
    return reports.all[number].bytes;
}

static void
script_book(char *text, size_t size)
{
    book_text(&scripted, 0, text, size);
}

static void
script_end(void)
{
    match_free(&scripted);
}

/* ---- cases that need a program ------------------------------------------- */

static void
sweep_of_5000(void)
{
    struct match match;
    bool right = true;
    char line[64];

    begin(&match);
    for (int id = 1; id <= 5000; id++) {
        snprintf(line, sizeof line, "sell %d 1@100", id);
        feed(&match, line);
        right &= reports.count == 1;
    }
    feed(&match, "buy 5001 5000@100 ioc");
    right &= reports.count == 5001;
    for (size_t i = 1; right && i <= 5000; i++) {
        snprintf(line, sizeof line, "trade %zu 5001 1@100", i);
        report_text(&reports.all[i], reports.all[0].bytes,
                    sizeof reports.all[0]);
        right = strcmp(line, reports.all[0].bytes) == 0;
    }
    OK("One order sweeps 5,000 orders in their order.", right);
    OK("The book is empty after it.",
       match.books.count == 0 && match.books.pool.level_count == 0);
    match_free(&match);
}

static void
whole_reports(void)
{
    struct match match;
    const struct order_report *accepted = (void *)&reports.all[0];
    const struct trade *trade = (void *)&reports.all[1];
    const struct order_end *end = (void *)&reports.all[0];

    begin(&match);
    feed(&match, "buy 1 10@100 gtc account=7 client=8 strategy=9 post_only");
    OK("accepted carries all fields of the order.",
       accepted->event.words == sizeof *accepted / 8 &&
           accepted->event.instrument == 1 && accepted->account_id == 7 &&
           accepted->client_order_id == 8 && accepted->strategy_id == 9 &&
           accepted->side == SIDE_BUY && accepted->order_type == ORDER_LIMIT &&
           accepted->time_in_force == TIF_GTC &&
           accepted->flags == ORDER_POST_ONLY && accepted->reason == 0 &&
           accepted->quantity == 10 * DECIMAL_ONE &&
           accepted->stop_price == DECIMAL_NULL);
    feed(&match, "sell 2 4@99 account=5");
    OK("A trade names the aggressor's side, both orders and both accounts.",
       trade->side == SIDE_SELL && trade->trade_id == 1 &&
           trade->buy_order_id == 1 && trade->sell_order_id == 2 &&
           trade->buyer_id == 7 && trade->seller_id == 5 && trade->flags == 0);
    feed(&match, "modify 1 7@98 account=7");
    OK("modified carries the whole order, what was executed included.",
       accepted->event.type == EVENT_MODIFIED && accepted->account_id == 7 &&
           accepted->client_order_id == 8 && accepted->strategy_id == 9 &&
           accepted->side == SIDE_BUY && accepted->time_in_force == TIF_GTC &&
           accepted->flags == ORDER_POST_ONLY &&
           accepted->reason == REASON_REQUESTED &&
           accepted->quantity == 11 * DECIMAL_ONE &&
           accepted->remaining_quantity == 7 * DECIMAL_ONE &&
           accepted->expire_time == INT64_MIN);
    feed(&match, "cancel 1");
    OK("cancelled carries the account and what was open.",
       end->event.words == sizeof *end / 8 && end->side == SIDE_BUY &&
           end->reason == REASON_REQUESTED && end->request == REQUEST_CANCEL &&
           end->order_id == 1 && end->account_id == 7 &&
           end->client_order_id == 8 && end->price == 98 * DECIMAL_ONE &&
           end->remaining_quantity == 7 * DECIMAL_ONE);
    feed(&match, "modify 1 7@98 account=3");
    OK("rejected, for an unknown order, carries only what was asked.",
       end->reason == REASON_UNKNOWN_ORDER && end->side == 0 &&
           end->request == REQUEST_MODIFY && end->account_id == 3 &&
           end->price == DECIMAL_NULL &&
           end->remaining_quantity == DECIMAL_NULL);
    feed(&match, "buy 3 5@99");
    feed(&match, "sell 4 2@99");
    OK("Trade ids are dense in each instrument.", trade->trade_id == 2);
    feed(&match, "buy 1 1@1 symbol=2");
    feed(&match, "sell 2 1@1 symbol=2");
    OK("Each instrument has its own trade ids.", trade->trade_id == 1);
    match_free(&match);
}

static void
out_of_range(void)
{
    const struct order_end *end = (void *)&reports.all[0];
    struct match match;
    union input input;

    begin(&match);
    event_init(&input, EVENT_ORDER);
    input.event.instrument = 1;
    input.order.order_id = UINT64_MAX;
    input.order.side = SIDE_BUY;
    input.order.price = INT64_MAX;
    input.order.quantity = DECIMAL_ONE;
    reports.count = 0;
    match_event(&match, 0, &input.event, &failure);
    OK("A price beyond the format is refused and does not go on.",
       end->reason == REASON_INVALID_PRICE && end->price == DECIMAL_NULL);
    input.order.price = DECIMAL_ONE;
    input.order.quantity = DECIMAL_MAX + 1;
    reports.count = 0;
    match_event(&match, 0, &input.event, &failure);
    OK("A quantity beyond the format is refused and does not go on.",
       end->reason == REASON_INVALID_QUANTITY &&
           end->remaining_quantity == DECIMAL_NULL);
    input.order.quantity = DECIMAL_MAX;
    for (int i = 0; i < 30; i++) {
        input.order.order_id--;
        match_event(&match, 0, &input.event, &failure);
    }
    reports.count = 0;
    input.order.side = SIDE_SELL;
    input.order.time_in_force = TIF_FOK;
    input.order.order_id = UINT64_MAX;
    match_event(&match, 0, &input.event, &failure);
    OK("The quantity of a level may be beyond 64 bits.",
       reports.count == 2 &&
           ((struct event *)&reports.all[1])->type == EVENT_TRADE);
    match_free(&match);
}

/* ---- tapes one after the other ------------------------------------------- */

static void
next_tape(void)
{
    const struct order_end *end = (void *)&reports.all[0];
    struct instrument instrument;
    struct match match;

    begin(&match);
    feed(&match, "buy 1 10@100");
    feed(&match, "buy 2 10@100 gtc symbol=2");
    match_begin(&match);
    event_init(&instrument, EVENT_INSTRUMENT);
    instrument.event.instrument = 2; /* what was 1 is now 2 */
    match_define(&match, 0, &instrument, &failure);
    feed(&match, "session closed symbol=0");
    OK("On the next tape a report bears the id that the instrument has there.",
       reports.count == 1 && end->order_id == 1 && end->event.instrument == 2);
    feed(&match, "buy 3 10@100 symbol=1");
    OK("What was closed for all is closed for what is defined later, too.",
       end->reason == REASON_CLOSED);
    feed(&match, "session continuous symbol=0");
    reports.named = 0;
    feed(&match, "cancel all account=0 symbol=0");
    feed(&match, "buy 4 10@100 account=6 symbol=2");
    match_begin(&match);
    feed(&match, "cancel all account=6 symbol=0");
    OK("An instrument that the tape has not defined is named when a report "
       "needs it.",
       reports.named == 1 && end->event.instrument == 1001 &&
           end->order_id == 4);
    match_free(&match);
}

int
main(void)
{
    static const struct script_engine engine = {
        script_begin,  script_feed, script_report_count,
        script_report, script_book, script_end};

    scripts_run(&engine);
    sweep_of_5000();
    whole_reports();
    out_of_range();
    next_tape();
    return tap_done();
}
