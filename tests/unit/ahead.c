/* Jobs that threads do ahead: each is done once, whole when it is taken, with
 * any number of threads; what is dropped is not touched again. */
#include "base/pool.h"

#include <stdint.h>
#include <string.h>

#include "tap.h"

#define SLOTS 5

struct slot {
    struct pool_job job;
    uint32_t number, result;
    unsigned runs;
};

/* Some take longer than others. */
static void
work(void *owner)
{
    struct slot *slot = owner;
    volatile uint32_t value = slot->number;

    for (uint32_t i = 0; i < slot->number % 7 * 300; i++)
        value = value * 31 + i;
    slot->result = slot->number * 3 + 1;
    slot->runs++;
}

static void
give(struct pool *ahead, struct slot *slots, uint32_t number)
{
    struct slot *slot = &slots[number % SLOTS];

    slot->job.work = work;
    slot->job.owner = slot;
    slot->number = number;
    slot->result = 0;
    pool_give(ahead, &slot->job);
}

/* Whether the results of count jobs come in order, with SLOTS at a time. */
static bool
comes_in_order(struct pool *ahead, uint32_t count)
{
    struct slot slots[SLOTS];
    unsigned runs = 0;
    bool good = true;

    memset(slots, 0, sizeof slots);
    for (uint32_t i = 0; i < SLOTS; i++)
        give(ahead, slots, i);
    for (uint32_t i = 0; i < count; i++) {
        struct slot *slot = &slots[i % SLOTS];

        pool_take(ahead, &slot->job);
        good &= slot->number == i && slot->result == i * 3 + 1;
        give(ahead, slots, i + SLOTS);
    }
    for (uint32_t i = 0; i < SLOTS; i++) {
        pool_drop(ahead, &slots[i].job);
        runs += slots[i].runs;
        slots[i].result = UINT32_MAX; /* nobody else looks at it */
    }
    return good && runs >= count && runs <= count + SLOTS;
}

static void
test_threads(unsigned threads)
{
    struct failure failure = {0};
    struct pool ahead;
    bool good = pool_open(&ahead, threads, &failure) == 0;

    for (unsigned round = 0; good && round < 20; round++)
        good = comes_in_order(&ahead, round * 10);
    pool_close(&ahead);
    pool_close(&ahead);
    tap_note("%u threads", threads);
    OK("every job is done once and comes in its turn", good);
}

/* Of two who give to the same threads, the one waits for none of the other's
 * jobs longer than it does them itself. */
static void
test_two(void)
{
    struct failure failure = {0};
    struct slot ours[SLOTS], theirs[SLOTS];
    struct pool ahead;
    bool good = pool_open(&ahead, 2, &failure) == 0;

    memset(ours, 0, sizeof ours);
    memset(theirs, 0, sizeof theirs);
    for (uint32_t i = 0; good && i < SLOTS; i++) {
        give(&ahead, theirs, i);
        give(&ahead, ours, i);
    }
    for (uint32_t i = SLOTS; good && i-- > 0;) { /* the last one first */
        pool_take(&ahead, &ours[i].job);
        good = ours[i].result == i * 3 + 1;
    }
    for (uint32_t i = 0; i < SLOTS; i++)
        pool_drop(&ahead, &theirs[i].job);
    pool_close(&ahead);
    OK("jobs of several are taken in any order", good);
}

int
main(void)
{
    static const unsigned threads[] = {0, 1, 2, 3, 8};

    OK("without threads they are done when they are taken",
       comes_in_order(NULL, 100));
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++)
        test_threads(threads[i]);
    test_two();
    OK("there is a processor", pool_processors() > 0);
    return tap_done();
}
