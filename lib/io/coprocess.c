#include "io/coprocess.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/pace.h"

#define READ_SIZE 65536
#define SEND_ROOM 262144 /* bytes sent that may stay in front of others */
#define POLL_MS   1000
#define LINGER_MAX                                                             \
    1000 /* milliseconds from the end of its output to its own                 \
          */

extern char **environ;

/* ---- its end may come while it is written to ----------------------------- */

/* A handler has no other way in.  Blocking the signal around each write would
 * take as long again as the write. */
static volatile sig_atomic_t sending;

/* Nobody reads: of what goes to a coprocess that is for write() to say; all
 * else ends this program, silently, as without a handler. */
static void
on_pipe_signal(int number)
{
    if (sending)
        return;
    signal(number, SIG_DFL);
    raise(number);
}

static void
catch_pipe_signal(void)
{
    const struct sigaction action = {.sa_handler = on_pipe_signal};

    (void)sigaction(SIGPIPE, &action, NULL);
}

/* ---- its beginning ------------------------------------------------------- */

/* In a state as a shell would give it: nothing ignored, nothing blocked. */
static int
prepare(posix_spawnattr_t *attributes, posix_spawn_file_actions_t *actions,
        const int input[2], const int output[2])
{
    sigset_t all, none;

    sigfillset(&all);
    sigemptyset(&none);
    if (posix_spawnattr_setsigdefault(attributes, &all) != 0 ||
        posix_spawnattr_setsigmask(attributes, &none) != 0 ||
        posix_spawnattr_setpgroup(attributes, 0) != 0 ||
        posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF |
                                                 POSIX_SPAWN_SETSIGMASK |
                                                 POSIX_SPAWN_SETPGROUP) != 0 ||
        posix_spawn_file_actions_adddup2(actions, input[0], STDIN_FILENO) !=
            0 ||
        posix_spawn_file_actions_adddup2(actions, output[1], STDOUT_FILENO) !=
            0)
        return -1;
    return 0;
}

static int
spawn(struct coprocess *process, char *const *argv, const int input[2],
      const int output[2])
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int result = ENOMEM;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attributes) == 0) {
        if (prepare(&attributes, &actions, input, output) == 0)
            result = posix_spawnp(&process->pid, argv[0], &actions, &attributes,
                                  argv, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return result;
}

static void
close_both(const int ends[2])
{
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0)
            close(ends[i]);
}

int
coprocess_start(struct coprocess *process, char *const *argv,
                struct failure *failure)
{
    int input[2] = {-1, -1}, output[2] = {-1, -1}, result;

    assert(process->pid == 0 && argv[0] && process->patience > 0);
    process->to = process->from = -1;
    catch_pipe_signal();
    if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) {
        close_both(input);
        return fail_errno(failure, "%s: cannot make a pipe", process->name);
    }
    result = spawn(process, argv, input, output);
    close(input[0]);
    close(output[1]);
    if (result != 0) {
        process->pid = 0;
        close(input[1]);
        close(output[0]);
        errno = result;
        return fail_path(failure, "%s: cannot run it", argv[0]);
    }
    process->to = input[1];
    process->from = output[0];
    (void)fcntl(process->to, F_SETFL, O_NONBLOCK);
    (void)fcntl(process->from, F_SETFL, O_NONBLOCK);
    return 0;
}

int
coprocess_start_shell(struct coprocess *process, const char *command,
                      struct failure *failure)
{
    char shell[] = "/bin/sh", option[] = "-c";
    char *const argv[] = {shell, option, (char *)(uintptr_t)command, NULL};

    return coprocess_start(process, argv, failure);
}

/* ---- its end ------------------------------------------------------------- */

static void
close_pipe(int *end)
{
    if (*end >= 0)
        close(*end);
    *end = -1;
}

/* How it ended, as a failure; 0 if well. */
static int
fail_ended(struct coprocess *process, int status, const char *when,
           struct failure *failure)
{
    process->pid = 0;
    if (WIFSIGNALED(status))
        return fail(failure, FAILURE_ENVIRONMENT, "%s: was killed%s: %s",
                    process->name, when, strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) != 0)
        return fail(failure, FAILURE_DATA, "%s: ended%s, with status %d",
                    process->name, when, WEXITSTATUS(status));
    return 0;
}

