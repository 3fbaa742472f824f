/* write.h - writes streams into an event store, each event once.
 *
 *      log_write_open      takes the lock
 *      log_write_begin     a stream begins, or begins again
 *      log_write_events    its events, from the HEADER's first on
 *      log_write_commit    all that was handed over is durable after this, and
 *                          lies in what the path of the store names
 *      log_write_end       END; another log_write_begin may follow
 *      log_write_close
 *
 * A stream that is there already is compared as far as it is there, byte by
 * byte; then it goes on.  A stream that differs is refused with the number
 * of the first event that differs, one with a gap with both numbers.  Another
 * stream comes next once the last one has an END, whatever its status.
 *
 * Segments are written in this order, so that a crash between any two steps
 * leaves what the next run can go on from:
 *
 *      events, fsync, END, fsync, index
 *      or, when a segment is full:
 *      events, fsync, the next segment's HEADER (file and directory durable),
 *      END, fsync, index
 *
 * After a failure the writer takes nothing more.
 */
#ifndef LOG_WRITE_H
#define LOG_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "io/root.h"
#include "log/log.h"
#include "log/read.h"
#include "log/tail.h"

enum log_fsync {
    LOG_FSYNC_GROUP, /* at log_write_commit */
    LOG_FSYNC_EACH,  /* and after each log_write_events */
    LOG_FSYNC_NONE,  /* never for events: a power cut may lose some */
};

#define LOG_SEGMENT_SIZE (UINT64_C(256) << 20)

struct log_writer {
    enum log_fsync fsync;
    uint64_t segment_size;    /* a segment is full when it has so many bytes */
    bool abandon;             /* a stream that was cut off may be left so */
    struct patience patience; /* with whoever has the lock */

    /* What was done, for people. */
    uint64_t stored, compared; /* events */
    uint64_t cut;              /* bytes of torn tails */
    char cut_where[256];       /* the segment that was cut last */
    char left_damaged[256];    /* the segment that --abandon left so; or "" */

    /* private */
    struct log log;
    unsigned ordinal;          /* of the current stream; 0: none */
    struct tape_header header; /* of its segments */
    uint64_t begin;            /* the stream's first sequence number */
    uint64_t chain;            /* for its next segment */
    uint64_t seq;              /* of the next event to be handed over */
    uint64_t next_seq;         /* of the next event to be stored */
    struct log_cursor cursor;  /* what is known */
    bool comparing;            /* the cursor is not at its end */
    struct log_tail tail;      /* open once there is something to store */
    bool refused;              /* the data says no */
    bool broken;               /* the environment failed */
};

/* Opens the store in a directory, making it when missing.  fsync,
 * segment_size, abandon and patience are set before, all else is zero. */
int log_write_open(struct log_writer *writer, const char *path,
                   struct failure *failure);
void log_write_close(struct log_writer *writer);

int log_write_begin(struct log_writer *writer, const struct tape_header *header,
                    struct failure *failure);

/* Events as they lie on the tape, count of them. */
int log_write_events(struct log_writer *writer, const struct event *first,
                     const struct event *end, uint64_t count,
                     struct failure *failure);

int log_write_commit(struct log_writer *writer, struct failure *failure);

/* Bytes that log_write_commit would make durable, or write. */
uint64_t log_write_pending(const struct log_writer *writer);

int log_write_end(struct log_writer *writer, enum tape_status status,
                  int exit_class, struct failure *failure);

#endif
