/* digest.h - the running digest of a stream's event bytes.
 *
 * It does not depend on where blocks are cut: two tapes with the same events
 * have the same digest.  The event bytes are taken in chunks; a chunk ends
 * with the first event that brings it to CHUNK_SIZE bytes or more.  The value
 * starts at 0; each whole chunk, and at the end what remains, changes it to
 * XXH3-64(value, XXH3-64(chunk)), two little-endian words.
 *
 * Writers fill a block to exactly one chunk unless a live pipe wants it
 * earlier, so the hash of the block's body serves as the hash of the chunk
 * and the bytes are read once, not twice.
 */
#ifndef TAPE_DIGEST_H
#define TAPE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "tape/event.h"

struct digest {
    uint64_t value; /* of the whole chunks so far */
    size_t open;    /* bytes in the chunk that is not whole yet */
    void *state;    /* XXH3_state_t of the open chunk; owned */
};

/* Starts a digest; a zeroed struct is fine. 0, or -1 without memory. */
int digest_reset(struct digest *digest);
void digest_free(struct digest *digest);

/* Makes to a digest that has seen what from has seen.  0, or -1 without
 * memory. */
int digest_copy(struct digest *to, const struct digest *from);

/* Adds events from first up to end.  body is their XXH3-64 (they are the body
 * of one block), last the last of them. */
void digest_block(struct digest *digest, const struct event *first,
                  const struct event *last, const void *end, uint64_t body);

/* Adds events from first up to end, without a known hash. */
void digest_events(struct digest *digest, const struct event *first,
                   const void *end);

/* The digest of all events so far. */
uint64_t digest_value(const struct digest *digest);

#endif
