#include "tape/runs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

struct run_reader {
    uint64_t at, end; /* what is not read yet, in the spill */
    char *buffer;     /* RUNS_BUFFER bytes, in one array for all */
    size_t head, tail;
};

int
runs_open(struct runs *runs, const char *directory, struct failure *failure)
{
    *runs = (struct runs){.spill = {.fd = -1}};
    return spill_open(&runs->spill, directory, failure);
}

void
runs_close(struct runs *runs)
{
    if (runs->readers)
        free(runs->readers[0].buffer);
    free(runs->readers);
    free(runs->starts);
    tournament_free(&runs->turns);
    spill_close(&runs->spill);
    *runs = (struct runs){.spill = {.fd = -1}};
}

int
runs_start(struct runs *runs, struct failure *failure)
{
    uint64_t *starts = array_grow(runs->starts, &runs->capacity,
                                  runs->count + 1, sizeof *starts, failure);

    if (!starts)
        return -1;
    runs->starts = starts;
    starts[runs->count++] = runs->spill.size;
    return 0;
}

int
runs_put(struct runs *runs, int64_t key, uint64_t seq,
         const struct event *event, struct failure *failure)
{
    struct sort_record head = {.key = key, .seq = seq};

    assert(runs->count > 0);
    if (spill_put(&runs->spill, &head, RECORD_HEAD, failure) != 0)
        return -1;
    return spill_put(&runs->spill, event, event->words * 8UL, failure);
}

/* ---- reading one --------------------------------------------------------- */

static const struct sort_record *
current(const struct run_reader *reader)
{
    return (const struct sort_record *)(const void *)(reader->buffer +
                                                      reader->head);
}

static bool
is_whole(const struct run_reader *reader)
{
    size_t size = reader->tail - reader->head;

    return size >= RECORD_HEAD + sizeof(struct event) &&
           size >= RECORD_HEAD + current(reader)->event.words * 8UL;
}

/* Reads on, so that the current record is whole; at the end there is none. */
static int
fill(struct runs *runs, struct run_reader *reader, struct failure *failure)
{
    size_t left = reader->tail - reader->head;
    uint64_t room = RUNS_BUFFER - left, more = reader->end - reader->at;
    size_t size = (size_t)(more < room ? more : room);

    if (is_whole(reader) || size == 0)
        return 0;
    memmove(reader->buffer, reader->buffer + reader->head, left);
    reader->head = 0;
    reader->tail = left + size;
    if (spill_read(&runs->spill, reader->at, reader->buffer + left, size,
                   failure) != 0)
        return -1;
    reader->at += size;
    assert(is_whole(reader));
    return 0;
}

/* ---- merging ------------------------------------------------------------- */

static i128
key_of(const struct runs *runs, const struct run_reader *reader)
{
    uint32_t number = (uint32_t)(reader - runs->readers);

    return reader->head == reader->tail
               ? tournament_out(number)
               : tournament_key(current(reader)->key, number);
}

int
runs_merge(struct runs *runs, struct failure *failure)
{
    i128 *keys = allocate(failure, runs->count, sizeof *keys);
    char *buffers = allocate(failure, runs->count, RUNS_BUFFER);
    int result = -1;

    assert(runs->count > 0 && runs->count < UINT32_MAX && !runs->readers);
    runs->readers = allocate(failure, runs->count, sizeof *runs->readers);
    if (keys && buffers && runs->readers)
        result = spill_flush(&runs->spill, failure);
    for (size_t i = 0; result == 0 && i < runs->count; i++) {
        struct run_reader *reader = &runs->readers[i];
        bool last = i + 1 == runs->count;

        reader->at = runs->starts[i];
        reader->end = last ? runs->spill.size : runs->starts[i + 1];
        reader->buffer = buffers + i * RUNS_BUFFER;
        result = fill(runs, reader, failure);
        keys[i] = result == 0 ? key_of(runs, reader) : 0;
    }
    if (result == 0)
        result = tournament_begin(&runs->turns, keys, (uint32_t)runs->count,
                                  failure);
    free(keys);
    if (!runs->readers || !runs->readers[0].buffer)
        free(buffers); /* else they are the readers' */
    return result;
}

int
runs_next(struct runs *runs, const struct sort_record **record,
          struct failure *failure)
{
    struct run_reader *reader = runs->last;
    uint32_t winner;

    if (reader) {
        reader->head += RECORD_HEAD + current(reader)->event.words * 8UL;
        if (fill(runs, reader, failure) != 0)
            return -1;
        tournament_play(&runs->turns, (uint32_t)(reader - runs->readers),
                        key_of(runs, reader));
    }
    winner = tournament_winner(&runs->turns);
    runs->last = winner == UINT32_MAX ? NULL : &runs->readers[winner];
    if (!runs->last)
        return 0;
    *record = current(runs->last);
    return 1;
}
