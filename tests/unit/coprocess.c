/* A program beside this one: what it writes, and each way in which it can end
 * or fail to answer. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/coprocess.h"
#include "tap.h"

/* What the next reads fail with, in the stead of the C library's. */
static int errors[2];

ssize_t
read(int fd, void *bytes, size_t size)
{
    for (unsigned i = 0; i < 2; i++)
        if (errors[i]) {
            errno = errors[i];
            errors[i] = 0;
            return -1;
        }
    return syscall(SYS_read, fd, bytes, size);
}

static struct coprocess
started(const char *command, struct failure *failure)
{
    struct coprocess process = {
        .name = "it", .patience = 20 * NS_PER_SECOND, .wake = -1};

    *failure = (struct failure){0};
    if (coprocess_start_shell(&process, command, failure) != 0)
        abort();
    return process;
}

static bool
hears(struct coprocess *process, const char *want)
{
    struct failure failure = {0};
    size_t size;
    char *line;

    return coprocess_line(process, &line, &size, &failure) == 1 &&
           size == strlen(want) && strcmp(line, want) == 0;
}

static void
test_lines(void)
{
    struct failure failure;
    struct coprocess process = started("cat", &failure);
    bool same = true;
    char text[16];

    bytes_put(coprocess_put(&process), "one\n\ntwo\n", 9);
    OK("lines come back, empty ones too",
       hears(&process, "one") && hears(&process, "") &&
           coprocess_is_early(&process) && hears(&process, "two") &&
           !coprocess_is_early(&process));
    bytes_put(coprocess_put(&process), "x\n", 2);
    errors[0] = EAGAIN;
    errors[1] = EINTR;
    OK("a read that was interrupted is done again", hears(&process, "x"));
    for (int i = 0; i < 60000; i++)
        bytes_put(coprocess_put(&process), text,
                  (size_t)snprintf(text, sizeof text, "line %d\n", i));
    for (int i = 0; same && i < 60000; i++) {
        snprintf(text, sizeof text, "line %d", i);
        same = hears(&process, text);
    }
    OK("however much is under way both ways, nobody waits for ever", same);
    OK("its input ends, and it does, well",
       coprocess_end(&process, &failure) == 0);
    coprocess_free(&process);
}

/* The class and the words of the failure with which no line comes. */
static bool
fails(const char *command, enum failure_class kind, const char *words)
{
    struct failure failure;
    struct coprocess process = started(command, &failure);
    bool good;
    size_t size;
    char *line;

    if (strstr(words, "nothing"))
        process.patience = NS_PER_SECOND / 50;
    good = coprocess_line(&process, &line, &size, &failure) == -1 &&
           failure.kind == kind && strstr(failure.text, words);
    if (!good)
        tap_note("%s: %s", command, failure.text);
    coprocess_free(&process);
    return good;
}

static void
test_failures(void)
{
    struct failure failure = {0};
    struct coprocess process = {.name = "it", .patience = 1};
    char *const none[] = {(char[]){"/nowhere/none"}, NULL};

    OK("one that is not there is a wrong command",
       coprocess_start(&process, none, &failure) == -1 &&
           failure.kind == FAILURE_USAGE);
    OK("one that ended early would do so again",
       fails("exit 3", FAILURE_DATA, "ended early, with status 3") &&
           fails("exit 0", FAILURE_DATA, "ended early, with status 0"));
    OK("one that was killed might not",
       fails("kill -KILL $$", FAILURE_ENVIRONMENT, "was killed"));
    OK("nor one that says nothing",
       fails("exec sleep 60", FAILURE_ENVIRONMENT, "wrote nothing for 20ms"));
    OK("half a line is no line",
       fails("printf half", FAILURE_DATA, "in the middle of a line"));
    OK("a line that is too long is refused",
       fails("head -c 65536 /dev/zero", FAILURE_DATA, "of more than 65535"));
    process = started("cat; exit 5", &failure);
    OK("a status at the end is reported",
       coprocess_end(&process, &failure) == -1 &&
           strstr(failure.text, "at the end, with status 5"));
    coprocess_free(&process);
    errors[0] = EIO;
    OK("a read that failed is a failure",
       fails("echo; sleep 60", FAILURE_ENVIRONMENT, "cannot read from it"));
}

static void
test_wake(void)
{
    struct failure failure;
    struct coprocess process = started("exec sleep 60", &failure);
    int wake[2];
    size_t size;
    char *line;

    if (pipe(wake) != 0 || write(wake[1], "", 1) != 1)
        abort();
    process.wake = wake[0];
    OK("a wake ends the waiting, and is no failure",
       coprocess_line(&process, &line, &size, &failure) == 0 &&
           process.stopped && failure.kind == FAILURE_NONE);
    OK("nor is it then waited for at the end",
       coprocess_end(&process, &failure) == 0);
    coprocess_free(&process);
}

int
main(void)
{
    test_lines();
    test_failures();
    test_wake();
    return tap_done();
}
