/* The filter loop: what run_filter does between begin and end. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "cli/local.h"
#include "cli/run.h"
#include "cli/stage.h"
#include "cli/words.h"

/* Puts the place before what a callback complained of. */
static int
fail_at_event(struct run *run, const struct event *event)
{
    const char *name = input_name(&run->input);

    if (run->failure.kind != FAILURE_DATA)
        return -1;
    return fail_at(&run->failure, "%s: event %" PRIu64 " (byte %" PRIu64 ")",
                   name, run->seq, tape_reader_position(&run->reader, event));
}

/* END, if it is due. */
static int
write_end(struct run *run)
{
    if (run->ending)
        stage_end_tape(run, run->status, 0);
    run->ending = false;
    return run->failure.kind == FAILURE_NONE ? 0 : -1;
}

static int
take_header(struct run *run, const struct filter *filter)
{
    struct tape_header header;
    int result;

    if (write_end(run) != 0)
        return -1;
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
        assert(*type < EVENT_TYPES);
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
    if (type == EVENT_NAME && filter->names &&
        names_take(&run->names, &run->reader.header, event, &run->failure) != 0)
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
    while (event < run->reader.end && run->state != RUN_ENOUGH) {
        if (event->type < EVENT_TYPES ? passing->batches[event->type]
                                      : passing->user_batches) {
            result = filter->batch(filter->state, run, &event);
        } else {
            result = take_event(run, filter, passing, event);
            if (result == 0) {
                event = event_next(event);
                run_took(run, 1);
            }
        }
        if (result != 0)
            return fail_at_event(run, event);
    }
    /* whoever took events moved on past them and counted them */
    assert(event <= run->reader.end);
    assert(event < run->reader.end || run->seq == run->reader.next_seq);
    run->events_in += run->seq - run->reader.first_seq;
    if (filter->block && filter->block(filter->state, run) != 0)
        return -1;
    run_progress(run, run->reader.position, run->input.size);
    return run->failure.kind == FAILURE_NONE ? 0 : -1;
}

/* The tape is over, with its own status or one that we caused. */
static int
finish_tape(struct run *run, const struct filter *filter,
            enum tape_status status)
{
    assert(status != TAPE_FAILED);
    if (filter->end && filter->end(filter->state, run, status) != 0)
        return -1;
    if (run->failure.kind != FAILURE_NONE)
        return -1;
    run->ending = true;
    run->status = status;
    return filter->ends_late ? 0 : write_end(run);
}

static int
take_end(struct run *run, const struct filter *filter)
{
    const char *name = input_name(&run->input);

    if (run->reader.status == TAPE_STOPPED)
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
    while (result == 0 && item > 0 && run->state != RUN_ENOUGH) {
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
                             run->state == RUN_ENOUGH && !run_stopped(run)
                                 ? TAPE_LIMITED
                                 : TAPE_STOPPED);
    tape_reader_free(&run->reader);
    input_close(&run->input);
    return result;
}

/* The operands in turn; without one, standard input. */
static int
take_inputs(struct run *run, const struct filter *filter)
{
    int result = 0;

    if (run->operand_count == 0 && run->state != RUN_NO_INPUT)
        return take_input(run, filter, "-");
    for (int i = 0; result == 0 && i < run->operand_count; i++) {
        if (run->state != RUN_READS || run_stopped(run))
            break;
        result = take_input(run, filter, run->operands[i]);
    }
    return result;
}

int
run_filter(const struct program *program, const struct filter *filter, int argc,
           char **argv)
{
    int (*finish)(void *state, struct run *run) = filter->finish;
    struct run run;
    int result = stage_begin(&run, program, argc, argv);

    assert(!filter->batch || filter->consumes || filter->consumes_all);
    if (result > 0)
        return stage_end_help(&run);
    run.filter = filter;
    if (run.common.verb && run.common.verb->run) {
        run.state = RUN_NO_INPUT;
        finish = run.common.verb->run;
    }
    if (result == 0 && filter->prepare)
        result = filter->prepare(filter->state, &run);
    if (result == 0)
        result = stage_check_operands(&run);
    if (result == 0)
        result = stage_open_output(&run);
    if (result == 0) {
        stage_confine(&run);
        result = take_inputs(&run, filter);
    }
    if (result == 0 && finish)
        result = finish(filter->state, &run);
    if (result == 0)
        result = write_end(&run);
    if (result == 0)
        words_summary(&run, filter->state, filter->summary);
    result = stage_end(&run, result);
    if (filter->destroy)
        filter->destroy(filter->state);
    return result;
}
