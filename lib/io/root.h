/* root.h - a directory that is ours, and what lies below it.
 *
 * Who can write into an event store or an archive may plant a link in it, or a
 * device under the name of a file.  So what is below such a directory is
 * opened relative to it, without following links and without leaving it, and
 * only if it is a regular file.
 *
 *      root_open ... input_open_below, output_open_below, root_list ...
 *      root_close
 *
 * All paths are those that messages show: the root's own, a slash, and a name
 * below it ("archive/type=trade/part-1.parquet").  A link, a "..", or anything
 * but a regular file is a failure of class data.
 */
#ifndef IO_ROOT_H
#define IO_ROOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "io/directory.h"

struct root {
    char *path; /* as given; owned */
    int fd;     /* -1: not open */
    int wake;   /* -1, or as in input.h, for all inputs below */

    /* private */
    int lock;       /* the file "lock", or -1 */
    bool exclusive; /* the directory itself is locked */
};

/* Opens the directory at path; a link to one is followed: the user named it.
 * 1; 0 when there is none; -1. */
int root_open(struct root *root, const char *path, struct failure *failure);
/* Closes it, and gives back the lock.  Fine on one with fd -1. */
void root_close(struct root *root);

/* The directory is still what its path names: 0; -1 when it was moved away,
 * removed or replaced, or when the lock was. */
int root_check(const struct root *root, struct failure *failure);

/* How long to wait for a lock that somebody else has. */
struct patience {
    int64_t wait;                 /* nanoseconds; 0: not at all */
    bool (*stopped)(void *owner); /* the program is to stop */
    void *owner;
};

/* Takes the lock of the directory, which holds until root_close or the end of
 * the process, however it ends.  The lock lies on the directory itself, which
 * nobody can remove without what is in it, and on the file "lock" in it, which
 * earlier versions take.  patience may be NULL.  0; -1 on failure, *taken then
 * says that somebody else has it. */
int root_lock(struct root *root, const struct patience *patience, bool *taken,
              struct failure *failure);
/* Whether somebody has it at the moment. */
bool root_is_locked(const struct root *root);

/* Lists a directory below the root, or the root itself.  1; 0 when there is
 * none; -1. */
int root_list(const struct root *root, const char *path,
              struct directory *directory, struct failure *failure);

/* Makes a directory, durably; fine when there is one. 0 or -1. */
int root_make(const struct root *root, const char *path,
              struct failure *failure);

/* Makes the names in a directory durable. 0 or -1. */
int root_sync(const struct root *root, const char *path,
              struct failure *failure);

/* Removes a file, or a link, never what it leads to; fine when there is none.
 * 0 or -1. */
int root_remove(const struct root *root, const char *path,
                struct failure *failure);

/* Removes the files of a directory whose names a shell pattern fits: what
 * others left when they were killed; for who has the lock. 0 or -1. */
int root_sweep(const struct root *root, const char *path, const char *pattern,
               struct failure *failure);

/* Renames from to to, over a file of that name, and makes the names durable.
 * 1; 0 when there is no file from; -1. */
int root_move(const struct root *root, const char *from, const char *to,
              struct failure *failure);

/* The same, but the names are not durable before root_sync. */
int root_rename(const struct root *root, const char *from, const char *to,
                struct failure *failure);

/* Opens a regular file with flags of open(2); O_CREAT makes it with mode 0666
 * less the umask.  1 with *fd; 0 when there is none; -1. */
int root_open_file(const struct root *root, const char *path, int flags,
                   int *fd, struct failure *failure);

/* Opens the directory that path lies in, for calls relative to it; *name is
 * then what path is called there.  1 with *fd; 0 when there is none; -1. */
int root_open_parent(const struct root *root, const char *path,
                     const char **name, int *fd, struct failure *failure);

#endif
