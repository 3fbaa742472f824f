/* Time zone files made to be unusual, wrong or damaged. */
#include "calendar/zone.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "any.h"
#include "base/clock.h"
#include "tap.h"
#include "zone_made.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define DAY           86400

static const struct made plain = {'2',       0,      2,         2,
                                  {0, 1000}, {1, 0}, {0, 3600}, "\n<+01>-1\n"};

static bool
offsets_are(const struct zone *zone, const int64_t (*wanted)[2], size_t count)
{
    for (size_t i = 0; zone && i < count; i++)
        if (zone_offset(zone, wanted[i][0]) != wanted[i][1])
            return false;
    return zone != NULL;
}

static bool
made_file_is_read(void)
{
    static const int64_t wanted[][2] = {
        {INT64_MIN + 1, 0},
        {-1, 0},
        {0, 3600},
        {1000 * NS_PER_SECOND - 1, 3600},
        /* At the last change the TZ string says what holds. */
        {1000 * NS_PER_SECOND, 3600},
        {INT64_MAX, 3600},
    };
    struct failure failure = {0};
    struct zone *zone = zone_made(&plain, &failure);
    bool well = offsets_are(zone, wanted, LENGTH(wanted));

    zone_destroy(zone);
    return well;
}

static bool
far_changes_are_read(void)
{
    static const int64_t wanted[][2] = {
        {INT64_MIN + 1, 3600}, {0, 3600}, {INT64_MAX, 3600}};
    struct made made = plain;
    struct failure failure = {0};
    struct zone *zone;
    bool well;

    made.at[0] = INT64_MIN;
    made.at[1] = INT64_MAX;
    made.rule = "\nXXX5\n"; /* holds after the last change only */
    zone = zone_made(&made, &failure);
    well = offsets_are(zone, wanted, LENGTH(wanted));
    zone_destroy(zone);
    return well;
}

/* RFC 8536 3.3.1: daylight time for ever, by an end at the next start. */
static bool
daylight_for_ever(void)
{
    static const char *const rules[] = {"XXX3EDT4,0/0,J365/23",
                                        "EST5EDT,0/0,J365/25"};
    static const int wanted[] = {-4 * 3600, -4 * 3600};

    for (size_t i = 0; i < LENGTH(rules); i++) {
        struct zone *zone = zone_ruled(rules[i]);
        bool well = zone != NULL;

        for (int64_t at = 0; well && at < INT64_C(47482) * DAY; at += 3600)
            well = zone_offset(zone, at * NS_PER_SECOND) == wanted[i];
        zone_destroy(zone);
        if (!well)
            return false;
    }
    return true;
}

static bool
ends_of_time(void)
{
    struct zone *zone = zone_ruled("EST5EDT,M3.2.0,M11.1.0");
    bool well = zone != NULL;

    for (int64_t day = -106760; well && day < -106740; day++)
        well = zone_day_start(zone, day) <= zone_day_start(zone, day + 1);
    for (int64_t day = 106740; well && day < 106760; day++)
        well = zone_day_start(zone, day) <= zone_day_start(zone, day + 1);
    well = well && zone_day_start(zone, INT64_MIN) == TIME_NULL + 1 &&
           zone_day_start(zone, INT64_MAX) == INT64_MAX &&
           zone_day_start(zone, -106751) ==
               (INT64_C(-106751) * DAY + 4 * 3600) * NS_PER_SECOND &&
           zone_day_start(zone, 106751) ==
               (INT64_C(106751) * DAY + 4 * 3600) * NS_PER_SECOND &&
           zone_day_start(zone, zone_day(zone, INT64_MAX)) < INT64_MAX &&
           zone_day_start(zone, zone_day(zone, TIME_NULL + 1)) == TIME_NULL + 1;
    zone_destroy(zone);
    return well;
}

static bool
refused(const struct made *made, const char *why)
{
    struct failure failure = {0};
    struct zone *zone = zone_made(made, &failure);

    if (!zone && failure.kind == FAILURE_USAGE &&
        strstr(failure.text, "made") && strstr(failure.text, why))
        return true;
    tap_note("\"%s\": %s", why, zone ? "taken" : failure.text);
    zone_destroy(zone);
    return false;
}

