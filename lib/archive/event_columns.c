#include "archive/event_columns.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tape/frame.h"

/* ---- the file's columns and metadata ------------------------------------- */

/* Leaves out the fields that the program did not know that wrote the file: in
 * its events their bytes are as it left them, zero unless raw has more. */
static void
leave_out_unknown(struct layout *layout, const struct parquet_footer *footer)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < layout->column_count; i++) {
        const char *name = layout->columns[i].name;

        if (layout->fields[i] && (kept == footer->column_count ||
                                  strcmp(footer->columns[kept].name, name)))
            continue;
        layout->columns[kept] = layout->columns[i];
        layout->roles[kept] = layout->roles[i];
        layout->fields[kept++] = layout->fields[i];
    }
    layout->column_count = kept;
}

static int
check_columns(const struct layout *layout, const struct parquet_footer *footer,
              struct failure *failure)
{
    if (footer->column_count != layout->column_count)
        return fail(failure, FAILURE_DATA,
                    "%u columns where events of type %u have %u: use the "
                    "program version that wrote it",
                    footer->column_count, layout->type, layout->column_count);
    for (unsigned i = 0; i < layout->column_count; i++) {
        const struct parquet_column *is = &footer->columns[i];
        const struct parquet_column *want = &layout->columns[i];

        if (strcmp(is->name, want->name) != 0 ||
            is->physical != want->physical || is->logical != want->logical ||
            is->length != want->length || is->scale != want->scale ||
            is->optional != want->optional)
            return fail(failure, FAILURE_DATA,
                        "column %u is '%s' where '%s' belongs, or of another "
                        "type",
                        i, is->name, want->name);
    }
    return 0;
}

/* A number of the metadata from 0 to max, or -1. */
static long
number(const struct parquet_footer *footer, const char *key, long max)
{
    const char *text = parquet_footer_get(footer, key);
    char *end;
    long value;

    if (!text || *text < '0' || *text > '9')
        return -1;
    value = strtol(text, &end, 10);
    return *end || value > max ? -1 : value;
}

/* The lines of "xtape.instruments": id, exchange, symbol. */
static int
read_instruments(struct event_columns *columns, const char *line,
                 struct failure *failure)
{
    while (*line) {
        char *tab, *end = strchr(line, '\n');
        unsigned long id = strtoul(line, &tab, 10);
        char *second = *tab == '\t' ? strchr(tab + 1, '\t') : NULL;
        uint32_t place = (uint32_t)id;
        bool added = false;

        if (!end || !second || second > end || id == 0 || id > UINT32_MAX)
            return fail(failure, FAILURE_DATA,
                        "its list of instruments is damaged");
        *second = '\0'; /* our own copy of the metadata */
        if (strtab_add(&columns->identities, tab + 1, (size_t)(end - tab - 1),
                       &added) == STRTAB_NONE)
            return fail_memory(failure);
        *second = '\t';
        if (!added)
            return fail(failure, FAILURE_DATA,
                        "its list of instruments has duplicates");
        bytes_put(&columns->ids, &place, sizeof place);
        line = end + 1;
    }
    return bytes_ok(&columns->ids, failure);
}

int
event_columns_init(struct event_columns *columns, struct parquet_reader *file,
                   struct failure *failure)
{
    const struct parquet_footer *footer = &file->footer;
    const char *instruments = parquet_footer_get(footer, "xtape.instruments");
    long version = number(footer, "xtape.archive", UINT16_MAX);
    long type = number(footer, "xtape.type", UINT16_MAX);
    long fixed = number(footer, "xtape.fixed", UINT16_MAX);

