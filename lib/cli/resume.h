/* resume.h - snapshots of a program's state, and going on from one: the
 * options -S, --snapshot-every and --from-out.
 *
 *      resume_prepare    in .prepare, when the state is that of the beginning
 *      resume_begin      in .begin
 *      resume_taken      after each event, in .event and .batch
 *      resume_block      in .block
 *      resume_end        in .end
 *      resume_finish     in .finish
 *      resume_free       in .destroy
 *
 * While resume_passes an event was taken by the run that made the snapshot:
 * the program takes nothing and writes nothing.  The loop must not write by
 * itself, so its filter consumes all.
 *
 * Without -S all of it does nothing.
 */
#ifndef CLI_RESUME_H
#define CLI_RESUME_H

#include "cli/run.h"
#include "tape/resume_point.h"

struct resume {
    /* What the options say. */
    const char *directory, *from_out;
    uint64_t every; /* events of input between two snapshots; 0: as usual */

    /* What the program does; set before resume_prepare. */
    void *state;
    void (*save)(void *state, struct run *run, struct tape_writer *writer);
    int (*restore)(void *state, const struct event *event,
                   struct failure *failure);
    /* restore failed half way: back to the beginning */
    int (*clear)(void *state, struct run *run);
    /* the input is where the snapshot was taken; definitions are known */
    int (*arrive)(void *state, struct run *run);

    /* private */
    uint64_t left; /* events until something is to be done */
    int64_t time;  /* the latest seen */
    struct snapshots snapshots;
    struct resume_point point;
    struct tape_header header; /* of the tape being written */
    uint64_t from_seq, saved;
};

int resume_prepare(struct resume *resume, struct run *run);
int resume_begin(struct resume *resume, struct run *run,
                 struct tape_header *header);
int resume_block(struct resume *resume, struct run *run);
int resume_end(struct resume *resume, struct run *run);
int resume_finish(const struct resume *resume, struct run *run);
void resume_free(struct resume *resume);

/* A line for --verbose. */
void resume_summary(const struct resume *resume, struct run *run, FILE *stream);

static inline bool
resume_passes(const struct resume *resume)
{
    return resume->point.resuming;
}

/* Enough events were taken: takes a snapshot, or is where one was taken. */
int resume_stop(struct resume *resume, struct run *run,
                const struct event *event);

/* The event with run->seq is taken, or passed over. */
static inline int
resume_taken(struct resume *resume, struct run *run, const struct event *event)
{
    if (event->time > resume->time)
        resume->time = event->time;
    if (__builtin_expect(--resume->left > 0, 1))
        return 0;
    return resume_stop(resume, run, event);
}

#endif
