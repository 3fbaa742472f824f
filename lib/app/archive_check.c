#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/archive_job.h"
#include "archive/catalog.h"
#include "archive/chain.h"
#include "archive/check.h"
#include "archive/commit.h"
#include "base/count.h"
#include "base/json.h"

#define ROUNDS 20 /* times that the archive is looked at beside a writer */

/* ---- findings ------------------------------------------------------------ */

/* They are printed when it is known that nobody changed the archive while they
 * were found. */
struct findings {
    struct archive_job *job;
    struct run *run;
    unsigned kinds; /* those that are taken, as bits */
    uint64_t counts[FINDING_KINDS];
    struct bytes lines, remarks; /* for stdout, for stderr */
};

#define KIND(kind) (1U << (kind))
_Static_assert(FINDING_KINDS <= 32, "each kind has its bit");
#define OF_STREAMS (KIND(FINDING_GAP) | KIND(FINDING_TWICE))
#define OF_FILES                                                               \
    (KIND(FINDING_STRAY) | KIND(FINDING_ORPHAN) | KIND(FINDING_MISSING) |      \
     KIND(FINDING_FOREIGN) | KIND(FINDING_SUPERSEDED) | KIND(FINDING_HIDDEN) | \
     KIND(FINDING_BREAK) | KIND(FINDING_CATALOG))

/* A line of JSON. */
static void
put_json(struct bytes *lines, const struct archive_finding *finding)
{
    struct json json = {.out = lines};
    bool of_stream = KIND(finding->kind) & OF_STREAMS;

    assert(!of_stream || finding->first <= finding->last);
    json_open(&json, '{');
    json_key(&json, "finding");
    json_text(&json, finding_word(finding->kind));
    json_key(&json, of_stream ? "stream" : "path");
    json_text(&json, finding->name);
    if (finding->tier && finding->tier[0]) {
        json_key(&json, "tier");
        json_text(&json, finding->tier);
    }
    if (of_stream) {
        json_key(&json, "first_seq");
        json_unsigned(&json, finding->first);
        json_key(&json, "last_seq");
        json_unsigned(&json, finding->last);
    }
    json_close(&json, '}');
    json_newline(&json);
}

static int
note_finding(void *owner, const struct archive_finding *finding)
{
    struct findings *findings = owner;
    const char *word = finding_word(finding->kind), *name = finding->name;
    const char *tier = finding->tier && finding->tier[0] ? finding->tier : NULL;

    assert(finding->kind < FINDING_KINDS);
    if (!(findings->kinds & KIND(finding->kind)))
        return 0;
    findings->counts[finding->kind]++;
    if (findings->job->json)
        put_json(&findings->lines, finding);
    else if (KIND(finding->kind) & OF_STREAMS)
        bytes_put_format(&findings->lines, "%s\t%" PRIu64 "\t%" PRIu64 "\t%s\n",
                         word, finding->first, finding->last, name);
    else if (finding->kind == FINDING_FOREIGN)
        bytes_put_format(&findings->remarks,
                         "%s/%s: not part of the archive, but other programs "
                         "may read it as if it were; left alone%c",
                         tier ? tier : findings->job->directory, name, '\0');
    else
        bytes_put_format(&findings->lines, "%s\t%s%s%s\n", word, name,
                         tier ? "\t" : "", tier ? tier : "");
    if (bytes_ok(&findings->remarks, &findings->run->failure) != 0)
        return -1;
    return bytes_ok(&findings->lines, &findings->run->failure);
}

static int
print_findings(const struct findings *findings)
{
    struct run *run = findings->run;
    const struct bytes *remarks = &findings->remarks;
    const char *text;

    assert(remarks->size == 0 || remarks->bytes[remarks->size - 1] == '\0');
    for (size_t at = 0; at < remarks->size; at += strlen(text) + 1) {
        text = (const char *)remarks->bytes + at;
        if (!run->common.quiet)
            run_remark(run, "%s", text);
    }
    return output_put(&run->output, findings->lines.bytes,
                      findings->lines.size);
}

