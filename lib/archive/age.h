/* age.h - ages in calendar units: "7d", "2w", "18mo", "7y", "forever".
 *
 * An age is full on the first day on which all of it has passed.  Months and
 * years are those of the calendar: a year after 29 February ends on 1 March, a
 * month after 31 January too.  So an age never ends early.
 */
#ifndef ARCHIVE_AGE_H
#define ARCHIVE_AGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct age {
    bool forever;
    uint32_t days, months; /* one of them, at most AGE_YEARS_MAX years */
};

#define AGE_YEARS_MAX 200
#define DAY_NEVER     INT64_MAX

/* False, with *age untouched, when it is anything else. */
bool age_parse(const char *text, size_t size, struct age *age);

#define AGE_TEXT_MAX 16

/* Writes it as age_parse reads it, in the largest unit. */
void age_format(const struct age *age, char text[AGE_TEXT_MAX]);

/* The day on which it is full, counted from a day since 1970; DAY_NEVER. */
int64_t age_end(const struct age *age, int64_t day);

/* The least and the most days that it takes, whatever day it begins. */
void age_bounds(const struct age *age, int64_t *least, int64_t *most);

#endif
