/* xrestore - gives back the tapes of an archive, whole or in part. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "archive/check.h"
#include "archive/merge.h"
#include "base/clock.h"
#include "cli/run.h"
#include "tape/select.h"

#define RUN_MAX       4096 /* events that are copied at once */
#define LOOK_EVERY    4096 /* events: whether to stop */
#define THREADS       4    /* when not told */
#define THREADS_LIMIT 64

struct xrestore {
    const char *directory, *stream;
    struct option_list types, symbols, accounts, ids;
    struct selection selection;
    bool selects; /* not all events of a stream are wanted */
    bool test;
    uint64_t threads;
    struct pool ahead;
    struct output nowhere; /* of --test: where the tapes go */
    struct archive archive;
    bool open;
    struct merge merge;
    struct run *run;
    const char *name; /* of the stream in hand */
    int64_t began;    /* when its tape in hand did; for --test only */
    bool gaps;        /* events that may be wanted are missing in it */
    uint64_t parts_read, parts_skipped, groups_read, groups_skipped;
};

/* ---- what is wanted ------------------------------------------------------ */

static int
add_lists(struct xrestore *x, const struct option_list *list,
          int (*add)(struct selection *, const char *, struct failure *),
          struct failure *failure)
{
    for (unsigned i = 0; i < list->count; i++)
        if (add(&x->selection, list->items[i], failure) != 0)
            return -1;
    x->selects |= list->count > 0;
    return 0;
}

