/* The verb find of xarchive: which parts have events of a selection. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/archive_job.h"
#include "archive/merge.h"
#include "base/count.h"
#include "base/json.h"
#include "base/strtab.h"

struct found {
    const struct manifest *manifest;
    const struct part *part;
    uint64_t rows; /* that are selected */
};

struct search {
    struct archive_job *job;
    struct run *run;
    struct selection selection;
    struct found *parts; /* all of the archive, in their order; owned */
    size_t count;
    uint64_t rows; /* of all */
};

/* ---- parts --------------------------------------------------------------- */

static int
by_part(const void *a, const void *b)
{
    const struct found *x = a, *y = b;

    return part_compare(x->part, y->part);
}

static int
list_parts(struct search *search)
{
    const struct archive *archive = &search->job->archive;
    size_t most = 0;

    for (uint32_t i = 0; i < archive->count; i++)
        most += archive->manifests[i].part_count;
    search->parts =
        allocate(&search->run->failure, most + 1, sizeof *search->parts);
    if (!search->parts)
        return -1;
    for (uint32_t i = 0; i < archive->count; i++)
        for (uint32_t k = 0; k < archive->manifests[i].part_count; k++)
            search->parts[search->count++] = (struct found){
                &archive->manifests[i], &archive->manifests[i].parts[k], 0};
    assert(search->count == most);
    if (most > 0)
        qsort(search->parts, most, sizeof *search->parts, by_part);
    return 0;
}

static struct found *
find_part(const struct search *search, const struct part *part)
{
    struct found key = {.part = part};

    return search->count == 0 ? NULL
                              : bsearch(&key, search->parts, search->count,
                                        sizeof key, by_part);
}

/* ---- events -------------------------------------------------------------- */

/* Whether two puts were of the same stream, and their events have fixed parts
 * of the same lengths. */
static bool
is_alike(const struct manifest *a, const struct manifest *b)
{
    return strcmp(a->header.stream, b->header.stream) == 0 &&
           memcmp(a->header.sizes, b->header.sizes, sizeof a->header.sizes) ==
               0;
}

/* Takes the merge's event, which a put like that one may have stored. */
static int
take_event(struct search *search, const struct merge *merge,
           const struct manifest *like)
{
    const struct event *event = merge->event;
    struct found *found;

    if (event->type == EVENT_INSTRUMENT)
        return selection_define(&search->selection, event,
                                &search->run->failure);
    if (selection_is_definition(event))
        return 0;
    assert(merge->heap_count > 0); /* its first is where the event lies */
    found = find_part(search, &merge->heap[0]->part);
    if (!found)
        return fail(&search->run->failure, FAILURE_ENVIRONMENT,
                    "%s: it changed meanwhile: run it again",
                    search->job->directory);
    if (is_alike(found->manifest, like) &&
        selection_takes(&search->selection, event)) {
        found->rows++;
        search->rows++;
    }
    return 0;
}

/* Counts the events of the puts of a stream that are like that one. */
static int
search_stream(struct search *search, const struct manifest *like)
{
    struct part_filter filter = PART_FILTER_ALL;
    struct failure *failure = &search->run->failure;
    struct merge merge;
    int result;

    filter.selection = &search->selection;
    selection_begin(&search->selection, &like->header);
    result = merge_open(&merge, &search->job->archive, like->header.stream,
                        &filter, failure);
    merge.unverified = true; /* it looks; xrestore and verify compare */
    while (result == 0 && !run_stopped(search->run)) {
        int next = merge_next(&merge, failure);

        if (next <= 0) {
            result = next;
            break;
        }
        search->run->events_in++;
        result = take_event(search, &merge, like);
    }
    merge_close(&merge);
    return result;
}

/* Whether a part of the put can have what is selected. */
static bool
is_possible(const struct search *search, const struct manifest *manifest)
{
    struct part_filter filter = PART_FILTER_ALL;

    filter.selection = &search->selection;
    for (uint32_t i = 0; i < manifest->part_count; i++) {
        const struct part *part = &manifest->parts[i];

        if (part->name.type != EVENT_INSTRUMENT &&
            part->name.type != EVENT_NAME && merge_may_want(&filter, part))
            return true;
    }
    return false;
}

/* Whether no put like that one was searched; it is noted in done. */
static int
is_new(struct strtab *done, const struct manifest *manifest,
       struct failure *failure)
{
    const struct tape_header *header = &manifest->header;
    struct bytes key = {0};
    uint32_t place = STRTAB_NONE;
    bool added = false;

