#include "io/root.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/pace.h"

#define LOCK_NAME  "lock"
#define LOCK_PAUSE (NS_PER_SECOND / 20)
#define FILE_MODE  0666 /* less the umask */

int
root_open(struct root *root, const char *path, struct failure *failure)
{
    *root = (struct root){.fd = -1, .wake = -1, .lock = -1};
    root->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root->fd < 0 && errno == ENOENT)
        return 0;
    if (root->fd < 0)
        return fail_errno(failure, "%s: cannot open the directory", path);
    root->path = strdup(path);
    if (root->path)
        return 1;
    root_close(root);
    return fail_memory(failure);
}

void
root_close(struct root *root)
{
    if (root->fd >= 0)
        close(root->fd);
    if (root->lock >= 0)
        close(root->lock);
    free(root->path);
    *root = (struct root){.fd = -1, .wake = -1, .lock = -1};
}

/* ---- opening ------------------------------------------------------------- */

/* What a path is called below the root; "." for the root itself. */
static const char *
name_of(const struct root *root, const char *path)
{
    size_t size = strlen(root->path);

    assert(root->fd >= 0);
    assert(strncmp(path, root->path, size) == 0);
    assert(path[size] == '/' || path[size] == '\0' || path[size - 1] == '/');
    path += size;
    path += strspn(path, "/");
    return *path ? path : ".";
}

/* Whether a name leads out of the directory that it is looked for in. */
static bool
leads_out(const char *name)
{
    while (name) {
        if (strncmp(name, "..", 2) == 0 && (name[2] == '/' || !name[2]))
            return true;
        name = strchr(name, '/');
        if (name)
            name++;
    }
    return false;
}

/* One component, without following it; ELOOP when it is a link, whatever the
 * flags make of one. */
