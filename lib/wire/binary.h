/* binary.h - the fields of binary records, and the records of a file that
 * comes in pieces of any size.
 *
 *      binary_push ... binary_push, binary_end, and so on for the next file
 *      binary_free
 *
 * A record that lies whole in a piece is handed out where it lies; only one
 * cut by the end of a piece is copied.  Failures name the byte of the file
 * where their record begins.  Memory: the longest record, at most what max
 * says, if one is cut.
 */
#ifndef WIRE_BINARY_H
#define WIRE_BINARY_H

#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "format/cell.h"

struct binary {
    /* Set these, the rest zero.  record takes the record at the beginning of
     * size bytes and returns its size; 0 when it is not all there, and then
     * *wanted is how many bytes are needed to go on, at most max; -1 with the
     * failure set. */
    ssize_t (*record)(void *owner, const unsigned char *at, size_t size,
                      size_t *wanted, struct failure *failure);
    void *owner;
    size_t max;

    uint64_t offset; /* in the file, of the current record */

    /* private */
    struct bytes carry; /* the beginning of a record */
    size_t wanted;      /* of it, to go on */
};

/* Return 0, or -1 with the failure set. */
int binary_push(struct binary *binary, const char *bytes, size_t size,
                struct failure *failure);
int binary_end(struct binary *binary, struct failure *failure);
void binary_free(struct binary *binary);

/* What record returns of one that needs so many bytes of the size at hand. */
static inline ssize_t
binary_whole(size_t need, size_t size, size_t *wanted)
{
    assert(need > 0);
    *wanted = need;
    return need <= size ? (ssize_t)need : 0;
}

/* ---- fields: big-endian, little-endian ----------------------------------- */

static inline uint16_t
be16(const unsigned char *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t
be32(const unsigned char *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof value);
    return __builtin_bswap32(value);
}

static inline uint64_t
be48(const unsigned char *at)
{
    return (uint64_t)be16(at) << 32 | be32(at + 2);
}

static inline uint64_t
be64(const unsigned char *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof value);
    return __builtin_bswap64(value);
}

static inline uint16_t
le16(const unsigned char *at)
{
    return (uint16_t)(at[1] << 8 | at[0]);
}

static inline uint32_t
le32(const unsigned char *at)
{
    uint32_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

static inline uint64_t
le64(const unsigned char *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof value);
    return value;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "fields are read as this machine has them");

/* A text of a fixed size, without the blanks and NULs at its end. */
static inline struct cell
fixed_text(const unsigned char *at, size_t size)
{
    while (size && (at[size - 1] == ' ' || at[size - 1] == '\0'))
        size--;
    return (struct cell){(const char *)at, size};
}

#endif
