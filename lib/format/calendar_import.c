/* calendar_import.c - session events from a calendar, xtape-calendar(5).
 *
 * Each span of a day gives one event when it begins.  When it ends and no
 * other begins the market is halted, for a break, or closed, for the day.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "calendar/calendar.h"
#include "format/import_format.h"

#define TEXT_MAX (16 << 20)

struct calendar_import {
    struct importer *importer;
    const struct calendar_zones *zones;
    char *text; /* of the file so far; owned */
    size_t size, capacity;
};

static int
init(void *state, const struct import_options *options,
     struct importer *importer, struct failure *failure)
{
    struct calendar_import *import = state;

    (void)failure;
    import->importer = importer;
    import->zones = options->zones;
    return 0;
}

static int
push(void *state, const char *bytes, size_t size, struct failure *failure)
{
    struct calendar_import *import = state;
    char *text;

    if (size > TEXT_MAX - import->size)
        return fail(failure, FAILURE_DATA, "it is longer than 16 MiB");
    text = array_grow(import->text, &import->capacity, import->size + size + 1,
                      1, failure);
    if (!text)
        return -1;
    memcpy(text + import->size, bytes, size);
    import->text = text;
    import->size += size;
    return 0;
}

static int
put_session(struct calendar_import *import, int64_t time,
            enum session_state session_state)
{
    struct session event;

    event_init(&event, EVENT_SESSION);
    event.event.time = time;
    event.state = (uint8_t)session_state;
    return import_event(import->importer, &event.event);
}

static int
put_day(struct calendar_import *import, const struct calendar_day *day)
{
    static const uint8_t states[] = {
        [CALENDAR_PRE_OPEN] = SESSION_PRE_OPEN,
        [CALENDAR_OPENING_AUCTION] = SESSION_OPENING_AUCTION,
        [CALENDAR_CONTINUOUS] = SESSION_CONTINUOUS,
        [CALENDAR_CLOSING_AUCTION] = SESSION_CLOSING_AUCTION,
        [CALENDAR_EXTENDED] = SESSION_CONTINUOUS,
    };

    assert(day->count >= 1 && day->count <= CALENDAR_SPANS_MAX);
    for (unsigned i = 0; i < day->count; i++) {
        const struct calendar_span *span = &day->spans[i];
        bool last = i + 1 == day->count;

        if (put_session(import, span->open, states[span->phase]) != 0)
            return -1;
        if (!last && span[1].open == span->close)
            continue;
        if (put_session(import, span->close,
                        last ? SESSION_CLOSED : SESSION_HALT) != 0)
            return -1;
    }
    return 0;
}

static int
put_days(struct calendar_import *import, const struct calendar *calendar,
         struct failure *failure)
{
    struct calendar_day day;
    bool any = false;

    for (int64_t date = calendar_first(calendar);
         date <= calendar_last(calendar); date++) {
        if (!calendar_find(calendar, date, &day))
            continue;
        if (put_day(import, &day) != 0)
            return -1;
        any = true;
    }
    return any ? 0
               : fail(failure, FAILURE_DATA,
                      "no day of its dates has a session (a week line gives "
                      "hours from its date on)");
}

/* What is wrong with a file is wrong with data here. */
static int
end(void *state, struct failure *failure)
{
    struct calendar_import *import = state;
    struct failure why = {0};
    struct calendar *calendar =
        calendar_new("line ", import->text ? import->text : "", import->size,
                     import->zones, &why);
    int result;

    import->size = 0;
    if (!calendar)
        return fail(failure,
                    why.kind == FAILURE_USAGE ? FAILURE_DATA : why.kind, "%s",
                    why.text);
    result = put_days(import, calendar, failure);
    calendar_free(calendar);
    return result;
}

static void
release(void *state)
{
    struct calendar_import *import = state;

    free(import->text);
}

const struct import_format calendar_import = {
    .name = "calendar",
    .summary = "sessions of a calendar, xtape-calendar(5)",
    .state_size = sizeof(struct calendar_import),
    .init = init,
    .push = push,
    .end = end,
    .free = release,
};
