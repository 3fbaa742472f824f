#include "io/output.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/directory.h"
#include "io/target.h"

#define PIPE_SIZE (256 * 1024)
#define FILE_MODE 0666 /* less the umask */
#define MODE_KEPT 0777 /* set-user-id is not for other bytes */
#define NAMES_MAX 100  /* temporary names in use at once */

static const char *
name_of(const struct output *output)
{
    return output->path ? output->path : "standard output";
}

/* What the file is called in its directory. */
static const char *
name_within(const struct output *output)
{
    const char *slash = strrchr(output->path, '/');

    return slash ? slash + 1 : output->path;
}

/* It cannot be made; a path that the user gave may be the wrong one. */
static int
fail_create(const struct output *output)
{
    return output->resolved ? fail_path(output->failure, "%s: cannot create it",
                                        output->path)
                            : fail_errno(output->failure,
                                         "%s: cannot create it", output->path);
}

/* Opens the directory that the file is to be in. */
static int
open_directory(struct output *output)
{
    const char *path = output->path, *slash = strrchr(path, '/');
    char *directory =
        slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path))
              : strdup(".");

    if (!directory)
        return fail_memory(output->failure);
    output->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(directory);
    return output->directory < 0 ? fail_create(output) : 0;
}

/* ---- temporary names ----------------------------------------------------- */

/* Whoever uses a temporary name has its file locked for as long.  One that
 * nobody has locked was left by a program that was killed. */

