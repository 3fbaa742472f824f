/* measure - how long commands take, and how much memory.
 *
 *      measure RUNS COMMAND ...
 *
 * Each command is given to a shell, which replaces itself by the last one of
 * it where it can.  All commands are run in turn, RUNS times, so that what
 * else the machine does falls on all of them alike.  Prints a line for each:
 * the median of the seconds that passed, of the seconds of processor time, and
 * the most memory that one of its processes took, in KiB.  A command that
 * fails ends it with 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 64
#define RUNS_MAX     99

struct measured {
    double seconds[RUNS_MAX], processor[RUNS_MAX];
    long memory;
};

static double
seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Runs a command once; its wait status. */
static int
run(const char *command, struct measured *measured, int turn)
{
    double begin = now();
    struct rusage usage;
    int status;
    pid_t pid = vfork();

    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
        return -1;
    measured->seconds[turn] = now() - begin;
    measured->processor[turn] =
        seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    if (usage.ru_maxrss > measured->memory)
        measured->memory = usage.ru_maxrss;
    return status;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double
median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[count / 2];
}

int
main(int argc, char **argv)
{
    static struct measured measured[COMMANDS_MAX];
    int runs = argc > 2 ? atoi(argv[1]) : 0;
    int count = argc - 2;

    if (runs < 1 || runs > RUNS_MAX || count > COMMANDS_MAX)
        return 2;
    for (int turn = 0; turn < runs; turn++) {
        for (int i = 0; i < count; i++) {
            int status = run(argv[2 + i], &measured[i], turn);

            if (status == 0)
                continue;
            fprintf(stderr, "measure: wait status %d of: %s\n", status,
                    argv[2 + i]);
            return 1;
        }
    }
    for (int i = 0; i < count; i++)
        printf("%.6f %.6f %ld\n", median(measured[i].seconds, runs),
               median(measured[i].processor, runs), measured[i].memory);
    return 0;
}
