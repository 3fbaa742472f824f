#include "app/restore_job.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "archive/catalog.h"
#include "archive/check.h"
#include "base/clock.h"
#include "tape/rules.h"

#define RUN_MAX    4096 /* events that are copied at once */
#define LOOK_EVERY 4096 /* events: whether to stop */
#define THREADS    4    /* unless --threads says otherwise */

/* ---- what is wanted ------------------------------------------------------ */

static bool
is_stopped(void *owner)
{
    return run_stopped(owner);
}

void
restore_job_init(struct restore_job *job)
{
    *job = (struct restore_job){.nowhere = {.fd = -1}, .time = TIME_NULL};
    selection_init(&job->selection);
}

/* The manifests that can be wanted. */
static int
load(struct restore_job *job, struct failure *failure)
{
    const struct selection *selection = &job->selection;

    if (!job->stream &&
        (selection->from != TIME_NULL || selection->to != TIME_NULL))
        return catalog_load(&job->archive, selection, failure);
    return archive_load(&job->archive, job->stream, failure);
}

/* A drill is of parts, whatever they hold. */
static int
check_options(const struct restore_job *job, struct failure *failure)
{
    if (job->sample > 0 &&
        (!job->test || job->selects || job->stream || job->unverified))
        return fail(failure, FAILURE_USAGE,
                    "--sample goes with --test, and with no selection");
    if (job->sample == 0 && (job->time != TIME_NULL || job->wait > 0))
        return fail(failure, FAILURE_USAGE,
                    "--now and --wait are for --sample");
    return 0;
}

int
restore_job_prepare(void *state, struct run *run)
{
    struct restore_job *job = state;
    struct failure *failure = &run->failure;
    struct patience patience = run_patience(run, job->wait);
    int given = select_lists_add(&job->lists, &job->selection, failure);

    if (given < 0)
        return -1;
    job->selects |= given > 0;
    job->selects |=
        job->selection.from != TIME_NULL || job->selection.to != TIME_NULL;
    if (check_options(job, failure) != 0)
        return -1;
    if (job->threads == 0)
        job->threads =
            pool_processors() < THREADS ? pool_processors() : THREADS;
    assert(job->threads > 0 && job->threads <= RESTORE_THREADS_MAX);
    job->run = run;
    if (job->test) {
        run->kind = RUN_TEXT;
        if (output_open(&job->nowhere, "/dev/null", failure) != 0 ||
            tape_writer_init(&run->writer, &job->nowhere, failure) != 0)
            return -1;
    }
    job->open = true;
    if (archive_open(&job->archive, job->directory,
                     job->sample ? ARCHIVE_WRITE : ARCHIVE_READ,
                     job->sample ? &patience : NULL, failure) != 0 ||
        load(job, failure) != 0)
        return -1;
    job->archive.stopped = is_stopped;
    job->archive.owner = run;
    return pool_open(&job->ahead, (unsigned)job->threads - 1, failure);
}

/* ---- a stream ------------------------------------------------------------ */

static int64_t
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * NS_PER_SECOND + time.tv_nsec;
}

/* Begins a tape with the HEADER of that put; first is its first seq. */
static int
begin_tape(struct restore_job *job, struct run *run,
           const struct manifest *manifest, uint64_t first)
{
    struct tape_header header;
    int result = tape_header_copy(&header, &manifest->header, &run->failure);

    assert(!run->writer.begun);
    header.first_seq = first;
    if (result == 0 && job->dense) {
        if (job->completes)
            tape_header_derive(&header, run->program->name);
        else
            tape_header_rename(&header, run->program->name);
        result =
            tape_header_add_program(&header, run->program->name, XTAPE_VERSION,
                                    run->options, &run->failure);
    }
    selection_begin(&job->selection, &header);
    waiting_begin(&job->names, &header);
    job->began = now();
    if (result == 0)
        result = tape_writer_begin(&run->writer, &header);
    tape_header_free(&header);
    return result;
}

