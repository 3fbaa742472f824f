#include "archive/part_name.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "tape/schema.h"

#define NO_DATE "__HIVE_DEFAULT_PARTITION__" /* as Hive names null */

_Static_assert(sizeof NO_DATE <= DAY_TEXT_MAX, "room for no date, too");

int64_t
day_of(int64_t time)
{
    if (time == TIME_NULL)
        return DAY_NONE;
    return time / NS_PER_DAY - (time % NS_PER_DAY < 0);
}

void
day_format(int64_t day, char text[DAY_TEXT_MAX])
{
    int year, month, of_month;

    if (day == DAY_NONE) {
        snprintf(text, DAY_TEXT_MAX, NO_DATE);
        return;
    }
    civil_from_days(day, &year, &month, &of_month);
    snprintf(text, DAY_TEXT_MAX, "%04d-%02d-%02d", year, month, of_month);
}

void
part_name_type(const struct part_name *name, char text[PART_PATH_MAX])
{
    const struct schema_type *schema = schema_find(name->type);

    if (schema && !name->numbered)
        snprintf(text, PART_PATH_MAX, "%s", schema->name);
    else
        snprintf(text, PART_PATH_MAX, "%u", name->type);
}

/* The path with what stands before and after the name proper. */
static void
format(const struct part_name *name, const char *before, const char *after,
       char path[PART_PATH_MAX])
{
    char directory[PART_PATH_MAX], generation[16] = "";
    int size;

    part_name_directory(name, directory);
    if (name->generation)
        snprintf(generation, sizeof generation, "-c%u", name->generation);
    size =
        snprintf(path, PART_PATH_MAX,
                 "%s/%spart-%016" PRIx64 "-%" PRIu64 "-%" PRIu64 "%s.parquet%s",
                 directory, before, name->stream, name->first, name->last,
                 generation, after);
    assert(size > 0 && size < PART_PATH_MAX);
}

void
part_name_directory(const struct part_name *name, char path[PART_PATH_MAX])
{
    char type[PART_PATH_MAX], date[DAY_TEXT_MAX];
    int size;

    part_name_type(name, type);
    day_format(name->day, date);
    size = snprintf(path, PART_PATH_MAX, "type=%.32s/date=%s", type, date);
    assert(size > 0 && size < PART_PATH_MAX - 80);
}

void
part_name_path(const struct part_name *name, char path[PART_PATH_MAX])
{
    format(name, "", "", path);
}

void
part_name_hidden(const struct part_name *name, char path[PART_PATH_MAX])
{
    format(name, ".", ".new", path);
}

/* ---- parsing ------------------------------------------------------------- */

/* Reads "type=TYPE/"; where it ends, or NULL. */
static const char *
parse_type(struct part_name *name, const char *path)
{
    const char *text = path + strlen("type="), *slash;
    const struct schema_type *schema;

    if (strncmp(path, "type=", 5) != 0 || !(slash = strchr(text, '/')))
        return NULL;
    schema = schema_find_name(text, (size_t)(slash - text));
    name->numbered = !schema;
    if (schema)
        name->type = schema->type;
    else if (sscanf(text, "%5" SCNu16, &name->type) != 1)
        return NULL;
    return slash + 1;
}

/* Reads "date=DATE/"; where it ends, or NULL. */
static const char *
parse_date(struct part_name *name, const char *path)
{
    const char *text = path + strlen("date=");
    int year, month, day;

    if (strncmp(path, "date=", 5) != 0)
        return NULL;
    name->day = DAY_NONE;
    if (strncmp(text, NO_DATE "/", strlen(NO_DATE "/")) == 0)
        return text + strlen(NO_DATE "/");
    if (strlen(text) < 11 || text[10] != '/' ||
        sscanf(text, "%4d-%2d-%2d", &year, &month, &day) != 3)
        return NULL;
    name->day = days_from_civil(year, month, day);
    return text + 11;
}

bool
part_name_parse(struct part_name *name, const char *path, bool *hidden)
{
    char again[PART_PATH_MAX];
    const char *file;
    int at = 0;

    *name = (struct part_name){0};
    file = parse_type(name, path);
    file = file ? parse_date(name, file) : NULL;
    if (!file)
        return false;
    if (hidden)
        *hidden = file[0] == '.';
    if (hidden && *hidden)
        file++;
    if (sscanf(file, "part-%16" SCNx64 "-%20" SCNu64 "-%20" SCNu64 "%n",
               &name->stream, &name->first, &name->last, &at) != 3)
        return false;
    (void)sscanf(file + at, "-c%9u", &name->generation);
    if (hidden && *hidden)
        part_name_hidden(name, again);
    else
        part_name_path(name, again);
    return strcmp(path, again) == 0;
}

int
part_name_compare(const struct part_name *a, const struct part_name *b)
{
#define BY(field)                                                              \
    if (a->field != b->field)                                                  \
    return a->field < b->field ? -1 : 1
    BY(type);
    BY(day);
    BY(stream);
    BY(first);
    BY(last);
    BY(generation);
#undef BY
    return (a->numbered > b->numbered) - (a->numbered < b->numbered);
}
