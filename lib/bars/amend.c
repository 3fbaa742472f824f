#include "bars/amend.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* A bar that was written, or would have been if a trade had come in time. */
struct amend_bar {
    struct bucket bucket;
    uint32_t revisions; /* how often it was written */
    struct sum sum;
};

struct amend_list {
    struct amend_bar *bars; /* by start; owned */
    size_t count, capacity;
};

struct amend *
amend_new(int64_t hold, unsigned levels, struct failure *failure)
{
    struct amend *amend = allocate(failure, 1, sizeof *amend);

    assert(hold >= 0 && levels > 0);
    if (amend) {
        amend->hold = hold;
        amend->level_count = levels;
        amend->trimmed = TIME_NULL;
    }
    return amend;
}

void
amend_begin(struct amend *amend)
{
    history_free(&amend->history);
    for (size_t i = 0; i < amend->capacity; i++)
        free(amend->lists[i].bars);
    free(amend->lists);
    amend->lists = NULL;
    amend->capacity = 0;
    amend->trimmed = TIME_NULL;
}

void
amend_free(struct amend *amend)
{
    if (!amend)
        return;
    amend_begin(amend);
    free(amend);
}

/* ---- bars that were written ---------------------------------------------- */

static struct amend_list *
find_list(struct amend *amend, unsigned level, uint32_t index,
          struct failure *failure)
{
    size_t at = index * amend->level_count + level, old = amend->capacity;

    assert(level < amend->level_count);
    if (at >= old) {
        struct amend_list *lists = array_grow(amend->lists, &amend->capacity,
                                              at + 1, sizeof *lists, failure);

        if (!lists)
            return NULL;
        memset(lists + old, 0, (amend->capacity - old) * sizeof *lists);
        amend->lists = lists;
    }
    return &amend->lists[at];
}

/* The bar of a bucket, a new and empty one if need be. */
static struct amend_bar *
find_bar(struct amend_list *list, const struct bucket *bucket,
         struct failure *failure)
{
    size_t low = 0, high = list->count;
    struct amend_bar *bars;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (list->bars[middle].bucket.start < bucket->start)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < list->count && list->bars[low].bucket.start == bucket->start)
        return &list->bars[low];
    bars = array_grow(list->bars, &list->capacity, list->count + 1,
                      sizeof *bars, failure);
    if (!bars)
        return NULL;
    memmove(bars + low + 1, bars + low, (list->count - low) * sizeof *bars);
    assert(low == 0 || bars[low - 1].bucket.end <= bucket->start);
    bars[low] = (struct amend_bar){.bucket = *bucket};
    list->bars = bars;
    list->count++;
    return &bars[low];
}

/* Forgets the bars that can change no more, and the trades of none that
 * can. */
static void
trim(struct bars *bars, int64_t before)
{
    struct amend *amend = bars->amend;
    int64_t kept = INT64_MAX;

    for (unsigned i = 0; i < bars->level_count; i++) {
        const struct bars_level *level = &bars->levels[i];
        struct bucket bucket;

        if (level->interval == 0)
            continue;
        bucket = bucket_find(&bars->probe, level->interval, before);
        kept = bucket.start < kept ? bucket.start : kept;
    }
    history_trim(&amend->history, kept);
    for (size_t i = 0; i < amend->capacity; i++) {
        struct amend_list *list = &amend->lists[i];
        size_t gone = 0;

        while (gone < list->count && list->bars[gone].bucket.end <= before)
            gone++;
        list->count -= gone;
        if (gone)
            memmove(list->bars, list->bars + gone,
                    list->count * sizeof *list->bars);
    }
    amend->trimmed = before;
}

/* Nothing before that can change. */
static int64_t
oldest(const struct bars *bars)
{
    int64_t hold = bars->amend->hold;

    if (bars->mark < BUCKET_TIME_MIN + hold)
        return BUCKET_TIME_MIN;
    return bars->mark - hold;
}

int
amend_keep(struct bars *bars, unsigned level, uint32_t index,
           const struct sum *sum, struct failure *failure)
{
    struct amend_list *list = find_list(bars->amend, level, index, failure);
    struct amend_bar *bar =
        list ? find_bar(list, &bars->levels[level].bucket, failure) : NULL;

    if (!bar)
        return -1;
    assert(bar->revisions == 0);
    bar->revisions = 1;
    bar->sum = *sum;
    return 0;
}

static void
write_bar(struct bars *bars, unsigned level, uint32_t index,
          struct amend_bar *amended)
{
    struct bar *bar = bars->room(bars->owner, index);
    struct sum nothing = {.open = DECIMAL_NULL,
                          .high = DECIMAL_NULL,
                          .low = DECIMAL_NULL,
                          .close = DECIMAL_NULL};

