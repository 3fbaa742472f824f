/* csv_write.c - events of one type as CSV (RFC 4180, lines ending in LF),
 * which ximport reads back as the same events.
 */
#include <assert.h>

#include "format/columns.h"
#include "format/export_format.h"
#include "format/labels.h"

/* Room for a line but for its texts, names and instruments. */
#define LINE_ROOM ((SLOTS_MAX + 1) * 64 + VALUE_ROOM)

struct csv_column {
    unsigned slot; /* or COLUMN_SEQ */
    bool label;    /* it is an instrument */
    struct export_field export;
};

struct csv_writer {
    struct exporter *exporter;
    struct columns columns;
    struct csv_column plan[SLOTS_MAX + 1];
    struct labels labels;
    struct bytes scratch;
    bool guard;
};

/* ---- texts --------------------------------------------------------------- */

/* Whether a cell must stand in quotes; spaces around it would be lost. */
static bool
needs_quotes(struct cell text)
{
    assert(text.size > 0);
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.bytes[i];

        if (c <= ',' &&
            (c == ',' || c == '"' || c == '\r' || c == '\n' || c == '\0'))
            return true;
    }
    return text.bytes[0] == ' ' || text.bytes[0] == '\t' ||
           text.bytes[text.size - 1] == ' ' ||
           text.bytes[text.size - 1] == '\t';
}

/* Appends a text from outside as one cell. */
static void
put_text(struct cell text, bool guard, struct bytes *out)
{
    char *at = bytes_text_room(out, text.size * 2 + 3);

    assert(text.size > 0);
    guard = guard && strchr("=+-@\t\r", text.bytes[0]);
    if (!at)
        return;
    if (!guard && !needs_quotes(text)) {
        bytes_put(out, text.bytes, text.size);
        return;
    }
    *at++ = '"';
    if (guard)
        *at++ = '\'';
    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] == '"')
            *at++ = '"';
        *at++ = text.bytes[i];
    }
    *at++ = '"';
    bytes_end(out, at);
}

static void
make_label(struct cell plain, struct bytes *text)
{
    put_text(plain, false, text);
}

static void
make_guarded_label(struct cell plain, struct bytes *text)
{
    put_text(plain, true, text);
}

/* ---- lines --------------------------------------------------------------- */

/* Appends at the end of what is printed so far, and makes room for the rest
 * of the line. */
static char *
put_long(struct csv_writer *writer, const struct csv_column *column,
         const struct event *event, struct bytes *out, char *at)
{
    struct bytes *scratch = &writer->scratch;
    bool outside;

    bytes_end(out, at);
    bytes_clear(scratch);
    if (column->slot == SLOT_DATA)
        export_data(event, out);
    else if (exporter_value(writer->exporter, &column->export, event, scratch,
                            &outside) != 0)
        return NULL;
    else if (outside)
        put_text((struct cell){(const char *)scratch->bytes, scratch->size},
                 writer->guard, out);
    else
        bytes_put(out, scratch->bytes, scratch->size);
    return bytes_text_room(out, LINE_ROOM);
}

static char *
put_label(struct csv_writer *writer, uint32_t id, struct bytes *out, char *at)
{
    const struct label *label = labels_find(&writer->labels, id);

    if (!label)
        return NULL;
    bytes_end(out, at);
    at = bytes_text_room(out, label->size + LINE_ROOM);
    return at ? label_put(at, label) : NULL;
}

/* Whether the text of a value has at most VALUE_ROOM bytes. */
static bool
is_short(const struct exporter *exporter, const struct schema_field *field,
         uint64_t word)
{
    if (field->kind == FIELD_ID)
        return exporter_name(exporter, field->id_kind, word).size == 0;
    return field->kind != FIELD_TEXT && field->kind != FIELD_CODE;
}

static char *
put_cell(struct csv_writer *writer, const struct csv_column *column,
         const struct event *event, uint64_t seq, struct bytes *out, char *at)
{
    const struct export_field *export = &column->export;
    uint64_t word;

    if (column->slot == COLUMN_SEQ)
        return print_unsigned(at, seq);
    if (column->slot == SLOT_DATA)
        return put_long(writer, column, event, out, at);
    word = export_word(export, event);
    if (export_null(export, word))
        return at;
    if (column->label)
        return put_label(writer, (uint32_t)word, out, at);
    if (is_short(writer->exporter, export->field, word))
        return print_value(at, export->field, word, event);
    return put_long(writer, column, event, out, at);
}

static int
put_event(void *state, const struct event *event, uint64_t seq,
          struct bytes *out)
{
    struct csv_writer *writer = state;
    const struct csv_column *column = writer->plan;
    const struct csv_column *end = column + writer->columns.count;
    size_t start = out->size;
    char *at = bytes_text_room(out, LINE_ROOM);

    assert(event->type == writer->columns.type->type);
    for (; at && column < end; column++) {
        at = put_cell(writer, column, event, seq, out, at);
        if (at)
            *at++ = ',';
    }
    if (!at)
        return fail_memory(writer->exporter->failure); /* unless it is set */
    at[-1] = '\n';
    if (at == (char *)out->bytes + start + 1) { /* a blank line is no row */
        memcpy(at - 1, "\"\"\n", 3);
        at += 2;
    }
    bytes_end(out, at);
    return 0;
}

/* ---- the format ---------------------------------------------------------- */

static int
init(void *state, struct exporter *exporter,
     const struct export_options *options)
{
    struct csv_writer *writer = state;
    const struct schema_type *type = options->type;

    assert(type);
    writer->exporter = exporter;
    writer->guard = options->guard;
    writer->labels = (struct labels){
        .exporter = exporter,
        .make = options->guard ? make_guarded_label : make_label,
    };
    if (columns_set(&writer->columns, type, options->columns,
                    exporter->failure) != 0)
        return -1;
    assert(writer->columns.count > 0); /* a line ends over its last comma */
    for (unsigned i = 0; i < writer->columns.count; i++) {
        struct csv_column *column = &writer->plan[i];
        const struct schema_field *field;

        column->slot = writer->columns.slots[i];
        if (column->slot == COLUMN_SEQ || column->slot == SLOT_DATA)
            continue;
        field = slot_field(type, column->slot);
        column->export = export_field_of(type, field);
        column->label = field->kind == FIELD_INSTRUMENT;
    }
    return 0;
}

static int
begin(void *state, struct bytes *out)
{
    struct csv_writer *writer = state;

    for (unsigned i = 0; i < writer->columns.count; i++) {
        bytes_put(out, ",", i > 0);
        bytes_put_text(out, columns_title(&writer->columns, i));
    }
    bytes_put_byte(out, '\n');
    return bytes_ok(out, writer->exporter->failure);
}

static void
release(void *state)
{
    struct csv_writer *writer = state;

    labels_free(&writer->labels);
    bytes_free(&writer->scratch);
}

const struct export_format csv_export = {
    .name = "csv",
    .summary = "a row for each event of one type (RFC 4180)",
    .one_type = true,
    .state_size = sizeof(struct csv_writer),
    .init = init,
    .begin = begin,
    .event = put_event,
    .free = release,
};
