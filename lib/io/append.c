#include "io/append.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define AHEAD (1 << 20) /* bytes that the disk is given at once */

int
append_open(struct append *append, const struct root *root, const char *path,
            struct failure *failure)
{
    struct stat status;
    int result;

    *append = (struct append){.path = path, .fd = -1};
    result =
        root_open_file(root, path, O_WRONLY | O_APPEND, &append->fd, failure);
    if (result == 0)
        return fail_errno(failure, "%s: cannot open it to append", path);
    if (result < 0)
        return -1;
    if (fstat(append->fd, &status) != 0) {
        fail_errno(failure, "%s: cannot open it to append", path);
        append_close(append);
        return -1;
    }
    append->size = append->relied = (uint64_t)status.st_size;
    append->started = append->size;
    return 0;
}

void
append_close(struct append *append)
{
    if (append->fd >= 0)
        close(append->fd);
    append->fd = -1;
}

/* Ends the file's use. Always returns -1. */
static int
die(struct append *append, struct failure *failure, const char *what)
{
    append->dead = true;
    fail_errno(failure, "%s: %s", append->path, what);
    if (ftruncate(append->fd, (off_t)append->relied) != 0)
        append->relied = append->size; /* it stays; no more can be done */
    return -1;
}

/* Says again that the file is dead. */
static int
is_dead(const struct append *append, struct failure *failure)
{
    if (!append->dead)
        return 0;
    return fail(failure, FAILURE_ENVIRONMENT,
                "%s: an earlier write failed: run it again", append->path);
}

/* Lets the disk begin with what has come together, but for the page that the
 * next write goes on with, so that a sync finds little left to wait for.  What
 * fails of it, that sync reports. */
static void
start_writing(struct append *append)
{
    uint64_t to = append->size - append->size % AHEAD;

    if (to <= append->started || to <= append->durable)
        return;
    (void)sync_file_range(append->fd, (off_t)append->started,
                          (off_t)(to - append->started), SYNC_FILE_RANGE_WRITE);
    append->started = to;
}

int
append_write(struct append *append, const void *bytes, size_t size,
             struct failure *failure)
{
    const char *from = bytes;

    assert(append->fd >= 0);
    if (is_dead(append, failure) != 0)
        return -1;
    assert(append->durable <= append->size && append->relied <= append->size);
    while (size > 0) {
        ssize_t count = write(append->fd, from, size);

        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return die(append, failure, "cannot write to it");
        from += count;
        size -= (size_t)count;
        append->size += (uint64_t)count;
    }
    start_writing(append);
    return 0;
}

void
append_rely(struct append *append)
{
    append->relied = append->size;
}

/* What nobody can open any more is not stored, however durable. */
static int
check_name(struct append *append, struct failure *failure)
{
    struct stat status;

    if (fstat(append->fd, &status) == 0 && status.st_nlink > 0)
        return 0;
    append->dead = true;
    return fail(failure, FAILURE_ENVIRONMENT,
                "%s: the file was removed while it was written: run it again",
                append->path);
}

int
append_sync(struct append *append, struct failure *failure)
{
    assert(append->fd >= 0);
    if (is_dead(append, failure) != 0 || check_name(append, failure) != 0)
        return -1;
    if (fdatasync(append->fd) != 0)
        return die(append, failure, "cannot make it durable");
    append->durable = append->size;
    append_rely(append);
    return 0;
}

int
append_cut(struct append *append, uint64_t size, struct failure *failure)
{
    int result;

    assert(append->fd >= 0 && size <= append->size);
    if (is_dead(append, failure) != 0)
        return -1;
    do
        result = ftruncate(append->fd, (off_t)size);
    while (result != 0 && errno == EINTR);
    if (result != 0)
        return die(append, failure, "cannot cut it");
    append->size = append->relied = size;
    return append_sync(append, failure);
}