static void
forget_findings(struct findings *findings)
{
    bytes_free(&findings->lines);
    bytes_free(&findings->remarks);
    memset(findings->counts, 0, sizeof findings->counts);
}

/* Removes a stray part. */
static int
remove_stray(void *owner, const struct archive_finding *finding)
{
    struct findings *findings = owner;
    struct archive *archive = &findings->job->archive;
    struct failure *failure = &findings->run->failure;
    const struct root *root;
    char *path;
    int result;

    if (finding->kind != FINDING_STRAY)
        return 0;
    result = depot_find(archive, finding->tier ? finding->tier : "",
                        finding->name, &root, &path, failure);
    if (result == 0)
        result = root_remove(root, path, failure);
    free(path);
    return result;
}

/* ---- the catalog --------------------------------------------------------- */

enum catalog_state {
    CATALOG_FITS,   /* it can be compared */
    CATALOG_LATE,   /* a killed program did not come to it */
    CATALOG_TORN,   /* or was in the middle of it */
    CATALOG_BROKEN, /* it cannot be read */
};

/* How the catalog stands to the chain of the manifests; damage is a failure
 * unless it is to be made anew. */
static int
judge_catalog(struct archive_job *job, struct run *run,
              enum catalog_state *state)
{
    struct failure reason = {0}, ignored = {0};
    struct link head, end;
    bool torn;
    int there = catalog_is_readable(&job->archive, &torn, &reason);

    *state = CATALOG_FITS;
    if (chain_end(&job->archive, &end, &run->failure) != 0)
        return -1;
    if (there < 0 && torn)
        *state = CATALOG_TORN;
    else if (there < 0 && job->rebuild && reason.kind == FAILURE_DATA)
        *state = CATALOG_BROKEN;
    else if (there < 0)
        return run->failure = reason, -1;
    else if (catalog_head(&job->archive, &head, &ignored) > 0 &&
             head.number < end.number)
        *state = CATALOG_LATE;
    return 0;
}

/* What the directories have, beside what the manifests and the catalog say. */
static int
check_directories(struct archive_job *job, struct findings *findings,
                  enum catalog_state catalog, take_finding *take)
{
    struct failure *failure = &findings->run->failure;
    struct strtab known = {0};
    int result = 0;

    if (catalog == CATALOG_FITS || catalog == CATALOG_LATE)
        result = catalog_parts(&job->archive, &known, failure);
    if (result == 0)
        result = check_files(&job->archive, &known, take, findings, failure);
    strtab_free(&known);
    return result;
}

/* ---- verify -------------------------------------------------------------- */

struct verified {
    struct strtab seen;  /* paths of parts that were read */
    uint64_t bad;        /* of them */
    uint64_t missing;    /* parts, now */
    uint64_t done, size; /* bytes: read, and of all parts */
};

/* Reads a part, unless it was: 1; 0 when stopped; -1. */
static int
verify_part(struct archive *archive, struct run *run, const struct part *part,
            struct findings *findings, struct verified *verified)
{
    struct failure failure = {0};
    char path[PART_PATH_MAX], place[TIER_MAX + PART_PATH_MAX];
    struct archive_finding missed = {
        .kind = FINDING_MISSING, .name = path, .tier = part->tier};
    bool missing;
    int result;

    part_name_path(&part->name, path);
    snprintf(place, sizeof place, "%s\t%s", part->tier, path);
    if (strtab_find(&verified->seen, place, strlen(place)) != STRTAB_NONE)
        return 1;
    result = part_verify(archive, part, &missing, &failure);
    if (result == 0)
        return 0;
    verified->missing += missing;
    if (missing)
        return note_finding(findings, &missed) == 0 ? 1 : -1;
    if (strtab_add(&verified->seen, place, strlen(place), NULL) == STRTAB_NONE)
        return fail_memory(&run->failure);
    verified->done += part->size;
    run->events_in += part->rows;
    run_progress(run, verified->done, verified->size);
    if (result < 0) {
        verified->bad++;
        run_remark(run, "%s", failure.text);
    }
    return 1;
}

