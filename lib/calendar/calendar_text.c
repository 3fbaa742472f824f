#include "calendar/calendar_text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/word.h"

#define SECONDS_PER_DAY 86400
#define LINES_MAX       1000000
#define ZONE_NAME_MAX   64

/* A line that is being read. */
struct line {
    struct calendar *calendar;
    const struct calendar_zones *zones;
    const char *place;
    unsigned number; /* from 1 */
    const char *at, *end;
    struct failure *failure;
};

/* ---- words --------------------------------------------------------------- */

static struct word
peek_word(const struct line *line)
{
    const char *at = line->at;

    return word_take(&at, line->end);
}

static struct word
take_word(struct line *line)
{
    return word_take(&line->at, line->end);
}

static int
fail_line(const struct line *line, const char *what)
{
    return fail(line->failure, FAILURE_USAGE, "%s%u: %s", line->place,
                line->number, what);
}

static int
fail_word(const struct line *line, struct word word, const char *what)
{
    return fail(line->failure, FAILURE_USAGE, "%s%u: \"%.*s\" %s", line->place,
                line->number, word_shown(word), word.bytes, what);
}

static int
take_date(struct line *line, int64_t *date)
{
    struct word word = take_word(line);
    int64_t ns;

    if (word.size != 10 || !time_parse(word.bytes, word.size, &ns))
        return fail_word(line, word, "is not a date such as 2026-01-08");
    *date = ns / NS_PER_DAY - (ns % NS_PER_DAY < 0);
    return 0;
}

/* ---- hours --------------------------------------------------------------- */

static const char *const phase_words[] = {
    [CALENDAR_PRE_OPEN] = "pre_open",
    [CALENDAR_OPENING_AUCTION] = "opening_auction",
    [CALENDAR_CONTINUOUS] = "continuous",
    [CALENDAR_CLOSING_AUCTION] = "closing_auction",
    [CALENDAR_EXTENDED] = "extended",
};
#define PHASES (sizeof phase_words / sizeof *phase_words)

static bool
find_phase(struct word word, enum calendar_phase *phase)
{
    for (unsigned i = 0; i < PHASES; i++)
        if (word_is(word, phase_words[i])) {
            *phase = (enum calendar_phase)i;
            return true;
        }
    return false;
}

static bool
two_digits(const char *at, int most, int *number)
{
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
        return false;
    *number = (at[0] - '0') * 10 + at[1] - '0';
    return *number <= most;
}

/* hh:mm, up to 24:00. */
static bool
read_clock(const char *at, int32_t *seconds)
{
    int hour, minute;

    if (!two_digits(at, 24, &hour) || at[2] != ':' ||
        !two_digits(at + 3, 59, &minute) || (hour == 24 && minute > 0))
        return false;
    *seconds = hour * 3600 + minute * 60;
    return true;
}

/* Where times step back a midnight lies before: what came so far is of the
 * evening before. */
static int
add_span(const struct line *line, struct calendar_hours *hours,
         struct calendar_clock clock, struct word word)
{
    struct calendar_clock *clocks = hours->clocks;
    unsigned count = hours->count;
    bool within = clock.close <= clock.open;
    bool between = count > 0 && clock.open < clocks[count - 1].close;

    if (count == CALENDAR_SPANS_MAX)
        return fail_word(line, word, "is the ninth span: eight is the most");
    if ((within && between) ||
        ((within || between) && count > 0 && clocks[0].open < 0))
        return fail_word(line, word, "makes more than one night of a session");
    if (within || between)
        for (unsigned i = 0; i < count; i++) {
            clocks[i].open -= SECONDS_PER_DAY;
            clocks[i].close -= SECONDS_PER_DAY;
        }
    if (within)
        clock.open -= SECONDS_PER_DAY;
    clocks[hours->count++] = clock;
    if (clock.close - clocks[0].open > SECONDS_PER_DAY)
        return fail_word(line, word, "makes the session longer than a day");
    return 0;
}

static int
take_span(struct line *line, struct calendar_hours *hours,
          enum calendar_phase phase)
{
    struct word word = take_word(line);
    struct calendar_clock clock = {.phase = phase};

    if (word.size != 11 || word.bytes[5] != '-' ||
        !read_clock(word.bytes, &clock.open) ||
        !read_clock(word.bytes + 6, &clock.close))
        return fail_word(line, word, "is not a span such as 09:30-16:00");
    if (clock.open == SECONDS_PER_DAY)
        return fail_word(line, word, "begins at 24:00, where a day ends");
    return add_span(line, hours, clock, word);
}

