#include "bars/conditions.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/word.h"

struct conditions_line {
    int64_t since;
    unsigned bit;
    uint8_t without;
};

/* A line that is being read. */
struct line {
    const char *path;
    unsigned number;
    const char *at, *end;
    struct failure *failure;
};

void
conditions_free(struct conditions *conditions)
{
    free(conditions->lines);
    *conditions = (struct conditions){0};
}

/* ---- the text ------------------------------------------------------------ */

static struct word
take_word(struct line *line)
{
    return word_take(&line->at, line->end);
}

static int
fail_word(const struct line *line, struct word word, const char *what)
{
    return fail(line->failure, FAILURE_USAGE, "%s:%u: \"%.*s\" %s", line->path,
                line->number, word_shown(word), word.bytes, what);
}

/* "range,last", "all", "none": *without is the rest. */
static int
read_parts(const struct line *line, struct word word, uint8_t *without)
{
    static const struct {
        const char *name;
        uint8_t parts;
    } names[] = {{"range", SUM_RANGE},
                 {"last", SUM_LAST},
                 {"volume", SUM_VOLUME},
                 {"all", SUM_ALL},
                 {"none", 0}};
    const char *at = word.bytes, *end = word.bytes + word.size;
    uint8_t parts = 0;

    while (at <= end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        struct word name = {at, (size_t)((comma ? comma : end) - at)};
        size_t i = 0;

        while (i < 5 && !word_is(name, names[i].name))
            i++;
        if (i == 5)
            return fail_word(line, word,
                             "is not a list of range, last, volume, nor all or "
                             "none");
        parts |= names[i].parts;
        at = (comma ? comma : end) + 1;
    }
    *without = (uint8_t)(SUM_ALL & ~parts);
    return 0;
}

static int
read_line(struct line *line, const char *const *words,
          struct conditions_line *read)
{
    struct word word = take_word(line);

    if (word.size != 10 || !time_parse(word.bytes, word.size, &read->since))
        return fail_word(line, word, "is not a date such as 2013-12-09");
    word = take_word(line);
    for (read->bit = 0; words[read->bit]; read->bit++)
        if (word_is(word, words[read->bit]))
            break;
    if (!words[read->bit])
        return fail_word(line, word, "is not a condition of a print");
    assert(read->bit < CONDITIONS_BITS);
    if (read_parts(line, take_word(line), &read->without) != 0)
        return -1;
    word = take_word(line);
    return word.size ? fail_word(line, word, "is too much") : 0;
}

static int
add_line(struct conditions *conditions, const struct line *line,
         const struct conditions_line *read)
{
    size_t count = conditions->count;
    struct conditions_line *lines;

    if (count > 0 && conditions->lines[count - 1].since > read->since)
        return fail(line->failure, FAILURE_USAGE,
                    "%s:%u: dates must be in order", line->path, line->number);
    lines = array_grow(conditions->lines, &conditions->capacity, count + 1,
                       sizeof *lines, line->failure);
    if (!lines)
        return -1;
    lines[count] = *read;
    conditions->lines = lines;
    conditions->count++;
    return 0;
}

int
conditions_read(struct conditions *conditions, const char *path,
                const char *text, size_t size, const char *const *words,
                struct failure *failure)
{
    const char *end = text + size;
    struct line line = {.path = path, .failure = failure};

    for (line.at = text; line.at < end; line.at = line.end + 1) {
        const char *newline = memchr(line.at, '\n', (size_t)(end - line.at));
        struct conditions_line read;
        struct line ahead;

        line.end = newline ? newline : end;
        line.number++;
        ahead = line;
        if (take_word(&ahead).size == 0)
            continue;
        if (read_line(&line, words, &read) != 0 ||
            add_line(conditions, &line, &read) != 0)
            return -1;
    }
    conditions->from = INT64_MAX; /* nothing is known yet */
    conditions->to = INT64_MIN;
    return 0;
}

/* ---- trades -------------------------------------------------------------- */

/* Finds what holds at a time, and how long. */
static void
find_lines(struct conditions *conditions, int64_t time)
{
    memset(conditions->without, 0, sizeof conditions->without);
    conditions->from = INT64_MIN;
    conditions->to = INT64_MAX;
    for (size_t i = 0; i < conditions->count; i++) {
        const struct conditions_line *line = &conditions->lines[i];

        if (line->since > time) {
            conditions->to = line->since;
            break;
        }
        conditions->from = line->since;
        conditions->without[line->bit] = line->without;
    }
    assert(conditions->from <= time && time <= conditions->to);
}

uint8_t
conditions_without(struct conditions *conditions, uint8_t bits, int64_t time)
{
    uint8_t without = 0;

    if (bits == 0 || conditions->count == 0)
        return 0;
    if (time < conditions->from || time >= conditions->to)
        find_lines(conditions, time);
    for (unsigned i = 0; i < CONDITIONS_BITS; i++)
        if (bits >> i & 1)
            without |= conditions->without[i];
    return without;
}
