#include "app/grep.h"

#include <assert.h>

#include "base/clock.h"

#define RUN_MAX 32 /* events copied at once */

int
grep_prepare(void *state, struct run *run)
{
    struct grep *x = state;
    struct failure *failure = &run->failure;

    if (select_lists_add(&x->lists, &x->selection, failure) < 0)
        return -1;
    return x->shard ? selection_set_shard(&x->selection, x->shard, failure) : 0;
}

int
grep_begin(void *state, struct run *run, struct tape_header *header)
{
    struct grep *x = state;

    (void)run;
    selection_begin(&x->selection, header);
    waiting_clear(&x->names);
    waiting_begin(&x->names, header);
    x->all_names = selection_takes_all_names(&x->selection);
    return 0;
}

int
grep_define(void *state, struct run *run, const struct event *event)
{
    struct grep *x = state;
    int waits = 0;

    assert(selection_is_definition(event)); /* grep_batch takes all others */
    if (event->type == EVENT_NAME && !x->all_names)
        waits = waiting_take(&x->names, event, &run->failure);
    if (waits != 0)
        return waits < 0 ? -1 : 0;
    if (event->type == EVENT_INSTRUMENT &&
        selection_define(&x->selection, event, &run->failure) != 0)
        return -1;
    tape_writer_copy(&run->writer, event);
    return 0;
}

/* Passes on the next events that are wanted, one after the other; returns the
 * event after them. */
static const struct event *
pass_run(struct grep *x, struct run *run, const struct event *first)
{
    const struct event *event = first, *name;
    uint32_t count = 0;

    assert(x->max == 0 || x->taken < x->max);
    assert(!x->all_names || x->names.count == 0);
    while ((name = waiting_next(&x->names, first)))
        tape_writer_copy(&run->writer, name);
    do {
        event = event_next(event);
        count++;
        if (++x->taken == x->max)
            run->state = RUN_ENOUGH;
    } while (event < run->reader.end && count < RUN_MAX &&
             run->state != RUN_ENOUGH && !selection_is_definition(event) &&
             x->names.count == 0 && selection_takes(&x->selection, event));
    assert(count <= RUN_MAX && event <= run->reader.end);
    run_took(run, count);
    tape_writer_copy_run(&run->writer, first, event, count);
    return event;
}

int
grep_batch(void *state, struct run *run, const struct event **at)
{
    struct grep *x = state;
    const struct event *event = *at;

    while (event < run->reader.end && run->state != RUN_ENOUGH &&
           !selection_is_definition(event)) {
        if (selection_takes(&x->selection, event)) {
            event = pass_run(x, run, event);
        } else {
            event = event_next(event);
            run_took(run, 1);
        }
    }
    *at = event;
    return 0;
}

/* Names what was looked up in vain. */
static void
remark_nothing(const struct grep *x, struct run *run)
{
    const struct option_list *accounts = &x->lists.accounts;
    const struct option_list *ids = &x->lists.ids;

    const struct selection *selection = &x->selection;
    bool times = selection->from != TIME_NULL || selection->to != TIME_NULL;

    run_remark(run, "no event is selected%s%s%s%s%s%s%s%s",
               accounts->count || ids->count ? " by" : "",
               accounts->count ? " -a " : "",
               accounts->count ? accounts->items[0] : "",
               accounts->count > 1 ? " ..." : "", ids->count ? " -i " : "",
               ids->count ? ids->items[0] : "", ids->count > 1 ? " ..." : "",
               times ? " between --from and --to (xstat reports the times)"
                     : "");
}

/* Nothing selected is mostly a mistake: say so, and what is not there. */
int
grep_finish(void *state, struct run *run)
{
    const struct grep *x = state;

    if (x->selection.invert || run->common.quiet || run->events_in == 0)
        return 0;
    if (x->lists.symbols.count && !selection_has_symbols(&x->selection))
        run_remark(run,
                   "no instrument of the tape is one of -s %s%s (xstat lists "
                   "them)",
                   x->lists.symbols.items[0],
                   x->lists.symbols.count > 1 ? " ..." : "");
    else if (x->taken == 0)
        remark_nothing(x, run);
    return 0;
}

void
grep_destroy(void *state)
{
    struct grep *x = state;

    selection_free(&x->selection);
    waiting_free(&x->names);
}
