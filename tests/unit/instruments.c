/* Instruments keep their identity from tape to tape; ids do not. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tap.h"
#include "tape/definitions.h"
#include "tape/instruments.h"
#include "tape/names.h"
#include "tape/schema.h"

struct definition {
    struct instrument instrument;
    char tail[32];
};

static uint32_t
define(struct instruments *instruments, uint32_t id, const char *exchange,
       const char *symbol, int64_t tick, struct failure *failure)
{
    struct definition event;

    memset(&event, 0, sizeof event);
    event_init(&event, EVENT_INSTRUMENT);
    event.instrument.event.words = sizeof event / 8;
    event.instrument.event.instrument = id;
    event.instrument.tick_size = tick;
    event.instrument.symbol =
        (struct text){sizeof event.instrument, (uint16_t)strlen(symbol), 0};
    event.instrument.exchange = (struct text){sizeof event.instrument + 16,
                                              (uint16_t)strlen(exchange), 0};
    memcpy(event.tail, symbol, strlen(symbol));
    memcpy(event.tail + 16, exchange, strlen(exchange));
    return instruments_define(instruments, &event.instrument, failure);
}

static void
identities(void)
{
    static struct instruments instruments;
    struct failure failure = {0};
    char text[64];

    OK("identities are numbered in order of definition",
       define(&instruments, 7, "NASDAQ", "AAPL", 1, &failure) == 0 &&
           define(&instruments, 70000, "NASDAQ", "MSFT", 1, &failure) == 1 &&
           define(&instruments, 3, "XETRA", "AAPL", 1, &failure) == 2);
    OK("ids of any size find their instrument",
       instruments_find(&instruments, 7) == 0 &&
           instruments_find(&instruments, 70000) == 1 &&
           instruments_find(&instruments, 8) == INSTRUMENT_NONE &&
           instruments_find(&instruments, 0) == INSTRUMENT_NONE &&
           instruments_find(&instruments, 80000) == INSTRUMENT_NONE);
    OK("defining an identity again changes its attributes",
       define(&instruments, 7, "NASDAQ", "AAPL", 5, &failure) == 0 &&
           instruments.events[0]->tick_size == 5 && instruments.count == 3);
    instruments_name(&instruments, 2, text, sizeof text);
    OK("text names it EXCHANGE:SYMBOL", strcmp(text, "XETRA:AAPL") == 0);
    OK("a live id cannot become another instrument",
       define(&instruments, 7, "XETRA", "AAPL", 1, &failure) ==
               INSTRUMENT_NONE &&
           failure.kind == FAILURE_DATA && strstr(failure.text, "NASDAQ:AAPL"));
    memset(&failure, 0, sizeof failure);
    OK("and what was refused leaves nothing behind",
       define(&instruments, 7, "LSE", "VOD", 1, &failure) == INSTRUMENT_NONE &&
           instruments_find_identity(&instruments, "LSE", 3, "VOD", 3) ==
               INSTRUMENT_NONE &&
           instruments.count == 3);
    instruments_begin(&instruments);
    memset(&failure, 0, sizeof failure);
    OK("the next tape may use the same ids for others",
       instruments_find(&instruments, 7) == INSTRUMENT_NONE &&
           instruments_find(&instruments, 70000) == INSTRUMENT_NONE &&
           define(&instruments, 7, "XETRA", "AAPL", 1, &failure) == 2 &&
           define(&instruments, 9, "NASDAQ", "MSFT", 1, &failure) == 1);
    OK("a symbol alone is another identity than with its exchange",
       define(&instruments, 10, "", "AAPL", 1, &failure) == 3);
    OK("an instrument without id or symbol is refused",
       define(&instruments, 0, "", "X", 1, &failure) == INSTRUMENT_NONE);
    instruments_free(&instruments);
}

/* A definition of one field more than the identity, or of none. */
static void
bare_definitions(void)
{
    static struct instruments instruments;
    static struct definitions definitions;
    struct failure failure = {0};
    struct definition event = {0};
    bool all_seen = true;

    define(&instruments, 7, "NASDAQ", "AAPL", 5, &failure);
    instruments_begin(&instruments);
    OK("a definition that only names an instrument takes nothing away",
       define(&instruments, 9, "NASDAQ", "AAPL", DECIMAL_NULL, &failure) == 0 &&
           instruments.events[0]->tick_size == 5);
    OK("but its id is the one to use from there on",
       instruments.events[0]->event.instrument == 9 &&
           instruments_find(&instruments, 9) == 0);
    memcpy(&event, instruments.events[0], sizeof event);
    definitions_take(&definitions, &event.instrument.event, &failure);
    event.instrument.tick_size = DECIMAL_NULL;
    OK("it is known as such", instrument_is_bare(&event.instrument.event));
    definitions_take(&definitions, &event.instrument.event, &failure);
    OK("and does not supersede one in force at a place of a tape",
       definitions.count == 1 && definitions_get(&definitions, 0));
    event.instrument.kind = 1;
    all_seen = all_seen && !instrument_is_bare(&event.instrument.event);
    event.instrument.kind = 0;
    event.instrument.isin = event.instrument.symbol;
    all_seen = all_seen && !instrument_is_bare(&event.instrument.event);
    event.instrument.isin.length = 0;
    event.instrument.currency = code_from_text("EUR", 3);
    all_seen = all_seen && !instrument_is_bare(&event.instrument.event);
    event.instrument.currency.word = 0;
    event.instrument.symbol.offset += 8;
    all_seen = all_seen && !instrument_is_bare(&event.instrument.event);
    OK("one that says anything else is none, even in fields not known here",
       all_seen);
    instruments_free(&instruments);
    definitions_free(&definitions);
}

