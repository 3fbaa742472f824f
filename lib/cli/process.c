#include "cli/process.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* The only state outside of struct run: a handler has no other way in. */
static int wake_pipe[2] = {-1, -1};
static volatile sig_atomic_t caught;

void
process_open_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

static void
on_signal(int number)
{
    int error = errno;

    caught = number;
    if (write(wake_pipe[1], "", 1) < 0)
        _exit(128 + number);
    errno = error;
}

int
process_catch_signals(struct failure *failure)
{
    struct sigaction action = {.sa_handler = on_signal};
    static const int signals[] = {SIGTERM, SIGINT};

    if (wake_pipe[0] >= 0)
        return 0;
    if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return fail_errno(failure, "cannot make a pipe");
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction old;

        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_IGN);
    return 0;
}

int
process_signal(void)
{
    return caught;
}

int
process_wake(void)
{
    return wake_pipe[0];
}

void
process_die(int number)
{
    assert(number > 0);
    signal(number, SIG_DFL);
    raise(number);
}
