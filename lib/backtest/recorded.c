#include "backtest/recorded.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/table.h"

void
recorded_free(struct recorded *recorded)
{
    free(recorded->rows);
    map_free(&recorded->places);
    memset(recorded, 0, sizeof *recorded);
}

int
recorded_note(struct recorded *recorded, uint32_t index, int64_t time,
              enum sim_verdict verdict, struct failure *failure)
{
    int64_t hour = time / NS_PER_HOUR - (time % NS_PER_HOUR < 0);
    uint64_t key = (uint64_t)index << 32 | (uint32_t)hour;
    uint32_t place = map_get(&recorded->places, key);
    struct recorded_row *rows;

    assert(verdict < SIM_VERDICTS);
    if (verdict == SIM_NOTHING)
        return 0;
    if (place == MAP_NONE) {
        place = recorded->count;
        rows = array_grow(recorded->rows, &recorded->capacity, place + 1UL,
                          sizeof *rows, failure);
        if (!rows)
            return -1;
        recorded->rows = rows;
        if (!map_put(&recorded->places, key, place))
            return fail_memory(failure);
        rows[recorded->count++] =
            (struct recorded_row){.index = index, .hour = hour * NS_PER_HOUR};
    }
    recorded->rows[place].counts[verdict]++;
    return 0;
}

/* ---- the table ----------------------------------------------------------- */

/* Hundredths of a percent, cut: 100 is all of them and nothing else. */
static void
put_share(struct table *table, uint64_t part, uint64_t all)
{
    uint64_t share = all ? (uint64_t)((u128)part * 10000 / all) : 0;

    table_put_format(table, "%" PRIu64 ".%02" PRIu64, share / 100, share % 100);
}

static void
put_counts(struct table *table, const uint64_t counts[SIM_VERDICTS])
{
    uint64_t all = 0;
    uint64_t known = counts[SIM_FIRST] + counts[SIM_LATER];

    for (unsigned verdict = SIM_FIRST; verdict < SIM_VERDICTS; verdict++)
        all += counts[verdict];
    assert(known <= all);
    table_put_unsigned(table, all);
    put_share(table, known, all);
    put_share(table, counts[SIM_FIRST], all);
    for (unsigned verdict = SIM_LATER; verdict < SIM_VERDICTS; verdict++)
        table_put_unsigned(table, counts[verdict]);
}

/* By instrument, then by hour. */
static int
compare(const void *a, const void *b)
{
    const struct recorded_row *left = a, *right = b;

    if (left->index != right->index)
        return left->index < right->index ? -1 : 1;
    return left->hour < right->hour ? -1 : left->hour > right->hour;
}

void
recorded_write(const struct recorded *recorded,
               const struct instruments *instruments, struct bytes *out)
{
    static const struct table_column columns[] = {
        {"instrument", TABLE_LEFT, 0},  {"hour", TABLE_LEFT, 0},
        {"executions", TABLE_RIGHT, 0}, {"known %", TABLE_RIGHT, 0},
        {"first %", TABLE_RIGHT, 0},    {"later", TABLE_RIGHT, 0},
        {"short", TABLE_RIGHT, 0},      {"price", TABLE_RIGHT, 0},
        {"unknown", TABLE_RIGHT, 0},
    };
    struct table table = {.columns = columns,
                          .column_count = sizeof columns / sizeof *columns};
    uint64_t all[SIM_VERDICTS] = {0};

    if (recorded->count)
        qsort(recorded->rows, recorded->count, sizeof *recorded->rows, compare);
    for (uint32_t i = 0; i < recorded->count; i++) {
        const struct recorded_row *row = &recorded->rows[i];
        char name[2 * INSTRUMENT_TEXT_MAX + 2];

        instruments_name(instruments, row->index, name, sizeof name);
        table_put_text(&table, name);
        table_put_time(&table, row->hour);
        put_counts(&table, row->counts);
        for (unsigned verdict = 0; verdict < SIM_VERDICTS; verdict++)
            all[verdict] += row->counts[verdict];
    }
    table_put_rule(&table);
    table_put_text(&table, "all");
    table_put_empty(&table);
    put_counts(&table, all);
    table_write(&table, out);
    table_free(&table);
}
