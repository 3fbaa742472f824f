#include "io/move.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
file_move(const char *from, const char *to, struct failure *failure)
{
    const char *slash = strrchr(to, '/');
    char *directory;
    int fd, result;

    if (rename(from, to) != 0)
        return errno == ENOENT
                   ? 0
                   : fail_errno(failure, "%s: cannot give it its name", to);
    directory = slash ? strndup(to, (size_t)(slash - to) + 1) : strdup(".");
    if (!directory)
        return fail_memory(failure);
    fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(directory);
    result = fd < 0 ? -1 : fsync(fd);
    if (result != 0)
        fail_errno(failure, "%s: cannot make its name durable", to);
    if (fd >= 0)
        close(fd);
    return result == 0 ? 1 : -1;
}
