/* attempt - preloaded into a program, does at its first write to standard
 * output what somebody would who got hold of it, and says on standard error
 * what came of each attempt: "open: Permission denied". */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void
tell(const char *what, long result)
{
    dprintf(STDERR_FILENO, "%s: %s\n", what,
            result < 0 ? strerror(errno) : "done");
}

static void
attempt(void)
{
    pid_t child;

    tell("read", open("/etc/passwd", O_RDONLY | O_CLOEXEC));
    tell("write", open("attempted", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    tell("remove", unlink("victim"));
    tell("rename", rename("victim", "elsewhere"));
    tell("socket", socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    tell("signal", kill(getppid(), 0));
    child = fork();
    if (child == 0)
        _exit(0);
    tell("fork", child);
    if (child > 0)
        waitpid(child, NULL, 0);
    tell("run", execl("/no/such/program", "program", (char *)NULL));
}

ssize_t
write(int fd, const void *bytes, size_t size)
{
    static int done;

    if (fd == STDOUT_FILENO && !done) {
        done = 1;
        attempt();
    }
    return syscall(SYS_write, fd, bytes, size);
}