/* It has closed its output, where a line was due.  A program that does so ends
 * in the next moment, as a rule. */
static int
fail_gone(struct coprocess *process, struct failure *failure)
{
    int status;

    for (int waited = 0; waited < LINGER_MAX; waited++) {
        if (waitpid(process->pid, &status, WNOHANG) == process->pid) {
            if (fail_ended(process, status, " early", failure) != 0)
                return -1;
            return fail(failure, FAILURE_DATA, "%s: ended early, with status 0",
                        process->name);
        }
        pace_sleep(NS_PER_SECOND / 1000);
    }
    return fail(failure, FAILURE_DATA, "%s: closed its standard output",
                process->name);
}

void
coprocess_kill(struct coprocess *process)
{
    int status;

    if (process->pid == 0)
        return;
    assert(process->pid > 0);
    close_pipe(&process->to);
    close_pipe(&process->from);
    kill(-process->pid, SIGKILL);
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    process->pid = 0;
}

void
coprocess_free(struct coprocess *process)
{
    coprocess_kill(process);
    bytes_free(&process->pending);
    bytes_free(&process->heard);
}

/* ---- both ways ----------------------------------------------------------- */

/* write() that is no signal when nobody reads. */
static ssize_t
write_quietly(int fd, const void *bytes, size_t size)
{
    ssize_t written;

    sending = 1;
    written = write(fd, bytes, size);
    sending = 0;
    return written;
}

/* Sends what its pipe takes.  One that reads no more may still have written
 * an answer, so that is no failure here. */
static int
send_some(struct coprocess *process, struct failure *failure)
{
    struct bytes *pending = &process->pending;
    ssize_t written;

    assert(process->sent <= pending->size);
    if (bytes_ok(pending, failure) != 0)
        return -1;
    if (process->to < 0 || process->sent == pending->size)
        return 0;
    written = write_quietly(process->to, pending->bytes + process->sent,
                            pending->size - process->sent);
    if (written < 0 && errno == EPIPE)
        close_pipe(&process->to);
    else if (written < 0 && errno != EAGAIN && errno != EINTR)
        return fail_errno(failure, "%s: cannot write to it", process->name);
    if (written > 0)
        process->sent += (size_t)written;
    if (process->to < 0 || process->sent == pending->size) {
        bytes_clear(pending);
        process->sent = 0;
    } else if (process->sent > SEND_ROOM) {
        pending->size -= process->sent;
        memmove(pending->bytes, pending->bytes + process->sent, pending->size);
        process->sent = 0;
    }
    return 0;
}

/* Reads what there is: 1, 0 at the end of its output, -1. */
static int
hear_some(struct coprocess *process, struct failure *failure)
{
    struct bytes *heard = &process->heard;
    unsigned char *room;
    ssize_t size;

    if (process->head == heard->size) {
        bytes_clear(heard);
        process->head = process->searched = 0;
    } else if (process->head > READ_SIZE) {
        heard->size -= process->head;
        memmove(heard->bytes, heard->bytes + process->head, heard->size);
        process->searched -= process->head;
        process->head = 0;
    }
    room = bytes_room(heard, READ_SIZE);
    if (!room)
        return fail_memory(failure);
    size = read(process->from, room, READ_SIZE);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return 1;
    if (size < 0)
        return fail_errno(failure, "%s: cannot read from it", process->name);
    heard->size += (size_t)size;
    return size > 0;
}

static int
fail_silent(struct coprocess *process, struct failure *failure)
{
    char text[DURATION_TEXT_MAX];
    size_t size = duration_format(process->patience, text);

    return fail(failure, FAILURE_ENVIRONMENT, "%s: wrote nothing for %.*s",
                process->name, (int)size, text);
}

/* Waits until it writes or reads, at most till deadline: 1; 0 when stopped or
 * when its output ended, -1. */
static int
exchange(struct coprocess *process, int64_t deadline, bool *ended,
         struct failure *failure)
{
    int64_t left = deadline - pace_now();
    struct pollfd fds[3] = {{process->from, POLLIN, 0},
                            {process->wake, POLLIN, 0},
                            {process->to, POLLOUT, 0}};
    bool sends = process->to >= 0 && process->pending.size > process->sent;
    int ready, result = 1;

