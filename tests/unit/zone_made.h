/* zone_made.h - time zone files made by the tests, and zones of them. */
#ifndef TESTS_ZONE_MADE_H
#define TESTS_ZONE_MADE_H

#include <stdio.h>
#include <string.h>

#include "calendar/zone.h"

static unsigned char bytes[1 << 17]; /* the file last made or read */

static unsigned char *
put_number(unsigned char *at, uint64_t number, int count)
{
    while (count-- > 0)
        *at++ = (unsigned char)(number >> 8 * count);
    return at;
}

static unsigned char *
put_head(unsigned char *at, char version, unsigned leaps, unsigned times,
         unsigned types)
{
    memcpy(at, "TZif", 4);
    at[4] = (unsigned char)version;
    memset(at + 5, 0, 15);
    at = put_number(at + 20, 0, 8);
    at = put_number(at, leaps, 4);
    at = put_number(at, times, 4);
    at = put_number(at, types, 4);
    return put_number(at, 4, 4);
}

/* A small file: up to two changes to the two types, and a TZ string. */
struct made {
    char version;
    unsigned leaps, times, types;
    int64_t at[2];
    unsigned char index[2];
    int32_t offset[2];
    const char *rule; /* with its newlines */
};

static size_t
make_file(const struct made *made)
{
    unsigned char *at = bytes;

    for (int width = 4; width <= 8; width += 4) {
        at = put_head(at, made->version, made->leaps, made->times, made->types);
        for (unsigned i = 0; i < made->times; i++)
            at = put_number(at, (uint64_t)made->at[i], width);
        for (unsigned i = 0; i < made->times; i++)
            *at++ = made->index[i];
        for (unsigned i = 0; i < made->types; i++) {
            at = put_number(at, (uint64_t)made->offset[i], 4);
            at = put_number(at, 0, 2);
        }
        memcpy(at, "XXX", 4);
        at += 4;
        memset(at, 0, made->leaps * (unsigned)(width + 4));
        at += made->leaps * (unsigned)(width + 4);
    }
    memcpy(at, made->rule, strlen(made->rule));
    return (size_t)(at - bytes) + strlen(made->rule);
}

/* NULL and a failure as of zone_new. */
static struct zone *
zone_made(const struct made *made, struct failure *failure)
{
    return zone_new("made", bytes, make_file(made), failure);
}

/* A zone that is a TZ string from the first to the last time. */
__attribute__((unused)) static struct zone *
zone_ruled(const char *rule)
{
    struct failure failure = {0};
    struct made made = {.version = '3', .types = 1};
    char text[100];

    snprintf(text, sizeof text, "\n%s\n", rule);
    made.rule = text;
    return zone_made(&made, &failure);
}

#endif
