#include "io/directory.h"

#include <assert.h>
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

#include "base/array.h"

static int
by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
add_name(struct directory *directory, size_t *capacity, const char *name,
         struct failure *failure)
{
    char **names = array_grow(directory->names, capacity, directory->count + 1,
                              sizeof *names, failure);

    if (!names)
        return -1;
    directory->names = names;
    names[directory->count] = strdup(name);
    if (!names[directory->count])
        return fail_memory(failure);
    directory->count++;
    return 0;
}

/* Takes all names, in order of their bytes. */
static int
take_names(struct directory *directory, DIR *handle, const char *path,
           struct failure *failure)
{
    size_t capacity = 0;
    struct dirent *entry;
    int result = 0;

    while (errno = 0, result == 0 && (entry = readdir(handle)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            result = add_name(directory, &capacity, entry->d_name, failure);
    if (result == 0 && errno != 0)
        result = fail_errno(failure, "%s: cannot list it", path);
    if (directory->count)
        qsort(directory->names, directory->count, sizeof *directory->names,
              by_bytes);
    return result;
}

int
directory_list_fd(struct directory *directory, int fd, const char *path,
                  struct failure *failure)
{
    DIR *handle = fdopendir(fd);
    int result;

    assert(fd >= 0);
    *directory = (struct directory){0};
    if (!handle) {
        close(fd);
        return fail_errno(failure, "%s: cannot list it", path);
    }
    result = take_names(directory, handle, path, failure);
    closedir(handle);
    if (result == 0)
        return 1;
    directory_free(directory);
    return -1;
}

int
directory_list(struct directory *directory, const char *path,
               struct failure *failure)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    *directory = (struct directory){0};
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0)
        return fail_errno(failure, "%s: cannot list it", path);
    return directory_list_fd(directory, fd, path, failure);
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
directory_sync_fd(int fd, const char *path, struct failure *failure)
{
    assert(fd >= 0);
    if (fsync(fd) == 0)
        return 0;
    return fail_errno(failure, "%s: cannot make its name durable", path);
}

int
directory_sync(const char *path, struct failure *failure)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result;

    if (fd < 0)
        return fail_errno(failure, "%s: cannot open the directory", path);
    result = directory_sync_fd(fd, path, failure);
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
directory_check_file(const char *path, struct failure *failure)
{
    struct stat status;

    if (stat(path, &status) != 0 || S_ISREG(status.st_mode))
        return 0;
    return fail(failure, FAILURE_USAGE, "%s: is not a regular file", path);
}

int
directory_is_same(int fd, int other, const char *path, struct failure *failure)
{
    struct stat a, b;

    assert(fd >= 0 && other >= 0);
    if (fstat(fd, &a) != 0 || fstat(other, &b) != 0)
        return fail_errno(failure, "%s", path);
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int
directory_is_within(int fd, int other, const char *path,
                    struct failure *failure)
{
    int up = fd, next = -1, result;

    for (;;) {
        bool top = false;

        result = directory_is_same(up, other, path, failure);
        if (result == 0) {
            next = openat(up, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
            if (next < 0)
                result = fail_errno(failure, "%s/..", path);
            else /* the root is its own parent */
                top = directory_is_same(next, up, path, failure) != 0;
        }
        if (up != fd)
            close(up);
        if (result != 0 || top)
            break;
        up = next;
        next = -1;
    }
    if (next >= 0)
        close(next);
    return result;
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
