/* xmerge - makes one tape of several, in order of time; see tape/merge.h. */
#include <stdlib.h>

#include "cli/run.h"
#include "tape/merge.h"

/* So many inputs are read by the block, not by the megabyte: what is read then
 * stays in a cache until it is checked, and memory does not grow as fast. */
#define MANY 16

struct xmerge {
    const char *stream;
    unsigned count;
    struct tape_input *inputs;
    struct tape_merge merge;
};

static int
open_inputs(struct xmerge *x, struct run *run)
{
    unsigned count = run->operand_count ? (unsigned)run->operand_count : 1;
    struct tape_source **sources =
        allocate(&run->failure, count, sizeof(struct tape_source *));
    int result = -1;

    x->inputs = allocate(&run->failure, count, sizeof *x->inputs);
    if (sources && x->inputs)
        result = 0;
    for (; result == 0 && x->count < count; x->count++) {
        const char *path = run->operand_count ? run->operands[x->count] : "-";

        result = run_open_tape(run, &x->inputs[x->count], path, false);
        if (count >= MANY)
            x->inputs[x->count].input.read_max = FRAME_MAX / 2;
        sources[x->count] = &x->inputs[x->count].source;
    }
    if (result == 0)
        result = tape_merge_init(&x->merge, sources, count, &run->failure);
    free(sources);
    return result;
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

/* END says what became of the inputs; of this program's own doing is only
 * that it was stopped. */
static int
end_output(struct run *run, enum tape_status status)
{
    if (status == TAPE_LIMITED)
        run->state = RUN_ENOUGH;
    if (status != TAPE_STOPPED)
        return 0;
    run->events_out = run->writer.total;
    return tape_writer_end(&run->writer, TAPE_STOPPED, 0);
}

static int
produce(void *state, struct run *run)
{
    struct xmerge *x = state;
    struct tape_source *source = &x->merge.source;
    char program[] = "xmerge", version[] = XTAPE_VERSION;
    int item = 1, result = 0;

    if (open_inputs(x, run) != 0)
        return -1;
    x->merge.stream = x->stream;
    x->merge.self = (struct tape_program){program, version, run->options};
    while (result == 0 && item > 0 && !run_stopped(run)) {
        item = source->next(source, &run->failure);
        switch (item) {
        case TAPE_HEADER:
            result = tape_writer_begin(&run->writer, source->header);
            break;
        case TAPE_BLOCK:
            tape_writer_copy_run(&run->writer, source->first, source->end,
                                 (uint32_t)source->count);
            run->events_in = x->merge.taken;
            show_progress(x, run);
            break;
        case TAPE_END: result = end_output(run, source->status); break;
        default: result = item; break;
        }
    }
    run->events_in = x->merge.taken;
    return result;
}

static void
destroy(void *state)
{
    struct xmerge *x = state;

    for (unsigned i = 0; i < x->count; i++)
        tape_input_free(&x->inputs[i]);
    free(x->inputs);
    tape_merge_free(&x->merge);
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
        {0, "stream", OPTION_STREAM, &x.stream, "NAME",
         "name the stream (names of the inputs, joined with +)", true},
        {.kind = OPTION_END},
    };
    const struct program program = {
        .name = "xmerge",
        .summary = "merge tapes by time",
        .operands = "[FILE ...]",
        .examples = examples,
        .options = options,
        .confined = true,
    };
    const struct source source = {
        .state = &x, .produce = produce, .destroy = destroy};

    return run_source(&program, &source, argc, argv);
}
