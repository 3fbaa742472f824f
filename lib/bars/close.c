/* close.c - buckets that end: their bars are written, their sums handed on. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "bars/amend.h"
#include "bars/bars_private.h"

/* A level's bucket that ends, or is cut off by the end of the tape. */
struct closing {
    struct bars_level *level;
    unsigned number; /* of the level */
    uint8_t flags;   /* of its bars */
    bool fill;       /* bars without trades too */
    int64_t time;    /* of its bars */
};

int
bars_too_many(struct failure *failure)
{
    return fail(failure, FAILURE_DATA,
                "more than %" PRIu64 " trades in one bar: choose shorter "
                "intervals",
                SUM_COUNT_MAX);
}

/* Room for a bar, with what all bars of a bucket have in common. */
static struct bar *
start_bar(struct bars *bars, const struct closing *closing, uint32_t index)
{
    struct bar *bar = bars->room(bars->owner, index);

    bar->event.words = sizeof *bar / 8;
    bar->event.type = EVENT_BAR;
    bar->event.time = closing->time;
    bar->flags = closing->flags;
    memset(bar->reserved, 0, sizeof bar->reserved);
    bar->revision = 0;
    bar->interval = closing->level->interval;
    bar->start = closing->level->bucket.start;
    return bar;
}

static void
leave_out(unsigned lacks, struct bar *bar)
{
    if (lacks & BARS_NO_COUNT)
        bar->trade_count = 0;
    if (lacks & BARS_NO_NOTIONAL)
        bar->notional = amount_of(AMOUNT_NULL);
    if (lacks & (BARS_NO_SIDES | BARS_NO_NOTIONAL))
        bar->buy_notional = amount_of(AMOUNT_NULL);
    if (lacks & BARS_NO_SIDES)
        bar->buy_volume = amount_of(AMOUNT_NULL);
}

/* Writes the bar of an instrument that traded and hands its sum on. */
static int
close_sum(struct bars *bars, const struct closing *closing, uint32_t index,
          struct failure *failure)
{
    struct sum *sum = &closing->level->sums[index];

    if (sum->count == 0)
        return 0; /* its trades were cancelled */
    if (closing->number == 0 && !(sum->count & SUM_UNPRICED)) {
        bars->closes[index] = sum->close;
        bars->traded[index / 64] |= UINT64_C(1) << index % 64;
        bars->trading = true;
    }
    if (closing->level->interval != 0) {
        struct bar *bar = start_bar(bars, closing, index);

        sum_to_bar(sum, bar);
        if (bars->lacks)
            leave_out(bars->lacks, bar);
        if (bars->amend && !(closing->flags & BAR_PARTIAL) &&
            amend_keep(bars, closing->number, index, sum, failure) != 0)
            return -1;
    }
    for (unsigned i = closing->number + 1; i < bars->level_count; i++) {
        struct bars_level *above = &bars->levels[i];

        if (above->source != closing->number)
            continue;
        if (!sum_merge(&above->sums[index], sum))
            return bars_too_many(failure);
        above->touched[index / 64] |= UINT64_C(1) << index % 64;
    }
    sum->count = 0;
    return 0;
}

/* Writes the bar of an instrument that did not trade. */
static void
close_quiet(struct bars *bars, const struct closing *closing, uint32_t index)
{
    const int64_t price =
        bars->fill == BARS_FILL_NULL ? DECIMAL_NULL : bars->closes[index];
    const struct sum quiet = {
        .open = price, .high = price, .low = price, .close = price};
    struct bar *bar = start_bar(bars, closing, index);

    sum_to_bar(&quiet, bar);
    bar->flags |=
        price == DECIMAL_NULL ? BAR_FILLED | BAR_NO_PRICE : BAR_FILLED;
}

static int
close_level(struct bars *bars, const struct closing *closing,
            struct failure *failure)
{
    struct bars_level *level = closing->level;

    for (uint32_t word = 0; word < (bars->capacity + 63) / 64; word++) {
        uint64_t touched = level->touched[word], bits;

        level->touched[word] = 0;
        bits = touched | (closing->fill ? bars->traded[word] : 0);
        for (; bits; bits &= bits - 1) {
            unsigned bit = (unsigned)__builtin_ctzll(bits);
            uint32_t index = word * 64 + bit;

            if (touched >> bit & 1) {
                if (close_sum(bars, closing, index, failure) != 0)
                    return -1;
            } else {
                close_quiet(bars, closing, index);
            }
        }
    }
    return 0;
}

/* Whether some of a bucket is in a session: only then it is filled. */
static bool
in_session(struct bars *bars, const struct bucket *bucket)
{
    struct bucket stretch;

    if (bucket->closed)
        return false;
    if (!bars->days.style.session || bars->fill == BARS_FILL_NONE)
        return true;
    stretch = bucket_session(&bars->probe, bucket->start);
    return !stretch.closed || stretch.end < bucket->end;
}

/* Closes the levels whose bucket ends there, the lower before the higher. */
int
bars_close_levels(struct bars *bars, int64_t end, bool partial,
                  struct failure *failure)
{
    for (unsigned i = 0; i < bars->level_count; i++) {
        struct bars_level *level = &bars->levels[i];
        struct closing closing = {.level = level, .number = i};

        if (level->bucket.end != end)
            continue;
        closing.flags = partial ? BAR_PARTIAL : bars->amend ? 0 : BAR_FINAL;
        closing.time = partial ? bars->mark : end;
        closing.fill = bars->fill != BARS_FILL_NONE && level->interval != 0 &&
                       in_session(bars, &level->bucket) &&
                       (!partial || bars->mark > level->bucket.start);
        if (close_level(bars, &closing, failure) != 0)
            return -1;
    }
    return 0;
}

/* What an open bar has so far: what was handed up to it, and then what the
 * levels below it still have, each later than the one above. */
static bool
open_sum(const struct bars *bars, unsigned number, uint32_t index,
         struct sum *sum)
{
    assert(number < bars->level_count && index < bars->capacity);
    *sum = bars->levels[number].sums[index];
    while (number > 0) {
        number = bars->levels[number].source;
        if (bars->levels[number].sums[index].count > 0 &&
            !sum_merge(sum, &bars->levels[number].sums[index]))
            return false;
    }
    return true;
}

int
bars_write_partial(struct bars *bars, int64_t time, struct failure *failure)
{
    for (unsigned i = 0; i < bars->level_count; i++) {
        const struct closing closing = {.level = &bars->levels[i],
                                        .number = i,
                                        .flags = BAR_PARTIAL,
                                        .time = time};

        for (uint32_t index = 0;
             closing.level->interval != 0 && index < bars->capacity; index++) {
            struct sum sum;

            if (!open_sum(bars, i, index, &sum))
                return bars_too_many(failure);
            if (sum.count > 0) {
                struct bar *bar = start_bar(bars, &closing, index);

                sum_to_bar(&sum, bar);
                leave_out(bars->lacks, bar);
            }
        }
    }
    return 0;
}
