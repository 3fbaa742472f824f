/* store_report.c - what there is in an event store, and whether it is whole. */
#include <assert.h>
#include <inttypes.h>

#include "app/store_job.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/json.h"
#include "log/summary.h"
#include "log/verify.h"

/* Opens the store to read it. */
static int
open_log(struct store_job *job, struct run *run)
{
    int result = log_open(&job->log, job->path, &run->failure);

    if (result == 0)
        return fail(&run->failure, FAILURE_ENVIRONMENT,
                    "%s: there is no such directory", job->path);
    if (result > 0 && job->log.segment_count == 0 && job->log.foreign)
        return fail(&run->failure, FAILURE_USAGE,
                    "%s: not an event store, it holds %s", job->path,
                    job->log.foreign);
    return result > 0 ? 0 : -1;
}

/* Prints what was gathered, and forgets it. */
static int
flush_text(struct bytes *text, struct run *run)
{
    int result = bytes_ok(text, &run->failure);

    if (result == 0)
        result = output_put(&run->output, text->bytes, text->size);
    bytes_free(text);
    return result;
}

static void
put_number(struct json *json, const char *key, uint64_t number)
{
    json_key(json, key);
    json_unsigned(json, number);
}

/* ---- ls ------------------------------------------------------------------ */

struct listing {
    struct json json;
    uint64_t events, segments, bytes; /* of all streams */
    struct failure fault;             /* the first */
};

static const char *
end_of(const struct log_summary *summary)
{
    static const char *const words[] = {"complete", "limited", "stopped",
                                        "failed"};

    if (summary->damaged)
        return "damaged";
    assert(!summary->ended || summary->status < sizeof words / sizeof *words);
    return summary->ended ? words[summary->status] : "open";
}

static const char *
time_text(int64_t time, char text[TIME_TEXT_MAX + 1])
{
    text[time == TIME_NULL ? 0 : time_format(time, text)] = '\0';
    return text;
}

/* One line for a stream: number, events, first and last event, times, segments,
 * bytes, END, name. */
static void
put_row(struct bytes *text, const struct log_stream *stream,
        const struct log_summary *summary)
{
    char from[TIME_TEXT_MAX + 1] = "", to[TIME_TEXT_MAX + 1] = "";

    if (summary->time_max >= summary->time_min) {
        time_text(summary->time_min, from);
        time_text(summary->time_max, to);
    }
    bytes_put_format(text,
                     "%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
                     "\t%s\t%s\t%zu\t%" PRIu64 "\t%s\t%s\n",
                     stream->ordinal, summary->next - summary->first,
                     summary->first, summary->next - 1, from, to, stream->count,
                     summary->bytes, end_of(summary), stream->name);
}

static void
put_time(struct json *json, const char *key, bool empty, int64_t time)
{
    json_key(json, key);
    if (empty || time == TIME_NULL)
        json_null(json);
    else
        json_time(json, time);
}

static void
put_object(struct json *json, const struct log_stream *stream,
           const struct log_summary *summary)
{
    bool empty = summary->time_max < summary->time_min;

    json_open(json, '{');
    put_number(json, "number", stream->ordinal);
    put_number(json, "events", summary->next - summary->first);
    put_number(json, "first", summary->first);
    put_number(json, "last", summary->next - 1);
    put_time(json, "from", empty, summary->time_min);
    put_time(json, "to", empty, summary->time_max);
    put_number(json, "segments", stream->count);
    put_number(json, "bytes", summary->bytes);
    json_key(json, "end");
    json_text(json, end_of(summary));
    json_key(json, "stream");
    json_text(json, stream->name);
    json_close(json, '}');
}

static int
list_stream(struct store_job *job, struct listing *listing,
            struct log_stream *stream, struct run *run)
{
    struct log_summary summary;

    if (log_summarize(&summary, &job->log, stream, &run->failure) != 0)
        return -1;
    listing->events += summary.next - summary.first;
    listing->segments += stream->count;
    listing->bytes += summary.bytes;
    if (summary.damaged && listing->fault.kind == FAILURE_NONE)
        listing->fault = summary.fault;
    if (job->json)
        put_object(&listing->json, stream, &summary);
    else
        put_row(listing->json.out, stream, &summary);
    for (size_t i = 0; i < stream->count; i++)
        log_segment_unload(log_segment_of(&job->log, stream, i));
    return 0;
}

