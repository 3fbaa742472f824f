#include "app/sorting.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "tape/schema.h"

void
sorting_init(struct sorting *x)
{
    *x = (struct sorting){0};
    tape_sort_init(&x->sort);
    x->memory = x->sort.memory >> 20;
}

int
sorting_prepare(void *state, struct run *run)
{
    struct sorting *x = state;

    (void)run;
    x->sort.window = x->window;
    x->sort.directory = x->directory;
    x->sort.memory = x->memory << 20;
    return 0;
}

int
sorting_begin(void *state, struct run *run, struct tape_header *header)
{
    struct sorting *x = state;

    (void)run;
    (void)header;
    tape_sort_begin(&x->sort);
    x->missing = 0;
    return 0;
}

static int
refuse_late(const struct sorting *x, struct run *run)
{
    char late[DURATION_TEXT_MAX], window[DURATION_TEXT_MAX];
    int late_size = (int)duration_format(x->sort.late_by, late);
    int window_size = (int)duration_format(x->window, window);

    fail(&run->failure, FAILURE_DATA,
         "is %.*s earlier than one before it, more than --window %.*s",
         late_size, late, window_size, window);
    return fail_hint(&run->failure, "--late drop leaves such events out, and "
                                    "without --window there are none");
}

int
sorting_event(void *state, struct run *run, const struct event *event)
{
    struct sorting *x = state;
    int result = tape_sort_add(&x->sort, event, run->seq, &run->failure);

    if (result != SORT_LATE)
        return result;
    if (x->late == LATE_ERROR)
        return refuse_late(x, run);
    if (x->missing == 0 || event->time < x->since)
        x->since = event->time;
    x->missing++;
    x->dropped++;
    return 0;
}

/* All but definitions. */
int
sorting_batch(void *state, struct run *run, const struct event **at)
{
    assert(*at < run->reader.end);
    while (*at < run->reader.end && (*at)->type != EVENT_INSTRUMENT &&
           (*at)->type != EVENT_NAME) {
        if (sorting_event(state, run, *at) != 0)
            return -1;
        *at = event_next(*at);
        run_took(run, 1);
    }
    return 0;
}

int
sorting_block(void *state, struct run *run)
{
    struct sorting *x = state;

    return tape_sort_release(&x->sort, &run->writer, run->state == RUN_WAITS,
                             &run->failure);
}

/* What was dropped is missing from the tape. */
static void
put_gap(const struct sorting *x, struct run *run)
{
    static const char reason[] = "late";
    struct gap *gap = tape_writer_put(&run->writer, sizeof *gap + 8);

    assert(x->missing > 0 && x->since < x->sort.newest);
    event_init(gap, EVENT_GAP);
    memset(gap + 1, 0, 8);
    memcpy(gap + 1, reason, sizeof reason - 1);
    gap->event.words += 1;
    gap->event.time = x->sort.newest;
    gap->missing = x->missing;
    gap->from = x->since;
    gap->reason = (struct text){sizeof *gap, sizeof reason - 1, 0};
}

int
sorting_end(void *state, struct run *run, enum tape_status status)
{
    struct sorting *x = state;

    (void)status;
    if (tape_sort_end(&x->sort, &run->writer, &run->failure) != 0)
        return -1;
    if (x->missing)
        put_gap(x, run);
    x->missing = 0;
    return 0;
}

/* What was taken before is whole, and goes out. */
void
sorting_failed(void *state, struct run *run, int exit_class)
{
    if (run->writer.begun && exit_class != FAILURE_USAGE)
        sorting_end(state, run, TAPE_FAILED);
}

int
sorting_finish(void *state, struct run *run)
{
    const struct sorting *x = state;
    const struct run_count count = {x->dropped, "later than --window allows"};

    run_remark_counts(run, "left out", &count, 1);
    return 0;
}

void
sorting_destroy(void *state)
{
    struct sorting *x = state;

    tape_sort_free(&x->sort);
}
