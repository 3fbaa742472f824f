/* identities.h - the instruments of a tape as (exchange, symbol), numbered in
 * order of first definition, and the local id that each has at the moment.
 *
 * Unlike instruments.h this takes any tape as it lies: a definition that is
 * not sound, or whose texts cannot be SQL strings, makes its id unknown.
 */
#ifndef ARCHIVE_IDENTITIES_H
#define ARCHIVE_IDENTITIES_H

#include <assert.h>

#include "base/bytes.h"
#include "base/map.h"
#include "base/strtab.h"
#include "parquet/parquet.h"
#include "tape/event.h"

#define IDENTITY_NONE UINT32_MAX
#define IDENTITY_LOW  4096 /* local ids below are looked up at once */

/* Texts by number, and which one each identity has. */
struct identity_names {
    struct strtab texts;
    struct bytes table; /* struct parquet_text, by number */
    struct bytes of;    /* uint32_t: number, by identity */
};

struct identities {
    struct strtab keys; /* "exchange\0symbol" */
    struct identity_names symbols, exchanges;
    uint32_t low[IDENTITY_LOW]; /* local id -> identity + 1, or 0 */
    struct map locals;          /* the same, of all others; not + 1 */
};

/* The text of an identity. */
static inline const struct parquet_text *
identity_name(const struct identity_names *names, uint32_t identity)
{
    const struct parquet_text *table = (const void *)names->table.bytes;

    assert(identity < names->of.size / sizeof(uint32_t));
    return &table[((const uint32_t *)(const void *)names->of.bytes)[identity]];
}

/* A zeroed one is empty. */
void identities_free(struct identities *identities);

/* At each HEADER: local ids are forgotten, numbers stay. */
void identities_begin(struct identities *identities);

/* Takes an instrument event, raw. -1 without memory. */
int identities_define(struct identities *identities, const struct event *event,
                      struct failure *failure);

/* The identity of a local id, or IDENTITY_NONE. */
static inline uint32_t
identities_find(const struct identities *identities, uint32_t id)
{
    return id < IDENTITY_LOW ? identities->low[id] - 1
                             : map_get(&identities->locals, id);
}

/* The identity of (exchange, symbol), new or old; IDENTITY_NONE without
 * memory. */
uint32_t identities_add(struct identities *identities, const char *exchange,
                        size_t exchange_size, const char *symbol,
                        size_t symbol_size);

/* True when the bytes are UTF-8. */
bool is_utf8(const void *bytes, size_t size);

#endif