static bool
is_named(const struct output *output, int fd, const char *name)
{
    struct stat file, named;

    return fstat(fd, &file) == 0 && S_ISREG(file.st_mode) &&
           fstatat(output->directory, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           file.st_dev == named.st_dev && file.st_ino == named.st_ino;
}

/* Removes what is left under the name by a program that died; false: somebody
 * uses it. */
static bool
remove_leftover(const struct output *output, const char *name)
{
    int fd = openat(output->directory, name,
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool gone = fd < 0 && errno == ENOENT;

    if (fd < 0)
        return gone;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_named(output, fd, name))
        gone = unlinkat(output->directory, name, 0) == 0;
    close(fd);
    return gone;
}

/* Gives the nameless file of output->fd a name, or makes a file of that name;
 * 0, or -1 with errno set. */
static int
use_name(struct output *output, const char *name)
{
    char self[64];

    if (output->fd >= 0) {
        snprintf(self, sizeof self, "/proc/self/fd/%d", output->fd);
        return linkat(AT_FDCWD, self, output->directory, name,
                      AT_SYMLINK_FOLLOW);
    }
    output->fd =
        openat(output->directory, name,
               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (output->fd < 0)
        return -1;
    if (flock(output->fd, LOCK_EX | LOCK_NB) == 0 &&
        is_named(output, output->fd, name))
        return 0;
    close(output->fd); /* taken for a leftover before it was locked */
    output->fd = -1;
    errno = EEXIST;
    return -1;
}

/* The file gets the first temporary name that is free, ".name.N.tmp". */
static int
take_temporary(struct output *output)
{
    for (int n = 0, tries = 0; n < NAMES_MAX && tries < 2 * NAMES_MAX;
         tries++) {
        char *name = NULL;

        if (asprintf(&name, ".%s.%d.tmp", name_within(output), n) < 0)
            return fail_memory(output->failure);
        if (use_name(output, name) == 0) {
            output->temporary = name;
            return 0;
        }
        if (errno == EEXIST && !remove_leftover(output, name))
            n++;
        else if (errno != EEXIST && errno != ENOENT)
            n = NAMES_MAX;
        free(name);
    }
    return fail_create(output);
}

/* Opens a file without a name in the directory, or, where the file system has
 * no such thing, under a temporary one. */
static int
open_nameless(struct output *output)
{
    assert(output->directory >= 0);
    output->regular = output->replaces = true;
    output->fd = openat(output->directory, ".",
                        O_TMPFILE | O_WRONLY | O_CLOEXEC, FILE_MODE);
    if (output->fd < 0)
        return take_temporary(output);
    (void)flock(output->fd, LOCK_EX | LOCK_NB); /* nobody else knows it */
    return 0;
}

static int
begin(struct output *output, const char *path, struct failure *failure)
{
    *output = (struct output){
        .fd = -1, .directory = -1, .failure = failure, .path = path};
    output->buffer = allocate(failure, OUTPUT_BUFFER, 1);
    output->capacity = OUTPUT_BUFFER;
    return output->buffer ? 0 : -1;
}

int
output_open_below(struct output *output, const struct root *root,
                  const char *path, struct failure *failure)
{
    const char *name;
    int result;

    if (begin(output, path, failure) != 0)
        return -1;
    result = root_open_parent(root, path, &name, &output->directory, failure);
    if (result == 0)
        fail_errno(failure, "%s: cannot create it", path);
    return result > 0 ? open_nameless(output) : -1;
}

/* An output that is written as it is: a pipe, a device, or standard output. */
static int
open_stream(struct output *output)
{
    struct stat status;

    assert(output->fd >= 0);
    if (fstat(output->fd, &status) != 0)
        return fail_errno(output->failure, "%s: cannot write to it",
                          name_of(output));
    output->regular = S_ISREG(status.st_mode);
    output->device = status.st_dev;
    output->inode = status.st_ino;
    output->terminal = isatty(output->fd);
    if (S_ISFIFO(status.st_mode)) /* not allowed: slower, not wrong */
        (void)fcntl(output->fd, F_SETPIPE_SZ, PIPE_SIZE);
    return 0;
}

/* A file that is replaced keeps its mode, and its owner and group as far as
 * we may give files away. */
static int
keep_mode(struct output *output, const struct stat *status)
{
    output->device = status->st_dev;
    output->inode = status->st_ino;
    if (fchown(output->fd, status->st_uid, status->st_gid) != 0)
        (void)!fchown(output->fd, (uid_t)-1, status->st_gid);
    if (fchmod(output->fd, status->st_mode & MODE_KEPT) != 0)
        return fail_errno(output->failure, "%s: cannot set its mode",
                          output->path);
    return 0;
}

int
output_open(struct output *output, const char *path, struct failure *failure)
{
    struct target target;

    if (begin(output, path && strcmp(path, "-") == 0 ? NULL : path, failure))
        return -1;
    if (!output->path) {
        output->fd = STDOUT_FILENO;
        return open_stream(output);
    }
    if (target_open(&target, path, failure) != 0) {
        target_free(&target);
        return -1;
    }
    /* a descriptor to write to, or a path to replace */
    assert((target.fd >= 0) == !target.path);
    output->fd = target.fd;
    if (output->fd >= 0)
        return open_stream(output);
    output->path = output->resolved = target.path;
    if (open_directory(output) != 0 || open_nameless(output) != 0)
        return -1;
    return target.exists ? keep_mode(output, &target.status) : 0;
}

bool
output_is(const struct output *output, int fd)
{
    struct stat status;

    return output->regular && output->inode && fstat(fd, &status) == 0 &&
           S_ISREG(status.st_mode) && status.st_dev == output->device &&
           status.st_ino == output->inode;
}

/* Writes all of it, resuming after signals and short writes. */
static int
write_all(struct output *output, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t count = write(output->fd, bytes, size);

        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return fail_errno(output->failure, "%s: cannot write to it",
                              name_of(output));
        bytes += count;
        size -= (size_t)count;
        output->written += (uint64_t)count;
    }
    return 0;
}

int
output_enlarge(struct output *output, size_t capacity)
{
    char *buffer = allocate(output->failure, capacity, 1);

    assert(output->used == 0 && capacity >= OUTPUT_BUFFER);
    if (!buffer)
        return -1;
    free(output->buffer);
    output->buffer = buffer;
    output->capacity = capacity;
    return 0;
}

int
output_flush(struct output *output)
{
    size_t used = output->used;

    assert(used <= output->capacity);
    output->used = 0;
    if (output->failure->kind != FAILURE_NONE || output->fd < 0)
        return -1;
    if (used > 0 && output->before_write &&
        output->before_write(output->owner, output->failure) != 0)
        return -1;
    return write_all(output, output->buffer, used);
}

int
output_put(struct output *output, const void *bytes, size_t size)
{
    const char *from = bytes;

    while (size > 0) {
        size_t part = size < OUTPUT_BUFFER ? size : OUTPUT_BUFFER;
        char *room = output_reserve(output, part);

        if (!room)
            return -1;
        memcpy(room, from, part);
        output_advance(output, part);
        from += part;
        size -= part;
    }
    return 0;
}

/* Gives it its final name. */
static int
take_name(struct output *output)
{
    assert(output->replaces && output->directory >= 0);
    if (!output->temporary && take_temporary(output) != 0)
        return -1;
    if (renameat(output->directory, output->temporary, output->directory,
                 name_within(output)) != 0)
        return fail_errno(output->failure, "%s: cannot give it its name",
                          output->path);
    free(output->temporary);
    output->temporary = NULL;
    return 0;
}

/* fsync, final name, fsync of the directory: in this order. */
static int
publish(struct output *output)
{
    if (fsync(output->fd) != 0)
        return fail_errno(output->failure, "%s: cannot make it durable",
                          output->path);
    return take_name(output) == 0
               ? directory_sync_fd(output->directory, output->path,
                                   output->failure)
               : -1;
}

/* Closes the directory and frees what the output owns, but for fd. */
static void
release(struct output *output)
{
    if (output->buffer && output->directory >= 0)
        close(output->directory);
    free(output->temporary);
    free(output->resolved);
    free(output->buffer);
    output->temporary = NULL;
    output->resolved = NULL;
    output->buffer = NULL;
}

int
output_commit(struct output *output)
{
    int result = output_flush(output);

    if (result == 0 && output->replaces)
        result = publish(output);
    if (result == 0 && output->fd >= 0) {
        int fd = output->fd;

        output->fd = -1;
        if (close(fd) != 0)
            result = fail_errno(output->failure, "%s: cannot write to it",
                                name_of(output));
    }
    if (result != 0)
        output_abandon(output);
    release(output);
    return result;
}

int
output_name(struct output *output, int *fd)
{
    assert(output->path && output->regular);
    if (output_flush(output) != 0 || take_name(output) != 0) {
        output_abandon(output);
        return -1;
    }
    *fd = output->fd;
    output->fd = -1;
    release(output);
    return 0;
}

void
output_abandon(struct output *output)
{
    if (output->temporary)
        unlinkat(output->directory, output->temporary, 0);
    if (output->fd > STDERR_FILENO)
        close(output->fd);
    output->fd = -1;
    release(output);
}
