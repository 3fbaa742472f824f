#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "wire/dbn.h"

void
dbn_symbols_restart(struct dbn_symbols *symbols)
{
    for (uint32_t i = 0; i < symbols->count; i++) {
        free(symbols->items[i].levels);
        map_remove(&symbols->ids, symbols->items[i].number);
    }
    for (uint32_t i = 1; i <= symbols->interval_count; i++)
        free(symbols->intervals[i].symbol);
    symbols->count = symbols->interval_count = 0;
}

void
dbn_symbols_free(struct dbn_symbols *symbols)
{
    dbn_symbols_restart(symbols);
    map_free(&symbols->ids);
    free(symbols->items);
    free(symbols->intervals);
    *symbols = (struct dbn_symbols){0};
}

struct dbn_id *
dbn_symbols_id(struct dbn_symbols *symbols, uint32_t id,
               struct failure *failure)
{
    uint32_t at = map_get(&symbols->ids, id);
    struct dbn_id *items;

    if (at != MAP_NONE)
        return &symbols->items[at];
    items = array_grow(symbols->items, &symbols->capacity, symbols->count + 1UL,
                       sizeof *items, failure);
    if (!items)
        return NULL;
    symbols->items = items;
    assert(symbols->count < symbols->capacity);
    if (!map_put(&symbols->ids, id, symbols->count)) {
        fail_memory(failure);
        return NULL;
    }
    items[symbols->count] = (struct dbn_id){.number = id};
    return &items[symbols->count++];
}

int
dbn_symbols_add(struct dbn_symbols *symbols, uint32_t id, int64_t from,
                int64_t to, struct cell symbol, struct failure *failure)
{
    struct dbn_interval *larger =
        array_grow(symbols->intervals, &symbols->interval_capacity,
                   symbols->interval_count + 2UL, sizeof *larger, failure);
    struct dbn_interval interval = {.from = from, .to = to};
    struct dbn_id *entry;

    if (!larger)
        return -1;
    symbols->intervals = larger;
    entry = dbn_symbols_id(symbols, id, failure);
    if (!entry)
        return -1;
    interval.symbol = strndup(symbol.bytes, symbol.size);
    if (!interval.symbol)
        return fail_memory(failure);
    assert(entry->first <= symbols->interval_count);
    interval.next = entry->first;
    entry->first = ++symbols->interval_count;
    entry->from = entry->to = 0; /* to be looked up again */
    larger[entry->first] = interval;
    return 0;
}

struct dbn_id *
dbn_find(struct dbn *dbn, uint32_t id, int64_t time)
{
    struct dbn_symbols *symbols = &dbn->symbols;
    struct dbn_id *entry = dbn_symbols_id(symbols, id, dbn->failure);
    const char *symbol = NULL;
    char number[16];

    if (!entry)
        return NULL;
    if (entry->instrument && time >= entry->from && time < entry->to)
        return entry;
    entry->from = INT64_MIN;
    entry->to = INT64_MAX;
    for (uint32_t i = entry->first; i && !symbol;
         i = symbols->intervals[i].next) {
        const struct dbn_interval *interval = &symbols->intervals[i];

        assert(i <= symbols->interval_count);
        if (time < interval->from || time >= interval->to)
            continue;
        symbol = interval->symbol;
        entry->from = interval->from;
        entry->to = interval->to;
    }
    if (!symbol) {
        snprintf(number, sizeof number, "%" PRIu32, id);
        symbol = number;
        entry->from = entry->to = 0; /* only this once */
        dbn->unnamed++;
    }
    entry->instrument = intern_instrument(
        &dbn->importer->intern, cell_of(symbol), cell_of(dbn->exchange), time);
    return entry->instrument ? entry : NULL;
}
