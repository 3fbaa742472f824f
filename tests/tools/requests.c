/* requests SEED N [STREAM] - writes a tape of about N random requests of all
 * kinds, some of them nonsense, for three instruments, on stdout. */
#include <stdlib.h>
#include <string.h>

#include "../unit/match_flow.h"
#include "tape/writer.h"

#define SYMBOLS 3

/* An instrument event needs its symbol, after what else there is. */
static void
put_instrument(struct tape_writer *writer, const union request_event *request)
{
    size_t used = request->event.words * 8UL;
    struct instrument *event = tape_writer_put(writer, used + 8);
    char symbol[8] = {(char)('@' + request->event.instrument)};

    memcpy(event, request, used);
    memcpy((char *)event + used, symbol, sizeof symbol);
    event->symbol = (struct text){(uint16_t)used, 1, 0};
    event->event.words++;
}

/* Whether it is of no use to whoever reads on: of an instrument that there is
 * not, or of a quantity whose sums would be too large for a quote. */
static bool
is_beyond(const union request_event *request)
{
    const int64_t much = 1000000 * DECIMAL_ONE;
    const struct modify *modify = &request->modify;

    if (request->event.instrument > SYMBOLS)
        return true;
    return request->event.type == EVENT_ORDER
               ? request->order.quantity > much
               : request->event.type == EVENT_MODIFY &&
                     (modify->quantity > much || modify->total_quantity > much);
}

int
main(int argc, char **argv)
{
    struct random random = {.state = argc > 1 ? (uint64_t)atol(argv[1]) : 1};
    long count = argc > 2 ? atol(argv[2]) : 1000;
    struct failure failure = {0};
    struct tape_header header;
    struct output output;
    struct tape_writer writer;
    union request_event request;

    if (output_open(&output, NULL, &failure) != 0 ||
        tape_writer_init(&writer, &output, &failure) != 0)
        return 3;
    tape_header_init(&header, argc > 3 ? argv[3] : "requests");
    tape_writer_begin(&writer, &header);
    for (uint32_t i = 1; i <= SYMBOLS; i++) {
        event_init(&request, EVENT_INSTRUMENT);
        request.event.instrument = i;
        request.event.time = 0;
        put_instrument(&writer, &request);
    }
    for (int64_t now = 0; now < count; now++) {
        some_request(&random, SYMBOLS, now, &request);
        if (request.event.type == EVENT_INSTRUMENT)
            put_instrument(&writer, &request);
        else if (!is_beyond(&request))
            tape_writer_copy(&writer, &request.event);
    }
    tape_writer_end(&writer, TAPE_COMPLETE, 0);
    return output_commit(&output) == 0 ? 0 : 3;
}
