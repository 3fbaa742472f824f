/* Events in order of time: in memory, in runs on disk, within a window. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"
#include "tape/schema.h"
#include "tape/sort.h"
#include "tape/source.h"

#define COUNT 20000

static int64_t times[COUNT];
static uint64_t state;

static uint64_t
random_word(void)
{
    state = state * 6364136223846793005 + 1442695040888963407;
    return state >> 33;
}

/* Puts the events into a sort and what it hands out onto a tape in memory. */
struct sorting {
    struct failure failure;
    struct output output;
    struct tape_writer writer;
    struct tape_sort sort;
    unsigned late;
};

static void
start(struct sorting *sorting)
{
    struct tape_header header;

    memset(sorting, 0, sizeof *sorting);
    sorting->output.fd = memfd_create("tape", 0);
    sorting->output.failure = &sorting->failure;
    sorting->output.buffer = aligned_alloc(64, OUTPUT_BUFFER);
    sorting->output.capacity = OUTPUT_BUFFER;
    tape_writer_init(&sorting->writer, &sorting->output, &sorting->failure);
    tape_header_init(&header, "sorted");
    tape_writer_begin(&sorting->writer, &header);
    tape_sort_init(&sorting->sort);
    tape_sort_begin(&sorting->sort);
}

static void
add_all(struct sorting *sorting, unsigned release_every)
{
    for (unsigned i = 0; i < COUNT; i++) {
        struct print print;

        event_init(&print, EVENT_PRINT);
        print.event.time = times[i];
        print.trade_id = i + 1;
        sorting->late += tape_sort_add(&sorting->sort, &print.event, i + 1,
                                       &sorting->failure) == SORT_LATE;
        if (release_every && i % release_every == 0)
            tape_sort_release(&sorting->sort, &sorting->writer, i % 2,
                              &sorting->failure);
    }
    tape_sort_end(&sorting->sort, &sorting->writer, &sorting->failure);
    tape_writer_end(&sorting->writer, TAPE_COMPLETE, 0);
    output_flush(&sorting->output);
}

/* How many events there are, when each has a greater time than the one before
 * it, or the same and came later; 0 when not. */
static unsigned
in_order(struct sorting *sorting)
{
    struct tape_input tape = {
        .input = {.name = "tape", .wake = -1, .regular = true}};
    int64_t time = INT64_MIN;
    uint64_t id = 0;
    unsigned count = 0;
    bool good = true;

    tape.input.fd = sorting->output.fd;
    tape.input.size = (uint64_t)lseek(tape.input.fd, 0, SEEK_END);
    lseek(tape.input.fd, 0, SEEK_SET);
    if (tape_input_init(&tape, false, &sorting->failure) != 0)
        abort();
    for (int item;
         (item = tape.source.next(&tape.source, &sorting->failure));) {
        if (item < 0) {
            good = false;
            break;
        }
        for (const struct event *e = tape.source.first;
             item == TAPE_BLOCK && e < tape.source.end; e = event_next(e)) {
            const struct print *print = (const struct print *)e;

            good &= e->time > time || (e->time == time && print->trade_id > id);
            good &= times[print->trade_id - 1] == e->time;
            time = e->time;
            id = print->trade_id;
            count++;
        }
    }
    if (sorting->failure.kind != FAILURE_NONE)
        tap_note("%s", sorting->failure.text);
    tape_input_free(&tape);
    tape_sort_free(&sorting->sort);
    tape_writer_free(&sorting->writer);
    free(sorting->output.buffer);
    return good ? count : 0;
}

static void
test_wholly(void)
{
    static struct sorting sorting;

    for (unsigned i = 0; i < COUNT; i++)
        times[i] = (int64_t)(random_word() % 5000) * (1 << 20) - (1L << 31);
    start(&sorting);
    add_all(&sorting, 0);
    OK("events in any order come in order", in_order(&sorting) == COUNT);
    start(&sorting);
    sorting.sort.memory = 100000;
    add_all(&sorting, 0);
    OK("so do those that do not fit in memory", in_order(&sorting) == COUNT);
    for (unsigned i = 0; i < COUNT; i++)
        times[i] = 7;
    start(&sorting);
    add_all(&sorting, 0);
    OK("those of one time stay as they came", in_order(&sorting) == COUNT);
}

static void
test_window(void)
{
    static struct sorting sorting;
    unsigned late = 0;
    int64_t newest = 0;

    for (unsigned i = 0; i < COUNT; i++) {
        times[i] = 100 * i + (int64_t)(random_word() % 2000);
        if (i % 1000 == 999)
            times[i] -= 5000;
        newest = times[i] > newest ? times[i] : newest;
        late += times[i] < newest - 2000;
    }
    for (unsigned every = 1; every <= 900; every += 899) {
        start(&sorting);
        sorting.sort.window = 2000;
        add_all(&sorting, every);
        OK("within a window all but the late ones come in order",
           sorting.late == late && in_order(&sorting) == COUNT - late);
    }
}

int
main(void)
{
    test_wholly();
    test_window();
    return tap_done();
}
