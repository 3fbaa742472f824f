/* target.h - what a path that somebody wants written is: a file that may be
 * replaced, or something to be opened and written as shells do.
 *
 * Symbolic links are followed: the file that they lead to is replaced, and the
 * links stay.  /dev/stdout, /dev/stderr, /dev/fd/N and what leads there are
 * the descriptors themselves, written from where they are.  Devices, FIFOs and
 * sockets are opened.
 */
#ifndef IO_TARGET_H
#define IO_TARGET_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/failure.h"

struct target {
    int fd;             /* to be written as it is; -1: path is to be replaced */
    char *path;         /* without links, owned; NULL with a descriptor */
    bool exists;        /* there is a regular file already */
    struct stat status; /* of that file */
};

/* Looks at path.  Failures of a path that cannot be written are of class
 * usage: no such directory, a directory, no permission. 0 or -1. */
int target_open(struct target *target, const char *path,
                struct failure *failure);

/* Frees the path; the descriptor is the caller's. */
void target_free(struct target *target);

#endif
