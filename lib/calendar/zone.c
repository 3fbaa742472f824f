#include "calendar/zone.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "calendar/zone_rule.h"

/* Times that an i64 of nanoseconds reaches, in seconds and in years.  The
 * table holds every change of the offset in that range, those of the file
 * and then, year by year, those of its TZ string: what is left to do at run
 * time is one binary search. */
#define FIRST_SECOND (INT64_MIN / NS_PER_SECOND - 1)
#define LAST_SECOND  (INT64_MAX / NS_PER_SECOND)
#define FIRST_YEAR   1677
#define LAST_YEAR    2262

#define SECONDS_PER_DAY 86400
#define OFFSET_LEAST    (-89999) /* RFC 8536 3.2: more than -25 h, ... */
#define OFFSET_MOST     93599    /* ... less than 26 h */

struct change {
    int64_t at;     /* seconds since 1970, UTC */
    int32_t offset; /* seconds east of UTC from then on */
};

struct zone {
    size_t count;            /* at least 1 */
    struct change changes[]; /* by time; the first is long ago */
};

/* ---- a TZif file --------------------------------------------------------- */

#define HEAD_BYTES 44

struct head {
    unsigned char version;
    uint32_t ut_flags, standard_flags, leaps, times, types, name_bytes;
};

/* What of a file matters, and where it is. */
struct parts {
    const unsigned char *times, *indices, *types;
    uint32_t time_count, type_count;
    const char *rule; /* the TZ string */
    size_t rule_size;
};

static uint64_t
big_endian(const unsigned char *at, int bytes)
{
    uint64_t number = 0;

    while (bytes-- > 0)
        number = number << 8 | *at++;
    return number;
}

static bool
read_head(const unsigned char *at, size_t size, struct head *head)
{
    if (size < HEAD_BYTES || memcmp(at, "TZif", 4) != 0)
        return false;
    head->version = at[4];
    head->ut_flags = (uint32_t)big_endian(at + 20, 4);
    head->standard_flags = (uint32_t)big_endian(at + 24, 4);
    head->leaps = (uint32_t)big_endian(at + 28, 4);
    head->times = (uint32_t)big_endian(at + 32, 4);
    head->types = (uint32_t)big_endian(at + 36, 4);
    head->name_bytes = (uint32_t)big_endian(at + 40, 4);
    return true;
}

/* The bytes of data after a head, with times of 4 or 8 bytes.  No sum of six
 * products of 32 by 4 bits can wrap. */
static uint64_t
data_size(const struct head *head, unsigned time_bytes)
{
    return (uint64_t)head->times * (time_bytes + 1) +
           (uint64_t)head->types * 6 + head->name_bytes +
           (uint64_t)head->leaps * (time_bytes + 4) + head->standard_flags +
           head->ut_flags;
}

/* A file is a head and data with times of 4 bytes for old readers, the same
 * with 8 bytes, and a TZ string between two newlines. */
static const char *
find_parts(const unsigned char *at, size_t size, struct parts *parts)
{
    const unsigned char *end = at + size, *newline;
    struct head head;

    if (!read_head(at, size, &head) || head.version < '2')
        return "not a TZif file of version 2 or later";
    at += HEAD_BYTES;
    if (data_size(&head, 4) > (size_t)(end - at))
        return "it is cut short";
    at += data_size(&head, 4);
    if (!read_head(at, (size_t)(end - at), &head))
        return "its second header is missing";
    at += HEAD_BYTES;
    if (data_size(&head, 8) >= (size_t)(end - at))
        return "it is cut short";
    if (head.leaps)
        return "it counts leap seconds, which are not supported (use the zone "
               "that is not under right/)";
    *parts = (struct parts){.times = at,
                            .indices = at + (size_t)head.times * 8,
                            .types = at + (size_t)head.times * 9,
                            .time_count = head.times,
                            .type_count = head.types};
    at += data_size(&head, 8);
    newline = *at == '\n' ? memchr(at + 1, '\n', (size_t)(end - at) - 1) : NULL;
    if (!newline)
        return "its TZ string is missing";
    parts->rule = (const char *)at + 1;
    parts->rule_size = (size_t)(newline - at) - 1;
    return NULL;
}

/* ---- the table ----------------------------------------------------------- */

static void
append(struct zone *zone, int64_t at, int32_t offset)
{
    zone->changes[zone->count++] = (struct change){at, offset};
}

/* The offset of a local time type, false if there is none that can be. */
static bool
type_offset(const struct parts *parts, uint32_t type, int32_t *offset)
{
    if (type >= parts->type_count)
        return false;
    *offset = (int32_t)(uint32_t)big_endian(parts->types + (size_t)type * 6, 4);
    return *offset >= OFFSET_LEAST && *offset <= OFFSET_MOST;
}

/* The changes of the file.  *open says that the last one is not beyond our
 * time, so that the TZ string rules after it. */