static int
prepare(void *state, struct run *run)
{
    struct xrestore *x = state;
    struct failure *failure = &run->failure;

    if (add_lists(x, &x->types, selection_add_types, failure) != 0 ||
        add_lists(x, &x->symbols, selection_add_symbols, failure) != 0 ||
        add_lists(x, &x->accounts, selection_add_accounts, failure) != 0 ||
        add_lists(x, &x->ids, selection_add_ids, failure) != 0)
        return -1;
    x->selects |=
        x->selection.from != TIME_NULL || x->selection.to != TIME_NULL;
    if (x->threads == 0)
        x->threads = pool_processors() < THREADS ? pool_processors() : THREADS;
    x->run = run;
    if (x->test) {
        run->kind = RUN_TEXT;
        if (output_open(&x->nowhere, "/dev/null", failure) != 0 ||
            tape_writer_init(&run->writer, &x->nowhere, failure) != 0)
            return -1;
    }
    x->open = true;
    if (archive_open(&x->archive, x->directory, ARCHIVE_READ, failure) != 0)
        return -1;
    return pool_open(&x->ahead, (unsigned)x->threads - 1, failure);
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
begin_tape(struct xrestore *x, struct run *run, const struct manifest *manifest,
           uint64_t first)
{
    struct tape_header header;
    int result = tape_header_copy(&header, &manifest->header, &run->failure);

    header.first_seq = first;
    if (result == 0 && x->selects) {
        tape_header_rename(&header, run->program->name);
        result =
            tape_header_add_program(&header, run->program->name, XTAPE_VERSION,
                                    run->options, &run->failure);
    }
    selection_begin(&x->selection, &header);
    x->began = now();
    if (result == 0)
        result = tape_writer_begin(&run->writer, &header);
    tape_header_free(&header);
    return result;
}

/* Ends it; with --test that is a line. */
static int
end_tape(struct xrestore *x, struct run *run, enum tape_status status)
{
    int64_t ns = now() - x->began;

    run->events_out += run->writer.total;
    if (x->test &&
        run_print(run,
                  "%s\t%" PRIu64 " events\tdigest %016" PRIx64 "\t%" PRId64
                  ".%03" PRId64 " s\n",
                  x->name, run->writer.total, tape_writer_digest(&run->writer),
                  ns / NS_PER_SECOND, ns % NS_PER_SECOND / 1000000) != 0)
        return -1;
    return tape_writer_end(&run->writer, status, 0);
}

/* Whether events of the times asked for can lie between two seqs, as far as
 * the times of the parts around tell: they ascend, as those of a day do. */
static bool
may_lack(const struct xrestore *x, const struct finding *gap)
{
    int64_t after = INT64_MIN, before = INT64_MAX;

    for (uint32_t i = 0; i < x->archive.count; i++) {
        const struct manifest *manifest = &x->archive.manifests[i];

        for (uint32_t k = 0; k < manifest->part_count &&
                             strcmp(manifest->header.stream, gap->name) == 0;
             k++) {
            const struct part_facts *part = &manifest->parts[k];

            if (part->time_min > part->time_max) /* it has no times */
                continue;
            if (part->last_seq < gap->first && part->time_max > after)
                after = part->time_max;
            if (part->first_seq < gap->first && part->time_min > after)
                after = part->time_min;
            if (part->first_seq > gap->last && part->time_min < before)
                before = part->time_min;
            if (part->last_seq > gap->last && part->time_max < before)
                before = part->time_max;
        }
    }
    return (x->selection.to == TIME_NULL || after < x->selection.to) &&
           (x->selection.from == TIME_NULL || before >= x->selection.from);
}

static int
tell_gap(void *owner, const struct finding *finding)
{
    struct xrestore *x = owner;

    if (finding->kind != FINDING_GAP || !may_lack(x, finding))
        return 0;
    x->gaps = true;
    if (!x->run->common.quiet)
        run_remark(x->run,
                   "seqs %" PRIu64 " to %" PRIu64
                   " of stream '%s' are missing in the archive",
                   finding->first, finding->last, finding->name);
    return 0;
}

/* Copies the event in hand and what follows it, up to seq last. */
static uint32_t
put_run(struct xrestore *x, struct run *run, uint64_t last)
{
    const struct event *end;
    uint32_t count = merge_run(&x->merge, RUN_MAX, last, &end);

    tape_writer_copy_run(&run->writer, x->merge.event, end, count);
    return count;
}

static int
put_event(struct xrestore *x, struct run *run, const struct event *event)
{
    if (event->type == EVENT_INSTRUMENT &&
        selection_define(&x->selection, event, &run->failure) != 0)
        return -1;
    if (selection_is_definition(event) || selection_takes(&x->selection, event))
        tape_writer_copy(&run->writer, event);
    return 0;
}

/* Moves to the span that the event in hand lies in.  Where seqs are missing,
 * or where the fixed parts of events change their length, a tape ends and
 * another begins. */
static int
next_span(struct xrestore *x, struct run *run, const struct span **span,
          const struct span *end)
{
    const struct span *from = *span;

    while (*span < end && (*span)->range.last < x->merge.seq)
        ++*span;
    if (*span == end || (*span)->range.first > x->merge.seq)
        return fail(&run->failure, FAILURE_DATA,
                    "%s: an event with seq %" PRIu64
                    " that no put has noted: xarchive verify tells more",
                    x->directory, x->merge.seq);
    if (run->writer.begun &&
        (x->selects || tape_writer_next_seq(&run->writer) == x->merge.seq) &&
        memcmp(from->manifest->header.sizes, (*span)->manifest->header.sizes,
               sizeof from->manifest->header.sizes) == 0)
        return 0;
    if (run->writer.begun && end_tape(x, run, TAPE_LIMITED) != 0)
        return -1;
    return begin_tape(x, run, (*span)->manifest, x->selects ? 1 : x->merge.seq);
}

static int
put_events(struct xrestore *x, struct run *run, const struct stream *stream)
{
    const struct span *span = stream->spans, *end = span + stream->count;
    int result;

    while ((result = merge_next(&x->merge, &run->failure)) > 0) {
        uint32_t count = 1;

        if ((!run->writer.begun || x->merge.seq > span->range.last) &&
            next_span(x, run, &span, end) != 0)
            return -1;
        if (!x->selects)
            count = put_run(x, run, span->range.last);
        else if (put_event(x, run, x->merge.event) != 0)
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
status_of(const struct xrestore *x, const struct stream *stream)
{
    return x->selects && x->gaps ? TAPE_LIMITED : stream_status(stream);
}

/* The totals of what was read and passed over. */
static void
add_totals(struct xrestore *x)
{
    x->parts_read += x->merge.parts_read;
    x->parts_skipped += x->merge.parts_skipped;
    x->groups_read += x->merge.groups_read;
    x->groups_skipped += x->merge.groups_skipped;
}

static int
restore(struct xrestore *x, struct run *run, const struct stream *stream)
{
    struct part_filter filter = PART_FILTER_ALL;
    int result;

    x->name = stream->name;
    x->gaps = false;
    if (check_stream(stream, tell_gap, x) != 0)
        return -1;
    selection_begin(&x->selection, &stream->first->header);
    filter.selection = x->selects ? &x->selection : NULL;
    result = merge_open(&x->merge, &x->archive, stream->name, &filter,
                        &run->failure);
    x->merge.ahead = &x->ahead;
    if (result == 0)
        result = put_events(x, run, stream);
    if (result == 0 && !run->writer.begun)
        result =
            begin_tape(x, run, stream->first, stream->first->header.first_seq);
    merge_close(&x->merge);
    add_totals(x);
    if (result != 0 || run_stopped(run))
        return result;
    return end_tape(x, run, status_of(x, stream));
}

/* ---- the program --------------------------------------------------------- */

static int
produce(void *state, struct run *run)
{
    struct xrestore *x = state;
    uint32_t count = 0, found = 0;
    const struct manifest **list =
        streams_by_time(&x->archive, &count, &run->failure);
    int result = list ? 0 : -1;

    for (uint32_t i = 0; result == 0 && i < count && !run_stopped(run); i++) {
        struct stream stream;

        if (x->stream && strcmp(list[i]->header.stream, x->stream) != 0)
            continue;
        found++;
        result = stream_open(&stream, &x->archive, list[i], &run->failure);
        if (result == 0)
            result = restore(x, run, &stream);
        stream_free(&stream);
    }
    free(list);
    if (result == 0 && found == 0)
        return fail(&run->failure, FAILURE_DATA,
                    "%s: %s%s: xarchive ls tells what there is", x->directory,
                    x->stream ? "it has no stream " : "it is empty",
                    x->stream ? x->stream : "");
    return result;
}

static void
summary(void *state, struct run *run, FILE *stream)
{
    const struct xrestore *x = state;

    fprintf(stream,
            "%s: %" PRIu64 " parts read, %" PRIu64
            " passed over; of their row groups %" PRIu64 " read, %" PRIu64
            " passed over\n",
            run->program->name, x->parts_read, x->parts_skipped, x->groups_read,
            x->groups_skipped);
}

static void
destroy(void *state)
{
    struct xrestore *x = state;

    selection_free(&x->selection);
    pool_close(&x->ahead);
    output_abandon(&x->nowhere);
    if (x->open)
        archive_close(&x->archive);
}

int
main(int argc, char **argv)
{
    static struct xrestore x = {.nowhere = {.fd = -1}};
    const struct option_spec options[] = {
        {'d', "dir", OPTION_TEXT, &x.directory, "DIR", "the archive",
         .required = true},
        {0, "stream", OPTION_STREAM, &x.stream, "NAME", "this stream only"},
        {0, "from", OPTION_TIME, &x.selection.from, "TIME", "not before TIME",
         true},
        {0, "to", OPTION_TIME, &x.selection.to, "TIME", "before TIME", true},
        {'t', "types", OPTION_LIST, &x.types, "TYPES",
         "these types: names or numbers, with commas", true},
        {'s', "symbols", OPTION_LIST, &x.symbols, "SYMBOLS",
         "these instruments: SYMBOL or EXCHANGE:SYMBOL", true},
        {'a', "accounts", OPTION_LIST, &x.accounts, "ACCOUNTS",
         "events with one of these accounts", true},
        {'i', "ids", OPTION_LIST, &x.ids, "IDS",
         "events with one of these ids: FIELD=ID, with commas", true},
        {0, "threads", OPTION_COUNT, &x.threads, "N",
         "processors to use (4, or as many as there are)", .min = 1,
         .max = THREADS_LIMIT},
        {0, "test", OPTION_FLAG, &x.test, NULL,
         "write nothing; tell events, digest and duration"},
        {.kind = OPTION_END},
    };
    static const char *const examples[] = {
        "xrestore -d archive | xledger --print balances",
        "xrestore -d archive -t trade -s XTAPE:SYM001 --test", NULL};
    const struct program program = {
        .name = "xrestore",
        .summary = "give back the tapes of an archive",
        .operands = "",
        .examples = examples,
        .options = options,
    };
    const struct source source = {
        &x, prepare, produce, summary, destroy,
    };

    selection_init(&x.selection);
    return run_source(&program, &source, argc, argv);
}
