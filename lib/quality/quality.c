#include "quality/quality.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"

#define STALE_DEFAULT (5 * NS_PER_MINUTE)
#define SPIKE_DEFAULT 10

static const struct quality_instrument unknown = {.traded = TIME_NULL,
                                                  .quoted = TIME_NULL};

int
quality_init(struct quality *quality, const char *key, struct failure *failure)
{
    *quality = (struct quality){.stale = STALE_DEFAULT, .spike = SPIKE_DEFAULT};
    for (unsigned i = 0; i < QUALITY_CHECKS; i++)
        quality->enabled[i] = true;
    quality_begin(quality);
    return seen_init(&quality->seen, key, failure);
}

void
quality_free(struct quality *quality)
{
    seen_free(&quality->seen);
    free(quality->instruments);
    *quality = (struct quality){0};
}

void
quality_begin(struct quality *quality)
{
    quality->newest = TIME_NULL;
    quality->trade_id = 0;
    quality->count = 0;
    quality->all = unknown;
    seen_begin(&quality->seen);
}

static bool
choose(struct quality *quality, const char *name, size_t size)
{
    for (unsigned i = 0; i < QUALITY_CHECKS; i++) {
        if (strlen(quality_rules[i].name) == size &&
            memcmp(quality_rules[i].name, name, size) == 0) {
            quality->enabled[i] = true;
            return true;
        }
    }
    return false;
}

int
quality_choose(struct quality *quality, const char *list,
               struct failure *failure)
{
    memset(quality->enabled, 0, sizeof quality->enabled);
    for (const char *at = list; at;) {
        size_t size = strcspn(at, ",");

        if (!choose(quality, at, size))
            return fail(failure, FAILURE_USAGE,
                        "\"%.*s\" is not a check (--list checks has them)",
                        (int)size, at);
        at = at[size] ? at + size + 1 : NULL;
    }
    return 0;
}

static struct quality_instrument *
find_own(struct quality *quality, uint32_t index, struct failure *failure)
{
    struct quality_instrument *grown;

    if (index == INSTRUMENT_NONE)
        return &quality->all;
    if (index < quality->count)
        return &quality->instruments[index];
    grown = array_grow(quality->instruments, &quality->capacity, index + 1UL,
                       sizeof *grown, failure);
    if (!grown)
        return NULL;
    quality->instruments = grown;
    while (quality->count <= index)
        grown[quality->count++] = unknown;
    assert(quality->count == index + 1UL && index != INSTRUMENT_NONE);
    return &grown[index];
}

int
quality_look(struct quality *quality, const struct event *event, uint32_t index,
             uint32_t *found, struct finding findings[QUALITY_CHECKS],
             struct failure *failure)
{
    struct quality_instrument *own = find_own(quality, index, failure);
    int known = SEEN_NEW;

    *found = 0;
    if (!own)
        return -1;
    if (quality->enabled[QUALITY_DUPLICATE] ||
        quality->enabled[QUALITY_CONFLICT])
        known = seen_add(&quality->seen, event, failure);
    if (known < 0)
        return -1;
    quality->known = (enum seen_result)known;
    for (unsigned i = 0; i < QUALITY_CHECKS; i++) {
        memset(&findings[i], 0, sizeof findings[i]);
        if (quality_rules[i].test(quality, own, event, &findings[i]) &&
            quality->enabled[i])
            *found |= 1U << i;
    }
    assert(*found < 1U << QUALITY_CHECKS);
    return 0;
}
