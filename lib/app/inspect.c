#include "app/inspect.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "cli/report.h"

/* Reports the tape that was read, or what was read of it. */
static void
print_tape(struct inspect *x, struct run *run)
{
    const struct tape_reader *reader = &run->reader;
    struct output *output = &run->output;

    assert(reader->position >= x->stats.begin);
    x->stats.end = reader->position;
    if (x->digest) {
        if (!reader->in_tape)
            report_digest(output, reader);
    } else if (x->json) {
        report_json(output, reader, &x->stats);
    } else {
        if (x->begun)
            output_put(output, "\n", 1);
        x->begun = true;
        if (run->operand_count > 1)
            report_line(output, "input", reader->input->name);
        report_text(output, reader, &x->stats);
    }
}

/* Reads one input to its end.  What is wrong with it goes to failure. */
static void
read_tapes(struct inspect *x, struct run *run, struct failure *failure)
{
    struct tape_reader *reader = &run->reader;
    int item, result = 0;

    while (result == 0 && (item = tape_reader_next(reader, failure)) > 0) {
        if (item == TAPE_HEADER)
            tape_stats_begin(&x->stats, x->stats.end);
        else if (item == TAPE_BLOCK)
            result = tape_stats_block(&x->stats, reader, failure);
        else
            print_tape(x, run);
        if (item == TAPE_BLOCK)
            run->events_in += reader->count;
        if (item == TAPE_END && reader->status == TAPE_FAILED) {
            tape_fail_upstream(reader->exit_class, failure);
            fail_at(failure, "%s", input_name(&run->input));
        }
        run_progress(run, reader->position, run->input.size);
    }
    if (reader->in_tape)
        print_tape(x, run);
}

static void
take_input(struct inspect *x, struct run *run, const char *path,
           struct failure *failure)
{
    x->stats.end = 0;
    if (run_open_input(run, path) != 0) {
        *failure = run->failure;
        run->failure.kind = FAILURE_NONE;
        return;
    }
    if (tape_reader_init(&run->reader, &run->input, failure) == 0)
        read_tapes(x, run, failure);
    tape_reader_free(&run->reader);
    input_close(&run->input);
}

int
inspect_prepare(void *state, struct run *run)
{
    struct inspect *x = state;

    if (x->digest && x->json)
        return fail(&run->failure, FAILURE_USAGE,
                    "--digest and --json: only one of them");
    run->kind = RUN_TEXT;
    return tape_stats_init(&x->stats, &run->failure);
}

/* One input that is damaged does not keep the others from being reported. */
int
inspect_produce(void *state, struct run *run)
{
    struct failure first = {0};
    int i = 0;

    do {
        struct failure failure = {0};

        take_input(state, run, run->operand_count ? run->operands[i] : "-",
                   &failure);
        if (first.kind == FAILURE_NONE)
            first = failure;
        else if (failure.kind != FAILURE_NONE)
            fprintf(stderr, "%s: %s\n", run->program->name, failure.text);
    } while (++i < run->operand_count && !run_stopped(run) &&
             run->failure.kind == FAILURE_NONE);
    if (run->failure.kind == FAILURE_NONE)
        run->failure = first;
    return run->failure.kind == FAILURE_NONE ? 0 : -1;
}

void
inspect_destroy(void *state)
{
    struct inspect *x = state;

    tape_stats_free(&x->stats);
}
