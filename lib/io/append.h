/* append.h - a file that only grows, and what of it is durable.
 *
 * After a write or an fsync that failed nobody knows what the disk has: a
 * later fsync may well succeed without the lost bytes, and the page cache
 * still shows them to whoever reads the file.  So the file is dead from then
 * on: every call fails, nothing is tried again.  What nobody relies on yet is
 * cut off, so that the next program cannot take it for stored; what it writes
 * there in its stead is new to the disk.
 */
#ifndef IO_APPEND_H
#define IO_APPEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "io/root.h"

struct append {
    const char *path; /* as given to append_open; outlives this */
    int fd;           /* -1: none is open */
    uint64_t size;    /* bytes in the file, as far as written by us */
    uint64_t durable; /* of these, what append_sync made so */
    uint64_t relied;  /* of these, what somebody relies on */
    bool dead;
    uint64_t started; /* private: writing back was started up to there */
};

/* Opens an existing regular file below a root to append to.  What is in it
 * counts as durable only after append_sync, but as relied on. */
int append_open(struct append *append, const struct root *root,
                const char *path, struct failure *failure);
void append_close(struct append *append);

/* Writes all of it, or fails. */
int append_write(struct append *append, const void *bytes, size_t size,
                 struct failure *failure);

/* Somebody relies on what was written, durable or not. */
void append_rely(struct append *append);

/* Makes all that was written durable, to be relied on. */
int append_sync(struct append *append, struct failure *failure);

/* Cuts the file to size bytes, durably. */
int append_cut(struct append *append, uint64_t size, struct failure *failure);

#endif
