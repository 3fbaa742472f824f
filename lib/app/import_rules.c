#include "app/import_rules.h"

#include <assert.h>
#include <string.h>

#include "app/zoneinfo.h"
#include "base/array.h"
#include "base/clock.h"
#include "format/mapping.h"

const char *const import_unit_words[] = {"ns", "us", "ms", "s", "auto", NULL};
const char *const import_fold_words[] = {"first", "second", NULL};
const char *const import_id_words[] = {"names", "hash", NULL};
const char *const import_round_words[] = {"0", "1", "2", "3", "4",
                                          "5", "6", "7", "8", NULL};

/* ---- times --------------------------------------------------------------- */

static int
set_date(struct import_job *job, struct failure *failure)
{
    struct time_rules *times = &job->importer.rules.times;
    int64_t midnight;

    if (!job->date)
        return 0;
    if (strlen(job->date) != 10 || !time_parse(job->date, 10, &midnight))
        return fail(failure, FAILURE_USAGE,
                    "--date %s is not a day like 2012-06-21", job->date);
    times->has_date = true;
    times->day = midnight / NS_PER_DAY - (midnight % NS_PER_DAY < 0);
    return 0;
}

static int
set_times(struct import_job *job, struct failure *failure)
{
    static const int64_t units[] = {1, 1000, 1000000, NS_PER_SECOND, 1};
    struct time_rules *times = &job->importer.rules.times;
    const char *zone = job->zone;

    _Static_assert(sizeof units / sizeof *units + 1 ==
                       sizeof import_unit_words / sizeof *import_unit_words,
                   "each word has its unit");
    times->unit = job->unit < 0 ? 0 : units[job->unit];
    times->unit_auto = job->unit == 4;
    times->format = job->time_format;
    times->fold = (enum fold)(job->fold + 1);
    if (job->time_format && time_format_check(job->time_format, failure) != 0)
        return -1;
    if (!zone)
        zone = job->reader->zone;
    if (set_date(job, failure) != 0)
        return -1;
    if (zone && strcmp(zone, "UTC") != 0) {
        job->time_zone = zoneinfo_read(zone, failure);
        if (!job->time_zone)
            return fail_at(failure, "--tz");
    }
    times->zone = job->time_zone;
    return 0;
}

/* ---- numbers ------------------------------------------------------------- */

static int
set_numbers(struct import_job *job, struct failure *failure)
{
    struct number_rules *numbers = &job->importer.rules.numbers;

    assert(job->round <= 8); /* decimals have no more places */
    numbers->point = job->decimal_comma ? ',' : '.';
    numbers->round = job->round;
    job->importer.rules.times.round = numbers->round >= 0;
    if (!job->thousands)
        return 0;
    if (strlen(job->thousands) != 1 ||
        (*job->thousands >= '0' && *job->thousands <= '9'))
        return fail(failure, FAILURE_USAGE,
                    "--thousands is one character, such as , or '");
    if (*job->thousands == numbers->point)
        return fail(failure, FAILURE_USAGE,
                    "--thousands cannot be the decimal point%s",
                    job->decimal_comma ? ""
                                       : " (--decimal-comma makes the "
                                         "point a comma)");
    numbers->thousands = *job->thousands;
    return 0;
}

/* ---- rules by column ----------------------------------------------------- */

/* The type that the rules are for. */
static const struct schema_type *
find_type(const struct import_job *job, struct schema_type *user,
          struct failure *failure)
{
    const struct schema_type *type =
        job->type ? type_from_text(cell_of(job->type), user) : NULL;

    if (!type)
        fail(failure, FAILURE_USAGE,
             "--word and --scale are for the columns of -t TYPE");
    return type;
}

static int
add_scale(struct import_job *job, const struct schema_type *type,
          const char *text, struct failure *failure)
{
    struct cell value;
    unsigned slot;
    int scale;

    if (field_parse(type, cell_of(text), "--scale", &slot, &value, failure) !=
        0)
        return -1;
    if (!scale_parse(value, &scale))
        return fail(failure, FAILURE_USAGE,
                    "--scale %s: must be a power of ten, such as 1e-9 or 0.01",
                    text);
    assert(slot < SLOTS_MAX && scale >= INT8_MIN && scale <= INT8_MAX);
    job->importer.rules.scales[slot] = (int8_t)scale;
    return 0;
}

