#include "app/import_list.h"

#include <string.h>

#include "base/nearest.h"
#include "base/table.h"
#include "format/dialect.h"
#include "format/fields.h"

/* What stands for a kind of field in text. */
static const char *
kind_name(const struct schema_field *field)
{
    static const char *const names[] = {
        [FIELD_PRICE] = "price",
        [FIELD_QUANTITY] = "quantity",
        [FIELD_RATIO] = "ratio",
        [FIELD_AMOUNT] = "amount",
        [FIELD_TIME] = "time",
        [FIELD_DURATION] = "duration",
        [FIELD_ID] = "id",
        [FIELD_COUNT] = "count",
        [FIELD_ENUM] = "word",
        [FIELD_FLAGS] = "words",
        [FIELD_TEXT] = "text",
        [FIELD_CODE] = "code",
        [FIELD_INSTRUMENT] = "instrument",
    };

    return names[field->kind];
}

static void
list_formats(const struct import_job *job, struct table *table)
{
    (void)job;
    for (size_t i = 0; import_formats[i]; i++) {
        table_put_text(table, import_formats[i]->name);
        table_put_text(table, import_formats[i]->summary);
    }
}

/* The text after a word at the beginning of a line of a dialect. */
static struct cell
dialect_line(const char *text, const char *word)
{
    size_t size = strlen(word);

    for (; text && *text; text = strchr(text, '\n'), text += text != NULL)
        if (strncmp(text, word, size) == 0)
            return (struct cell){text + size, strcspn(text + size, "\n")};
    return (struct cell){"", 0};
}

static void
list_dialects(const struct import_job *job, struct table *table)
{
    (void)job;
    for (size_t i = 0; dialects[i].name; i++) {
        struct cell what = dialect_line(dialects[i].text, "# ");
        struct cell needs = dialect_line(dialects[i].text, "needs ");

        table_put_text(table, dialects[i].name);
        table_put_bytes(table, what.bytes, what.size);
        table_put_bytes(table, needs.bytes, needs.size);
    }
}

static void
list_types(const struct import_job *job, struct table *table)
{
    (void)job;
    for (size_t i = 0; i < schema_type_count; i++) {
        table_put_text(table, schema_types[i].name);
        table_put_text(table, schema_types[i].meaning);
    }
}

/* The words of a field, or else what it means. */
static void
put_meaning(struct table *table, const struct schema_field *field)
{
    struct bytes words = {0};

    for (int i = 0; field->words && field->words[i]; i++) {
        bytes_put_text(&words, i ? ", " : "");
        bytes_put_text(&words, field->words[i]);
    }
    if (words.size)
        table_put_bytes(table, (const char *)words.bytes, words.size);
    else
        table_put_text(table, field->meaning ? field->meaning : "");
    bytes_free(&words);
}

static void
list_fields(const struct import_job *job, struct table *table)
{
    struct schema_type user;
    const struct schema_type *type = type_from_text(cell_of(job->type), &user);

    for (unsigned slot = 0; slot < slot_count(type); slot++) {
        const struct schema_field *field = slot_field(type, slot);
        const char *name = slot_name(type, slot);

        if (!name)
            continue;
        table_put_text(table, name);
        table_put_text(table, field ? kind_name(field) : "text");
        if (field)
            put_meaning(table, field);
        table_end_row(table);
    }
}

static const struct {
    const char *name;
    bool of_type; /* wants -t */
    unsigned columns;
    const char *const titles[3];
    void (*fill)(const struct import_job *job, struct table *table);
} lists[] = {
    {"formats", false, 2, {"format", "reads"}, list_formats},
    {"types", false, 2, {"type", "meaning"}, list_types},
    {"fields", true, 3, {"field", "kind", "meaning"}, list_fields},
    {"dialects", false, 3, {"dialect", "of", "needs"}, list_dialects},
};
enum { LISTS = sizeof lists / sizeof *lists };

/* The list of that name, or LISTS. */
static unsigned
find_list(const char *name)
{
    unsigned i = 0;

    while (i < LISTS && strcmp(lists[i].name, name) != 0)
        i++;
    return i;
}

int
import_list_check(const struct import_job *job, struct failure *failure)
{
    unsigned list = find_list(job->list);
    struct schema_type user;

    if (list == LISTS) {
        struct nearest near = nearest_to(job->list, strlen(job->list));

        for (unsigned i = 0; i < LISTS; i++)
            nearest_try(&near, lists[i].name);
        return nearest_fail(&near, "list", near.word ? NULL : "ximport --help",
                            failure);
    }
    if (!lists[list].of_type)
        return 0;
    if (!job->type)
        return fail(failure, FAILURE_USAGE, "--list %s is of one -t TYPE",
                    job->list);
    if (!type_from_text(cell_of(job->type), &user)) {
        type_unknown(cell_of(job->type), failure);
        return fail_at(failure, "-t");
    }
    return 0;
}

int
import_list_print(struct import_job *job, struct run *run)
{
    unsigned list = find_list(job->list);
    struct table_column columns[3] = {0};
    struct table table = {.columns = columns,
                          .column_count = lists[list].columns};
    struct bytes text = {0};
    int result;

    for (unsigned i = 0; i < lists[list].columns; i++)
        columns[i].title = lists[list].titles[i];
    lists[list].fill(job, &table);
    table_write(&table, &text);
    result = bytes_ok(&text, &run->failure);
    if (result == 0)
        result = output_put(&run->output, text.bytes, text.size);
    bytes_free(&text);
    table_free(&table);
    return result;
}
