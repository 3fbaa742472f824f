/* directory.h - a directory as a whole: what is in it, making it, locking it.
 */
#ifndef IO_DIRECTORY_H
#define IO_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/failure.h"

struct directory {
    size_t count;
    char **names; /* in order of their bytes, without . and ..; owned */
};

/* Lists a directory.  1; 0 when there is none of that path; -1 on failure. */
int directory_list(struct directory *directory, const char *path,
                   struct failure *failure);
void directory_free(struct directory *directory);

/* The same of an open directory, which is closed; path is for messages. */
int directory_list_fd(struct directory *directory, int fd, const char *path,
                      struct failure *failure);

/* Makes a directory, durably; fine when there is one. 0 or -1. */
int directory_make(const char *path, struct failure *failure);

/* Makes the names in a directory durable. 0 or -1. */
int directory_sync(const char *path, struct failure *failure);
/* The same of an open one; path is for messages. */
int directory_sync_fd(int fd, const char *path, struct failure *failure);

/* Whether two open directories are one; whether the first is the second, or
 * below it: 1, 0, or -1; path is for messages. */
int directory_is_same(int fd, int other, const char *path,
                      struct failure *failure);
int directory_is_within(int fd, int other, const char *path,
                        struct failure *failure);

/* Takes the lock that the file at path stands for, making the file when
 * missing; it holds until directory_unlock or the end of the process, however
 * it ends.  A descriptor; -1 on failure.  *taken says that the failure is that
 * somebody else has it. */
int directory_lock(const char *path, bool *taken, struct failure *failure);
void directory_unlock(int fd);

/* Fails for a path, links followed, that is there and no regular file: opening
 * it could wait for ever, or do something. 0 or -1. */
int directory_check_file(const char *path, struct failure *failure);

/* Removes a file; fine when there is none. 0 or -1. */
int directory_remove(const char *path, struct failure *failure);

/* Removes the files of a directory whose names a shell pattern fits, for who
 * has it locked: what others left when they were killed. 0 or -1. */
int directory_sweep(const char *path, const char *pattern,
                    struct failure *failure);

#endif
