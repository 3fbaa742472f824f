/* The verbs of xarchive for legal holds: hold, release and holds. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/archive_job.h"
#include "archive/hold.h"
#include "base/clock.h"
#include "base/json_flat.h"
#include "base/utf8.h"

/* Reads the journal, and does something with its holds. */
static int
with_holds(struct archive_job *job, struct run *run,
           int (*act)(struct archive_job *job, struct run *run,
                      struct journal *journal, const struct holds *holds))
{
    struct failure *failure = &run->failure;
    struct holds holds = {0};
    struct journal journal;
    char who[WHO_MAX];
    int result = journal_open(&journal, &job->archive, archive_who(who),
                              archive_now(job), failure);

    if (result == 0)
        result = holds_read(&holds, &journal, failure);
    if (result == 0)
        archive_remark_torn(run, &journal);
    if (result == 0)
        result = act(job, run, &journal, &holds);
    holds_free(&holds);
    journal_close(&journal);
    return result;
}

/* The one operand, and what has to be given with it. */
static int
take_operand(struct archive_job *job, struct run *run)
{
    if (run->operand_count != 1)
        return fail(&run->failure, FAILURE_USAGE, "want one ID");
    if (!job->hold.reason || !job->hold.by)
        return fail(&run->failure, FAILURE_USAGE,
                    "want --case TEXT and --by WHO: what it is for, and who "
                    "asks for it");
    assert(run->operands[0]);
    job->hold.id = run->operands[0];
    return 0;
}

void
archive_remark_torn(struct run *run, const struct journal *journal)
{
    struct failure damaged = {0};

    if (journal_whole(journal, &damaged) != 0)
        run_remark(run, "%s", damaged.text);
    else if (journal->torn > 0)
        run_remark(run,
                   "%s: a program was killed as it wrote line %" PRIu64
                   ": it does not count%s",
                   journal->path, journal->number + 1,
                   journal->archive->writes
                       ? ", and is cut off"
                       : " (sweep, hold and release cut it off)");
}

static int
place_hold(struct archive_job *job, struct run *run, struct journal *journal,
           const struct holds *holds)
{
    if (journal_clock(journal, &run->failure) != 0)
        return -1;
    if (job->hold.until != TIME_NULL && job->hold.until <= journal->now)
        return fail(&run->failure, FAILURE_USAGE,
                    "--until is not after now: the hold would hold nothing");
    return hold_place(journal, holds, &job->hold, &run->failure);
}

int
archive_hold(void *state, struct run *run)
{
    struct archive_job *job = state;

    assert(job->archive.writes);
    return take_operand(job, run) == 0 ? with_holds(job, run, place_hold) : -1;
}

static int
release_hold(struct archive_job *job, struct run *run, struct journal *journal,
             const struct holds *holds)
{
    if (journal_clock(journal, &run->failure) != 0)
        return -1;
    return hold_release(journal, holds, &job->hold, &run->failure);
}

int
archive_release(void *state, struct run *run)
{
    struct archive_job *job = state;

    assert(job->archive.writes);
    return take_operand(job, run) == 0 ? with_holds(job, run, release_hold)
                                       : -1;
}

/* A cell of a line whose cells are divided by tabs. */
static int
print_cell(struct run *run, const char *before, const struct bytes *text)
{
    char *at = (char *)text->bytes;
    size_t width, size = utf8_plain(at, text->size, at, &width);

    return run_print(run, "%s%.*s", before, (int)size, at);
}

static int
print_holds(struct archive_job *job, struct run *run, struct journal *journal,
            const struct holds *holds)
{
    static const char *const keys[] = {"id", "time",  "until",   "from",
                                       "to", "types", "symbols", "accounts",
                                       "by", "who",   "case"};
    struct bytes value = {0};
    int result = 0;

    (void)journal;
    assert(holds->count == 0 || holds->list);
    if (!job->json)
        result = run_print(run, "id\tsince\tuntil\tfrom\tto\ttypes\tsymbols\t"
                                "accounts\tby\twho\tcase\n");
    for (unsigned i = 0; result == 0 && i < holds->count; i++) {
        const struct legal_hold *hold = &holds->list[i];

        if (job->json) { /* the line of the journal as it is */
            if (output_put(&run->output, hold->line, hold->size) != 0 ||
                output_put(&run->output, "\n", 1) != 0)
                result = -1;
            continue;
        }
        for (unsigned k = 0; k < sizeof keys / sizeof *keys; k++) {
            bool has = json_flat_get(hold->line, hold->size, keys[k], &value);

            if (has)
                result |= print_cell(run, k ? "\t" : "", &value);
            else
                result |= run_print(run, "%s-", k ? "\t" : "");
        }
        result |= run_print(run, "\n");
    }
    bytes_free(&value);
    return result;
}

int
archive_holds(void *state, struct run *run)
{
    return with_holds(state, run, print_holds);
}
