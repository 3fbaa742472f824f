#include "io/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int
by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
add_name(struct directory *directory, const char *name, struct failure *failure)
{
    if ((directory->count & (directory->count - 1)) == 0) { /* a power of two */
        size_t capacity = directory->count ? directory->count * 2 : 1;
        char **names = realloc(directory->names, capacity * sizeof *names);

        if (!names)
            return fail_memory(failure);
        directory->names = names;
    }
    directory->names[directory->count] = strdup(name);
    if (!directory->names[directory->count])
        return fail_memory(failure);
    directory->count++;
    return 0;
}

int
directory_list(struct directory *directory, const char *path,
               struct failure *failure)
{
    DIR *handle = opendir(path);
    struct dirent *entry;
    int result = 0;

    *directory = (struct directory){0};
    if (!handle && errno == ENOENT)
        return 0;
    if (!handle)
        return fail_errno(failure, "%s: cannot list it", path);
    while (errno = 0, result == 0 && (entry = readdir(handle)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            result = add_name(directory, entry->d_name, failure);
    if (result == 0 && errno != 0)
        result = fail_errno(failure, "%s: cannot list it", path);
    closedir(handle);
    if (result != 0) {
        directory_free(directory);
        return -1;
    }
    if (directory->count)
        qsort(directory->names, directory->count, sizeof *directory->names,
              by_bytes);
    return 1;
}

void
directory_free(struct directory *directory)
{
    for (size_t i = 0; i < directory->count; i++)
        free(directory->names[i]);
    free(directory->names);
    *directory = (struct directory){0};
}

int
directory_sync(const char *path, struct failure *failure)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = fd < 0 ? -1 : fsync(fd);

    if (result != 0)
        fail_errno(failure, "%s: cannot make its names durable", path);
    if (fd >= 0)
        close(fd);
    return result;
}

/* The directory that path lies in, made durable; unless it is one whose names
 * we may not even see, so that nothing in it is of our making. */
static int
sync_parent(const char *path, struct failure *failure)
{
    size_t size = strlen(path);
    char *parent;
    int result;

    while (size > 1 && path[size - 1] == '/')
        size--;
    while (size > 0 && path[size - 1] != '/')
        size--;
    parent = size ? strndup(path, size) : strdup(".");
    if (!parent)
        return fail_memory(failure);
    result = access(parent, R_OK) == 0 || errno != EACCES
                 ? directory_sync(parent, failure)
                 : 0;
    free(parent);
    return result;
}

int
directory_make(const char *path, struct failure *failure)
{
    /* One that is there may be of a run killed before its name was durable. */
    if (mkdir(path, 0777) != 0 && errno != EEXIST) /* less the umask */
        return fail_errno(failure, "%s: cannot make the directory", path);
    return sync_parent(path, failure);
}

int
directory_lock(const char *path, bool *taken, struct failure *failure)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    int result;

    *taken = false;
    if (fd < 0)
        return fail_errno(failure, "%s: cannot open it", path);
    do
        result = flock(fd, LOCK_EX | LOCK_NB);
    while (result != 0 && errno == EINTR);
    if (result == 0)
        return fd;
    *taken = errno == EWOULDBLOCK;
    fail_errno(failure, "%s: cannot lock it", path);
    close(fd);
    return -1;
}

void
directory_unlock(int fd)
{
    if (fd >= 0)
        close(fd);
}

int
directory_remove(const char *path, struct failure *failure)
{
    if (unlink(path) == 0 || errno == ENOENT)
        return 0;
    return fail_errno(failure, "%s: cannot remove it", path);
}

int
directory_sweep(const char *path, const char *pattern, struct failure *failure)
{
    struct directory list;
    int result = directory_list(&list, path, failure);

    for (size_t i = 0; result >= 0 && i < list.count; i++) {
        char *name = NULL;

        if (fnmatch(pattern, list.names[i], 0) != 0)
            continue;
        if (asprintf(&name, "%s/%s", path, list.names[i]) < 0)
            result = fail_memory(failure);
        else if (directory_remove(name, failure) != 0)
            result = -1;
        free(name);
    }
    directory_free(&list);
    return result < 0 ? -1 : 0;
}
