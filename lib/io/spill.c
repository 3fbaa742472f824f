#include "io/spill.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SPILL_BUFFER (256 * 1024)
#define OWNER_ONLY   0600 /* what is sorted may be nobody else's business */

/* For a file system without nameless files. */
static int
open_named(const char *directory)
{
    char *name = NULL;
    int fd;

    if (asprintf(&name, "%s/.xtape-XXXXXX", directory) < 0) {
        errno = ENOMEM;
        return -1;
    }
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    free(name);
    return fd;
}

int
spill_open(struct spill *spill, const char *directory, struct failure *failure)
{
    if (!directory)
        directory = getenv("TMPDIR");
    if (!directory || !*directory)
        directory = "/var/tmp";
    *spill = (struct spill){.path = directory};
    spill->fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, OWNER_ONLY);
    if (spill->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
        spill->fd = open_named(directory);
    if (spill->fd < 0)
        return fail_path(failure, "%s: cannot make a temporary file in it",
                         directory);
    spill->buffer = allocate(failure, 1, SPILL_BUFFER);
    if (spill->buffer)
        return 0;
    spill_close(spill);
    return -1;
}

void
spill_close(struct spill *spill)
{
    if (spill->fd >= 0)
        close(spill->fd);
    free(spill->buffer);
    *spill = (struct spill){.fd = -1};
}

int
spill_flush(struct spill *spill, struct failure *failure)
{
    const char *at = spill->buffer;

    assert(spill->fd >= 0 && spill->used <= SPILL_BUFFER);
    while (spill->used) {
        ssize_t written = write(spill->fd, at, spill->used);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail_errno(failure, "%s: writing a temporary file",
                              spill->path);
        at += written;
        spill->used -= (size_t)written;
    }
    return 0;
}

int
spill_put(struct spill *spill, const void *bytes, size_t size,
          struct failure *failure)
{
    const char *at = bytes;

    while (size) {
        size_t room = SPILL_BUFFER - spill->used;
        size_t part = size < room ? size : room;

        memcpy(spill->buffer + spill->used, at, part);
        spill->used += part;
        spill->size += part;
        at += part;
        size -= part;
        if (spill->used == SPILL_BUFFER && spill_flush(spill, failure) != 0)
            return -1;
    }
    return 0;
}

int
spill_read(const struct spill *spill, uint64_t offset, void *bytes, size_t size,
           struct failure *failure)
{
    char *at = bytes;

    assert(spill->used == 0 && offset + size <= spill->size);
    while (size) {
        ssize_t got = pread(spill->fd, at, size, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = EIO; /* somebody cut it */
        if (got <= 0)
            return fail_errno(failure, "%s: reading a temporary file",
                              spill->path);
        at += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return 0;
}
