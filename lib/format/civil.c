#include "format/civil.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

static const char *const months[] = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december",
};
_Static_assert(sizeof months / sizeof *months == 12, "January to December");

/* The text that is still to be read. */
struct reader {
    const char *at, *end;
};

static bool
is_digit(const struct reader *reader)
{
    return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

static bool
take(struct reader *reader, const char *any_of)
{
    if (reader->at == reader->end || *reader->at == '\0' ||
        !strchr(any_of, *reader->at))
        return false;
    reader->at++;
    return true;
}

/* Reads from least to most digits. */
static bool
number(struct reader *reader, int least, int most, int *value)
{
    int count = 0;

    assert(most <= 9);
    for (*value = 0; count < most && is_digit(reader); count++)
        *value = *value * 10 + *reader->at++ - '0';
    return count >= least;
}

/* The digits of a fraction of a second. */
static void
fraction(struct reader *reader, struct civil *civil)
{
    int64_t unit = 100000000;
    int next = 0, count = 0;
    bool rest = false;

    civil->ns = 0;
    for (; is_digit(reader); reader->at++, count++) {
        int digit = *reader->at - '0';

        if (unit) {
            civil->ns += digit * unit;
            unit /= 10;
        } else if (count == 9) {
            next = digit;
        } else {
            rest |= digit != 0;
        }
    }
    assert(civil->ns >= 0 && civil->ns < 1000000000);
    civil->more = next != 0 || rest;
    civil->half_up = next > 5 || (next == 5 && (rest || civil->ns % 2 != 0));
}

/* "+01:00", "+0100", "+01". */
static const char *
offset(struct reader *reader, struct civil *civil)
{
    bool west = reader->at < reader->end && *reader->at == '-';
    int hours, minutes = 0;

    if (take(reader, "Zz")) {
        civil->has_offset = true;
        return NULL;
    }
    if (!take(reader, "+-"))
        return "does not end in Z or an offset such as +01:00";
    if (!number(reader, 2, 2, &hours))
        return "has no offset of two digits, a colon and two digits";
    if (take(reader, ":") ? !number(reader, 2, 2, &minutes)
                          : is_digit(reader) && !number(reader, 2, 2, &minutes))
        return "has no minutes in its offset (write it as +01:00)";
    if (hours > 23 || minutes > 59)
        return "has an offset of more than a day";
    civil->has_offset = true;
    civil->offset = (hours * 60 + minutes) * 60 * (west ? -1 : 1);
    assert(civil->offset > -86400 && civil->offset < 86400);
    return NULL;
}

/* ---- RFC 3339 ------------------------------------------------------------ */

static const char *
time_of_day(struct reader *reader, struct civil *civil)
{
    if (!number(reader, 2, 2, &civil->hour) || !take(reader, ":") ||
        !number(reader, 2, 2, &civil->minute))
        return "has no time of day such as 09:30:00";
    civil->has_time = true;
    if (!take(reader, ":"))
        return NULL;
    if (!number(reader, 2, 2, &civil->second))
        return "has no seconds of two digits";
    if (!take(reader, "."))
        return NULL;
    if (!is_digit(reader))
        return "has no digits after the point";
    fraction(reader, civil);
    return NULL;
}

const char *
civil_rfc3339(struct cell text, struct civil *civil)
{
    struct reader reader = {text.bytes, text.bytes + text.size};
    const char *wrong = NULL;

    *civil = (struct civil){0};
    if (text.size >= 3 && text.bytes[2] == ':') {
        wrong = time_of_day(&reader, civil);
    } else {
        if (!number(&reader, 4, 4, &civil->year) || !take(&reader, "-") ||
            !number(&reader, 2, 2, &civil->month) || !take(&reader, "-") ||
            !number(&reader, 2, 2, &civil->day) || civil->month == 0)
            return "is not a time of RFC 3339, like 2026-01-08T09:30:00Z";
        if (take(&reader, "Tt "))
            wrong = time_of_day(&reader, civil);
    }
    if (!wrong && civil->has_time && reader.at < reader.end)
        wrong = offset(&reader, civil);
    if (!wrong && reader.at < reader.end)
        return "is followed by something that is not part of a time";
    return wrong;
}

/* ---- formats ------------------------------------------------------------- */

static bool
month_name(struct reader *reader, int *month)
{
    size_t left = (size_t)(reader->end - reader->at);

    for (int i = 0; i < 12; i++) {
        size_t size = strlen(months[i]);

        if (left >= size && strncasecmp(reader->at, months[i], size) == 0)
            reader->at += size;
        else if (left >= 3 && strncasecmp(reader->at, months[i], 3) == 0)
            reader->at += 3;
        else
            continue;
        *month = i + 1;
        return true;
    }
    return false;
}

static bool
half_of_day(struct reader *reader, struct civil *civil)
{
    civil->has_half = true;
    civil->pm = reader->at < reader->end && (*reader->at | 32) == 'p';
    return take(reader, "aApP") && take(reader, "mM");
}

static bool
epoch(struct reader *reader, struct civil *civil)
{
    const char *start = reader->at;

    civil->has_epoch = true;
    for (civil->epoch = 0; is_digit(reader) && reader->at - start < 11;)
        civil->epoch = civil->epoch * 10 + *reader->at++ - '0';
    return reader->at > start;
}

static const char *formatted(struct reader *reader, const char *format,
                             struct civil *civil);

/* One conversion. */
static bool
convert(struct reader *reader, char letter, struct civil *civil)
{
    civil->has_time |= letter && strchr("HIMSTRp", letter);
    switch (letter) {
    case 'Y': return number(reader, 4, 4, &civil->year);
    case 'y':
        if (!number(reader, 2, 2, &civil->year))
            return false;
        civil->year += civil->year < 69 ? 2000 : 1900;
        return true;
    case 'm': return number(reader, 1, 2, &civil->month);
    case 'e': take(reader, " "); return number(reader, 1, 2, &civil->day);
    case 'd': return number(reader, 1, 2, &civil->day);
    case 'b':
    case 'B': return month_name(reader, &civil->month);
    case 'H':
    case 'I': return number(reader, 1, 2, &civil->hour);
    case 'p': return half_of_day(reader, civil);
    case 'M': return number(reader, 1, 2, &civil->minute);
    case 'S': return number(reader, 1, 2, &civil->second);
    case 'f':
        take(reader, ".,");
        fraction(reader, civil);
        return true;
    case 'z': return offset(reader, civil) == NULL;
    case 's': return epoch(reader, civil);
    case 'T': return !formatted(reader, "%H:%M:%S", civil);
    case 'R': return !formatted(reader, "%H:%M", civil);
    case 'F': return !formatted(reader, "%Y-%m-%d", civil);
    case 'D': return !formatted(reader, "%m/%d/%y", civil);
    default: return letter == '%' && take(reader, "%");
    }
}

static const char *
formatted(struct reader *reader, const char *format, struct civil *civil)
{
    for (; *format; format++) {
        bool good;

        if (*format == ' ') {
            while (take(reader, " \t"))
                ;
            continue;
        }
        if (*format == '%' && format[1])
            good = convert(reader, *++format, civil);
        else
            good = reader->at < reader->end && *reader->at++ == *format;
        if (!good)
            return "is not as --time-format has it";
    }
    return NULL;
}

const char *
civil_format(struct cell text, const char *format, struct civil *civil)
{
    struct reader reader = {text.bytes, text.bytes + text.size};
    const char *wrong;

    *civil = (struct civil){0};
    wrong = formatted(&reader, format, civil);
    if (!wrong && reader.at < reader.end)
        return "is longer than --time-format";
    if (!wrong && civil->has_half) {
        if (civil->hour < 1 || civil->hour > 12)
            return "has an hour that is not of 1 to 12";
        civil->hour = civil->hour % 12 + (civil->pm ? 12 : 0);
        assert(civil->hour >= 0 && civil->hour <= 23);
    }
    return wrong;
}

char
civil_unknown_letter(const char *format)
{
    for (; (format = strchr(format, '%')); format += 2)
        if (!format[1] || !strchr("YymdebBHIpMSfzsTRFD%", format[1]))
            return format[1] ? format[1] : '%';
    return 0;
}

/* ---- dates --------------------------------------------------------------- */

const char *
civil_check(const struct civil *civil)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
    bool leap = civil->year % 4 == 0 &&
                (civil->year % 100 != 0 || civil->year % 400 == 0);
    int month = civil->month;

    if (month < 0 || month > 12)
        return "has a month that is not of 1 to 12";
    if (month > 0 && (civil->day < 1 ||
                      civil->day > lengths[month - 1] + (leap && month == 2)))
        return "has a day that its month has not";
    if (civil->hour > 23 || civil->minute > 59 || civil->second > 60 ||
        (civil->second == 60 && civil->minute != 59))
        return "is not a time of day: 00:00:00 to 23:59:59";
    return NULL;
}
