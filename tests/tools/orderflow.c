/* orderflow SEED COUNT [ONLY] - writes a tape of random requests of all kinds
 * for the instruments F:1, F:2 and F:3 (tests/unit/match_flow.h).  With ONLY,
 * 1 to 3, what is for another instrument becomes a clock event. */
#include <stdlib.h>
#include <string.h>

#include "../unit/match_flow.h"
#include "tape/writer.h"

#define SYMBOLS 3
#define START   INT64_C(1767864600000000000)

static void
put_instrument(struct tape_writer *writer, uint32_t id)
{
    struct {
        struct instrument instrument;
        char tail[8];
    } *event = tape_writer_put(writer, sizeof *event);

    memset(event, 0, sizeof *event);
    event_init(event, EVENT_INSTRUMENT);
    event->instrument.event.words = sizeof *event / 8;
    event->instrument.event.instrument = id;
    event->instrument.event.time = START;
    event->instrument.symbol = (struct text){sizeof(struct instrument), 1, 0};
    event->instrument.exchange =
        (struct text){sizeof(struct instrument) + 1, 1, 0};
    event->tail[0] = (char)('0' + id);
    event->tail[1] = 'F';
}

/* Makes a request one that a tape can hold: times of a day, no instrument
 * that is not defined. */
static void
make_fit(union request_event *request)
{
    request->event.time += START;
    if (request->event.type == EVENT_ORDER &&
        request->order.expire_time != INT64_MIN)
        request->order.expire_time += START;
    if (request->event.instrument > SYMBOLS ||
        request->event.type == EVENT_ACCOUNT ||
        request->event.type == EVENT_CLOCK)
        request->event.instrument = 0;
}

static void
put_request(struct tape_writer *writer, union request_event *request,
            uint32_t only)
{
    uint32_t instrument = request->event.instrument;
    int64_t time = request->event.time;

    if (only && instrument && instrument != only) {
        event_init(request, EVENT_CLOCK);
        request->event.time = time;
    }
    memcpy(tape_writer_put(writer, request->event.words * 8UL), request,
           request->event.words * 8UL);
}

int
main(int argc, char **argv)
{
    struct random random = {argc > 1 ? strtoull(argv[1], NULL, 10) : 0};
    int64_t count = argc > 2 ? atoll(argv[2]) : 0;
    uint32_t only = argc > 3 ? (uint32_t)atoi(argv[3]) : 0;
    struct failure failure = {0};
    struct output output;
    struct tape_writer writer;
    struct tape_header header;

    tape_header_init(&header, "orderflow");
    if (output_open(&output, NULL, &failure) != 0 ||
        tape_writer_init(&writer, &output, &failure) != 0 ||
        tape_writer_begin(&writer, &header) != 0)
        return 3;
    for (uint32_t id = 1; id <= SYMBOLS; id++)
        put_instrument(&writer, id);
    for (int64_t i = 1; i <= count; i++) {
        union request_event request;

        some_request(&random, SYMBOLS, 3 * i, &request);
        make_fit(&request);
        if (request.event.type != EVENT_INSTRUMENT) /* it has no name */
            put_request(&writer, &request, only);
    }
    if (tape_writer_end(&writer, TAPE_COMPLETE, 0) != 0 ||
        output_commit(&output) != 0)
        return 3;
    tape_writer_free(&writer);
    return 0;
}
