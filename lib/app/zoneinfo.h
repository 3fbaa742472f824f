/* zoneinfo.h - a time zone by its name, from the system's zoneinfo. */
#ifndef APP_ZONEINFO_H
#define APP_ZONEINFO_H

#include "calendar/zone.h"

/* The zone that --tz names, such as America/New_York; zone_destroy frees it.
 * NULL with a failure of class usage when there is none of that name, or the
 * name leads out of the zoneinfo directory. */
struct zone *zoneinfo_read(const char *name, struct failure *failure);

#endif
