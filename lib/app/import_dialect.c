#include "app/import_dialect.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "format/dialect.h"

#define DIALECT_SIZE_MAX (64 * 1024)

enum setting_kind { SET_TEXT, SET_LIST, SET_CHOICE, SET_FLAG, SET_COUNT };

/* The options that a dialect may stand for. */
static const struct setting {
    const char *name;
    enum setting_kind kind;
    size_t offset; /* in struct import_job; of a list in struct import_lists */
    const char *const *words; /* of a choice */
} settings[] = {
#define JOB(member)   offsetof(struct import_job, member)
#define LISTS(member) offsetof(struct import_lists, member)
    {"format", SET_CHOICE, JOB(format), import_format_words},
    {"type", SET_TEXT, JOB(type), NULL},
    {"map", SET_LIST, LISTS(maps), NULL},
    {"default", SET_LIST, LISTS(defaults), NULL},
    {"ignore", SET_LIST, LISTS(ignored), NULL},
    {"where", SET_LIST, LISTS(wheres), NULL},
    {"word", SET_LIST, LISTS(words), NULL},
    {"null", SET_LIST, LISTS(nulls), NULL},
    {"scale", SET_LIST, LISTS(scales), NULL},
    {"round", SET_CHOICE, JOB(round), import_round_words},
    {"each", SET_LIST, LISTS(eaches), NULL},
    {"decimal-comma", SET_FLAG, JOB(decimal_comma), NULL},
    {"thousands", SET_TEXT, JOB(thousands), NULL},
    {"header", SET_CHOICE, JOB(header), import_header_words},
    {"delimiter", SET_TEXT, JOB(delimiter), NULL},
    {"skip", SET_COUNT, JOB(skip), NULL},
    {"comment", SET_TEXT, JOB(comment), NULL},
    {"time-unit", SET_CHOICE, JOB(unit), import_unit_words},
    {"time-format", SET_TEXT, JOB(time_format), NULL},
    {"tz", SET_TEXT, JOB(zone), NULL},
    {"exchange", SET_TEXT, JOB(exchange), NULL},
#undef JOB
#undef LISTS
};
enum { SETTINGS = sizeof settings / sizeof *settings };

static int
set_choice(int *choice, const struct setting *setting, const char *value,
           struct failure *failure)
{
    for (int i = 0; setting->words[i]; i++)
        if (strcmp(setting->words[i], value) == 0) {
            if (*choice < 0)
                *choice = i;
            return 0;
        }
    return fail(failure, FAILURE_USAGE, "%s cannot be \"%s\"", setting->name,
                value);
}

static int
set_list(struct option_list *list, const char *value, struct failure *failure)
{
    assert(list->count <= OPTION_LIST_MAX);
    if (list->count == OPTION_LIST_MAX)
        return fail(failure, FAILURE_USAGE, "more than %d lines of a kind",
                    OPTION_LIST_MAX);
    list->items[list->count++] = value;
    return 0;
}

/* Sets one option, unless the user has. */
static int
set(struct import_job *job, const struct setting *setting, const char *value,
    struct failure *failure)
{
    void *member = (char *)job + setting->offset;
    void *list = (char *)&job->dialect_lists + setting->offset;

    assert(setting->kind != SET_LIST ||
           setting->offset < sizeof job->dialect_lists);
    assert((setting->kind == SET_CHOICE) == (setting->words != NULL));
    switch (setting->kind) {
    case SET_LIST: return set_list(list, value, failure);
    case SET_CHOICE: return set_choice(member, setting, value, failure);
    case SET_TEXT:
        if (!*(const char **)member)
            *(const char **)member = value;
        return 0;
    case SET_FLAG: *(bool *)member = true; return 0;
    case SET_COUNT:
        if (*(uint64_t *)member == 0)
            *(uint64_t *)member = strtoull(value, NULL, 10);
        return 0;
    }
    return 0;
}

/* A line without its end: a name and the rest. */
static int
take_line(struct import_job *job, char *line, struct failure *failure)
{
    size_t size = strcspn(line, " ");
    char *value = line + size + (line[size] == ' ');
    struct nearest near = nearest_to(line, size);

    if (*line == '#' || *line == '\0' || strncmp(line, "needs ", 6) == 0)
        return 0;
    line[size] = '\0';
    for (size_t i = 0; i < SETTINGS; i++) {
        if (strcmp(settings[i].name, line) == 0)
            return set(job, &settings[i], value, failure);
        nearest_try(&near, settings[i].name);
    }
    return nearest_fail(&near, "option", NULL, failure);
}

static int
take_text(struct import_job *job, char *text, struct failure *failure)
{
    unsigned number = 1;

    for (char *next; text; text = next, number++) {
        next = strchr(text, '\n');
        if (next)
            *next++ = '\0';
        if (take_line(job, text, failure) != 0)
            return fail_at(failure, "--dialect %s: line %u", job->dialect,
                           number);
    }
    return 0;
}

static char *
find_text(const struct import_job *job, struct failure *failure)
{
    struct nearest near = nearest_to(job->dialect, strlen(job->dialect));
    size_t size;
    char *text;

    for (size_t i = 0; dialects[i].name; i++) {
        nearest_try(&near, dialects[i].name);
        if (strcmp(dialects[i].name, job->dialect) != 0)
            continue;
        text = strdup(dialects[i].text);
        if (!text)
            fail_memory(failure);
        return text;
    }
    if (strchr(job->dialect, '/') || strchr(job->dialect, '.'))
        return input_read_file(job->dialect, DIALECT_SIZE_MAX, &size, failure);
    nearest_fail(&near, "dialect", "ximport --list dialect", failure);
    return NULL;
}

int
import_dialect_set(struct import_job *job, struct run *run)
{
    const char *slash;
    size_t used = strlen(run->options);

    assert(used < sizeof run->options);
    if (!job->dialect)
        return 0;
    job->dialect_text = find_text(job, &run->failure);
    if (!job->dialect_text)
        return -1;
    slash = strrchr(job->dialect, '/'); /* no paths in a tape */
    snprintf(run->options + used, sizeof run->options - used, "%s--dialect %s",
             used ? " " : "", slash ? slash + 1 : job->dialect);
    return take_text(job, job->dialect_text, &run->failure);
}
