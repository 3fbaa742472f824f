#include "format/csv_write.h"

void
csv_writer_free(struct csv_writer *writer)
{
    buffer_free(&writer->scratch);
}

/* Whether a cell must stand in quotes; spaces around it would be lost. */
static bool
needs_quotes(struct cell text)
{
    for (size_t i = 0; i < text.size; i++)
        if (strchr(",\"\r\n", text.bytes[i]))
            return true;
    return text.bytes[0] == ' ' || text.bytes[0] == '\t' ||
           text.bytes[text.size - 1] == ' ' ||
           text.bytes[text.size - 1] == '\t';
}

/* Appends a text from outside as one cell. */
static int
put_text(struct csv_writer *writer, struct cell text, struct buffer *buffer)
{
    bool guard = writer->guard && strchr("=+-@\t\r", text.bytes[0]);
    char *at =
        buffer_room(buffer, text.size * 2 + 3, writer->exporter->failure);

    if (!at)
        return -1;
    if (!guard && !needs_quotes(text)) {
        memcpy(at, text.bytes, text.size);
        buffer->used += text.size;
        return 0;
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
    buffer->used = (size_t)(at - buffer->bytes);
    return 0;
}

static int
put_cell(struct csv_writer *writer, unsigned slot, const struct event *event,
         uint64_t seq, struct buffer *buffer)
{
    struct buffer *scratch = &writer->scratch;
    bool outside;

    if (slot == COLUMN_SEQ) {
        char *at = buffer_room(buffer, VALUE_ROOM, writer->exporter->failure);

        if (!at)
            return -1;
        buffer->used = (size_t)(print_unsigned(at, seq) - buffer->bytes);
        return 0;
    }
    scratch->used = 0;
    if (exporter_value(writer->exporter, writer->columns.type, slot, event,
                       scratch, &outside) != 0)
        return -1;
    if (outside)
        return put_text(writer, (struct cell){scratch->bytes, scratch->used},
                        buffer);
    if (scratch->used == 0) /* a blank line would not count as a row */
        return buffer_put(buffer, "\"\"", writer->columns.count == 1 ? 2 : 0,
                          writer->exporter->failure);
    return buffer_put(buffer, scratch->bytes, scratch->used,
                      writer->exporter->failure);
}

int
csv_put_header(struct csv_writer *writer, struct buffer *buffer)
{
    struct failure *failure = writer->exporter->failure;

    for (unsigned i = 0; i < writer->columns.count; i++) {
        const char *title = columns_title(&writer->columns, i);

        if (buffer_put(buffer, ",", i > 0, failure) != 0 ||
            buffer_put(buffer, title, strlen(title), failure) != 0)
            return -1;
    }
    return buffer_put(buffer, "\n", 1, failure);
}

int
csv_put(struct csv_writer *writer, const struct event *event, uint64_t seq,
        struct buffer *buffer)
{
    struct failure *failure = writer->exporter->failure;

    for (unsigned i = 0; i < writer->columns.count; i++)
        if (buffer_put(buffer, ",", i > 0, failure) != 0 ||
            put_cell(writer, writer->columns.slots[i], event, seq, buffer) != 0)
            return -1;
    return buffer_put(buffer, "\n", 1, failure);
}
