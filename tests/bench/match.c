/* match - how fast the engine is by itself: xgen's order flow, made
 * beforehand, and facts written to memory that is used again and again.
 *
 *      match [ORDERS [SYMBOLS [DEPTH [RUNS]]]]
 *
 * Prints the best of RUNS, in processor time.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "market/flow.h"
#include "market/match.h"

struct sink {
    _Alignas(64) char bytes[1 << 16];
    size_t used;
    uint64_t facts;
};

/* Events one behind the other, as in a block. */
struct events {
    char *bytes;
    size_t used, capacity;
    uint64_t count;
};

static void *
put(void *owner, size_t size)
{
    struct sink *sink = owner;
    void *room;

    if (sink->used + size > sizeof sink->bytes)
        sink->used = 0;
    room = sink->bytes + sink->used;
    sink->used += size;
    sink->facts++;
    return room;
}

static int
make(const struct flow_plan *plan, struct events *events,
     struct failure *failure)
{
    struct flow *flow = flow_new(plan, failure);
    size_t size = 1;

    while (flow && size > 0) {
        const struct event *event;

        if (events->used + FLOW_EVENT_MAX > events->capacity) {
            events->capacity = events->capacity * 2 + 65536;
            events->bytes = realloc(events->bytes, events->capacity);
        }
        event = (const void *)(events->bytes + events->used);
        size = flow_next(flow, events->bytes + events->used);
        if (size == 0)
            break;
        events->used += size;
        events->count +=
            event->type >= EVENT_ORDER && event->type <= EVENT_CANCEL;
    }
    flow_destroy(flow);
    return flow ? 0 : -1;
}

static const struct event *
expect(const struct match *match, const struct event *event, const void *end,
       bool near)
{
    if ((const void *)event >= end)
        return event;
    match_expect(match, event->instrument - 1, event, near);
    return event_next(event);
}

static double
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double
run(struct match *match, struct sink *sink, const struct events *events)
{
    const struct event *event = (const void *)events->bytes;
    const struct event *near = event, *far = event;
    const void *end = events->bytes + events->used;
    struct failure failure = {0};
    double from = now();

    match_init(match, &(struct match_sink){.put = put, .owner = sink});
    for (int i = 0; i < 12; i++)
        far = event_next(far);
    for (int i = 0; i < 6; i++)
        near = event_next(near);
    for (; (const void *)event < end; event = event_next(event)) {
        far = expect(match, far, end, false);
        near = expect(match, near, end, true);
        if (event->type == EVENT_INSTRUMENT)
            match_define(match, event->instrument - 1, (const void *)event,
                         &failure);
        else
            match_event(match, event->instrument - 1, event, &failure);
    }
    return now() - from;
}

int
main(int argc, char **argv)
{
    struct flow_plan plan = {
        .seed = 1,
        .events = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000,
        .symbols = argc > 2 ? strtoul(argv[2], NULL, 10) : 100,
        .depth = argc > 3 ? strtoul(argv[3], NULL, 10) : 100,
        .accounts = 1000,
        .rate = 100,
        .tick_size = DECIMAL_ONE / 100,
        .lot_size = DECIMAL_ONE,
    };
    int runs = argc > 4 ? (int)strtoul(argv[4], NULL, 10) : 5;
    struct failure failure = {0};
    struct events events = {0};
    static struct sink sink;
    double best = 1e9;

    if (make(&plan, &events, &failure) != 0) {
        fprintf(stderr, "match: %s\n", failure.text);
        return (int)failure.kind;
    }
    for (int i = 0; i < runs; i++) {
        struct match match;
        double time;

        sink.facts = 0;
        time = run(&match, &sink, &events);
        best = time < best ? time : best;
        if (i == runs - 1)
            printf("%.2f M orders/s, %.1f ns each; %" PRIu64 " facts, %" PRIu64
                   " trades, %u open at %u prices\n",
                   (double)events.count / best / 1e6,
                   best / (double)events.count * 1e9, sink.facts, match.trades,
                   match.books.count, match.books.rungs.level_count);
        match_free(&match);
    }
    free(events.bytes);
    return 0;
}
