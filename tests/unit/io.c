/* Output appears whole or not at all; input is resumed, and can be stopped. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io/append.h"
#include "io/input.h"
#include "io/output.h"
#include "io/sync.h"
#include "io/target.h"
#include "tap.h"

/* The most that one read gives, in the stead of the C library's. */
static size_t piece = SIZE_MAX;

ssize_t
read(int fd, void *bytes, size_t size)
{
    return syscall(SYS_read, fd, bytes, size < piece ? size : piece);
}

static char directory[] = "/tmp/xtape-io-XXXXXX";

static bool
exists(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0;
}

static unsigned
files_here(void)
{
    unsigned count = 0;
    DIR *dir = opendir(".");

    for (struct dirent *entry; (entry = readdir(dir));)
        count += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
    closedir(dir);
    return count;
}

static bool
holds(const char *path, const char *text)
{
    struct failure failure = {0};
    size_t size;
    char *bytes = input_read_file(path, 1 << 20, &size, &failure);
    bool same = bytes && strcmp(bytes, text) == 0;

    free(bytes);
    return same;
}

static void
files_appear_whole(void)
{
    struct failure failure = {0};
    struct output output;

    output_open(&output, "out", &failure);
    output_put(&output, "new", 3);
    output_flush(&output);
    OK("a file has no name before it is committed", files_here() == 0);
    OK("committed, it has its name and its bytes",
       output_commit(&output) == 0 && holds("out", "new"));
    output_open(&output, "out", &failure);
    output_put(&output, "newer", 5);
    output_abandon(&output);
    OK("abandoned, the older file stays", holds("out", "new"));
    output_open(&output, "out", &failure);
    output_put(&output, "newest", 6);
    OK("a commit replaces the older file",
       output_commit(&output) == 0 && holds("out", "newest"));
    OK("and nothing else is left in the directory", files_here() == 1);
    unlink("out");
}

static void
failures_are_told(void)
{
    struct failure failure = {0};
    struct output output;
    int result = 0;

    OK("a directory that is not there is a wrong command",
       output_open(&output, "nowhere/out", &failure) == -1 &&
           failure.kind == FAILURE_USAGE &&
           strstr(failure.text, "nowhere/out"));
    output_abandon(&output);
    memset(&failure, 0, sizeof failure);
    output_open(&output, "/dev/full", &failure);
    output_put(&output, "x", 1);
    result = output_commit(&output);
    OK("a full device is reported by commit at the latest",
       result == -1 && failure.kind == FAILURE_ENVIRONMENT);
    OK("and stays a device", exists("/dev/full"));
}

static void
large_writes_pass(void)
{
    size_t size = 3 * OUTPUT_BUFFER + 17;
    char *bytes = calloc(1, size + 1), *back;
    struct failure failure = {0};
    struct output output;
    size_t back_size;

    memset(bytes, 'a', size);
    output_open(&output, "big", &failure);
    output_put(&output, bytes, size);
    output_commit(&output);
    back = input_read_file("big", size, &back_size, &failure);
    OK("bytes of any number come through",
       back && back_size == size && memcmp(back, bytes, size) == 0);
    OK("a file beyond the limit given is refused",
       !input_read_file("big", size - 1, &back_size, &failure) &&
           failure.kind == FAILURE_DATA);
    free(bytes);
    free(back);
    unlink("big");
}

/* As some file systems give it. */
static void
pieces_are_joined(void)
{
    struct failure failure = {0};
    struct output output;
    size_t size;
    char *back;

    output_open(&output, "out", &failure);
    output_put(&output, "abcdefghij", 10);
    output_commit(&output);
    piece = 3;
    back = input_read_file("out", 10, &size, &failure);
    piece = SIZE_MAX;
    OK("a file that comes in pieces is whole",
       back && size == 10 && strcmp(back, "abcdefghij") == 0);
    free(back);
    unlink("out");
}

static bool
leads_to(const char *link, const char *path)
{
    struct failure failure = {0};
    struct target target;
    bool same = target_open(&target, link, &failure) == 0 && target.fd < 0 &&
                strcmp(target.path, path) == 0;

    target_free(&target);
    return same;
}

