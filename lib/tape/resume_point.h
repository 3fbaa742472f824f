/* resume_point.h - how far a program is in its input, for its snapshots; and,
 * when it continues from one, whether the input is the same as then.
 *
 *      resume_point_begin    at each HEADER
 *      resume_point_to       events up to here are taken, or passed over
 *      resume_point_leave    before the next block is read
 *      resume_point_end      at each END
 *
 * Going on: resume_point_resume takes over what a snapshot holds.  Until its
 * place is reached (resume_point_passes) events have been taken already by the
 * run that made it: they are only compared.
 *
 * The digest is that of the events as a reader hands them out.
 */
#ifndef TAPE_RESUME_POINT_H
#define TAPE_RESUME_POINT_H

#include "tape/snapshot.h"

/* Zeroed it is at the beginning of everything. */
struct resume_point {
    struct snapshot_tapes tapes; /* the last is the current one */
    struct digest digest;        /* of its events up to hashed */
    const struct event *hashed;  /* in the reader's block; NULL: its first */

    /* Where the tapes were, from a snapshot. */
    struct snapshot_tapes then;
    bool resuming; /* not there yet */
};

void resume_point_free(struct resume_point *point);

/* Takes over the tapes of a snapshot, before the first HEADER. */
void resume_point_resume(struct resume_point *point,
                         struct snapshot_tapes *then);

/* A tape of input begins, and one of output; where events of that were written
 * already, its first seq is set to the next one.  -1 with a failure of class
 * data when the snapshot was made of another stream. */
int resume_point_begin(struct resume_point *point,
                       const struct tape_header *input,
                       struct tape_header *output, struct failure *failure);

/* True when the current tape was written wholly before the snapshot. */
bool resume_point_passes_tape(const struct resume_point *point);

/* The seq of the last event of this tape that was taken before the snapshot;
 * 0: none. */
uint64_t resume_point_passes(const struct resume_point *point);

/* All events of the reader's block before end, of which seq is the last, are
 * taken.  When that is the snapshot's place, compares: -1 with a failure of
 * class data when the input is not what it was then. */
int resume_point_to(struct resume_point *point,
                    const struct tape_reader *reader, const struct event *end,
                    uint64_t seq, struct failure *failure);

/* All events of the reader's block are taken. */
int resume_point_leave(struct resume_point *point,
                       const struct tape_reader *reader,
                       struct failure *failure);

/* The current tape ended; -1 if it went on when the snapshot was made. */
int resume_point_end(const struct resume_point *point, struct failure *failure);

#endif
