#include "quality/median.h"

#include <assert.h>
#include <string.h>

/* Where a price is among those sorted, or belongs. */
static unsigned
place_of(const struct median *median, int64_t price)
{
    unsigned at = 0;

    while (at < median->count && median->sorted[at] < price)
        at++;
    return at;
}

void
median_add(struct median *median, int64_t price)
{
    unsigned at;

    if (median->count == MEDIAN_LENGTH) {
        at = place_of(median, median->latest[median->next]);
        assert(median->sorted[at] == median->latest[median->next]);
        median->count--;
        memmove(median->sorted + at, median->sorted + at + 1,
                (median->count - at) * sizeof *median->sorted);
    }
    at = place_of(median, price);
    memmove(median->sorted + at + 1, median->sorted + at,
            (median->count - at) * sizeof *median->sorted);
    assert(at <= median->count && median->count < MEDIAN_LENGTH);
    median->sorted[at] = price;
    median->count++;
    median->latest[median->next] = price;
    median->next = (uint8_t)((median->next + 1) % MEDIAN_LENGTH);
}

int64_t
median_value(const struct median *median)
{
    assert(median->count > 0);
    return median->sorted[(median->count - 1) / 2];
}

/* The distances grow to both sides of the median: the nearest are taken from
 * there until half of them are. */
int64_t
median_deviation(const struct median *median)
{
    int64_t value = median_value(median), distance = 0;
    unsigned below = (median->count + 1U) / 2, above = below;

    for (unsigned taken = 0; taken < (median->count + 1U) / 2; taken++) {
        int64_t down =
            below > 0 ? value - median->sorted[below - 1] : INT64_MAX;
        int64_t up =
            above < median->count ? median->sorted[above] - value : INT64_MAX;

        distance = down <= up ? down : up;
        if (down <= up)
            below--;
        else
            above++;
    }
    assert(distance >= 0 && distance < INT64_MAX);
    return distance;
}
