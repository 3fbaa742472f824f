/* Time zones against the C library's, for every zone of the system and for
 * rules of our own. */
#include "calendar/zone.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "any.h"
#include "base/clock.h"
#include "tap.h"
#include "zone_made.h"

#define ZONEINFO      "/usr/share/zoneinfo"
#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define DAY           86400
#define YEAR_1970     0
#define YEAR_2100     (INT64_C(47482) * DAY)

/* ---- zones --------------------------------------------------------------- */

static size_t
read_file(const char *name)
{
    char path[600];
    FILE *file;
    size_t size;

    snprintf(path, sizeof path, "%s/%s", ZONEINFO, name);
    file = fopen(path, "rb");
    if (!file)
        return 0;
    size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    return size;
}

static struct zone *
system_zone(const char *name)
{
    struct failure failure = {0};
    struct zone *zone = zone_new(name, bytes, read_file(name), &failure);

    if (!zone)
        tap_note("%s", failure.text);
    setenv("TZ", name, 1);
    tzset();
    return zone;
}

/* ---- against the C library ----------------------------------------------- */

static int
library_offset(int64_t second)
{
    time_t time = second;
    struct tm tm;

    return localtime_r(&time, &tm) ? (int)tm.tm_gmtoff : INT32_MAX;
}

static bool
agrees_at(const struct zone *zone, int64_t second)
{
    int wanted = library_offset(second);
    int mine = zone_offset(zone, second * NS_PER_SECOND);
    int late = zone_offset(zone, second * NS_PER_SECOND + NS_PER_SECOND - 1);

    if (mine == wanted && late == wanted)
        return true;
    tap_note("at %lld: %d, not %d", (long long)second, mine, wanted);
    return false;
}

/* The library's change between two seconds of different offsets. */
static int64_t
change_between(int64_t before, int64_t after)
{
    int offset = library_offset(before);

    while (after - before > 1) {
        int64_t middle = before + (after - before) / 2;

        if (library_offset(middle) == offset)
            before = middle;
        else
            after = middle;
    }
    return after;
}

/* In steps, and a second before, at and after each change between them. */
static bool
agrees(const struct zone *zone, int64_t step)
{
    int last = library_offset(YEAR_1970);

    for (int64_t at = YEAR_1970; at < YEAR_2100; at += step) {
        int offset = library_offset(at);

        if (!agrees_at(zone, at))
            return false;
        if (offset != last) {
            int64_t change = change_between(at - step, at);

            for (int64_t near = change - 2; near <= change + 2; near++)
                if (!agrees_at(zone, near))
                    return false;
        }
        last = offset;
    }
    return true;
}

static bool
zone_agrees(const char *name, int64_t step)
{
    struct zone *zone = system_zone(name);
    bool well = zone && agrees(zone, step);

    if (!well)
        tap_note("zone %s", name);
    zone_destroy(zone);
    return well;
}

/* Every file below a directory that begins as a zone does. */
static bool
all_agree(const char *under, int *count)
{
    char path[600];
    DIR *dir;
    struct dirent *entry;
    bool well = true;

    snprintf(path, sizeof path, "%s/%s", ZONEINFO, under);
    dir = opendir(path);
    while (dir && well && (entry = readdir(dir))) {
        struct stat status;
        char name[300];

        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "right") == 0 ||
            strcmp(entry->d_name, "posix") == 0)
            continue;
        snprintf(name, sizeof name, "%s%s%s", under, *under ? "/" : "",
                 entry->d_name);
        snprintf(path, sizeof path, "%s/%s", ZONEINFO, name);
        if (stat(path, &status) != 0)
            continue;
        if (S_ISDIR(status.st_mode)) {
            well = all_agree(name, count);
        } else if (read_file(name) > 4 && memcmp(bytes, "TZif", 4) == 0) {
            well = zone_agrees(name, 45 * DAY);
            ++*count;
        }
    }
    if (dir)
        closedir(dir);
    return well;
}

static bool
well_known_agree(void)
{
    static const char *const names[] = {
        "America/New_York", "America/Chicago",     "America/Sao_Paulo",
        "America/St_Johns", "America/Nuuk",        "Europe/London",
        "Europe/Dublin",    "Europe/Berlin",       "Europe/Moscow",
        "Africa/Cairo",     "Africa/Casablanca",   "Asia/Beirut",
        "Asia/Gaza",        "Asia/Tehran",         "Asia/Kolkata",
        "Asia/Tokyo",       "Asia/Hong_Kong",      "Australia/Lord_Howe",
        "Australia/Sydney", "Pacific/Apia",        "Pacific/Chatham",
        "Antarctica/Troll", "America/Punta_Arenas"};

    for (size_t i = 0; i < LENGTH(names); i++)
        if (!zone_agrees(names[i], 5 * DAY))
            return false;
    return true;
}

