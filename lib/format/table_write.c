#include "format/table_write.h"

#define WIDTH_MAX 64 /* one long text must not blow up all lines after it */

/* ---- columns ------------------------------------------------------------- */

/* Widths that most values of a kind have. */
static unsigned
usual_width(const struct schema_field *field)
{
    unsigned width = 0;

    switch (field->kind) {
    case FIELD_PRICE:
    case FIELD_QUANTITY:
    case FIELD_RATIO:
    case FIELD_ID: return 8;
    case FIELD_AMOUNT: return 12;
    case FIELD_TIME: return 20;
    case FIELD_COUNT: return 4;
    case FIELD_TEXT:
    case FIELD_INSTRUMENT: return 8;
    case FIELD_DURATION:
    case FIELD_FLAGS:
    case FIELD_CODE: return 3;
    case FIELD_ENUM: break;
    }
    for (const char *const *word = field->words; *word; word++)
        if (strlen(*word) > width)
            width = (unsigned)strlen(*word);
    return width;
}

/* Numbers stand to the right. */
static bool
is_right(const struct schema_field *field)
{
    static const bool right[FIELD_INSTRUMENT + 1] = {
        [FIELD_PRICE] = true,    [FIELD_QUANTITY] = true, [FIELD_RATIO] = true,
        [FIELD_AMOUNT] = true,   [FIELD_ID] = true,       [FIELD_COUNT] = true,
        [FIELD_DURATION] = true,
    };

    return !field || right[field->kind];
}

/* The columns of a table of many types; the rest follows them. */
static const struct {
    const char *title;
    unsigned width;
} mixed_columns[] = {
    {"seq", 6}, {"time", 20}, {"type", 12}, {"instrument", 10}, {"fields", 0},
};
enum { MIXED_SEQ, MIXED_TIME, MIXED_TYPE, MIXED_INSTRUMENT, MIXED_REST };

void
table_writer_init(struct table_writer *writer)
{
    for (unsigned i = 0; writer->mixed && i <= MIXED_REST; i++)
        writer->widths[i] = mixed_columns[i].width;
    for (unsigned i = 0; !writer->mixed && i < writer->columns.count; i++) {
        unsigned title = (unsigned)strlen(columns_title(&writer->columns, i));
        unsigned slot = writer->columns.slots[i];
        const struct schema_field *field =
            slot < SLOTS_MAX ? slot_field(writer->columns.type, slot) : NULL;
        unsigned usual = field ? usual_width(field) : 6;

        writer->widths[i] = title > usual ? title : usual;
    }
}

void
table_writer_free(struct table_writer *writer)
{
    buffer_free(&writer->scratch);
}

/* ---- cells --------------------------------------------------------------- */

/* Replaces what would steer a terminal; returns how many columns the rest
 * takes, one for each character. */
static unsigned
tame(char *text, size_t *size)
{
    const char *end = text + *size;
    char *to = text;
    unsigned width = 0;

    for (const char *from = text; from < end; from++) {
        unsigned char c = (unsigned char)*from;
        bool c1 = c == 0xc2 && from + 1 < end &&
                  (unsigned char)from[1] < 0xa0; /* U+0080 to U+009F */

        *to++ = c < ' ' || c == 127 || c1 ? '?' : (char)c;
        from += c1;
        width += (c & 0xc0) != 0x80;
    }
    *size = (size_t)(to - text);
    return width;
}

/* Appends what is in scratch as a cell of that column. */
static int
put_cell(struct table_writer *writer, unsigned column, bool right, bool last,
         struct buffer *buffer)
{
    struct buffer *cell = &writer->scratch;
    struct failure *failure = writer->exporter->failure;
    unsigned width, space;
    char *at;

    if (cell->used == 0 && buffer_put(cell, "-", 1, failure) != 0)
        return -1;
    width = tame(cell->bytes, &cell->used);
    if (width > writer->widths[column])
        writer->widths[column] = width < WIDTH_MAX ? width : WIDTH_MAX;
    space = width < writer->widths[column] ? writer->widths[column] - width : 0;
    at = buffer_room(buffer, cell->used + space + 2, failure);
    if (!at)
        return -1;
    if (column > 0) {
        memcpy(at, "  ", 2);
        at += 2;
    }
    if (right) {
        memset(at, ' ', space);
        at += space;
    }
    memcpy(at, cell->bytes, cell->used);
    at += cell->used;
    if (!right && !last) {
        memset(at, ' ', space);
        at += space;
    }
    buffer->used = (size_t)(at - buffer->bytes);
    cell->used = 0;
    return 0;
}

static int
put_seq(struct table_writer *writer, uint64_t seq)
{
    char *at =
        buffer_room(&writer->scratch, VALUE_ROOM, writer->exporter->failure);

    if (!at)
        return -1;
    writer->scratch.used =
        (size_t)(print_unsigned(at, seq) - writer->scratch.bytes);
    return 0;
}