static void
begin_list(const struct store_job *job, struct listing *listing)
{
    if (!job->json) {
        bytes_put_text(listing->json.out, "number\tevents\tfirst\tlast\tfrom\t"
                                          "to\tsegments\tbytes\tend\tstream\n");
        return;
    }
    json_open(&listing->json, '{');
    json_key(&listing->json, "streams");
    json_open(&listing->json, '[');
}

static void
end_list(const struct store_job *job, struct listing *listing)
{
    struct json *json = &listing->json;

    if (!job->json)
        return;
    json_close(json, ']');
    json_key(json, "total");
    json_open(json, '{');
    put_number(json, "streams", job->log.stream_count);
    put_number(json, "events", listing->events);
    put_number(json, "segments", listing->segments);
    put_number(json, "bytes", listing->bytes);
    json_close(json, '}');
    json_close(json, '}');
    json_newline(json);
}

int
store_list(void *state, struct run *run)
{
    struct store_job *job = state;
    struct bytes text = {0};
    struct listing listing = {.json = {.out = &text}};
    int result = open_log(job, run);

    job->log.lenient = true;
    begin_list(job, &listing);
    for (size_t i = 0; result == 0 && i < job->log.stream_count; i++)
        result = list_stream(job, &listing, &job->log.streams[i], run);
    end_list(job, &listing);
    if (result != 0) {
        bytes_free(&text);
        return -1;
    }
    if (flush_text(&text, run) != 0 || output_flush(&run->output) != 0)
        return -1;
    if (listing.fault.kind == FAILURE_NONE)
        return 0;
    run->failure = listing.fault;
    return -1;
}

/* ---- verify -------------------------------------------------------------- */

struct checking {
    struct run *run;
    struct json *json; /* or NULL: text */
};

static int
put_fault(void *owner, const char *text, struct failure *failure)
{
    const struct checking *checking = owner;

    (void)failure;
    if (!checking->json)
        return run_print(checking->run, "%s\n", text);
    json_text(checking->json, text);
    return 0;
}

static bool
is_stopped(void *owner)
{
    const struct checking *checking = owner;

    return run_stopped(checking->run);
}

/* Ends the JSON of a check, which is one object. */
static void
put_total(struct json *json, const struct log *log,
          const struct log_verify *verify)
{
    json_close(json, ']');
    json_key(json, "total");
    json_open(json, '{');
    put_number(json, "streams", log->stream_count);
    put_number(json, "segments", verify->segments);
    put_number(json, "events", verify->events);
    put_number(json, "bytes", verify->bytes);
    put_number(json, "faults", verify->faults);
    json_close(json, '}');
    json_close(json, '}');
    json_newline(json);
}

static int
print_total(const struct log *log, const struct log_verify *verify,
            struct run *run)
{
    return run_print(
        run,
        COUNT_FORMAT ", " COUNT_FORMAT ", " COUNT_FORMAT ", " COUNT_FORMAT
                     ", " COUNT_FORMAT "\n",
        COUNT(log->stream_count, "stream"), COUNT(verify->segments, "segment"),
        COUNT(verify->events, "event"), COUNT(verify->bytes, "byte"),
        COUNT(verify->faults, "fault"));
}

/* What is known once every segment was read. */
static int
finish(const struct store_job *job, const struct log_verify *verify,
       struct run *run)
{
    if (job->log.foreign && !run->common.quiet)
        run_remark(run, "%s: not of the store, and left alone: %s", job->path,
                   job->log.foreign);
    if (verify->faults == 0 || output_flush(&run->output) != 0)
        return run->failure.kind == FAILURE_NONE ? 0 : -1;
    return fail(&run->failure, FAILURE_DATA,
                "%s: " COUNT_FORMAT ", listed above; nothing was changed",
                job->path, COUNT(verify->faults, "fault"));
}

int
store_verify(void *state, struct run *run)
{
    struct store_job *job = state;
    struct bytes text = {0};
    struct json json = {.out = &text};
    struct checking checking = {run, job->json ? &json : NULL};
    struct log_verify verify = {
        .fault = put_fault, .stopped = is_stopped, .owner = &checking};
    int result = open_log(job, run);

    if (job->json) {
        json_open(&json, '{');
        json_key(&json, "faults");
        json_open(&json, '[');
    }
    if (result == 0) {
        job->log.root.wake = run_wake();
        result = log_verify(&verify, &job->log, &run->failure);
    }
    if (result != 0 || run_stopped(run)) {
        bytes_free(&text);
        return result;
    }
    if (job->json) {
        put_total(&json, &job->log, &verify);
        result = flush_text(&text, run);
    } else {
        result = print_total(&job->log, &verify, run);
    }
    return result == 0 ? finish(job, &verify, run) : -1;
}
