/* The verb audit of xarchive: whether journal, manifests and tiers agree. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/archive_job.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/json_flat.h"

/* Paths of removed parts, by the journal. */
struct certificates {
    struct strtab paths;
    struct certificate {
        unsigned lines; /* of it in the journal */
        bool gone;      /* the manifests say so, too */
    } * list;           /* by number in paths; owned */
    size_t capacity;
};

struct archive_auditing {
    struct archive_job *job;
    struct run *run;
    struct certificates certificates;
    uint64_t found;
};

static int
report_part(struct archive_auditing *audit, const char *what, const char *path)
{
    assert(path[0] && path[0] != '/'); /* below the archive, or a tier */
    audit->found++;
    return run_print(audit->run, "%s\t%s\n", what, path);
}

static int
add_certificate(struct certificates *certificates, const struct bytes *path,
                struct failure *failure)
{
    bool added;
    uint32_t place = strtab_add(&certificates->paths, (const char *)path->bytes,
                                path->size, &added);
    struct certificate *list;

    if (place == STRTAB_NONE)
        return fail_memory(failure);
    list = array_grow(certificates->list, &certificates->capacity, place + 1UL,
                      sizeof *list, failure);
    if (!list)
        return -1;
    certificates->list = list;
    if (added)
        list[place] = (struct certificate){0};
    assert(certificates->paths.count <= certificates->capacity);
    list[place].lines++;
    return 0;
}

static int
read_certificates(struct archive_auditing *audit, const struct journal *journal)
{
    struct bytes what = {0}, path = {0};
    const char *line;
    size_t at = 0, size;
    int result = 0;

    while (result == 0 && journal_next(journal, &at, &line, &size))
        if (json_flat_get(line, size, "what", &what) &&
            strcmp((const char *)what.bytes, "removed") == 0 &&
            json_flat_get(line, size, "path", &path))
            result = add_certificate(&audit->certificates, &path,
                                     &audit->run->failure);
    bytes_free(&what);
    bytes_free(&path);
    return result;
}

/* Whether any tier has the part. */
static int
is_anywhere(const struct archive *archive, const struct part *part,
            struct failure *failure)
{
    int has = 0;

    for (unsigned i = 0; has == 0 && i <= archive->depots.count; i++) {
        const struct depot *depot = i ? &archive->depots.list[i - 1] : NULL;
        struct part there = *part;

        if (depot && depot->fresh)
            continue; /* nothing was ever put there */
        memset(there.tier, 0, sizeof there.tier);
        if (depot)
            memcpy(there.tier, depot->name, sizeof there.tier);
        has = depot_has(archive, &there, false, failure);
    }
    return has;
}

/* A part that a manifest says is gone. */
static int
check_gone(struct archive_auditing *audit, const struct part *part)
{
    const struct certificates *certificates = &audit->certificates;
    char path[PART_PATH_MAX];
    uint32_t place;
    int has = is_anywhere(&audit->job->archive, part, &audit->run->failure);

    if (has < 0)
        return -1;
    part_name_path(&part->name, path);
    if (has > 0 && report_part(audit, "present", path) != 0)
        return -1;
    place = strtab_find(&certificates->paths, path, strlen(path));
    if (place == STRTAB_NONE)
        return report_part(audit, "uncertified", path);
    certificates->list[place].gone = true;
    return certificates->list[place].lines > 1
               ? report_part(audit, "twice", path)
               : 0;
}

static int
check_all(struct archive_auditing *audit)
{
    const struct archive *archive = &audit->job->archive;
    const struct certificates *certificates = &audit->certificates;

    for (uint32_t i = 0; i < archive->count; i++)
        for (uint32_t k = 0; k < archive->manifests[i].gone_count; k++)
            if (check_gone(audit, &archive->manifests[i].gone[k]) != 0)
                return -1;
    for (uint32_t i = 0; i < certificates->paths.count; i++)
        if (!certificates->list[i].gone &&
            report_part(audit, "unknown",
                        certificates->paths.entries[i].bytes) != 0)
            return -1;
    return 0;
}

/* The line that has to be in the journal, by its SHA-256. */
static int
check_head(const struct archive_job *job, const struct journal *journal,
           struct failure *failure)
{
    char follows[SHA256_TEXT + 16];

    if (!job->head || strcmp(job->head, journal->head) == 0)
        return 0;
    snprintf(follows, sizeof follows, "\"%.64s\"}\n", job->head);
    if (journal->text && strstr(journal->text, follows))
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s: no line of it has SHA-256 %.64s: its end was cut off, or "
                "this is another archive",
                journal->path, job->head);
}

static int
finish(struct archive_auditing *audit, const struct journal *journal)
{
    struct failure *failure = &audit->run->failure;

    if (!journal->damaged)
        archive_remark_torn(audit->run, journal);
    if (run_print(audit->run,
                  "%" PRIu64 " lines, head %s, %" PRIu32
                  " parts removed, %" PRIu64 " findings\n",
                  journal->number, journal->head,
                  audit->certificates.paths.count, audit->found) != 0 ||
        output_flush(&audit->run->output) != 0 ||
        journal_whole(journal, failure) != 0)
        return -1;
    if (audit->found)
        return fail(failure, FAILURE_DATA,
                    "%s: journal, manifests and tiers do not agree",
                    audit->job->directory);
    return check_head(audit->job, journal, failure);
}

int
archive_audit(void *state, struct run *run)
{
    struct archive_job *job = state;
    struct archive_auditing audit = {.job = job, .run = run};
    struct journal journal;
    int result = journal_open(&journal, &job->archive, "", archive_now(job),
                              &run->failure);

    assert(!job->archive.writes); /* it looks only */
    if (result == 0)
        result = read_certificates(&audit, &journal);
    if (result == 0)
        result = check_all(&audit);
    if (result == 0)
        result = finish(&audit, &journal);
    strtab_free(&audit.certificates.paths);
    free(audit.certificates.list);
    journal_close(&journal);
    return result;
}
