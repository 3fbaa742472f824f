/* xrestore --test --sample: a drill.  Parts are read whole from where they lie,
 * compared with what the archive says of them, and noted in the journal. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "app/archive_job.h"
#include "app/restore_job.h"
#include "archive/drill.h"
#include "base/clock.h"
#include "base/count.h"

/* Nanoseconds since some moment.  A time that was given is not the clock's, and
 * then nothing is measured by it: the journal is the same each time. */
static int64_t
stopwatch(const struct restore_job *job)
{
    struct timespec time;

    if (job->time != TIME_NULL)
        return -1;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * NS_PER_SECOND + time.tv_nsec;
}

/* Reads one part: 1 it is whole, 0 not, or stopped; -1. */
static int
test_part(struct restore_job *job, struct run *run, struct journal *journal,
          const struct part *part)
{
    struct failure reason = {0};
    char path[PART_PATH_MAX];
    int64_t began = stopwatch(job);
    bool missing;
    const char *word;
    int whole;

    if (depot_check(&job->archive, part->tier, &run->failure) != 0)
        return -1; /* its tier is not there at all */
    whole = part_verify(&job->archive, part, &missing, &reason);
    if (whole == 0)
        return 0;
    word = whole > 0 ? "ok" : missing ? "missing" : "damaged";
    part_name_path(&part->name, path);
    if (missing)
        fail(&reason, FAILURE_DATA, "%s: it is missing on tier %s", path,
             part_tier(part));
    if (whole < 0 && reason.kind != FAILURE_DATA)
        return run->failure = reason, -1;
    if (whole < 0)
        run_remark(run, "%s", reason.text);
    if (drill_note(journal, part, word, whole > 0 ? NULL : reason.text,
                   began < 0 ? -1 : stopwatch(job) - began,
                   &run->failure) != 0 ||
        journal_commit(journal, &run->failure) != 0 ||
        run_print(run, "%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%s\n", word,
                  part_tier(part), part->rows, part->size, path) != 0)
        return -1;
    run->events_in += whole > 0 ? part->rows : 0;
    return whole > 0;
}

static int
test_parts(struct restore_job *job, struct run *run, struct journal *journal,
           const struct part **parts, size_t count)
{
    size_t wrong = 0;

    for (size_t i = 0; i < count && !run_stopped(run); i++) {
        int whole = test_part(job, run, journal, parts[i]);

        if (whole < 0)
            return -1;
        if (run_stopped(run))
            break;
        wrong += whole == 0;
        run_progress(run, i + 1, count);
    }
    if (wrong == 0)
        return 0;
    if (output_flush(&run->output) != 0)
        return -1;
    return fail(&run->failure, FAILURE_DATA,
                "%s: " COUNT_FORMAT " of %zu cannot be restored: put the tapes "
                "again, or restore the files from a copy",
                job->directory, COUNT(wrong, "part"), count);
}

/* The parts that are next, by the policy if there is one. */
static const struct part **
choose(struct restore_job *job, const struct drills *drills, size_t *count,
       struct failure *failure)
{
    struct policy policy = {0};
    const struct part **parts = NULL;
    int there = depots_policy(&policy, &job->archive, failure);

    *count = job->sample;
    if (there >= 0)
        parts = drills_choose(drills, &job->archive, there ? &policy : NULL,
                              count, failure);
    policy_free(&policy);
    return parts;
}

int
restore_drill(struct restore_job *job, struct run *run)
{
    struct failure *failure = &run->failure;
    const struct part **parts = NULL;
    struct drills drills = {0};
    struct journal journal;
    char who[WHO_MAX];
    size_t count = 0;
    int result = journal_open(&journal, &job->archive, archive_who(who),
                              archive_time(job->time), failure);

    assert(job->archive.writes); /* of the journal, one at a time */
    if (result == 0)
        archive_remark_torn(run, &journal);
    if (result == 0)
        result = journal_clock(&journal, failure);
    if (result == 0)
        result = drills_read(&drills, &journal, failure);
    if (result == 0)
        result = journal_mend(&journal, failure);
    if (result == 0)
        parts = choose(job, &drills, &count, failure);
    if (!parts)
        result = -1;
    if (result == 0 && count == 0)
        result =
            fail(failure, FAILURE_DATA, "%s: it has no parts", job->directory);
    if (result == 0)
        result = test_parts(job, run, &journal, parts, count);
    free(parts);
    drills_free(&drills);
    journal_close(&journal);
    return result;
}