/* One "THEIRS=OURS" of --word. */
static int
add_word(struct import_job *job, unsigned slot, struct cell pair,
         struct failure *failure)
{
    struct value_rules *rules = &job->importer.rules;
    const char *equals = memchr(pair.bytes, '=', pair.size);
    struct word_rule *larger =
        array_grow(job->word_rules, &job->word_capacity, rules->word_count + 1,
                   sizeof *larger, failure);
    struct word_rule rule = {.slot = slot};

    if (!larger)
        return -1;
    job->word_rules = larger;
    rules->words = larger;
    if (!equals)
        return fail(failure, FAILURE_USAGE,
                    "--word: \"%.*s\" must be THEIRS=OURS", (int)pair.size,
                    pair.bytes);
    rule.theirs = (struct cell){pair.bytes, (size_t)(equals - pair.bytes)};
    rule.ours = (struct cell){equals + 1, pair.size - rule.theirs.size - 1};
    assert(rules->word_count < job->word_capacity);
    larger[rules->word_count++] = rule;
    return 0;
}

static int
add_words(struct import_job *job, const struct schema_type *type,
          const char *text, struct failure *failure)
{
    const char *colon = strchr(text, ':');
    struct cell name = {text, colon ? (size_t)(colon - text) : 0};
    unsigned slot = colon ? slot_find(type, name) : SLOT_NONE;
    struct cell pair;
    char ended;

    if (!colon)
        return fail(failure, FAILURE_USAGE,
                    "--word: \"%s\" must be FIELD:THEIRS=OURS,...", text);
    if (slot == SLOT_NONE) {
        field_unknown(type, name, failure);
        return fail_at(failure, "--word");
    }
    for (const char *list = colon + 1; list_next(&list, 0, &pair, &ended);)
        if (add_word(job, slot, pair, failure) != 0)
            return -1;
    return 0;
}

static int
add_nulls(struct import_job *job, const char *list, struct failure *failure)
{
    struct value_rules *rules = &job->importer.rules;
    struct cell text;
    char ended;

    while (list_next(&list, 0, &text, &ended)) {
        struct cell *larger =
            array_grow(job->null_texts, &job->null_capacity,
                       rules->null_count + 1, sizeof *larger, failure);

        if (!larger)
            return -1;
        job->null_texts = larger;
        rules->nulls = larger;
        assert(rules->null_count < job->null_capacity);
        larger[rules->null_count++] = text;
    }
    return 0;
}

/* ---- each of a list ------------------------------------------------------ */

static int
add_scales(struct import_job *job, const struct schema_type *type,
           const struct option_list *list, struct failure *failure)
{
    for (unsigned i = 0; i < list->count; i++)
        if (add_scale(job, type, list->items[i], failure) != 0)
            return -1;
    return 0;
}

static int
add_all_words(struct import_job *job, const struct schema_type *type,
              const struct option_list *list, struct failure *failure)
{
    for (unsigned i = 0; i < list->count; i++)
        if (add_words(job, type, list->items[i], failure) != 0)
            return -1;
    return 0;
}

static int
add_all_nulls(struct import_job *job, const struct option_list *list,
              struct failure *failure)
{
    for (unsigned i = 0; i < list->count; i++)
        if (add_nulls(job, list->items[i], failure) != 0)
            return -1;
    return 0;
}

int
import_rules_set(struct import_job *job, struct failure *failure)
{
    const struct import_lists *lists = &job->lists;
    const struct import_lists *more = &job->dialect_lists;
    const struct schema_type *type = NULL;
    struct schema_type user;

    assert(job->reader);
    if (set_times(job, failure) != 0 || set_numbers(job, failure) != 0)
        return -1;
    if (lists->words.count || lists->scales.count || more->words.count ||
        more->scales.count) {
        type = find_type(job, &user, failure);
        if (!type)
            return -1;
    }
    /* of scales the last counts, of words the first */
    if (add_scales(job, type, &more->scales, failure) != 0 ||
        add_scales(job, type, &lists->scales, failure) != 0 ||
        add_all_words(job, type, &lists->words, failure) != 0 ||
        add_all_words(job, type, &more->words, failure) != 0 ||
        add_all_nulls(job, &lists->nulls, failure) != 0)
        return -1;
    return add_all_nulls(job, &more->nulls, failure);
}
