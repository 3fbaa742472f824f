#include <inttypes.h>
#include <stdlib.h>

#include "app/archive_job.h"
#include "archive/catalog.h"
#include "archive/check.h"
#include "io/directory.h"

struct findings {
    struct archive_job *job;
    struct run *run;
    unsigned kinds; /* those that are told, as bits */
    uint64_t counts[FINDING_KINDS];
};

#define KIND(kind) (1U << (kind))
#define OF_STREAMS (KIND(FINDING_GAP) | KIND(FINDING_TWICE))
#define OF_FILES                                                               \
    (KIND(FINDING_STRAY) | KIND(FINDING_ORPHAN) | KIND(FINDING_MISSING) |      \
     KIND(FINDING_FOREIGN))

static int
tell_finding(void *owner, const struct finding *finding)
{
    static const char *const words[] = {
        [FINDING_GAP] = "gap",         [FINDING_TWICE] = "twice",
        [FINDING_STRAY] = "stray",     [FINDING_ORPHAN] = "orphan",
        [FINDING_MISSING] = "missing",
    };
    struct findings *findings = owner;
    struct run *run = findings->run;

    if (!(findings->kinds & KIND(finding->kind)))
        return 0;
    findings->counts[finding->kind]++;
    if (KIND(finding->kind) & OF_STREAMS)
        return run_print(run, "%s\t%" PRIu64 "\t%" PRIu64 "\t%s\n",
                         words[finding->kind], finding->first, finding->last,
                         finding->name);
    if (finding->kind != FINDING_FOREIGN)
        return run_print(run, "%s\t%s\n", words[finding->kind], finding->name);
    if (!run->common.quiet)
        run_remark(run,
                   "%s/%s: not of the archive, though other programs may read "
                   "it as if it were; left alone",
                   findings->job->directory, finding->name);
    return 0;
}

/* Removes a stray part. */
static int
remove_stray(void *owner, const struct finding *finding)
{
    struct findings *findings = owner;
    struct failure *failure = &findings->run->failure;
    char *path;
    int result;

    if (finding->kind != FINDING_STRAY)
        return 0;
    path = path_join(findings->job->directory, finding->name);
    result = path ? directory_remove(path, failure) : fail_memory(failure);
    free(path);
    return result;
}

/* What the directories have, beside what the manifests and the catalog tell. */
static int
check_directories(struct archive_job *job, struct findings *findings,
                  take_finding *take)
{
    struct failure *failure = &findings->run->failure;
    struct strtab known = {0};
    int result =
        job->damaged ? 0 : catalog_parts(&job->archive, &known, failure);

    if (result == 0)
        result = check_files(&job->archive, &known, take, findings, failure);
    strtab_free(&known);
    return result;
}

/* What cannot be mended without a copy. */
static int
fail_lost(const struct archive_job *job, struct run *run,
          const struct findings *findings)
{
    const uint64_t *counts = findings->counts;

    if (output_flush(&run->output) != 0)
        return -1;
    if (counts[FINDING_MISSING] || counts[FINDING_ORPHAN])
        return fail(&run->failure, FAILURE_DATA,
                    "%s: %" PRIu64 " files are missing, and %" PRIu64
                    " parts without a manifest; nothing was changed: bring "
                    "the files back from a copy, or put the tapes again",
                    job->directory, counts[FINDING_MISSING],
                    counts[FINDING_ORPHAN]);
    return 0;
}

struct verified {
    uint64_t parts, bad;
    uint64_t done, size; /* bytes: read, and of all parts */
};

/* Reads the parts of a manifest; tells all that is wrong, not only the first.
 */
static int
verify_parts(struct archive_job *job, struct run *run,
             const struct manifest *manifest, struct verified *verified)
{
    for (uint32_t i = 0; i < manifest->part_count; i++) {
        const struct part_facts *part = &manifest->parts[i];
        struct failure failure = {0};
        char *path = archive_part_path(&job->archive, part, &run->failure);

        if (!path)
            return -1;
        if (part_verify(path, part, &failure) != 0) {
            verified->bad++;
            run_remark(run, "%s", failure.text);
        }
        free(path);
        verified->parts++;
        verified->done += part->size;
        run->events_in += part->rows;
        run_progress(run, verified->done, verified->size);
    }
    return 0;
}

