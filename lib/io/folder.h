/* folder.h - a folder as a whole: what is in it, making it, locking it.
 */
#ifndef IO_FOLDER_H
#define IO_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/failure.h"

struct folder {
    size_t count;
    char **names; /* in order of their bytes, without . and ..; owned */
};

/* Lists a folder.  1; 0 when there is none of that path; -1 on failure. */
int folder_list(struct folder *folder, const char *path,
                struct failure *failure);
void folder_free(struct folder *folder);

/* Makes a folder, durably; fine when there is one. 0 or -1. */
int folder_make(const char *path, struct failure *failure);

/* Makes the names in a folder durable. 0 or -1. */
int folder_sync(const char *path, struct failure *failure);

/* Takes the lock that the file at path stands for, making the file when
 * missing; it holds until folder_unlock or the end of the process, however it
 * ends.  A descriptor; -1 on failure.  *taken says that the failure is that
 * somebody else has it. */
int folder_lock(const char *path, bool *taken, struct failure *failure);
void folder_unlock(int fd);

/* Removes a file; fine when there is none. 0 or -1. */
int folder_remove(const char *path, struct failure *failure);

/* Removes the files of a folder whose names a shell pattern fits, for who has
 * it locked: what others left when they were killed. 0 or -1. */
int folder_sweep(const char *path, const char *pattern,
                 struct failure *failure);

#endif
