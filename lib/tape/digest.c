#include "tape/digest.h"

#include <assert.h>

#if defined(__x86_64__)
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

#include "tape/frame.h"

int
digest_reset(struct digest *digest)
{
    if (!digest->state)
        digest->state = XXH3_createState();
    if (!digest->state)
        return -1;
    digest->value = 0;
    digest->open = 0;
    return 0;
}

void
digest_free(struct digest *digest)
{
    XXH3_freeState(digest->state);
    *digest = (struct digest){0};
}

int
digest_copy(struct digest *to, const struct digest *from)
{
    assert(to != from && from->state && from->open < CHUNK_SIZE);
    if (digest_reset(to) != 0)
        return -1;
    to->value = from->value;
    to->open = from->open;
    XXH3_copyState(to->state, from->state);
    return 0;
}

static uint64_t
fold(uint64_t value, uint64_t chunk)
{
    uint64_t words[2] = {value, chunk};

    return XXH3_64bits(words, sizeof words);
}

/* Adds bytes to the chunk that is open, and closes it when it is whole. */
static void
add_run(struct digest *digest, const void *bytes, size_t size)
{
    if (digest->open == 0)
        XXH3_64bits_reset(digest->state);
    XXH3_64bits_update(digest->state, bytes, size);
    assert(digest->open < CHUNK_SIZE && size > 0);
    digest->open += size;
    if (digest->open >= CHUNK_SIZE) {
        digest->value = fold(digest->value, XXH3_64bits_digest(digest->state));
        digest->open = 0;
    }
}

void
digest_events(struct digest *digest, const struct event *first, const void *end)
{
    const struct event *event = first;

    while ((const void *)event < end) {
        const struct event *start = event;
        size_t size = 0,
               left = (size_t)((const char *)end - (const char *)event);

        if (digest->open + left <= CHUNK_SIZE) { /* wherever each event ends */
            add_run(digest, event, left);
            return;
        }
        while ((const void *)event < end && digest->open + size < CHUNK_SIZE) {
            size += (size_t)event->words * 8;
            event = event_next(event);
        }
        add_run(digest, start, size);
    }
}

void
digest_block(struct digest *digest, const struct event *first,
             const struct event *last, const void *end, uint64_t body)
{
    size_t size = (size_t)((const char *)end - (const char *)first);
    size_t before_last = (size_t)((const char *)last - (const char *)first);

    assert(first <= last && (const void *)last < end);
    if (digest->open == 0 && size >= CHUNK_SIZE && before_last < CHUNK_SIZE)
        digest->value = fold(digest->value, body);
    else
        digest_events(digest, first, end);
}

uint64_t
digest_value(const struct digest *digest)
{
    assert(digest->open < CHUNK_SIZE); /* a whole chunk is in the value */
    if (digest->open == 0)
        return digest->value;
    return fold(digest->value, XXH3_64bits_digest(digest->state));
}
