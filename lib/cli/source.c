/* Programs that make tapes from something else than one tape. */
#include "cli/run.h"
#include "cli/stage.h"
#include "cli/words.h"

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

static int
finish_tape(struct run *run)
{
    enum tape_status status = TAPE_COMPLETE;

    if (run_stopped(run))
        status = TAPE_STOPPED;
    else if (run->state == RUN_ENOUGH)
        status = TAPE_LIMITED;
    stage_end_tape(run, status, 0);
    return run->failure.kind == FAILURE_NONE ? 0 : -1;
}

int
run_source(const struct program *program, const struct source *source, int argc,
           char **argv)
{
    struct run run;
    int result = stage_begin(&run, program, argc, argv);

    if (result > 0)
        return stage_end_help(&run);
    if (result == 0 && source->prepare)
        result = source->prepare(source->state, &run);
    if (result == 0)
        result = stage_check_operands(&run);
    if (result == 0)
        result = stage_open_output(&run);
    if (result == 0) {
        stage_confine(&run);
        result = source->produce(source->state, &run);
    }
    if (result == 0 && run.failure.kind != FAILURE_NONE)
        result = -1;
    if (result == 0)
        result = finish_tape(&run);
    if (result == 0)
        words_summary(&run, source->state, source->summary);
    result = stage_end(&run, result);
    if (source->destroy)
        source->destroy(source->state);
    return result;
}