static const char *
add_file(struct zone *zone, const struct parts *parts, bool *open)
{
    int64_t before = INT64_MIN;
    int32_t offset;

    assert(zone->count == 0); /* the change of long ago comes first */
    *open = true;
    if (!type_offset(parts, 0, &offset))
        return "its first type of local time is invalid";
    append(zone, INT64_MIN, offset);
    for (uint32_t i = 0; i < parts->time_count; i++) {
        int64_t at = (int64_t)big_endian(parts->times + (size_t)i * 8, 8);

        if (i > 0 && at <= before)
            return "its changes are not in time order";
        if (!type_offset(parts, parts->indices[i], &offset))
            return "one of its changes is to an invalid local time";
        before = at;
        if (at <= FIRST_SECOND)
            zone->changes[0].offset = offset;
        else if (at <= LAST_SECOND)
            append(zone, at, offset);
        else
            *open = false;
    }
    return NULL;
}

/* Puts a change among those of the TZ string, which come almost in order:
 * only a rule with hours far from its day takes one past another. */
static void
insert(struct zone *zone, size_t first, int64_t at, int32_t offset)
{
    size_t i = zone->count++;

    for (; i > first && zone->changes[i - 1].at > at; i--)
        zone->changes[i] = zone->changes[i - 1];
    zone->changes[i] = (struct change){at, offset};
}

/* The changes of the TZ string after those of the file.  What it says of the
 * time before is the offset that holds at the last of them.  Of two at
 * the same time the later rules: daylight time that ends when that of the
 * next year starts is for ever. */
static void
add_rule(struct zone *zone, const struct zone_rule *rule)
{
    struct change *last = &zone->changes[zone->count - 1];
    size_t first = zone->count, past;

    last->offset = rule->standard;
    if (!rule->has_daylight)
        return;
    for (int year = FIRST_YEAR - 1; year <= LAST_YEAR + 1; year++) {
        insert(zone, first, zone_rule_start(rule, year), rule->daylight);
        insert(zone, first, zone_rule_end(rule, year), rule->standard);
    }
    for (past = first; past < zone->count; past++) {
        if (zone->changes[past].at > last->at)
            break;
        last->offset = zone->changes[past].offset;
    }
    memmove(&zone->changes[first], &zone->changes[past],
            (zone->count - past) * sizeof *zone->changes);
    zone->count -= past - first;
}

#define RULE_CHANGES (2 * (LAST_YEAR + 1 - (FIRST_YEAR - 1) + 1))

struct zone *
zone_new(const char *name, const void *bytes, size_t size,
         struct failure *failure)
{
    struct parts parts;
    struct zone_rule rule;
    struct zone *zone = NULL;
    const char *why = find_parts(bytes, size, &parts);
    bool open;

    if (!why && parts.rule_size &&
        !zone_rule_parse(parts.rule, parts.rule_size, &rule))
        why = "its TZ string cannot be read";
    if (!why) {
        zone = allocate(failure, 1,
                        sizeof *zone +
                            ((size_t)parts.time_count + 1 + RULE_CHANGES) *
                                sizeof *zone->changes);
        if (!zone)
            return NULL;
        why = add_file(zone, &parts, &open);
    }
    if (why) {
        fail(failure, FAILURE_USAGE, "time zone %s: %s", name, why);
        zone_destroy(zone);
        return NULL;
    }
    if (open && parts.rule_size)
        add_rule(zone, &rule);
    assert(zone->count <= (size_t)parts.time_count + 1 + RULE_CHANGES);
    return zone;
}

void
zone_destroy(struct zone *zone)
{
    free(zone);
}

/* ---- use ----------------------------------------------------------------- */

/* The change that rules at a time: the last one by then. */
static const struct change *
change_at(const struct zone *zone, int64_t second)
{
    const struct change *change = zone->changes;
    size_t count = zone->count;

    assert(count > 0 && change->at <= second);
    while (count > 1) {
        size_t half = count / 2;

        if (change[half].at <= second)
            change += half;
        count -= half;
    }
    return change;
}

static int64_t
floor_second(int64_t ns)
{
    return ns / NS_PER_SECOND - (ns % NS_PER_SECOND < 0);
}

int
zone_offset(const struct zone *zone, int64_t ns)
{
    return change_at(zone, floor_second(ns))->offset;
}

int64_t
zone_day(const struct zone *zone, int64_t ns)
{
    int64_t second = floor_second(ns);
    int64_t local = second + change_at(zone, second)->offset;

    return local / SECONDS_PER_DAY - (local % SECONDS_PER_DAY < 0);
}

/* Walks the stretches between changes from one that is surely before
 * to the first that has a second of it. */
int64_t
zone_time(const struct zone *zone, int64_t day, int32_t seconds)
{
    const struct change *change, *last = &zone->changes[zone->count - 1];
    const int64_t far = LAST_SECOND / SECONDS_PER_DAY + 2;
    int64_t local, second;

    if (day < -far || day > far)
        return day < 0 ? TIME_NULL + 1 : INT64_MAX;
    local = day * SECONDS_PER_DAY + seconds;
    for (change = change_at(zone, local - OFFSET_MOST - 1);; change++) {
        second = local - change->offset;
        if (second < change->at)
            second = change->at;
        if (change == last || second < change[1].at)
            break;
    }
    if (second <= FIRST_SECOND || second > LAST_SECOND)
        return day < 0 ? TIME_NULL + 1 : INT64_MAX;
    return second * NS_PER_SECOND;
}

int64_t
zone_day_start(const struct zone *zone, int64_t day)
{
    return zone_time(zone, day, 0);
}
