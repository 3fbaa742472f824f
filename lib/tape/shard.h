/* shard.h - the I-th of N parts of a tape's instruments.
 *
 * To which one an instrument belongs depends only on its identity (exchange,
 * symbol) and N, so that any number of programs, on any machine and any day,
 * split a tape alike.
 */
#ifndef TAPE_SHARD_H
#define TAPE_SHARD_H

#include <stdbool.h>

#include "base/failure.h"
#include "tape/event.h"

/* Zeroed it is no shard: shards is 0. */
struct shard {
    uint64_t shard, shards;
    bool *has; /* by index of an instrument; owned */
    size_t capacity;
};

/* "I/N", I counted from 0; -1 with a failure of class usage. */
int shard_parse(const char *text, uint64_t *shard, uint64_t *shards,
                struct failure *failure);

int shard_init(struct shard *shard, const char *text, struct failure *failure);
void shard_free(struct shard *shard);

/* An instrument has that index (tape/instruments.h). */
int shard_define(struct shard *shard, uint32_t index,
                 const struct instrument *definition, struct failure *failure);

/* Whether the instrument with an index that is defined belongs to it. */
static inline bool
shard_has(const struct shard *shard, uint32_t index)
{
    return shard->has[index];
}

#endif
