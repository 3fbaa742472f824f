/* nested [PAD] - a tape on stdout whose second event, of a user's type, carries
 *     the bytes of stdin after PAD bytes, of which there are 40,000 at most;
 *     one event comes before, and a hundred after. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/output.h"
#include "tape/writer.h"

static void
put(struct tape_writer *writer, size_t pad, const char *bytes, size_t size)
{
    size_t all = (sizeof(struct event) + pad + size + 7) / 8 * 8;
    struct event *event = tape_writer_put(writer, all);

    memset(event, 0, all);
    event->words = (uint16_t)(all / 8);
    event->type = EVENT_USER;
    event->time = 1;
    memcpy((char *)(event + 1) + pad, bytes, size);
}

int
main(int argc, char **argv)
{
    static char bytes[40000];
    size_t size = fread(bytes, 1, sizeof bytes, stdin);
    size_t pad = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    struct failure failure = {0};
    struct output output;
    struct tape_writer writer;
    struct tape_header header;

    tape_header_init(&header, "nested");
    if (output_open(&output, NULL, &failure) != 0 ||
        tape_writer_init(&writer, &output, &failure) != 0 ||
        tape_writer_begin(&writer, &header) != 0)
        return 1;
    put(&writer, 0, "", 0);
    put(&writer, pad, bytes, size);
    /* the block ends with the bytes */
    tape_writer_send(&writer);
    for (int i = 0; i < 100; i++)
        put(&writer, 0, "event", 5);
    tape_writer_end(&writer, TAPE_COMPLETE, 0);
    return output_commit(&output) == 0 ? 0 : 1;
}
