/* mark.h - what the frames of a segment say beyond those of a tape.
 *
 * The words that tape(5) leaves open carry marks, and no reader of tapes heeds
 * them:
 *
 *      HEADER  the first sequence number of the whole stream; the store's id;
 *              the chain: a digest of all that precedes the segment in its
 *              stream
 *      BLOCK   how many bytes of this segment were durable when the block was
 *              written
 *      END     the sequence number with which the next segment of the stream
 *              begins, or 0 when this is the stream's own END; a seal
 *
 * Whoever makes a tape chooses the bytes of its events, and may put into them
 * what looks like a frame.  So marks that decide something are sealed with the
 * store's id, which is random and never leaves the store: a BLOCK's for its
 * place, an END's for its place and the chain.  XXH3 with a secret is no match
 * for who can read the store's files, but those are not trusted less than the
 * store.
 *
 * Segments from before there were ids have 0 as their id: their BLOCKs have
 * the number of bytes as it is, their ENDs no seal, and no chain is known.
 */
#ifndef LOG_MARK_H
#define LOG_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "tape/frame.h"

/* What the HEADER of a segment says of where it belongs. */
struct log_identity {
    uint64_t begin; /* the stream's first sequence number */
    uint64_t store; /* the store's id; 0: from before there were any */
    uint64_t chain;
};

/* A fresh id for a store; never 0.  0 or -1. */
int log_make_id(uint64_t *id, struct failure *failure);

/* The chain of a stream's first segment; and that of the segment which follows
 * one with that identity and these events. */
uint64_t log_chain_first(uint64_t store, unsigned stream, uint64_t begin);
uint64_t log_chain_next(const struct log_identity *identity, uint64_t count,
                        uint64_t digest);

/* Whether a frame's head is as it was written, by its check. */
bool log_is_head(const struct frame *frame, uint32_t kind);

/* All of these are used between filling a frame and frame_seal. */
void log_mark_header(struct frame *frame, const struct log_identity *identity);
void log_mark_block(struct frame *frame, const struct log_identity *identity,
                    uint64_t offset, uint64_t durable);
void log_mark_end(struct frame *frame, const struct log_identity *identity,
                  uint64_t offset, uint64_t continues);

/* What a HEADER says. */
struct log_identity log_identity_of(const struct frame *frame);

/* The first sequence number of the segment that follows; 0: the stream ends. */
uint64_t log_continues(const struct frame *end);

/* Whether a frame at offset is the END of the segment, as far as it is sealed;
 * of one without id any END is. */
bool log_is_end(const struct frame *frame, const struct log_identity *identity,
                uint64_t offset);

/* Whether a frame at offset proves that the bytes of the segment before at had
 * been durable when it was written. */
bool log_proves(const struct frame *frame, const struct log_identity *identity,
                uint64_t offset, uint64_t at);

#endif