static void
links_are_followed(void)
{
    if (mkdir("d", 0700) != 0 || symlink("to", "d/near") != 0 ||
        symlink("/nowhere/at/all", "d/far") != 0 || symlink("d/near", "top"))
        abort();
    OK("a link leads from its own directory", leads_to("d/near", "d/to"));
    OK("an absolute one from the top", leads_to("d/far", "/nowhere/at/all"));
    OK("links of links are followed", leads_to("top", "d/to"));
    unlink("d/near");
    unlink("d/far");
    unlink("top");
    rmdir("d");
}

static void
many_are_durable(void)
{
    static struct sync sync;
    struct failure failure = {0};
    struct output output;
    struct root root;
    bool good = root_open(&root, ".", &failure) == 1;

    for (int i = 0; good && i < SYNC_FILES + 2; i++) {
        char name[16];

        snprintf(name, sizeof name, "./%d", i);
        good = output_open_below(&output, &root, name, &failure) == 0 &&
               output_put(&output, name, 5) == 0 &&
               sync_add(&sync, &output, &failure) == 0;
    }
    good = good && sync_add_directory(&sync, ".", &failure) == 0;
    OK("more files than can be open are made durable together",
       good && sync_all(&sync, &root, &failure) == 0 && sync.count == 0 &&
           files_here() == SYNC_FILES + 2);
    OK("and removed by a pattern, but for others",
       root_sweep(&root, ".", "[1-9]*", &failure) == 0 && files_here() == 1 &&
           holds("0", "./0"));
    unlink("0");
    root_close(&root);
}

/* What was not relied on is cut off when the disk is full. */
static void
what_only_grows(void)
{
    struct failure failure = {0};
    struct append append;
    struct root root;
    int fd = -1;
    bool good =
        root_open(&root, ".", &failure) == 1 &&
        root_open_file(&root, "./log", O_CREAT | O_WRONLY, &fd, &failure) == 1;

    close(fd);
    good = good && append_open(&append, &root, "./log", &failure) == 0 &&
           append_write(&append, "abc", 3, &failure) == 0 &&
           append.durable == 0 && append_sync(&append, &failure) == 0 &&
           append.durable == 3 &&
           append_write(&append, "de", 2, &failure) == 0 &&
           append.relied == 3 && append_cut(&append, 4, &failure) == 0;
    OK("what is appended is there, and cut where it is said",
       good && append.durable == 4 && holds("log", "abcd"));
    unlink("log");
    OK("a file that has no name any more stores nothing",
       append_sync(&append, &failure) == -1 &&
           append_write(&append, "x", 1, &failure) == -1);
    append_close(&append);
    root_close(&root);
}

static int
count_idle(void *owner, struct failure *failure)
{
    (void)failure;
    ++*(int *)owner;
    return 0;
}

static void
waiting_can_be_stopped(void)
{
    struct failure failure = {0};
    struct input input = {.name = "pipe"};
    int data[2], wake[2], idles = 0;
    char bytes[8];

    if (pipe(data) || pipe(wake))
        abort();
    input.fd = data[0];
    input.wake = wake[0];
    input.idle = count_idle;
    input.owner = &idles;
    OK("what is there is read",
       write(data[1], "ab", 2) == 2 &&
           input_read(&input, bytes, 8, &failure) == 2 && idles == 0);
    OK("before it waits, the owner may send on; a wake ends the waiting",
       write(wake[1], "", 1) == 1 &&
           input_read(&input, bytes, 8, &failure) == 0 && input.stopped);
    OK("that is not a failure", failure.kind == FAILURE_NONE);
}

int
main(void)
{
    if (!mkdtemp(directory) || chdir(directory) != 0)
        return 1;
    files_appear_whole();
    failures_are_told();
    large_writes_pass();
    pieces_are_joined();
    links_are_followed();
    many_are_durable();
    what_only_grows();
    waiting_can_be_stopped();
    if (chdir("/") != 0 || rmdir(directory) != 0)
        tap_note("left behind: %s", directory);
    return tap_done();
}
