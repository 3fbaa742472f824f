#include "cli/words.h"

#include <inttypes.h>
#include <stdarg.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

static int64_t
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * NS_PER_SECOND + time.tv_nsec;
}

struct progress {
    bool wanted;
    bool shown;
    int64_t next;
};

int
words_begin(struct run *run, bool wanted)
{
    run->started = now();
    run->progress = allocate(&run->failure, 1, sizeof *run->progress);
    if (!run->progress)
        return -1;
    run->progress->wanted =
        wanted && isatty(STDERR_FILENO) && !run->common.quiet;
    run->progress->next = run->started + NS_PER_SECOND;
    return 0;
}

void
run_progress(struct run *run, uint64_t done, uint64_t size)
{
    static const int64_t every = NS_PER_SECOND / 5;
    struct progress *progress = run->progress;
    uint64_t rate;
    int64_t time;

    if (!progress->wanted)
        return;
    time = now();
    if (time < progress->next)
        return;
    progress->next = time + every;
    progress->shown = true;
    rate = (run->events_in ? run->events_in : run->writer.total) * 1000 /
           (uint64_t)((time - run->started) / 1000000 + 1);
    if (size)
        fprintf(stderr, "\r%s: %3" PRIu64 " %%  %" PRIu64 " events/s\033[K",
                run->program->name, done * 100 / size, rate);
    else
        fprintf(stderr, "\r%s: %" PRIu64 " MB  %" PRIu64 " events/s\033[K",
                run->program->name, done / 1000000, rate);
}

void
words_clear(struct run *run)
{
    struct progress *progress = run->progress;

    if (progress && progress->shown)
        fprintf(stderr, "\r\033[K");
    if (progress)
        progress->shown = false;
}

int
words_clear_before(void *owner, struct failure *failure)
{
    (void)failure;
    words_clear(owner);
    return 0;
}

void
run_remark(struct run *run, const char *format, ...)
{
    va_list args;

    words_clear(run);
    fprintf(stderr, "%s: ", run->program->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void
words_summary(struct run *run, void *state,
              void (*summary)(void *, struct run *, FILE *))
{
    int64_t ns = now() - run->started;

    if (!run->common.verbose)
        return;
    words_clear(run);
    fprintf(stderr, "%s: ", run->program->name);
    if (run->events_in)
        fprintf(stderr, "%" PRIu64 " events in, ", run->events_in);
    if (run->kind == RUN_TAPE)
        fprintf(stderr, "%" PRIu64 " events out, ", run->events_out);
    fprintf(stderr, "%" PRId64 ".%03" PRId64 " s\n", ns / NS_PER_SECOND,
            ns % NS_PER_SECOND / 1000000);
    if (summary)
        summary(state, run, stderr);
}
