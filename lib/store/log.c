#include "store/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/folder.h"

#define STREAM_DIGITS 6
#define SEQ_DIGITS    12
#define NAME_SIZE     64

/* ---- names --------------------------------------------------------------- */

/* Reads at least min decimal digits; NULL when they are not there. */
static const char *
take_number(const char *text, size_t min, uint64_t *value)
{
    size_t digits = strspn(text, "0123456789");

    if (digits < min || digits > 19 || (digits > min && *text == '0'))
        return NULL;
    *value = strtoull(text, NULL, 10);
    return *value ? text + digits : NULL;
}

/* Whether it is the name of a segment, or of an index with that suffix. */
static bool
take_name(const char *name, const char *suffix, unsigned *stream, uint64_t *seq)
{
    uint64_t ordinal = 0;

    name = take_number(name, STREAM_DIGITS, &ordinal);
    if (!name || *name != '-' || ordinal > UINT32_MAX)
        return false;
    *stream = (unsigned)ordinal;
    name = take_number(name + 1, SEQ_DIGITS, seq);
    return name && strcmp(name, suffix) == 0;
}

char *
log_path(const struct log *log, const char *name, struct failure *failure)
{
    char *path = NULL;

    if (asprintf(&path, "%s/%s", log->path, name) < 0) {
        fail(failure, FAILURE_ENVIRONMENT, "out of memory");
        return NULL;
    }
    return path;
}

/* ---- the list ------------------------------------------------------------ */

void
log_free(struct log *log)
{
    for (size_t i = 0; i < log->segment_count; i++)
        log_segment_free(&log->segments[i]);
    for (size_t i = 0; i < log->leftover_count; i++)
        free(log->leftover[i]);
    free(log->leftover);
    free(log->segments);
    free(log->streams);
    free(log->foreign);
    free(log->path);
    *log = (struct log){0};
}

/* One more of something; NULL without memory.  There is always room for the
 * next power of two. */
static void *
add(void *memory, size_t *count, size_t each, struct failure *failure)
{
    char **at = memory;

    if ((*count & (*count - 1)) == 0) {
        char *more = realloc(*at, (*count ? *count * 2 : 1) * each);

        if (!more) {
            fail(failure, FAILURE_ENVIRONMENT, "out of memory");
            return NULL;
        }
        *at = more;
    }
    memset(*at + *count * each, 0, each);
    return *at + (*count)++ * each;
}

struct log_segment *
log_add_segment(struct log *log, unsigned ordinal, uint64_t first_seq,
                struct failure *failure)
{
    struct log_stream *stream =
        log->stream_count ? &log->streams[log->stream_count - 1] : NULL;
    struct log_segment *segment;
    char name[NAME_SIZE];
    size_t place;

    for (size_t i = 0; i < log->stream_count; i++)
        if (log->streams[i].ordinal == ordinal)
            stream = &log->streams[i];
    if (!stream || stream->ordinal != ordinal) {
        stream =
            add(&log->streams, &log->stream_count, sizeof *stream, failure);
        if (!stream)
            return NULL;
        stream->ordinal = ordinal;
        stream->first = log->segment_count;
    }
    if (!add(&log->segments, &log->segment_count, sizeof *segment, failure))
        return NULL;
    place = stream->first + stream->count++;
    segment = &log->segments[place];
    memmove(segment + 1, segment,
            (log->segment_count - 1 - place) * sizeof *segment);
    for (size_t i = 0; i < log->stream_count; i++)
        if (log->streams[i].ordinal > ordinal)
            log->streams[i].first++;
    *segment = (struct log_segment){.stream = ordinal, .first_seq = first_seq};
    snprintf(name, sizeof name, "%06u-%012" PRIu64 ".seg", ordinal, first_seq);
    segment->path = log_path(log, name, failure);
    snprintf(name, sizeof name, "%06u-%012" PRIu64 ".idx", ordinal, first_seq);
    segment->index_path = log_path(log, name, failure);
    return segment->path && segment->index_path ? segment : NULL;
}

