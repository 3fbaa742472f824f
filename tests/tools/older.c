/* older TYPE FIXED SIZE [COUNT] - writes a tape whose HEADER says that events
 *     of that type, a number, have a fixed part of FIXED bytes, and COUNT of
 *     them that are SIZE bytes long, on stdout.
 * older --shrink SEED - copies the tape on stdin as a program would have
 *     written it that knew of every type only some of the fields, as many as
 *     chance has it.
 * older --renumber SEQ - copies the tape on stdin, whose first event becomes
 *     event SEQ, whatever that is. */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "tape/reader.h"
#include "tape/schema.h"
#include "tape/writer.h"

#define TIME INT64_C(1767882600000000000)

static struct failure failure;
static struct output output;
static struct tape_writer writer;

/* Events of one type whose payload is nothing in particular. */
static void
write_long(unsigned type, unsigned fixed, unsigned size, unsigned count)
{
    struct tape_header header;

    tape_header_init(&header, "older");
    header.sizes[type] = (uint16_t)fixed;
    tape_writer_begin(&writer, &header);
    while (count-- > 0) {
        struct event *event = tape_writer_put(&writer, size);

        memset(event, 0, size);
        for (unsigned i = 24; i < size; i++)
            ((unsigned char *)event)[i] = (unsigned char)(i * 7);
        *event = (struct event){(uint16_t)(size / 8), (uint16_t)type, 0, TIME};
    }
    tape_writer_end(&writer, TAPE_COMPLETE, 0);
}

/* Where the fields that a HEADER keeps of a type end: a place between two. */
static uint16_t
cut(const struct schema_type *type, struct random *random)
{
    uint16_t size = type->size;

    for (unsigned tries = 0; tries < 8; tries++) {
        unsigned f = random_below(random, type->field_count + 1U);
        unsigned at = f < type->field_count ? type->fields[f].offset : size;

        if (at >= 24 && at % 8 == 0)
            return (uint16_t)at;
    }
    return size;
}

static void
shrink(const struct event *event, const uint16_t was[EVENT_TYPES],
       const uint16_t sizes[EVENT_TYPES])
{
    const struct schema_type *type = schema_find(event->type);
    unsigned gone =
        type ? (unsigned)(was[event->type] - sizes[event->type]) : 0;
    unsigned size = event->words * 8U - gone;
    char *to = tape_writer_put(&writer, size);
    unsigned kept = type ? sizes[event->type] : size;

    memcpy(to, event, kept);
    memcpy(to + kept, (const char *)event + kept + gone, size - kept);
    ((struct event *)(void *)to)->words = (uint16_t)(size / 8);
    for (unsigned f = 0; type && f < type->field_count; f++) {
        struct text *text =
            (struct text *)(void *)(to + type->fields[f].offset);

        if (type->fields[f].kind == FIELD_TEXT &&
            type->fields[f].offset < kept && text->length)
            text->offset = (uint16_t)(text->offset - gone);
    }
}

/* The writer refuses to begin with such a number: its HEADER, which lies in
 * the buffer of the output, is mended. */
static void
renumber(uint64_t first)
{
    struct frame *header = (struct frame *)(void *)output.buffer;

    header->u.header.first_seq = first;
    frame_seal(header, header->body);
    writer.block_seq = first;
}

/* Copies the tape on stdin: shrunk, or with sequence numbers from first on. */
static int
copy(const uint16_t sizes[EVENT_TYPES], uint64_t first)
{
    uint16_t was[EVENT_TYPES], now[EVENT_TYPES];
    struct input input;
    struct tape_reader reader;
    int item;

    if (input_open(&input, "-", &failure) != 0 ||
        tape_reader_init(&reader, &input, &failure) != 0)
        return 3;
    while ((item = tape_reader_next(&reader, &failure)) > 0) {
        if (item == TAPE_HEADER) {
            memcpy(was, reader.header.sizes, sizeof was);
            for (unsigned t = 0; t < EVENT_TYPES; t++)
                now[t] = was[t] < sizes[t] ? was[t] : sizes[t];
            memcpy(reader.header.sizes, now, sizeof now);
            tape_writer_begin(&writer, &reader.header);
            if (first)
                renumber(first);
        }
        for (const struct event *event = reader.first;
             item == TAPE_BLOCK && event < reader.end;
             event = event_next(event))
            shrink(event, was, now);
        if (item == TAPE_END)
            tape_writer_end(&writer, reader.status, reader.exit_class);
    }
    tape_reader_free(&reader);
    input_close(&input);
    return item;
}

int
main(int argc, char **argv)
{
    struct random random = {argc < 3 ? 0 : strtoull(argv[2], NULL, 10)};
    uint16_t sizes[EVENT_TYPES] = {0};
    int result = 0;

    if (argc < 3 || output_open(&output, NULL, &failure) != 0 ||
        tape_writer_init(&writer, &output, &failure) != 0)
        return 2;
    for (size_t i = 0; i < schema_type_count; i++)
        sizes[schema_types[i].type] = schema_types[i].size;
    if (strcmp(argv[1], "--shrink") == 0) {
        for (size_t i = 0; i < schema_type_count; i++)
            sizes[schema_types[i].type] = cut(&schema_types[i], &random);
        result = copy(sizes, 0);
    } else if (strcmp(argv[1], "--renumber") == 0)
        result = copy(sizes, strtoull(argv[2], NULL, 10));
    else if (argc >= 4)
        write_long((unsigned)atoi(argv[1]), (unsigned)atoi(argv[2]),
                   (unsigned)atoi(argv[3]),
                   argc > 4 ? (unsigned)atoi(argv[4]) : 1);
    if (result == 0)
        result = output_commit(&output);
    tape_writer_free(&writer);
    return result == 0 && failure.kind == FAILURE_NONE ? 0 : 1;
}
