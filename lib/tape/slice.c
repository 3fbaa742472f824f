#include "tape/slice.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"

#define READ_ON 100 /* beside the items: nothing to hand out yet */

/* ---- the beginning ------------------------------------------------------- */

/* Appends an event to those that are given before others. */
static int
add_given(struct tape_slice *slice, const struct event *event,
          struct failure *failure)
{
    size_t size = event->words * 8UL;
    char *grown = array_grow(slice->given, &slice->given_capacity,
                             slice->given_size + size, 1, failure);

    if (!grown)
        return -1;
    slice->given = grown;
    memcpy(grown + slice->given_size, event, size);
    slice->given_size += size;
    slice->given_count++;
    return 0;
}

/* Hands out what was gathered. */
static int
give(struct tape_slice *slice)
{
    struct tape_source *source = &slice->source;
    char *first = slice->given;

    assert(slice->given_count > 0);
    source->first = (const struct event *)(const void *)first;
    source->end =
        (const struct event *)(const void *)(first + slice->given_size);
    source->count = slice->given_count;
    source->first_seq = 1;
    source->reader = NULL;
    source->preamble = true;
    slice->given_size = slice->given_count = 0;
    return TAPE_BLOCK;
}

/* The instruments in force. */
static int
gather_instruments(struct tape_slice *slice, struct failure *failure)
{
    const struct definitions *definitions = &slice->definitions;

    for (uint32_t i = 0; i < definitions->count; i++) {
        const struct event *event = definitions_get(definitions, i);

        if (event && add_given(slice, event, failure) != 0)
            return -1;
    }
    return 0;
}

/* The names that an event uses and that were not given yet. */
static int
gather_names(struct tape_slice *slice, const struct event *event,
             struct failure *failure)
{
    const struct event *name;

    while ((name = waiting_next(&slice->definitions.names, event)))
        if (add_given(slice, name, failure) != 0)
            return -1;
    return 0;
}

/* The slice of the current tape begins with event seq. */
static int
begin(struct tape_slice *slice, uint64_t seq, struct failure *failure)
{
    const struct tape_header *whole = slice->whole->header;
    char name[32];

    tape_header_free(&slice->header);
    if (tape_header_copy(&slice->header, whole, failure) != 0)
        return -1;
    slice->source.derived = seq != whole->first_seq && !slice->limits->bare;
    snprintf(name, sizeof name, "from-%" PRIu64, seq);
    if (slice->source.derived)
        tape_header_rename(&slice->header, name);
    else
        slice->header.first_seq = seq;
    slice->source.header = &slice->header;
    slice->begun = slice->any = true;
    slice->defines = slice->source.derived && slice->definitions.count;
    if (!slice->source.derived) /* all that it uses is in it */
        waiting_clear(&slice->definitions.names);
    return TAPE_HEADER;
}

static int
take_header(struct tape_slice *slice, struct failure *failure)
{
    const struct tape_limits *limits = slice->limits;
    uint64_t seq = slice->whole->header->first_seq;
    int found;

    definitions_begin(&slice->definitions, slice->whole->header);
    slice->in_tape = true;
    slice->begun = slice->over = false;
    slice->whole->enough = false;
    if (slice->whole->find) {
        found = slice->whole->find(slice->whole, limits, &slice->definitions,
                                   &seq, failure);
        if (found == TAPE_FOUND)
            return begin(slice, seq, failure);
        if (found == TAPE_FOUND_NOTHING)
            slice->whole->enough = slice->over = true;
        return found < 0 ? -1 : READ_ON;
    }
    if (limits->from_seq > seq || limits->from != TIME_NULL)
        return READ_ON;
    return begin(slice, seq, failure);
}

/* ---- events -------------------------------------------------------------- */

/* Looks for the beginning in the current block; moves to it. */
static int
find_beginning(struct tape_slice *slice, struct failure *failure)
{
    const struct tape_limits *limits = slice->limits;
    struct tape_source *whole = slice->whole;

    for (; whole->first < whole->end; whole->first = event_next(whole->first)) {
        if (whole->first_seq >= limits->from_seq &&
            whole->first->time >= limits->from) {
            slice->then = SLICE_BLOCK;
            return begin(slice, whole->first_seq, failure);
        }
        if (!limits->bare &&
            definitions_take(&slice->definitions, whole->first, failure) != 0)
            return -1;
        whole->first_seq++;
        whole->count--;
    }
    return READ_ON;
}

