#include "bars/each.h"

#include <assert.h>
#include <stdlib.h>

#include "base/array.h"

struct each_bars {
    struct bars bars;
    struct bars_each *each;
    uint32_t index;
};

static struct bar *
make_room(void *owner, uint32_t index)
{
    struct each_bars *engine = owner;

    assert(index == 0); /* it is alone */
    return engine->each->options.room(engine->each->options.owner,
                                      engine->index);
}

void
each_free(struct bars_each *each)
{
    for (size_t i = 0; i < each->count; i++)
        if (each->engines[i]) {
            bars_free(&each->engines[i]->bars);
            free(each->engines[i]);
        }
    free(each->engines);
    each->engines = NULL;
    each->count = each->capacity = 0;
}

void
each_begin(struct bars_each *each)
{
    for (size_t i = 0; i < each->count; i++)
        if (each->engines[i])
            bars_begin(&each->engines[i]->bars);
}

/* NULL with the failure set. */
static struct each_bars *
make_engine(struct bars_each *each, uint32_t index, struct failure *failure)
{
    struct each_bars *engine = allocate(failure, 1, sizeof *engine);
    struct bars_options options = each->options;

    if (!engine)
        return NULL;
    assert(!each->engines[index]);
    engine->each = each;
    engine->index = index;
    options.room = make_room;
    options.owner = engine;
    options.alone = true;
    if (bars_init(&engine->bars, &options, failure) != 0) {
        free(engine);
        return NULL;
    }
    return engine;
}

static struct each_bars *
find_engine(struct bars_each *each, uint32_t index, struct failure *failure)
{
    if (index >= each->count) {
        struct each_bars **engines =
            array_grow(each->engines, &each->capacity, index + 1UL,
                       sizeof *engines, failure);

        if (!engines)
            return NULL;
        each->engines = engines;
        while (each->count <= index)
            engines[each->count++] = NULL;
    }
    if (!each->engines[index])
        each->engines[index] = make_engine(each, index, failure);
    return each->engines[index];
}

enum bars_taken
each_trade(struct bars_each *each, uint32_t index,
           const struct sum_trade *trade, struct failure *failure)
{
    struct each_bars *engine = find_engine(each, index, failure);

    if (!engine)
        return BARS_FAILED;
    if (each->options.late != BARS_LATE_AMEND && trade->without == 0 &&
        bars_add(&engine->bars, 0, trade))
        return BARS_TAKEN;
    return bars_trade(&engine->bars, 0, trade, failure);
}

struct bars *
each_engine(struct bars_each *each, uint32_t index)
{
    if (index >= each->count || !each->engines[index])
        return NULL;
    return &each->engines[index]->bars;
}

int
each_clock(struct bars_each *each, int64_t time, struct failure *failure)
{
    for (size_t i = 0; i < each->count; i++)
        if (each->engines[i] &&
            bars_clock(&each->engines[i]->bars, time, failure) != 0)
            return -1;
    return 0;
}

int
each_end(struct bars_each *each, struct failure *failure)
{
    for (size_t i = 0; i < each->count; i++)
        if (each->engines[i] && bars_end(&each->engines[i]->bars, failure) != 0)
            return -1;
    return 0;
}
