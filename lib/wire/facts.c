#include "wire/facts.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/count.h"

#define FACT_MAX 1024 /* bytes of an event with its texts */

/* An event with room for texts. */
struct draft_event {
    union {
        struct event event;
        struct instrument instrument;
        struct audit audit;
        struct gap gap;
        char bytes[FACT_MAX];
    };
    size_t used;
};

/* Appends a text; one that does not fit is cut. */
static struct text
append(struct draft_event *draft, struct cell cell)
{
    struct text text = {(uint16_t)draft->used, 0, 0};
    size_t room = FACT_MAX - draft->used;

    text.length = (uint16_t)(cell.size < room ? cell.size : room);
    if (text.length == 0)
        return (struct text){0};
    memcpy(draft->bytes + draft->used, cell.bytes, text.length);
    draft->used += text.length;
    return text;
}

/* Whole words, the rest of the last one zeros. */
static void
pad(struct draft_event *draft)
{
    size_t size = (draft->used + 7) & ~(size_t)7;

    assert(size <= FACT_MAX);
    memset(draft->bytes + draft->used, 0, size - draft->used);
    draft->event.words = (uint16_t)(size / 8);
}

uint32_t
fact_instrument(struct importer *importer, const struct instrument *event,
                struct cell exchange, struct cell symbol,
                struct cell underlying)
{
    struct draft_event draft;

    draft.instrument = *event;
    draft.used = sizeof *event;
    draft.instrument.symbol = append(&draft, symbol);
    draft.instrument.exchange = append(&draft, exchange);
    draft.instrument.underlying = append(&draft, underlying);
    pad(&draft);
    if (intern_definition(&importer->intern, &draft.instrument) != 0 ||
        import_event(importer, &draft.event) != 0)
        return 0;
    return draft.event.instrument;
}

int
fact_audit(struct importer *importer, uint32_t instrument, int64_t time,
           const char *name, const char *document)
{
    struct draft_event draft;

    event_init(&draft.audit, EVENT_AUDIT);
    draft.event.instrument = instrument;
    draft.event.time = time;
    draft.used = sizeof draft.audit;
    draft.audit.name = append(&draft, cell_of(name));
    draft.audit.document = append(&draft, cell_of(document));
    pad(&draft);
    return import_event(importer, &draft.event);
}

int
fact_gap(struct importer *importer, uint32_t instrument, int64_t time,
         uint64_t missing, const char *reason)
{
    struct draft_event draft;

    event_init(&draft.gap, EVENT_GAP);
    draft.event.instrument = instrument;
    draft.event.time = time;
    draft.gap.missing = missing;
    draft.used = sizeof draft.gap;
    draft.gap.reason = append(&draft, cell_of(reason));
    pad(&draft);
    return import_event(importer, &draft.event);
}

int
fact_session(struct importer *importer, uint32_t instrument, int64_t time,
             enum session_state state)
{
    struct session session;

    event_init(&session, EVENT_SESSION);
    session.event.instrument = instrument;
    session.event.time = time;
    session.state = (uint8_t)state;
    return import_event(importer, &session.event);
}

int
fact_print(struct importer *importer, const struct fact_print *print)
{
    const struct print event = {
        .event = {sizeof event / 8, EVENT_PRINT, print->instrument,
                  print->time},
        .side = print->side,
        .conditions = print->conditions,
        .price = print->price,
        .quantity = print->quantity,
        .trade_id = print->trade_id,
        .received = print->received,
    };

    return import_event(importer, &event.event);
}

bool
fact_remark(const struct fact_count *counts, unsigned size, unsigned number,
            char *text, size_t room)
{
    assert(room > 0);
    if (number >= size)
        return false;
    *text = '\0';
    if (counts[number].count)
        snprintf(text, room, COUNT_FORMAT " %s",
                 COUNT(counts[number].count, counts[number].noun),
                 counts[number].what);
    return true;
}
