#include "cli/value.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/digits.h"
#include "base/nearest.h"
#include "tape/header.h"

_Static_assert(VALUE_TEXT_MAX > TIME_TEXT_MAX &&
                   VALUE_TEXT_MAX > DURATION_TEXT_MAX &&
                   VALUE_TEXT_MAX > DECIMAL_TEXT_MAX &&
                   VALUE_TEXT_MAX > DIGITS_MAX,
               "every number fits, with a NUL");

/* ---- from text ----------------------------------------------------------- */

/* None means anything when empty; a shell variable that is not set gives it. */
static int
take_text(const struct option_spec *spec, const char *text,
          struct failure *failure)
{
    if (!*text)
        return fail(failure, FAILURE_USAGE, "--%s: \"\" is no %s", spec->name,
                    spec->argument ? spec->argument : "VALUE");
    *(const char **)spec->value = text;
    return 0;
}

static int
take_stream(const struct option_spec *spec, const char *text,
            struct failure *failure)
{
    if (*text && !tape_stream_is_name(text, strlen(text)))
        return fail(failure, FAILURE_USAGE,
                    "--%s: a name is 1 to %d bytes of UTF-8 without control "
                    "characters",
                    spec->name, TAPE_STREAM_MAX);
    return take_text(spec, text, failure);
}

static int
take_count(const struct option_spec *spec, const char *text,
           struct failure *failure)
{
    uint64_t number;
    uint64_t max = spec->max ? spec->max : UINT64_MAX;

    assert(spec->min <= max);
    if (!digits_parse(text, strlen(text), &number) || number < spec->min ||
        number > max)
        return fail(failure, FAILURE_USAGE,
                    "--%s: \"%s\" is not a whole number from %llu to %llu",
                    spec->name, text, (unsigned long long)spec->min,
                    (unsigned long long)max);
    *(uint64_t *)spec->value = number;
    return 0;
}

/* Lists the words: they are few. */
static int
fail_choice(const struct option_spec *spec, const char *text,
            struct failure *failure)
{
    struct nearest near = nearest_to(text, strlen(text));
    char list[240] = "";
    size_t used = 0;

    nearest_try_all(&near, spec->words);
    for (int i = 0; spec->words[i] && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                 i ? ", " : "", spec->words[i]);
    return fail(failure, FAILURE_USAGE, "--%s: \"%s\" is not one of: %s%s%s%s",
                spec->name, text, list, near.word ? "; did you mean \"" : "",
                near.word ? near.word : "", near.word ? "\"?" : "");
}

static int
take_choice(const struct option_spec *spec, const char *text,
            struct failure *failure)
{
    assert(spec->words);
    for (int i = 0; spec->words[i]; i++) {
        if (strcmp(spec->words[i], text) == 0) {
            *(int *)spec->value = i;
            return 0;
        }
    }
    return fail_choice(spec, text, failure);
}

static int
take_item(const struct option_spec *spec, const char *text,
          struct failure *failure)
{
    struct option_list *list = spec->value;

    if (list->count == OPTION_LIST_MAX)
        return fail(failure, FAILURE_USAGE, "--%s: more than %d given",
                    spec->name, OPTION_LIST_MAX);
    list->items[list->count++] = text;
    return 0;
}

static int
take_time(const struct option_spec *spec, const char *text,
          struct failure *failure)
{
    if (time_parse(text, strlen(text), spec->value))
        return 0;
    return fail(failure, FAILURE_USAGE,
                "--%s: \"%s\" is not a time such as 2026-01-08 or "
                "2026-01-08T09:30:00Z, of the years 1678 to 2261",
                spec->name, text);
}

static int
take_duration(const struct option_spec *spec, const char *text,
              struct failure *failure)
{
    static const char *const none[] = {"0", "0s", "0ms", "0us", "0ns"};

    if (duration_parse(text, strlen(text), spec->value))
        return 0;
    for (size_t i = 0; spec->none && i < sizeof none / sizeof *none; i++)
        if (strcmp(text, none[i]) == 0) {
            *(int64_t *)spec->value = 0;
            return 0;
        }
    return fail(failure, FAILURE_USAGE,
                "--%s: \"%s\" is not a duration such as 500ms, 1m, 1h30m",
                spec->name, text);
}

