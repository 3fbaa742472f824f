#include "tape/header.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "tape/schema.h"

_Static_assert(TAPE_STREAM_MAX <= UINT16_MAX && TAPE_PROGRAMS_MAX <= UINT16_MAX,
               "a HEADER counts them in two bytes");
_Static_assert(EVENT_TYPES * 4 + 2 + TAPE_STREAM_MAX <= BLOCK_BODY_MAX,
               "a HEADER has room for all sizes and the longest name");

/* U+0000 to U+001F, U+007F to U+009F, in bytes that are UTF-8. */
static bool
has_controls(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] < ' ' || bytes[i] == 0x7f ||
            (bytes[i] == 0xc2 && bytes[i + 1] < 0xa0))
            return true;
    return false;
}

bool
tape_stream_is_name(const char *bytes, size_t size)
{
    return size > 0 && size <= TAPE_STREAM_MAX &&
           utf8_span(bytes, size) == size &&
           !has_controls((const unsigned char *)bytes, size);
}

const char *
tape_stream_end(const char *name, size_t max)
{
    size_t size = strlen(name);

    if (size > max)
        name += size - max;
    while (size > max && (*name & 0xc0) == 0x80) /* amid a character */
        name++;
    assert(strlen(name) <= max);
    return name;
}

void
tape_header_init(struct tape_header *header, const char *stream)
{
    memset(header, 0, sizeof *header);
    stream = tape_stream_end(stream, TAPE_STREAM_MAX);
    memcpy(header->stream, stream, strlen(stream));
    header->first_seq = 1;
    for (size_t i = 0; i < schema_type_count; i++)
        header->sizes[schema_types[i].type] = schema_types[i].size;
}

void
tape_header_free(struct tape_header *header)
{
    for (unsigned i = 0; i < header->program_count; i++) {
        free(header->programs[i].name);
        free(header->programs[i].version);
        free(header->programs[i].options);
    }
    header->program_count = 0;
}

int
tape_header_add_program(struct tape_header *header, const char *name,
                        const char *version, const char *options,
                        struct failure *failure)
{
    struct tape_program *program = &header->programs[header->program_count];

    assert(header->program_count <= TAPE_PROGRAMS_MAX);
    if (header->program_count == TAPE_PROGRAMS_MAX)
        return fail(failure, FAILURE_DATA,
                    "more than %d programs in the tape's provenance",
                    TAPE_PROGRAMS_MAX);
    header->program_count++;
    program->name = strdup(name);
    program->version = strdup(version);
    program->options = strdup(options);
    if (!program->name || !program->version || !program->options)
        return fail_memory(failure);
    return 0;
}

int
tape_header_copy(struct tape_header *to, const struct tape_header *from,
                 struct failure *failure)
{
    memcpy(to, from, sizeof *to);
    memset(to->programs, 0, sizeof to->programs);
    to->program_count = 0;
    for (unsigned i = 0; i < from->program_count; i++)
        if (tape_header_add_program(to, from->programs[i].name,
                                    from->programs[i].version,
                                    from->programs[i].options, failure) != 0)
            return -1;
    return 0;
}

void
tape_header_rename(struct tape_header *header, const char *suffix)
{
    size_t used = strlen(header->stream);
    size_t more = strlen(suffix);

    assert(more > 0 && used <= TAPE_STREAM_MAX);

    if (used + 1 + more <= TAPE_STREAM_MAX) {
        header->stream[used] = '/';
        memcpy(header->stream + used + 1, suffix, more + 1);
    }
    header->first_seq = 1;
}

void
tape_header_derive(struct tape_header *header, const char *suffix)
{
    tape_header_rename(header, suffix);
    for (size_t i = 0; i < schema_type_count; i++) {
        uint16_t *size = &header->sizes[schema_types[i].type];

        if (*size < schema_types[i].size)
            *size = schema_types[i].size;
    }
}

/* ---- the body of a header frame ----------------------------------------- */

/* types x { u16 type, u16 size }, then the stream's name, then name, version
 * and options of each program, each a u16 length and its bytes, then zeros up
 * to a multiple of 8. */

struct cursor {
    unsigned char *at, *end;
    bool bad;
};

static unsigned
get_u16(struct cursor *cursor)
{
    unsigned value;

    assert(cursor->at <= cursor->end);
    if (cursor->end - cursor->at < 2) {
        cursor->bad = true;
        return 0;
    }
    value = cursor->at[0] | (unsigned)cursor->at[1] << 8;
    cursor->at += 2;
    return value;
}

