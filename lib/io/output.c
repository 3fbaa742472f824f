#include "io/output.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIPE_SIZE (256 * 1024)
#define FILE_MODE 0666 /* less the umask */

static const char *
name_of(const struct output *output)
{
    return output->path ? output->path : "standard output";
}

/* The directory of a path, in memory that the caller frees. */
static char *
directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* A name beside path that nobody else uses: ".name.PID.tmp". */
static char *
temporary_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    char *name = NULL;

    if (asprintf(&name, "%.*s.%s.%ld.tmp", (int)(base - path), path, base,
                 (long)getpid()) < 0)
        return NULL;
    return name;
}

/* Opens a file without a name in the directory of path, or, where the file
 * system has no such thing, under output->temporary. */
static int
open_nameless(struct output *output, const char *path)
{
    char *directory = directory_of(path);

    if (!directory)
        return fail_memory(output->failure);
    output->fd = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, FILE_MODE);
    free(directory);
    if (output->fd >= 0)
        return 0;
    output->temporary = temporary_name(path);
    if (output->temporary)
        output->fd = open(output->temporary,
                          O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                          FILE_MODE);
    if (output->fd < 0)
        return fail_errno(output->failure, "%s: cannot create it", path);
    return 0;
}

int
output_open(struct output *output, const char *path, struct failure *failure)
{
    struct stat status;

    *output = (struct output){.fd = -1, .failure = failure};
    if (path && strcmp(path, "-") == 0)
        path = NULL;
    output->buffer = allocate(failure, OUTPUT_BUFFER, 1);
    if (!output->buffer)
        return -1;
    output->capacity = OUTPUT_BUFFER;
    output->path = path;
    if (!path)
        output->fd = STDOUT_FILENO;
    else if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        output->fd = open(path, O_WRONLY | O_CLOEXEC); /* /dev/full, a fifo */
    else
        return output->regular = true, open_nameless(output, path);
    if (output->fd < 0 || fstat(output->fd, &status) != 0)
        return fail_errno(failure, "%s: cannot write to it", name_of(output));
    output->regular = S_ISREG(status.st_mode);
    output->terminal = isatty(output->fd);
    if (S_ISFIFO(status.st_mode)) /* not allowed: slower, not wrong */
        (void)fcntl(output->fd, F_SETPIPE_SZ, PIPE_SIZE);
    return 0;
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

static int
sync_directory(struct output *output)
{
    char *directory = directory_of(output->path);
    int fd =
        directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int result = fd < 0 ? -1 : fsync(fd);

    if (result != 0)
        fail_errno(output->failure, "%s: cannot make its name durable",
                   output->path);
    if (fd >= 0)
        close(fd);
    free(directory);
    return result;
}

/* Gives a nameless file its temporary name, so that rename can put it over an
 * older file of the final name. */
static int
link_temporary(struct output *output)
{
    char self[64];

    if (output->temporary)
        return 0;
    output->temporary = temporary_name(output->path);
    snprintf(self, sizeof self, "/proc/self/fd/%d", output->fd);
    if (output->temporary && linkat(AT_FDCWD, self, AT_FDCWD, output->temporary,
                                    AT_SYMLINK_FOLLOW) == 0)
        return 0;
    free(output->temporary);
    output->temporary = NULL;
    return fail_errno(output->failure, "%s: cannot name it", output->path);
}

/* fsync, final name, fsync of the directory: in this order. */
static int
publish(struct output *output)
{
    if (fsync(output->fd) != 0)
        return fail_errno(output->failure, "%s: cannot make it durable",
                          output->path);
    if (link_temporary(output) != 0)
        return -1;
    if (rename(output->temporary, output->path) != 0)
        return fail_errno(output->failure, "%s: cannot give it its name",
                          output->path);
    free(output->temporary);
    output->temporary = NULL;
    return sync_directory(output);
}

int
output_commit(struct output *output)
{
    int result = output_flush(output);

    if (result == 0 && output->path && output->regular)
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
    free(output->buffer);
    output->buffer = NULL;
    return result;
}

void
output_abandon(struct output *output)
{
    if (output->temporary)
        unlink(output->temporary);
    free(output->temporary);
    free(output->buffer);
    if (output->fd > STDERR_FILENO)
        close(output->fd);
    output->temporary = NULL;
    output->buffer = NULL;
    output->fd = -1;
}