    if (left <= 0)
        return fail_silent(process, failure);
    left = left / (NS_PER_SECOND / 1000) + 1;
    ready = poll(fds, sends ? 3 : 2, left < POLL_MS ? (int)left : POLL_MS);
    if (ready < 0 && errno != EINTR)
        return fail_errno(failure, "%s: cannot wait for it", process->name);
    if (ready <= 0)
        return 1;
    if (fds[1].revents) {
        process->stopped = true;
        return 0;
    }
    if (sends && fds[2].revents && send_some(process, failure) != 0)
        return -1;
    if (fds[0].revents)
        result = hear_some(process, failure);
    *ended = result == 0;
    return result;
}

/* The next whole line of what was read, or NULL. */
static char *
take_line(struct coprocess *process, size_t *size)
{
    struct bytes *heard = &process->heard;
    char *line = (char *)heard->bytes + process->head;
    char *end;

    assert(process->head <= process->searched &&
           process->searched <= heard->size);
    end = heard->size > process->searched
              ? memchr(heard->bytes + process->searched, '\n',
                       heard->size - process->searched)
              : NULL;
    if (!end) {
        process->searched = heard->size;
        return NULL;
    }
    *end = '\0';
    *size = (size_t)(end - line);
    process->head += *size + 1;
    process->searched = process->head;
    return line;
}

int
coprocess_line(struct coprocess *process, char **line, size_t *size,
               struct failure *failure)
{
    bool ended = false;
    int result;

    for (;;) {
        *line = take_line(process, size);
        if ((*line ? *size : process->heard.size - process->head) >=
            COPROCESS_LINE_MAX)
            return fail(failure, FAILURE_DATA,
                        "%s: wrote a line of more than %d bytes", process->name,
                        COPROCESS_LINE_MAX - 1);
        if (*line)
            return 1;
        if (process->pending.size > process->sent &&
            send_some(process, failure) != 0)
            return -1;
        if (process->deadline == 0)
            process->deadline = pace_now() + process->patience;
        result = exchange(process, process->deadline, &ended, failure);
        if (ended && process->heard.size > process->head)
            return fail(failure, FAILURE_DATA,
                        "%s: ended in the middle of a line", process->name);
        if (ended)
            return fail_gone(process, failure);
        if (result <= 0)
            return result;
    }
}

int
coprocess_send(struct coprocess *process, struct failure *failure)
{
    int64_t deadline = pace_now() + process->patience;
    bool ended = false;

    while (process->to >= 0 && process->pending.size > process->sent) {
        int result = exchange(process, deadline, &ended, failure);

        if (ended)
            return fail_gone(process, failure);
        if (result <= 0)
            return result;
        if (process->heard.size - process->head >= COPROCESS_LINE_MAX)
            return fail(failure, FAILURE_DATA,
                        "%s: wrote %zu bytes without being asked",
                        process->name, process->heard.size - process->head);
    }
    return 0;
}

/* ---- ending -------------------------------------------------------------- */

static int
fail_endless(struct coprocess *process, struct failure *failure)
{
    return fail(failure, FAILURE_ENVIRONMENT,
                "%s: does not end though its input did", process->name);
}

/* What it still writes is read, and dropped, or it could not end. */
static int
drain(struct coprocess *process, int64_t deadline, struct failure *failure)
{
    bool ended = false;
    int result = 1;

    while (result > 0) {
        if (process->pending.size == process->sent)
            close_pipe(&process->to);
        process->head = process->searched = process->heard.size;
        if (pace_now() >= deadline)
            return fail_endless(process, failure);
        result = exchange(process, deadline + NS_PER_SECOND, &ended, failure);
    }
    return result;
}

int
coprocess_end(struct coprocess *process, struct failure *failure)
{
    int64_t deadline = pace_now() + process->patience;
    int status;

    assert(process->pid > 0);
    if (send_some(process, failure) != 0 ||
        drain(process, deadline, failure) < 0)
        return -1;
    if (process->stopped)
        return 0;
    for (;;) {
        pid_t ended = waitpid(process->pid, &status, WNOHANG);

        if (ended == process->pid)
            return fail_ended(process, status, " at the end", failure);
        if (pace_now() >= deadline)
            return fail_endless(process, failure);
        pace_sleep(NS_PER_SECOND / 1000);
    }
}
