/* example - writes the small tape that tape(5) shows, on stdout; with the
 * argument "mdoc" its hexdump as the page has it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tape/schema.h"
#include "tape/writer.h"

static void
put_events(struct tape_writer *writer)
{
    const size_t size = sizeof(struct instrument) + 8; /* and the symbol */
    struct instrument *instrument = tape_writer_put(writer, size);
    struct print *print;

    memset(instrument, 0, size);
    event_init(instrument, EVENT_INSTRUMENT);
    instrument->event.words = (uint16_t)(size / 8);
    instrument->event.instrument = 1;
    instrument->event.time = INT64_C(1767864600000000000);
    instrument->currency = code_from_text("USD", 3);
    instrument->symbol.offset = sizeof *instrument;
    instrument->symbol.length = 4;
    memcpy((char *)instrument + sizeof *instrument, "AAPL", 4);

    print = tape_writer_put(writer, sizeof *print);
    event_init(print, EVENT_PRINT);
    print->event.instrument = 1;
    print->event.time = INT64_C(1767864600000000001);
    print->side = SIDE_BUY;
    print->price = 150 * DECIMAL_ONE + DECIMAL_ONE / 4;
    print->quantity = 100 * DECIMAL_ONE;
    print->trade_id = 1;
}

int
main(int argc, char **argv)
{
    struct failure failure = {0};
    struct output output;
    struct tape_writer writer;
    struct tape_header header;

    (void)argv;
    if (argc > 1) { /* the page has what od prints */
        int status;

        printf(".Bd -literal -offset 2n\n");
        fflush(stdout);
        status = system("build/tools/example | od -An -v -tx1z -w16 | "
                        "sed -e 's/\\\\/\\\\e/g' -e 's/^ //'");
        printf(".Ed\n");
        return status != 0;
    }
    tape_header_init(&header, "demo");
    memset(header.sizes, 0, sizeof header.sizes);
    header.sizes[EVENT_INSTRUMENT] = sizeof(struct instrument);
    header.sizes[EVENT_PRINT] = sizeof(struct print);
    if (output_open(&output, NULL, &failure) != 0 ||
        tape_writer_init(&writer, &output, &failure) != 0 ||
        tape_writer_begin(&writer, &header) != 0)
        return 3;
    put_events(&writer);
    if (tape_writer_end(&writer, TAPE_COMPLETE, 0) != 0 ||
        output_commit(&output) != 0)
        return 3;
    tape_writer_free(&writer);
    return 0;
}
