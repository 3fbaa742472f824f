/* ohlcv_options.c - what the options of xohlcv ask for, made ready. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "app/ohlcv.h"
#include "app/zoneinfo.h"
#include "io/input.h"
#include "tape/schema.h"

#define CONDITIONS_SIZE_MAX (1 << 20)

/* ---- intervals ----------------------------------------------------------- */

static int
too_many(struct failure *failure)
{
    return fail(failure, FAILURE_USAGE, "--interval: more than %d given",
                BARS_INTERVALS_MAX);
}

static int
add_count(struct ohlcv *x, int64_t interval, struct failure *failure)
{
    struct counts *counts = &x->counts;

    for (unsigned i = 0; i < counts->count; i++)
        if (counts->intervals[i] == interval)
            return 0;
    if (counts->count == COUNTS_MAX)
        return too_many(failure);
    counts->intervals[counts->count++] = interval;
    return 0;
}

static int
add_interval(struct ohlcv *x, const char *text, size_t size,
             struct failure *failure)
{
    struct bars_options *options = &x->bars_options;
    int64_t interval;

    if (!interval_parse(text, size, &interval))
        return fail(failure, FAILURE_USAGE,
                    "--interval: \"%.*s\" is not an interval such as 1s, 5m, "
                    "1h, 1d, 1w, 1mo, 1y, tick:100 or volume:5000",
                    (int)size, text);
    if (counts_interval(interval))
        return add_count(x, interval, failure);
    if (!bucket_interval_valid(interval))
        return fail(failure, FAILURE_USAGE,
                    "--interval: \"%.*s\" is longer than a day but not a "
                    "whole number of days up to 366, or of months up to 1200",
                    (int)size, text);
    assert(options->count <= BARS_INTERVALS_MAX);
    if (options->count == BARS_INTERVALS_MAX)
        return too_many(failure);
    options->intervals[options->count++] = interval;
    return 0;
}

/* Each use of -i may name several, separated by commas. */
static int
add_intervals(struct ohlcv *x, struct failure *failure)
{
    if (x->intervals.count == 0)
        return fail(failure, FAILURE_USAGE,
                    "--interval is required, for example -i 1m,1h,1d");
    for (unsigned i = 0; i < x->intervals.count; i++) {
        const char *text = x->intervals.items[i];
        size_t size = strcspn(text, ",");

        while (add_interval(x, text, size, failure) == 0 && text[size]) {
            text += size + 1;
            size = strcspn(text, ",");
        }
        if (failure->kind != FAILURE_NONE)
            return -1;
    }
    return 0;
}

/* ---- days ---------------------------------------------------------------- */

/* hh:mm, in seconds. */
static int
set_day_start(struct ohlcv *x, struct failure *failure)
{
    const char *text = x->day_start;
    int hour, minute, used = 0;

    if (!text)
        return 0;
    if (strlen(text) != 5 ||
        sscanf(text, "%2d:%2d%n", &hour, &minute, &used) != 2 || used != 5 ||
        hour < 0 || hour > 23 || minute < 0 || minute > 59)
        return fail(failure, FAILURE_USAGE,
                    "--day-start: \"%s\" is not a time of day such as 17:00",
                    text);
    x->bars_options.style.day_start = hour * 3600 + minute * 60;
    return 0;
}

static const struct zone *
own_zone(void *owner, const char *name, struct failure *failure)
{
    (void)name;
    (void)failure;
    return owner;
}

/* --session: a calendar that has the same hours every day. */
static int
set_session(struct ohlcv *x, struct failure *failure)
{
    const struct calendar_zones zones = {own_zone, x->zone};
    struct failure why = {0};
    char text[512];
    int size = snprintf(text, sizeof text,
                        "zone own\ndates 1680-01-01 2259-12-31\n"
                        "week 1680-01-01 mon,tue,wed,thu,fri,sat,sun %s\n",
                        x->session);

    if (size < 0 || (size_t)size >= sizeof text)
        return fail(failure, FAILURE_USAGE, "--session: it is too long");
    for (char *at = text + size - 2; *at != '\n'; at--)
        if (*at == ',' && at[-1] >= '0' && at[-1] <= '9')
            *at = ' ';
    x->venue.calendar = calendar_new("", text, (size_t)size, &zones, &why);
    if (!x->venue.calendar)
        return fail(failure, FAILURE_USAGE,
                    "--session: \"%s\" is not hours such as 09:30-16:00 or "
                    "09:00-11:30,12:30-15:00",
                    x->session);
    return 0;
}

static int
set_days(struct ohlcv *x, struct failure *failure)
{
    struct bucket_style *style = &x->bars_options.style;
    const char *zone = x->zone_name;

    if (!!x->calendar_name + !!x->session + !!x->day_start > 1 ||
        (x->calendar_name && zone))
        return fail(failure, FAILURE_USAGE,
                    "--calendar says itself when days begin, and so does "
                    "--session: one of --calendar, --session, --day-start; "
                    "--tz goes with the last two");
    if (x->hours >= 0 && !x->calendar_name)
        return fail(failure, FAILURE_USAGE, "--hours needs --calendar");
    if (x->session && !zone)
        zone = "UTC";
    if (zone) {
        x->zone = zoneinfo_read(zone, failure);
        if (!x->zone)
            return fail_at(failure, "--tz");
    }
    style->zone = x->zone;
    if (x->session && set_session(x, failure) != 0)
        return -1;
    if (x->calendar_name &&
        venue_read(&x->venue, x->calendar_name, failure) != 0)
        return fail_at(failure, "--calendar");
    style->calendar = x->venue.calendar;
    style->session = style->calendar && x->hours <= 0;
    return set_day_start(x, failure);
}

