#include "cli/resume.h"

#include <assert.h>
#include <inttypes.h>

#include "base/digits.h"

#define EVERY 10000000 /* events, unless the options say otherwise */

/* ---- which snapshot ------------------------------------------------------ */

/* What downstream has: the events of a stream up to a seq. */
struct downstream {
    char stream[TAPE_STREAM_MAX + 1]; /* "": that of the newest snapshot */
    uint64_t seq;
};

/* "[STREAM:]N" */
static int
read_downstream(struct downstream *has, const char *text,
                struct failure *failure)
{
    const char *colon = strrchr(text, ':');
    const char *digits = colon ? colon + 1 : text;
    size_t size = colon ? (size_t)(colon - text) : 0;

    memset(has, 0, sizeof *has);
    if (!digits_parse(digits, strlen(digits), &has->seq) ||
        size > TAPE_STREAM_MAX)
        return fail(failure, FAILURE_USAGE,
                    "--from-out %s: not a seq, or a stream, \":\" and a seq",
                    text);
    memcpy(has->stream, text, size);
    return 0;
}

/* Whether this program with these options would have made it. */
static bool
is_ours(const struct run *run, const struct tape_header *header)
{
    const struct tape_program *program;

    if (header->program_count == 0)
        return false;
    program = &header->programs[header->program_count - 1];
    return strcmp(program->name, run->program->name) == 0 &&
           strcmp(program->version, XTAPE_VERSION) == 0 &&
           strcmp(program->options, run->options) == 0;
}

/* Says why a snapshot is not used, and forgets the failure. */
static void
remark(struct run *run, const char *why)
{
    if (!run->common.quiet)
        fprintf(stderr, "%s: %s; skipped this snapshot\n", run->program->name,
                why);
    run->failure.kind = FAILURE_NONE;
}

/* Whether the i-th may be gone on from: it was made by the like of this run,
 * and what it has written is not ahead of downstream. */
static int
is_usable(struct resume *resume, struct run *run, size_t i,
          struct downstream *has)
{
    struct snapshot_content content;
    const struct snapshot_tape *last;
    bool usable = false;

    if (snapshot_read(&resume->snapshots, i, &content, NULL, NULL,
                      &run->failure) != 0) {
        if (run->failure.kind == FAILURE_DATA)
            remark(run, run->failure.text);
    } else if (!is_ours(run, &content.header)) {
        fail(&run->failure, FAILURE_DATA,
             "%s: snapshot %" PRIu64 " is of another version or other options",
             resume->directory, resume->snapshots.numbers[i]);
        remark(run, run->failure.text);
    } else {
        last = &content.tapes.all[content.tapes.count - 1];
        if (has->stream[0] == '\0')
            memcpy(has->stream, last->output_stream, sizeof has->stream);
        usable = strcmp(has->stream, last->output_stream) == 0 &&
                 last->output_seq <= has->seq;
    }
    snapshot_content_free(&content);
    return run->failure.kind == FAILURE_NONE ? usable : -1;
}

/* Takes over the state of the i-th: 1; 0 when it is damaged. */
static int
restore(struct resume *resume, struct run *run, size_t i)
{
    struct snapshot_content content;
    int result = snapshot_read(&resume->snapshots, i, &content, resume->restore,
                               resume->state, &run->failure);

    if (result == 0) {
        resume->from_seq =
            content.tapes.all[content.tapes.count - 1].output_seq;
        resume_point_resume(&resume->point, &content.tapes);
        result = 1;
    } else if (run->failure.kind == FAILURE_DATA) {
        remark(run, run->failure.text);
        result = resume->clear(resume->state, run);
    }
    snapshot_content_free(&content);
    return result;
}

static int
go_on(struct resume *resume, struct run *run)
{
    struct downstream has;
    int result = 0;

    if (read_downstream(&has, resume->from_out, &run->failure) != 0)
        return -1;
    for (size_t i = resume->snapshots.count; result == 0 && i-- > 0;) {
        result = is_usable(resume, run, i, &has);
        if (result > 0)
            result = restore(resume, run, i);
    }
    if (result == 0 && has.seq > 0 && !run->common.quiet)
        run_remark(
            run,
            "%s: no snapshot for --from-out %s; starting with the first event",
            resume->directory, resume->from_out);
    return result < 0 ? -1 : 0;
}

