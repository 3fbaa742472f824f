/* zygote - preloaded into a program, runs it over and over: before main it
 * waits for orders on the descriptor XTAPE_ZYGOTE and for each runs main in a
 * child, which is much cheaper than loading it, above all under sanitizers.
 * An order is a byte, the answer the child's wait status.  After ZYGOTE_QUICK
 * the child leaves without looking for leaks. */
#include "zygote.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void
leave(int status, void *unused)
{
    (void)unused;
    fflush(NULL);
    _exit(status);
}

__attribute__((constructor)) static void
serve(void)
{
    const char *text = getenv(ZYGOTE_FD);
    int fd = text ? atoi(text) : -1, status;
    char order;

    while (fd >= 0 && read(fd, &order, 1) == 1) {
        pid_t child = fork();

        if (child == 0) {
            close(fd);
            unsetenv(ZYGOTE_FD);
            if (order == ZYGOTE_QUICK)
                on_exit(leave, NULL);
            return;
        }
        if (child < 0 || waitpid(child, &status, 0) != child ||
            write(fd, &status, sizeof status) != sizeof status)
            _exit(127);
    }
    if (fd >= 0)
        _exit(0);
}