/* Reads the parts of all manifests; reports all that is wrong, not only the
 * first. */
static int
verify_parts(struct archive *archive, struct run *run,
             struct findings *findings, struct verified *verified)
{
    int result = 1;

    verified->size = verified->missing = 0;
    for (uint32_t i = 0; i < archive->count; i++)
        for (uint32_t k = 0; k < archive->manifests[i].part_count; k++) {
            const struct part *part = &archive->manifests[i].parts[k];

            verified->size += part->size;
            if (depot_check(archive, part->tier, &run->failure) != 0)
                return -1; /* its tier is not there at all */
        }
    for (uint32_t i = 0; result > 0 && i < archive->count; i++)
        for (uint32_t k = 0; result > 0 && k < archive->manifests[i].part_count;
             k++)
            result = verify_part(archive, run, &archive->manifests[i].parts[k],
                                 findings, verified);
    return result;
}

/* Reports where sequence numbers of streams are missing or there twice. */
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
            result = check_stream(&stream, note_finding, findings);
        stream_free(&stream);
    }
    free(list);
    return result;
}

/* The chain; beside a writer its last links may not be seen together. */
static int
verify_chain(struct archive_job *job, struct run *run,
             struct findings *findings)
{
    struct link head = {0};
    struct failure ignored = {0};
    int known = 0;

    if (job->head)
        return chain_has(&job->archive, job->head, &run->failure);
    if (!root_is_locked(&job->archive.root))
        known = catalog_head_row(&job->archive, &head, &ignored);
    return check_chain(&job->archive, known > 0 ? &head : NULL, note_finding,
                       findings, &run->failure);
}

/* What cannot be mended without a copy, or a command. */
static int
fail_found(const struct archive_job *job, struct run *run,
           const struct findings *findings)
{
    const uint64_t *counts = findings->counts;

    if (output_flush(&run->output) != 0)
        return -1;
    if (counts[FINDING_MISSING] || counts[FINDING_ORPHAN])
        return fail(&run->failure, FAILURE_DATA,
                    "%s: " COUNT_FORMAT " missing, and " COUNT_FORMAT
                    " without a manifest; nothing was changed: restore the "
                    "files from a copy, or put the tapes again",
                    job->directory, COUNT(counts[FINDING_MISSING], "file"),
                    COUNT(counts[FINDING_ORPHAN], "part"));
    if (counts[FINDING_BREAK])
        return fail(&run->failure, FAILURE_DATA,
                    "%s: the chain of manifests is broken in " COUNT_FORMAT
                    ": a manifest was changed or taken away; restore it from a "
                    "copy",
                    job->directory, COUNT(counts[FINDING_BREAK], "place"));
    return 0;
}

/* What a killed program left, which is no damage. */
static void
remark_leftovers(const struct archive_job *job, struct run *run,
                 const struct findings *findings, enum catalog_state catalog)
{
    const uint64_t *counts = findings->counts;

    assert(catalog != CATALOG_BROKEN); /* only rebuild goes on with that */
    if (run->common.quiet)
        return;
    if (counts[FINDING_SUPERSEDED] || counts[FINDING_HIDDEN])
        run_remark(run,
                   "%s: a put or compact was interrupted; nothing is lost, but "
                   "other programs see %" PRIu64 " parts too many and %" PRIu64
                   " too few until the next put, compact or fsck --rebuild",
                   job->directory, counts[FINDING_SUPERSEDED],
                   counts[FINDING_HIDDEN]);
    if (catalog == CATALOG_LATE || catalog == CATALOG_TORN)
        run_remark(run,
                   "%s: the catalog is older than the manifests: a put was "
                   "interrupted; the next put or fsck --rebuild completes it",
                   job->directory);
}

