#include "app/venue.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/zoneinfo.h"
#include "base/clock.h"
#include "io/input.h"

#define PLACE    "/../share/xtape/"
#define TEXT_MAX (16 << 20)

const struct zone *
venue_find_zone(void *owner, const char *name, struct failure *failure)
{
    struct zone **zone = owner;

    zone_destroy(*zone);
    *zone = zoneinfo_read(name, failure);
    return *zone;
}

static int
make_path(const char *kind, const char *name, size_t size, char *path,
          struct failure *failure)
{
    ssize_t length = readlink("/proc/self/exe", path, VENUE_PATH_MAX);
    char *slash;
    int room, used;

    if (length <= 0 || length >= VENUE_PATH_MAX)
        return fail(failure, FAILURE_ENVIRONMENT,
                    "cannot tell where the %s are: give a file", kind);
    slash = memrchr(path, '/', (size_t)length);
    assert(slash); /* the path of a program is absolute */
    room = (int)(path + VENUE_PATH_MAX - slash);
    used =
        snprintf(slash, (size_t)room, PLACE "%s/%.*s", kind, (int)size, name);
    if (used < 0 || used >= room)
        return fail(failure, FAILURE_USAGE, "the name is too long");
    return 0;
}

int
venue_path(const char *kind, const char *name, size_t size, char *path,
           struct failure *failure)
{
    if (size >= VENUE_PATH_MAX)
        return fail(failure, FAILURE_USAGE, "the name is too long");
    if (memchr(name, '/', size) || memchr(name, '.', size))
        snprintf(path, VENUE_PATH_MAX, "%.*s", (int)size, name);
    else if (make_path(kind, name, size, path, failure) != 0)
        return -1;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return fail(failure, FAILURE_USAGE,
                    "there is no \"%.*s\" among the %s that come with xtape "
                    "(./NAME is a file)",
                    (int)size, name, kind);
    return 0;
}

/* Cuts "@2026-01-08" off. */
static int
split_name(const char *name, size_t *size, int64_t *as_of,
           struct failure *failure)
{
    const char *at = strrchr(name, '@');
    int64_t ns;

    *size = at ? (size_t)(at - name) : strlen(name);
    *as_of = INT64_MAX;
    if (!at)
        return 0;
    if (strlen(at + 1) != 10 || !time_parse(at + 1, 10, &ns))
        return fail(failure, FAILURE_USAGE,
                    "\"%s\" is not a date such as 2026-01-08", at + 1);
    *as_of = ns / NS_PER_DAY - (ns % NS_PER_DAY < 0);
    return 0;
}

int
venue_read(struct venue *venue, const char *name, struct failure *failure)
{
    const struct calendar_zones zones = {venue_find_zone, &venue->zone};
    char path[VENUE_PATH_MAX];
    size_t size, length, text_size = 0;
    int64_t as_of;
    char *text;

    *venue = (struct venue){0};
    if (split_name(name, &size, &as_of, failure) != 0)
        return -1;
    if (venue_path("calendars", name, size, path, failure) != 0)
        return -1;
    text = input_read_file(path, TEXT_MAX, &text_size, failure);
    if (!text)
        return -1;
    length = strlen(path);
    snprintf(path + length, sizeof path - length, ":");
    venue->calendar = calendar_new(path, text, text_size, &zones, failure);
    free(text);
    if (venue->calendar && as_of != INT64_MAX)
        calendar_as_of(venue->calendar, as_of);
    return venue->calendar ? 0 : -1;
}

void
venue_free(struct venue *venue)
{
    calendar_free(venue->calendar);
    zone_destroy(venue->zone);
    *venue = (struct venue){0};
}