    bytes_put(&key, header->stream, strlen(header->stream) + 1);
    bytes_put(&key, header->sizes, sizeof header->sizes);
    if (bytes_ok(&key, failure) == 0) {
        place = strtab_add(done, (const char *)key.bytes, key.size, &added);
        if (place == STRTAB_NONE)
            fail_memory(failure);
    }
    bytes_free(&key);
    return place == STRTAB_NONE ? -1 : added;
}

static int
search_all(struct search *search)
{
    const struct archive *archive = &search->job->archive;
    struct strtab done = {0};
    int result = 0;

    for (uint32_t i = 0; result == 0 && i < archive->count; i++) {
        const struct manifest *manifest = &archive->manifests[i];

        if (!is_possible(search, manifest))
            continue;
        result = is_new(&done, manifest, &search->run->failure);
        if (result > 0)
            result = search_stream(search, manifest);
    }
    strtab_free(&done);
    return result;
}

/* ---- output -------------------------------------------------------------- */

static int
print_json(struct run *run, const struct found *found)
{
    struct bytes text = {0};
    struct json json = {.out = &text};
    char name[PART_PATH_MAX];

    _Static_assert(DAY_TEXT_MAX <= PART_PATH_MAX, "it holds a date, too");
    json_open(&json, '{');
    json_key(&json, "rows");
    json_unsigned(&json, found->rows);
    json_key(&json, "tier");
    json_text(&json, part_tier(found->part));
    part_name_type(&found->part->name, name);
    json_key(&json, "type");
    json_text(&json, name);
    day_format(found->part->name.day, name);
    json_key(&json, "date");
    json_text(&json, found->part->name.day == DAY_NONE ? NULL : name);
    json_key(&json, "stream");
    json_text(&json, found->manifest->header.stream);
    part_name_path(&found->part->name, name);
    json_key(&json, "path");
    json_text(&json, name);
    json_close(&json, '}');
    json_newline(&json);
    return run_put_bytes(run, &text);
}

static int
print_text(struct run *run, const struct found *found)
{
    char type[PART_PATH_MAX], path[PART_PATH_MAX], date[DAY_TEXT_MAX];

    part_name_type(&found->part->name, type);
    part_name_path(&found->part->name, path);
    day_format(found->part->name.day, date);
    return run_print(run, "%" PRIu64 "\t%s\t%s\t%s\t%s\t%s\n", found->rows,
                     part_tier(found->part), type, date,
                     found->manifest->header.stream, path);
}

/* What was there, of those types and times, until a policy removed it. */
static void
remark_gone(const struct search *search)
{
    const struct archive *archive = &search->job->archive;
    struct part_filter filter = PART_FILTER_ALL;
    uint64_t rows = 0;

    filter.selection = &search->selection;
    for (uint32_t i = 0; i < archive->count; i++)
        for (uint32_t k = 0; k < archive->manifests[i].gone_count; k++)
            if (merge_may_want(&filter, &archive->manifests[i].gone[k]))
                rows += archive->manifests[i].gone[k].rows;
    if (rows > 0)
        run_remark(search->run,
                   "policy has removed " COUNT_FORMAT
                   " of the types and times asked for",
                   COUNT(rows, "event"));
}

static int
add_terms(struct selection *selection, const struct archive_job *job,
          struct failure *failure)
{
    const struct hold_terms *terms = &job->hold;
    int result = 0;

    selection->from = terms->from;
    selection->to = terms->to;
    if (terms->types)
        result = selection_add_types(selection, terms->types, failure);
    if (result == 0 && terms->symbols)
        result = selection_add_symbols(selection, terms->symbols, failure);
    if (result == 0 && terms->accounts)
        result = selection_add_accounts(selection, terms->accounts, failure);
    if (result == 0 && job->ids)
        result = selection_add_ids(selection, job->ids, failure);
    return result;
}

int
archive_find(void *state, struct run *run)
{
    struct archive_job *job = state;
    struct search search = {.job = job, .run = run};
    int result;

    selection_init(&search.selection);
    result = add_terms(&search.selection, job, &run->failure);
    if (result == 0)
        result = list_parts(&search);
    if (result == 0)
        result = search_all(&search);
    for (size_t i = 0; result == 0 && i < search.count; i++)
        if (search.parts[i].rows > 0)
            result =
                (job->json ? print_json : print_text)(run, &search.parts[i]);
    if (result == 0)
        remark_gone(&search);
    if (result == 0 && search.rows == 0)
        run_remark(run, "nothing in the archive matches the selection");
    selection_free(&search.selection);
    free(search.parts);
    return result;
}
