/* Output appears whole or not at all; input is resumed, and can be stopped. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/input.h"
#include "io/output.h"
#include "tap.h"

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
    waiting_can_be_stopped();
    if (chdir("/") != 0 || rmdir(directory) != 0)
        tap_note("left behind: %s", directory);
    return tap_done();
}
