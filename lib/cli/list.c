#include "cli/list.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/table.h"
#include "cli/value.h"
#include "io/input.h"
#include "tape/schema.h"

#define ZONES          "/usr/share/zoneinfo/tzdata.zi"
#define ZONE_BYTES_MAX (4 << 20)

static const struct table_column columns[] = {
    {"", TABLE_LEFT, 0},
    {"", TABLE_LEFT, 0},
    {"", TABLE_LEFT, 0},
};

/* Prints the rows of a table and frees it. */
static int
print_table(struct table *table, struct failure *failure)
{
    struct bytes out = {0};
    int result;

    table_write(table, &out);
    result = bytes_ok(&out, failure);
    if (result == 0)
        printf("%.*s", (int)out.size, (const char *)out.bytes);
    bytes_free(&out);
    table_free(table);
    return result;
}

/* ---- what there is ------------------------------------------------------- */

static int
list_types(const struct specs *specs, struct failure *failure)
{
    struct table table = {
        .columns = columns, .column_count = 2, .untitled = true};

    (void)specs;
    for (size_t i = 0; i < schema_type_count; i++) {
        table_put_text(&table, schema_types[i].name);
        table_put_text(&table, schema_types[i].meaning);
    }
    return print_table(&table, failure);
}

/* The text of -t, --type or --types, if it is given. */
static void
given_types(const struct specs *specs, char text[VALUE_TEXT_MAX])
{
    const struct option_spec *spec = specs_name(specs, "types", 5);

    if (!spec)
        spec = specs_name(specs, "type", 4);
    text[0] = '\0';
    if (spec && value_is_set(spec))
        value_text(spec, text);
}

/* Whether a list with commas has the name, or is empty. */
static bool
names(const char *list, const char *name)
{
    const char *at = list;

    while (*at) {
        size_t size = strcspn(at, ",");

        if (size == strlen(name) && memcmp(at, name, size) == 0)
            return true;
        at += size + (at[size] == ',');
    }
    return at == list;
}

/* Every item of a list names a type. */
static int
check_types(const char *list, struct failure *failure)
{
    while (*list) {
        size_t size = strcspn(list, ",");
        struct nearest near = nearest_to(list, size);

        if (!schema_find_name(list, size)) {
            for (size_t i = 0; i < schema_type_count; i++)
                nearest_try(&near, schema_types[i].name);
            return nearest_fail(&near, "event type", "--list types", failure);
        }
        list += size + (list[size] == ',');
    }
    return 0;
}

/* Whether an earlier type that is listed has a field of that name. */
static bool
was_listed(const char *types, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (names(types, schema_types[i].name) &&
            schema_field(&schema_types[i], name, strlen(name)))
            return true;
    return false;
}

/* The words that a field may have, or else what it means. */
static void
put_meaning(struct table *table, const struct schema_field *field)
{
    struct bytes words = {0};

    for (int i = 0; field->words && field->words[i]; i++)
        bytes_put_format(&words, "%s%s", i ? ", " : "", field->words[i]);
    if (field->words)
        table_put_bytes(table, (const char *)words.bytes, words.size);
    else
        table_put_text(table, field->meaning ? field->meaning : "");
    table->text.failed |= words.failed;
    bytes_free(&words);
}

static void
put_row(struct table *table, const char *name, const char *kind,
        const char *meaning)
{
    table_put_text(table, name);
    table_put_text(table, kind);
    table_put_text(table, meaning);
}

static int
list_fields(const struct specs *specs, struct failure *failure)
{
    static const char *const kinds[] = {
        [FIELD_PRICE] = "decimal",     [FIELD_QUANTITY] = "decimal",
        [FIELD_RATIO] = "ratio",       [FIELD_AMOUNT] = "amount",
        [FIELD_TIME] = "time",         [FIELD_DURATION] = "duration",
        [FIELD_INTERVAL] = "interval", [FIELD_ID] = "id",
        [FIELD_COUNT] = "count",       [FIELD_ENUM] = "word",
        [FIELD_FLAGS] = "words",       [FIELD_TEXT] = "text",
        [FIELD_CODE] = "code",         [FIELD_INSTRUMENT] = "instrument",
    };
    struct table table = {
        .columns = columns, .column_count = 3, .untitled = true};
    char types[VALUE_TEXT_MAX];

    given_types(specs, types);
    if (check_types(types, failure) != 0)
        return -1;
    put_row(&table, "time", "time", "when it happened");
    put_row(&table, "instrument", "instrument", "what it is about");
    for (size_t i = 0; i < schema_type_count; i++) {
        const struct schema_type *type = &schema_types[i];

        for (unsigned k = 0; k < type->field_count; k++) {
            const struct schema_field *field = &type->fields[k];

            if (!names(types, type->name) || was_listed(types, i, field->name))
                continue;
            table_put_text(&table, field->name);
            assert(field->kind < sizeof kinds / sizeof *kinds);
            table_put_text(&table, kinds[field->kind]);
            put_meaning(&table, field);
        }
    }
    return print_table(&table, failure);
}

static int
list_verbs(const struct specs *specs, struct failure *failure)
{
    const struct verb *verb = specs->program->verbs;
    struct table table = {
        .columns = columns, .column_count = 2, .untitled = true};

    for (; verb && verb->name; verb++) {
        if (!verb->name[0])
            continue;
        table_put_text(&table, verb->name);
        table_put_text(&table, verb->help);
    }
    return print_table(&table, failure);
}

