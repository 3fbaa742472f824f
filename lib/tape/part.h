/* part.h - a part of each tape of a source.
 *
 * All of a tape, and a part from its beginning on, keeps its name, seqs and
 * HEADER.  A part that begins later needs definitions before its first event,
 * which the tape does not have there: it is a tape of its own, called
 * NAME/from-SEQ, so that nobody takes its seqs for those of the whole.
 *
 * Tapes that have none of the part are left out; if all are, the last one
 * comes without events.
 */
#ifndef TAPE_PART_H
#define TAPE_PART_H

#include "tape/definitions.h"
#include "tape/source.h"

/* Where a part begins and ends; both must hold. */
struct tape_limits {
    int64_t from, to;          /* TIME_NULL: no limit */
    uint64_t from_seq, to_seq; /* 0: no limit */
    bool bare;                 /* no definitions: name and seqs stay */
};

enum part_next { PART_READ, PART_BLOCK, PART_END };

struct tape_part {
    struct tape_source source;

    /* private */
    struct tape_source *whole;
    const struct tape_limits *limits;
    struct tape_header header;
    struct definitions definitions; /* before the part, of the tape in hand */
    struct event *given; /* those in force, one behind the other; owned */
    bool defines;        /* they come next */
    enum part_next then; /* and then */
    bool in_tape;        /* of whole */
    bool begun;          /* its part has */
    bool over;           /* its part is */
    bool any;            /* a part has begun, of whatever tape */
};

/* whole and limits outlive the part, which is not moved. */
void tape_part_init(struct tape_part *part, struct tape_source *whole,
                    const struct tape_limits *limits);
void tape_part_free(struct tape_part *part);

#endif
