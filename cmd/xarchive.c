/* xarchive - keeps tapes as Parquet files, and looks after them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/run.h"
#include "io/folder.h"
#include "store/catalog.h"
#include "store/put.h"

struct xarchive {
    const char *folder;
    bool puts; /* the verb is put */
    struct archive archive;
    bool open;
    struct put put;
    uint64_t stored, again;
    struct option_list bloom_lists;
    struct texts blooms;
    bool rebuild;
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

/* ---- ls, verify ---------------------------------------------------------- */

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

static int
by_range(const void *a, const void *b)
{
    const struct seq_range *x = a, *y = b;

    return (x->first > y->first) - (x->first < y->first);
}

/* Tells where seqs of a stream are missing or there twice: the stream of
 * manifest first. */
static int
check_ranges(struct xarchive *x, struct run *run, uint32_t first,
             uint64_t *gaps, uint64_t *doubles)
{
    const char *stream = x->archive.manifests[first].header.stream;
    struct seq_range *ranges = NULL;
    uint64_t next = 0;
    size_t count = 0;

    for (uint32_t i = first; i < x->archive.count; i++) {
        const struct manifest *manifest = &x->archive.manifests[i];

        if (strcmp(manifest->header.stream, stream) != 0)
            continue;
        ranges = reallocarray(ranges, count + manifest->range_count + 1,
                              sizeof *ranges);
        if (!ranges)
            return fail(&run->failure, FAILURE_ENVIRONMENT, "out of memory");
        if (manifest->range_count)
            memcpy(ranges + count, manifest->ranges,
                   manifest->range_count * sizeof *ranges);
        count += manifest->range_count;
    }
    if (count > 1)
        qsort(ranges, count, sizeof *ranges, by_range);
    for (size_t i = 0; i < count; i++) {
        if (next && ranges[i].first > next) {
            ++*gaps;
            run_print(run, "gap\t%" PRIu64 "\t%" PRIu64 "\t%s\n", next,
                      ranges[i].first - 1, stream);
        } else if (next && ranges[i].first < next) {
            ++*doubles;
            run_print(run, "twice\t%" PRIu64 "\t%" PRIu64 "\t%s\n",
                      ranges[i].first, next - 1, stream);
        }
        if (ranges[i].last + 1 > next)
            next = ranges[i].last + 1;
    }
    free(ranges);
    return 0;
}

static bool
is_first_of_stream(const struct xarchive *x, uint32_t number)
{
    const struct manifest *manifests = x->archive.manifests;

    for (uint32_t i = 0; i < number; i++)
        if (strcmp(manifests[i].header.stream,
                   manifests[number].header.stream) == 0)
            return false;
    return true;
}

/* Reads every part; tells all that is wrong, not only the first. */
static int
verify(void *state, struct run *run)
{
    struct xarchive *x = state;
    uint64_t parts = 0, bad = 0, gaps = 0, doubles = 0;

    for (uint32_t i = 0; i < x->archive.count; i++) {
        const struct manifest *manifest = &x->archive.manifests[i];

        for (uint32_t k = 0; k < manifest->part_count; k++, parts++) {
            struct failure failure = {0};
            char *path = archive_part_path(&x->archive, &manifest->parts[k],
                                           &run->failure);

            if (!path)
                return -1;
            if (part_verify(path, &manifest->parts[k], &failure) != 0) {
                bad++;
                fprintf(stderr, "%s: %s\n", run->program->name, failure.text);
            }
            free(path);
            run_progress(run, parts, 0);
        }
        if (is_first_of_stream(x, i) &&
            check_ranges(x, run, i, &gaps, &doubles) != 0)
            return -1;
    }
    run_print(run,
              "%" PRIu64 " parts, %" PRIu64 " bad, %" PRIu64 " gaps, %" PRIu64
              " seqs twice\n",
              parts, bad, gaps, doubles);
    if (bad || doubles)
        return fail(&run->failure, FAILURE_DATA,
                    "%s: %" PRIu64 " of %" PRIu64 " parts are not as they "
                    "were written",
                    x->folder, bad, parts);
    return 0;
}

/* ---- fsck ---------------------------------------------------------------- */

/* Whether the archive has a part of that path, "type=.../date=.../name", or
 * is about to give one that name. */
static bool
has_part(const struct xarchive *x, const char *path)
{
    for (uint32_t i = 0; i < x->archive.count; i++)
        for (uint32_t k = 0; k < x->archive.manifests[i].part_count; k++)
            if (strcmp(x->archive.manifests[i].parts[k].path, path) == 0)
                return true;
    return false;
}

