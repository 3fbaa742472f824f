#include "io/target.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digits.h"

#define LINKS_MAX 40 /* as the kernel has it */

void
target_free(struct target *target)
{
    free(target->path);
    target->path = NULL;
}

/* The number of the descriptor that a path names, or -1.  What stands in
 * /proc/self/fd looks like a link but is not: a file that it names may be
 * another one by now, or have no name at all. */
static int
descriptor_of(const char *path)
{
    static const char *const directories[] = {"/dev/fd/", "/proc/self/fd/"};
    static const char *const names[] = {"/dev/stdin", "/dev/stdout",
                                        "/dev/stderr"};

    for (int fd = 0; fd < 3; fd++)
        if (strcmp(path, names[fd]) == 0)
            return fd;
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
        size_t size = strlen(directories[i]);
        uint64_t number;

        if (strncmp(path, directories[i], size) == 0 &&
            digits_parse(path + size, strlen(path + size), &number) &&
            number <= INT_MAX)
            return (int)number;
    }
    return -1;
}

/* Where the link at path leads: relative to its directory, unless absolute.
 * NULL when it is no link, or without memory. */
static char *
follow(const char *path)
{
    char to[PATH_MAX];
    ssize_t size = readlink(path, to, sizeof to);
    const char *slash = strrchr(path, '/');
    char *joined = NULL;

    if (size <= 0 || size == sizeof to)
        return NULL;
    if (to[0] == '/' || !slash)
        return strndup(to, (size_t)size);
    if (asprintf(&joined, "%.*s%.*s", (int)(slash + 1 - path), path, (int)size,
                 to) < 0)
        return NULL;
    return joined;
}

/* Follows path to the end of its links, or to a descriptor. */
static int
resolve(struct target *target, const char *path, struct failure *failure)
{
    target->path = strdup(path);
    if (!target->path)
        return fail_memory(failure);
    for (int i = 0; i < LINKS_MAX; i++) {
        char *next;

        target->fd = descriptor_of(target->path);
        next = target->fd < 0 ? follow(target->path) : NULL;
        if (!next)
            return 0;
        free(target->path);
        target->path = next;
    }
    errno = ELOOP;
    return fail_path(failure, "%s: cannot write to it", path);
}

/* The descriptor is used for what it is open for, under another number. */
static int
take_descriptor(struct target *target, const char *path,
                struct failure *failure)
{
    target_free(target);
    target->fd = fcntl(target->fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    return target->fd < 0 ? fail_path(failure, "%s: cannot write to it", path)
                          : 0;
}

int
target_open(struct target *target, const char *path, struct failure *failure)
{
    int fd;

    *target = (struct target){.fd = -1};
    if (resolve(target, path, failure) != 0)
        return -1;
    if (target->fd >= 0)
        return take_descriptor(target, path, failure);
    /* path, not where it leads: the kernel may forbid to follow a link */
    fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0 || fstat(fd, &target->status) != 0) {
        fail_path(failure, "%s: cannot write to it", path);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    target->exists = S_ISREG(target->status.st_mode);
    if (target->exists) {
        close(fd);
        return 0;
    }
    target_free(target);
    target->fd = fd;
    return 0;
}