/* "closed", or spans, each with its phase before it unless it is
 * continuous. */
static int
take_hours(struct line *line, struct calendar_hours *hours)
{
    *hours = (struct calendar_hours){.line = line->number};
    if (word_is(peek_word(line), "closed")) {
        take_word(line);
        return 0;
    }
    do {
        enum calendar_phase phase = CALENDAR_CONTINUOUS;

        if (find_phase(peek_word(line), &phase))
            take_word(line);
        if (take_span(line, hours, phase) != 0)
            return -1;
    } while (peek_word(line).size > 0 && !word_is(peek_word(line), "known"));
    assert(hours->count >= 1 && hours->count <= CALENDAR_SPANS_MAX);
    return 0;
}

/* ---- lines --------------------------------------------------------------- */

static int
take_zone(struct line *line)
{
    struct word word = take_word(line);
    char name[ZONE_NAME_MAX + 1];

    if (line->calendar->zone)
        return fail_line(line, "the zone is given twice");
    if (word.size == 0 || word.size > ZONE_NAME_MAX ||
        memchr(word.bytes, 0, word.size))
        return fail_line(line, "a zone has a name such as Europe/Paris");
    memcpy(name, word.bytes, word.size);
    name[word.size] = '\0';
    line->calendar->zone =
        line->zones->find(line->zones->owner, name, line->failure);
    if (!line->calendar->zone)
        return fail_at(line->failure, "%s%u", line->place, line->number);
    return 0;
}

static int
take_dates(struct line *line)
{
    struct calendar *calendar = line->calendar;

    if (calendar->first != INT64_MAX)
        return fail_line(line, "the dates are given twice");
    if (take_date(line, &calendar->first) != 0 ||
        take_date(line, &calendar->last) != 0)
        return -1;
    if (calendar->first > calendar->last)
        return fail_line(line, "the last date is before the first");
    return 0;
}

static int
take_weekdays(struct line *line, unsigned *weekdays)
{
    static const char days[] = "montuewedthufrisatsun";
    struct word word = take_word(line);
    size_t at = 0;

    for (*weekdays = 0; at < word.size; at += 4) {
        unsigned day = 0;

        while (day < 7 && (word.size - at < 3 ||
                           memcmp(word.bytes + at, days + 3 * day, 3) != 0))
            day++;
        if (day == 7 || (at + 3 < word.size && word.bytes[at + 3] != ',') ||
            at + 4 == word.size)
            break;
        if (*weekdays >> day & 1)
            return fail_word(line, word, "names a day twice");
        *weekdays |= 1U << day;
    }
    if (word.size == 0 || at < word.size)
        return fail_word(line, word, "is not a list of days: mon,tue,sun");
    return 0;
}

static int
take_week(struct line *line)
{
    struct calendar *calendar = line->calendar;
    struct calendar_week week, *weeks;
    size_t count = calendar->week_count;

    if (take_date(line, &week.from) != 0 ||
        take_weekdays(line, &week.weekdays) != 0 ||
        take_hours(line, &week.hours) != 0)
        return -1;
    if (count > 0 && calendar->weeks[count - 1].from > week.from)
        return fail_line(line, "weeks must be in order of their dates");
    for (size_t i = count; i-- > 0 && calendar->weeks[i].from == week.from;)
        if (calendar->weeks[i].weekdays & week.weekdays)
            return fail_line(line, "a day has two hours from the same date");
    weeks = array_grow(calendar->weeks, &calendar->week_capacity, count + 1,
                       sizeof *weeks, line->failure);
    if (!weeks)
        return -1;
    weeks[count] = week;
    calendar->weeks = weeks;
    calendar->week_count++;
    return 0;
}

/* Adds a line to an array in order of dates. */
static int
add_line(struct line *line, const struct calendar_line *more,
         struct calendar_line **lines, size_t *count, size_t *capacity)
{
    struct calendar_line *larger;

    if (*count > 0 && (*lines)[*count - 1].date >= more->date)
        return fail_line(line, (*lines)[*count - 1].date == more->date
                                   ? "the date is given twice"
                                   : "dates must be in order");
    larger =
        array_grow(*lines, capacity, *count + 1, sizeof *larger, line->failure);
    if (!larger)
        return -1;
    larger[*count] = *more;
    *lines = larger;
    ++*count;
    return 0;
}

static int
take_day(struct line *line)
{
    struct calendar *calendar = line->calendar;
    struct calendar_line day = {.known = INT64_MIN};

    if (take_date(line, &day.date) != 0 || take_hours(line, &day.hours) != 0)
        return -1;
    if (word_is(peek_word(line), "known")) {
        take_word(line);
        if (take_date(line, &day.known) != 0)
            return -1;
    }
    return add_line(line, &day, &calendar->days, &calendar->day_count,
                    &calendar->day_capacity);
}

