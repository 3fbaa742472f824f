/* sync.h - many files made durable together.
 *
 *      sync_add            a file that was written and has its name
 *      sync_add_directory  a directory whose names are to last
 *      sync_all            now all of it is durable, or nothing is known to be
 *
 * The disk begins to write each file when it is added; waiting for all at the
 * end costs little more than waiting for one.
 */
#ifndef IO_SYNC_H
#define IO_SYNC_H

#include "base/strtab.h"
#include "io/output.h"

#define SYNC_FILES 128 /* open at once, at most; then they are waited for */

/* A zeroed one is empty. */
struct sync {
    int fds[SYNC_FILES];
    char *paths[SYNC_FILES]; /* for messages; owned */
    unsigned count;
    struct strtab directories;
};

/* Ends an output under its name, as output_commit does, but for being durable.
 * 0 or -1. */
int sync_add(struct sync *sync, struct output *output, struct failure *failure);

int sync_add_directory(struct sync *sync, const char *path,
                       struct failure *failure);

/* 0 or -1; empties it in either case. */
int sync_all(struct sync *sync, const struct root *root,
             struct failure *failure);

/* Forgets all, durable or not. */
void sync_drop(struct sync *sync);

#endif