/* The lines "Z NAME ..." (zones) and "L OF NAME" (links) of the time zone
 * compiler's data. */
static int
list_zones(const struct specs *specs, struct failure *failure)
{
    size_t size;
    char *text = input_read_file(ZONES, ZONE_BYTES_MAX, &size, failure);
    char *rest = text, *line;

    (void)specs;
    while (text && (line = strsep(&rest, "\n"))) {
        char *words = line;
        const char *kind = strsep(&words, " ");

        if (strcmp(kind, "L") == 0 && words)
            strsep(&words, " ");
        else if (strcmp(kind, "Z") != 0)
            continue;
        if (words)
            printf("%s\n", strsep(&words, " "));
    }
    free(text);
    return text ? 0 : -1;
}

/* ---- options ------------------------------------------------------------- */

/* What a shell can complete, by what the help calls the argument. */
static const char *
kind_of(const struct option_spec *spec)
{
    static const struct {
        const char *argument, *kind;
    } kinds[] = {
        {"FILE", "file"},  {"DIR", "directory"}, {"TYPES", "types"},
        {"TYPE", "types"}, {"FIELDS", "fields"}, {"FIELD", "fields"},
        {"ZONE", "zones"},
    };
    const char *argument = spec->argument ? spec->argument : "";
    size_t size = strspn(argument, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    if (spec->kind == OPTION_FLAG)
        return "flag";
    if (spec->words)
        return "words";
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strlen(kinds[i].argument) == size &&
            memcmp(kinds[i].argument, argument, size) == 0)
            return kinds[i].kind;
    return "text";
}

static void
print_spec(const struct option_spec *spec)
{
    printf("--%s\t%s%.1s\t%s\t", spec->name, spec->letter ? "-" : "",
           spec->letter ? &spec->letter : "", kind_of(spec));
    for (int i = 0; spec->words && spec->words[i]; i++)
        printf("%s%s", i ? " " : "", spec->words[i]);
    printf("\t%s\t%s\n", spec->verbs ? spec->verbs : "", spec->help);
}

static int
list_options(const struct specs *specs, struct failure *failure)
{
    const struct option_spec *spec;

    (void)failure;
    for (unsigned i = 0; (spec = specs_nth(specs, i)); i++)
        print_spec(spec);
    return 0;
}

static void
print_words(const struct option_spec *spec)
{
    for (int i = 0; spec->words[i]; i++)
        printf("%s\n", spec->words[i]);
}

static int
print_own(const struct program_list *list, struct failure *failure)
{
    struct table table = {
        .columns = columns, .column_count = 3, .untitled = true};

    list->fill(&table);
    return print_table(&table, failure);
}

/* ---- which --------------------------------------------------------------- */

static const struct {
    const char *name;
    int (*print)(const struct specs *specs, struct failure *failure);
} lists[] = {
    {"types", list_types}, {"fields", list_fields},   {"verbs", list_verbs},
    {"zones", list_zones}, {"options", list_options},
};
enum { LISTS = sizeof lists / sizeof *lists };

/* The n-th list of the program, those of every program first; NULL after the
 * last. */
static const char *
nth_list(const struct specs *specs, unsigned n)
{
    const struct program_list *own = specs->program->lists;
    const struct option_spec *spec;

    if (n < LISTS)
        return lists[n].name;
    n -= LISTS;
    for (; own && own->name; own++)
        if (n-- == 0)
            return own->name;
    for (unsigned i = 0; (spec = specs_nth(specs, i)); i++)
        if (spec->words && n-- == 0)
            return spec->name;
    return NULL;
}

static int
fail_list(const struct specs *specs, struct failure *failure)
{
    struct nearest near = nearest_to(specs->list, strlen(specs->list));
    const char *name;
    char all[240] = "";
    size_t used = 0;

    for (unsigned i = 0; (name = nth_list(specs, i)); i++) {
        nearest_try(&near, name);
        if (used < sizeof all)
            used += (size_t)snprintf(all + used, sizeof all - used, "%s%s",
                                     i ? ", " : "", name);
    }
    if (near.word)
        return nearest_fail(&near, "list", NULL, failure);
    return fail(failure, FAILURE_USAGE, "unknown list \"%.64s\"; there are: %s",
                specs->list, all);
}

/* The option whose words are wanted: --NAME, or its plural. */
static const struct option_spec *
find_words(const struct specs *specs)
{
    size_t size = strlen(specs->list);
    const struct option_spec *spec = specs_name(specs, specs->list, size);

    if (!spec && size > 1 && specs->list[size - 1] == 's')
        spec = specs_name(specs, specs->list, size - 1);
    return spec && spec->words ? spec : NULL;
}

int
list_print(const struct specs *specs, struct failure *failure)
{
    const struct program_list *own = specs->program->lists;
    const struct option_spec *spec;

    assert(specs->list);
    for (; own && own->name; own++)
        if (strcmp(own->name, specs->list) == 0)
            return print_own(own, failure);
    for (size_t i = 0; i < LISTS; i++)
        if (strcmp(lists[i].name, specs->list) == 0)
            return lists[i].print(specs, failure);
    spec = find_words(specs);
    if (!spec)
        return fail_list(specs, failure);
    print_words(spec);
    return 0;
}