    bar->event.words = sizeof *bar / 8;
    bar->event.type = EVENT_BAR;
    bar->event.time =
        bars->mark > amended->bucket.end ? bars->mark : amended->bucket.end;
    bar->flags = BAR_AMENDED;
    memset(bar->reserved, 0, sizeof bar->reserved);
    bar->revision = amended->revisions++;
    bar->interval = bars->levels[level].interval;
    bar->start = amended->bucket.start;
    sum_to_bar(amended->sum.count ? &amended->sum : &nothing, bar);
}

/* ---- trades -------------------------------------------------------------- */

int
amend_add(struct bars *bars, uint32_t index, const struct sum_trade *trade,
          struct failure *failure)
{
    int64_t before;

    if (trade->time > bars->mark)
        bars->mark = trade->time;
    before = oldest(bars);
    if (bars->amend->trimmed == TIME_NULL)
        bars->amend->trimmed = before;
    if (before - bars->amend->trimmed > bars->amend->hold / 4)
        trim(bars, before);
    return history_add(&bars->amend->history, index, trade, failure);
}

/* Where the part of an open bucket ends whose trades are in the level's own
 * sum: later ones are in that of its source, which hands them up when it
 * closes.  Of the lowest level, before whose bucket a late trade is: none. */
static int64_t
own_end(const struct bars *bars, const struct bars_level *level)
{
    assert(level->source < bars->level_count);
    return bars->levels[level->source].bucket.start;
}

enum bars_taken
amend_late(struct bars *bars, uint32_t index, const struct sum_trade *trade,
           struct failure *failure)
{
    if (trade->time < oldest(bars))
        return BARS_LATE;
    if (history_add(&bars->amend->history, index, trade, failure) != 0)
        return BARS_FAILED;
    for (unsigned i = 0; i < bars->level_count; i++) {
        struct bars_level *level = &bars->levels[i];
        struct bucket bucket;
        struct amend_list *list;
        struct amend_bar *bar;

        if (level->interval == 0)
            continue;
        if (trade->time >= level->bucket.start) {
            if (trade->time < own_end(bars, level)) {
                level->touched[index / 64] |= UINT64_C(1) << index % 64;
                sum_add_parts(&level->sums[index], trade);
            }
            continue;
        }
        bucket = bucket_find(&bars->probe, level->interval, trade->time);
        list = find_list(bars->amend, i, index, failure);
        bar = list ? find_bar(list, &bucket, failure) : NULL;
        if (!bar)
            return BARS_FAILED;
        sum_add_parts(&bar->sum, trade);
        write_bar(bars, i, index, bar);
    }
    return BARS_TAKEN;
}

/* Takes a trade out of the sum of those from a time to before another. */
static void
take_out(const struct bars *bars, uint32_t index, struct sum *sum,
         const struct sum_trade *trade, int64_t from, int64_t to)
{
    if (!sum_remove(sum, trade))
        history_sum(&bars->amend->history, index, from, to, sum);
}

/* Of a trade from before the open bucket of the lowest level. */
static enum bars_taken
cancel_closed(struct bars *bars, uint32_t index, const struct sum_trade *trade,
              struct failure *failure)
{
    for (unsigned i = 0; i < bars->level_count; i++) {
        struct bars_level *level = &bars->levels[i];
        struct bucket bucket;
        struct amend_list *list;
        struct amend_bar *bar;

        if (level->interval == 0)
            continue;
        if (trade->time >= level->bucket.start) {
            if (trade->time < own_end(bars, level))
                take_out(bars, index, &level->sums[index], trade,
                         level->bucket.start, own_end(bars, level));
            continue;
        }
        bucket = bucket_find(&bars->probe, level->interval, trade->time);
        list = find_list(bars->amend, i, index, failure);
        bar = list ? find_bar(list, &bucket, failure) : NULL;
        if (!bar)
            return BARS_FAILED;
        take_out(bars, index, &bar->sum, trade, bucket.start, bucket.end);
        write_bar(bars, i, index, bar);
    }
    return BARS_TAKEN;
}

enum bars_taken
amend_cancel(struct bars *bars, uint32_t index, uint64_t id, int64_t time,
             struct failure *failure)
{
    const struct sum_trade *found =
        history_find(&bars->amend->history, index, id, time);
    struct sum_trade trade;

    if (!found)
        return BARS_UNKNOWN;
    if (found->time < oldest(bars) && found->time < bars->common.start)
        return BARS_LATE;
    trade = *found;
    assert(trade.id == id);
    history_remove(&bars->amend->history, index, found);
    if (trade.time < bars->common.start)
        return cancel_closed(bars, index, &trade, failure);
    take_out(bars, index, &bars->sums[index], &trade, bars->common.start,
             bars->common.end);
    return BARS_TAKEN;
}
