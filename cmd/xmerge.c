/* xmerge - makes one tape of several, in order of time.
 *
 * The next event is that of the input with the smallest place, where an
 * input's place is the latest time that it has told, and of two with equal
 * places the input named first.  So each input keeps its own order, even where
 * its time steps back, and what comes out depends on the events alone, not on
 * when they arrive: an input that has nothing at the moment stays at the place
 * it had, lets the others come up to it, and is then waited for.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/run.h"
#include "tape/join.h"
#include "tape/remap.h"

struct merge_input {
    struct input input;
    struct tape_reader reader;
    struct remap_tape remap;
    const struct event *next; /* in hand; NULL: it has to be read */
    uint64_t seq;             /* of next */
    int64_t place;
    bool over;
};

struct xmerge {
    const char *stream;
    unsigned count;
    struct merge_input *inputs;
    struct tape_join join; /* of the inputs' headers */
    struct remap remap;
    enum tape_status status; /* what the inputs' ENDs came to */
};

/* ---- the header ---------------------------------------------------------- */

static const char *
name_of(const struct merge_input *in)
{
    return strcmp(in->input.name, "-") == 0 ? "stdin" : in->input.name;
}

/* Reads the HEADER of each input and writes the one that they come to. */
static int
begin_output(struct xmerge *x, struct run *run)
{
    char program[] = "xmerge", version[] = XTAPE_VERSION;
    const struct tape_program self = {program, version, run->options};

    for (unsigned i = 0; i < x->count; i++) {
        struct merge_input *in = &x->inputs[i];

        if (tape_reader_next(&in->reader, &run->failure) < 0)
            return -1;
        if (in->input.stopped)
            return 0;
        if (tape_join_add(&x->join, &in->reader.header, &run->failure) != 0)
            return fail_at(&run->failure, "%s", name_of(in));
    }
    if (tape_join_finish(&x->join, x->stream, &self, &run->failure) != 0)
        return -1;
    return tape_writer_begin(&run->writer, &x->join.header);
}

/* ---- inputs -------------------------------------------------------------- */

static int
open_input(struct merge_input *in, struct run *run, const char *path)
{
    if (run_open_input(run, path) != 0)
        return -1;
    in->input = run->input; /* as it was wired up; from here on ours */
    run->input.fd = -1;
    in->place = TIME_NULL; /* before every time */
    return tape_reader_init(&in->reader, &in->input, &run->failure);
}

/* Where the event in hand stands, or, with none in hand, where the next one
 * can stand at the earliest. */
static void
set_place(struct merge_input *in)
{
    if (in->next && in->next->time > in->place)
        in->place = in->next->time;
}

static int
take_end(struct xmerge *x, const struct merge_input *in, struct run *run)
{
    if (in->reader.status == TAPE_FAILED)
        return fail(&run->failure, (enum failure_class)in->reader.exit_class,
                    "%s: a program upstream failed", name_of(in));
    if (in->reader.status > x->status)
        x->status = in->reader.status;
    return 0;
}

static void
show_progress(const struct xmerge *x, struct run *run)
{
    uint64_t done = 0, size = 0;
    bool known = true;

    for (unsigned i = 0; i < x->count; i++) {
        done += x->inputs[i].reader.position;
        size += x->inputs[i].input.size;
        known &= x->inputs[i].input.regular;
    }
    run_progress(run, done, known ? size : 0);
}

/* Reads on until an event is in hand or the input is over. */
static int
fill(struct xmerge *x, struct merge_input *in, struct run *run)
{
    int result = 0;

    while (result == 0 && !in->next && !in->over) {
        switch (tape_reader_next(&in->reader, &run->failure)) {
        case TAPE_HEADER:
            remap_tape_begin(&in->remap);
            result =
                tape_join_check(&x->join, &in->reader.header, &run->failure);
            if (result != 0)
                fail_at(&run->failure, "%s", name_of(in));
            break;
        case TAPE_BLOCK:
            in->next = in->reader.first;
            in->seq = in->reader.first_seq;
            break;
        case TAPE_END: result = take_end(x, in, run); break;
        case TAPE_NOTHING: in->over = true; break;
        default: result = -1; break;
        }
    }
    set_place(in);
    show_progress(x, run);
    return result;
}

static void
advance(struct merge_input *in)
{
    in->next = event_next(in->next);
    in->seq++;
    if (in->next == in->reader.end)
        in->next = NULL;
    set_place(in);
}

/* ---- merging ------------------------------------------------------------- */

/* True when a, which is before b among the operands or behind it, goes first.
 */
