/* bars_bench.h - bars that are being made, and what came out so far. */
#ifndef TESTS_BARS_BENCH_H
#define TESTS_BARS_BENCH_H

#include <stdlib.h>
#include <string.h>

#include "bars/bars.h"

struct bench {
    struct bars bars;
    struct failure failure;
    struct bar *got;
    size_t count, room;
};

static struct bar *
make_room(void *owner, uint32_t index)
{
    struct bench *bench = owner;

    if (bench->count == bench->room) {
        bench->room = bench->room ? bench->room * 2 : 1024;
        bench->got = realloc(bench->got, bench->room * sizeof *bench->got);
        if (!bench->got)
            abort();
    }
    bench->got[bench->count].event.instrument = index;
    return &bench->got[bench->count++];
}

static void
start_filled(struct bench *bench, const int64_t *intervals, unsigned count,
             enum bars_fill fill)
{
    struct bars_options options = {
        .count = count, .fill = fill, .room = make_room, .owner = bench};

    *bench = (struct bench){.got = NULL};
    memcpy(options.intervals, intervals, count * sizeof *intervals);
    if (bars_init(&bench->bars, &options, &bench->failure) != 0)
        abort();
}

#endif
