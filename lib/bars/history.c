#include "bars/history.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/map.h"

struct history_chunk {
    int64_t start;
    struct sum_trade *trades; /* owned */
    size_t count, capacity;
};

struct history_list {
    struct history_chunk *chunks; /* by start; owned */
    size_t count, capacity;
    struct map minutes; /* of the last trade of each id */
};

/* The minute that a time is in, from 2^31 in 1970. */
static uint32_t
minute_of(int64_t time)
{
    int64_t minute = time / NS_PER_MINUTE - (time % NS_PER_MINUTE < 0);

    assert(minute > INT32_MIN && minute < INT32_MAX);
    return (uint32_t)(minute - INT32_MIN);
}

static int64_t
minute_start(uint32_t minute)
{
    return ((int64_t)minute + INT32_MIN) * NS_PER_MINUTE;
}

void
history_free(struct history *history)
{
    for (size_t i = 0; i < history->count; i++) {
        for (size_t j = 0; j < history->lists[i].count; j++)
            free(history->lists[i].chunks[j].trades);
        free(history->lists[i].chunks);
        map_free(&history->lists[i].minutes);
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
    assert(at == 0 || chunks[at - 1].start < start);
    chunks[at] = (struct history_chunk){.start = start};
    list->count++;
    return &chunks[at];
}

int
history_add(struct history *history, uint32_t index,
            const struct sum_trade *trade, struct failure *failure)
{
    uint32_t minute = minute_of(trade->time);
    struct history_list *list = find_list(history, index, failure);
    struct history_chunk *chunk;
    struct sum_trade *trades;

    chunk = list ? find_chunk(list, minute_start(minute), failure) : NULL;
    if (!chunk)
        return -1;
    trades = array_grow(chunk->trades, &chunk->capacity, chunk->count + 1,
                        sizeof *trades, failure);
    if (!trades)
        return -1;
    trades[chunk->count++] = *trade;
    chunk->trades = trades;
    if (trade->id && !map_put(&list->minutes, trade->id, minute))
        return fail_memory(failure);
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

/* Of the chunk of a minute. */
static const struct sum_trade *
find_at(const struct history_list *list, uint32_t minute, uint64_t id)
{
    int64_t start = minute_start(minute);
    size_t at = chunks_by(list, start);

    if (at == 0 || list->chunks[at - 1].start != start)
        return NULL;
    return find_in(&list->chunks[at - 1], id);
}

const struct sum_trade *
history_find(const struct history *history, uint32_t index, uint64_t id,
             int64_t time)
{
    const struct history_list *list;
    const struct sum_trade *found = NULL;
    uint32_t minute;

    if (index >= history->count || id == 0)
        return NULL;
    list = &history->lists[index];
    if (time != TIME_NULL)
        found = find_at(list, minute_of(time), id);
    if (found)
        return found;
    minute = map_get(&list->minutes, id);
    return minute == MAP_NONE ? NULL : find_at(list, minute, id);
}

/* An id is forgotten with the trade that it was last seen at. */
static void
forget_id(struct history_list *list, const struct sum_trade *trade)
{
    if (map_get(&list->minutes, trade->id) == minute_of(trade->time))
        map_remove(&list->minutes, trade->id);
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
    forget_id(list, trade);
    chunk->count--;
    memmove(chunk->trades + at, chunk->trades + at + 1,
            (chunk->count - at) * sizeof *chunk->trades);
}

/* Its trades go, too. */
static void
drop_chunk(struct history_list *list, struct history_chunk *chunk)
{
    for (size_t i = 0; i < chunk->count; i++)
        forget_id(list, &chunk->trades[i]);
    free(chunk->trades);
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
            drop_chunk(list, &list->chunks[gone++]);
        list->count -= gone;
        memmove(list->chunks, list->chunks + gone,
                list->count * sizeof *list->chunks);
    }
}
