/* Below a root no link is followed, and nothing but regular files is opened:
 * with openat2(2), and without it. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io/input.h"
#include "io/output.h"
#include "io/root.h"
#include "tap.h"

static char directory[] = "/tmp/xtape-root-XXXXXX";

static bool
make_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    bool made = fd >= 0 && write(fd, text, strlen(text)) >= 0;

    close(fd);
    return made;
}

/* What became of opening a path to read it: 'r' read, 'm' missing, 'd' refused
 * as bad data, 'e' a failure of the environment. */
static char
outcome(const struct root *root, const char *path)
{
    struct failure failure = {0};
    struct input input;
    int result = input_open_below(&input, root, path, &failure);

    input_close(&input);
    if (result >= 0)
        return result ? 'r' : 'm';
    return failure.kind == FAILURE_DATA ? 'd' : 'e';
}

static void
planted_names_are_refused(const struct root *root)
{
    static const struct {
        const char *path;
        char outcome;
        const char *sentence;
    } cases[] = {
        {"top/file", 'r', "a file is read"},
        {"top/sub/file", 'r', "a file in a directory is read"},
        {"top//sub//file", 'r', "slashes may be doubled"},
        {"top/none", 'm', "a file that is not there is missing"},
        {"top/none/file", 'm', "so is one in a directory that is not there"},
        {"top/link", 'd', "a link to a file within is refused"},
        {"top/outside", 'd', "a link to a file outside is refused"},
        {"top/away/file", 'd', "a link to a directory is refused on the way"},
        {"top/../file", 'd', "dots do not lead out"},
        {"top/sub/../file", 'd', "not even where they would lead back"},
        {"top/fifo", 'd', "a FIFO is refused, and nobody waits for it"},
        {"top/null", 'd', "a link to a device is refused"},
        {"top/sub", 'd', "a directory is not a file"},
        {"top/file/x", 'e', "a file is not a directory"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        OK(cases[i].sentence, outcome(root, cases[i].path) == cases[i].outcome);
}

static bool
is_link(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

static void
writing_replaces_a_link(const struct root *root)
{
    struct failure failure = {0};
    struct output output;
    size_t size = 0;
    char *bytes;

    OK("a file is written below the root",
       output_open_below(&output, root, "top/null", &failure) == 0 &&
           output_put(&output, "new", 3) == 0 && output_commit(&output) == 0);
    bytes = input_read_file("top/null", 10, &size, &failure);
    OK("in the place of the link to a device",
       !is_link("top/null") && bytes && strcmp(bytes, "new") == 0);
    free(bytes);
    OK("nothing is written through a link to a directory",
       output_open_below(&output, root, "top/away/made", &failure) == -1 &&
           failure.kind == FAILURE_DATA && access("away/made", F_OK) != 0);
    output_abandon(&output);
    unlink("top/null");
}

static void
names_are_changed_within(const struct root *root)
{
    struct failure failure = {0};
    struct directory list;

    OK("a directory is made, and made again",
       root_make(root, "top/made", &failure) == 0 &&
           root_make(root, "top/made", &failure) == 0);
    OK("a file is moved into it",
       make_file("top/moved", "x") &&
           root_move(root, "top/moved", "top/made/a.tmp", &failure) == 1 &&
           access("top/made/a.tmp", F_OK) == 0);
    OK("a file that is not there is not moved",
       root_move(root, "top/moved", "top/made/b", &failure) == 0);
    OK("a directory is listed",
       root_list(root, "top/made", &list, &failure) == 1 && list.count == 1 &&
           strcmp(list.names[0], "a.tmp") == 0);
    directory_free(&list);
    OK("names that fit a pattern are swept",
       root_sweep(root, "top/made", "*.tmp", &failure) == 0 &&
           root_list(root, "top/made", &list, &failure) == 1 &&
           list.count == 0);
    directory_free(&list);
    OK("one that is not there cannot be listed",
       root_list(root, "top/none", &list, &failure) == 0);
    OK("a link is removed, not what it leads to",
       symlink("../file", "top/gone") == 0 &&
           root_remove(root, "top/gone", &failure) == 0 &&
           !is_link("top/gone") && access("file", F_OK) == 0);
    OK("nothing is removed through a link",
       root_remove(root, "top/away/file", &failure) == -1 &&
           failure.kind == FAILURE_DATA && access("away/file", F_OK) == 0);
    rmdir("top/made");
}

static void
all_of_it(const struct root *root)
{
    OK("the scene is set",
       symlink("/dev/null", "top/null") == 0 || access("top/null", F_OK) == 0);
    planted_names_are_refused(root);
    writing_replaces_a_link(root);
    names_are_changed_within(root);
}

static void
the_lock_lies_on_the_directory(struct root *root)
{
    struct failure failure = {0};
    struct root other;
    bool taken;

    root_open(&other, "top", &failure);
    OK("nobody has the lock", !root_is_locked(root));
    OK("a lock is taken",
       root_lock(root, NULL, &taken, &failure) == 0 && root_is_locked(&other));
    OK("once", root_lock(&other, NULL, &taken, &failure) == -1 && taken);
    unlink("top/lock");
    failure.kind = FAILURE_NONE;
    OK("that its file was removed takes nothing away",
       root_lock(&other, NULL, &taken, &failure) == -1 && taken);
    failure.kind = FAILURE_NONE;
    OK("the directory is in its place", root_check(root, &failure) == 0);
    OK("one that was moved away is noticed",
       rename("top", "moved") == 0 && root_check(root, &failure) == -1 &&
           failure.kind == FAILURE_ENVIRONMENT);
    failure.kind = FAILURE_NONE;
    OK("one that was replaced, too",
       mkdir("top", 0700) == 0 && root_check(root, &failure) == -1);
    root_close(root);
    OK("a lock that was given back can be taken",
       root_lock(&other, NULL, &taken, &failure) == 0);
    root_close(&other);
}

static int
remove_one(const char *path, const struct stat *status, int kind,
           struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

/* From now on there is no openat2(2), as in an older kernel. */
static bool
forget_openat2(void)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof steps / sizeof *steps, steps};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

int
main(void)
{
    struct failure failure = {0};
    struct root root;

    if (!mkdtemp(directory) || chdir(directory) != 0)
        return 1;
    OK("a root that is not there is missing",
       root_open(&root, "top", &failure) == 0);
    if (mkdir("top", 0700) || mkdir("top/sub", 0700) || mkdir("away", 0700) ||
        !make_file("file", "outside") || !make_file("away/file", "outside") ||
        !make_file("top/file", "x") || !make_file("top/sub/file", "x") ||
        symlink("file", "top/link") || symlink("../file", "top/outside") ||
        symlink("../away", "top/away") || mkfifo("top/fifo", 0600))
        return 1;
    OK("a root is opened", root_open(&root, "top", &failure) == 1);
    all_of_it(&root);
    if (forget_openat2())
        all_of_it(&root);
    else
        tap_note("without seccomp: only openat2 was tried");
    the_lock_lies_on_the_directory(&root);
    if (chdir("/") != 0 ||
        nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0)
        tap_note("left behind: %s", directory);
    return tap_done();
}
