#include "archive/age.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

bool
age_parse(const char *text, size_t size, struct age *age)
{
    static const struct {
        const char *name;
        uint32_t days, months;
    } units[] = {{"d", 1, 0}, {"w", 7, 0}, {"mo", 0, 1}, {"y", 0, 12}};
    uint64_t number = 0;
    size_t at = 0;

    if (size == strlen("forever") && memcmp(text, "forever", size) == 0)
        return *age = (struct age){.forever = true}, true;
    for (; at < size && at < 6 && text[at] >= '0' && text[at] <= '9'; at++)
        number = number * 10 + (uint64_t)(text[at] - '0');
    if (at == 0 || number == 0)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct age found = {.days = (uint32_t)number * units[i].days,
                            .months = (uint32_t)number * units[i].months};

        if (strlen(units[i].name) != size - at ||
            memcmp(units[i].name, text + at, size - at) != 0 ||
            found.days > AGE_YEARS_MAX * 366 ||
            found.months > AGE_YEARS_MAX * 12)
            continue;
        return *age = found, true;
    }
    return false;
}

void
age_format(const struct age *age, char text[AGE_TEXT_MAX])
{
    bool years = age->months && age->months % 12 == 0;

    assert(!age->days || !age->months);
    if (age->forever)
        snprintf(text, AGE_TEXT_MAX, "forever");
    else if (age->months)
        snprintf(text, AGE_TEXT_MAX, "%" PRIu32 "%s",
                 years ? age->months / 12 : age->months, years ? "y" : "mo");
    else
        snprintf(text, AGE_TEXT_MAX, "%" PRIu32 "d", age->days);
}

int64_t
age_end(const struct age *age, int64_t day)
{
    int year, month, of_month, back[3];
    int64_t end;

    if (age->forever)
        return DAY_NEVER;
    assert(!age->days || !age->months);
    if (!age->months)
        return day + age->days;
    civil_from_days(day, &year, &month, &of_month);
    month += (int)age->months - 1;
    year += month / 12;
    month = month % 12 + 1;
    end = days_from_civil(year, month, 1) + of_month - 1;
    civil_from_days(end, &back[0], &back[1], &back[2]);
    /* a day that the month does not have: the first of the next */
    return back[1] == month ? end : end - back[2] + 1;
}

void
age_bounds(const struct age *age, int64_t *least, int64_t *most)
{
    static const int days[] = {1, 28, 29, 30, 31};

    *least = *most = age->forever ? DAY_NEVER : age->days;
    if (age->forever || !age->months)
        return;
    *least = DAY_NEVER;
    for (int year = 2000; year < 2400; year++) /* then all comes again */
        for (int month = 1; month <= 12; month++)
            for (unsigned i = 0; i < sizeof days / sizeof *days; i++) {
                int64_t day = days_from_civil(year, month, 1) + days[i] - 1;
                int64_t length = age_end(age, day) - day;

                *least = length < *least ? length : *least;
                *most = length > *most ? length : *most;
            }
    assert(*least <= *most);
}
