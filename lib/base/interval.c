#include "base/interval.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/digits.h"

#define UNIT_SHIFT 59

static const struct {
    const char *name; /* before a colon; NULL: after the number */
    bool decimal;     /* the size is in 10^-8 */
} units[INTERVAL_UNITS] = {
    [INTERVAL_TICK] = {"tick", false},
    [INTERVAL_VOLUME] = {"volume", true},
    [INTERVAL_VALUE] = {"value", true},
    [INTERVAL_TICK_IMBALANCE] = {"tick_imbalance", false},
    [INTERVAL_VOLUME_IMBALANCE] = {"volume_imbalance", true},
    [INTERVAL_VALUE_IMBALANCE] = {"value_imbalance", true},
    [INTERVAL_TICK_RUN] = {"tick_run", false},
    [INTERVAL_VOLUME_RUN] = {"volume_run", true},
    [INTERVAL_VALUE_RUN] = {"value_run", true},
};

/* What stands after a number and is no duration. */
static const struct {
    const char *name;
    enum interval_unit unit;
    int64_t times;
} endings[] = {
    {"mo", INTERVAL_MONTH, 1}, {"M", INTERVAL_MONTH, 1},
    {"q", INTERVAL_MONTH, 3},  {"y", INTERVAL_MONTH, 12},
    {"t", INTERVAL_TICK, 1},
};

int64_t
interval_of(enum interval_unit unit, int64_t size)
{
    assert(unit > INTERVAL_TIME && unit < INTERVAL_UNITS);
    assert(size >= 1 && size <= INTERVAL_SIZE_MAX);
    return -((int64_t)unit << UNIT_SHIFT | size);
}

enum interval_unit
interval_unit(int64_t interval)
{
    uint64_t unit;

    if (interval > 0)
        return INTERVAL_TIME;
    unit = (0 - (uint64_t)interval) >> UNIT_SHIFT;
    if (interval == INT64_MIN || unit == 0 || unit >= INTERVAL_UNITS ||
        interval_size(interval) == 0)
        return INTERVAL_UNITS;
    return (enum interval_unit)unit;
}

int64_t
interval_size(int64_t interval)
{
    if (interval > 0)
        return interval;
    return (int64_t)(0 - (uint64_t)interval) & INTERVAL_SIZE_MAX;
}

static bool
read_count(const char *text, size_t size, int64_t *count)
{
    int64_t number = 0;

    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9' || number > INTERVAL_SIZE_MAX / 16)
            return false;
        number = number * 10 + (text[i] - '0');
    }
    *count = number;
    return size > 0 && number > 0;
}

/* "1mo". */
static bool
parse_ending(const char *text, size_t size, int64_t *interval)
{
    size_t digits = 0;
    int64_t count;

    while (digits < size && text[digits] >= '0' && text[digits] <= '9')
        digits++;
    if (!read_count(text, digits, &count))
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strlen(endings[i].name) == size - digits &&
            memcmp(text + digits, endings[i].name, size - digits) == 0 &&
            count <= INTERVAL_SIZE_MAX / endings[i].times) {
            *interval = interval_of(endings[i].unit, count * endings[i].times);
            return true;
        }
    return false;
}

/* "volume:5000". */
static bool
parse_named(const char *text, size_t size, int64_t *interval)
{
    const char *colon = memchr(text, ':', size);
    size_t name = colon ? (size_t)(colon - text) : 0;
    const char *number = text + name + 1;
    int64_t count = 0;

    if (!colon)
        return false;
    for (unsigned i = INTERVAL_TICK; i < INTERVAL_UNITS; i++) {
        size_t left = size - name - 1;

        if (strlen(units[i].name) != name ||
            memcmp(text, units[i].name, name) != 0)
            continue;
        if (units[i].decimal ? decimal_parse(number, left, &count) != DECIMAL_OK
                             : !read_count(number, left, &count))
            return false;
        if (count < 1 || count > INTERVAL_SIZE_MAX)
            return false;
        *interval = interval_of((enum interval_unit)i, count);
        return true;
    }
    return false;
}

bool
interval_parse(const char *text, size_t size, int64_t *interval)
{
    return duration_parse(text, size, interval) ||
           parse_ending(text, size, interval) ||
           parse_named(text, size, interval);
}

size_t
interval_format(int64_t interval, char text[INTERVAL_TEXT_MAX])
{
    enum interval_unit unit = interval_unit(interval);
    int64_t size = interval_size(interval);
    size_t length;

    assert(unit < INTERVAL_UNITS);
    if (unit == INTERVAL_TIME)
        return duration_format(interval, text);
    if (unit == INTERVAL_MONTH) {
        bool years = size % 12 == 0;

        length = digits_format((uint64_t)(years ? size / 12 : size), text);
        memcpy(text + length, years ? "y" : "mo", years ? 1 : 2);
        return length + (years ? 1 : 2);
    }
    length = strlen(units[unit].name);
    memcpy(text, units[unit].name, length);
    text[length++] = ':';
    return length + (units[unit].decimal
                         ? decimal_format(size, text + length)
                         : digits_format((uint64_t)size, text + length));
}
