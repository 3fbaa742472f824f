/* output.h - bytes to standard output or to a file that appears whole.
 *
 * A named file has no name until output_commit: it is written unnamed
 * (O_TMPFILE) or, where the file system cannot, under a temporary name in
 * the same directory.  Killed at any moment, nothing half is found under the
 * final name; a temporary name that is left is used by the next.  The file
 * keeps the mode of the one that it replaces.
 *
 *      output_open ... output_put ... output_commit   or   output_abandon
 *
 * Writing is sticky: after a failure nothing more is written and every call
 * fails.
 */
#ifndef IO_OUTPUT_H
#define IO_OUTPUT_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include "base/failure.h"
#include "io/root.h"

#define OUTPUT_BUFFER (256 * 1024)

struct output {
    const char *path; /* the final name; NULL: standard output.  May become
                       * another one in the same directory before commit */
    int directory;    /* of a named file, open; else -1 */
    char *temporary;  /* its name until then, if it has one; owned */
    char *resolved;   /* the final name without links; owned */
    int fd;
    bool replaces; /* it gets its name when it is complete */
    bool regular;  /* a regular file: never flushed before it is full */
    bool terminal;
    dev_t device;            /* of the file that it is or replaces, */
    ino_t inode;             /* 0: there was none */
    uint64_t written;        /* bytes handed to the kernel */
    struct failure *failure; /* where its failures go */
    char *buffer;            /* capacity bytes, owned */
    size_t capacity;         /* OUTPUT_BUFFER, or as output_enlarge made it */
    size_t used;

    /* Called before anything leaves the buffer: what must be durable first is
     * made so here.  May be NULL.  Returns 0, or -1 with the failure set;
     * then nothing leaves. */
    int (*before_write)(void *owner, struct failure *failure);
    void *owner;
};

/* Opens path (io/target.h: what it may be), or standard output when path is
 * NULL or "-".  The directory must exist.  failure must outlive the output. */
int output_open(struct output *output, const char *path,
                struct failure *failure);

/* The same of a file below a root: what is there under its name, be it a link
 * or a device, is replaced, never opened. */
int output_open_below(struct output *output, const struct root *root,
                      const char *path, struct failure *failure);

/* Whether a descriptor is open on the regular file that is written or is to be
 * replaced. */
bool output_is(const struct output *output, int fd);

/* Makes the buffer of an output just opened larger, so that more is held back
 * before it leaves.  0 or -1. */
int output_enlarge(struct output *output, size_t capacity);

/* Writes what is buffered.  0 or -1. */
int output_flush(struct output *output);

/* Room for size bytes (at most OUTPUT_BUFFER) at the end of the buffer, or
 * NULL when writing failed.  Follow with output_advance. */
static inline char *
output_reserve(struct output *output, size_t size)
{
    if (output->capacity - output->used < size && output_flush(output) != 0)
        return NULL;
    return output->buffer + output->used;
}

static inline void
output_advance(struct output *output, size_t size)
{
    assert(size <= output->capacity - output->used);
    output->used += size;
}

/* Appends bytes of any number. 0 or -1. */
int output_put(struct output *output, const void *bytes, size_t size);

/* Flushes, makes a named file durable (fsync, its final name, fsync of the
 * directory) and closes.  Only now does the file exist under its name. */
int output_commit(struct output *output);

/* The same of a named file, but for being durable: hands over the descriptor
 * that is to be synced, and so is the directory.  0 or -1. */
int output_name(struct output *output, int *fd);

/* Closes without writing what is buffered and leaves nothing behind of a
 * named file.  For an output that was committed it does nothing. */
void output_abandon(struct output *output);

#endif
