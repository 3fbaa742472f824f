/* venue.h - a calendar and its time zone, found by name.
 *
 * A name with a slash or a dot is a file; any other one of those that come
 * with the programs, in ../share/xtape/calendars beside their directory.
 * NAME@2026-01-08 is the calendar as it was known on that day.
 */
#ifndef APP_VENUE_H
#define APP_VENUE_H

#include "calendar/calendar.h"

struct venue {
    struct calendar *calendar;
    struct zone *zone;
};

/* 0, or -1 with a failure of class usage that names the file and the line.
 * venue_free is fine after it, and on one that is zeroed. */
int venue_read(struct venue *venue, const char *name, struct failure *failure);
void venue_free(struct venue *venue);

#define VENUE_PATH_MAX 4096

/* The path of a file of a kind, "calendars": a name with a slash or a dot is
 * itself the path.  path has VENUE_PATH_MAX bytes. */
int venue_path(const char *kind, const char *name, size_t size, char *path,
               struct failure *failure);

/* Zones for a calendar; owner is a struct zone *, NULL at first, which the
 * caller destroys. */
const struct zone *venue_find_zone(void *owner, const char *name,
                                   struct failure *failure);

#endif
