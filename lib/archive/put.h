/* put.h - adds tapes to an archive: all of a tape or nothing, and each event
 * once however often it comes.
 *
 *      put_init     with an archive open for writing
 *      put_begin    at a tape's HEADER
 *      put_events   the events, as they lie on the tape
 *      put_end      at its END: it is to be committed
 *      put_flush    commits all that ended so far
 *      put_free
 *
 * Events of the stream that the archive has are compared, not stored again;
 * those of a part that is missing or damaged are written anew in its place.
 *
 * Memory: that of an open part for each type and day, at most PUT_OPEN_MAX;
 * then the largest is ended and a later event of its type and day begins
 * another, which compact merges.
 */
#ifndef ARCHIVE_PUT_H
#define ARCHIVE_PUT_H

#include "archive/merge.h"
#include "archive/part_writer.h"

#define PUT_OPEN_MAX 64

/* A part of the stream that is missing or damaged. */
struct lost_part {
    struct part part;
    char manifest[MANIFEST_NAME_MAX]; /* that names it */
    struct part_writer *writer; /* of its events; NULL: none came; owned */
    struct part now;            /* as it was written anew */
    bool restated;              /* other bytes: the manifest is to say so */
};

struct put {
    struct archive *archive;
    struct part_shared shared;
    struct sync sync; /* parts that are not durable yet */
    struct manifest manifest;
    struct part_writer *parts[PUT_OPEN_MAX]; /* owned */
    unsigned open, last; /* how many; which one took the last event */
    struct map places;   /* type and day -> place in parts */
    struct merge known;
    bool has_known;         /* the current event of known is to come */
    bool has_gone;          /* a policy has removed parts of the stream */
    struct lost_part *lost; /* owned */
    uint32_t lost_count;
    size_t lost_capacity;
    struct manifest *staged; /* to be committed; owned */
    uint32_t staged_count;
    size_t staged_capacity;
    uint64_t stored, again, healed; /* events of this tape; parts */
    uint64_t gone; /* of again, events that a policy has removed */
};

/* blooms: names of the fields that are to have Bloom filters; it outlives the
 * put. */
int put_init(struct put *put, struct archive *archive,
             const struct strtab *blooms, struct failure *failure);
void put_free(struct put *put);

int put_begin(struct put *put, const struct tape_header *header,
              struct failure *failure);

/* Takes the events from *event up to end, of which *seq is the first; moves
 * both on past what was taken: on failure they say which is to blame. */
int put_events(struct put *put, const struct event **event,
               const struct event *end, uint64_t *seq, struct failure *failure);

/* last: the tape's last sequence number, 0 when it had no event. */
int put_end(struct put *put, enum tape_status status, uint64_t last,
            struct failure *failure);
int put_flush(struct put *put, struct failure *failure);

#endif
