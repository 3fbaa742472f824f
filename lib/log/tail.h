/* tail.h - the segment that is being written.
 *
 * Events are gathered into blocks of tape(5), and blocks until there are
 * TAIL_BYTES of them or what there is has to become durable: few large writes
 * cost the system less than many small ones.  After a failure of the file it
 * takes nothing more; see append.h.
 */
#ifndef LOG_TAIL_H
#define LOG_TAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "io/append.h"
#include "log/segment.h"
#include "tape/digest.h"

#define TAIL_BYTES (256 << 10)

struct log_tail {
    bool open;
    const struct root *root; /* of the store; lent */
    uint64_t next_seq;       /* of the next event to be put */
    struct append file;

    /* private */
    char *path, *index_path; /* owned */
    struct log_identity identity;
    struct log_index index;
    struct digest digest; /* of the blocks written */
    char *bytes;          /* TAIL_BYTES and a block of room; owned */
    size_t sealed;        /* bytes of whole blocks in it, not yet written */
    size_t used;          /* after them, of the body of the current block */
    size_t last;          /* where in that body its last event begins */
    uint32_t count;
    int64_t time_min, time_max;
};

/* Makes the segment, durably: its HEADER with the first event
 * segment->first_seq, marked with segment->identity.  tail is zeroed or was
 * closed. */
int log_tail_begin(struct log_tail *tail, const struct root *root,
                   const struct log_segment *segment,
                   struct tape_header *header, struct failure *failure);

/* Opens a segment to go on after its last whole block.  Cuts a torn tail
 * (*torn: how many bytes) and the END, and removes the index, which only
 * a segment with END has. */
int log_tail_open(struct log_tail *tail, const struct root *root,
                  struct log_segment *segment, uint64_t *torn,
                  struct failure *failure);

/* Closes it and frees all memory; what was not sent is forgotten. */
void log_tail_close(struct log_tail *tail);

/* Takes events from *first on, as many as one block has room for, and moves
 * *first on past them. */
int log_tail_put(struct log_tail *tail, const struct event **first,
                 const struct event *end, struct failure *failure);

/* Writes what was put, an unfinished block too. */
int log_tail_send(struct log_tail *tail, struct failure *failure);

/* Writes it, and makes all durable. */
int log_tail_sync(struct log_tail *tail, struct failure *failure);

/* Whether the segment has size bytes and is between two blocks. */
bool log_tail_is_full(const struct log_tail *tail, uint64_t size);

/* Bytes that are not written; and those that are not durable. */
uint64_t log_tail_unwritten(const struct log_tail *tail);
uint64_t log_tail_pending(const struct log_tail *tail);

/* The chain for the segment that follows; all was sent. */
uint64_t log_tail_chain(const struct log_tail *tail);

/* Makes all durable, then writes END, durably, and the index; closes.
 * continues is the sequence number with which the next segment begins, or 0. */
int log_tail_end(struct log_tail *tail, enum tape_status status, int exit_class,
                 uint64_t continues, struct failure *failure);

#endif
