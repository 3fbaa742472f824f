/* latency - how long an event takes through a program in a live pipe.
 *
 *      latency RATE EVENTS COMMAND
 *
 * Starts COMMAND with a shell and writes orders into it one by one, so many a
 * second, each in a separate block.  An event's time is from when it was due
 * to when the first that COMMAND made of it came back: lateness counts, ours
 * too.  Prints the median, 99 % and 99.9 % in microseconds.
 *
 * Waits by asking again and again, so it wants a processor for itself.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "gen/flow.h"
#include "tape/reader.h"
#include "tape/writer.h"

#define UNDER_WAY 64   /* events, at most: less than fills a pipe */
#define FIRST     1000 /* events that are not counted */

struct latency {
    int64_t gap, start; /* ns between events; when the first was due */
    int64_t sent, back; /* events so far */
    int64_t *took;      /* by event, ns */
    struct flow *orders;
    struct output output; /* to the command */
    struct input input;   /* from it */
    struct tape_writer writer;
    struct tape_reader reader;
    struct failure failure;
};

static int64_t
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * NS_PER_SECOND + time.tv_nsec;
}

/* Becomes what stands on both sides of a command: writes to standard output
 * reach it, and standard input is what it writes. */
static int
start(const char *command)
{
    int in[2], out[2];
    pid_t pid;

    if (pipe(in) != 0 || pipe(out) != 0 || (pid = fork()) < 0)
        return -1;
    if (pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
    } else {
        dup2(out[0], STDIN_FILENO);
        dup2(in[1], STDOUT_FILENO);
    }
    close(in[0]);
    close(in[1]);
    close(out[0]);
    close(out[1]);
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return 0;
}

static int
open_tape(struct latency *l)
{
    struct tape_header header;
    int result;

    if (output_open(&l->output, NULL, &l->failure) != 0 ||
        input_open(&l->input, "-", &l->failure) != 0 ||
        tape_writer_init(&l->writer, &l->output, &l->failure) != 0 ||
        tape_reader_init(&l->reader, &l->input, &l->failure) != 0)
        return -1;
    l->input.wake = -1;
    tape_header_init(&header, "latency");
    result = tape_writer_begin(&l->writer, &header);
    tape_header_free(&header);
    return result;
}

/* Sends the next request, and the definitions before it.  A request's time is
 * its number, so that what comes back shows what it came from. */
static int
send_one(struct latency *l)
{
    struct event *event;
    size_t size;

    do {
        event = tape_writer_reserve(&l->writer, FLOW_EVENT_MAX);
        size = flow_next(l->orders, event);
        event->time = 0;
        tape_writer_advance(&l->writer, size);
    } while (event->type < EVENT_ORDER || event->type > EVENT_CANCEL);
    event->time = ++l->sent;
    return tape_writer_flush(&l->writer);
}

static bool
is_readable(const struct latency *l)
{
    struct pollfd polled = {.fd = l->input.fd, .events = POLLIN};

    return l->reader.head < l->reader.tail || poll(&polled, 1, 0) > 0;
}

/* Takes what has come back. */
static int
take_back(struct latency *l)
{
    int item = tape_reader_next(&l->reader, &l->failure);
    int64_t time = now();

    if (item == TAPE_NOTHING)
        return fail(&l->failure, FAILURE_ENVIRONMENT, "the command ended");
    if (item != TAPE_BLOCK)
        return item < 0 ? -1 : 0;
    for (const struct event *event = l->reader.first; event < l->reader.end;
         event = event_next(event))
        if (event->time > l->back) {
            l->back = event->time;
            l->took[l->back - 1] = time - (l->start + l->back * l->gap);
        }
    return 0;
}

static int
run(struct latency *l, int64_t events)
{
    l->start = now();
    while (l->back < events) {
        if (l->sent < events && l->sent - l->back < UNDER_WAY &&
            now() - l->start >= (l->sent + 1) * l->gap && send_one(l) != 0)
            return -1;
        if (is_readable(l) && take_back(l) != 0)
            return -1;
    }
    return tape_writer_end(&l->writer, TAPE_COMPLETE, 0);
}

static int
compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void
print(int64_t *took, int64_t count)
{
    static const int64_t shares[] = {500, 990, 999}; /* of a thousand */

    qsort(took, (size_t)count, sizeof *took, compare);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        fprintf(stderr, "%.1f%c", (double)took[count * shares[i] / 1000] / 1000,
                i < 2 ? ' ' : '\n');
}

int
main(int argc, char **argv)
{
    static struct latency l;
    int64_t rate = argc == 4 ? strtoll(argv[1], NULL, 10) : 0;
    int64_t events = argc == 4 ? strtoll(argv[2], NULL, 10) : 0;
    const struct flow_plan plan = {
        .seed = 1,
        .events = (uint64_t)events,
        .symbols = 100,
        .depth = 100,
        .accounts = 1000,
        .rate = 1000,
        .tick_size = DECIMAL_ONE / 100,
        .lot_size = DECIMAL_ONE,
    };

    if (rate < 1 || events <= FIRST)
        return FAILURE_USAGE;
    l.gap = NS_PER_SECOND / rate;
    l.orders = flow_new(&plan, &l.failure);
    l.took = allocate(&l.failure, (size_t)events, sizeof *l.took);
    if (!l.orders || !l.took || start(argv[3]) != 0 || open_tape(&l) != 0 ||
        run(&l, events) != 0) {
        fprintf(stderr, "latency: %s\n", l.failure.text);
        return 1;
    }
    print(l.took + FIRST, events - FIRST);
    flow_destroy(l.orders);
    tape_writer_free(&l.writer);
    tape_reader_free(&l.reader);
    free(l.took);
    return 0;
}
