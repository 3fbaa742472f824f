#include "tape/progress.h"

#include <assert.h>
#include <inttypes.h>

void
progress_free(struct progress *progress)
{
    snapshot_tapes_free(&progress->tapes);
    snapshot_tapes_free(&progress->then);
    digest_free(&progress->digest);
}

void
progress_resume(struct progress *progress, struct snapshot_tapes *then)
{
    assert(progress->tapes.count == 0 && then->count > 0);
    progress->then = *then;
    *then = (struct snapshot_tapes){0};
    progress->resuming = true;
}

static struct snapshot_tape *
at_hand(const struct progress *progress)
{
    return &progress->tapes.all[progress->tapes.count - 1];
}

/* The tape at hand as it was then. */
static const struct snapshot_tape *
as_then(const struct progress *progress)
{
    return &progress->then.all[progress->tapes.count - 1];
}

int
progress_begin(struct progress *progress, const struct tape_header *input,
               struct tape_header *output, struct failure *failure)
{
    struct snapshot_tape *tape = snapshot_tapes_add(&progress->tapes, failure);
    const struct snapshot_tape *then;

    if (!tape)
        return -1;
    if (digest_reset(&progress->digest) != 0)
        return fail_memory(failure);
    progress->hashed = NULL;
    memcpy(tape->input_stream, input->stream, sizeof input->stream);
    memcpy(tape->output_stream, output->stream, sizeof output->stream);
    if (!progress->resuming)
        return 0;
    then = as_then(progress);
    if (strcmp(then->input_stream, input->stream) != 0 ||
        strcmp(then->output_stream, output->stream) != 0)
        return fail(failure, FAILURE_DATA,
                    "the tape is %s, where that of the snapshot was %s",
                    input->stream, then->input_stream);
    tape->output_seq = then->output_seq;
    tape->output_digest = then->output_digest;
    if (!progress_passes_tape(progress))
        output->first_seq = then->output_seq + 1;
    return 0;
}

bool
progress_passes_tape(const struct progress *progress)
{
    return progress->resuming && progress->tapes.count < progress->then.count;
}

uint64_t
progress_passes(const struct progress *progress)
{
    return progress->resuming ? as_then(progress)->input_seq : 0;
}

static int
differs(const struct progress *progress, struct failure *failure)
{
    return fail(failure, FAILURE_DATA,
                "the events of %s up to seq %" PRIu64
                " are not those that the snapshot was made of",
                at_hand(progress)->input_stream, as_then(progress)->input_seq);
}

int
progress_to(struct progress *progress, const struct tape_reader *reader,
            const struct event *end, uint64_t seq, struct failure *failure)
{
    struct snapshot_tape *tape = at_hand(progress);
    uint64_t passes = progress_passes(progress);

    digest_events(&progress->digest,
                  progress->hashed ? progress->hashed : reader->first, end);
    progress->hashed = end;
    tape->input_seq = seq;
    tape->input_digest = digest_value(&progress->digest);
    if (!progress->resuming || seq < passes)
        return 0;
    if (seq > passes || tape->input_digest != as_then(progress)->input_digest)
        return differs(progress, failure);
    progress->resuming = progress_passes_tape(progress);
    return 0;
}

int
progress_leave(struct progress *progress, const struct tape_reader *reader,
               struct failure *failure)
{
    int result = 0;

    if (progress->hashed != reader->end)
        result = progress_to(progress, reader, reader->end,
                             reader->first_seq + reader->count - 1, failure);
    progress->hashed = NULL;
    return result;
}

int
progress_end(const struct progress *progress, struct failure *failure)
{
    if (!progress->resuming ||
        at_hand(progress)->input_seq == progress_passes(progress))
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s ends at seq %" PRIu64
                ", before the snapshot's place, %" PRIu64,
                at_hand(progress)->input_stream, at_hand(progress)->input_seq,
                progress_passes(progress));
}
