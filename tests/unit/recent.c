/* The latest trades, beside a plain search of the last RECENT_TRADES. */
#include "ledger/recent.h"

#include <stdlib.h>

#include "base/random.h"
#include "tap.h"

#define TRADES (3 * RECENT_TRADES)
#define IDS    (4 * RECENT_TRADES)

/* Prints of one chain, and of all: print_of spreads nothing on purpose. */
static uint64_t
print_of(uint32_t id, bool crowded)
{
    return crowded ? (uint64_t)id << 40 | (id & 7) : id;
}

/* True when each is known exactly if it came RECENT_TRADES ago at most. */
static bool
agrees(uint32_t trades, uint32_t ids, bool crowded)
{
    struct failure failure = {.kind = FAILURE_NONE};
    struct recent recent = {.count = 0};
    struct random random = {42};
    uint32_t *last = calloc(ids, sizeof *last); /* 1 for the first; 0: never */
    bool same = last != NULL;

    for (uint32_t i = 1; same && i <= trades; i++) {
        uint32_t id = random_below(&random, ids);
        bool known;

        same =
            recent_add(&recent, print_of(id, crowded), &known, &failure) == 0 &&
            known == (last[id] && i - last[id] <= RECENT_TRADES);
        last[id] = i;
    }
    free(last);
    recent_free(&recent);
    return same;
}

static bool
knows_the_oldest(void)
{
    struct failure failure = {.kind = FAILURE_NONE};
    struct recent recent = {.count = 0};
    bool known, first = false;

    for (uint64_t i = 0; i < RECENT_TRADES; i++)
        recent_add(&recent, i, &known, &failure);
    recent_add(&recent, 0, &first, &failure);
    recent_add(&recent, 1, &known, &failure);
    first = first && known;
    recent_add(&recent, RECENT_TRADES, &known, &failure);
    first = first && !known;
    recent_add(&recent, 2, &known, &failure);
    recent_free(&recent);
    return first && !known;
}

int
main(void)
{
    OK("of many ids, the latest are known", agrees(TRADES, IDS, false));
    OK("and of ids that come often", agrees(TRADES, RECENT_TRADES / 2, false));
    OK("and of ids that all fall together", agrees(4000, 3000, true));
    OK("the last of them is known, the one before it is not",
       knows_the_oldest());
    return tap_done();
}
