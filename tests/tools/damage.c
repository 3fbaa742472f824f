/* damage TAPE PROGRAM [ARG ...] - runs the program on every one-bit change of
 * a tape and on every shorter length of it.  Each must end with status 1 and
 * one line on stderr that tells a byte; says which did not and ends with 1.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char tape[65536];
static size_t tape_size;
static int input, errors;

/* Runs the program on the first size bytes of tape; true when it says so. */
static bool
sees_damage(char **command, size_t size)
{
    posix_spawn_file_actions_t actions;
    char text[4096];
    ssize_t count;
    pid_t pid;
    int status;

    if (ftruncate(input, 0) || ftruncate(errors, 0) ||
        pwrite(input, tape, size, 0) != (ssize_t)size)
        abort();
    lseek(input, 0, SEEK_SET);
    lseek(errors, 0, SEEK_SET);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, errors, 2);
    if (posix_spawnp(&pid, command[0], &actions, NULL, command, environ) != 0)
        abort();
    posix_spawn_file_actions_destroy(&actions);
    waitpid(pid, &status, 0);
    count = pread(errors, text, sizeof text - 1, 0);
    text[count > 0 ? count : 0] = '\0';
    if (WIFEXITED(status) && WEXITSTATUS(status) == 1 &&
        strstr(text, "byte ") && strchr(text, '\n') == text + count - 1)
        return true;
    printf("%s: wait status %d, said: %s\n", command[0], status, text);
    return false;
}

int
main(int argc, char **argv)
{
    int bad = 0;
    FILE *file = argc > 2 ? fopen(argv[1], "rb") : NULL;

    if (!file)
        return 2;
    tape_size = fread(tape, 1, sizeof tape, file);
    fclose(file);
    input = memfd_create("tape", MFD_CLOEXEC);
    errors = memfd_create("errors", MFD_CLOEXEC);
    for (size_t bit = 0; bit < tape_size * 8 && bad < 10; bit++) {
        tape[bit / 8] ^= (char)(1 << bit % 8);
        if (!sees_damage(argv + 2, tape_size)) {
            printf("... of bit %zu of byte %zu\n", bit % 8, bit / 8);
            bad++;
        }
        tape[bit / 8] ^= (char)(1 << bit % 8);
    }
    for (size_t size = 0; size < tape_size && bad < 10; size++) {
        if (!sees_damage(argv + 2, size)) {
            printf("... cut to %zu bytes\n", size);
            bad++;
        }
    }
    return bad != 0;
}
