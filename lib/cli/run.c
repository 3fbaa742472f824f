#include "cli/run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/local.h"
#include "cli/words.h"

/* ---- signals ------------------------------------------------------------- */

/* SIGTERM and SIGINT make wake_pipe readable; whatever waits for input also
 * waits for that.  The only state outside of struct run: a handler has no
 * other way in. */
static int wake_pipe[2] = {-1, -1};
static volatile sig_atomic_t caught_signal;

static void
on_signal(int number)
{
    int error = errno;

    caught_signal = number;
    if (write(wake_pipe[1], "", 1) < 0)
        _exit(128 + number);
    errno = error;
}

static int
catch_signals(struct failure *failure)
{
    struct sigaction action = {.sa_handler = on_signal};
    static const int signals[] = {SIGTERM, SIGINT};

    if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return fail_errno(failure, "cannot make a pipe");
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction old;

        if (sigaction(signals[i], NULL, &old) == 0 &&
            old.sa_handler != SIG_IGN) /* nohup, background jobs */
            sigaction(signals[i], &action, NULL);
    }
    return 0;
}

bool
run_stopped(const struct run *run)
{
    (void)run;
    return caught_signal != 0;
}

int
run_wake(void)
{
    return wake_pipe[0];
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

/* ---- begin and end of a program ------------------------------------------ */

/* A closed standard descriptor must not become some file of ours. */
static void
keep_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            /* opened the wrong way round: using it fails, as it should */
            (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* Standard input can be read once. */
static int
check_operands(struct run *run)
{
    int count = 0;

    for (int i = 0; i < run->operand_count; i++)
        count += strcmp(run->operands[i], "-") == 0;
    if (count > 1)
        return fail(&run->failure, FAILURE_USAGE,
                    "-, standard input, is named %d times", count);
    return 0;
}

static int
begin_run(struct run *run, const struct program *program, int argc, char **argv)
{
    int result;

    memset(run, 0, sizeof *run);
    run->program = program;
    run->output.fd = -1;
    run->input.fd = -1;
    keep_standard_descriptors();
    result =
        options_parse(program, argc, argv, &run->common, &run->operand_count,
                      run->options, sizeof run->options, &run->failure);
    run->operands = argv + 1;
    run->kind = program->no_output ? RUN_SILENT : RUN_TAPE;
    if (run->common.verb)
        run->kind = run->common.verb->kind;
    if (result == 0)
        result = check_operands(run);
    if (result == 0)
        result = catch_signals(&run->failure);
    return words_begin(run, result == 0) == 0 ? result : -1;
}

static int
open_output(struct run *run)
{
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

/* Writes the END that this run came to, if a tape is open. */
static void
end_tape(struct run *run, enum tape_status status, int exit_class)
{
    if (run->kind != RUN_TAPE || !run->writer.begun)
        return;
    run->events_out += run->writer.total;
    tape_writer_end(&run->writer, status, exit_class);
}

/* What went wrong must reach downstream: sends what is whole, and an END that
 * says so, in spite of the failure recorded. */
static void
end_failed(struct run *run)
{
    struct failure first = run->failure;

    if (first.kind == FAILURE_USAGE)
        return;
    run->failure.kind = FAILURE_NONE;
    if (run->filter && run->filter->failed)
        run->filter->failed(run->filter->state, run, (int)first.kind);
    run->failure.kind = FAILURE_NONE;
    end_tape(run, TAPE_FAILED, (int)first.kind);
    if (run->output.fd >= 0)
        output_flush(&run->output);
    run->failure = first;
}

static void
die_of(int number)
{
    signal(number, SIG_DFL);
    raise(number);
}

/* Publishes the output, says what is to be said, frees everything; the exit
 * status. */
static int
end_run(struct run *run, int result)
{
    bool keep = result == 0 && !caught_signal;

    if (result != 0 && run->failure.kind != FAILURE_NONE)
        end_failed(run);
    if (keep && run->kind != RUN_SILENT)
        result = output_commit(&run->output);
    else if (run->output.fd >= 0)
        output_abandon(&run->output);
    words_clear(run);
    if (result != 0)
        fprintf(stderr, "%s: %s\n", run->program->name, run->failure.text);
    tape_writer_free(&run->writer);
    tape_reader_free(&run->reader);
    instruments_free(&run->instruments);
    input_close(&run->input);
    free(run->progress);
    if (caught_signal && result == 0)
        die_of(caught_signal);
    return result == 0 ? 0 : (int)run->failure.kind;
}

/* --help and --version went to stdout; whether they arrived counts too. */
static int
end_help(struct run *run)
{
    free(run->progress);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    fprintf(stderr, "%s: standard output: cannot write to it: %s\n",
            run->program->name, strerror(errno));
    return FAILURE_ENVIRONMENT;
}

/* ---- filters ------------------------------------------------------------- */

static int
idle(void *owner, struct failure *failure)
{
    struct run *run = owner;
    const struct filter *filter = run->filter;
    int result = 0;

    (void)failure;
    run->waiting = true;
    if (filter && filter->block && run->reader.in_tape)
        result = filter->block(filter->state, run);
    run->waiting = false;
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
    run->input.wake = wake_pipe[0];
    run->input.idle = idle;
    run->input.owner = run;
    if (isatty(run->input.fd))
        return fail(&run->failure, FAILURE_USAGE,
                    "stdin is a terminal: name an input file, or pipe "
                    "something in");
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

/* Puts place before what a callback complained of. */
static int
fail_at_event(struct run *run, const struct event *event)
{
    const char *name = input_name(&run->input);

    if (run->failure.kind != FAILURE_DATA)
        return -1;
    return fail_at(&run->failure, "%s: event %" PRIu64 " (byte %" PRIu64 ")",
                   name, run->seq, tape_reader_position(&run->reader, event));
}

static int
take_header(struct run *run, const struct filter *filter)
{
    struct tape_header header;
    int result;

    instruments_begin(&run->instruments);
    local_begin(run);
    run->seq = run->reader.header.first_seq;
    if (tape_header_copy(&header, &run->reader.header, &run->failure) != 0)
        return -1;
    if (!filter->same_stream) {
        if (!filter->raw)
            tape_header_derive(&header, run->program->name);
        else
            tape_header_rename(&header, run->program->name);
        result =
            tape_header_add_program(&header, run->program->name, XTAPE_VERSION,
                                    run->options, &run->failure);
    } else {
        result = 0;
    }
    if (result == 0 && filter->begin)
        result = filter->begin(filter->state, run, &header);
    if (result == 0 && run->kind == RUN_TAPE && !run->mute)
        result = tape_writer_begin(&run->writer, &header);
    tape_header_free(&header);
    return result;
}

/* Which types the loop passes on. */
struct passing {
    bool user; /* and those from EVENT_TYPES on */
    bool types[EVENT_TYPES];
    bool batches[EVENT_TYPES]; /* and which are for filter->batch */
    bool user_batches;
};

static struct passing
make_passing(const struct run *run, const struct filter *filter)
{
    bool pass = run->kind == RUN_TAPE && !filter->consumes_all;
    bool batch = filter->consumes_all && filter->batch;
    struct passing passing = {.user = pass, .user_batches = batch};
    const uint16_t *type = filter->consumes;

    for (unsigned i = 0; i < EVENT_TYPES; i++) {
        passing.types[i] = pass;
        passing.batches[i] = batch && i != EVENT_INSTRUMENT && i != EVENT_NAME;
    }
    for (; type && *type; type++) {
        passing.types[*type] = pass && run->keep;
        passing.batches[*type] = filter->batch != NULL;
    }
    return passing;
}

/* One event, that the loop or .event is to take. */
static int
take_event(struct run *run, const struct filter *filter,
           const struct passing *passing, const struct event *event)
{
    unsigned type = event->type;

    if (type == EVENT_INSTRUMENT && !filter->raw &&
        instruments_define(&run->instruments,
                           (const struct instrument *)(const void *)event,
                           &run->failure) == INSTRUMENT_NONE)
        return -1;
    if (type < EVENT_TYPES ? passing->types[type] : passing->user)
        tape_writer_copy(&run->writer, event);
    return filter->event ? filter->event(filter->state, run, event) : 0;
}

static int
take_block(struct run *run, const struct filter *filter,
           const struct passing *passing)
{
    const struct event *event = run->reader.first;
    int result = 0;

    run->seq = run->reader.first_seq;
    while (event < run->reader.end && !run->limited) {
        if (event->type < EVENT_TYPES ? passing->batches[event->type]
                                      : passing->user_batches) {
            result = filter->batch(filter->state, run, &event);
        } else {
            result = take_event(run, filter, passing, event);
            if (result == 0) {
                event = event_next(event);
                run->seq++;
            }
        }
        if (result != 0)
            return fail_at_event(run, event);
    }
    run->events_in += run->seq - run->reader.first_seq;
    if (filter->block && filter->block(filter->state, run) != 0)
        return -1;
    run_progress(run, run->reader.position, run->input.size);
    return run->failure.kind == FAILURE_NONE ? 0 : -1;
}

/* The tape in hand is over, with a status of its own or one that we caused. */
static int
finish_tape(struct run *run, const struct filter *filter,
            enum tape_status status)
{
    if (filter->end && filter->end(filter->state, run, status) != 0)
        return -1;
    if (run->failure.kind != FAILURE_NONE)
        return -1;
    end_tape(run, status, 0);
    return run->failure.kind == FAILURE_NONE ? 0 : -1;
}

static int
take_end(struct run *run, const struct filter *filter)
{
    const char *name = input_name(&run->input);

    if (run->reader.status == TAPE_STOPPED && !run->common.quiet)
        run_remark(run, "%s: was stopped upstream; more would follow", name);
    if (run->reader.status != TAPE_FAILED)
        return finish_tape(run, filter, run->reader.status);
    if (filter->end && filter->end(filter->state, run, TAPE_FAILED) != 0)
        return -1;
    tape_fail_upstream(run->reader.exit_class, &run->failure);
    return fail_at(&run->failure, "%s", name);
}

static int
take_input(struct run *run, const struct filter *filter, const char *path)
{
    struct passing passing = make_passing(run, filter);
    int item = 1, result = 0;

    if (run_open_input(run, path) != 0 ||
        tape_reader_init(&run->reader, &run->input, &run->failure) != 0)
        return -1;
    run->reader.raw = filter->raw;
    while (result == 0 && item > 0 && !run->limited) {
        item = tape_reader_next(&run->reader, &run->failure);
        switch (item) {
        case TAPE_HEADER: result = take_header(run, filter); break;
        case TAPE_BLOCK: result = take_block(run, filter, &passing); break;
        case TAPE_END: result = take_end(run, filter); break;
        default: result = item; break;
        }
    }
    if (result == 0 && run->reader.in_tape)
        result = finish_tape(run, filter,
                             run->limited ? TAPE_LIMITED : TAPE_STOPPED);
    tape_reader_free(&run->reader);
    input_close(&run->input);
    return result;
}

int
run_filter(const struct program *program, const struct filter *filter, int argc,
           char **argv)
{
    int (*finish)(void *state, struct run *run) = filter->finish;
    struct run run;
    int result = begin_run(&run, program, argc, argv);

    if (result > 0)
        return end_help(&run);
    run.filter = filter;
    if (run.common.verb && run.common.verb->run) {
        run.no_input = true;
        finish = run.common.verb->run;
    }
    if (result == 0 && filter->prepare)
        result = filter->prepare(filter->state, &run);
    if (result == 0)
        result = open_output(&run);
    if (result == 0 && run.operand_count == 0 && !run.no_input)
        result = take_input(&run, filter, "-");
    for (int i = 0; result == 0 && i < run.operand_count && !run.limited &&
                    !run.no_input && !run_stopped(&run);
         i++)
        result = take_input(&run, filter, run.operands[i]);
    if (result == 0 && finish)
        result = finish(filter->state, &run);
    if (result == 0)
        words_summary(&run, filter->state, filter->summary);
    result = end_run(&run, result);
    if (filter->destroy)
        filter->destroy(filter->state);
    return result;
}

/* ---- sources ------------------------------------------------------------- */

int
run_begin_stream(struct run *run, const char *stream)
{
    struct tape_header header;
    int result;

    tape_header_init(&header, stream);
    result = tape_header_add_program(&header, run->program->name, XTAPE_VERSION,
                                     run->options, &run->failure);
    if (result == 0)
        result = tape_writer_begin(&run->writer, &header);
    tape_header_free(&header);
    return result;
}

int
run_source(const struct program *program, const struct source *source, int argc,
           char **argv)
{
    struct run run;
    int result = begin_run(&run, program, argc, argv);

    if (result > 0)
        return end_help(&run);
    if (result == 0 && source->prepare)
        result = source->prepare(source->state, &run);
    if (result == 0)
        result = open_output(&run);
    if (result == 0)
        result = source->produce(source->state, &run);
    if (result == 0 && run.failure.kind != FAILURE_NONE)
        result = -1;
    if (result == 0) {
        end_tape(&run,
                 run_stopped(&run) ? TAPE_STOPPED
                 : run.limited     ? TAPE_LIMITED
                                   : TAPE_COMPLETE,
                 0);
        result = run.failure.kind == FAILURE_NONE ? 0 : -1;
    }
    if (result == 0)
        words_summary(&run, source->state, source->summary);
    result = end_run(&run, result);
    if (source->destroy)
        source->destroy(source->state);
    return result;
}
