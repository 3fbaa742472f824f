#include "tape/resume_point.h"

#include <assert.h>
#include <inttypes.h>

void
resume_point_free(struct resume_point *point)
{
    snapshot_tapes_free(&point->tapes);
    snapshot_tapes_free(&point->then);
    digest_free(&point->digest);
}

void
resume_point_resume(struct resume_point *point, struct snapshot_tapes *then)
{
    assert(point->tapes.count == 0 && then->count > 0);
    point->then = *then;
    *then = (struct snapshot_tapes){0};
    point->resuming = true;
}

static struct snapshot_tape *
current(const struct resume_point *point)
{
    assert(point->tapes.count > 0);
    return &point->tapes.all[point->tapes.count - 1];
}

/* The current tape as it was then. */
static const struct snapshot_tape *
as_then(const struct resume_point *point)
{
    return &point->then.all[point->tapes.count - 1];
}

int
resume_point_begin(struct resume_point *point, const struct tape_header *input,
                   struct tape_header *output, struct failure *failure)
{
    struct snapshot_tape *tape = snapshot_tapes_add(&point->tapes, failure);
    const struct snapshot_tape *then;

    if (!tape)
        return -1;
    if (digest_reset(&point->digest) != 0)
        return fail_memory(failure);
    point->hashed = NULL;
    memcpy(tape->input_stream, input->stream, sizeof input->stream);
    memcpy(tape->output_stream, output->stream, sizeof output->stream);
    if (!point->resuming)
        return 0;
    if (point->tapes.count > point->then.count)
        return fail(failure, FAILURE_DATA,
                    "the snapshot has passed %zu tapes, and knows nothing of "
                    "the next one: remove it",
                    point->then.count);
    then = as_then(point);
    if (strcmp(then->input_stream, input->stream) != 0 ||
        strcmp(then->output_stream, output->stream) != 0)
        return fail(failure, FAILURE_DATA,
                    "the tape is %s, but that of the snapshot was %s",
                    input->stream, then->input_stream);
    tape->output_seq = then->output_seq;
    tape->output_digest = then->output_digest;
    if (!resume_point_passes_tape(point))
        output->first_seq = then->output_seq + 1;
    return 0;
}

bool
resume_point_passes_tape(const struct resume_point *point)
{
    return point->resuming && point->tapes.count < point->then.count;
}

uint64_t
resume_point_passes(const struct resume_point *point)
{
    return point->resuming ? as_then(point)->input_seq : 0;
}

static int
differs(const struct resume_point *point, struct failure *failure)
{
    return fail(failure, FAILURE_DATA,
                "the events of %s up to seq %" PRIu64
                " are not those of the snapshot",
                current(point)->input_stream, as_then(point)->input_seq);
}

int
resume_point_to(struct resume_point *point, const struct tape_reader *reader,
                const struct event *end, uint64_t seq, struct failure *failure)
{
    struct snapshot_tape *tape = current(point);
    uint64_t passes = resume_point_passes(point);

    assert(point->tapes.count > 0 && end <= reader->end);
    assert(!point->hashed || point->hashed <= end);

    digest_events(&point->digest, point->hashed ? point->hashed : reader->first,
                  end);
    point->hashed = end;
    tape->input_seq = seq;
    tape->input_digest = digest_value(&point->digest);
    if (!point->resuming || seq < passes)
        return 0;
    if (seq > passes || tape->input_digest != as_then(point)->input_digest)
        return differs(point, failure);
    point->resuming = resume_point_passes_tape(point);
    return 0;
}

int
resume_point_leave(struct resume_point *point, const struct tape_reader *reader,
                   struct failure *failure)
{
    int result = 0;

    if (point->hashed != reader->end)
        result =
            resume_point_to(point, reader, reader->end,
                            reader->first_seq + reader->count - 1, failure);
    point->hashed = NULL;
    return result;
}

int
resume_point_end(const struct resume_point *point, struct failure *failure)
{
    if (!point->resuming ||
        current(point)->input_seq == resume_point_passes(point))
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s ends at seq %" PRIu64
                ", before the snapshot's place, %" PRIu64,
                current(point)->input_stream, current(point)->input_seq,
                resume_point_passes(point));
}