/* ---- what bars are made of ----------------------------------------------- */

static int
set_from(struct ohlcv *x, struct failure *failure)
{
    static const char *const words[] = {
        [OHLCV_TRADE] = "trade",   [OHLCV_PRINT] = "print",
        [OHLCV_BID] = "quote:bid", [OHLCV_ASK] = "quote:ask",
        [OHLCV_MID] = "quote:mid", [OHLCV_BAR] = "bar",
    };
    const char *text = x->from_text;
    bool bar = text && strncmp(text, "bar:", 4) == 0;

    x->from = -1;
    for (unsigned i = 0; text && i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0)
            x->from = (int)i;
    if (bar && interval_parse(text + 4, strlen(text + 4), &x->bar_interval))
        x->from = OHLCV_BAR;
    if (text && x->from < 0)
        return fail(failure, FAILURE_USAGE,
                    "--from: \"%s\" is not trade, print, quote:bid, quote:ask, "
                    "quote:mid, bar or bar:1m",
                    text);
    if (x->from == OHLCV_BAR &&
        (x->counts.count || x->order > 0 || x->late == BARS_LATE_AMEND))
        return fail(failure, FAILURE_USAGE,
                    "--from bar makes bars of times, in the order of the tape, "
                    "and amends none");
    return 0;
}

static int
set_late(struct ohlcv *x, struct failure *failure)
{
    bool amounts = x->bars_options.count == 0;

    if (amounts && (x->late == BARS_LATE_AMEND || x->fill != BARS_FILL_NONE))
        return fail(failure, FAILURE_USAGE,
                    "%s needs an interval of time, such as 1m: bars of an "
                    "amount of trading are never %s",
                    x->late == BARS_LATE_AMEND ? "--late amend" : "--fill",
                    x->late == BARS_LATE_AMEND ? "amended" : "filled");
    if (x->late == BARS_LATE_AMEND && x->fill != BARS_FILL_NONE)
        return fail(failure, FAILURE_USAGE,
                    "--late amend goes without --fill: what is filled would "
                    "have to be amended, too");
    if (x->hold && x->late != BARS_LATE_AMEND)
        return fail(failure, FAILURE_USAGE, "--hold needs --late amend");
    x->bars_options.partial = x->partial;
    x->bars_options.late = (enum bars_late)x->late;
    x->bars_options.hold = x->hold ? x->hold : NS_PER_HOUR;
    return 0;
}

/* ---- conditions ---------------------------------------------------------- */

static const char *const *
condition_words(void)
{
    const struct schema_type *type = schema_find(EVENT_PRINT);
    const struct schema_field *field = type->fields;

    while (strcmp(field->name, "conditions") != 0)
        field++;
    assert(field < type->fields + type->field_count && field->words);
    return field->words;
}

static int
set_conditions(struct ohlcv *x, struct failure *failure)
{
    const char *name = x->conditions_name;
    char path[VENUE_PATH_MAX], *text;
    size_t size = 0;
    int result;

    if (!name)
        return 0;
    if (venue_path("conditions", name, strlen(name), path, failure) != 0)
        return fail_at(failure, "--conditions");
    text = input_read_file(path, CONDITIONS_SIZE_MAX, &size, failure);
    if (!text)
        return fail_at(failure, "--conditions");
    result = conditions_read(&x->conditions, path, text, size,
                             condition_words(), failure);
    free(text);
    return result;
}

/* ---- all of it ----------------------------------------------------------- */

static struct bar *
make_room(void *owner, uint32_t index)
{
    struct ohlcv *x = owner;
    struct run *run = x->run;
    struct bar *bar = tape_writer_put(&run->writer, sizeof *bar);

    assert(index < run->instruments.count);
    bar->event.instrument = run->instruments.events[index]->event.instrument;
    x->bar_count++;
    return bar;
}

void
ohlcv_init(struct ohlcv *x)
{
    *x = (struct ohlcv){.hours = -1};
}

int
ohlcv_prepare(void *state, struct run *run)
{
    struct ohlcv *x = state;
    struct bars_options *options = &x->bars_options;

    x->run = run;
    options->fill = (enum bars_fill)x->fill;
    options->room = x->counts.room = make_room;
    options->owner = x->counts.owner = x;
    if (add_intervals(x, &run->failure) != 0 ||
        set_days(x, &run->failure) != 0 || set_from(x, &run->failure) != 0 ||
        set_late(x, &run->failure) != 0 ||
        set_conditions(x, &run->failure) != 0)
        return -1;
    x->engine = options->count == 0 ? OHLCV_NONE
                : x->order > 0      ? OHLCV_EACH
                                    : OHLCV_TOGETHER;
    x->fast = x->engine == OHLCV_TOGETHER && x->counts.count == 0 &&
              x->from < 0 && x->late != BARS_LATE_AMEND &&
              x->conditions.count == 0;
    bucket_days_init(&x->days, &options->style);
    x->each.options = *options;
    if (x->engine != OHLCV_TOGETHER)
        return 0;
    return bars_init(&x->bars, options, &run->failure);
}
