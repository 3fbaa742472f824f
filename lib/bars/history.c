#include "bars/history.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"

struct history_chunk {
    int64_t start;
    struct sum_trade *trades; /* owned */
    size_t count, capacity;
};

struct history_list {
    struct history_chunk *chunks; /* by start; owned */
    size_t count, capacity;
};

void
history_free(struct history *history)
{
    for (size_t i = 0; i < history->count; i++) {
        for (size_t j = 0; j < history->lists[i].count; j++)
            free(history->lists[i].chunks[j].trades);
        free(history->lists[i].chunks);
    }
    free(history->lists);
    *history = (struct history){0};
}

/* How many chunks begin by a time. */
static size_t
chunks_by(const struct history_list *list, int64_t time)
{
    size_t low = 0, high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (list->chunks[middle].start <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct history_list *
find_list(struct history *history, uint32_t index, struct failure *failure)
{
    struct history_list *lists = history->lists;

    if (index < history->count)
        return &lists[index];
    lists = array_grow(lists, &history->capacity, index + 1UL, sizeof *lists,
                       failure);
    if (!lists)
        return NULL;
    history->lists = lists;
    while (history->count <= index)
        lists[history->count++] = (struct history_list){0};
    return &lists[index];
}

static struct history_chunk *
find_chunk(struct history_list *list, int64_t start, struct failure *failure)
{
    size_t at = chunks_by(list, start);
    struct history_chunk *chunks;

    if (at > 0 && list->chunks[at - 1].start == start)
        return &list->chunks[at - 1];
    chunks = array_grow(list->chunks, &list->capacity, list->count + 1,
                        sizeof *chunks, failure);
    if (!chunks)
        return NULL;
    list->chunks = chunks;
    memmove(chunks + at + 1, chunks + at, (list->count - at) * sizeof *chunks);
    chunks[at] = (struct history_chunk){.start = start};
    list->count++;
    return &chunks[at];
}

int
history_add(struct history *history, uint32_t index, int64_t chunk_start,
            const struct sum_trade *trade, struct failure *failure)
{
    struct history_list *list = find_list(history, index, failure);
    struct history_chunk *chunk;
    struct sum_trade *trades;

    assert(chunk_start <= trade->time);
    chunk = list ? find_chunk(list, chunk_start, failure) : NULL;
    if (!chunk)
        return -1;
    trades = array_grow(chunk->trades, &chunk->capacity, chunk->count + 1,
                        sizeof *trades, failure);
    if (!trades)
        return -1;
    trades[chunk->count++] = *trade;
    chunk->trades = trades;
    return 0;
}

static const struct sum_trade *
find_in(const struct history_chunk *chunk, uint64_t id)
{
    for (size_t i = chunk->count; i-- > 0;)
        if (chunk->trades[i].id == id)
            return &chunk->trades[i];
    return NULL;
}

const struct sum_trade *
history_find(const struct history *history, uint32_t index, uint64_t id,
             int64_t time)
{
    const struct history_list *list;
    const struct sum_trade *found = NULL;
    size_t at;

    if (index >= history->count)
        return NULL;
    list = &history->lists[index];
    at = chunks_by(list, time);
    if (time != TIME_NULL && at > 0)
        found = find_in(&list->chunks[at - 1], id);
    for (at = list->count; !found && at-- > 0;)
        found = find_in(&list->chunks[at], id);
    return found;
}

void
history_remove(struct history *history, uint32_t index,
               const struct sum_trade *trade)
{
    struct history_list *list = &history->lists[index];
    struct history_chunk *chunk =
        &list->chunks[chunks_by(list, trade->time) - 1];
    size_t at = (size_t)(trade - chunk->trades);

    assert(at < chunk->count);
    chunk->count--;
    memmove(chunk->trades + at, chunk->trades + at + 1,
            (chunk->count - at) * sizeof *chunk->trades);
}

void
history_sum(const struct history *history, uint32_t index, int64_t from,
            int64_t to, struct sum *sum)
{
    const struct history_list *list;
    size_t at;

    sum->count = 0;
    if (index >= history->count)
        return;
    list = &history->lists[index];
    at = chunks_by(list, from);
    for (at -= at > 0; at < list->count && list->chunks[at].start < to; at++)
        for (size_t i = 0; i < list->chunks[at].count; i++) {
            const struct sum_trade *trade = &list->chunks[at].trades[i];

            if (trade->time >= from && trade->time < to)
                sum_add_parts(sum, trade);
        }
}

void
history_trim(struct history *history, int64_t before)
{
    for (size_t i = 0; i < history->count; i++) {
        struct history_list *list = &history->lists[i];
        size_t gone = 0;

        while (gone + 1 < list->count && list->chunks[gone + 1].start <= before)
            free(list->chunks[gone++].trades);
        list->count -= gone;
        memmove(list->chunks, list->chunks + gone,
                list->count * sizeof *list->chunks);
    }
}