    memset(columns, 0, sizeof *columns);
    columns->file = file;
    if (version > LAYOUT_VERSION) {
        fail(failure, FAILURE_DATA,
             "%s: a part of version %ld; this program reads versions 1 to %d",
             file->input.name, version, LAYOUT_VERSION);
        return fail_hint(failure, "use a newer program");
    }
    if (version < 1 || type < 0 || fixed < 0 || !instruments)
        return fail(failure, FAILURE_DATA, "%s: it is not part of an archive",
                    file->input.name);
    layout_init(&columns->layout, (uint16_t)type, (uint16_t)fixed,
                (unsigned)version);
    leave_out_unknown(&columns->layout, footer);
    columns->cursors = allocate(failure, columns->layout.column_count,
                                sizeof *columns->cursors);
    if (!columns->cursors)
        return -1;
    if (check_columns(&columns->layout, footer, failure) != 0 ||
        read_instruments(columns, instruments, failure) != 0)
        return fail_at(failure, "%s", file->input.name);
    return 0;
}

void
event_columns_free(struct event_columns *columns)
{
    for (unsigned i = 0; columns->cursors && i < columns->layout.column_count;
         i++)
        parquet_cursor_free(&columns->cursors[i]);
    free(columns->cursors);
    bytes_free(&columns->key);
    bytes_free(&columns->local);
    strtab_free(&columns->identities);
    bytes_free(&columns->ids);
    memset(columns, 0, sizeof *columns);
}

/* ---- loading ------------------------------------------------------------- */

/* Numbers of which the least one is null.  Only where they were read whole can
 * some of the rows be null. */
static void
set_nulls(struct parquet_cursor *cursor)
{
    const struct parquet_values *values = &cursor->chunk.values;

    if (cursor->way != PARQUET_CURSOR_WORDS || values->nulls == 0)
        return;
    for (uint32_t i = 0; i < values->count; i++)
        if (!values->valid[i])
            values->words[i] = (uint64_t)INT64_MIN;
}

/* The number that a text of the table stands for; false when for none. */
static bool
number_of(const struct schema_field *field, const struct parquet_text *text,
          uint64_t *number_out)
{
    const char *bytes = (const char *)text->bytes;

    switch (field->kind) {
    case FIELD_ENUM:
        for (unsigned i = 0; field->words[i]; i++)
            if (strlen(field->words[i]) == text->size &&
                memcmp(field->words[i], bytes, text->size) == 0)
                return *number_out = i + 1, true;
        return false;
    case FIELD_FLAGS:
        return flags_of_text(field->words, text->bytes, text->size,
                             number_out) &&
               *number_out != 0;
    default:
        *number_out = code_from_text(bytes, text->size).word;
        return *number_out != 0;
    }
}

/* Replaces places in the table by the numbers that its texts stand for. */
static int
take_numbers(struct parquet_cursor *cursor, const struct schema_field *field,
             struct failure *failure)
{
    const struct parquet_values *values = &cursor->chunk.values;
    uint64_t *numbers =
        allocate(failure, values->table_count + 1UL, sizeof *numbers);

    if (!numbers)
        return -1;
    for (uint32_t i = 0; i < values->table_count; i++) {
        const struct parquet_text *text = &values->table[i];

        if (!number_of(field, text, &numbers[i])) {
            free(numbers);
            return fail(failure, FAILURE_DATA,
                        "'%.*s' is not a value of this field",
                        (int)(text->size < 40 ? text->size : 40),
                        (const char *)text->bytes);
        }
    }
    parquet_cursor_map(cursor, numbers);
    return 0;
}

static int
check_texts(const struct parquet_values *values, const struct layout *layout,
            enum column_role role, struct failure *failure)
{
    for (uint32_t i = 0; i < values->table_count; i++) {
        const struct parquet_text *text = &values->table[i];
        struct event event;

        if (role != COLUMN_RAW && text->size > UINT16_MAX)
            return fail(failure, FAILURE_DATA, "a text of %u bytes",
                        text->size);
        if (role != COLUMN_RAW)
            continue;
        if (text->size < sizeof event || text->size > EVENT_MAX ||
            text->size % 8)
            return fail(failure, FAILURE_DATA, "a raw event of %u bytes",
                        text->size);
        memcpy(&event, text->bytes, sizeof event);
        if (event.words * 8UL != text->size || event.type != layout->type)
            return fail(failure, FAILURE_DATA,
                        "a raw event that is not of this file");
    }
    return 0;
}