static int
print_totals(const struct archive_job *job, struct run *run,
             const struct findings *findings, const struct verified *verified)
{
    const uint64_t *counts = findings->counts;

    assert(verified->bad <= verified->seen.count);
    return run_print(
        run,
        job->json
            ? "{\"parts\":%" PRIu64 ",\"bad\":%" PRIu64 ",\"gaps\":%" PRIu64
              ",\"twice\":%" PRIu64 ",\"missing\":%" PRIu64
              ",\"orphans\":%" PRIu64 ",\"breaks\":%" PRIu64 "}\n"
            : "%" PRIu64 " parts, %" PRIu64 " bad, %" PRIu64 " gaps, %" PRIu64
              " twice, %" PRIu64 " missing, %" PRIu64 " orphans, %" PRIu64
              " breaks\n",
        verified->seen.count + verified->missing, verified->bad,
        counts[FINDING_GAP], counts[FINDING_TWICE], counts[FINDING_MISSING],
        counts[FINDING_ORPHAN], counts[FINDING_BREAK]);
}

/* All that verify looks at: 1; 0 when stopped; -1. */
static int
verify_once(struct archive_job *job, struct run *run, struct findings *findings,
            struct verified *verified, enum catalog_state *catalog)
{
    int result = verify_parts(&job->archive, run, findings, verified);

    if (result <= 0)
        return result;
    if (judge_catalog(job, run, catalog) != 0 ||
        verify_streams(job, run, findings) != 0 ||
        verify_chain(job, run, findings) != 0 ||
        (*catalog == CATALOG_FITS &&
         catalog_lost(&job->archive, note_finding, findings, &run->failure) !=
             0) ||
        check_directories(job, findings, *catalog, note_finding) != 0)
        return -1;
    return run_stopped(run) ? 0 : 1;
}

/* Opens the archive anew where its manifests changed under the eyes of whoever
 * came to that result: 1, and nothing of it counts; 0; -1. */
static int
look_again(struct archive_job *job, struct run *run, int result, int round)
{
    struct archive again;
    int changed;

    assert(!job->archive.writes); /* nobody else would, then */
    if (result == 0 || round >= ROUNDS ||
        (result < 0 && run->failure.kind != FAILURE_DATA))
        return 0;
    changed = archive_changed(&job->archive, &run->failure);
    if (changed <= 0)
        return changed;
    run->failure = (struct failure){0};
    result = archive_again(&again, &job->archive, &run->failure);
    archive_close(&job->archive);
    job->archive = again;
    return result == 0 ? 1 : -1;
}

/* All of it, as it was at one moment. */
static int
verify_rounds(struct archive_job *job, struct run *run,
              struct findings *findings, struct verified *verified,
              enum catalog_state *catalog)
{
    int result = 0, again = 1;

    for (int round = 0; again > 0; round++) {
        forget_findings(findings);
        result = verify_once(job, run, findings, verified, catalog);
        again = look_again(job, run, result, round);
    }
    return again < 0 ? -1 : result;
}

/* Says what was found. */
static int
conclude(struct archive_job *job, struct run *run,
         const struct findings *findings, const struct verified *verified,
         enum catalog_state catalog)
{
    if (print_findings(findings) != 0)
        return -1;
    remark_leftovers(job, run, findings, catalog);
    if (print_totals(job, run, findings, verified) != 0 ||
        fail_found(job, run, findings) != 0)
        return -1;
    if (verified->bad)
        return fail(&run->failure, FAILURE_DATA,
                    "%s: %" PRIu64 " of %" PRIu64 " parts are not as they "
                    "were written",
                    job->directory, verified->bad,
                    verified->seen.count + verified->missing);
    if (findings->counts[FINDING_TWICE])
        return fail(&run->failure, FAILURE_DATA,
                    "%s: some sequence numbers are present twice, see above",
                    job->directory);
    return 0;
}

