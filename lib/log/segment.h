/* segment.h - one file of an event store, as it is found.
 *
 * A segment is a tape (tape(5)) with a contiguous part of one stream.  The
 * words that a tape leaves open carry three marks, and no reader of tapes
 * heeds them:
 *
 *      HEADER  the first seq of the whole stream
 *      BLOCK   how many bytes of this segment were durable when the block was
 *              written
 *      END     the seq with which the next segment of the stream begins, or 0
 *              when this is the stream's own END
 *
 * What is behind the last whole block of a segment without END is a torn
 * tail, which may be cut, if a crash can explain it: nothing behind it says
 * that it had been durable.  Else it is damage, and nothing is cut.
 */
#ifndef LOG_SEGMENT_H
#define LOG_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "log/index.h"
#include "tape/digest.h"
#include "tape/frame.h"
#include "tape/header.h"

/* Where the marks are. */
#define LOG_STREAM_BEGIN(frame) ((frame)->u.header.unused[0])
#define LOG_DURABLE(frame)      ((frame)->u.block.unused)
#define LOG_CONTINUES(frame)    ((frame)->u.end.unused[0])

/* What to do about a segment that is damaged. */
#define LOG_ADVICE "bring it back from a copy"

struct log_segment {
    char *path, *index_path; /* owned */
    unsigned stream;         /* ordinal, by its name */
    uint64_t first_seq;      /* by its name */

    /* After log_segment_end. */
    uint64_t file_size;
    bool ended;
    struct frame end; /* if ended */

    /* After log_segment_load. */
    enum log_index_part part; /* what is loaded */
    bool loaded;
    bool indexed; /* the index came from its file */
    struct log_index index;
    uint64_t torn;        /* bytes behind the last whole block */
    struct digest digest; /* of its events, when all of it was read */
};

void log_segment_free(struct log_segment *segment);

/* Reads the HEADER of a segment and checks that it is the one that its name
 * says. *begin: the stream's first seq; *size: of the HEADER in bytes; both may
 * be NULL. */
int log_segment_header(const struct log_segment *segment,
                       struct tape_header *header, uint64_t *begin,
                       uint64_t *size, struct failure *failure);

/* Looks how large the file is and whether it has its END. */
int log_segment_end(struct log_segment *segment, struct failure *failure);

/* Has that part of the index: from its file, or by reading the segment, as far
 * as there are whole blocks.  -1 for damage, naming the place. */
int log_segment_load(struct log_segment *segment, enum log_index_part part,
                     struct failure *failure);

/* Reads on where the index ends: for a segment without END that may have
 * grown. */
int log_segment_extend(struct log_segment *segment, struct failure *failure);

/* Forgets the index. */
void log_segment_unload(struct log_segment *segment);

#endif