static bool
goes_first(const struct merge_input *a, const struct merge_input *b)
{
    return a->place < b->place || (a->place == b->place && a < b);
}

/* The input whose turn it is, and the one after it; NULL when there is none. */
static struct merge_input *
pick(struct xmerge *x, struct merge_input **rival)
{
    struct merge_input *first = NULL;

    *rival = NULL;
    for (unsigned i = 0; i < x->count; i++) {
        struct merge_input *in = &x->inputs[i];

        if (in->over)
            continue;
        if (!first || goes_first(in, first)) {
            *rival = first;
            first = in;
        } else if (!*rival || goes_first(in, *rival)) {
            *rival = in;
        }
    }
    return first;
}

/* Writes the event in hand. */
static int
put_event(struct xmerge *x, struct merge_input *in, struct run *run)
{
    const struct event *event = in->next;
    size_t size = event->words * 8UL;
    uint32_t ids[1 + REMAP_FIELDS];
    bool news = true;
    struct event *room;

    if ((event->type == EVENT_INSTRUMENT || event->type == EVENT_NAME) &&
        remap_define(&x->remap, &in->remap, event, &news, &run->failure) != 0)
        return -1;
    if (remap_find(&x->remap, &in->remap, event, ids, &run->failure) != 0)
        return -1;
    run->events_in++;
    if (!news)
        return 0;
    room = tape_writer_put(&run->writer, size);
    memcpy(room, event, size);
    remap_set(&x->remap, room, ids);
    return 0;
}

/* Puts the place before what the event in hand was refused for. */
static int
fail_at_event(const struct merge_input *in, struct run *run)
{
    return fail_at(&run->failure, "%s: event %" PRIu64 " (byte %" PRIu64 ")",
                   name_of(in), in->seq,
                   tape_reader_position(&in->reader, in->next));
}

static int
merge(struct xmerge *x, struct run *run)
{
    struct merge_input *in, *rival;
    int result = 0;

    while (result == 0 && run->failure.kind == FAILURE_NONE &&
           !run_stopped(run) && (in = pick(x, &rival))) {
        if (!in->next) {
            result = fill(x, in, run);
            continue;
        }
        do {
            if (put_event(x, in, run) != 0)
                return fail_at_event(in, run);
            advance(in);
        } while (in->next && (!rival || goes_first(in, rival)));
    }
    return result;
}

/* END tells what became of the inputs; of this program's own doing is only
 * that it was stopped. */
static int
end_output(struct xmerge *x, struct run *run)
{
    if (run_stopped(run) || run->failure.kind != FAILURE_NONE)
        return 0;
    run->limited = x->status == TAPE_LIMITED;
    if (x->status != TAPE_STOPPED)
        return 0;
    run->events_out = run->writer.total;
    return tape_writer_end(&run->writer, TAPE_STOPPED, 0);
}

static int
produce(void *state, struct run *run)
{
    struct xmerge *x = state;
    unsigned count = run->operand_count ? (unsigned)run->operand_count : 1;

    x->inputs = allocate(&run->failure, count, sizeof *x->inputs);
    if (!x->inputs)
        return -1;
    for (; x->count < count; x->count++) {
        struct merge_input *in = &x->inputs[x->count];

        if (open_input(in, run,
                       run->operand_count ? run->operands[x->count] : "-") != 0)
            return -1;
    }
    if (begin_output(x, run) != 0 || merge(x, run) != 0)
        return -1;
    return end_output(x, run);
}

static void
destroy(void *state)
{
    struct xmerge *x = state;

    for (unsigned i = 0; i < x->count; i++) {
        tape_reader_free(&x->inputs[i].reader);
        input_close(&x->inputs[i].input);
        remap_tape_free(&x->inputs[i].remap);
    }
    free(x->inputs);
    tape_join_free(&x->join);
    remap_free(&x->remap);
}

static const char *const examples[] = {
    "xmerge a.tape b.tape -o both.tape",
    "xmerge --stream week a.tape b.tape | xohlcv -i 1h | xstat",
    NULL,
};

int
main(int argc, char **argv)
{
    struct xmerge x = {0};
    const struct option_spec options[] = {
        {0, "stream", OPTION_TEXT, &x.stream, "NAME",
         "name the stream (the names of the inputs with +)", true},
        {.kind = OPTION_END},
    };
    const struct program program = {
        .name = "xmerge",
        .summary = "make one tape of several, in order of time",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
    };
    const struct source source = {
        .state = &x, .produce = produce, .destroy = destroy};

    remap_init(&x.remap);
    tape_join_init(&x.join);
    return run_source(&program, &source, argc, argv);
}
