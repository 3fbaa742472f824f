#include "app/zoneinfo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/input.h"

#define DIRECTORY      "/usr/share/zoneinfo/"
#define ZONE_BYTES_MAX (1 << 20) /* the largest real one has some 4 KiB */

struct zone *
zoneinfo_read(const char *name, struct failure *failure)
{
    char path[512];
    size_t size = 0;
    char *bytes = NULL;
    struct zone *zone = NULL;
    struct failure why = {0};
    int length = snprintf(path, sizeof path, DIRECTORY "%s", name);

    if (*name && *name != '/' && !strstr(name, "..") && length > 0 &&
        (size_t)length < sizeof path)
        bytes = input_read_file(path, ZONE_BYTES_MAX, &size, &why);
    if (bytes)
        zone = zone_new(name, bytes, size, &why);
    free(bytes);
    if (!zone)
        fail(failure, FAILURE_USAGE,
             "there is no time zone \"%s\" in " DIRECTORY " (names are "
             "such as America/New_York)",
             name);
    return zone;
}
