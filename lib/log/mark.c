#include "log/mark.h"

#include <assert.h>
#include <stddef.h>
#include <unistd.h>

/* Where the marks are. */
#define BEGIN(frame)     ((frame)->u.header.unused[0])
#define STORE(frame)     ((frame)->u.header.unused[1])
#define CHAIN(frame)     ((frame)->u.header.unused[2])
#define DURABLE(frame)   ((frame)->u.block.unused)
#define TAG(frame)       ((frame)->u.block.reserved)
#define CONTINUES(frame) ((frame)->u.end.unused[0])
#define SEAL(frame)      ((frame)->u.end.unused[1])

int
log_make_id(uint64_t *id, struct failure *failure)
{
    do
        if (getentropy(id, sizeof *id) != 0)
            return fail_errno(failure, "cannot get a random number");
    while (*id == 0);
    return 0;
}

/* ---- the chain ----------------------------------------------------------- */

uint64_t
log_chain_first(uint64_t store, unsigned stream, uint64_t begin)
{
    const uint64_t words[] = {store, stream, begin};

    return frame_hash(words, sizeof words);
}

uint64_t
log_chain_next(const struct log_identity *identity, uint64_t count,
               uint64_t digest)
{
    const uint64_t words[] = {identity->chain, count, digest};

    return frame_hash(words, sizeof words);
}

/* ---- writing ------------------------------------------------------------- */

/* What hides and seals the number of durable bytes in the BLOCK at offset. */
static uint64_t
mask_of(const struct frame *frame, const struct log_identity *identity,
        uint64_t offset)
{
    const uint64_t words[] = {identity->store, identity->chain, offset,
                              frame->u.block.first_seq};

    return frame_hash(words, sizeof words);
}

static uint32_t
tag_of(uint64_t mask, uint64_t durable)
{
    const uint64_t words[] = {mask, durable};

    return (uint32_t)frame_hash(words, sizeof words);
}

static uint64_t
seal_of(const struct frame *frame, const struct log_identity *identity,
        uint64_t offset)
{
    const uint64_t words[] = {
        identity->store,    identity->chain,     offset,
        frame->u.end.count, frame->u.end.digest, CONTINUES(frame)};

    return frame_hash(words, sizeof words);
}

void
log_mark_header(struct frame *frame, const struct log_identity *identity)
{
    assert(frame->kind == FRAME_HEADER);
    BEGIN(frame) = identity->begin;
    STORE(frame) = identity->store;
    CHAIN(frame) = identity->chain;
}

void
log_mark_block(struct frame *frame, const struct log_identity *identity,
               uint64_t offset, uint64_t durable)
{
    assert(frame->kind == FRAME_BLOCK);
    assert(durable <= offset);
    DURABLE(frame) = durable;
    TAG(frame) = 0;
    if (identity->store) {
        uint64_t mask = mask_of(frame, identity, offset);

        TAG(frame) = tag_of(mask, durable);
        DURABLE(frame) ^= mask;
    }
}

void
log_mark_end(struct frame *frame, const struct log_identity *identity,
             uint64_t offset, uint64_t continues)
{
    assert(frame->kind == FRAME_END);
    CONTINUES(frame) = continues;
    SEAL(frame) = identity->store ? seal_of(frame, identity, offset) : 0;
}

/* ---- reading ------------------------------------------------------------- */

bool
log_is_head(const struct frame *frame, uint32_t kind)
{
    return frame->kind == kind &&
           frame->check == frame_hash(frame, offsetof(struct frame, check));
}

struct log_identity
log_identity_of(const struct frame *frame)
{
    return (struct log_identity){BEGIN(frame), STORE(frame), CHAIN(frame)};
}

uint64_t
log_continues(const struct frame *end)
{
    assert(end->kind == FRAME_END);
    return CONTINUES(end);
}

bool
log_is_end(const struct frame *frame, const struct log_identity *identity,
           uint64_t offset)
{
    return log_is_head(frame, FRAME_END) &&
           (identity->store == 0 ||
            SEAL(frame) == seal_of(frame, identity, offset));
}

/* The number of bytes that a BLOCK says were durable; 0 when its seal is not
 * the store's. */
static uint64_t
durable_of(const struct frame *frame, const struct log_identity *identity,
           uint64_t offset)
{
    uint64_t mask, durable = DURABLE(frame);

    if (identity->store) {
        mask = mask_of(frame, identity, offset);
        durable ^= mask;
        if (TAG(frame) != tag_of(mask, durable))
            return 0;
    }
    return durable <= offset ? durable : 0;
}

bool
log_proves(const struct frame *frame, const struct log_identity *identity,
           uint64_t offset, uint64_t at)
{
    assert(offset >= at);
    return log_is_end(frame, identity, offset) ||
           (log_is_head(frame, FRAME_BLOCK) &&
            durable_of(frame, identity, offset) > at);
}