static bool
rules_agree(void)
{
    static const char *const rules[] = {
        "UTC0",
        "EST5EDT,M3.2.0,M11.1.0",
        "EST+5EDT+4,M3.2.0/2,M11.1.0/2:00:00",
        "<-03>3",
        "<+0530>-5:30",
        "XXX-1:02:03",
        "CET-1CEST,M3.5.0,M10.5.0/3",
        "IST-1GMT0,M10.5.0,M3.5.0/1",
        "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
        "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
        "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
        "EET-2EEST,M3.4.4/50,M10.4.4/50",
        "IST-2IDT,M3.4.4/26,M10.5.0",
        "AAA3BBB,J60/0,J300/1:30",
        "AAA3BBB,59/0,300",
        "AAA-3BBB,J59/-24,J334/48",
        "AAA8BBB7:30,90/100,290/-100",
        "AAA8BBB,M1.1.1/1,M12.5.6/1",
    };

    for (size_t i = 0; i < LENGTH(rules); i++) {
        struct zone *zone = zone_ruled(rules[i]);
        bool well;

        setenv("TZ", rules[i], 1);
        tzset();
        well = zone && agrees(zone, 5 * DAY);
        zone_destroy(zone);
        if (!well) {
            tap_note("rule %s", rules[i]);
            return false;
        }
    }
    return true;
}

/* ---- days ---------------------------------------------------------------- */

static int64_t
library_day(int64_t second)
{
    int64_t local = second + library_offset(second);

    return local / DAY - (local % DAY < 0);
}

/* The first second by the library whose date is the day or later; to the
 * minute by steps, to the second by going back. */
static int64_t
library_day_start(int64_t day)
{
    int64_t second = (day - 2) * DAY;

    while (library_day(second) < day)
        second += 60;
    while (library_day(second - 1) >= day)
        second--;
    return second;
}

static bool
days_agree(const char *name, int64_t first, int64_t last)
{
    struct zone *zone = system_zone(name);
    bool well = zone != NULL;

    for (int64_t day = first; well && day <= last; day++) {
        int64_t second = library_day_start(day);

        well = zone_day_start(zone, day) == second * NS_PER_SECOND;
        for (int i = 0; well && i < 20; i++) {
            second += (int64_t)(any() % 7200);
            well = zone_day(zone, second * NS_PER_SECOND + 1) ==
                   library_day(second);
        }
        if (!well)
            tap_note("%s, day %lld", name, (long long)day);
    }
    zone_destroy(zone);
    return well;
}

/* Days around changes at or near midnight. */
static bool
day_starts_agree(void)
{
    static const struct {
        const char *name;
        int year, month, day;
    } changes[] = {
        {"America/Sao_Paulo", 2018, 11, 4},
        {"America/Sao_Paulo", 2018, 2, 18},
        {"Africa/Cairo", 2014, 5, 16},
        {"Africa/Cairo", 2023, 4, 28},
        {"Africa/Cairo", 2023, 10, 27},
        {"Asia/Beirut", 2022, 3, 27},
        {"Asia/Beirut", 2022, 10, 30},
        {"America/St_Johns", 2010, 3, 14},
        {"America/St_Johns", 2010, 11, 7},
        {"America/Havana", 2024, 3, 10},
        {"America/Havana", 2024, 11, 3},
        {"Pacific/Apia", 2011, 12, 30},
        {"America/New_York", 2026, 3, 8},
        {"Europe/London", 2026, 10, 25},
        {"Asia/Tehran", 2021, 3, 22},
        {"America/Scoresbysund", 2024, 3, 31},
        {"Asia/Tokyo", 2026, 1, 8},
        {"America/New_York", 2099, 11, 1},
    };

    for (size_t i = 0; i < LENGTH(changes); i++) {
        int64_t day =
            days_from_civil(changes[i].year, changes[i].month, changes[i].day);

        if (!days_agree(changes[i].name, day - 3, day + 3))
            return false;
    }
    return true;
}

static bool
day_starts(const char *name, const char *date, const char *start)
{
    struct zone *zone = system_zone(name);
    int64_t midnight, wanted;
    bool well = zone && time_parse(date, strlen(date), &midnight) &&
                time_parse(start, strlen(start), &wanted) &&
                zone_day_start(zone, midnight / NS_PER_DAY) == wanted;

    zone_destroy(zone);
    return well;
}

static void
test_system(void)
{
    int count = 0;

    OK("every zone of the system agrees with the C library from 1970 to 2100, "
       "around each change too",
       all_agree("", &count) && count > 300);
    OK("those with unusual changes do so in short steps", well_known_agree());
    OK("where midnight is skipped the day begins with the change",
       day_starts("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z") &&
           day_starts("Africa/Cairo", "2023-04-28", "2023-04-27T22:00:00Z") &&
           day_starts("Asia/Beirut", "2022-03-27", "2022-03-26T22:00:00Z"));
    OK("where midnight comes twice the day begins with the first",
       day_starts("America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z"));
    OK("a day that is skipped begins when the next one does",
       day_starts("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z") &&
           day_starts("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"));
    OK("days with changes near midnight, and those around, begin where the "
       "C library's date turns",
       day_starts_agree());
}

int
main(void)
{
    if (read_file("America/New_York"))
        test_system();
    else
        tap_skip("zones of the system agree with the C library",
                 "no time zones in " ZONEINFO " (package tzdata)");
    OK("TZ strings agree with the C library's reading of them", rules_agree());
    return tap_done();
}
