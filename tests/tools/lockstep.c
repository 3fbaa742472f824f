/* lockstep TAPE OUT COMMAND ... - feeds a tape to a filter one frame at a
 * time, each when the events before it have come back, and keeps in OUT what
 * came back: so it is known at every moment what the filter has passed on,
 * and it makes the same system calls in every run.  Ends as the filter did,
 * with 128 and the signal if one killed it; 2: it held events back. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tape/frame.h"

#define PATIENCE 20000 /* milliseconds */

struct tally {
    uint64_t events, ends;
};

static char tape[1 << 23], back[1 << 23];
static size_t tape_size, back_size, counted;

/* Adds the frame at bytes, if it is there whole: its size, or 0. */
static size_t
count(struct tally *tally, const char *bytes, size_t size)
{
    struct frame frame;

    if (size < sizeof frame)
        return 0;
    memcpy(&frame, bytes, sizeof frame);
    if (frame.size < sizeof frame || size < frame.size)
        return 0;
    tally->events += frame.kind == FRAME_BLOCK ? frame.u.block.count : 0;
    tally->ends += frame.kind == FRAME_END;
    return frame.size;
}

/* Reads what the filter passes on until it is as much as was sent; false when
 * the filter has ended. */
static bool
await(int fd, int out, const struct tally *sent, struct tally *came)
{
    while (came->events < sent->events || came->ends < sent->ends) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        ssize_t got;
        size_t size;

        if (poll(&ready, 1, PATIENCE) != 1)
            exit(2);
        got = read(fd, back + back_size, sizeof back - back_size);
        if (got <= 0)
            return false;
        if (write(out, back + back_size, (size_t)got) != got)
            exit(2);
        back_size += (size_t)got;
        while ((size = count(came, back + counted, back_size - counted)))
            counted += size;
    }
    return true;
}

/* Sends the tape; what comes back goes to out. */
static void
converse(int to, int from, int out)
{
    struct tally sent = {0}, came = {0};
    size_t at = 0, size;

    while ((size = count(&sent, tape + at, tape_size - at))) {
        if (write(to, tape + at, size) != (ssize_t)size ||
            !await(from, out, &sent, &came))
            break;
        at += size;
    }
    close(to);
    sent.ends++; /* that never comes: until the filter closes its output */
    await(from, out, &sent, &came);
}

static void
start(char **command, int *to, int *from, pid_t *pid)
{
    int in[2], out[2];

    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
        exit(2);
    *pid = fork();
    if (*pid == 0) {
        signal(SIGPIPE, SIG_DFL);
        if (dup2(in[0], 0) < 0 || dup2(out[1], 1) < 0)
            _exit(127);
        execvp(command[0], command);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    *to = in[1];
    *from = out[0];
}

int
main(int argc, char **argv)
{
    int file = argc > 3 ? open(argv[1], O_RDONLY) : -1;
    int out = argc > 3 ? open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
    ssize_t size = read(file, tape, sizeof tape);
    int to, from, status;
    pid_t pid;

    if (size < 0 || out < 0)
        return 2;
    tape_size = (size_t)size;
    signal(SIGPIPE, SIG_IGN);
    start(argv + 3, &to, &from, &pid);
    converse(to, from, out);
    if (waitpid(pid, &status, 0) != pid)
        return 2;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
