/* piece FIRST LAST [complete] - copies of the tape on stdin only the events
 * with those sequence numbers, under the same name: what a store would give
 * from a point on.  A piece that does not reach the tape's end is limited,
 * unless it is to be called complete; one of nothing ends as the tape does. */
#include <stdlib.h>

#include "tape/reader.h"
#include "tape/writer.h"

int
main(int argc, char **argv)
{
    struct failure failure = {0};
    struct input input;
    struct output output;
    struct tape_reader reader;
    struct tape_writer writer;
    uint64_t first, last;
    int item;

    if (argc < 3)
        return 2;
    first = strtoull(argv[1], NULL, 10);
    last = strtoull(argv[2], NULL, 10);
    if (input_open(&input, "-", &failure) != 0 ||
        output_open(&output, NULL, &failure) != 0 ||
        tape_reader_init(&reader, &input, &failure) != 0 ||
        tape_writer_init(&writer, &output, &failure) != 0)
        return 3;
    reader.raw = true;
    while ((item = tape_reader_next(&reader, &failure)) > 0) {
        const struct event *event = reader.first;

        if (item == TAPE_HEADER) {
            reader.header.first_seq = first;
            tape_writer_begin(&writer, &reader.header);
        }
        for (uint64_t seq = reader.first_seq;
             item == TAPE_BLOCK && event < reader.end;
             event = event_next(event), seq++)
            if (seq >= first && seq <= last)
                tape_writer_copy(&writer, event);
        if (item == TAPE_END)
            tape_writer_end(&writer,
                            argc == 3 && last > 0 && last < reader.next_seq - 1
                                ? TAPE_LIMITED
                                : reader.status,
                            0);
    }
    if (item < 0 || output_commit(&output) != 0)
        return 3;
    tape_reader_free(&reader);
    tape_writer_free(&writer);
    return 0;
}
