/* xarchive - keeps tapes as Parquet files, and looks after them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/catalog.h"
#include "archive/check.h"
#include "archive/column_sizes.h"
#include "archive/put.h"
#include "base/clock.h"
#include "cli/run.h"
#include "io/directory.h"

struct xarchive {
    const char *directory;
    bool puts; /* the verb is put */
    struct archive archive;
    bool open;
    struct put put;
    uint64_t stored, again;
    struct option_list bloom_lists;
    struct strtab blooms;
    bool rebuild;
    bool damaged; /* the catalog, that is made anew */
};

/* ---- put ----------------------------------------------------------------- */

static int
begin(void *state, struct run *run, struct tape_header *header)
{
    struct xarchive *x = state;

    (void)header;
    return put_begin(&x->put, &run->reader.header, &run->failure);
}

static int
take_event(void *state, struct run *run, const struct event *event)
{
    struct xarchive *x = state;
    uint64_t seq = run->seq;

    return put_events(&x->put, &event, event_next(event), &seq, &run->failure);
}

static int
take_events(void *state, struct run *run, const struct event **event)
{
    struct xarchive *x = state;

    return put_events(&x->put, event, run->reader.end, &run->seq,
                      &run->failure);
}

static int
end(void *state, struct run *run, enum tape_status status)
{
    struct xarchive *x = state;

    if (status == TAPE_FAILED) /* nothing of it is kept */
        return 0;
    if (put_end(&x->put, status,
                run->reader.total ? run->reader.next_seq - 1 : 0,
                &run->failure) != 0)
        return -1;
    x->stored += x->put.stored;
    x->again += x->put.again;
    return catalog_update(&x->archive, &run->failure);
}

static void
summary(void *state, struct run *run, FILE *stream)
{
    const struct xarchive *x = state;

    if (x->puts)
        fprintf(stream,
                "%s: %" PRIu64 " events stored, %" PRIu64
                " were there already\n",
                run->program->name, x->stored, x->again);
}

/* ---- ls, columns --------------------------------------------------------- */

static size_t
print_time(int64_t time, char text[TIME_TEXT_MAX])
{
    size_t size = 1;

    if (time == INT64_MAX || time == INT64_MIN)
        text[0] = '-';
    else
        size = time_format(time, text);
    text[size] = '\0';
    return size;
}

static int
list(void *state, struct run *run)
{
    struct xarchive *x = state;
    run_print(run, "rows\tbytes\tfirst_seq\tlast_seq\tfirst_time\tlast_time\t"
                   "stream\tpath\n");
    for (uint32_t i = 0; i < x->archive.count; i++) {
        const struct manifest *manifest = &x->archive.manifests[i];

        for (uint32_t k = 0; k < manifest->part_count; k++) {
            const struct part_facts *part = &manifest->parts[k];
            char first[TIME_TEXT_MAX + 1], last[TIME_TEXT_MAX + 1];

            print_time(part->time_min, first);
            print_time(part->time_max, last);
            if (run_print(run,
                          "%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
                          "\t%s\t%s\t%s\t%s\n",
                          part->rows, part->size, part->first_seq,
                          part->last_seq, first, last, manifest->header.stream,
                          part->path) != 0)
                return -1;
        }
    }
    return 0;
}

/* The names of encodings that are in use, with commas. */
static void
print_encodings(uint32_t encodings, char text[80])
{
    static const struct {
        enum parquet_encoding encoding;
        const char *name;
    } names[] = {
        {PARQUET_PLAIN, "PLAIN"},
        {PARQUET_RLE, "RLE"},
        {PARQUET_DELTA, "DELTA_BINARY_PACKED"},
        {PARQUET_RLE_DICTIONARY, "RLE_DICTIONARY"},
    };
    size_t size = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (encodings >> names[i].encoding & 1)
            size += (size_t)snprintf(text + size, 80 - size, "%s%s",
                                     size ? "," : "", names[i].name);
}

/* What the columns of each type take. */
static int
list_columns(void *state, struct run *run)
{
    struct xarchive *x = state;
    struct bytes sizes = {0};
    int result = column_sizes_find(&x->archive, &sizes, &run->failure);
    const struct column_size *list = (const void *)sizes.bytes;

    run_print(run, "type\tcolumn\trows\tnulls\tbytes\tbytes_a_row\t"
                   "bloom_bytes\tencodings\n");
    for (size_t i = 0; result == 0 && i < sizes.size / sizeof *list; i++) {
        const struct column_size *size = &list[i];
        uint64_t milli = size->rows ? size->size * 1000 / size->rows : 0;
        char encodings[80];

        print_encodings(size->encodings, encodings);
        result = run_print(run,
                           "%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
                           "\t%" PRIu64 ".%03" PRIu64 "\t%" PRIu64 "\t%s\n",
                           size->type, size->column.name, size->rows,
                           size->nulls, size->size, milli / 1000, milli % 1000,
                           size->blooms, encodings);
    }
    bytes_free(&sizes);
    return result;
}

