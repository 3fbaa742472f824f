#include "calendar/bucket.h"

#include <assert.h>

#include "base/interval.h"

#define EPOCH_MONDAY    4 /* 1970-01-05 in days since 1970-01-01 */
#define SECONDS_PER_DAY 86400
#define FAR             INT64_C(200000) /* days, beyond all times */

_Static_assert(BUCKET_TIME_MAX <= INT64_MAX - BUCKET_INTERVAL_MAX,
               "a bucket ends within the scale of times");

static int64_t
floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

void
bucket_days_init(struct bucket_days *days, const struct bucket_style *style)
{
    assert(style->day_start >= 0 && style->day_start < SECONDS_PER_DAY);
    assert(!style->calendar || style->day_start == 0);
    *days = (struct bucket_days){.style = *style};
}

/* ---- intervals ----------------------------------------------------------- */

bool
bucket_interval_valid(int64_t interval)
{
    if (interval_unit(interval) == INTERVAL_MONTH)
        return interval_size(interval) <= BUCKET_MONTHS_MAX;
    if (interval < NS_PER_DAY)
        return interval > 0;
    return interval % NS_PER_DAY == 0 && interval <= BUCKET_INTERVAL_MAX;
}

int64_t
bucket_length(int64_t interval)
{
    if (interval > 0)
        return interval;
    return interval_size(interval) * (30 * NS_PER_DAY + 1);
}

/* The day that buckets of so many days are counted from. */
static int64_t
anchor_day(int64_t days)
{
    return days % 7 == 0 ? EPOCH_MONDAY : 0;
}

bool
bucket_nests(int64_t inner, int64_t outer)
{
    int64_t inner_days = inner / NS_PER_DAY, outer_days = outer / NS_PER_DAY;

    if (outer < 0) /* months */
        return inner < 0 ? interval_size(outer) % interval_size(inner) == 0
                         : inner_days <= 1;
    if (inner < 0)
        return false;
    if (outer_days == 0)
        return outer % inner == 0;
    if (inner_days == 0)
        return true;
    return outer_days % inner_days == 0 &&
           (anchor_day(outer_days) - anchor_day(inner_days)) % inner_days == 0;
}

/* ---- plain days ---------------------------------------------------------- */

static int64_t
plain_start(const struct bucket_style *style, int64_t day)
{
    int32_t seconds = style->day_start;

    if (seconds >= SECONDS_PER_DAY / 2)
        seconds -= SECONDS_PER_DAY;
    if (style->zone)
        return zone_time(style->zone, day, seconds);
    return day * NS_PER_DAY + seconds * NS_PER_SECOND;
}

/* ---- days of a calendar -------------------------------------------------- */

/* The first trading day of a date or later; false past the last. */
static bool
next_trading(const struct calendar *calendar, int64_t date,
             struct calendar_day *day)
{
    if (date < calendar_first(calendar))
        date = calendar_first(calendar);
    for (; date <= calendar_last(calendar); date++)
        if (calendar_find(calendar, date, day))
            return true;
    return false;
}

/* The last trading day before a date; false before the first. */
static bool
previous_trading(const struct calendar *calendar, int64_t date,
                 struct calendar_day *day)
{
    if (date > calendar_last(calendar) + 1)
        date = calendar_last(calendar) + 1;
    for (date--; date >= calendar_first(calendar); date--)
        if (calendar_find(calendar, date, day))
            return true;
    return false;
}

/* Where a trading day begins when all hours count. */
static int64_t
trading_start(const struct bucket_style *style, const struct calendar_day *day)
{
    int64_t midnight =
        zone_day_start(calendar_zone(style->calendar), day->date);
    int64_t open = style->session ? day->open : day->spans[0].open;

    return style->session || open < midnight ? open : midnight;
}

/* ---- any days ------------------------------------------------------------ */

/* Where the first day of that date or later begins. */
static int64_t
day_start(const struct bucket_style *style, int64_t date)
{
    struct calendar_day day;

    if (!style->calendar)
        return plain_start(style, date);
    if (next_trading(style->calendar, date, &day))
        return trading_start(style, &day);
    return BUCKET_TIME_MAX + BUCKET_INTERVAL_MAX;
}

/* Where the last day before that date ends. */
static int64_t
day_end(const struct bucket_style *style, int64_t date)
{
    struct calendar_day day;

    if (style->session && previous_trading(style->calendar, date, &day))
        return day.close;
    return day_start(style, date);
}

