#include "tape/source.h"

#include <inttypes.h>

static int
next(struct tape_source *source, struct failure *failure)
{
    struct tape_input *tape = (struct tape_input *)source;
    struct tape_reader *reader = &tape->reader;
    int item = tape_reader_next(reader, failure);

    source->header = &reader->header;
    source->first = reader->first;
    source->end = reader->end;
    source->first_seq = reader->first_seq;
    source->count = reader->count;
    source->status = reader->status;
    source->exit_class = reader->exit_class;
    return item;
}

int
tape_input_init(struct tape_input *tape, bool raw, struct failure *failure)
{
    tape->source = (struct tape_source){.next = next,
                                        .name = input_name(&tape->input),
                                        .reader = &tape->reader};
    if (tape_reader_init(&tape->reader, &tape->input, failure) != 0)
        return -1;
    tape->reader.raw = raw;
    return 0;
}

void
tape_input_free(struct tape_input *tape)
{
    tape_reader_free(&tape->reader);
    input_close(&tape->input);
}

int
tape_source_blame(const struct tape_source *source, const struct event *event,
                  uint64_t seq, struct failure *failure)
{
    if (source->reader)
        return fail_at(failure, "%s: event %" PRIu64 " (byte %" PRIu64 ")",
                       input_name(source->reader->input), seq,
                       tape_reader_position(source->reader, event));
    return fail_at(failure, "event %" PRIu64, seq);
}
