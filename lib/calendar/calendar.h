/* calendar.h - the sessions of a market, day by day, from a text.
 *
 * xtape-calendar(5) is the authority on the text: hours by day of the week,
 * and the days that are different.  A trading day has a date and one or more
 * spans of time; it may begin on the evening before.  Dates are days since
 * 1970-01-01; times are nanoseconds since then, UTC.
 *
 * Memory: some 100 bytes for each line.  Nothing changes after calendar_new
 * and calendar_as_of, so that threads may share it.
 */
#ifndef CALENDAR_CALENDAR_H
#define CALENDAR_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "calendar/zone.h"

#define CALENDAR_SPANS_MAX 8

/* In the order of the words of the file. */
enum calendar_phase {
    CALENDAR_PRE_OPEN,
    CALENDAR_OPENING_AUCTION,
    CALENDAR_CONTINUOUS,
    CALENDAR_CLOSING_AUCTION,
    CALENDAR_EXTENDED, /* trading outside the session proper */
};

/* Half-open; spans of a day are in order and do not overlap. */
struct calendar_span {
    enum calendar_phase phase;
    int64_t open, close;
};

struct calendar_day {
    int64_t date;
    unsigned count; /* of spans, at least 1 */
    struct calendar_span spans[CALENDAR_SPANS_MAX];
    int64_t open, close; /* of the session: without extended and pre-open
                          * spans, unless there are no others */
};

struct calendar;

/* Where zones come from: NULL with the failure set when there is none of that
 * name. */
struct calendar_zones {
    const struct zone *(*find)(void *owner, const char *name,
                               struct failure *failure);
    void *owner;
};

/* Reads a text; place is what messages begin with, "XNYS:" or "line ", before
 * the number of the line; they are of class usage.  The zone must outlive the
 * calendar.  NULL with the failure set. */
struct calendar *calendar_new(const char *place, const char *text, size_t size,
                              const struct calendar_zones *zones,
                              struct failure *failure);
void calendar_free(struct calendar *calendar);

/* Forgets what was not known by that date. */
void calendar_as_of(struct calendar *calendar, int64_t date);

const struct zone *calendar_zone(const struct calendar *calendar);

/* The first and the last date that it knows. */
int64_t calendar_first(const struct calendar *calendar);
int64_t calendar_last(const struct calendar *calendar);

/* The trading day of a date.  False, with *day unset, when there is none. */
bool calendar_find(const struct calendar *calendar, int64_t date,
                   struct calendar_day *day);

/* Whether trades settle on a date. */
bool calendar_settles(const struct calendar *calendar, int64_t date);

/* The date that is count settlement days after one; a date on which nothing
 * settles counts as the settlement day before it.  Past the last date that
 * the calendar knows: INT64_MAX. */
int64_t calendar_settlement(const struct calendar *calendar, int64_t date,
                            unsigned count);

#endif
