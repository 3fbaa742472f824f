#include "format/messages.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "tape/schema.h"

/* By type, where the flags of an event are; 0: it has none. */
static const uint8_t flag_offsets[EVENT_TYPES] = {
    [EVENT_BOOK_ADD] = offsetof(struct book_order, flags),
    [EVENT_BOOK_REDUCE] = offsetof(struct book_order, flags),
    [EVENT_BOOK_DELETE] = offsetof(struct book_order, flags),
    [EVENT_BOOK_EXECUTE] = offsetof(struct book_order, flags),
    [EVENT_BOOK_REPLACE] = offsetof(struct book_replace, flags),
    [EVENT_BOOK_LEVEL] = offsetof(struct book_level, flags),
    [EVENT_BOOK_CLEAR] = offsetof(struct book_clear, flags),
};

bool
messages_of(unsigned type)
{
    return type < EVENT_TYPES && flag_offsets[type] != 0;
}

static uint8_t *
flags_of(struct event *event)
{
    assert(messages_of(event->type));
    return (uint8_t *)event + flag_offsets[event->type];
}

void
messages_free(struct messages *messages)
{
    free(messages->snapshot);
    *messages = (struct messages){0};
}

static struct event *
held_event(struct messages *messages)
{
    return (struct event *)(void *)messages->held;
}

/* Hands out what is held back. */
static int
release(struct messages *messages, bool more, struct failure *failure)
{
    struct event *event = held_event(messages);
    int result;

    if (event->words == 0)
        return 0;
    if (more)
        *flags_of(event) |= BOOK_MORE;
    result = messages->sink.event(messages->sink.owner, event, failure);
    event->words = 0;
    return result;
}

/* Holds an event that changes a book back, or hands it out at once. */
static int
hold(struct messages *messages, const struct event *event,
     struct failure *failure)
{
    struct event *held = held_event(messages);
    bool same = held->words && held->instrument == event->instrument;

    if (release(messages, same, failure) != 0)
        return -1;
    assert(event->words * 8UL <= sizeof messages->held);
    memcpy(held, event, event->words * 8UL);
    return messages->open ? 0 : release(messages, false, failure);
}

/* Makes room for an instrument. */
static int
reach(struct messages *messages, uint32_t instrument, struct failure *failure)
{
    size_t before = messages->capacity;
    uint64_t *larger;

    if (instrument < before)
        return 0;
    larger = array_grow(messages->snapshot, &messages->capacity,
                        instrument + 1UL, sizeof *larger, failure);
    if (!larger)
        return -1;
    memset(larger + before, 0, (messages->capacity - before) * sizeof *larger);
    messages->snapshot = larger;
    return 0;
}

/* Begins the book anew if the event is the first of a snapshot. */
static int
clear(struct messages *messages, const struct event *event, uint8_t flags,
      struct failure *failure)
{
    uint32_t instrument = event->instrument;
    struct book_clear first;
    uint64_t last;

    if (reach(messages, instrument, failure) != 0)
        return -1;
    last = messages->snapshot[instrument];
    messages->snapshot[instrument] =
        flags & BOOK_SNAPSHOT ? messages->number + 1 : 0;
    if (!(flags & BOOK_SNAPSHOT) || last == messages->number + 1)
        return 0;
    event_init(&first, EVENT_BOOK_CLEAR);
    first.event.instrument = instrument;
    first.event.time = event->time;
    first.flags = BOOK_SNAPSHOT;
    if (messages->open)
        return hold(messages, &first.event, failure);
    first.flags |= BOOK_MORE; /* the event follows */
    return messages->sink.event(messages->sink.owner, &first.event, failure);
}

int
messages_take(struct messages *messages, const struct event *event,
              struct failure *failure)
{
    uint8_t flags;

    if (!messages_of(event->type)) {
        if (release(messages, false, failure) != 0)
            return -1;
        return messages->sink.event(messages->sink.owner, event, failure);
    }
    flags = ((const uint8_t *)event)[flag_offsets[event->type]];
    if (event->type != EVENT_BOOK_CLEAR &&
        clear(messages, event, flags, failure) != 0)
        return -1;
    return hold(messages, event, failure);
}

int
messages_begin(struct messages *messages, struct failure *failure)
{
    if (messages_end(messages, failure) != 0)
        return -1;
    messages->open = true;
    messages->number++;
    return 0;
}

int
messages_end(struct messages *messages, struct failure *failure)
{
    messages->open = false;
    return release(messages, false, failure);
}
