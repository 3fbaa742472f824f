/* calendar_text.h - the text of a calendar, and what it says.  A part of
 * calendar.c. */
#ifndef CALENDAR_CALENDAR_TEXT_H
#define CALENDAR_CALENDAR_TEXT_H

#include "calendar/calendar.h"

/* Seconds from the midnight of the trading day; below 0: the day before. */
struct calendar_clock {
    enum calendar_phase phase;
    int32_t open, close;
};

struct calendar_hours {
    unsigned line;  /* of the text that it is from */
    unsigned count; /* 0: closed */
    struct calendar_clock clocks[CALENDAR_SPANS_MAX];
};

/* Hours of some days of the week from a date on. */
struct calendar_week {
    int64_t from;
    unsigned weekdays; /* a bit each, from Monday */
    struct calendar_hours hours;
};

/* What one date has for itself. */
struct calendar_line {
    int64_t date, known; /* known: since when */
    bool settles;
    struct calendar_hours hours;
};

struct calendar {
    const struct zone *zone;
    int64_t first, last;
    struct calendar_week *weeks; /* owned, by date */
    struct calendar_line *days, *banks;
    size_t week_count, day_count, bank_count;
    size_t week_capacity, day_capacity, bank_capacity;
};

/* Fills a zeroed calendar; what it owns is to be freed also after -1. */
int calendar_parse(struct calendar *calendar, const char *place,
                   const char *text, size_t size,
                   const struct calendar_zones *zones, struct failure *failure);

#endif
