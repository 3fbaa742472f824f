#include "io/move.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/directory.h"

int
file_move(const char *from, const char *to, struct failure *failure)
{
    const char *slash = strrchr(to, '/');
    char *directory;
    int result;

    if (rename(from, to) != 0)
        return errno == ENOENT
                   ? 0
                   : fail_errno(failure, "%s: cannot rename it to %s", from,
                                to);
    directory = slash ? strndup(to, (size_t)(slash - to) + 1) : strdup(".");
    if (!directory)
        return fail_memory(failure);
    result = directory_sync(directory, failure);
    free(directory);
    return result == 0 ? 1 : -1;
}