/* Ends it; with --test that is a line. */
static int
end_tape(struct restore_job *job, struct run *run, enum tape_status status)
{
    int64_t ns = now() - job->began;

    assert(run->writer.begun);
    run->events_out += run->writer.total;
    if (job->test &&
        run_print(run,
                  "%s\t%" PRIu64 " events\tdigest %016" PRIx64 "\t%" PRId64
                  ".%03" PRId64 " s\n",
                  job->name, run->writer.total,
                  tape_writer_digest(&run->writer), ns / NS_PER_SECOND,
                  ns % NS_PER_SECOND / 1000000) != 0)
        return -1;
    return tape_writer_end(&run->writer, status, 0);
}

/* Whether events of the times asked for can lie in a gap, as far as
 * the times of the parts around it show: they ascend, as within a day. */
static bool
may_miss(const struct restore_job *job, const struct archive_finding *gap)
{
    int64_t after = INT64_MIN, before = INT64_MAX;

    assert(gap->kind == FINDING_GAP && gap->first <= gap->last);
    for (uint32_t i = 0; i < job->archive.count; i++) {
        const struct manifest *manifest = &job->archive.manifests[i];

        for (uint32_t k = 0; k < manifest->part_count &&
                             strcmp(manifest->header.stream, gap->name) == 0;
             k++) {
            const struct part *part = &manifest->parts[k];

            if (part->time_min > part->time_max) /* it has no times */
                continue;
            if (part->name.last < gap->first && part->time_max > after)
                after = part->time_max;
            if (part->name.first < gap->first && part->time_min > after)
                after = part->time_min;
            if (part->name.first > gap->last && part->time_min < before)
                before = part->time_min;
            if (part->name.last > gap->last && part->time_max < before)
                before = part->time_max;
        }
    }
    return (job->selection.to == TIME_NULL || after < job->selection.to) &&
           (job->selection.from == TIME_NULL || before >= job->selection.from);
}

static int
report_gap(void *owner, const struct archive_finding *finding)
{
    struct restore_job *job = owner;

    if (finding->kind != FINDING_GAP || !may_miss(job, finding))
        return 0;
    job->gaps = true;
    if (!job->run->common.quiet)
        run_remark(job->run,
                   "sequence numbers %" PRIu64 " to %" PRIu64
                   " of stream '%s' are missing in the archive",
                   finding->first, finding->last, finding->name);
    return 0;
}

/* Copies the current event and what follows it, up to sequence number last. */
static uint32_t
put_run(struct restore_job *job, struct run *run, uint64_t last)
{
    const struct event *end;
    uint32_t count = merge_run(&job->merge, RUN_MAX, last, &end);

    assert(count > 0 && count <= RUN_MAX);
    tape_writer_copy_run(&run->writer, job->merge.event, end, count);
    return count;
}

static int
put_event(struct restore_job *job, struct run *run, const struct event *event)
{
    const struct event *name;
    int waits = 0;

    assert(job->dense); /* else runs of events are copied */
    assert(!job->all_names || job->names.count == 0);
    if (event->type == EVENT_INSTRUMENT &&
        selection_define(&job->selection, event, &run->failure) != 0)
        return -1;
    if (event->type == EVENT_NAME && !job->all_names)
        waits = waiting_take(&job->names, event, &run->failure);
    if (waits != 0 || (!selection_is_definition(event) &&
                       !selection_takes(&job->selection, event)))
        return waits < 0 ? -1 : 0;
    while ((name = waiting_next(&job->names, event)))
        tape_writer_copy(&run->writer, name);
    tape_writer_copy(&run->writer, event);
    return 0;
}

/* The same, with an event that a program wrote to which its type was shorter:
 * completed, as the selection is one tape. */
