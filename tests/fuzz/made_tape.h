/* made_tape.h - a tape out of a fuzzer's bytes, whose HEADER gives every type
 * any fixed part.
 *
 * The input is no tape, since hashes would stop a fuzzer at the first byte,
 * but a script from which one is made: sizes of fixed parts, then events with
 * values that mean something, texts from none to as long as a block takes.
 */
#ifndef FUZZ_MADE_TAPE_H
#define FUZZ_MADE_TAPE_H

#include <assert.h>
#include <string.h>

#include "script.h"
#include "tape/digest.h"
#include "tape/frame.h"
#include "tape/header.h"
#include "tape/schema.h"

#define START      INT64_C(1767882600000000000)
#define TAPE_MAX   (1 << 20)
#define EVENTS_MAX 400

/* ---- a tape from it ------------------------------------------------------ */

static unsigned char tape[TAPE_MAX];
static size_t tape_size;

struct making {
    struct script *script;
    struct tape_header header;
    struct digest digest;
    size_t block; /* where its head is */
    uint32_t in_block;
    uint64_t events;
    int64_t time;
};

/* The fixed parts as some older program knew them. */
static void
choose_sizes(struct making *making)
{
    for (unsigned count = byte(making->script) % 32; count > 0; count--) {
        const struct schema_type *type =
            &schema_types[byte(making->script) % schema_type_count];
        unsigned gone = byte(making->script) % (type->size / 8U - 1U);

        making->header.sizes[type->type] = (uint16_t)(type->size - gone * 8);
    }
}

static void
begin_block(struct making *making)
{
    making->block = tape_size;
    making->in_block = 0;
    tape_size += FRAME_HEAD;
}

static void
end_block(struct making *making)
{
    struct frame frame = {.kind = FRAME_BLOCK};
    unsigned char *body = tape + making->block + FRAME_HEAD;
    size_t size = tape_size - making->block - FRAME_HEAD;
    int64_t least = INT64_MAX, most = INT64_MIN;

    if (making->in_block == 0) {
        tape_size = making->block;
        return;
    }
    for (unsigned char *at = body; at < tape + tape_size;) {
        const struct event *event = (const struct event *)(const void *)at;

        least = event->time < least ? event->time : least;
        most = event->time > most ? event->time : most;
        at += event->words * 8U;
    }
    frame.size = (uint32_t)(FRAME_HEAD + size);
    frame.u.block.count = making->in_block;
    frame.u.block.first_seq = 1 + making->events - making->in_block;
    frame.u.block.time_min = least;
    frame.u.block.time_max = most;
    frame_seal(&frame, frame_hash(body, size));
    memcpy(tape + making->block, &frame, sizeof frame);
    digest_events(&making->digest, (const void *)body, tape + tape_size);
}

/* A value of a field that lies in the part that is written. */
static void
fill_field(struct making *making, unsigned char *event,
           const struct schema_field *field)
{
    int64_t value = number(making->script);
    unsigned words = 0;

    switch (field->kind) {
    case FIELD_ENUM:
    case FIELD_FLAGS:
        while (field->words[words])
            words++;
        value = (uint8_t)value %
                (field->kind == FIELD_ENUM ? words + 1 : 1U << words);
        break;
    case FIELD_ID: value = (uint8_t)value % 16; break;
    case FIELD_INSTRUMENT: value = (uint8_t)value % 4; break;
    case FIELD_CODE: value = 0x445355; break; /* USD */
    case FIELD_TIME: value = making->time + value % 1000000000; break;
    default: break;
    }
    memcpy(event + field->offset, &value, field->size < 8 ? field->size : 8);
    if (field->size == 16)
        memset(event + field->offset + 8, value < 0 ? 255 : 0, 8);
}

/* How long a text is: short, none, or all there is room for.  Most instruments
 * get a symbol and nothing else, or every tape would be refused for one. */
static size_t
text_length(const struct schema_type *type, unsigned f, uint8_t how)
{
    if (type->type == EVENT_INSTRUMENT && how < 250)
        return strcmp(type->fields[f].name, "symbol") == 0;
    return how % 8 == 7 ? EVENT_MAX : how % 8;
}

static size_t
fill_texts(struct making *making, unsigned char *event,
           const struct schema_type *type, size_t written, char letter)
{
    size_t size = written;

    for (unsigned f = 0; f < type->field_count; f++) {
        const struct schema_field *field = &type->fields[f];
        uint8_t how = byte(making->script);
        size_t length = text_length(type, f, how);
        struct text text = {0};

        if (field->kind != FIELD_TEXT || field->offset + sizeof text > written)
            continue;
        if (length > EVENT_MAX - size)
            length = EVENT_MAX - size - how / 8U;
        if (length > EVENT_MAX)
            length = 0;
        memset(event + size, letter, length);
        text.offset = (uint16_t)(length ? size : 0);
        text.length = (uint16_t)length;
        memcpy(event + field->offset, &text, sizeof text);
        size += length;
    }
    return size;
}

static void
make_event(struct making *making, const struct schema_type *type,
           uint32_t instrument)
{
    static unsigned char event[EVENT_MAX + 8] __attribute__((aligned(8)));
    size_t written = making->header.sizes[type->type], size;
    struct event head = {.type = type->type, .instrument = instrument};

    if (type->type == EVENT_INSTRUMENT && instrument == 0)
        head.instrument = instrument = 3;
    memset(event, 0, written);
    for (unsigned f = 0; f < type->field_count; f++)
        if ((size_t)type->fields[f].offset + type->fields[f].size <= written &&
            type->fields[f].kind != FIELD_TEXT)
            fill_field(making, event, &type->fields[f]);
    size = fill_texts(making, event, type, written, (char)('A' + instrument));
    memset(event + size, 0, 8);
    size = (size + 7) / 8 * 8;
    making->time += byte(making->script) * INT64_C(50000000);
    head.words = (uint16_t)(size / 8);
    head.time = making->time;
    memcpy(event, &head, sizeof head);
    if (tape_size + size - making->block > FRAME_MAX) {
        end_block(making);
        begin_block(making);
    }
    memcpy(tape + tape_size, event, size);
    tape_size += size;
    making->in_block++;
    making->events++;
}

static void
make_tape(struct script *script, const char *stream)
{
    struct making making = {.script = script, .time = START};
    struct frame end = {.kind = FRAME_END, .size = FRAME_HEAD};
    struct failure failure = {0};
    long size;

    tape_header_init(&making.header, stream);
    assert(digest_reset(&making.digest) == 0);
    choose_sizes(&making);
    size = tape_header_format(&making.header, tape, &failure);
    assert(size > 0);
    tape_size = (size_t)size;
    begin_block(&making);
    for (uint32_t i = 1; i <= 2; i++)
        make_event(&making, schema_find(EVENT_INSTRUMENT), i);
    while (script->at < script->end && making.events < EVENTS_MAX &&
           tape_size < TAPE_MAX - 2 * FRAME_MAX)
        make_event(&making, &schema_types[byte(script) % schema_type_count],
                   byte(script) % 3);
    end_block(&making);
    end.u.end.count = making.events;
    end.u.end.digest = digest_value(&making.digest);
    frame_seal(&end, frame_hash(tape, 0));
    memcpy(tape + tape_size, &end, sizeof end);
    tape_size += sizeof end;
    digest_free(&making.digest);
    tape_header_free(&making.header);
}

#endif
