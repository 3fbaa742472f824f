/* reader.h - reads a tape: header, whole checked blocks, end.
 *
 *      while ((item = tape_reader_next(&reader, &failure)) > 0)
 *          switch (item) {
 *          case TAPE_HEADER: ... reader.header
 *          case TAPE_BLOCK:  ... [reader.first, reader.end), event_next
 *          case TAPE_END:    ... reader.status, reader.exit_class
 *          }
 *
 * An input may hold several tapes one after the other.  A block is checked
 * whole before it is handed out: hash, seq, count, length of each event at
 * least what the header gives for its type, enumerations and flags in range,
 * texts inside the event.  Its events are then safe to read through the
 * structs of event.h.  Events of known types that an older writer made
 * shorter are completed with nulls.
 *
 * With raw set, events are handed out exactly as they lie on the tape, for
 * programs that keep or select: only lengths are checked, and a field beyond
 * header.sizes[type] must not be read.
 *
 * Memory: 1.1 MiB, and more only to complete old events.
 */
#ifndef TAPE_READER_H
#define TAPE_READER_H

#include <stdbool.h>

#include "io/input.h"
#include "tape/digest.h"
#include "tape/event.h"
#include "tape/header.h"

enum tape_item { TAPE_NOTHING = 0, TAPE_HEADER, TAPE_BLOCK, TAPE_END };

struct tape_rules; /* what the checks need, from the schema */

struct tape_reader {
    struct input *input;
    bool raw;

    /* after TAPE_HEADER */
    struct tape_header header;

    /* after TAPE_BLOCK */
    const struct event *first, *end; /* the events: [first, end) */
    uint64_t first_seq;              /* of the first */
    uint32_t count;
    int64_t time_min, time_max;
    uint64_t offset;          /* byte position of the block's first event */
    const struct event *last; /* of them; NULL: they were completed */
    uint64_t body;            /* their XXH3-64, unless they were completed */

    /* after TAPE_END; since the header */
    enum tape_status status;
    int exit_class;
    uint64_t total, digest_at_end;

    struct digest digest; /* of all blocks handed out since the header */
    uint64_t next_seq;

    /* private */
    struct tape_rules *rules;
    char *buffer;
    size_t head, tail; /* unread bytes: buffer[head, tail) */
    uint64_t position; /* byte position of buffer[head] in the input */
    bool in_tape;      /* between HEADER and END */
    bool skipped;      /* after tape_reader_seek: END counts events not read */
    bool short_types;  /* some events must be completed */
    char *completed;
    size_t completed_size;
};

/* The input is open and outlives the reader. */
int tape_reader_init(struct tape_reader *reader, struct input *input,
                     struct failure *failure);
void tape_reader_free(struct tape_reader *reader);

/* The next item; TAPE_NOTHING at the end of the input, or when the input was
 * stopped (input->stopped); -1 with a failure that names event and byte:
 * class data for damage and for a regular file that ends early, class
 * environment for a pipe that ends early. */
int tape_reader_next(struct tape_reader *reader, struct failure *failure);

/* After a HEADER: goes on with the frame at that byte of a regular file, whose
 * next event is seq.  Count and digest of END are then not checked. 0 or -1. */
int tape_reader_seek(struct tape_reader *reader, uint64_t position,
                     uint64_t seq, struct failure *failure);

/* Fails for an END with status TAPE_FAILED and that exit class; -1.  Class
 * usage is not printed again: the program upstream has done so. */
int tape_fail_upstream(int exit_class, struct failure *failure);

/* The byte position of an event of the current block in the input, for
 * messages. */
uint64_t tape_reader_position(const struct tape_reader *reader,
                              const struct event *event);

#endif