_Static_assert(sizeof(struct amount) == 16, "as long as Parquet's values are");

/* Amounts in the table turn little-endian, in place. */
static void
take_amounts(struct parquet_values *values)
{
    for (uint32_t i = 0; i < values->table_count; i++) {
        unsigned char turned[16];

        for (unsigned b = 0; b < 16; b++)
            turned[b] = values->table[i].bytes[15 - b];
        /* the bytes are the chunk's own, which we may change */
        memcpy((void *)(uintptr_t)values->table[i].bytes, turned, 16);
    }
}

static int
take_field(struct parquet_cursor *cursor, const struct layout *layout,
           const struct schema_field *field, struct failure *failure)
{
    switch (field->kind) {
    case FIELD_PRICE:
    case FIELD_QUANTITY:
    case FIELD_RATIO:
    case FIELD_TIME:
    case FIELD_DURATION: set_nulls(cursor); return 0;
    case FIELD_INTERVAL: set_nulls(cursor); return 0;
    case FIELD_ENUM:
    case FIELD_FLAGS:
    case FIELD_CODE: return take_numbers(cursor, field, failure);
    case FIELD_TEXT:
        return check_texts(&cursor->chunk.values, layout, COLUMN_FIELD,
                           failure);
    case FIELD_AMOUNT: take_amounts(&cursor->chunk.values); return 0;
    case FIELD_ID:
    case FIELD_COUNT:
    case FIELD_INSTRUMENT: return 0;
    }
    return 0;
}

static int
take_column(struct event_columns *columns, unsigned column,
            struct failure *failure)
{
    struct parquet_cursor *cursor = &columns->cursors[column];
    enum column_role role = columns->layout.roles[column];

    switch (role) {
    case COLUMN_TIME: set_nulls(cursor); return 0;
    case COLUMN_FIELD:
        return take_field(cursor, &columns->layout,
                          columns->layout.fields[column], failure);
    case COLUMN_RAW:
        return check_texts(&cursor->chunk.values, &columns->layout, role,
                           failure);
    case COLUMN_SEQ:
    case COLUMN_NANOS:
    case COLUMN_SYMBOL:
    case COLUMN_EXCHANGE:
    case COLUMN_INSTRUMENT: break;
    }
    return 0;
}

/* Says where a column failed. */
static int
fail_column(const struct event_columns *columns, unsigned column,
            struct failure *failure)
{
    return fail_at(failure, "%s: row group %u, column '%s'",
                   columns->file->input.name, columns->group,
                   columns->layout.columns[column].name);
}

int
event_columns_load(struct event_columns *columns, uint32_t group,
                   unsigned column, struct failure *failure)
{
    assert(column < columns->layout.column_count);
    columns->group = group;
    if (columns->loaded[column] == group + 1) {
        parquet_cursor_rewind(&columns->cursors[column]);
        return 0;
    }
    columns->loaded[column] = 0;
    if (parquet_cursor_open(&columns->cursors[column], columns->file, group,
                            column, failure) != 0)
        return -1;
    if (take_column(columns, column, failure) != 0)
        return fail_column(columns, column, failure);
    columns->loaded[column] = group + 1;
    return 0;
}

int
event_columns_table(struct event_columns *columns, uint32_t group,
                    unsigned column, struct failure *failure)
{
    columns->loaded[column] = 0;
    return parquet_reader_dictionary(columns->file, group, column,
                                     &columns->cursors[column].chunk, failure);
}

int
event_columns_take(struct event_columns *columns, unsigned column,
                   uint32_t count, struct parquet_piece *piece,
                   struct failure *failure)
{
    assert(columns->loaded[column] == columns->group + 1);
    if (parquet_cursor_take(&columns->cursors[column], count, piece, failure) !=
        0)
        return fail_column(columns, column, failure);
    return 0;
}
