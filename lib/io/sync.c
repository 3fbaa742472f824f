#include "io/sync.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Waits for the files. */
static int
sync_files(struct sync *sync, struct failure *failure)
{
    int result = 0;

    for (unsigned i = 0; i < sync->count; i++) {
        if (result == 0 && fsync(sync->fds[i]) != 0)
            result = fail_errno(failure, "%s: cannot make it durable",
                                sync->paths[i]);
        if (close(sync->fds[i]) != 0 && result == 0)
            result =
                fail_errno(failure, "%s: cannot write to it", sync->paths[i]);
        free(sync->paths[i]);
    }
    sync->count = 0;
    return result;
}

int
sync_add(struct sync *sync, struct output *output, struct failure *failure)
{
    char *path;
    int fd = -1;

    assert(output->path);
    path = strdup(output->path);
    if (!path ||
        (sync->count == SYNC_FILES && sync_files(sync, failure) != 0)) {
        output_abandon(output);
        free(path);
        return path ? -1 : fail_memory(failure);
    }
    if (output_name(output, &fd) != 0) {
        free(path);
        return -1;
    }
    /* where the system cannot, the wait at the end is longer */
    (void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    assert(sync->count < SYNC_FILES);
    sync->fds[sync->count] = fd;
    sync->paths[sync->count++] = path;
    return 0;
}

int
sync_add_directory(struct sync *sync, const char *path, struct failure *failure)
{
    return strtab_add(&sync->directories, path, strlen(path), NULL) ==
                   STRTAB_NONE
               ? fail_memory(failure)
               : 0;
}

int
sync_all(struct sync *sync, const struct root *root, struct failure *failure)
{
    int result = sync_files(sync, failure);

    for (uint32_t i = 0; result == 0 && i < sync->directories.count; i++)
        result = root_sync(root, sync->directories.entries[i].bytes, failure);
    sync_drop(sync);
    return result;
}

void
sync_drop(struct sync *sync)
{
    for (unsigned i = 0; i < sync->count; i++) {
        close(sync->fds[i]);
        free(sync->paths[i]);
    }
    strtab_free(&sync->directories);
    *sync = (struct sync){0};
}
