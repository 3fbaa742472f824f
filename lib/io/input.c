#include "io/input.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

#define PIPE_SIZE (256 * 1024)
#define TICK_MS   1000

/* Whoever names a directory mostly means what is kept in it. */
#define DIRECTORY_ADVICE                                                       \
    " (name its files; xreplay -d reads a store, xrestore -d an archive)"

/* Takes what is open as fd; advice: what to do if it is a directory. */
static int
take_descriptor(struct input *input, const char *advice,
                struct failure *failure)
{
    struct stat status;

    if (fstat(input->fd, &status) != 0)
        return fail_errno(failure, "%s: cannot read it", input->name);
    if (S_ISDIR(status.st_mode))
        return fail(failure, FAILURE_USAGE, "%s: is a directory%s", input->name,
                    advice);
    input->regular = S_ISREG(status.st_mode);
    input->size = input->regular ? (uint64_t)status.st_size : 0;
    if (input->regular)
        input->changed = (int64_t)status.st_mtim.tv_sec * NS_PER_SECOND +
                         status.st_mtim.tv_nsec;
    if (S_ISFIFO(status.st_mode)) /* not allowed: slower, not wrong */
        (void)fcntl(input->fd, F_SETPIPE_SZ, PIPE_SIZE);
    if (input->regular)
        (void)posix_fadvise(input->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return 0;
}

int
input_open(struct input *input, const char *path, struct failure *failure)
{
    *input = (struct input){.name = path, .fd = -1, .wake = -1};
    if (strcmp(path, "-") == 0)
        input->fd = STDIN_FILENO;
    else
        input->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (input->fd < 0)
        return fail_path(failure, "%s: cannot open it", path);
    /* A FIFO without a writer is waited for as for its bytes: so that a signal
     * ends the wait, and a loop of programs does not stop at its opening. */
    if (input->fd != STDIN_FILENO)
        (void)fcntl(input->fd, F_SETFL, 0);
    if (take_descriptor(input, DIRECTORY_ADVICE, failure) == 0)
        return 0;
    input_close(input);
    return -1;
}

int
input_open_below(struct input *input, const struct root *root, const char *path,
                 struct failure *failure)
{
    int result;

    *input = (struct input){.name = path, .fd = -1, .wake = root->wake};
    result = root_open_file(root, path, O_RDONLY, &input->fd, failure);
    if (result > 0 && take_descriptor(input, "", failure) != 0) {
        input_close(input);
        return -1;
    }
    assert(result <= 0 || input->regular);
    return result;
}

const char *
input_name(const struct input *input)
{
    return strcmp(input->name, "-") == 0 ? "stdin" : input->name;
}

void
input_close(struct input *input)
{
    if (input->fd > STDERR_FILENO)
        close(input->fd);
    input->fd = -1;
}

/* Whether a read will not block, or was to be stopped: 1, 0, or -1. */
static int
is_ready(struct input *input, int timeout_ms, struct failure *failure)
{
    struct pollfd polled[2] = {
        {.fd = input->fd, .events = POLLIN},
        {.fd = input->wake, .events = POLLIN},
    };
    int ready;

    do
        ready = poll(polled, 2, timeout_ms);
    while (ready < 0 && errno == EINTR);
    if (ready < 0)
        return fail_errno(failure, "%s: cannot wait for it", input_name(input));
    if (polled[1].revents)
        input->stopped = true;
    return ready != 0;
}

/* Before a read of a pipe, a socket or a terminal: lets the owner send on what
 * is finished if nothing is there yet, then waits for bytes or a stop. */
static int
wait_for_bytes(struct input *input, struct failure *failure)
{
    int ready = is_ready(input, 0, failure);

    if (ready == 0 && input->idle && input->idle(input->owner, failure) != 0)
        return -1;
    for (int64_t ticks = 1; ready == 0; ticks++) {
        ready = is_ready(input, input->tick ? TICK_MS : -1, failure);
        if (ready == 0)
            input->tick(input->owner, input, ticks * TICK_MS * 1000000);
    }
    return ready < 0 ? -1 : 0;
}

/* What one read gives; of a regular file all of size, or as far as it goes. */
static ssize_t
read_some(const struct input *input, char *bytes, size_t size)
{
    size_t have = 0;
    ssize_t count;

    do {
        count = read(input->fd, bytes + have, size - have);
        if (count > 0)
            have += (size_t)count;
    } while ((count < 0 && errno == EINTR) ||
             (count > 0 && have < size && input->regular));
    return count < 0 ? -1 : (ssize_t)have;
}

ssize_t
input_read(struct input *input, void *bytes, size_t size,
           struct failure *failure)
{
    ssize_t count;

    assert(!input->fixed || input->regular);
    assert(!input->fixed || input->offset <= input->size);
    if (input->read_max && size > input->read_max)
        size = input->read_max;
    if (input->fixed && size > input->size - input->offset)
        size = input->size - input->offset;
    if (!input->regular && wait_for_bytes(input, failure) != 0)
        return -1;
    if (input->regular && input->wake >= 0 && is_ready(input, 0, failure) < 0)
        return -1;
    if (input->stopped)
        return 0;
    count = read_some(input, bytes, size);
    if (count < 0)
        return fail_errno(failure, "%s: cannot read it", input_name(input));
    input->offset += (uint64_t)count;
    return count;
}

int
input_seek(struct input *input, uint64_t offset, struct failure *failure)
{
    assert(!input->fixed || offset <= input->size);
    if (lseek(input->fd, (off_t)offset, SEEK_SET) < 0)
        return fail_errno(failure, "%s: cannot read it", input->name);
    input->offset = offset;
    return 0;
}

char *
input_read_file(const char *path, size_t max, size_t *size,
                struct failure *failure)
{
    struct input input;
    char *bytes = NULL;
    ssize_t count = 1;

    *size = 0;
    if (input_open(&input, path, failure) != 0)
        return NULL;
    if (!input.regular)
        fail(failure, FAILURE_DATA,
             "%s: a pipe or a device, where a file is expected", path);
    else if (input.size > max)
        fail(failure, FAILURE_DATA, "%s: more than %zu bytes", path, max);
    else
        bytes = allocate(failure, input.size + 1, 1);
    while (bytes && *size < input.size && count > 0) {
        count = input_read(&input, bytes + *size, input.size - *size, failure);
        if (count > 0)
            *size += (size_t)count;
    }
    input_close(&input);
    if (count < 0) {
        free(bytes);
        return NULL;
    }
    return bytes;
}