/* The trading day that holds a time, or the time after one. */
static void
find_trading_day(struct bucket_days *days, int64_t time)
{
    const struct bucket_style *style = &days->style;
    struct calendar_day day;
    int64_t date = zone_day(calendar_zone(style->calendar), time) + 2;

    do {
        if (!previous_trading(style->calendar, date, &day)) {
            days->day = -FAR;
            days->bucket =
                (struct bucket){BUCKET_TIME_MIN - BUCKET_INTERVAL_MAX,
                                day_start(style, -FAR), true};
            return;
        }
        date = day.date;
    } while (trading_start(style, &day) > time);
    days->day = date;
    days->trading = day;
    days->bucket.start = trading_start(style, &day);
    days->bucket.end = day_end(style, date + 1);
    days->bucket.closed = style->session && time >= days->bucket.end;
    if (days->bucket.closed) {
        days->bucket.start = days->bucket.end;
        days->bucket.end = day_start(style, date + 1);
    }
}

/* Moves days to the day that holds time: the last one that began by then.
 * zone_day alone would not do: where the clock goes back across midnight, a
 * date comes, goes and comes again. */
static void
find_day(struct bucket_days *days, int64_t time)
{
    const struct bucket_style *style = &days->style;
    int64_t day;

    if (time >= days->bucket.start && time < days->bucket.end)
        return;
    if (style->calendar) {
        find_trading_day(days, time);
        return;
    }
    day = style->zone ? zone_day(style->zone, time)
                      : floor_divide(time, NS_PER_DAY);
    while (plain_start(style, day) > time)
        day--;
    while (plain_start(style, day + 1) <= time)
        day++;
    days->day = day;
    days->bucket.start = plain_start(style, day);
    days->bucket.end = plain_start(style, day + 1);
}

/* ---- buckets ------------------------------------------------------------- */

/* The first date of the bucket of months that holds a date, moved by so many
 * buckets. */
static int64_t
month_date(int64_t date, int64_t months, int buckets)
{
    int year, month, day;
    int64_t number;

    civil_from_days(date, &year, &month, &day);
    number = (year - 1970) * INT64_C(12) + month - 1;
    number = floor_divide(number, months) * months + buckets * months;
    year = 1970 + (int)floor_divide(number, 12);
    month = (int)(number - floor_divide(number, 12) * 12) + 1;
    return days_from_civil(year, month, 1);
}

/* The dates of the bucket of days or months that holds a date: from the first
 * to before the last. */
static void
find_dates(int64_t interval, int64_t date, int64_t *first, int64_t *last)
{
    int64_t count = interval / NS_PER_DAY, anchor = anchor_day(count);

    if (interval < 0) {
        *first = month_date(date, interval_size(interval), 0);
        *last = month_date(date, interval_size(interval), 1);
        return;
    }
    *first = anchor + floor_divide(date - anchor, count) * count;
    *last = *first + count;
}

bool
bucket_known(const struct bucket_days *days, int64_t time)
{
    const struct calendar *calendar = days->style.calendar;
    int64_t date;

    if (!calendar)
        return true;
    date = zone_day(calendar_zone(calendar), time);
    return date >= calendar_first(calendar) - 1 &&
           date <= calendar_last(calendar);
}

struct bucket
bucket_find(struct bucket_days *days, int64_t interval, int64_t time)
{
    struct bucket bucket = {.closed = false};
    int64_t first, last;

    assert(bucket_interval_valid(interval));
    assert(time >= BUCKET_TIME_MIN && time <= BUCKET_TIME_MAX);
    find_day(days, time);
    if (interval > 0 && interval < NS_PER_DAY) {
        if (days->bucket.closed)
            return days->bucket;
        bucket.start = days->bucket.start +
                       (time - days->bucket.start) / interval * interval;
        bucket.end = bucket.start + interval;
        if (bucket.end > days->bucket.end)
            bucket.end = days->bucket.end;
        return bucket;
    }
    if (days->day == -FAR)
        return days->bucket;
    find_dates(interval, days->day, &first, &last);
    bucket.start = day_start(&days->style, first);
    bucket.end = day_end(&days->style, last);
    if (time >= bucket.end) { /* after the last session of it */
        assert(days->bucket.closed);
        return days->bucket;
    }
    assert(bucket.start <= time);
    return bucket;
}

struct bucket
bucket_session(struct bucket_days *days, int64_t time)
{
    struct bucket stretch;
    const struct calendar_day *day = &days->trading;

    find_day(days, time);
    stretch = days->bucket;
    if (!days->style.session || stretch.closed)
        return stretch;
    for (unsigned i = 0; i < day->count; i++) {
        const struct calendar_span *span = &day->spans[i];

        if (span->open > time) { /* a break */
            stretch.closed = true;
            stretch.end = span->open < stretch.end ? span->open : stretch.end;
            break;
        }
        if (time < span->close) {
            stretch.start = span->open;
            stretch.end = span->close;
            break;
        }
        stretch.start = span->close;
    }
    assert(stretch.start <= time && time < stretch.end);
    return stretch;
}
