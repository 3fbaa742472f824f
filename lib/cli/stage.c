#include "cli/stage.h"
#include "cli/verb.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/process.h"
#include "cli/words.h"
#include "io/sandbox.h"

/* ---- begin --------------------------------------------------------------- */

/* What the command line as far as it was read says of the output. */
static enum run_output
output_kind(const struct run *run)
{
    if (run->common.prints)
        return RUN_TEXT;
    return run->common.verb ? run->common.verb->kind : run->program->output;
}

int
stage_begin(struct run *run, const struct program *program, int argc,
            char **argv)
{
    int result;

    memset(run, 0, sizeof *run);
    run->program = program;
    run->output.fd = -1;
    run->input.fd = -1;
    process_open_descriptors();
    result =
        options_parse(program, argc, argv, &run->common, &run->operand_count,
                      run->options, sizeof run->options, &run->failure);
    run->operands = argv + 1;
    run->kind = output_kind(run);
    if (result == 0)
        result = process_catch_signals(&run->failure);
    return words_begin(run, result == 0) == 0 ? result : -1;
}

int
stage_end_help(struct run *run)
{
    free(run->progress);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    fprintf(stderr, "%s: standard output: cannot write to it: %s\n",
            run->program->name, strerror(errno));
    return FAILURE_ENVIRONMENT;
}

/* An operand that no read would get anything from. */
static int
check_operand(struct run *run, const char *path)
{
    const struct verb *given = run->common.verb;
    const char *verb =
        given && !given->name[0] ? verb_nearest(run->program, path) : NULL;

    if (access(path, R_OK) == 0)
        return 0;
    if (verb && errno == ENOENT)
        return fail(&run->failure, FAILURE_USAGE,
                    "%s: there is no such file; did you mean \"%s\"?", path,
                    verb);
    return fail_path(&run->failure, "%s: cannot open it", path);
}

int
stage_check_operands(struct run *run)
{
    int standard = 0, result = 0;

    if (run->state == RUN_NO_INPUT)
        return 0;
    for (int i = 0; i < run->operand_count && result == 0; i++) {
        if (strcmp(run->operands[i], "-") == 0)
            standard++;
        else
            result = check_operand(run, run->operands[i]);
    }
    if (standard > 1)
        return fail(&run->failure, FAILURE_USAGE,
                    "-, standard input, is named %d times", standard);
    return result;
}

int
stage_open_output(struct run *run)
{
    assert(run->output.fd < 0);
    if (run->kind == RUN_SILENT)
        return 0;
    if (output_open(&run->output, run->common.output, &run->failure) != 0)
        return -1;
    if (run->kind == RUN_TEXT) {
        run->output.before_write = words_clear_before;
        run->output.owner = run;
        return 0;
    }
    if (run->output.terminal)
        return fail(&run->failure, FAILURE_USAGE,
                    "a tape is not for a terminal: pipe it into xexport, or "
                    "use -o FILE");
    return tape_writer_init(&run->writer, &run->output, &run->failure);
}

void
stage_confine(const struct run *run)
{
    assert(run->operand_count >= 0);
    if (run->program->confined && !run->unconfined && !run->common.output)
        sandbox_enter((const char *const *)run->operands, run->operand_count);
}

/* ---- end ----------------------------------------------------------------- */

void
stage_end_tape(struct run *run, enum tape_status status, int exit_class)
{
    assert((status == TAPE_FAILED) == (exit_class != 0));
    if (run->kind != RUN_TAPE || !run->writer.begun)
        return;
    run->events_out += run->writer.total;
    tape_writer_end(&run->writer, status, exit_class);
}

/* A tape without events, of which only END says something, for the next program
 * of the pipeline; a file is left as it is. */
static void
begin_empty_tape(struct run *run)
{
    struct tape_header header;

    if (run->output.fd < 0 && stage_open_output(run) != 0)
        return;
    if (run->output.terminal || run->output.regular)
        return;
    tape_header_init(&header, run->program->name);
    tape_writer_begin(&run->writer, &header);
    tape_header_free(&header);
}

/* What went wrong must reach downstream: sends what is whole, and an END that
 * says so, in spite of the failure recorded.  Of a wrong command, which has
 * begun no tape, that is all there is. */
static void
send_failure(struct run *run)
{
    struct failure first = run->failure;
    bool wrong_command = first.kind == FAILURE_USAGE;

    run->failure.kind = FAILURE_NONE;
    if (!wrong_command && run->filter && run->filter->failed)
        run->filter->failed(run->filter->state, run, (int)first.kind);
    run->failure.kind = FAILURE_NONE;
    if (wrong_command && run->kind == RUN_TAPE && !run->writer.begun &&
        !run->common.output)
        begin_empty_tape(run);
    stage_end_tape(run, TAPE_FAILED, (int)first.kind);
    if (run->output.fd >= 0)
        output_flush(&run->output);
    run->failure = first;
}

int
stage_end(struct run *run, int result)
{
    int signal = process_signal();
    bool keep;

    if (signal && run->failure.stopped) {
        run->failure.kind = FAILURE_NONE;
        result = 0;
    }
    keep = result == 0 && !signal;
    if (result != 0 && run->failure.kind != FAILURE_NONE)
        send_failure(run);
    if (keep && run->kind != RUN_SILENT)
        result = output_commit(&run->output);
    else
        output_abandon(&run->output);
    words_clear(run);
    if (result != 0 && !run->failure.reported)
        fprintf(stderr, "%s: %s\n", run->program->name, run->failure.text);
    tape_writer_free(&run->writer);
    tape_reader_free(&run->reader);
    instruments_free(&run->instruments);
    names_free(&run->names);
    input_close(&run->input);
    free(run->progress);
    if (signal && result == 0)
        process_die(signal);
    assert(result == 0 || run->failure.kind != FAILURE_NONE);
    return result == 0 ? 0 : (int)run->failure.kind;
}
