/* What callbacks call, but for words. */
#include "cli/run.h"

#include <assert.h>
#include <stdarg.h>
#include <unistd.h>

#include "cli/process.h"
#include "cli/words.h"

bool
run_stopped(const struct run *run)
{
    (void)run;
    return process_signal() != 0;
}

int
run_wake(void)
{
    return process_wake();
}

int
run_print(struct run *run, const char *format, ...)
{
    char text[2048];
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (size >= (int)sizeof text)
        size = sizeof text - 1;
    return size < 0 ? 0 : output_put(&run->output, text, (size_t)size);
}

int
run_put_bytes(struct run *run, struct bytes *text)
{
    int result = bytes_ok(text, &run->failure);

    if (result == 0)
        result = output_put(&run->output, text->bytes, text->size);
    bytes_free(text);
    return result;
}

int
run_no_output(struct run *run)
{
    assert(run->output.fd < 0);
    if (run->common.output)
        return fail(&run->failure, FAILURE_USAGE,
                    "--no-output and --output cannot be combined");
    run->kind = RUN_SILENT;
    return 0;
}

void
run_look_only(struct run *run)
{
    assert(run->output.fd < 0);
    if (run->operand_count == 0)
        run->state = RUN_NO_INPUT;
}

struct patience
run_patience(struct run *run, int64_t ns)
{
    return (struct patience){
        .wait = ns, .stopped = words_waiting_for_lock, .owner = run};
}

/* ---- inputs -------------------------------------------------------------- */

/* Before a read that would block: what is finished goes downstream first. */
static int
idle(void *owner, struct failure *failure)
{
    struct run *run = owner;
    const struct filter *filter = run->filter;
    int result = 0;

    (void)failure;
    if (filter && filter->block && run->reader.in_tape) {
        assert(run->state == RUN_READS);
        run->state = RUN_WAITS;
        result = filter->block(filter->state, run);
        if (run->state == RUN_WAITS)
            run->state = RUN_READS;
    }
    if (result != 0)
        return -1;
    if (run->kind == RUN_TAPE && run->writer.begun)
        return tape_writer_flush(&run->writer);
    if (run->kind == RUN_TEXT && !run->output.regular)
        return output_flush(&run->output);
    return 0;
}

int
run_open_input(struct run *run, const char *path)
{
    if (input_open(&run->input, path, &run->failure) != 0)
        return -1;
    run->input.wake = process_wake();
    run->input.idle = idle;
    run->input.tick = words_are_shown(run) ? words_waiting : NULL;
    run->input.owner = run;
    if (isatty(run->input.fd))
        return fail(&run->failure, FAILURE_USAGE,
                    "stdin is a terminal: name an input file, or pipe "
                    "something in");
    if (output_is(&run->output, run->input.fd))
        return fail(&run->failure, FAILURE_USAGE,
                    "%s: is both input and output; write to another file",
                    input_name(&run->input));
    return 0;
}

int
run_open_tape(struct run *run, struct tape_input *tape, const char *path,
              bool raw)
{
    int result = run_open_input(run, path);

    tape->input = run->input;
    run->input.fd = -1;
    return result == 0 ? tape_input_init(tape, raw, &run->failure) : -1;
}
