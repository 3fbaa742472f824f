#include "cli/local.h"

#include <assert.h>

#define RANGE_BITS 24 /* ids for each program of a pipeline */

void
local_begin(struct run *run)
{
    _Static_assert((uint64_t)TAPE_PROGRAMS_MAX << RANGE_BITS < INT32_MAX,
                   "ids that are counted down stay far from those of a tape");
    run->next_local =
        UINT32_MAX - (run->reader.header.program_count << RANGE_BITS);
}

uint32_t
local_id(struct run *run, uint32_t index, int64_t time, struct failure *failure)
{
    struct instruments *instruments = &run->instruments;
    const struct instrument *known;
    struct instrument *event;
    uint32_t id;

    assert(index < instruments->count);
    known = instruments->events[index];
    id = known->event.instrument;
    if (instruments_find(instruments, id) == index) /* it may be another's */
        return id;
    while (instruments_find(instruments, run->next_local) != INSTRUMENT_NONE)
        run->next_local--;
    id = run->next_local--;
    event = tape_writer_put(&run->writer, known->event.words * 8UL);
    memcpy(event, known, known->event.words * 8UL);
    event->event.instrument = id;
    event->event.time = time;
    if (instruments_define(instruments, event, failure) == INSTRUMENT_NONE)
        return 0;
    return id;
}

static void *
put(void *owner, size_t size)
{
    struct run *run = owner;

    return tape_writer_put(&run->writer, size);
}

static uint32_t
name(void *owner, uint32_t index, const struct event *cause,
     struct failure *failure)
{
    return local_id(owner, index, cause->time, failure);
}

struct event_sink
local_sink(struct run *run)
{
    return (struct event_sink){put, name, run};
}