static int
put_selected(struct restore_job *job, struct run *run, const uint16_t *sizes)
{
    const struct event *event = job->merge.event;
    const struct schema_type *schema =
        job->completes ? schema_find(event->type) : NULL;
    uint64_t whole[(EVENT_MAX + EVENT_FIXED_MAX) / sizeof(uint64_t)];

    if (schema && sizes[event->type] && sizes[event->type] < schema->size) {
        if (tape_complete(schema, sizes[event->type], event, whole,
                          &run->failure) == 0)
            return -1;
        event = (const struct event *)(const void *)whole;
    }
    return put_event(job, run, event);
}

/* Whether the events of two spans can be in one tape. */
static bool
same_sizes(const struct restore_job *job, const struct tape_header *a,
           const struct tape_header *b)
{
    for (unsigned type = 0; type < EVENT_TYPES; type++) {
        const struct schema_type *schema =
            job->completes ? schema_find(type) : NULL;
        unsigned own = schema ? schema->size : 0;

        if (a->sizes[type] != b->sizes[type] &&
            (a->sizes[type] > own || b->sizes[type] > own))
            return false;
    }
    return true;
}

/* Whether programs with other lengths of events have written a stream. */
static bool
has_other_sizes(const struct restore_job *job, const struct stream *stream)
{
    for (size_t i = 0; i < stream->count; i++)
        if (!same_sizes(job, &stream->first->header,
                        &stream->spans[i].manifest->header))
            return true;
    return false;
}

/* Moves to the span that the current event lies in.  Where events are missing,
 * or where the fixed parts of events change their length, a tape ends and
 * another begins. */
static int
next_span(struct restore_job *job, struct run *run, const struct span **span,
          const struct span *end)
{
    const struct span *from = *span;

    while (*span < end && (*span)->range.last < job->merge.seq)
        ++*span;
    if (*span == end || (*span)->range.first > job->merge.seq)
        return fail(&run->failure, FAILURE_DATA,
                    "%s: an event with seq %" PRIu64
                    " that no put has recorded: see xarchive verify",
                    job->directory, job->merge.seq);
    assert((*span)->range.first <= job->merge.seq &&
           job->merge.seq <= (*span)->range.last);
    if (run->writer.begun &&
        (job->dense || tape_writer_next_seq(&run->writer) == job->merge.seq) &&
        same_sizes(job, &from->manifest->header, &(*span)->manifest->header))
        return 0;
    if (run->writer.begun && end_tape(job, run, TAPE_LIMITED) != 0)
        return -1;
    return begin_tape(job, run, (*span)->manifest,
                      job->dense ? 1 : job->merge.seq);
}

static int
put_events(struct restore_job *job, struct run *run,
           const struct stream *stream)
{
    const struct span *span = stream->spans, *end = span + stream->count;
    int result;

    while ((result = merge_next(&job->merge, &run->failure)) > 0) {
        uint32_t count = 1;

        if ((!run->writer.begun || job->merge.seq > span->range.last) &&
            next_span(job, run, &span, end) != 0)
            return -1;
        if (!job->dense)
            count = put_run(job, run, span->range.last);
        else if (put_selected(job, run, span->manifest->header.sizes) != 0)
            return -1;
        run->events_in += count;
        if (run->events_in / LOOK_EVERY !=
            (run->events_in - count) / LOOK_EVERY) {
            run_progress(run, run->writer.output->written, 0);
            if (run_stopped(run) || run->failure.kind != FAILURE_NONE)
                break;
        }
    }
    return result < 0 || run->failure.kind != FAILURE_NONE ? -1 : 0;
}

/* How the stream's last tape ends.  A selection is one tape, and not complete
 * where something that it asks for is missing. */
static enum tape_status
status_of(const struct restore_job *job, const struct stream *stream)
{
    return job->dense && job->gaps ? TAPE_LIMITED : stream->status;
}

/* Events that a policy has removed leave holes all over a stream: the rest is
 * given as a selection.  Those that may have been asked for are counted. */
