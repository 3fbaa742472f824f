/* Fuzzes JSON of others with rows in records: any bytes are refused with a
 * reason or read; in pieces they give the same; and only the last event of a
 * message is without the flag more. */
#include <assert.h>
#include <stdint.h>

#include "../text_events.h"

static struct tape
read_levels(const uint8_t *data, size_t size, size_t piece,
            struct failure *failure)
{
    static const char *const eaches[] = {
        "b[]:side=buy,price=[0],quantity=[1],order_count=[]",
        "d.a[].x[]:side=sell,price=.p,quantity=[-1]",
        "[1][]:flags=snapshot,side=[0],price=[1],quantity=[2]", "k:price=."};
    static const char *const maps[] = {"time=@,instrument=$s+$[-1]+@[1]"};
    static const char *const all[] = {"*"};
    const struct import_options options = {.type = "book_level",
                                           .maps = {1, maps},
                                           .eaches = {4, eaches},
                                           .ignored = {1, all},
                                           .comment = "#"};

    return read_as(&json_import, &options, (const char *)data, size, piece,
                   failure);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct failure failure = {0}, after = {0};
    struct tape tape = read_levels(data, size, size + 1, &failure);
    struct tape pieces = read_levels(data, size, 1 + size % 7, &after);
    const struct event *last = NULL;

    assert(failure.kind == FAILURE_NONE || failure.kind == FAILURE_DATA);
    assert(failure.kind == FAILURE_NONE || *failure.text);
    assert(strcmp(failure.text, after.text) == 0);
    assert(same(&tape.events, &pieces.events));
    for (size_t at = 0; at < tape.events.size;) {
        const struct event *event = (const void *)(tape.events.bytes + at);

        if (event->type == EVENT_BOOK_LEVEL)
            last = event;
        at += event->words * 8UL;
    }
    assert(!last || !(((const struct book_level *)(const void *)last)->flags &
                      BOOK_MORE));
    bytes_free(&tape.events);
    bytes_free(&pieces.events);
    return 0;
}