int
archive_verify(void *state, struct run *run)
{
    struct archive_job *job = state;
    /* strays may be of a put that is at work */
    struct findings findings = {
        .job = job,
        .run = run,
        .kinds = OF_STREAMS |
                 (OF_FILES & ~(KIND(FINDING_STRAY) | KIND(FINDING_CATALOG)))};
    struct verified verified = {0};
    enum catalog_state catalog = CATALOG_FITS;
    int result = verify_rounds(job, run, &findings, &verified, &catalog);

    if (result > 0)
        result = conclude(job, run, &findings, &verified, catalog);
    forget_findings(&findings);
    strtab_free(&verified.seen);
    return result;
}

/* ---- fsck ---------------------------------------------------------------- */

/* Ends what is not ended, then makes the catalog anew. */
static int
rebuild(struct archive_job *job, struct run *run, struct findings *findings,
        enum catalog_state catalog)
{
    assert(job->rebuild && job->archive.writes);
    if (check_directories(job, findings, catalog, remove_stray) != 0 ||
        catalog_rebuild(&job->archive, &run->failure) != 0)
        return -1;
    return archive_unmark(&job->archive, &run->failure);
}

/* All that fsck looks at; *wrong: rows of the catalog that differ. */
static int
fsck_once(struct archive_job *job, struct run *run, struct findings *findings,
          enum catalog_state *catalog, int64_t *wrong)
{
    struct archive *archive = &job->archive;
    struct failure *failure = &run->failure;

    *wrong = 0;
    if (judge_catalog(job, run, catalog) != 0 ||
        check_parts(archive, note_finding, findings, failure) != 0)
        return -1;
    if (*catalog == CATALOG_FITS &&
        catalog_lost(archive, note_finding, findings, failure) != 0)
        return -1;
    if (check_directories(job, findings, *catalog, note_finding) != 0 ||
        verify_chain(job, run, findings) != 0)
        return -1;
    if (*catalog == CATALOG_FITS && !job->rebuild)
        *wrong = catalog_compare(archive, note_finding, findings, failure);
    return *wrong < 0 ? -1 : 1;
}

/* All of it, as it was at one moment; and what it comes to. */
static int
fsck(struct archive_job *job, struct run *run, struct findings *findings)
{
    enum catalog_state catalog = CATALOG_FITS;
    int result = 0, again = 1;
    int64_t wrong = 0;

    for (int round = 0; again > 0; round++) {
        forget_findings(findings);
        result = fsck_once(job, run, findings, &catalog, &wrong);
        again = job->rebuild ? 0 : look_again(job, run, result, round);
    }
    if (again < 0 || result < 0 || print_findings(findings) != 0 ||
        fail_found(job, run, findings) != 0)
        return -1;
    if (job->rebuild)
        return rebuild(job, run, findings, catalog);
    remark_leftovers(job, run, findings, catalog);
    if (findings->counts[FINDING_STRAY] || wrong)
        return fail(&run->failure, FAILURE_DATA,
                    "%s: %" PRIu64 " stray parts, and %" PRId64
                    " rows of the catalog that differ: xarchive fsck --rebuild "
                    "repairs both",
                    job->directory, findings->counts[FINDING_STRAY], wrong);
    return 0;
}

int
archive_fsck(void *state, struct run *run)
{
    struct archive_job *job = state;
    struct archive *archive = &job->archive;
    struct findings findings = {.job = job, .run = run, .kinds = OF_FILES};
    int result;

    if (job->rebuild && archive_resume_all(archive, &run->failure) != 0)
        return -1;
    if (!archive->writes && root_is_locked(&archive->root))
        findings.kinds &= ~KIND(FINDING_STRAY);
    result = fsck(job, run, &findings);
    forget_findings(&findings);
    return result;
}