static bool
refuses_damage(void)
{
    struct made made = plain;
    bool well;

    made.version = '\0';
    well = refused(&made, "version 2");
    made = plain;
    made.leaps = 1;
    well = refused(&made, "leap seconds") && well;
    made = plain;
    made.types = 0;
    made.times = 0;
    well = refused(&made, "first type") && well;
    made = plain;
    made.index[1] = 2;
    well = refused(&made, "invalid local time") && well;
    made = plain;
    made.at[1] = made.at[0];
    well = refused(&made, "time order") && well;
    made = plain;
    made.offset[1] = 100000;
    well = refused(&made, "invalid local time") && well;
    made.offset[1] = INT32_MIN;
    well = refused(&made, "invalid local time") && well;
    made = plain;
    made.rule = "";
    well = refused(&made, "cut short") && well;
    made.rule = "\n";
    well = refused(&made, "TZ string is missing") && well;
    made.rule = "EST5\n";
    return refused(&made, "TZ string is missing") && well;
}

static bool
refuses_rules(void)
{
    static const char *const rules[] = {
        "5",
        "E5",
        "ES5",
        "EST",
        "EST5EDT",
        "EST5EDT4",
        "<+05-5",
        "<>5",
        "EST25",
        "EST5:60",
        "EST5:00:60",
        "EST5:",
        "EST5 ",
        " EST5",
        ":EST5",
        "EST5EDT,M3.2.0",
        "EST5EDT,M3.2.0,",
        "EST5EDT,M0.2.0,M11.1.0",
        "EST5EDT,M13.2.0,M11.1.0",
        "EST5EDT,M3.0.0,M11.1.0",
        "EST5EDT,M3.6.0,M11.1.0",
        "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,J0,M11.1.0",
        "EST5EDT,J366,M11.1.0",
        "EST5EDT,366,M11.1.0",
        "EST5EDT,M3.2.0/168,M11.1.0",
        "EST5EDT,M3.2.0/-168,M11.1.0",
        "EST5EDT,M3.2.0/,M11.1.0",
        "EST5EDT,M3.2.0,M11.1.0x",
        "EST5EDT,M3.2,M11.1.0",
        "EST99999999999999999999",
    };
    bool well = true;

    for (size_t i = 0; i < LENGTH(rules); i++) {
        struct zone *zone = zone_ruled(rules[i]);

        if (zone) {
            tap_note("rule %s is taken", rules[i]);
            well = false;
        }
        zone_destroy(zone);
    }
    return well;
}

/* Cut anywhere, with the bytes at the very end of their memory; and with any
 * byte changed: refused or a zone, never a crash. */
static bool
survives_damage(void)
{
    size_t size = make_file(&plain);
    bool well = true;

    for (size_t cut = 0; cut <= size; cut++) {
        struct failure failure = {0};
        unsigned char *copy = malloc(cut ? cut : 1);
        struct zone *zone;

        memcpy(copy, bytes, cut);
        zone = zone_new("cut", copy, cut, &failure);
        well = well && (zone != NULL) == (cut == size);
        zone_destroy(zone);
        free(copy);
    }
    for (int i = 0; well && i < 50000; i++) {
        struct failure failure = {0};
        size_t at = any() % size;
        unsigned char before = bytes[at];
        struct zone *zone;

        bytes[at] = (unsigned char)any();
        zone = zone_new("damaged", bytes, size, &failure);
        if (zone)
            zone_day_start(zone, zone_day(zone, (int64_t)any()));
        else
            well = failure.kind == FAILURE_USAGE;
        zone_destroy(zone);
        bytes[at] = before;
    }
    return well;
}

int
main(void)
{
    OK("daylight time may be for ever", daylight_for_ever());
    OK("changes hold from their second on, then the TZ string does",
       made_file_is_read());
    OK("changes beyond our time are read and do not bring in the TZ string",
       far_changes_are_read());
    OK("days at both ends of time begin in order", ends_of_time());
    OK("a file that is no zone is refused with its name and the reason",
       refuses_damage());
    OK("a TZ string that is none is refused", refuses_rules());
    OK("a cut or damaged file is refused or read, never a crash",
       survives_damage());
    return tap_done();
}