/* A text in memory that the caller frees, or NULL. */
static char *
get_text(struct cursor *cursor, size_t max)
{
    size_t size = get_u16(cursor);
    char *text;

    if (cursor->bad || size > max ||
        size > (size_t)(cursor->end - cursor->at) ||
        memchr(cursor->at, 0, size)) {
        cursor->bad = true;
        return NULL;
    }
    text = strndup((const char *)cursor->at, size);
    cursor->at += size;
    return text;
}

static void
put_u16(struct cursor *cursor, unsigned value)
{
    if (cursor->end - cursor->at < 2) {
        cursor->bad = true;
        return;
    }
    *cursor->at++ = (unsigned char)value;
    *cursor->at++ = (unsigned char)(value >> 8);
}

static void
put_text(struct cursor *cursor, const char *text)
{
    size_t size = strlen(text);

    put_u16(cursor, (unsigned)size);
    if (cursor->bad || size > (size_t)(cursor->end - cursor->at)) {
        cursor->bad = true;
        return;
    }
    memcpy(cursor->at, text, size);
    cursor->at += size;
}

static int
check_stream(const struct tape_header *header, struct failure *failure)
{
    if (tape_stream_is_name(header->stream, strlen(header->stream)))
        return 0;
    return fail(failure, FAILURE_DATA,
                "the HEADER has no valid stream name: 1 to %d bytes of UTF-8 "
                "without control characters",
                TAPE_STREAM_MAX);
}

int
tape_header_parse(struct tape_header *header, const struct frame *frame,
                  struct failure *failure)
{
    struct cursor cursor = {(unsigned char *)(uintptr_t)(frame + 1),
                            (unsigned char *)(uintptr_t)frame + frame->size,
                            false};
    char *stream;

    memset(header, 0, sizeof *header);
    header->first_seq = frame->u.header.first_seq;
    for (unsigned i = 0; i < frame->u.header.types && !cursor.bad; i++) {
        unsigned type = get_u16(&cursor);
        unsigned size = get_u16(&cursor);

        if (size % 8 || (size && size < sizeof(struct event)))
            cursor.bad = true;
        if (type < EVENT_TYPES)
            header->sizes[type] = (uint16_t)size;
    }
    stream = get_text(&cursor, TAPE_STREAM_MAX);
    if (stream)
        memcpy(header->stream, stream, strlen(stream));
    free(stream);
    if (frame->u.header.programs > TAPE_PROGRAMS_MAX)
        cursor.bad = true;
    for (unsigned i = 0; i < frame->u.header.programs && !cursor.bad; i++) {
        struct tape_program *program = &header->programs[i];

        header->program_count = i + 1;
        program->name = get_text(&cursor, FRAME_MAX);
        program->version = get_text(&cursor, FRAME_MAX);
        program->options = get_text(&cursor, FRAME_MAX);
    }
    if (cursor.bad || header->first_seq == 0)
        return fail(failure, FAILURE_DATA, "the tape's HEADER is malformed");
    if (header->first_seq > TAPE_SEQ_MAX)
        return fail(failure, FAILURE_DATA,
                    "the tape begins with event %" PRIu64
                    ": sequence numbers go up to %" PRIu64,
                    header->first_seq, TAPE_SEQ_MAX);
    return check_stream(header, failure);
}

long
tape_header_format(const struct tape_header *header, void *bytes,
                   struct failure *failure)
{
    struct frame *frame = bytes;
    struct cursor cursor = {(unsigned char *)bytes + FRAME_HEAD,
                            (unsigned char *)bytes + FRAME_MAX, false};
    unsigned types = 0;

    memset(bytes, 0, FRAME_MAX);
    for (unsigned type = 0; type < EVENT_TYPES; type++) {
        if (header->sizes[type] == 0)
            continue;
        put_u16(&cursor, type);
        put_u16(&cursor, header->sizes[type]);
        types++;
    }
    put_text(&cursor, header->stream);
    for (unsigned i = 0; i < header->program_count; i++) {
        put_text(&cursor, header->programs[i].name);
        put_text(&cursor, header->programs[i].version);
        put_text(&cursor, header->programs[i].options);
    }
    if (check_stream(header, failure) != 0)
        return -1;
    if (cursor.bad)
        return fail(failure, FAILURE_DATA,
                    "the tape's provenance does not fit its HEADER");
    frame->kind = FRAME_HEADER;
    frame->size = (uint32_t)((cursor.at - (unsigned char *)bytes + 7) / 8 * 8);
    assert(frame->size > FRAME_HEAD && frame->size <= FRAME_MAX);
    frame->u.header.version = TAPE_VERSION;
    frame->u.header.types = (uint16_t)types;
    frame->u.header.programs = (uint16_t)header->program_count;
    frame->u.header.first_seq = header->first_seq;
    frame_seal(frame, frame_hash(frame + 1, frame->size - FRAME_HEAD));
    return (long)frame->size;
}