static void
names(void)
{
    struct names names = {0};
    struct failure failure = {0}, refused = {0};
    uint64_t id = name_id("U1234567", 8);
    size_t size;
    bool added;

    OK("a number below 2^63 is its own id",
       name_id("77", 2) == 77 &&
           name_id("9223372036854775807", 19) == INT64_MAX);
    OK("anything else is interned from 2^63 on",
       id >= NAME_BIT && name_id("007", 3) >= NAME_BIT &&
           name_id("9223372036854775808", 19) >= NAME_BIT &&
           name_id("+7", 2) >= NAME_BIT);
    OK("the same text has the same id everywhere",
       id == name_id("U1234567", 8) && id != name_id("U1234568", 8));
    OK("only an empty text is no id",
       name_id("", 0) == 0 && name_id("0", 1) != 0);
    OK("a name is new once", names_add(&names, ID_ACCOUNT, id, "U1234567", 8,
                                       &added, &failure) == 0 &&
                                 added &&
                                 names_add(&names, ID_ACCOUNT, id, "U1234567",
                                           8, &added, &failure) == 0 &&
                                 !added);
    OK("and found by kind and id",
       names_find(&names, ID_ACCOUNT, id, &size) && size == 8 &&
           !names_find(&names, ID_ORDER, id, &size));
    OK("a name that no tape could have is refused, as of a hostile database",
       names_add(&names, ID_TRADE, 5, NULL, UINT16_MAX + 1, NULL, &refused) !=
               0 &&
           refused.kind == FAILURE_DATA);
    OK("an id cannot change its name",
       names_add(&names, ID_ACCOUNT, id, "other", 5, &added, &failure) == -1 &&
           failure.kind == FAILURE_DATA);
    names_free(&names);
}

/* More than a chunk of memory holds, of every kind a byte can say. */
static void
many_names(void)
{
    struct names names = {0};
    struct failure failure = {0};
    bool sound = true;
    char text[16];

    for (int pass = 0; pass < 2; pass++)
        for (uint64_t i = 1; i <= 50000; i++) {
            size_t size = (size_t)snprintf(text, sizeof text, "n%" PRIu64, i);
            uint8_t kind = (uint8_t)(i % 255 + 1);
            uint64_t id = i % 3 ? name_id(text, size) : i;
            size_t found_size = 0;
            const char *found = names_find(&names, kind, id, &found_size);

            if (pass == 0)
                sound &= names_add(&names, kind, id, text, size, NULL,
                                   &failure) == 0;
            else
                sound &=
                    found && found_size == size &&
                    memcmp(found, text, size) == 0 &&
                    !names_find(&names, (uint8_t)(kind - 1), id, &found_size);
        }
    OK("50,000 names are each found, under their kind alone", sound);
    names_free(&names);
}

/* A name event as a hostile writer could lay it out is no name. */
static void
raw_names(void)
{
    struct names names = {0};
    struct failure failure = {0};
    struct tape_header header = {0};
    struct name event;
    size_t size;

    event_init(&event, EVENT_NAME);
    event.kind = ID_ORDER;
    event.id = 7;
    event.text = (struct text){sizeof event, 8, 0}; /* beyond its end */
    OK("a name whose text lies outside of it is passed over",
       names_take(&names, &header, &event.event, &failure) == 0 &&
           !names_find(&names, ID_ORDER, 7, &size));
    event.text = (struct text){sizeof event - 8, 8, 0};
    header.sizes[EVENT_NAME] = sizeof event.event + 8;
    OK("so is one whose writer had no room for ids",
       names_take(&names, &header, &event.event, &failure) == 0 &&
           !names_find(&names, ID_ORDER, 7, &size));
    header.sizes[EVENT_NAME] = sizeof event;
    OK("one that is sound is taken",
       names_take(&names, &header, &event.event, &failure) == 0 &&
           names_find(&names, ID_ORDER, 7, &size) && size == 8);
    names_free(&names);
}

int
main(void)
{
    identities();
    bare_definitions();
    names();
    many_names();
    raw_names();
    return tap_done();
}
