/* spill.h - a file for what does not fit in memory.
 *
 * It has no name from the beginning on, so that nothing of it is left however
 * the program ends.  Bytes are appended, and read from anywhere.
 */
#ifndef IO_SPILL_H
#define IO_SPILL_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

struct spill {
    int fd;           /* -1: not open */
    const char *path; /* of its directory, for messages */
    uint64_t size;    /* bytes appended so far */
    char *buffer;     /* of the last of them; owned */
    size_t used;      /* bytes of it */
};

/* Opens one in a directory; NULL: in that of the environment variable TMPDIR,
 * or else in /var/tmp.  0 or -1; a directory that cannot be written, of class
 * usage. */
int spill_open(struct spill *spill, const char *directory,
               struct failure *failure);
/* Fine on one with fd -1. */
void spill_close(struct spill *spill);

/* Appends all of it, or fails. */
int spill_put(struct spill *spill, const void *bytes, size_t size,
              struct failure *failure);

/* Before reading: what was appended can be read. 0 or -1. */
int spill_flush(struct spill *spill, struct failure *failure);

/* Reads size bytes, all of them appended before, from offset on. 0 or -1. */
int spill_read(const struct spill *spill, uint64_t offset, void *bytes,
               size_t size, struct failure *failure);

#endif
