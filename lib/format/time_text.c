#include "format/time_text.h"

#include <assert.h>
#include <inttypes.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "calendar/zone.h"
#include "format/civil.h"
#include "format/complaint.h"

#define SECONDS_PER_YEAR 31556952 /* on the average */
#define UNIT_MAX         NS_PER_SECOND

static const struct {
    const char *name;
    int64_t ns;
} units[] = {{"s", NS_PER_SECOND}, {"ms", 1000000}, {"us", 1000}, {"ns", 1}};
enum { UNITS = sizeof units / sizeof *units };

static int
refuse_range(struct cell text, struct failure *failure)
{
    return refuse(failure, text,
                  "is outside of what a time can be, 1677-09-21 to 2262-04-11");
}

/* ---- numbers ------------------------------------------------------------- */

/* The whole part of a number, and the digits after its point. */
struct units {
    bool negative;
    int64_t whole;
    struct cell places;
};

/* Whether a text is a number as programs print times; not more than 18
 * digits before the point are kept, the rest is out of range. */
static bool
units_scan(struct cell text, struct units *number, bool *large)
{
    const char *at = text.bytes, *end = at + text.size;

    *number = (struct units){0};
    *large = false;
    if (at < end && *at == '-') {
        number->negative = true;
        at++;
    }
    if (at == end || *at < '0' || *at > '9')
        return false;
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        if (number->whole > (INT64_MAX - 9) / 10)
            *large = true;
        else
            number->whole = number->whole * 10 + (*at - '0');
    if (at < end && *at == '.')
        number->places = (struct cell){at + 1, (size_t)(end - at - 1)};
    else if (at < end)
        return false;
    for (size_t i = 0; i < number->places.size; i++)
        if (number->places.bytes[i] < '0' || number->places.bytes[i] > '9')
            return false;
    return true;
}

/* The unit that a number of this magnitude must be of: 10^11 seconds are the
 * year 5138, and 10^11 milliseconds 1973. */
static int64_t
unit_of(int64_t whole)
{
    int64_t limit = INT64_C(100000000000);

    for (int i = 0; i < UNITS - 1; i++, limit *= 1000)
        if (whole < limit)
            return units[i].ns;
    return 1;
}

static const char *
unit_name(int64_t ns)
{
    for (int i = 0; i < UNITS; i++)
        if (units[i].ns == ns)
            return units[i].name;
    return "units";
}

/* The number is too large for its unit: says which year that would be, and
 * which unit makes it one that somebody meant. */
static int
refuse_units(struct cell text, const struct units *number, int64_t unit,
             struct failure *failure)
{
    int64_t year =
        1970 + number->whole / (NS_PER_SECOND / unit) / SECONDS_PER_YEAR;
    int64_t meant = unit_of(number->whole);

    assert(unit > 0 && unit <= UNIT_MAX && number->whole >= 0);
    if (meant == unit)
        return refuse_range(text, failure);
    return refuse_format(failure, text,
                         "%s is the year %" PRId64 " (are they %s?)",
                         unit_name(unit), year, unit_name(meant));
}

/* Adds the places of a number of units. */
static int
add_places(const struct time_rules *rules, struct cell text,
           const struct units *number, int64_t unit, int64_t *ns,
           struct failure *failure)
{
    bool rest = false, half = false;
    int64_t sum = 0;

    for (size_t i = 0; i < number->places.size; i++) {
        int digit = number->places.bytes[i] - '0';

        if (unit >= 10) {
            unit /= 10;
            sum += digit * unit;
        } else if (unit-- == 1) { /* the first place beyond the nanosecond */
            half = digit >= 5;
            rest = digit != 5 && digit != 0;
        } else {
            rest |= digit != 0;
        }
    }
    if ((half || rest) && !rules->round)
        return refuse(failure, text,
                      "has digits beyond the nanosecond (--round rounds them)");
    sum += half && (rest || sum % 2 != 0);
    assert(sum >= 0 && sum <= UNIT_MAX);
    if (__builtin_add_overflow(*ns, sum, ns))
        return refuse_range(text, failure);
    return 0;
}

static int
units_parse(const struct time_rules *rules, struct cell text,
            const struct units *number, bool large, int64_t *ns,
            struct failure *failure)
{
    int64_t unit = rules->unit_auto ? unit_of(number->whole) : rules->unit;
    int64_t value;

    assert(unit >= 1 && unit <= UNIT_MAX);
    if (large)
        return refuse_range(text, failure);
    if (__builtin_mul_overflow(number->whole, unit, &value))
        return refuse_units(text, number, unit, failure);
    if (add_places(rules, text, number, unit, &value, failure) != 0)
        return -1;
    *ns = number->negative ? -value : value;
    return 0;
}

/* ---- local times --------------------------------------------------------- */

static int
refuse_local(const struct time_rules *rules, struct cell text, bool twice,
             struct failure *failure)
{
    (void)rules;
    return refuse_format(failure, text,
                         "comes %s where --tz is (--fold first "
                         "or second says which is meant)",
                         twice ? "twice" : "never");
}

