/* input.h - bytes from a file, a pipe or standard input.
 *
 * A read never returns less than asked for unless the input ends or, on a
 * pipe, nothing more is there at the moment.  Interrupted calls are resumed.
 * Pipes are grown (F_SETPIPE_SZ), which is worth a factor of four.
 */
#ifndef IO_INPUT_H
#define IO_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/failure.h"
#include "io/root.h"

struct input {
    const char *name; /* as given on the command line; "-" is stdin */
    int fd;
    bool regular;    /* a regular file: its size is known, its end is damage */
    uint64_t size;   /* of a regular file, bytes; else 0 */
    int64_t changed; /* when a regular file was, nanoseconds; else 0 */
    bool fixed;      /* set by who opens a regular file: it ends at size, even
                      * if it grows meanwhile */
    uint64_t offset; /* bytes read so far */
    int wake;        /* -1, or a descriptor whose readability ends waiting */
    bool stopped;    /* wake became readable: no more is read */
    size_t read_max; /* 0, or the most bytes one read asks for */

    /* Called before a read that would block, so that what is finished goes
     * downstream first.  May be NULL. Returns 0, or -1 with the failure set. */
    int (*idle)(void *owner, struct failure *failure);
    /* Called about once a second for as long as nothing comes; ns: how long
     * that is already.  May be NULL. */
    void (*tick)(void *owner, const struct input *input, int64_t ns);
    void *owner;
};

/* Opens path for reading, "-" for standard input.  input->name is path, which
 * must outlive it. wake is -1, no idle. */
int input_open(struct input *input, const char *path, struct failure *failure);

/* The same of a regular file below a root: 1; 0 when there is none; -1. */
int input_open_below(struct input *input, const struct root *root,
                     const char *path, struct failure *failure);

/* What messages call it: its path, or "stdin". */
const char *input_name(const struct input *input);

/* Closes it; fine on one that failed to open or is zeroed with fd -1. */
void input_close(struct input *input);

/* Where a buffer for much input begins, at best.  malloc puts large ones 16
 * bytes into a page; where the kernel has the bytes at the beginning of one,
 * copying them so little ahead takes half as long again on some processors. */
#define INPUT_ALIGNMENT 4096

/* Reads up to size bytes: the count, 0 at the end or when stopped, -1 with
 * the failure set. */
ssize_t input_read(struct input *input, void *bytes, size_t size,
                   struct failure *failure);

/* Goes on reading a regular file at that byte. 0 or -1. */
int input_seek(struct input *input, uint64_t offset, struct failure *failure);

/* Reads a whole regular file of at most max bytes into memory that the caller
 * frees, NUL-terminated; *size is without the NUL. */
char *input_read_file(const char *path, size_t max, size_t *size,
                      struct failure *failure);

#endif
