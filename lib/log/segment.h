/* segment.h - one file of an event store, as it is found.
 *
 * A segment is a tape (tape(5)) with a contiguous part of one stream; mark.h
 * has what its frames say beyond that.
 *
 * A writer may be at work while a segment is read.  So every look at one takes
 * its size and its END from the same open file and reads no further; a segment
 * that has changed since the look is looked at again before anything is called
 * damage.
 *
 * What follows the last whole block of a segment without END is a torn tail,
 * which may be cut, if a crash can explain it: nothing after it proves that it
 * had been durable.  Else it is damage, and nothing is cut.
 */
#ifndef LOG_SEGMENT_H
#define LOG_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "io/root.h"
#include "log/index.h"
#include "log/mark.h"
#include "tape/digest.h"
#include "tape/frame.h"
#include "tape/header.h"

/* What to do about a segment that is damaged. */
#define LOG_ADVICE "restore it from a copy"

struct log_segment {
    char *path, *index_path; /* owned */
    unsigned stream;         /* ordinal, by its name */
    uint64_t first_seq;      /* by its name */

    /* After log_segment_look. */
    bool looked;
    uint64_t file_size;
    int64_t changed; /* when the file was, ns */
    struct log_identity identity;
    bool ended;
    struct frame end; /* if ended */

    /* After log_segment_load. */
    enum log_index_part part; /* what is loaded */
    bool loaded;
    bool indexed; /* the index came from its file */
    struct log_index index;
    uint64_t torn;         /* bytes after the last whole block */
    struct digest digest;  /* of its events, when all of it was read */
    struct failure *fault; /* of a damaged one that is read up to there, see
                            * log.h; or NULL; owned */
};

void log_segment_free(struct log_segment *segment);

/* Reads the HEADER of a segment and checks that it is the one that its name
 * says.  *size: of the HEADER in bytes; may be NULL. */
int log_segment_header(const struct root *root,
                       const struct log_segment *segment,
                       struct tape_header *header, uint64_t *size,
                       struct failure *failure);

/* Looks how large the file is, to which stream it belongs, and whether it has
 * its END. */
int log_segment_look(const struct root *root, struct log_segment *segment,
                     struct failure *failure);

/* How the stream ended that a segment is the last of: 1; 0 when it has no END;
 * -1 when its END has no meaning. */
int log_segment_status(const struct log_segment *segment,
                       enum tape_status *status, int *exit_class,
                       struct failure *failure);

/* Has that part of the index: from its file, or by reading the segment, as far
 * as there are whole blocks.  -1 for damage, naming the place; what precedes it
 * is then indexed. */
int log_segment_load(const struct root *root, struct log_segment *segment,
                     enum log_index_part part, struct failure *failure);

/* Reads on where the index ends: for a segment without END that may have
 * grown. */
int log_segment_extend(const struct root *root, struct log_segment *segment,
                       struct failure *failure);

/* Whether the file is another one, or has changed, since it was looked at. */
bool log_segment_changed(const struct root *root,
                         const struct log_segment *segment);

/* Forgets the index, and the look. */
void log_segment_unload(struct log_segment *segment);

#endif
