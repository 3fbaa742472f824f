#include "app/archive_job.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/catalog.h"
#include "archive/commit.h"
#include "archive/compact.h"
#include "base/clock.h"
#include "base/count.h"

/* ---- put ----------------------------------------------------------------- */

int
archive_put_begin(void *state, struct run *run, struct tape_header *header)
{
    struct archive_job *job = state;

    (void)header;
    assert(job->puts && job->put.archive == &job->archive);
    return put_begin(&job->put, &run->reader.header, &run->failure);
}

int
archive_put_event(void *state, struct run *run, const struct event *event)
{
    struct archive_job *job = state;
    uint64_t seq = run->seq;

    return put_events(&job->put, &event, event_next(event), &seq,
                      &run->failure);
}

int
archive_put_batch(void *state, struct run *run, const struct event **event)
{
    struct archive_job *job = state;
    uint64_t seq = run->seq;
    int result =
        put_events(&job->put, event, run->reader.end, &seq, &run->failure);

    assert(seq >= run->seq && *event <= run->reader.end);
    run_took(run, seq - run->seq);
    return result;
}

int
archive_put_end(void *state, struct run *run, enum tape_status status)
{
    struct archive_job *job = state;

    if (status == TAPE_FAILED) /* nothing of it is kept */
        return 0;
    if (put_end(&job->put, status,
                run->reader.total ? run->reader.next_seq - 1 : 0,
                &run->failure) != 0)
        return -1;
    job->stored += job->put.stored;
    job->again += job->put.again;
    job->healed += job->put.healed;
    if (job->put.gone > 0)
        run_remark(run,
                   "stream '%s': %" PRIu64
                   " events were removed by policy, and are not stored again",
                   run->reader.header.stream, job->put.gone);
    return 0;
}

int
archive_put_finish(void *state, struct run *run)
{
    struct archive_job *job = state;

    if (!job->puts)
        return 0;
    if (put_flush(&job->put, &run->failure) != 0)
        return -1;
    return catalog_update(&job->archive, &run->failure);
}

/* The tapes that came whole before the failure are kept. */
void
archive_put_failed(void *state, struct run *run, int exit_class)
{
    struct archive_job *job = state;
    struct failure ignored = {0};

    (void)run;
    (void)exit_class;
    if (job->puts && job->put.archive)
        (void)put_flush(&job->put, &ignored);
}

void
archive_put_summary(void *state, struct run *run, FILE *stream)
{
    const struct archive_job *job = state;

    if (run->common.verb->run == archive_sweep)
        archive_sweep_summary(job, run, stream);
    if (!job->puts)
        return;
    fprintf(stream, "%s: " COUNT_FORMAT " stored, %" PRIu64 " there already\n",
            run->program->name, COUNT(job->stored, "event"), job->again);
    if (job->healed)
        fprintf(stream,
                "%s: wrote " COUNT_FORMAT " again, missing or damaged before\n",
                run->program->name, COUNT(job->healed, "part"));
}

/* ---- compact ------------------------------------------------------------- */

/* The names of streams come first, since compaction moves manifests about. */
int
archive_compact(void *state, struct run *run)
{
    struct archive_job *job = state;
    struct failure *failure = &run->failure;
    struct strtab streams = {0};
    int result;

    assert(job->archive.writes);
    result = archive_resume_all(&job->archive, failure);
    for (uint32_t i = 0; result == 0 && i < job->archive.count; i++) {
        const char *stream = job->archive.manifests[i].header.stream;

        if (strtab_add(&streams, stream, strlen(stream), NULL) == STRTAB_NONE)
            result = fail_memory(failure);
    }
    for (uint32_t i = 0; result == 0 && i < streams.count; i++) {
        bool done;

        if (run_stopped(run))
            break;
        result = compact_stream(&job->archive, streams.entries[i].bytes,
                                &job->blooms, &done, &job->stored, failure);
    }
    strtab_free(&streams);
    if (result == 0) /* one that was killed may not have come to it */
        result = catalog_update(&job->archive, failure);
    return result == 0 ? archive_unmark(&job->archive, failure) : -1;
}

/* ---- the job ------------------------------------------------------------- */

/* The names in the lists of --bloom. */
static int
add_blooms(struct archive_job *job, struct failure *failure)
{
    for (unsigned i = 0; i < job->bloom_lists.count; i++) {
        const char *name = job->bloom_lists.items[i];

        for (size_t size; *name; name += size + (name[size] == ',')) {
            size = strcspn(name, ",");
            if (!schema_id_field(name, size))
                return fail(
                    failure, FAILURE_USAGE,
                    "\"%.*s\" is not a field with an id; tape(5) lists them",
                    (int)size, name);
            if (strtab_add(&job->blooms, name, size, NULL) == STRTAB_NONE)
                return fail_memory(failure);
        }
    }
    return 0;
}

static bool
is_stopped(void *owner)
{
    return run_stopped(owner);
}

void
archive_job_init(struct archive_job *job)
{
    *job = (struct archive_job){
        .now = TIME_NULL,
        .hold = {.from = TIME_NULL, .to = TIME_NULL, .until = TIME_NULL}};
}

int
archive_job_prepare(void *state, struct run *run)
{
    const struct verb *verb = run->common.verb;
    struct archive_job *job = state;
    struct archive *archive = &job->archive;
    struct patience patience = run_patience(run, job->wait);
    enum archive_mode mode = (enum archive_mode)verb->mode;

    job->puts = !verb->run;
    if (job->rebuild)
        mode = ARCHIVE_WRITE;
    if (add_blooms(job, &run->failure) != 0)
        return -1;
    job->open = true;
    if (archive_open(archive, job->directory, mode, &patience, &run->failure) !=
        0)
        return -1;
    archive->stopped = is_stopped;
    archive->owner = run;
    /* these go by the catalog, or the journal */
    if (verb->run == archive_plan || verb->run == archive_hold ||
        verb->run == archive_release || verb->run == archive_holds)
        return 0;
    if (mode == ARCHIVE_READ)
        return archive_load(archive, NULL, &run->failure);
    if (!job->puts)
        return 0;
    if (archive_resume(archive, &run->failure) != 0)
        return -1;
    return put_init(&job->put, archive, &job->blooms, &run->failure);
}

void
archive_job_destroy(void *state)
{
    struct archive_job *job = state;

    if (job->puts && job->put.archive)
        put_free(&job->put);
    if (job->open)
        archive_close(&job->archive);
    strtab_free(&job->blooms);
}