static int
open_step(int at, const char *name, int flags)
{
    int fd = openat(at, name, flags | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    struct stat status;

    if (fd >= 0 || errno != ENOTDIR)
        return fd;
    if (fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISLNK(status.st_mode))
        errno = ELOOP;
    else
        errno = ENOTDIR;
    return -1;
}

/* open(2) below a directory without openat2(2): a component at a time. */
static int
open_by_steps(int directory, const char *name, int flags)
{
    int at = fcntl(directory, F_DUPFD_CLOEXEC, 0);

    while (at >= 0) {
        size_t size = strcspn(name, "/");
        const char *rest = name + size + strspn(name + size, "/");
        char *step = strndup(name, size);
        int last = at, error;

        at = step ? open_step(at, step, *rest ? O_PATH | O_DIRECTORY : flags)
                  : -1;
        error = errno;
        free(step);
        close(last);
        errno = error;
        if (!*rest)
            break;
        name = rest;
    }
    return at;
}

/* open(2) below a directory, through no link. */
static int
open_below(int directory, const char *name, int flags)
{
    struct open_how how = {
        .flags = (unsigned)flags | O_CLOEXEC,
        .mode = flags & O_CREAT ? FILE_MODE : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
    };
    long fd;

    if (leads_out(name)) {
        errno = EXDEV;
        return -1;
    }
    fd = syscall(SYS_openat2, directory, name, &how, sizeof how);
    /* older kernels, and sandboxes that do not know it */
    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        return open_by_steps(directory, name, flags);
    return (int)fd;
}

/* Says why something below the root could not be used: a link is planted or a
 * mistake, and trying again does not help. */
static int
fail_open(const char *path, const char *what, struct failure *failure)
{
    if (errno == ELOOP || errno == EXDEV)
        return fail(failure, FAILURE_DATA,
                    "%s: leads through a symbolic link or out of its "
                    "directory: remove the link",
                    path);
    return fail_errno(failure, "%s: %s", path, what);
}

int
root_open_file(const struct root *root, const char *path, int flags, int *fd,
               struct failure *failure)
{
    struct stat status;
    int result;

    /* not to wait for the other end of a FIFO; of no effect on a file */
    *fd = open_below(root->fd, name_of(root, path), flags | O_NONBLOCK);
    if (*fd < 0 && errno == ENOENT)
        return 0;
    if (*fd < 0 && errno != ENXIO)
        return fail_open(path, "cannot open it", failure);
    if (*fd >= 0 && fstat(*fd, &status) != 0)
        result = fail_errno(failure, "%s: cannot stat it", path);
    else if (*fd >= 0 && S_ISREG(status.st_mode))
        return 1;
    else
        result = fail(failure, FAILURE_DATA,
                      "%s: not a regular file: remove it", path);
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return result;
}

int
root_open_parent(const struct root *root, const char *path, const char **name,
                 int *fd, struct failure *failure)
{
    const char *below = name_of(root, path);
    const char *slash = strrchr(below, '/');
    char *parent =
        slash ? strndup(below, (size_t)(slash - below)) : strdup(".");

    *fd = -1;
    if (!parent)
        return fail_memory(failure);
    *name = slash ? slash + 1 : below;
    assert(strcmp(*name, "..") != 0);
    *fd = open_below(root->fd, parent, O_RDONLY | O_DIRECTORY);
    free(parent);
    if (*fd < 0 && errno == ENOENT)
        return 0;
    return *fd < 0 ? fail_open(path, "cannot open its directory", failure) : 1;
}

/* ---- the lock ------------------------------------------------------------ */

/* Whether a path still names what a descriptor is open on. */
static bool
is_still(int at, const char *path, int fd)
{
    struct stat named, opened;

    return fstatat(at, path, &named, 0) == 0 && fstat(fd, &opened) == 0 &&
           named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

int
root_check(const struct root *root, struct failure *failure)
{
    assert(root->fd >= 0);
    if (!is_still(AT_FDCWD, root->path, root->fd))
        return fail(failure, FAILURE_ENVIRONMENT,
                    "%s: the directory was moved away or replaced while it "
                    "was in use: bring it back and run it again",
                    root->path);
    if (root->lock >= 0 && !root->exclusive &&
        !is_still(root->fd, LOCK_NAME, root->lock))
        return fail(failure, FAILURE_ENVIRONMENT,
                    "%s/" LOCK_NAME ": the lock was removed while it was held: "
                    "run it again",
                    root->path);
    return 0;
}

/* flock(2): 1; 0 when somebody else has it; -1. */
static int
try_lock(int fd, int operation)
{
    int result;

    do
        result = flock(fd, operation | LOCK_NB);
    while (result != 0 && errno == EINTR);
    if (result == 0)
        return 1;
    return errno == EWOULDBLOCK ? 0 : -1;
}

/* Locks the directory and its file: 1; 0 when somebody else has one; -1. */
static int
lock_both(struct root *root, struct failure *failure)
{
    int result = try_lock(root->fd, LOCK_EX);

    assert(root->lock >= 0);
    if (result == 0)
        return 0;
    /* over some networks only what is open for writing can be locked */
    root->exclusive = result == 1;
    result = try_lock(root->lock, LOCK_EX);
    if (result < 0)
        fail_errno(failure, "%s/" LOCK_NAME ": cannot lock it", root->path);
    if (result <= 0 && root->exclusive)
        (void)flock(root->fd, LOCK_UN);
    return result;
}

/* Waits a moment; false when the program is to stop. */
static bool
pause_for_lock(const struct patience *patience)
{
    struct pace pause = {0};

    if (!patience) {
        pace_sleep(LOCK_PAUSE);
        return true;
    }
    return pace_wait(&pause, pace_now() + LOCK_PAUSE, patience->stopped,
                     patience->owner);
}

int
root_lock(struct root *root, const struct patience *patience, bool *taken,
          struct failure *failure)
{
    const int64_t from = pace_now();
    int result;

    assert(root->fd >= 0 && root->lock < 0);
    *taken = false;
    root->lock = open_below(root->fd, LOCK_NAME, O_RDWR | O_CREAT);
    if (root->lock < 0)
        return fail_errno(failure, "%s/" LOCK_NAME ": cannot open it",
                          root->path);
    while ((result = lock_both(root, failure)) == 0) {
        /* root_is_locked of another program has it for a moment */
        int64_t wait = patience ? patience->wait : 0;

        if (pace_now() - from >= (wait > LOCK_PAUSE ? wait : LOCK_PAUSE) ||
            !pause_for_lock(patience))
            break;
    }
    if (result == 1)
        return 0;
    *taken = result == 0;
    close(root->lock);
    root->lock = -1;
    return *taken ? fail(failure, FAILURE_ENVIRONMENT,
                         "%s: another program has it locked", root->path)
                  : -1;
}

bool
root_is_locked(const struct root *root)
{
    int fd = open_below(root->fd, ".", O_RDONLY | O_DIRECTORY);
    bool locked = fd >= 0 && try_lock(fd, LOCK_SH) == 0;

    if (fd >= 0)
        close(fd);
    fd = open_below(root->fd, LOCK_NAME, O_RDONLY);
    locked |= fd >= 0 && try_lock(fd, LOCK_SH) == 0;
    if (fd >= 0)
        close(fd);
    return locked;
}

/* ---- directories and names ----------------------------------------------- */

/* Opens a directory below the root: as root_open_file. */
static int
open_directory(const struct root *root, const char *path, int *fd,
               struct failure *failure)
{
    *fd = open_below(root->fd, name_of(root, path), O_RDONLY | O_DIRECTORY);
    if (*fd < 0 && errno == ENOENT)
        return 0;
    return *fd < 0 ? fail_open(path, "cannot open the directory", failure) : 1;
}

int
root_list(const struct root *root, const char *path,
          struct directory *directory, struct failure *failure)
{
    int fd, result = open_directory(root, path, &fd, failure);

    *directory = (struct directory){0};
    return result > 0 ? directory_list_fd(directory, fd, path, failure)
                      : result;
}

int
root_sync(const struct root *root, const char *path, struct failure *failure)
{
    int fd, result = open_directory(root, path, &fd, failure);

    if (result == 0)
        result = fail_errno(failure, "%s: cannot make its names durable", path);
    if (result < 0)
        return -1;
    result = directory_sync_fd(fd, path, failure);
    close(fd);
    return result;
}

/* Opens the directory of a name that is to be there.  0 or -1. */
static int
need_parent(const struct root *root, const char *path, const char **name,
            int *fd, struct failure *failure)
{
    int result = root_open_parent(root, path, name, fd, failure);

    if (result == 0)
        result = fail_errno(failure, "%s: its directory is missing", path);
    return result > 0 ? 0 : -1;
}

int
root_make(const struct root *root, const char *path, struct failure *failure)
{
    const char *name;
    int fd, result;

    if (need_parent(root, path, &name, &fd, failure) != 0)
        return -1;
    /* One that is there may be of a run killed before its name was durable. */
    result = mkdirat(fd, name, 0777);
    if (result != 0 && errno != EEXIST)
        fail_errno(failure, "%s: cannot make the directory", path);
    else
        result = directory_sync_fd(fd, path, failure);
    close(fd);
    return result;
}

int
root_remove(const struct root *root, const char *path, struct failure *failure)
{
    const char *name;
    int fd, result = root_open_parent(root, path, &name, &fd, failure);

    if (result <= 0)
        return result;
    result = unlinkat(fd, name, 0);
    if (result != 0 && errno == ENOENT)
        result = 0;
    if (result != 0)
        fail_errno(failure, "%s: cannot remove it", path);
    close(fd);
    return result;
}

int
root_sweep(const struct root *root, const char *path, const char *pattern,
           struct failure *failure)
{
    struct directory list;
    int result = root_list(root, path, &list, failure);

    for (size_t i = 0; result >= 0 && i < list.count; i++) {
        char *file = NULL;

        if (fnmatch(pattern, list.names[i], 0) != 0)
            continue;
        if (asprintf(&file, "%s/%s", path, list.names[i]) < 0)
            result = fail_memory(failure);
        else if (root_remove(root, file, failure) != 0)
            result = -1;
        free(file);
    }
    directory_free(&list);
    return result < 0 ? -1 : 0;
}

/* Renames; the directories of both names are then open: 1, 0, -1. */
static int
rename_below(const struct root *root, const char *from, const char *to,
             int *here, int *there, struct failure *failure)
{
    const char *old, *new;
    int result = root_open_parent(root, from, &old, here, failure);

    if (result <= 0)
        return result;
    if (need_parent(root, to, &new, there, failure) != 0) {
        close(*here);
        return -1;
    }
    if (renameat(*here, old, *there, new) == 0)
        return 1;
    result = errno == ENOENT
                 ? 0
                 : fail_errno(failure, "%s: cannot rename it to %s", from, to);
    close(*here);
    close(*there);
    return result;
}

int
root_rename(const struct root *root, const char *from, const char *to,
            struct failure *failure)
{
    int here, there;
    int result = rename_below(root, from, to, &here, &there, failure);

    if (result > 0) {
        close(here);
        close(there);
    }
    return result;
}

int
root_move(const struct root *root, const char *from, const char *to,
          struct failure *failure)
{
    int here, there;
    int result = rename_below(root, from, to, &here, &there, failure);

    if (result <= 0)
        return result;
    result = directory_sync_fd(there, to, failure);
    /* in one directory that is all */
    if (result == 0 && !is_still(here, ".", there))
        result = directory_sync_fd(here, from, failure);
    close(here);
    close(there);
    return result == 0 ? 1 : -1;
}