static int
take_bank(struct line *line)
{
    struct calendar *calendar = line->calendar;
    struct calendar_line bank = {.known = INT64_MIN};
    struct word word;

    if (take_date(line, &bank.date) != 0)
        return -1;
    word = take_word(line);
    bank.settles = word_is(word, "yes");
    if (!bank.settles && !word_is(word, "no"))
        return fail_word(line, word, "is neither yes nor no");
    return add_line(line, &bank, &calendar->banks, &calendar->bank_count,
                    &calendar->bank_capacity);
}

static const struct {
    const char *word;
    int (*take)(struct line *line);
} kinds[] = {
    {"zone", take_zone}, {"dates", take_dates},  {"week", take_week},
    {"day", take_day},   {"settles", take_bank},
};
#define KINDS (sizeof kinds / sizeof *kinds)

static int
take_line(struct line *line)
{
    struct word word = take_word(line);
    unsigned i = 0;

    if (word.size == 0)
        return 0;
    while (i < KINDS && !word_is(word, kinds[i].word))
        i++;
    if (i == KINDS)
        return fail_word(line, word,
                         "begins no line of a calendar: zone, dates, week, "
                         "day or settles does");
    if (kinds[i].take(line) != 0)
        return -1;
    word = take_word(line);
    return word.size ? fail_word(line, word, "is too much") : 0;
}

/* ---- the whole ----------------------------------------------------------- */

/* Days outside the dates would be passed over in silence. */
static int
check_dates(struct line *line)
{
    const struct calendar *calendar = line->calendar;

    for (size_t i = 0; i < calendar->day_count; i++) {
        const struct calendar_line *day = &calendar->days[i];

        if (day->date >= calendar->first && day->date <= calendar->last)
            continue;
        line->number = day->hours.line;
        return fail_line(line, "the day is outside the dates of the calendar");
    }
    return 0;
}

/* Hours of a date and of the date before it; NULL: none.  Only those that
 * begin on the evening before can overlap. */
static bool
overlap(const struct calendar_hours *hours, const struct calendar_hours *before)
{
    if (!hours || !before || hours->count == 0 || before->count == 0)
        return false;
    return hours->clocks[0].open + SECONDS_PER_DAY <
           before->clocks[before->count - 1].close;
}

/* Goes over all dates with the hours that each day of the week has by then. */
static int
check_overlap(struct line *line)
{
    const struct calendar *calendar = line->calendar;
    const struct calendar_hours *week[7] = {NULL}, *before = NULL;
    size_t weeks = 0, days = 0;

    for (int64_t date = calendar->first; date <= calendar->last; date++) {
        const struct calendar_hours *hours;

        for (; weeks < calendar->week_count &&
               calendar->weeks[weeks].from <= date;
             weeks++)
            for (unsigned i = 0; i < 7; i++)
                if (calendar->weeks[weeks].weekdays >> i & 1)
                    week[i] = &calendar->weeks[weeks].hours;
        hours = week[(date % 7 + 10) % 7]; /* 0: Monday */
        if (days < calendar->day_count && calendar->days[days].date == date)
            hours = &calendar->days[days++].hours;
        if (overlap(hours, before)) {
            line->number =
                hours->line > before->line ? hours->line : before->line;
            return fail_line(line, "a session begins before the one of the "
                                   "day before ends");
        }
        before = hours;
    }
    assert(days == calendar->day_count);
    return 0;
}

int
calendar_parse(struct calendar *calendar, const char *place, const char *text,
               size_t size, const struct calendar_zones *zones,
               struct failure *failure)
{
    const char *end = text + size;
    struct line line = {.calendar = calendar,
                        .zones = zones,
                        .place = place,
                        .failure = failure};

    calendar->first = INT64_MAX;
    for (line.at = text; line.at < end; line.at = line.end + 1) {
        const char *newline = memchr(line.at, '\n', (size_t)(end - line.at));

        line.end = newline ? newline : end;
        if (++line.number > LINES_MAX)
            return fail_line(&line, "a calendar has fewer lines");
        if (take_line(&line) != 0)
            return -1;
        assert(line.at <= line.end);
    }
    if (!calendar->zone)
        return fail_line(&line, "it ends without a zone line");
    if (calendar->first == INT64_MAX)
        return fail_line(&line, "it ends without a dates line");
    if (check_dates(&line) != 0)
        return -1;
    return check_overlap(&line);
}