int
resume_prepare(struct resume *resume, struct run *run)
{
    assert(resume->save && resume->restore && resume->clear && resume->arrive);
    resume->left = UINT64_MAX;
    resume->time = INT64_MIN;
    if (!resume->directory && resume->from_out)
        return fail(&run->failure, FAILURE_USAGE,
                    "--from-out needs -S: which snapshots to go on from");
    if (!resume->directory && resume->every)
        return fail(&run->failure, FAILURE_USAGE,
                    "--snapshot-every needs -S: where to keep the snapshots");
    if (!resume->directory)
        return 0;
    if (resume->every == 0)
        resume->every = EVERY;
    if (snapshots_open(&resume->snapshots, resume->directory, &run->failure) !=
        0)
        return -1;
    resume->left = resume->every;
    return resume->from_out ? go_on(resume, run) : 0;
}

/* ---- taking them --------------------------------------------------------- */

static struct snapshot_tape *
current_tape(struct resume *resume)
{
    struct snapshot_tapes *tapes = &resume->point.tapes;

    assert(tapes->count > 0);
    return &tapes->all[tapes->count - 1];
}

static int
save(struct resume *resume, struct run *run)
{
    struct snapshot_tape *tape = current_tape(resume);
    bool whole = resume->header.first_seq == 1; /* else its digest is not */

    resume->left = resume->every;
    tape->output_seq = tape_writer_next_seq(&run->writer) - 1;
    tape->output_digest = whole ? tape_writer_digest(&run->writer) : 0;
    if (snapshot_begin(&resume->snapshots, &resume->header,
                       &resume->point.tapes, resume->time, &run->failure) != 0)
        return -1;
    resume->save(resume->state, run, &resume->snapshots.writer);
    resume->saved++;
    return snapshot_commit(&resume->snapshots, &run->failure);
}

int
resume_stop(struct resume *resume, struct run *run, const struct event *event)
{
    bool passed = resume_passes(resume);

    assert(resume->left == 0);
    if (!resume->directory)
        return 0;
    if (resume_point_to(&resume->point, &run->reader, event_next(event),
                        run->seq, &run->failure) != 0)
        return -1;
    if (!passed)
        return save(resume, run);
    resume->left = resume_passes(resume) ? UINT64_MAX : resume->every;
    return resume_passes(resume) ? 0 : resume->arrive(resume->state, run);
}

int
resume_begin(struct resume *resume, struct run *run, struct tape_header *header)
{
    uint64_t passes;

    if (!resume->directory)
        return 0;
    if (resume_point_begin(&resume->point, &run->reader.header, header,
                           &run->failure) != 0)
        return -1;
    run->mute = resume_point_passes_tape(&resume->point);
    passes = resume_point_passes(&resume->point);
    if (passes >= run->seq)
        resume->left = passes - run->seq + 1;
    tape_header_free(&resume->header);
    return tape_header_copy(&resume->header, header, &run->failure);
}

int
resume_block(struct resume *resume, struct run *run)
{
    if (!resume->directory || run->state == RUN_WAITS)
        return 0;
    return resume_point_leave(&resume->point, &run->reader, &run->failure);
}

int
resume_end(struct resume *resume, struct run *run)
{
    if (!resume->directory)
        return 0;
    if (resume_point_end(&resume->point, &run->failure) != 0)
        return -1;
    if (resume_passes(resume) || resume->left == resume->every)
        return 0;
    return save(resume, run);
}

int
resume_finish(const struct resume *resume, struct run *run)
{
    const struct snapshot_tapes *then = &resume->point.then;
    const struct snapshot_tape *place;

    if (!resume_passes(resume) || run_stopped(run))
        return 0;
    place = &then->all[then->count - 1];
    return fail(&run->failure, FAILURE_DATA,
                "the input ends before the snapshot's place, event %" PRIu64
                " of %s: give all tapes from the first on",
                place->input_seq, place->input_stream);
}

void
resume_free(struct resume *resume)
{
    snapshots_close(&resume->snapshots);
    resume_point_free(&resume->point);
    tape_header_free(&resume->header);
}

void
resume_summary(const struct resume *resume, struct run *run, FILE *stream)
{
    if (!resume->directory)
        return;
    fprintf(stream,
            "%s: went on after event %" PRIu64 ", %" PRIu64
            " snapshots taken\n",
            run->program->name, resume->from_seq, resume->saved);
}
