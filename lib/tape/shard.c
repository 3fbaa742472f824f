#include "tape/shard.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/digits.h"
#include "tape/frame.h"
#include "tape/instruments.h"

int
shard_parse(const char *text, uint64_t *shard, uint64_t *shards,
            struct failure *failure)
{
    size_t size = strcspn(text, "/");

    if (text[size] == '/' && digits_parse(text, size, shard) &&
        digits_parse(text + size + 1, strlen(text + size + 1), shards) &&
        *shard < *shards)
        return 0;
    return fail(failure, FAILURE_USAGE,
                "\"%s\" is not a shard such as 0/4, 1/4, 2/4 or 3/4", text);
}

int
shard_init(struct shard *shard, const char *text, struct failure *failure)
{
    memset(shard, 0, sizeof *shard);
    return shard_parse(text, &shard->shard, &shard->shards, failure);
}

void
shard_free(struct shard *shard)
{
    free(shard->has);
    memset(shard, 0, sizeof *shard);
}

/* A number that only the identity has. */
static uint64_t
hash_of(const struct instrument *definition)
{
    char key[2 * INSTRUMENT_TEXT_MAX + 1];
    size_t size = definition->exchange.length;

    assert(size <= INSTRUMENT_TEXT_MAX);
    assert(definition->symbol.length <= INSTRUMENT_TEXT_MAX);
    memcpy(key, event_text(definition, definition->exchange), size);
    key[size++] = '\0';
    memcpy(key + size, event_text(definition, definition->symbol),
           definition->symbol.length);
    return frame_hash(key, size + definition->symbol.length);
}

int
shard_define(struct shard *shard, uint32_t index,
             const struct instrument *definition, struct failure *failure)
{
    if (shard->shards == 0)
        return 0;
    if (index >= shard->capacity) {
        bool *has = array_grow(shard->has, &shard->capacity, index + 1UL,
                               sizeof *has, failure);

        if (!has)
            return -1;
        shard->has = has;
    }
    shard->has[index] = hash_of(definition) % shard->shards == shard->shard;
    return 0;
}