static void
report_gone(struct restore_job *job, struct run *run)
{
    struct part_filter filter = PART_FILTER_ALL;
    uint64_t rows = 0;

    filter.selection = job->selects ? &job->selection : NULL;
    for (uint32_t i = 0; i < job->archive.count; i++) {
        const struct manifest *manifest = &job->archive.manifests[i];

        for (uint32_t k = 0; k < manifest->gone_count &&
                             strcmp(manifest->header.stream, job->name) == 0;
             k++) {
            job->dense = true;
            if (merge_may_want(&filter, &manifest->gone[k]))
                rows += manifest->gone[k].rows;
        }
    }
    job->gaps |= rows > 0;
    if (rows > 0)
        run_remark(run,
                   "stream '%s': policy has removed %" PRIu64
                   " events of the types and times asked for",
                   job->name, rows);
}

/* The totals of what was read and passed over. */
static void
add_totals(struct restore_job *job)
{
    job->parts_read += job->merge.parts_read;
    job->parts_skipped += job->merge.parts_skipped;
    job->groups_read += job->merge.groups_read;
    job->groups_skipped += job->merge.groups_skipped;
}

static int
restore(struct restore_job *job, struct run *run, const struct stream *stream)
{
    struct part_filter filter = PART_FILTER_ALL;
    int result;

    job->name = stream->name;
    job->gaps = false;
    job->dense = job->selects;
    if (check_stream(stream, report_gap, job) != 0)
        return -1;
    selection_begin(&job->selection, &stream->first->header);
    waiting_clear(&job->names);
    job->all_names = selection_takes_all_names(&job->selection);
    report_gone(job, run);
    job->completes = false;
    job->completes = job->dense && has_other_sizes(job, stream);
    filter.selection = job->selects ? &job->selection : NULL;
    result = merge_open(&job->merge, &job->archive, stream->name, &filter,
                        &run->failure);
    job->merge.ahead = &job->ahead;
    job->merge.unverified = job->unverified;
    if (result == 0)
        result = put_events(job, run, stream);
    if (result == 0 && !run->writer.begun)
        result = begin_tape(job, run, stream->first,
                            stream->first->header.first_seq);
    merge_close(&job->merge);
    add_totals(job);
    if (result != 0 || run_stopped(run))
        return result;
    return end_tape(job, run, status_of(job, stream));
}

/* ---- the program --------------------------------------------------------- */

/* Whether a manifest is of the stream asked for. */
static bool
is_asked_for(const struct restore_job *job, const struct manifest *manifest)
{
    return !job->stream || strcmp(manifest->header.stream, job->stream) == 0;
}

/* The names of the streams that can have something selected beside the
 * definitions of instruments, which all have. */
static int
find_streams(const struct restore_job *job, struct strtab *streams,
             struct failure *failure)
{
    struct part_filter filter = PART_FILTER_ALL;

    filter.selection = job->selects ? &job->selection : NULL;
    for (uint32_t i = 0; i < job->archive.count; i++) {
        const struct manifest *manifest = &job->archive.manifests[i];
        const char *name = manifest->header.stream;
        /* of one without any events a tape comes back, too */
        bool wanted = !job->selects &&
                      (manifest->part_count > 0 || manifest->gone_count == 0);

        for (uint32_t k = 0; !wanted && k < manifest->part_count; k++) {
            const struct part *part = &manifest->parts[k];

            wanted = (part->name.type != EVENT_INSTRUMENT &&
                      part->name.type != EVENT_NAME) ||
                     job->lists.types.count > 0;
            wanted = wanted && merge_may_want(&filter, part);
        }
        if (wanted && is_asked_for(job, manifest) &&
            strtab_add(streams, name, strlen(name), NULL) == STRTAB_NONE)
            return fail_memory(failure);
    }
    return 0;
}

