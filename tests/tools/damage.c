/* damage ZYGOTE TAPE PROGRAM [ARG ...] - runs the program on every one-bit
 * change of a tape and on every shorter length of it.  Each must end with
 * status 1 and one line on stderr that names a byte; prints which did not and
 * ends with 1.
 *
 * ZYGOTE is zygote.so, through which the program is loaded once.  Leaks are
 * looked for at each length, and at one bit of each byte. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../preload/zygote.h"

static char tape[65536];
static size_t tape_size;
static int input, errors, orders;

/* Loads the program, which then waits for orders. */
static void
load(const char *zygote, char **command)
{
    int pair[2], null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    char number[16];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 || null < 0)
        abort();
    orders = pair[0];
    if (fork() != 0) {
        close(pair[1]);
        return;
    }
    close(pair[0]);
    snprintf(number, sizeof number, "%d", pair[1]);
    if (dup2(input, 0) < 0 || dup2(null, 1) < 0 || dup2(errors, 2) < 0 ||
        setenv(ZYGOTE_FD, number, 1) || setenv("LD_PRELOAD", zygote, 1))
        abort();
    execvp(command[0], command);
    abort();
}

/* Runs the program on the first size bytes of tape; true when it says so. */
static bool
sees_damage(size_t size, char order)
{
    char text[4096];
    ssize_t count;
    int status;

    if (ftruncate(input, 0) || ftruncate(errors, 0) ||
        pwrite(input, tape, size, 0) != (ssize_t)size)
        abort();
    lseek(input, 0, SEEK_SET);
    lseek(errors, 0, SEEK_SET);
    if (write(orders, &order, 1) != 1 ||
        read(orders, &status, sizeof status) != sizeof status) {
        printf("the program cannot be run\n");
        exit(1);
    }
    count = pread(errors, text, sizeof text - 1, 0);
    text[count > 0 ? count : 0] = '\0';
    if (WIFEXITED(status) && WEXITSTATUS(status) == 1 &&
        strstr(text, "byte ") && strchr(text, '\n') == text + count - 1)
        return true;
    printf("wait status %d, said: %s\n", status, text);
    return false;
}

int
main(int argc, char **argv)
{
    int bad = 0;
    FILE *file = argc > 3 ? fopen(argv[2], "rb") : NULL;

    if (!file)
        return 2;
    tape_size = fread(tape, 1, sizeof tape, file);
    fclose(file);
    input = memfd_create("tape", MFD_CLOEXEC);
    errors = memfd_create("errors", MFD_CLOEXEC);
    load(argv[1], argv + 3);
    for (size_t bit = 0; bit < tape_size * 8 && bad < 10; bit++) {
        size_t byte = bit / 8;

        tape[byte] ^= (char)(1 << bit % 8);
        if (!sees_damage(tape_size,
                         bit % 8 == byte % 8 ? ZYGOTE_RUN : ZYGOTE_QUICK)) {
            printf("... of bit %zu of byte %zu\n", bit % 8, byte);
            bad++;
        }
        tape[byte] ^= (char)(1 << bit % 8);
    }
    for (size_t size = 0; size < tape_size && bad < 10; size++) {
        if (!sees_damage(size, ZYGOTE_RUN)) {
            printf("... cut to %zu bytes\n", size);
            bad++;
        }
    }
    close(orders);
    wait(NULL);
    return bad != 0;
}
