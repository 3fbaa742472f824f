/* What programs that keep events look at, on tapes of older writers. */
#include "tape/select.h"

#include <string.h>

#include "base/clock.h"
#include "tape/schema.h"

#include "tap.h"

static struct failure failure;

static bool
is_refused(int (*add)(struct selection *, const char *, struct failure *),
           const char *text)
{
    struct selection selection;
    bool refused;

    selection_init(&selection);
    failure.kind = FAILURE_NONE;
    refused =
        add(&selection, text, &failure) != 0 && failure.kind == FAILURE_USAGE;
    failure.kind = FAILURE_NONE;
    selection_free(&selection);
    return refused;
}

static void
test_lists(void)
{
    OK("an empty item is refused", is_refused(selection_add_types, "order,") &&
                                       is_refused(selection_add_symbols, ""));
    OK("types have numbers up to 65535",
       is_refused(selection_add_types, "65536") &&
           is_refused(selection_add_types, "0") &&
           !is_refused(selection_add_types, "65535"));
    OK("a type that is none is refused",
       is_refused(selection_add_types, "orders") &&
           is_refused(selection_add_types, "70000") &&
           is_refused(selection_add_types, "99999999999999999999"));
    OK("an empty account is refused", is_refused(selection_add_accounts, ""));
    OK("a shard beyond the last is refused",
       is_refused(selection_set_shard, "2/2") &&
           is_refused(selection_set_shard, "/2") &&
           is_refused(selection_set_shard, "0/") &&
           is_refused(selection_set_shard, "1/2/3"));
}

/* A trade by a writer that did not know seller_id: what lies there is
 * something else. */
static void
test_short_trade(void)
{
    struct tape_header header;
    struct selection selection;
    struct trade trade;

    tape_header_init(&header, "old");
    event_init(&trade, EVENT_TRADE);
    trade.buyer_id = 4;
    trade.seller_id = 7;
    selection_init(&selection);
    selection_add_accounts(&selection, "7", &failure);
    selection_begin(&selection, &header);
    OK("the seller of a trade is one of its accounts",
       selection_takes(&selection, &trade.event));
    header.sizes[EVENT_TRADE] = offsetof(struct trade, seller_id);
    selection_begin(&selection, &header);
    OK("a field that the writer did not know is not looked at",
       !selection_takes(&selection, &trade.event));
    header.sizes[EVENT_TRADE] = 0;
    selection_begin(&selection, &header);
    OK("a length that is not given is our own",
       selection_takes(&selection, &trade.event));
    selection_free(&selection);

    selection_init(&selection);
    selection_set_shard(&selection, "1/2", &failure);
    header.sizes[EVENT_TRADE] = offsetof(struct trade, seller_id);
    selection_begin(&selection, &header);
    OK("nor does it put the event into a shard",
       !selection_takes(&selection, &trade.event));
    trade.buyer_id = 0;
    OK("an event without an account is in every shard",
       selection_takes(&selection, &trade.event));
    selection_free(&selection);
}

/* An instrument by a writer that knew it only up to exchange, its texts right
 * behind. */
static void
test_short_instrument(void)
{
    enum { OLD = offsetof(struct instrument, currency) };
    uint64_t bytes[(OLD + 16) / 8] = {0};
    struct event *event = (struct event *)(void *)bytes;
    struct text symbol = {OLD, 4, 0}, exchange = {OLD + 4, 6, 0};
    struct tape_header header;
    struct selection selection;
    struct print print;

    *event = (struct event){sizeof bytes / 8, EVENT_INSTRUMENT, 9, 1};
    memcpy((char *)bytes + offsetof(struct instrument, symbol), &symbol, 8);
    memcpy((char *)bytes + offsetof(struct instrument, exchange), &exchange, 8);
    memcpy((char *)bytes + OLD, "AAPLNASDAQ", 10);
    tape_header_init(&header, "old");
    header.sizes[EVENT_INSTRUMENT] = OLD;
    event_init(&print, EVENT_PRINT);
    selection_init(&selection);
    selection_add_symbols(&selection, "X,NASDAQ:AAPL", &failure);
    selection_begin(&selection, &header);
    OK("an old definition is understood",
       selection_define(&selection, event, &failure) == 0);
    print.event.instrument = 9;
    OK("its instrument is selected by exchange and symbol",
       selection_takes(&selection, &print.event));
    print.event.instrument = 8;
    OK("another is not", !selection_takes(&selection, &print.event));
    print.event.instrument = 5000;
    OK("nor one that is not defined",
       !selection_takes(&selection, &print.event));
    symbol.length = 100;
    memcpy((char *)bytes + offsetof(struct instrument, symbol), &symbol, 8);
    OK("a text outside of the event is refused",
       selection_define(&selection, event, &failure) != 0 &&
           failure.kind == FAILURE_DATA);
    failure.kind = FAILURE_NONE;
    selection_begin(&selection, &header);
    print.event.instrument = 9;
    OK("at the next HEADER its id is forgotten",
       !selection_takes(&selection, &print.event));
    selection_free(&selection);
}

static void
test_times(void)
{
    struct tape_header header;
    struct selection selection;
    struct print print;

    tape_header_init(&header, "times");
    event_init(&print, EVENT_PRINT);
    selection_init(&selection);
    selection_begin(&selection, &header);
    OK("without a range an event without time passes",
       selection_takes(&selection, &print.event));
    selection.to = 10;
    selection_begin(&selection, &header);
    OK("it is in no range", !selection_takes(&selection, &print.event));
    print.event.time = INT64_MIN + 1;
    OK("a range without begin has the earliest time",
       selection_takes(&selection, &print.event));
    print.event.time = 10;
    OK("the end is not in the range",
       !selection_takes(&selection, &print.event));
    selection.from = 10;
    selection.to = TIME_NULL;
    selection_begin(&selection, &header);
    OK("the begin is", selection_takes(&selection, &print.event));
    print.event.time = INT64_MAX;
    OK("a range without end has the latest time",
       selection_takes(&selection, &print.event));
    selection_free(&selection);
}

int
main(void)
{
    test_lists();
    test_short_trade();
    test_short_instrument();
    test_times();
    return tap_done();
}
