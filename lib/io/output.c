#include "io/output.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/directory.h"
#include "io/pace.h"

#define PIPE_SIZE (256 * 1024)
#define FILE_MODE 0666 /* less the umask */

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

/* Opens the directory that the file is to be in. */
static int
open_directory(struct output *output, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *directory =
        slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path))
              : strdup(".");

    if (!directory)
        return fail_memory(output->failure);
    output->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(directory);
    if (output->directory < 0)
        return fail_errno(output->failure, "%s: cannot create it", path);
    return 0;
}

/* A name beside the final one that nobody else uses: ".name.RANDOM.tmp".  The
 * number of the process would not do: in a container it is always the same. */
static char *
temporary_name(const char *name)
{
    char *temporary = NULL;
    uint64_t random;

    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        random = (uint64_t)getpid() << 32 ^ (uint64_t)pace_now();
    if (asprintf(&temporary, ".%s.%016" PRIx64 ".tmp", name, random) < 0)
        return NULL;
    return temporary;
}

/* Opens a file without a name in the directory, or, where the file system has
 * no such thing, under output->temporary. */
static int
open_nameless(struct output *output)
{
    assert(output->directory >= 0);
    output->regular = true;
    output->fd = openat(output->directory, ".",
                        O_TMPFILE | O_WRONLY | O_CLOEXEC, FILE_MODE);
    if (output->fd >= 0)
        return 0;
    output->temporary = temporary_name(name_within(output));
    if (output->temporary)
        output->fd = openat(
            output->directory, output->temporary,
            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (output->fd < 0)
        return fail_errno(output->failure, "%s: cannot create it",
                          output->path);
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

int
output_open(struct output *output, const char *path, struct failure *failure)
{
    struct stat status;

    if (begin(output, path && strcmp(path, "-") == 0 ? NULL : path, failure))
        return -1;
    path = output->path;
    if (!path)
        output->fd = STDOUT_FILENO;
    else if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        output->fd = open(path, O_WRONLY | O_CLOEXEC); /* /dev/full, a fifo */
    else
        return open_directory(output, path) == 0 ? open_nameless(output) : -1;
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

/* Gives a nameless file its temporary name, so that rename can put it over an
 * older file of the final name. */
static int
link_temporary(struct output *output)
{
    char self[64];

    if (output->temporary)
        return 0;
    output->temporary = temporary_name(name_within(output));
    snprintf(self, sizeof self, "/proc/self/fd/%d", output->fd);
    if (output->temporary && linkat(AT_FDCWD, self, output->directory,
                                    output->temporary, AT_SYMLINK_FOLLOW) == 0)
        return 0;
    free(output->temporary);
    output->temporary = NULL;
    return fail_errno(output->failure, "%s: cannot name it", output->path);
}

/* Gives it its final name. */
static int
take_name(struct output *output)
{
    if (link_temporary(output) != 0)
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
    free(output->buffer);
    output->temporary = NULL;
    output->buffer = NULL;
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