/* Tells where seqs of streams are missing or there twice. */
static int
verify_streams(struct archive_job *job, struct run *run,
               struct findings *findings)
{
    uint32_t count = 0;
    const struct manifest **list =
        streams_by_time(&job->archive, &count, &run->failure);
    int result = list ? 0 : -1;

    for (uint32_t i = 0; result == 0 && i < count; i++) {
        struct stream stream;

        result = stream_open(&stream, &job->archive, list[i], &run->failure);
        if (result == 0)
            result = check_stream(&stream, tell_finding, findings);
        stream_free(&stream);
    }
    free(list);
    return result;
}

int
archive_verify(void *state, struct run *run)
{
    struct archive_job *job = state;
    /* strays may be of a put that is at work; of parts verify_parts tells */
    struct findings findings = {
        job, run, OF_STREAMS | (OF_FILES & ~KIND(FINDING_STRAY)), {0}};
    struct verified verified = {0};

    for (uint32_t i = 0; i < job->archive.count; i++)
        for (uint32_t k = 0; k < job->archive.manifests[i].part_count; k++)
            verified.size += job->archive.manifests[i].parts[k].size;
    for (uint32_t i = 0; i < job->archive.count; i++)
        if (verify_parts(job, run, &job->archive.manifests[i], &verified) != 0)
            return -1;
    if (verify_streams(job, run, &findings) != 0 ||
        catalog_lost(&job->archive, tell_finding, &findings, &run->failure) !=
            0 ||
        check_directories(job, &findings, tell_finding) != 0)
        return -1;
    run_print(run,
              "%" PRIu64 " parts, %" PRIu64 " bad, %" PRIu64 " gaps, %" PRIu64
              " seqs twice, %" PRIu64 " missing, %" PRIu64 " orphans\n",
              verified.parts, verified.bad, findings.counts[FINDING_GAP],
              findings.counts[FINDING_TWICE], findings.counts[FINDING_MISSING],
              findings.counts[FINDING_ORPHAN]);
    if (fail_lost(job, run, &findings) != 0)
        return -1;
    if (verified.bad)
        return fail(&run->failure, FAILURE_DATA,
                    "%s: %" PRIu64 " of %" PRIu64 " parts are not as they "
                    "were written",
                    job->directory, verified.bad, verified.parts);
    if (findings.counts[FINDING_TWICE])
        return fail(&run->failure, FAILURE_DATA,
                    "%s: seqs are there twice, see what was printed",
                    job->directory);
    return 0;
}

/* How many tapes the catalog has too many or too few; one that cannot be
 * read is no failure when it is made anew. */
static int
compare_catalog(struct archive_job *job, struct run *run, int64_t *wrong)
{
    *wrong = catalog_compare(&job->archive, &run->failure);
    if (*wrong >= 0)
        return 0;
    if (!job->rebuild || run->failure.kind != FAILURE_DATA)
        return -1;
    run->failure = (struct failure){0};
    job->damaged = true;
    return 0;
}

int
archive_fsck(void *state, struct run *run)
{
    struct archive_job *job = state;
    struct findings findings = {job, run, OF_FILES, {0}};
    struct failure *failure = &run->failure;
    int64_t wrong;

    if (compare_catalog(job, run, &wrong) != 0 ||
        check_parts(&job->archive, tell_finding, &findings, failure) != 0)
        return -1;
    if (!job->damaged &&
        catalog_lost(&job->archive, tell_finding, &findings, failure) != 0)
        return -1;
    if (check_directories(job, &findings, tell_finding) != 0 ||
        fail_lost(job, run, &findings) != 0)
        return -1;
    if (job->rebuild)
        return check_directories(job, &findings, remove_stray) == 0
                   ? catalog_rebuild(&job->archive, failure)
                   : -1;
    if (findings.counts[FINDING_STRAY] || wrong)
        return fail(failure, FAILURE_DATA,
                    "%s: %" PRIu64 " stray parts, and %" PRId64
                    " tapes that the catalog has too many or too few: "
                    "xarchive fsck --rebuild mends both",
                    job->directory, findings.counts[FINDING_STRAY], wrong);
    return 0;
}