/* Nothing can be what was asked for: that is said, with what there is. */
static void
remark_nothing(const struct restore_job *job, struct run *run)
{
    int64_t first = INT64_MAX, last = INT64_MIN;
    char texts[2][TIME_TEXT_MAX + 1] = {"", ""};

    for (uint32_t i = 0; i < job->archive.count; i++)
        for (uint32_t k = 0; is_asked_for(job, &job->archive.manifests[i]) &&
                             k < job->archive.manifests[i].part_count;
             k++) {
            const struct part *part = &job->archive.manifests[i].parts[k];

            first = part->time_min < first ? part->time_min : first;
            last = part->time_max > last ? part->time_max : last;
        }
    if (run->common.quiet)
        return;
    if (first > last) {
        run_remark(run, "nothing in the archive matches the selection");
        return;
    }
    texts[0][time_format(first, texts[0])] = '\0';
    texts[1][time_format(last, texts[1])] = '\0';
    run_remark(run,
               "nothing in the archive matches the types and times: it has "
               "events from %s to %s",
               texts[0], texts[1]);
}

/* Restores the streams of a list that are among the wanted. */
static int
restore_streams(struct restore_job *job, struct run *run,
                const struct manifest *const *list, uint32_t count,
                const struct strtab *wanted)
{
    int result = 0;

    for (uint32_t i = 0; result == 0 && i < count && !run_stopped(run); i++) {
        const char *name = list[i]->header.stream;
        struct stream stream;

        if (strtab_find(wanted, name, strlen(name)) == STRTAB_NONE)
            continue;
        result = stream_open(&stream, &job->archive, list[i], &run->failure);
        if (result == 0)
            result = restore(job, run, &stream);
        stream_free(&stream);
    }
    return result;
}

int
restore_job_produce(void *state, struct run *run)
{
    struct restore_job *job = state;
    const struct manifest **list = NULL;
    uint32_t count = 0;
    struct strtab wanted = {0};
    const char *last = NULL;
    int result;

    if (job->sample > 0)
        return restore_drill(job, run);
    result = find_streams(job, &wanted, &run->failure);
    /* that there is nothing is not said by some of the manifests */
    if (result == 0 && wanted.count == 0) {
        result = archive_load(&job->archive, job->stream, &run->failure);
        if (result == 0)
            result = find_streams(job, &wanted, &run->failure);
    }
    if (result == 0)
        list = streams_by_time(&job->archive, &count, &run->failure);
    if (!list)
        result = -1;
    for (uint32_t i = 0; result == 0 && i < count; i++)
        if (is_asked_for(job, list[i]))
            last = list[i]->header.stream;
    if (result == 0 && !last)
        result = fail(&run->failure, FAILURE_DATA, "%s: %s%s: see xarchive ls",
                      job->directory,
                      job->stream ? "it has no stream " : "it is empty",
                      job->stream ? job->stream : "");
    if (result == 0 && wanted.count == 0) { /* a tape without events, then */
        remark_nothing(job, run);
        if (strtab_add(&wanted, last, strlen(last), NULL) == STRTAB_NONE)
            result = fail_memory(&run->failure);
    }
    if (result == 0)
        result = restore_streams(job, run, list, count, &wanted);
    strtab_free(&wanted);
    free(list);
    return result;
}

void
restore_job_summary(void *state, struct run *run, FILE *stream)
{
    const struct restore_job *job = state;

    if (job->sample > 0)
        return;
    fprintf(stream,
            "%s: %" PRIu64 " parts read, %" PRIu64
            " passed over; of their row groups %" PRIu64 " read, %" PRIu64
            " passed over\n",
            run->program->name, job->parts_read, job->parts_skipped,
            job->groups_read, job->groups_skipped);
}

void
restore_job_destroy(void *state)
{
    struct restore_job *job = state;

    selection_free(&job->selection);
    waiting_free(&job->names);
    pool_close(&job->ahead);
    output_abandon(&job->nowhere);
    if (job->open)
        archive_close(&job->archive);
}
