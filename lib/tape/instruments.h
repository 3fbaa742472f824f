/* instruments.h - what the instrument ids of a tape stand for.
 *
 * An id is local to a tape; identity is (exchange, symbol).  This table gives
 * every identity a dense index, 0, 1, 2, ... in order of first definition,
 * that stays the same across tapes: programs keep their state by it.
 */
#ifndef TAPE_INSTRUMENTS_H
#define TAPE_INSTRUMENTS_H

#include <stdbool.h>

#include "base/failure.h"
#include "base/map.h"
#include "base/strtab.h"
#include "tape/event.h"

#define INSTRUMENT_NONE       UINT32_MAX
#define INSTRUMENT_TEXT_MAX   255 /* bytes of a symbol, of an exchange */
#define INSTRUMENT_LOCAL_FAST 4096

struct instruments {
    uint32_t count;             /* indexes in use: 0 ... count - 1 */
    struct instrument **events; /* by index: a copy of the newest definition,
                                 * with its texts; owned */
    size_t capacity;
    struct strtab identities;             /* "exchange\0symbol" -> index */
    uint32_t fast[INSTRUMENT_LOCAL_FAST]; /* local id -> index + 1 */
    struct map slow;                      /* ids beyond */
    uint32_t *locals; /* defined on this tape, to forget them */
    uint32_t local_count;
    size_t local_capacity;
};

/* A zeroed struct instruments is empty. */
void instruments_free(struct instruments *instruments);

/* At each HEADER: local ids are forgotten, identities stay. */
void instruments_begin(struct instruments *instruments);

/* Whether a definition names an instrument and sets no other attribute, as an
 * importer makes one up at first use.  Complete or as it lies on the tape. */
bool instrument_is_bare(const struct event *definition);

/* Takes an instrument event: a new id, or new attributes of a known one.  One
 * that is bare changes no attribute: what is not known takes nothing away.
 * Returns the index, or INSTRUMENT_NONE with the failure set: no symbol, id
 * 0, or a live id given another identity. */
uint32_t instruments_define(struct instruments *instruments,
                            const struct instrument *event,
                            struct failure *failure);

uint32_t instruments_find_slow(const struct instruments *instruments,
                               uint32_t id);

/* The index of a local id, or INSTRUMENT_NONE when it is not defined. */
static inline uint32_t
instruments_find(const struct instruments *instruments, uint32_t id)
{
    if (id < INSTRUMENT_LOCAL_FAST)
        return instruments->fast[id] - 1;
    return instruments_find_slow(instruments, id);
}

/* Fails for an event whose instrument is needed and not defined.  -1. */
int instruments_unknown(uint32_t id, struct failure *failure);

/* The index of an identity, or INSTRUMENT_NONE. */
uint32_t instruments_find_identity(const struct instruments *instruments,
                                   const char *exchange, size_t exchange_size,
                                   const char *symbol, size_t symbol_size);

/* "EXCHANGE:SYMBOL", or "SYMBOL" without exchange, ":SYMBOL" if that has a
 * colon: how text names it, and no other.  Writes
 * at most size bytes with a NUL; for messages and short columns. */
size_t instruments_name(const struct instruments *instruments, uint32_t index,
                        char *text, size_t size);

#endif
