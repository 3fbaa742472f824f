/* zone.h - a time zone from a TZif file (RFC 8536).
 *
 * The bytes come from the system's zoneinfo; reading the file is the caller's
 * business (this library does no I/O).  Beyond the last transition the POSIX
 * TZ string in the footer rules, as the RFC says.  A zone is about 20 KiB;
 * nothing in it changes, so threads may share it.
 */
#ifndef CALENDAR_ZONE_H
#define CALENDAR_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

struct zone;

/* Parses size bytes of a TZif file of version 2 or later; name is for
 * messages.  NULL when they are not one, or count leap seconds: failure of
 * class usage, for the zone was asked for.  zone_destroy(NULL) is fine. */
struct zone *zone_new(const char *name, const void *bytes, size_t size,
                      struct failure *failure);
void zone_destroy(struct zone *zone);

/* Seconds east of UTC at that time. */
int zone_offset(const struct zone *zone, int64_t ns);

/* The local civil day (days since 1970-01-01) that a time falls in. */
int64_t zone_day(const struct zone *zone, int64_t ns);

/* The time at which that local day begins: the first instant whose local
 * date is the day or later, also where midnight itself is skipped by a change
 * of the clock.  A day that is skipped whole (Samoa, 2011-12-30) begins when
 * the next one does.  Beyond the range of times it is the last or first. */
int64_t zone_day_start(const struct zone *zone, int64_t day);

/* The time at which clocks there first show so many seconds after the midnight
 * of a local day, or more: that of the change where it is skipped.  seconds
 * may be of the day before or after.  Beyond the range as above. */
int64_t zone_time(const struct zone *zone, int64_t day, int32_t seconds);

#endif
