/* put.h - adds tapes to an archive: all of a tape or nothing, and each event
 * once however often it comes.
 *
 *      put_init     with an archive open for writing
 *      put_begin    at a tape's HEADER
 *      put_events   the events, as they lie on the tape
 *      put_end      at its END: commits
 *      put_free
 *
 * Events of the stream that the archive has are compared, not stored again.
 * Memory: that of an open part for each type and day, at most PUT_OPEN_MAX;
 * then the one that rested longest is ended and a later event of its type and
 * day begins another.
 */
#ifndef ARCHIVE_PUT_H
#define ARCHIVE_PUT_H

#include "archive/merge.h"

#define PUT_OPEN_MAX 64

struct put {
    struct archive *archive;
    struct part_shared shared;
    struct manifest manifest;
    struct part_writer *parts[PUT_OPEN_MAX]; /* owned */
    uint64_t used[PUT_OPEN_MAX];             /* when last, in events */
    unsigned open, last; /* how many; which one took the last event */
    struct map places;   /* type and day -> place in parts */
    struct merge known;
    bool has_known;         /* the event in hand of known is to come */
    uint64_t stored, again; /* events of this tape */
};

/* blooms: names of the fields that are to have Bloom filters; it outlives the
 * put. */
int put_init(struct put *put, struct archive *archive,
             const struct strtab *blooms, struct failure *failure);
void put_free(struct put *put);

int put_begin(struct put *put, const struct tape_header *header,
              struct failure *failure);

/* Takes the events from *event up to end, of which *seq is the first; moves
 * both on behind what was taken: on failure they tell which is to blame. */
int put_events(struct put *put, const struct event **event,
               const struct event *end, uint64_t *seq, struct failure *failure);

/* Merges the parts of each type and day of a stream into one, where there is
 * more than one: the whole stream is read and written anew, then stands for
 * what was there.  *done says whether there was anything to do. */
int put_compact(struct put *put, const char *stream, bool *done,
                struct failure *failure);

/* last: the tape's last seq, 0 when it had no event. */
int put_end(struct put *put, enum tape_status status, uint64_t last,
            struct failure *failure);

#endif
