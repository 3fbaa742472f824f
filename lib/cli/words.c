#include "cli/words.h"

#include <inttypes.h>
#include <stdarg.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/count.h"

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

bool
words_are_shown(const struct run *run)
{
    return run->progress && run->progress->wanted;
}

/* On a terminal: what a program waits for, and for how long already. */
static void
show_waiting(struct run *run, const char *what, int64_t ns)
{
    if (!words_are_shown(run) || ns < 2 * NS_PER_SECOND)
        return;
    run->progress->shown = true;
    fprintf(stderr, "\r%s: waiting for %s for %" PRId64 " s\033[K",
            run->program->name, what, ns / NS_PER_SECOND);
}

void
words_waiting(void *owner, const struct input *input, int64_t ns)
{
    show_waiting(owner, input_name(input), ns);
}

bool
words_waiting_for_lock(void *owner)
{
    struct run *run = owner;

    show_waiting(run, "another program to finish", now() - run->started);
    return run_stopped(run);
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

    if (run->common.quiet)
        return;
    words_clear(run);
    fprintf(stderr, "%s: ", run->program->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void
run_remark_counts(struct run *run, const char *lead,
                  const struct run_count *counts, unsigned count)
{
    struct bytes text = {0};
    struct failure lost = {0};

    for (unsigned i = 0; i < count; i++)
        if (counts[i].count)
            bytes_put_format(&text, "%s%" PRIu64 " %s", text.size ? ", " : "",
                             counts[i].count, counts[i].what);
    if (text.size && bytes_ok(&text, &lost) == 0)
        run_remark(run, "%s: %.*s", lead, (int)text.size,
                   (const char *)text.bytes);
    bytes_free(&text);
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
        fprintf(stderr, COUNT_FORMAT " in, ", COUNT(run->events_in, "event"));
    if (run->kind == RUN_TAPE)
        fprintf(stderr, COUNT_FORMAT " out, ", COUNT(run->events_out, "event"));
    fprintf(stderr, "%" PRId64 ".%03" PRId64 " s\n", ns / NS_PER_SECOND,
            ns % NS_PER_SECOND / 1000000);
    if (summary)
        summary(state, run, stderr);
}