/* A name that is no segment: ours or not. */
static int
take_other(struct log *log, const char *name, struct failure *failure)
{
    unsigned stream;
    uint64_t seq;

    if (strcmp(name, "lock") == 0 || take_name(name, ".idx", &stream, &seq))
        return 0;
    if (name[0] == '.' && strlen(name) > 4 &&
        strcmp(name + strlen(name) - 4, ".tmp") == 0 &&
        strspn(name + 1, "0123456789") >= STREAM_DIGITS) {
        char **path =
            add(&log->leftover, &log->leftover_count, sizeof *path, failure);

        if (path)
            *path = log_path(log, name, failure);
        return path && *path ? 0 : -1;
    }
    if (!log->foreign)
        log->foreign = strdup(name);
    return 0;
}

int
log_open(struct log *log, const char *path, struct failure *failure)
{
    struct folder folder;
    int result = folder_list(&folder, path, failure);

    *log = (struct log){0};
    if (result <= 0)
        return result;
    log->path = strdup(path);
    if (!log->path)
        result = fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    /* in order of names: that is the order of streams and seqs until a
     * number outgrows its digits */
    for (size_t i = 0; result == 1 && i < folder.count; i++) {
        unsigned stream;
        uint64_t seq;

        if (take_name(folder.names[i], ".seg", &stream, &seq)) {
            if (!log_add_segment(log, stream, seq, failure))
                result = -1;
        } else if (take_other(log, folder.names[i], failure) != 0) {
            result = -1;
        }
    }
    folder_free(&folder);
    if (result != 1)
        log_free(log);
    return result;
}

/* ---- streams ------------------------------------------------------------- */

int
log_name(const struct log *log, struct log_stream *stream,
         struct failure *failure)
{
    struct tape_header header;
    int result;

    if (stream->name[0])
        return 0;
    result = log_segment_header(log_segment_of(log, stream, 0), &header, NULL,
                                NULL, failure);
    if (result == 0)
        memcpy(stream->name, header.stream, sizeof stream->name);
    tape_header_free(&header);
    return result;
}

int
log_find(struct log *log, const char *name, struct log_stream **stream,
         struct failure *failure)
{
    /* the newest is asked for most */
    for (size_t i = log->stream_count; i-- > 0;) {
        *stream = &log->streams[i];
        if (log_name(log, *stream, failure) != 0)
            return -1;
        if (strcmp((*stream)->name, name) == 0)
            return 1;
    }
    *stream = NULL;
    return 0;
}

int
log_status(const struct log *log, const struct log_stream *stream,
           enum tape_status *status, int *exit_class, struct failure *failure)
{
    struct log_segment last = {.path = log_last_segment(log, stream)->path};

    if (log_segment_end(&last, failure) != 0)
        return -1;
    if (!last.ended)
        return 0;
    if (LOG_CONTINUES(&last.end) != 0)
        return fail(failure, FAILURE_DATA,
                    "%s: the segment that goes on with event %" PRIu64
                    " is missing: bring it back from a copy",
                    last.path, LOG_CONTINUES(&last.end));
    if (last.end.u.end.status > TAPE_FAILED)
        return fail(failure, FAILURE_DATA,
                    "%s: END has a status without meaning: the segment is "
                    "damaged",
                    last.path);
    *status = (enum tape_status)last.end.u.end.status;
    *exit_class = (int)last.end.u.end.exit_class;
    return 1;
}

int
log_check_follows(const struct log *log, const struct log_stream *stream,
                  size_t segment, struct failure *failure)
{
    const struct log_segment *here = log_segment_of(log, stream, segment);
    struct tape_header header;
    uint64_t begin, next;
    int result;

    if (segment > 0) {
        const struct log_segment *before = here - 1;

        next = before->index.next_seq;
        if (here->first_seq == next)
            return 0;
        if (here->first_seq < next)
            return fail(failure, FAILURE_DATA,
                        "%s: begins inside of the segment before it, which "
                        "ends with event %" PRIu64 ": one of them does not "
                        "belong here",
                        here->path, next - 1);
    } else {
        result = log_segment_header(here, &header, &begin, NULL, failure);
        tape_header_free(&header);
        if (result != 0 || here->first_seq == begin)
            return result;
        next = begin;
    }
    return fail(failure, FAILURE_DATA,
                "%s: events %" PRIu64 " to %" PRIu64 " before it are missing: "
                "bring the segment with them back from a copy",
                here->path, next, here->first_seq - 1);
}
