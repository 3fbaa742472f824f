#include "tape/frame.h"

#include <stddef.h>

#if defined(__x86_64__)
#include <xxh_x86dispatch.h> /* the same hash, by the best instructions */
#else
#include <xxhash.h>
#endif

uint64_t
frame_hash(const void *bytes, size_t size)
{
    return XXH3_64bits(bytes, size);
}

void
frame_seal(struct frame *frame, uint64_t body)
{
    frame->body = body;
    frame->check = frame_hash(frame, offsetof(struct frame, check));
}
