/* pipe - a yardstick of the machine: events of 64 bytes, all zero, through a
 * pipe of 256 KiB in writes as large, from one process to another.  Nothing
 * that reads a tape from a pipe can be faster, and where the speeds that xtape
 * is to reach were set it gave 60 million a second.
 *
 *      pipe EVENTS
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define EVENT_SIZE 64
#define PIPE_SIZE  (256 * 1024)

static char buffer[PIPE_SIZE];

static int
write_all(int fd, unsigned long long size)
{
    while (size > 0) {
        size_t some = size < PIPE_SIZE ? (size_t)size : PIPE_SIZE;
        ssize_t count = write(fd, buffer, some);

        if (count < 0)
            return 1;
        size -= (size_t)count;
    }
    return 0;
}

int
main(int argc, char **argv)
{
    unsigned long long size =
        argc == 2 ? strtoull(argv[1], NULL, 10) * EVENT_SIZE : 0;
    int ends[2], status;
    ssize_t count;
    pid_t pid;

    if (size == 0 || pipe(ends) != 0)
        return 2;
    (void)fcntl(ends[0], F_SETPIPE_SZ, PIPE_SIZE);
    pid = fork();
    if (pid < 0)
        return 3;
    if (pid == 0) {
        close(ends[0]);
        _exit(write_all(ends[1], size));
    }
    close(ends[1]);
    while ((count = read(ends[0], buffer, PIPE_SIZE)) > 0)
        size -= (unsigned long long)count;
    return waitpid(pid, &status, 0) == pid && status == 0 && size == 0 ? 0 : 1;
}
