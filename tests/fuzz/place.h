/* place.h - a directory for a target that needs files, in memory, and calls of
 * whole programs that write nowhere.
 *
 *      place_enter     the current directory is one of the target's own, and
 *                      stdout and stderr lead nowhere
 *      place_run       a program's main, as from a shell
 *      place_leave     all is as before; the files stay until the end
 *
 * With FUZZ_LOUD in the environment stderr is as it was.
 */
#ifndef FUZZ_PLACE_H
#define FUZZ_PLACE_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PLACE_WORDS = 12, PLACE_WORD = 64 };

static char place_path[64];
static int place_owner; /* the process that made it */
static int place_out;   /* standard output and error, as they were */
static FILE *place_err;
static int place_before; /* the directory */

static int
place_remove(const char *path, const struct stat *about, int kind,
             struct FTW *walk)
{
    (void)about;
    (void)kind;
    (void)walk;
    return remove(path);
}

/* Removes a file, or a directory with all that is in it. */
static void
place_clear(const char *path)
{
    nftw(path, place_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static void
place_forget(void)
{
    if (place_owner == getpid())
        place_clear(place_path);
}

static void
place_make(void)
{
    snprintf(place_path, sizeof place_path, "%s/xtape-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(place_path))
        abort();
    place_owner = getpid();
    setenv("XTAPE_SANDBOX", "none", 1); /* a process runs many programs */
    atexit(place_forget);
}

static void
place_enter(void)
{
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (!place_path[0])
        place_make();
    fflush(stdout);
    place_before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    place_out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
    place_err = stderr;
    if (nowhere < 0 || place_before < 0 || chdir(place_path) != 0 ||
        dup2(nowhere, STDIN_FILENO) < 0 || dup2(nowhere, STDOUT_FILENO) < 0)
        abort();
    close(nowhere);
    if (!getenv("FUZZ_LOUD"))
        stderr = fopen("/dev/null", "we"); /* a sanitizer's is descriptor 2 */
}

static void
place_leave(void)
{
    fflush(stdout);
    dup2(place_out, STDOUT_FILENO);
    close(place_out);
    if (stderr != place_err)
        fclose(stderr);
    stderr = place_err;
    if (fchdir(place_before) != 0)
        abort();
    close(place_before);
}

static void
place_write(const char *path, const void *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    close(fd);
}

static void
place_put_out(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    if (fd < 0 || (fd != STDOUT_FILENO && dup2(fd, STDOUT_FILENO) < 0))
        abort();
    if (fd != STDOUT_FILENO)
        close(fd);
}

/* The status of a program.  line: its words, with single spaces; out: where its
 * output goes, NULL: nowhere. */
static int
place_run(int (*program)(int argc, char **argv), const char *line,
          const char *out)
{
    static char words[PLACE_WORDS][PLACE_WORD];
    char *argv[PLACE_WORDS + 1] = {0};
    int argc = 0, status;

    while (*line) {
        size_t size = strcspn(line, " ");

        if (argc == PLACE_WORDS || size >= PLACE_WORD)
            abort();
        memcpy(words[argc], line, size);
        words[argc][size] = '\0';
        argv[argc] = words[argc];
        argc++;
        line += size + (line[size] == ' ');
    }
    place_put_out(out ? out : "/dev/null");
    status = program(argc, argv);
    place_put_out("/dev/null"); /* the program has closed it */
    return status;
}

#endif
