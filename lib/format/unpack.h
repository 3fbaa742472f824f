/* unpack.h - the text in a compressed file.
 *
 * What a file is compressed with is seen from its first bytes: gzip (RFC 1952,
 * one or more members), zstd (RFC 8878, one or more frames), or zip with one
 * member.  What is none of these is handed out as it is.  UTF-16 and a few
 * other formats that somebody may take for text are refused by name.
 *
 *      unpack_push ... unpack_push, unpack_end, and so on for the next file
 *      unpack_free
 *
 * Everything streams: memory is 256 KiB and what the decompressors need, for
 * zstd at most 128 MiB of window; larger ones are refused.  Checksums are
 * verified, and a file that ends early is an error.
 */
#ifndef FORMAT_UNPACK_H
#define FORMAT_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define UNPACK_MAGIC 8 /* bytes that say what a file is */

struct unpacker; /* how one kind of compression is read */

struct unpack {
    /* Set these, the rest zero: takes a piece of the text. */
    int (*text)(void *owner, const char *bytes, size_t size,
                struct failure *failure);
    void *owner;

    /* private */
    const struct unpacker *kind; /* NULL: not known yet */
    void *state;                 /* of the decompressor; owned */
    char *out;                   /* owned */
    unsigned char head[UNPACK_MAGIC];
    size_t head_size;
    bool between; /* members: another may begin, or the file may end */
    bool done;    /* zip: the member is over, the rest is its directory */
    unsigned char zip[30]; /* the local header so far */
    size_t zip_size;
    uint64_t zip_left; /* of names and data to pass over */
};

/* All return 0, or -1 with the failure set. */
int unpack_push(struct unpack *unpack, const char *bytes, size_t size,
                struct failure *failure);

/* The file is over, and another may begin. */
int unpack_end(struct unpack *unpack, struct failure *failure);
void unpack_free(struct unpack *unpack);

#endif