/* ---- one type ------------------------------------------------------------ */

static int
put_titles(struct table_writer *writer, struct buffer *buffer)
{
    const struct columns *columns = &writer->columns;
    unsigned count = writer->mixed ? MIXED_REST + 1 : columns->count;
    struct failure *failure = writer->exporter->failure;

    for (unsigned i = 0; i < count; i++) {
        const char *title =
            writer->mixed ? mixed_columns[i].title : columns_title(columns, i);
        bool right =
            writer->mixed
                ? i == MIXED_SEQ
                : columns->slots[i] == COLUMN_SEQ ||
                      is_right(slot_field(columns->type, columns->slots[i]));

        if (buffer_put(&writer->scratch, title, strlen(title), failure) != 0 ||
            put_cell(writer, i, right, i == count - 1, buffer) != 0)
            return -1;
    }
    return buffer_put(buffer, "\n", 1, failure);
}

static int
put_row(struct table_writer *writer, const struct event *event, uint64_t seq,
        struct buffer *buffer)
{
    const struct columns *columns = &writer->columns;
    bool outside, right;

    for (unsigned i = 0; i < columns->count; i++) {
        unsigned slot = columns->slots[i];

        right = slot == COLUMN_SEQ || is_right(slot_field(columns->type, slot));
        if (slot == COLUMN_SEQ
                ? put_seq(writer, seq) != 0
                : exporter_value(writer->exporter, columns->type, slot, event,
                                 &writer->scratch, &outside) != 0)
            return -1;
        if (put_cell(writer, i, right, i == columns->count - 1, buffer) != 0)
            return -1;
    }
    return 0;
}

/* ---- many types ---------------------------------------------------------- */

/* "name=value name=value" of all that is not null. */
static int
put_rest(struct table_writer *writer, const struct schema_type *type,
         const struct event *event)
{
    struct exporter *exporter = writer->exporter;
    struct buffer *cell = &writer->scratch;
    bool outside;

    for (unsigned slot = SLOT_DATA; slot < slot_count(type); slot++) {
        const struct schema_field *field = slot_field(type, slot);
        const char *name = slot_name(type, slot);

        if (!name || (field && field_is_null(event, field)))
            continue;
        if (buffer_put(cell, " ", cell->used > 0, exporter->failure) != 0 ||
            buffer_put(cell, name, strlen(name), exporter->failure) != 0 ||
            buffer_put(cell, "=", 1, exporter->failure) != 0 ||
            exporter_value(exporter, type, slot, event, cell, &outside) != 0)
            return -1;
    }
    return 0;
}

static int
put_type(struct table_writer *writer, const struct schema_type *type)
{
    if (!type_known(type))
        return put_seq(writer, type->type);
    return buffer_put(&writer->scratch, type->name, strlen(type->name),
                      writer->exporter->failure);
}

static int
put_mixed(struct table_writer *writer, const struct event *event, uint64_t seq,
          struct buffer *buffer)
{
    struct schema_type user;
    const struct schema_type *type = type_of(event->type, &user);
    struct exporter *exporter = writer->exporter;
    bool outside;

    if (put_seq(writer, seq) != 0 ||
        put_cell(writer, MIXED_SEQ, true, false, buffer) != 0 ||
        exporter_value(exporter, type, SLOT_TIME, event, &writer->scratch,
                       &outside) != 0 ||
        put_cell(writer, MIXED_TIME, false, false, buffer) != 0 ||
        put_type(writer, type) != 0 ||
        put_cell(writer, MIXED_TYPE, false, false, buffer) != 0 ||
        (event->instrument &&
         exporter_label(exporter, event->instrument, &writer->scratch) != 0) ||
        put_cell(writer, MIXED_INSTRUMENT, false, false, buffer) != 0 ||
        put_rest(writer, type, event) != 0)
        return -1;
    writer->widths[MIXED_REST] = 0;
    return put_cell(writer, MIXED_REST, false, true, buffer);
}

static int
put_line(struct table_writer *writer, const struct event *event, uint64_t seq,
         struct buffer *buffer)
{
    if (writer->mixed ? put_mixed(writer, event, seq, buffer) != 0
                      : put_row(writer, event, seq, buffer) != 0)
        return -1;
    return buffer_put(buffer, "\n", 1, writer->exporter->failure);
}

int
table_put(struct table_writer *writer, const struct event *event, uint64_t seq,
          struct buffer *buffer)
{
    size_t used = buffer->used;

    if (!writer->begun) {
        writer->begun = true;
        if (put_line(writer, event, seq, buffer) != 0)
            return -1;
        buffer->used = used; /* only for the widths */
        if (put_titles(writer, buffer) != 0)
            return -1;
    }
    return put_line(writer, event, seq, buffer);
}