/* The current block, up to where the slice ends; whether that is anything. */
static bool
cut_block(struct tape_slice *slice)
{
    const struct tape_limits *limits = slice->limits;
    const struct tape_source *whole = slice->whole;
    const struct event *event = whole->first;
    uint64_t seq = whole->first_seq;

    slice->source.first = whole->first;
    slice->source.end = whole->end;
    slice->source.first_seq = whole->first_seq;
    slice->source.count = whole->count;
    slice->source.reader = whole->reader;
    slice->source.preamble = false;
    if (limits->to == TIME_NULL && !limits->to_seq)
        return true;
    for (; event < whole->end; event = event_next(event), seq++)
        if ((limits->to_seq && seq >= limits->to_seq) ||
            (limits->to != TIME_NULL && event->time >= limits->to)) {
            slice->over = slice->whole->enough = true;
            slice->source.end = event;
            slice->source.count = seq - whole->first_seq;
            break;
        }
    return slice->source.count > 0;
}

/* Hands it out up to the first event that uses names which were not given yet;
 * they come next, right before that, and then the rest. */
static int
give_block(struct tape_slice *slice, struct failure *failure)
{
    struct tape_source *whole = slice->whole, *source = &slice->source;
    const struct event *event = whole->first;
    uint64_t before = 0;

    if (!cut_block(slice))
        return READ_ON;
    for (; event < source->end && slice->definitions.names.count > 0;
         event = event_next(event), before++) {
        if (gather_names(slice, event, failure) != 0)
            return -1;
        if (slice->given_count > 0)
            break;
    }
    if (slice->given_count == 0)
        return TAPE_BLOCK;
    slice->then = SLICE_BLOCK;
    source->end = whole->first = event;
    source->count = before;
    whole->first_seq += before;
    whole->count -= before;
    return before ? TAPE_BLOCK : give(slice);
}

static int
take_block(struct tape_slice *slice, struct failure *failure)
{
    if (slice->over)
        return READ_ON;
    if (!slice->begun)
        return find_beginning(slice, failure);
    return give_block(slice, failure);
}

/* ---- the end ------------------------------------------------------------- */

static int
take_end(struct tape_slice *slice)
{
    slice->in_tape = false;
    if (!slice->begun)
        return READ_ON;
    slice->begun = false;
    slice->source.status = slice->over ? TAPE_LIMITED : slice->whole->status;
    slice->source.exit_class = slice->over ? 0 : slice->whole->exit_class;
    return TAPE_END;
}

/* There is no more.  If there was nothing in the range at all, the last tape
 * comes without events. */
static int
take_nothing(struct tape_slice *slice, struct failure *failure)
{
    if (slice->any || slice->in_tape || !slice->whole->header)
        return TAPE_NOTHING;
    definitions_begin(&slice->definitions, slice->whole->header);
    slice->over = true;
    slice->then = SLICE_END;
    return begin(slice, slice->whole->header->first_seq, failure);
}

/* What was found out to come before anything is read. */
static int
give_pending(struct tape_slice *slice, struct failure *failure)
{
    enum slice_next then = slice->then;

    if (slice->defines) {
        slice->defines = false;
        if (gather_instruments(slice, failure) != 0)
            return -1;
    }
    if (slice->given_count > 0)
        return give(slice);
    slice->then = SLICE_READ;
    switch (then) {
    case SLICE_BLOCK: return give_block(slice, failure);
    case SLICE_END: return take_end(slice);
    case SLICE_READ: break;
    }
    return READ_ON;
}

static int
next(struct tape_source *source, struct failure *failure)
{
    struct tape_slice *slice = (struct tape_slice *)source;
    int result = give_pending(slice, failure);

    while (result == READ_ON) {
        int item = slice->whole->next(slice->whole, failure);

        switch (item) {
        case TAPE_HEADER: result = take_header(slice, failure); break;
        case TAPE_BLOCK: result = take_block(slice, failure); break;
        case TAPE_END: result = take_end(slice); break;
        case TAPE_NOTHING: result = take_nothing(slice, failure); break;
        default: result = item; break;
        }
    }
    return result;
}

void
tape_slice_init(struct tape_slice *slice, struct tape_source *whole,
                const struct tape_limits *limits)
{
    *slice = (struct tape_slice){.source = {.next = next, .name = whole->name},
                                 .whole = whole,
                                 .limits = limits};
}

void
tape_slice_free(struct tape_slice *slice)
{
    tape_header_free(&slice->header);
    definitions_free(&slice->definitions);
    free(slice->given);
}
