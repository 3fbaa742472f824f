#include "parquet/thrift.h"

#include <assert.h>
#include <string.h>

/* ---- writing ------------------------------------------------------------ */

static void
put_varint(struct bytes *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        bytes_put_byte(out, (unsigned)(value & 0x7f) | 0x80);
    bytes_put_byte(out, (unsigned)value);
}

static void
put_zigzag(struct bytes *out, int64_t value)
{
    put_varint(out, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

static void
put_field(struct thrift_writer *writer, int16_t id, enum thrift_type type)
{
    int16_t *last;
    int step;

    assert(writer->depth > 0);
    last = &writer->last[writer->depth - 1];
    step = id - *last;
    assert(step > 0);
    if (step <= 15) {
        bytes_put_byte(writer->out, (unsigned)step << 4 | type);
    } else {
        bytes_put_byte(writer->out, type);
        put_zigzag(writer->out, id);
    }
    *last = id;
}

void
thrift_open(struct thrift_writer *writer)
{
    assert(writer->depth < THRIFT_DEPTH);
    writer->last[writer->depth++] = 0;
}

void
thrift_close(struct thrift_writer *writer)
{
    assert(writer->depth > 0);
    bytes_put_byte(writer->out, THRIFT_STOP);
    writer->depth--;
}

void
thrift_put_bool(struct thrift_writer *writer, int16_t id, bool value)
{
    put_field(writer, id, value ? THRIFT_TRUE : THRIFT_FALSE);
}

void
thrift_put_i32(struct thrift_writer *writer, int16_t id, int32_t value)
{
    put_field(writer, id, THRIFT_I32);
    put_zigzag(writer->out, value);
}

void
thrift_put_i64(struct thrift_writer *writer, int16_t id, int64_t value)
{
    put_field(writer, id, THRIFT_I64);
    put_zigzag(writer->out, value);
}

void
thrift_put_byte(struct thrift_writer *writer, int16_t id, int8_t value)
{
    put_field(writer, id, THRIFT_BYTE);
    bytes_put_byte(writer->out, (uint8_t)value);
}

void
thrift_element_binary(struct thrift_writer *writer, const void *bytes,
                      size_t size)
{
    put_varint(writer->out, size);
    bytes_put(writer->out, bytes, size);
}

void
thrift_put_binary(struct thrift_writer *writer, int16_t id, const void *bytes,
                  size_t size)
{
    put_field(writer, id, THRIFT_BINARY);
    thrift_element_binary(writer, bytes, size);
}

void
thrift_put_text(struct thrift_writer *writer, int16_t id, const char *text)
{
    thrift_put_binary(writer, id, text, strlen(text));
}

void
thrift_put_struct(struct thrift_writer *writer, int16_t id)
{
    put_field(writer, id, THRIFT_STRUCT);
    thrift_open(writer);
}

void
thrift_put_empty(struct thrift_writer *writer, int16_t id)
{
    thrift_put_struct(writer, id);
    thrift_close(writer);
}

void
thrift_put_list(struct thrift_writer *writer, int16_t id,
                enum thrift_type element, size_t count)
{
    assert(element > THRIFT_STOP && element <= THRIFT_STRUCT);
    put_field(writer, id, THRIFT_LIST);
    if (count < 15) {
        bytes_put_byte(writer->out, (unsigned)count << 4 | element);
    } else {
        bytes_put_byte(writer->out, 0xf0U | element);
        put_varint(writer->out, count);
    }
}

void
thrift_element_int(struct thrift_writer *writer, int64_t value)
{
    put_zigzag(writer->out, value);
}

void
thrift_element_bool(struct thrift_writer *writer, bool value)
{
    bytes_put_byte(writer->out, value ? THRIFT_TRUE : THRIFT_FALSE);
}

/* ---- reading ------------------------------------------------------------ */

void
thrift_reader_init(struct thrift_reader *reader, const void *bytes, size_t size)
{
    memset(reader, 0, sizeof *reader);
    reader->start = reader->at = bytes;
    reader->end = reader->at + size;
}

static unsigned
get_byte(struct thrift_reader *reader)
{
    if (reader->bad || reader->at == reader->end)
        return reader->bad = true, 0;
    return *reader->at++;
}

static uint64_t
get_varint(struct thrift_reader *reader)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        unsigned byte = get_byte(reader);

        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    reader->bad = true;
    return 0;
}

int64_t
thrift_next_int(struct thrift_reader *reader)
{
    uint64_t value = get_varint(reader);

    return (int64_t)(value >> 1 ^ (~(value & 1) + 1));
}

void
thrift_enter(struct thrift_reader *reader)
{
    if (reader->depth == THRIFT_DEPTH)
        reader->bad = true;
    else
        reader->last[reader->depth++] = 0;
}

bool
thrift_next(struct thrift_reader *reader)
{
    unsigned byte = get_byte(reader);
    int64_t id;

    assert(reader->depth <= THRIFT_DEPTH && reader->at <= reader->end);
    if (reader->bad || reader->depth == 0)
        return reader->bad = true, false;
    if (byte == THRIFT_STOP)
        return reader->depth--, false;
    id = byte >> 4 ? reader->last[reader->depth - 1] + (int64_t)(byte >> 4)
                   : thrift_next_int(reader);
    reader->type = (enum thrift_type)(byte & 15);
    if (id < INT16_MIN || id > INT16_MAX || reader->type == THRIFT_STOP ||
        reader->type > THRIFT_STRUCT)
        reader->bad = true;
    reader->id = reader->last[reader->depth - 1] = (int16_t)id;
    return !reader->bad;
}

int64_t
thrift_int(struct thrift_reader *reader)
{
    if (reader->type < THRIFT_I16 || reader->type > THRIFT_I64)
        reader->bad = true;
    return thrift_next_int(reader);
}

int64_t
thrift_int_in(struct thrift_reader *reader, int64_t min, int64_t max)
{
    int64_t value = thrift_int(reader);

    assert(min <= max);
    if (value < min || value > max)
        return reader->bad = true, min;
    return value;
}

bool
thrift_bool(struct thrift_reader *reader)
{
    if (reader->type != THRIFT_TRUE && reader->type != THRIFT_FALSE)
        reader->bad = true;
    return reader->type == THRIFT_TRUE;
}

static const unsigned char *
next_binary(struct thrift_reader *reader, size_t *size)
{
    uint64_t length = get_varint(reader);
    const unsigned char *bytes = reader->at;

    *size = 0;
    if (reader->bad || length > (size_t)(reader->end - reader->at))
        return reader->bad = true, reader->start;
    *size = (size_t)length;
    reader->at += length;
    return bytes;
}

const unsigned char *
thrift_binary(struct thrift_reader *reader, size_t *size)
{
    if (reader->type != THRIFT_BINARY)
        reader->bad = true;
    return next_binary(reader, size);
}

/* The head of a list or set; every element takes at least a byte. */
static size_t
list_head(struct thrift_reader *reader, unsigned *element)
{
    unsigned byte = get_byte(reader);
    uint64_t count = byte >> 4;

    *element = byte & 15;
    if (count == 15)
        count = get_varint(reader);
    if (reader->bad || count > (size_t)(reader->end - reader->at))
        return reader->bad = true, 0;
    return (size_t)count;
}

size_t
thrift_list(struct thrift_reader *reader, enum thrift_type element)
{
    unsigned found;
    size_t count;

    if (reader->type != THRIFT_LIST)
        return reader->bad = true, 0;
    count = list_head(reader, &found);
    if (count > 0 && found != element &&
        !(element == THRIFT_TRUE && found == THRIFT_FALSE))
        return reader->bad = true, 0;
    return count;
}

static void skip_value(struct thrift_reader *reader, unsigned type);

static void
skip_map(struct thrift_reader *reader)
{
    uint64_t count = get_varint(reader);
    unsigned types = count ? get_byte(reader) : 0;

    if (count > (size_t)(reader->end - reader->at))
        reader->bad = true;
    for (; count > 0 && !reader->bad; count--) {
        skip_value(reader, types >> 4);
        skip_value(reader, types & 15);
    }
}

static void
skip_list(struct thrift_reader *reader)
{
    unsigned element;
    size_t count = list_head(reader, &element);

    for (; count > 0 && !reader->bad; count--) {
        if (element == THRIFT_TRUE || element == THRIFT_FALSE)
            get_byte(reader);
        else
            skip_value(reader, element);
    }
}

static void
skip_value(struct thrift_reader *reader, unsigned type)
{
    size_t size;

    switch (type) {
    case THRIFT_TRUE:
    case THRIFT_FALSE: return;
    case THRIFT_BYTE: get_byte(reader); return;
    case THRIFT_I16:
    case THRIFT_I32:
    case THRIFT_I64: get_varint(reader); return;
    case THRIFT_DOUBLE:
        for (int i = 0; i < 8; i++)
            get_byte(reader);
        return;
    case THRIFT_BINARY: next_binary(reader, &size); return;
    case THRIFT_LIST:
    case THRIFT_SET:
        /* lists in lists count as depth, so that recursion is bounded */
        thrift_enter(reader);
        skip_list(reader);
        reader->depth -= !reader->bad;
        return;
    case THRIFT_MAP:
        thrift_enter(reader);
        skip_map(reader);
        reader->depth -= !reader->bad;
        return;
    case THRIFT_STRUCT:
        thrift_enter(reader);
        while (thrift_next(reader))
            skip_value(reader, reader->type);
        return;
    default: reader->bad = true;
    }
}

void
thrift_skip(struct thrift_reader *reader)
{
    skip_value(reader, reader->type);
}