static int
take_decimal(const struct option_spec *spec, const char *text,
             struct failure *failure)
{
    enum decimal_result result = decimal_parse(text, strlen(text), spec->value);
    bool is_share = strcmp(spec->argument, "RATE") == 0;

    if (result == DECIMAL_OK &&
        (spec->min == 0 || *(int64_t *)spec->value >= (int64_t)spec->min))
        return 0;
    if (result == DECIMAL_OK)
        return fail(failure, FAILURE_USAGE, "--%s: \"%s\" is not above 0",
                    spec->name, text);
    return fail(failure, FAILURE_USAGE, "--%s: \"%s\" %s%s", spec->name, text,
                decimal_complaint(result),
                is_share ? "; it is a share: 0.03 for 3%" : "");
}

int
value_take(const struct option_spec *spec, const char *text,
           struct failure *failure)
{
    assert(spec->value);
    switch (spec->kind) {
    case OPTION_FLAG: *(bool *)spec->value = true; return 0;
    case OPTION_TEXT: return take_text(spec, text, failure);
    case OPTION_STREAM: return take_stream(spec, text, failure);
    case OPTION_COUNT: return take_count(spec, text, failure);
    case OPTION_CHOICE: return take_choice(spec, text, failure);
    case OPTION_LIST: return take_item(spec, text, failure);
    case OPTION_TIME: return take_time(spec, text, failure);
    case OPTION_DURATION: return take_duration(spec, text, failure);
    case OPTION_DECIMAL: return take_decimal(spec, text, failure);
    case OPTION_END: break;
    }
    assert(spec->kind != OPTION_END);
    return -1;
}

/* ---- to text ------------------------------------------------------------- */

bool
value_is_set(const struct option_spec *spec)
{
    switch (spec->kind) {
    case OPTION_FLAG: return *(bool *)spec->value;
    case OPTION_TEXT:
    case OPTION_STREAM: return *(const char **)spec->value != NULL;
    case OPTION_LIST: return ((struct option_list *)spec->value)->count > 0;
    case OPTION_TIME: return *(int64_t *)spec->value != TIME_NULL;
    case OPTION_DURATION: return *(int64_t *)spec->value > 0;
    case OPTION_DECIMAL:
        return *(int64_t *)spec->value != DECIMAL_NULL &&
               (spec->min == 0 || *(int64_t *)spec->value > 0);
    case OPTION_COUNT: return *(uint64_t *)spec->value >= spec->min;
    case OPTION_CHOICE: return *(int *)spec->value >= 0;
    case OPTION_END: break;
    }
    return false;
}

/* The items with commas between them, as far as they fit. */
static void
list_text(const struct option_list *list, char text[VALUE_TEXT_MAX])
{
    size_t used = 0;

    text[0] = '\0';
    for (unsigned i = 0; i < list->count && used < VALUE_TEXT_MAX; i++)
        used += (size_t)snprintf(text + used, VALUE_TEXT_MAX - used, "%s%s",
                                 i ? "," : "", list->items[i]);
}

void
value_text(const struct option_spec *spec, char text[VALUE_TEXT_MAX])
{
    size_t used = 0;

    assert(value_is_set(spec));
    switch (spec->kind) {
    case OPTION_TEXT:
    case OPTION_STREAM:
        snprintf(text, VALUE_TEXT_MAX, "%s", *(const char **)spec->value);
        return;
    case OPTION_CHOICE:
        snprintf(text, VALUE_TEXT_MAX, "%s", spec->words[*(int *)spec->value]);
        return;
    case OPTION_LIST: list_text(spec->value, text); return;
    case OPTION_COUNT:
        used = digits_format(*(uint64_t *)spec->value, text);
        break;
    case OPTION_TIME: used = time_format(*(int64_t *)spec->value, text); break;
    case OPTION_DURATION:
        used = duration_format(*(int64_t *)spec->value, text);
        break;
    case OPTION_DECIMAL:
        used = decimal_format(*(int64_t *)spec->value, text);
        break;
    case OPTION_FLAG:
    case OPTION_END: break;
    }
    text[used] = '\0';
}
