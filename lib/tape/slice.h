/* slice.h - a slice of each tape of a source: the events between two limits.
 *
 * All of a tape, and a slice from its beginning on, keeps its name, sequence
 * numbers and HEADER.  A slice that begins later needs definitions before its
 * first event, and names before those that use them, which the tape does not
 * have there: it is a tape in its own
 * right, named NAME/from-SEQ, so that nobody takes its sequence numbers for
 * those of the whole.
 *
 * Tapes that have none of the slice are left out; if all are, the last one
 * comes without events.
 */
#ifndef TAPE_SLICE_H
#define TAPE_SLICE_H

#include "tape/definitions.h"
#include "tape/source.h"

/* Where a slice begins and ends; both must hold. */
struct tape_limits {
    int64_t from, to;          /* TIME_NULL: no limit */
    uint64_t from_seq, to_seq; /* 0: no limit */
    bool bare;                 /* no definitions: name and seq stay */
};

enum slice_next { SLICE_READ, SLICE_BLOCK, SLICE_END };

struct tape_slice {
    struct tape_source source;

    /* private */
    struct tape_source *whole;
    const struct tape_limits *limits;
    struct tape_header header;
    struct definitions definitions; /* before the slice, of the current tape */
    char *given;                    /* events to go before others; owned */
    size_t given_size, given_capacity;
    uint64_t given_count;
    bool defines;         /* they come next */
    enum slice_next then; /* and then */
    bool in_tape;         /* of whole */
    bool begun;           /* its slice has */
    bool over;            /* its slice is */
    bool any;             /* a slice has begun, of whatever tape */
};

/* whole and limits outlive the slice, which is not moved. */
void tape_slice_init(struct tape_slice *slice, struct tape_source *whole,
                     const struct tape_limits *limits);
void tape_slice_free(struct tape_slice *slice);

#endif