/* Tells, and with --rebuild removes, the parts of a folder that are of no
 * tape: a put was killed. */
static int
check_folder(struct xarchive *x, struct run *run, const char *folder,
             uint64_t *strays)
{
    struct folder files;
    char *full = path_join(x->folder, folder);
    int result = full ? folder_list(&files, full, &run->failure) : -1;

    for (size_t i = 0; result > 0 && i < files.count; i++) {
        const char *name = files.names[i];
        char *path;

        if (strncmp(name, "part-", 5) != 0 && strncmp(name, ".part-", 6) != 0)
            continue; /* not ours */
        path = path_join(folder, name);
        if (path && !has_part(x, path)) {
            char *whole = path_join(x->folder, path);

            ++*strays;
            run_print(run, "stray\t%s\n", path);
            if (whole && x->rebuild && folder_remove(whole, &run->failure) != 0)
                result = -1;
            free(whole);
        }
        free(path);
    }
    if (result > 0)
        folder_free(&files);
    free(full);
    return result < 0 ? -1 : 0;
}

/* Every "type=.../date=..." of the archive. */
static int
check_folders(struct xarchive *x, struct run *run, uint64_t *strays)
{
    struct folder types, dates;
    int result = folder_list(&types, x->folder, &run->failure);

    for (size_t i = 0; result > 0 && i < types.count; i++) {
        char *type = path_join(x->folder, types.names[i]);

        if (strncmp(types.names[i], "type=", 5) != 0) {
            free(type);
            continue;
        }
        result = type ? folder_list(&dates, type, &run->failure) : -1;
        for (size_t k = 0; result > 0 && k < dates.count; k++) {
            char *path = path_join(types.names[i], dates.names[k]);

            if (strncmp(dates.names[k], "date=", 5) == 0 &&
                check_folder(x, run, path, strays) != 0)
                result = -1;
            free(path);
        }
        if (result > 0)
            folder_free(&dates);
        free(type);
    }
    folder_free(&types);
    return result < 0 ? -1 : 0;
}

static int
check(void *state, struct run *run)
{
    struct xarchive *x = state;
    uint64_t strays = 0;
    int64_t wrong = 0;

    if (check_folders(x, run, &strays) != 0)
        return -1;
    if (x->rebuild)
        return catalog_rebuild(&x->archive, &run->failure);
    wrong = catalog_compare(&x->archive, &run->failure);
    if (wrong < 0)
        return -1;
    if (strays || wrong)
        return fail(&run->failure, FAILURE_DATA,
                    "%s: %" PRIu64 " stray parts, and %" PRId64
                    " tapes that the catalog has too many or too few: "
                    "xarchive fsck --rebuild mends both",
                    x->folder, strays, wrong);
    return 0;
}

/* ---- compact ------------------------------------------------------------- */

/* The streams are told first, since compaction moves manifests about. */
static int
compact(void *state, struct run *run)
{
    struct xarchive *x = state;
    struct texts streams = {0};
    int result = put_init(&x->put, &x->archive, &x->blooms, &run->failure);
    bool done;

    for (uint32_t i = 0; i < x->archive.count; i++) {
        const char *stream = x->archive.manifests[i].header.stream;

        texts_add(&streams, stream, strlen(stream), NULL);
    }
    for (uint32_t i = 0; result == 0 && i < streams.count; i++) {
        result = put_compact(&x->put, streams.entries[i].bytes, &done,
                             &run->failure);
        x->stored += x->put.stored;
    }
    texts_free(&streams);
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
    {"verify", "", "read all, and compare with what was stored", RUN_TEXT,
     ARCHIVE_READ, verify},
    {"compact", "", "merge the parts of a stream, type and day into one",
     RUN_SILENT, ARCHIVE_WRITE, compact},
    {"fsck", "", "compare folder and catalog with the manifests", RUN_TEXT,
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
            if (texts_add(&x->blooms, name, size, NULL) == TEXTS_NONE)
                return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
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
    if (archive_open(&x->archive, x->folder, (enum archive_mode)verb->mode,
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
    texts_free(&x->blooms);
}

int
main(int argc, char **argv)
{
    static struct xarchive x = {.archive.lock = -1};
    const struct option_spec options[] = {
        {.letter = 'd',
         .name = "dir",
         .kind = OPTION_TEXT,
         .value = &x.folder,
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