/* The time at which the clock of the zone shows a local time. */
static int
local_time(const struct time_rules *rules, struct cell text, int64_t local,
           int64_t *ns, struct failure *failure)
{
    int64_t before, after, first, second;

    if (local < INT64_MIN + 3 * NS_PER_DAY ||
        local > INT64_MAX - 3 * NS_PER_DAY)
        return refuse_range(text, failure);
    before = zone_offset(rules->zone, local - NS_PER_DAY) * NS_PER_SECOND;
    after = zone_offset(rules->zone, local + NS_PER_DAY) * NS_PER_SECOND;
    first = local - before;
    second = local - after;
    bool shows_first =
        zone_offset(rules->zone, first) * NS_PER_SECOND == before;
    bool shows_second =
        zone_offset(rules->zone, second) * NS_PER_SECOND == after;
    bool same = first == second;

    if (!same && shows_first == shows_second && rules->fold == FOLD_REFUSE)
        return refuse_local(rules, text, shows_first, failure);
    if (shows_first != shows_second)
        *ns = shows_first ? first : second;
    else
        *ns = rules->fold == FOLD_SECOND ? second : first;
    return 0;
}

/* Midnight of --date, where the zone is. */
static int
midnight(const struct time_rules *rules, int64_t *ns)
{
    if (rules->zone)
        *ns = zone_day_start(rules->zone, rules->day);
    else if (__builtin_mul_overflow(rules->day, NS_PER_DAY, ns))
        return -1;
    return 0;
}

/* ---- dates and times of day ---------------------------------------------- */

static int
civil_time(const struct time_rules *rules, struct cell text,
           const struct civil *civil, int64_t *ns, struct failure *failure)
{
    const char *wrong = civil_check(civil);
    int64_t seconds, value = civil->ns;
    int64_t day = rules->day;

    if (wrong)
        return refuse(failure, text, wrong);
    if (civil->more && !rules->round)
        return refuse(failure, text,
                      "has digits beyond the nanosecond (--round rounds them)");
    value += civil->half_up;
    if (civil->month)
        day = days_from_civil(civil->year, civil->month, civil->day);
    else if (!rules->has_date && !civil->has_epoch)
        return refuse(failure, text, "has no date (--date says which day)");
    seconds = day * 86400 + civil->hour * 3600 + civil->minute * 60 +
              civil->second - civil->offset;
    if (civil->has_epoch)
        seconds = civil->epoch;
    if (__builtin_mul_overflow(seconds, NS_PER_SECOND, &seconds) ||
        __builtin_add_overflow(seconds, value, &value))
        return refuse_range(text, failure);
    if (rules->zone && !civil->has_offset && !civil->has_epoch)
        return local_time(rules, text, value, ns, failure);
    *ns = value;
    return 0;
}

/* Why a text that is no number is no time either. */
static int
refuse_text(const struct time_rules *rules, struct cell text, const char *wrong,
            struct failure *failure)
{
    struct units number;
    bool large;

    if (!rules->format && units_scan(text, &number, &large))
        return refuse(failure, text,
                      "is a number: --time-unit says of what (ns, us, ms, s "
                      "since 1970, or auto)");
    if (rules->unit && text.size && text.bytes[text.size - 1] <= '9' &&
        (memchr(text.bytes, 'e', text.size) ||
         memchr(text.bytes, 'E', text.size)))
        return refuse(failure, text,
                      "has an exponent: its digits must be written out");
    return refuse(failure, text, wrong);
}

/* A time that is not RFC 3339 in full: a number, or by the rules. */
static __attribute__((noinline)) int
parse_other(const struct time_rules *rules, struct cell text, int64_t *ns,
            struct failure *failure)
{
    struct civil civil;
    struct units number;
    const char *wrong;
    int64_t start = 0;
    bool large;

    if ((rules->unit || rules->unit_auto) &&
        units_scan(text, &number, &large)) {
        if (rules->has_date && midnight(rules, &start) != 0)
            return refuse_range(text, failure);
        if (units_parse(rules, text, &number, large, ns, failure) != 0)
            return -1;
        if (__builtin_add_overflow(*ns, start, ns) || *ns == TIME_NULL)
            return refuse_range(text, failure);
        return 0;
    }
    wrong = rules->format ? civil_format(text, rules->format, &civil)
                          : civil_rfc3339(text, &civil);
    if (wrong)
        return refuse_text(rules, text, wrong, failure);
    return civil_time(rules, text, &civil, ns, failure);
}

int
time_text_parse(const struct time_rules *rules, struct cell text, int64_t *ns,
                struct failure *failure)
{
    if (!rules->format && !rules->zone && time_parse(text.bytes, text.size, ns))
        return 0;
    return parse_other(rules, text, ns, failure);
}

int
time_format_check(const char *format, struct failure *failure)
{
    char letter = civil_unknown_letter(format);

    if (!letter)
        return 0;
    return fail(failure, FAILURE_USAGE,
                "--time-format: there is no %%%c (there are %%Y %%y %%m %%d "
                "%%b %%B %%e %%H %%I %%p %%M %%S %%f %%z %%s %%T %%R %%F %%D "
                "%%%%)",
                letter);
}
