#include "tape/part.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define READ_ON 100 /* beside the items: nothing to hand out yet */

/* ---- the beginning ------------------------------------------------------- */

/* Gathers the definitions in force, as one run of events. */
static int
give_definitions(struct tape_part *part, struct failure *failure)
{
    struct tape_source *source = &part->source;
    const struct definitions *definitions = &part->definitions;
    char *to;

    free(part->given);
    part->given = allocate(failure, definitions->used, 1);
    if (!part->given)
        return -1;
    to = (char *)part->given;
    source->count = 0;
    for (uint32_t i = 0; i < definitions->count; i++) {
        const struct event *event = definitions_get(definitions, i);

        if (!event)
            continue;
        assert(to + event->words * 8UL <=
               (char *)part->given + definitions->used);
        memcpy(to, event, event->words * 8UL);
        to += event->words * 8UL;
        source->count++;
    }
    source->first = part->given;
    source->end = (const struct event *)(const void *)to;
    source->first_seq = 1;
    source->reader = NULL;
    source->before_part = true;
    return TAPE_BLOCK;
}

/* The part of the tape in hand begins with event seq. */
static int
begin(struct tape_part *part, uint64_t seq, struct failure *failure)
{
    const struct tape_header *whole = part->whole->header;
    char name[32];

    tape_header_free(&part->header);
    if (tape_header_copy(&part->header, whole, failure) != 0)
        return -1;
    part->source.derived = seq != whole->first_seq && !part->limits->bare;
    snprintf(name, sizeof name, "from-%" PRIu64, seq);
    if (part->source.derived)
        tape_header_rename(&part->header, name);
    else
        part->header.first_seq = seq;
    part->source.header = &part->header;
    part->begun = part->any = true;
    part->defines = part->source.derived && part->definitions.count;
    return TAPE_HEADER;
}

static int
take_header(struct tape_part *part, struct failure *failure)
{
    const struct tape_limits *limits = part->limits;
    uint64_t seq = part->whole->header->first_seq;
    int found;

    definitions_clear(&part->definitions);
    part->in_tape = true;
    part->begun = part->over = false;
    part->whole->enough = false;
    if (part->whole->find) {
        found = part->whole->find(part->whole, limits, &part->definitions, &seq,
                                  failure);
        if (found == TAPE_FOUND)
            return begin(part, seq, failure);
        if (found == TAPE_FOUND_NOTHING)
            part->whole->enough = part->over = true;
        return found < 0 ? -1 : READ_ON;
    }
    if (limits->from_seq > seq || limits->from != TIME_NULL)
        return READ_ON;
    return begin(part, seq, failure);
}

/* ---- events -------------------------------------------------------------- */

/* Looks for the beginning in the block in hand; moves to it. */
static int
find_beginning(struct tape_part *part, struct failure *failure)
{
    const struct tape_limits *limits = part->limits;
    struct tape_source *whole = part->whole;

    for (; whole->first < whole->end; whole->first = event_next(whole->first)) {
        if (whole->first_seq >= limits->from_seq &&
            whole->first->time >= limits->from) {
            part->then = PART_BLOCK;
            return begin(part, whole->first_seq, failure);
        }
        if (!limits->bare &&
            definitions_take(&part->definitions, whole->first, failure) != 0)
            return -1;
        whole->first_seq++;
        whole->count--;
    }
    return READ_ON;
}

/* Hands out the block in hand, up to where the part ends. */
static int
give_block(struct tape_part *part)
{
    const struct tape_limits *limits = part->limits;
    const struct tape_source *whole = part->whole;
    const struct event *event = whole->first;
    uint64_t seq = whole->first_seq;

    part->source.first = whole->first;
    part->source.end = whole->end;
    part->source.first_seq = whole->first_seq;
    part->source.count = whole->count;
    part->source.reader = whole->reader;
    part->source.before_part = false;
    if (limits->to == TIME_NULL && !limits->to_seq)
        return TAPE_BLOCK;
    for (; event < whole->end && !part->over; event = event_next(event), seq++)
        if ((limits->to_seq && seq >= limits->to_seq) ||
            (limits->to != TIME_NULL && event->time >= limits->to)) {
            part->over = part->whole->enough = true;
            part->source.end = event;
            part->source.count = seq - whole->first_seq;
        }
    return part->source.count ? TAPE_BLOCK : READ_ON;
}

static int
take_block(struct tape_part *part, struct failure *failure)
{
    if (part->over)
        return READ_ON;
    if (!part->begun)
        return find_beginning(part, failure);
    return give_block(part);
}

/* ---- the end ------------------------------------------------------------- */

static int
take_end(struct tape_part *part)
{
    part->in_tape = false;
    if (!part->begun)
        return READ_ON;
    part->begun = false;
    part->source.status = part->over ? TAPE_LIMITED : part->whole->status;
    part->source.exit_class = part->over ? 0 : part->whole->exit_class;
    return TAPE_END;
}

/* There is no more.  If there was nothing in the range at all, the last tape
 * comes without events. */
static int
take_nothing(struct tape_part *part, struct failure *failure)
{
    if (part->any || part->in_tape || !part->whole->header)
        return TAPE_NOTHING;
    definitions_clear(&part->definitions);
    part->over = true;
    part->then = PART_END;
    return begin(part, part->whole->header->first_seq, failure);
}

/* What was found out to come before anything is read. */
static int
give_pending(struct tape_part *part, struct failure *failure)
{
    enum part_next then = part->then;

    if (part->defines) {
        part->defines = false;
        return give_definitions(part, failure);
    }
    part->then = PART_READ;
    switch (then) {
    case PART_BLOCK: return give_block(part);
    case PART_END: return take_end(part);
    case PART_READ: break;
    }
    return READ_ON;
}

static int
next(struct tape_source *source, struct failure *failure)
{
    struct tape_part *part = (struct tape_part *)source;
    int result = give_pending(part, failure);

    while (result == READ_ON) {
        int item = part->whole->next(part->whole, failure);

        switch (item) {
        case TAPE_HEADER: result = take_header(part, failure); break;
        case TAPE_BLOCK: result = take_block(part, failure); break;
        case TAPE_END: result = take_end(part); break;
        case TAPE_NOTHING: result = take_nothing(part, failure); break;
        default: result = item; break;
        }
    }
    return result;
}

void
tape_part_init(struct tape_part *part, struct tape_source *whole,
               const struct tape_limits *limits)
{
    *part = (struct tape_part){.source = {.next = next, .name = whole->name},
                               .whole = whole,
                               .limits = limits};
}

void
tape_part_free(struct tape_part *part)
{
    tape_header_free(&part->header);
    definitions_free(&part->definitions);
    free(part->given);
}
