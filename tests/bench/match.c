/* match - how fast the engine is by itself.
 *
 *      match FILE [RUNS]
 *
 * FILE is order flow (flow_file.h).  Its records are made into requests, a
 * block at a time, as xmatch finds them when it has read one; matching them is
 * what is measured.  Reports go to memory that is used again and again.  Prints
 * a line for each run.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "flow_file.h"
#include "io/input.h"
#include "match/match.h"
#include "tape/frame.h"
#include "tape/schema.h"

#define TICK  (DECIMAL_ONE / 100)
#define BLOCK 1024 /* requests, about as many as lie in a block */

struct sink {
    _Alignas(64) char bytes[1 << 16];
    char behind[EVENT_MAX]; /* room for the last report */
    struct match *match;
};

/* Requests one after the other, as in a block of a tape. */
struct block {
    _Alignas(64) char bytes[BLOCK * sizeof(struct order)];
    const void *end;
};

/* What there is to do: the records, and events to begin from. */
struct work {
    const struct flow_record *records;
    struct order order;
    struct modify modify;
    struct cancel cancel;
};

static void *
put(void *owner, size_t size)
{
    struct sink *sink = owner;

    sink->match->room.at = sink->bytes + size;
    sink->match->room.end = sink->bytes + sizeof sink->bytes;
    return sink->bytes;
}

/* ---- requests ------------------------------------------------------------ */

static int64_t
price_of(const struct flow_record *record)
{
    return record->price ? record->price * TICK : DECIMAL_NULL;
}

static size_t
make_order(const struct work *work, struct order *event,
           const struct flow_record *record)
{
    *event = work->order;
    event->event.instrument = record->symbol;
    event->side = record->side;
    event->order_type = record->price ? ORDER_LIMIT : ORDER_MARKET;
    event->time_in_force = record->immediate ? TIF_IOC : TIF_DAY;
    event->order_id = record->id;
    event->account_id = record->account;
    event->price = price_of(record);
    event->quantity = record->lots * DECIMAL_ONE;
    return sizeof *event;
}

static size_t
make_modify(const struct work *work, struct modify *event,
            const struct flow_record *record)
{
    *event = work->modify;
    event->event.instrument = record->symbol;
    event->order_id = record->id;
    event->account_id = record->account;
    event->price = price_of(record);
    event->quantity = record->lots ? record->lots * DECIMAL_ONE : DECIMAL_NULL;
    return sizeof *event;
}

static size_t
make_cancel(const struct work *work, struct cancel *event,
            const struct flow_record *record)
{
    *event = work->cancel;
    event->event.instrument = record->symbol;
    event->order_id = record->id;
    event->account_id = record->account;
    return sizeof *event;
}

static size_t
make(const struct work *work, void *room, const struct flow_record *record)
{
    switch (record->operation) {
    case FLOW_ADD: return make_order(work, room, record);
    case FLOW_MODIFY: return make_modify(work, room, record);
    default: return make_cancel(work, room, record);
    }
}

static void
make_block(const struct work *work, struct block *block, uint64_t from,
           uint64_t count)
{
    char *at = block->bytes;

    for (uint64_t i = from; i < from + count; i++)
        at += make(work, at, &work->records[i]);
    block->end = at;
}

/* ---- the engine ---------------------------------------------------------- */

static const struct event *
expect(const struct match *match, const struct event *event, const void *end,
       enum match_step step)
{
    if ((const void *)event >= end)
        return event;
    match_prefetch(match, event->instrument - 1, event, step);
    return event_next(event);
}

/* As xmatch takes a block. */
static void
take_block(struct match *match, const struct block *block)
{
    const struct event *event = (const void *)block->bytes;
    const struct event *ahead[MATCH_STEPS] = {event, event, event};
    const void *end = block->end;
    bool look = match->books.count > MATCH_CACHED;
    struct failure failure = {0};

    for (unsigned step = 0; look && step < MATCH_STEPS; step++)
        for (unsigned i = step * MATCH_AHEAD; i < MATCH_STEPS * MATCH_AHEAD;
             i++)
            ahead[step] = expect(match, ahead[step], end, step);
    for (; (const void *)event < end; event = event_next(event)) {
        for (unsigned step = 0; look && step < MATCH_STEPS; step++)
            ahead[step] = expect(match, ahead[step], end, step);
        match_event(match, event->instrument - 1, event, &failure);
    }
}

static double
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Takes the records from one on, up to another; the seconds that matching
 * took. */
static double
take(struct match *match, const struct work *work, uint64_t from, uint64_t to)
{
    static struct block block;
    double seconds = 0;

    for (; from < to; from += BLOCK) {
        double begin;

        make_block(work, &block, from, to - from < BLOCK ? to - from : BLOCK);
        begin = now();
        take_block(match, &block);
        seconds += now() - begin;
    }
    return seconds;
}

static void
run(const struct work *work, const struct flow_record *begin)
{
    static struct sink sink;
    uint64_t filling = (uint64_t)begin->price;
    struct instrument definition;
    struct failure failure = {0};
    struct match match;
    double seconds;

    event_init(&definition, EVENT_INSTRUMENT);
    definition.tick_size = TICK;
    definition.lot_size = DECIMAL_ONE;
    sink.match = &match;
    match_init(&match, &(struct event_sink){.put = put, .owner = &sink});
    for (uint32_t i = 0; i < begin->symbol; i++) {
        definition.event.instrument = i + 1;
        match_define(&match, i, &definition, &failure);
    }
    take(&match, work, 0, filling);
    seconds = take(&match, work, filling, begin->id);
    printf("%.6f %" PRIu64 " %" PRIu64 " %u\n", seconds, begin->id - filling,
           match.trades, match.books.count);
    match_free(&match);
}

int
main(int argc, char **argv)
{
    int runs = argc > 2 ? atoi(argv[2]) : 1;
    struct failure failure = {0};
    struct flow_record *records;
    struct work work;
    size_t size;

    if (argc < 2)
        return FAILURE_USAGE;
    records = (void *)input_read_file(argv[1], SIZE_MAX / 2, &size, &failure);
    if (!records || size < sizeof *records ||
        size / sizeof *records != records->id + 1) {
        fprintf(stderr, "match: %s: not order flow %s\n", argv[1],
                failure.text);
        return FAILURE_DATA;
    }
    work.records = records + 1;
    event_init(&work.order, EVENT_ORDER);
    event_init(&work.modify, EVENT_MODIFY);
    event_init(&work.cancel, EVENT_CANCEL);
    for (int i = 0; i < runs; i++)
        run(&work, records);
    free(records);
    return 0;
}