/* ---- verify, fsck -------------------------------------------------------- */

struct findings {
    struct xarchive *x;
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
                   findings->x->directory, finding->name);
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
    path = path_join(findings->x->directory, finding->name);
    result = path ? directory_remove(path, failure) : fail_memory(failure);
    free(path);
    return result;
}

/* What the directories have, beside what the manifests and the catalog tell. */
static int
check_directories(struct xarchive *x, struct findings *findings,
                  take_finding *take)
{
    struct failure *failure = &findings->run->failure;
    struct strtab known = {0};
    int result = x->damaged ? 0 : catalog_parts(&x->archive, &known, failure);

    if (result == 0)
        result = check_files(&x->archive, &known, take, findings, failure);
    strtab_free(&known);
    return result;
}

/* What cannot be mended without a copy. */
static int
fail_lost(const struct xarchive *x, struct run *run,
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
                    x->directory, counts[FINDING_MISSING],
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
verify_parts(struct xarchive *x, struct run *run,
             const struct manifest *manifest, struct verified *verified)
{
    for (uint32_t i = 0; i < manifest->part_count; i++) {
        const struct part_facts *part = &manifest->parts[i];
        struct failure failure = {0};
        char *path = archive_part_path(&x->archive, part, &run->failure);

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
verify_streams(struct xarchive *x, struct run *run, struct findings *findings)
{
    uint32_t count = 0;
    const struct manifest **list =
        streams_by_time(&x->archive, &count, &run->failure);
    int result = list ? 0 : -1;

    for (uint32_t i = 0; result == 0 && i < count; i++) {
        struct stream stream;

        result = stream_open(&stream, &x->archive, list[i], &run->failure);
        if (result == 0)
            result = check_stream(&stream, tell_finding, findings);
        stream_free(&stream);
    }
    free(list);
    return result;
}

static int
verify(void *state, struct run *run)
{
    struct xarchive *x = state;
    /* strays may be of a put that is at work; of parts verify_parts tells */
    struct findings findings = {
        x, run, OF_STREAMS | (OF_FILES & ~KIND(FINDING_STRAY)), {0}};
    struct verified verified = {0};

    for (uint32_t i = 0; i < x->archive.count; i++)
        for (uint32_t k = 0; k < x->archive.manifests[i].part_count; k++)
            verified.size += x->archive.manifests[i].parts[k].size;
    for (uint32_t i = 0; i < x->archive.count; i++)
        if (verify_parts(x, run, &x->archive.manifests[i], &verified) != 0)
            return -1;
    if (verify_streams(x, run, &findings) != 0 ||
        catalog_lost(&x->archive, tell_finding, &findings, &run->failure) !=
            0 ||
        check_directories(x, &findings, tell_finding) != 0)
        return -1;
    run_print(run,
              "%" PRIu64 " parts, %" PRIu64 " bad, %" PRIu64 " gaps, %" PRIu64
              " seqs twice, %" PRIu64 " missing, %" PRIu64 " orphans\n",
              verified.parts, verified.bad, findings.counts[FINDING_GAP],
              findings.counts[FINDING_TWICE], findings.counts[FINDING_MISSING],
              findings.counts[FINDING_ORPHAN]);
    if (fail_lost(x, run, &findings) != 0)
        return -1;
    if (verified.bad)
        return fail(&run->failure, FAILURE_DATA,
                    "%s: %" PRIu64 " of %" PRIu64 " parts are not as they "
                    "were written",
                    x->directory, verified.bad, verified.parts);
    if (findings.counts[FINDING_TWICE])
        return fail(&run->failure, FAILURE_DATA,
                    "%s: seqs are there twice, see what was printed",
                    x->directory);
    return 0;
}

/* How many tapes the catalog has too many or too few; one that cannot be
 * read is no failure when it is made anew. */
static int
compare_catalog(struct xarchive *x, struct run *run, int64_t *wrong)
{
    *wrong = catalog_compare(&x->archive, &run->failure);
    if (*wrong >= 0)
        return 0;
    if (!x->rebuild || run->failure.kind != FAILURE_DATA)
        return -1;
    run->failure = (struct failure){0};
    x->damaged = true;
    return 0;
}

static int
check(void *state, struct run *run)
{
    struct xarchive *x = state;
    struct findings findings = {x, run, OF_FILES, {0}};
    struct failure *failure = &run->failure;
    int64_t wrong;

    if (compare_catalog(x, run, &wrong) != 0 ||
        check_parts(&x->archive, tell_finding, &findings, failure) != 0)
        return -1;
    if (!x->damaged &&
        catalog_lost(&x->archive, tell_finding, &findings, failure) != 0)
        return -1;
    if (check_directories(x, &findings, tell_finding) != 0 ||
        fail_lost(x, run, &findings) != 0)
        return -1;
    if (x->rebuild)
        return check_directories(x, &findings, remove_stray) == 0
                   ? catalog_rebuild(&x->archive, failure)
                   : -1;
    if (findings.counts[FINDING_STRAY] || wrong)
        return fail(failure, FAILURE_DATA,
                    "%s: %" PRIu64 " stray parts, and %" PRId64
                    " tapes that the catalog has too many or too few: "
                    "xarchive fsck --rebuild mends both",
                    x->directory, findings.counts[FINDING_STRAY], wrong);
    return 0;
}

/* ---- compact ------------------------------------------------------------- */

/* The streams are told first, since compaction moves manifests about. */
static int
compact(void *state, struct run *run)
{
    struct xarchive *x = state;
    struct strtab streams = {0};
    int result = put_init(&x->put, &x->archive, &x->blooms, &run->failure);
    bool done;

    for (uint32_t i = 0; i < x->archive.count; i++) {
        const char *stream = x->archive.manifests[i].header.stream;

        strtab_add(&streams, stream, strlen(stream), NULL);
    }
    for (uint32_t i = 0; result == 0 && i < streams.count; i++) {
        result = put_compact(&x->put, streams.entries[i].bytes, &done,
                             &run->failure);
        x->stored += x->put.stored;
    }
    strtab_free(&streams);
    put_free(&x->put);
    if (result == 0) /* one that was killed may not have come to it */
        result = catalog_update(&x->archive, &run->failure);
    return result;
}

/* ---- the program --------------------------------------------------------- */

static const struct verb verbs[] = {
    {"put", "[FILE ...]", "store tapes, or standard input; each event once",
     RUN_SILENT, ARCHIVE_CREATE, NULL},
    {"ls", "", "list the parts", RUN_TEXT, ARCHIVE_READ, list},
    {"columns", "", "tell what the columns take", RUN_TEXT, ARCHIVE_READ,
     list_columns},
    {"verify", "", "read all, and compare with what was stored", RUN_TEXT,
     ARCHIVE_READ, verify},
    {"compact", "", "merge the parts of a stream, type and day into one",
     RUN_SILENT, ARCHIVE_WRITE, compact},
    {"fsck", "", "compare directory and catalog with the manifests", RUN_TEXT,
     ARCHIVE_WRITE, check},
    {0},
};

/* The names in the lists of --bloom. */
static int
add_blooms(struct xarchive *x, struct failure *failure)
{
    for (unsigned i = 0; i < x->bloom_lists.count; i++) {
        const char *name = x->bloom_lists.items[i];

        for (size_t size; *name; name += size + (name[size] == ',')) {
            size = strcspn(name, ",");
            if (!schema_id_field(name, size))
                return fail(failure, FAILURE_USAGE,
                            "\"%.*s\" is no field with an id; tape(5) lists "
                            "them",
                            (int)size, name);
            if (strtab_add(&x->blooms, name, size, NULL) == STRTAB_NONE)
                return fail_memory(failure);
        }
    }
    return 0;
}

static int
prepare(void *state, struct run *run)
{
    const struct verb *verb = run->common.verb;
    struct xarchive *x = state;

    x->puts = !verb->run;
    if (add_blooms(x, &run->failure) != 0)
        return -1;
    x->open = true;
    if (archive_open(&x->archive, x->directory, (enum archive_mode)verb->mode,
                     &run->failure) != 0)
        return -1;
    if (!x->puts)
        return 0;
    return put_init(&x->put, &x->archive, &x->blooms, &run->failure);
}

static void
destroy(void *state)
{
    struct xarchive *x = state;

    if (x->puts)
        put_free(&x->put);
    if (x->open)
        archive_close(&x->archive);
    strtab_free(&x->blooms);
}

int
main(int argc, char **argv)
{
    static struct xarchive x = {.archive.lock = -1};
    const struct option_spec options[] = {
        {.letter = 'd',
         .name = "dir",
         .kind = OPTION_TEXT,
         .value = &x.directory,
         .argument = "DIR",
         .help = "the archive",
         .required = true},
        {.name = "bloom",
         .kind = OPTION_LIST,
         .value = &x.bloom_lists,
         .argument = "FIELDS",
         .help = "Bloom filters for these fields, which hold ids",
         .verbs = "put compact"},
        {.name = "rebuild",
         .kind = OPTION_FLAG,
         .value = &x.rebuild,
         .help = "remove stray parts, make the catalog anew",
         .verbs = "fsck"},
        {.kind = OPTION_END},
    };
    static const char *const examples[] = {"xarchive -d archive put day.tape",
                                           "xarchive -d archive ls",
                                           "xarchive -d archive verify", NULL};
    const struct program program = {
        .name = "xarchive",
        .summary = "keep tapes as Parquet files",
        .operands = "VERB [FILE ...]",
        .verbs = verbs,
        .examples = examples,
        .options = options,
    };
    const struct filter filter = {.state = &x,
                                  .consumes_all = true,
                                  .raw = true,
                                  .same_stream = true,
                                  .prepare = prepare,
                                  .begin = begin,
                                  .event = take_event,
                                  .stretch = take_events,
                                  .end = end,
                                  .summary = summary,
                                  .destroy = destroy};

    return run_filter(&program, &filter, argc, argv);
}
