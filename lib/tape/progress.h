/* progress.h - how far a program is in its input, for its snapshots; and,
 * where it goes on from one, whether the input is what it was then.
 *
 *      progress_begin    at each HEADER
 *      progress_to       events up to here are taken, or passed over
 *      progress_leave    before the next block is read
 *      progress_end      at each END
 *
 * Going on: progress_resume takes over what a snapshot says.  Until its place
 * is reached (progress_passes) events have been taken already by the run that
 * made it: they are only compared.
 *
 * The digest is that of the events as a reader hands them out.
 */
#ifndef TAPE_PROGRESS_H
#define TAPE_PROGRESS_H

#include "tape/snapshot.h"

/* Zeroed it is at the beginning of everything. */
struct progress {
    struct snapshot_tapes tapes; /* the last is the one at hand */
    struct digest digest;        /* of its events up to hashed */
    const struct event *hashed;  /* in the reader's block; NULL: its first */

    /* Where a snapshot says that the tapes were. */
    struct snapshot_tapes then;
    bool resuming; /* not there yet */
};

void progress_free(struct progress *progress);

/* Takes over the tapes of a snapshot, before the first HEADER. */
void progress_resume(struct progress *progress, struct snapshot_tapes *then);

/* A tape of input begins, and one of output; where events of that were written
 * already, its first seq is set to the next one.  -1 with a failure of class
 * data when the snapshot was made of another stream. */
int progress_begin(struct progress *progress, const struct tape_header *input,
                   struct tape_header *output, struct failure *failure);

/* True when the tape at hand was written wholly before the snapshot. */
bool progress_passes_tape(const struct progress *progress);

/* The seq of the last event of this tape that was taken before the snapshot;
 * 0: none. */
uint64_t progress_passes(const struct progress *progress);

/* All events of the reader's block before end, of which seq is the last, are
 * taken.  When that is the snapshot's place, compares: -1 with a failure of
 * class data when the input is not what it was then. */
int progress_to(struct progress *progress, const struct tape_reader *reader,
                const struct event *end, uint64_t seq, struct failure *failure);

/* All events of the reader's block are taken. */
int progress_leave(struct progress *progress, const struct tape_reader *reader,
                   struct failure *failure);

/* The tape at hand ended; -1 when then it was not over here. */
int progress_end(const struct progress *progress, struct failure *failure);

#endif
