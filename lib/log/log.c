#include "log/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/directory.h"

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
        fail_memory(failure);
        return NULL;
    }
    return path;
}

static void
name_file(char name[NAME_SIZE], unsigned stream, uint64_t seq,
          const char *suffix)
{
    snprintf(name, NAME_SIZE, "%06u-%012" PRIu64 "%s", stream, seq, suffix);
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
            fail_memory(failure);
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
    name_file(name, ordinal, first_seq, ".seg");
    segment->path = log_path(log, name, failure);
    name_file(name, ordinal, first_seq, ".idx");
    segment->index_path = log_path(log, name, failure);
    return segment->path && segment->index_path ? segment : NULL;
}

/* A name that is no segment: ours or not. */
static int
take_other(struct log *log, const char *name, struct failure *failure)
{
    if (strcmp(name, "lock") == 0)
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

/* A name in the directory.  An index says that there is a segment, too; of one
 * number it comes first. */
static int
take_file(struct log *log, const char *name, struct failure *failure)
{
    const struct log_segment *last =
        log->segment_count ? &log->segments[log->segment_count - 1] : NULL;
    unsigned stream;
    uint64_t seq;

    if (!take_name(name, ".seg", &stream, &seq) &&
        !take_name(name, ".idx", &stream, &seq))
        return take_other(log, name, failure);
    if (last && last->stream == stream && last->first_seq == seq)
        return 0;
    return log_add_segment(log, stream, seq, failure) ? 0 : -1;
}

static int
list(struct log *log, const char *path, struct failure *failure)
{
    struct directory directory;
    int result = directory_list(&directory, path, failure);

    *log = (struct log){0};
    if (result <= 0)
        return result;
    log->path = strdup(path);
    if (!log->path)
        result = fail_memory(failure);
    /* in order of names: that is the order of streams and seqs until a
     * number outgrows its digits */
    for (size_t i = 0; result == 1 && i < directory.count; i++)
        if (take_file(log, directory.names[i], failure) != 0)
            result = -1;
    directory_free(&directory);
    if (result != 1)
        log_free(log);
    return result;
}

/* The first number that no stream has though a later one is there; 0. */
static unsigned
first_hole(const struct log *log)
{
    for (size_t i = 0; i < log->stream_count; i++)
        if (log->streams[i].ordinal != i + 1)
            return (unsigned)i + 1;
    return 0;
}

int
log_open(struct log *log, const char *path, struct failure *failure)
{
    unsigned hole = 0;
    int result = list(log, path, failure);

    /* A directory that is written to may be listed with a later stream and
     * without an earlier one.  What is missing is so when looked for again. */
    while (result == 1 && first_hole(log) != hole) {
        hole = first_hole(log);
        log_free(log);
        result = list(log, path, failure);
    }
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
log_check_number(const struct log *log, size_t i, struct failure *failure)
{
    unsigned wanted = i == 0 ? 1 : log->streams[i - 1].ordinal + 1;

    if (log->streams[i].ordinal == wanted)
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s/%06u-*.seg: the segments of stream %u are missing: bring "
                "them back from a copy",
                log->path, wanted, wanted);
}

int
log_check_numbers(const struct log *log, struct failure *failure)
{
    int result = 0;

    for (size_t i = 0; result == 0 && i < log->stream_count; i++)
        result = log_check_number(log, i, failure);
    return result;
}

int
log_fail_missing(const struct log *log, const struct log_stream *stream,
                 uint64_t first, uint64_t last, struct failure *failure)
{
    char name[NAME_SIZE], events[64];

    name_file(name, stream->ordinal, first, ".seg");
    if (last)
        snprintf(events, sizeof events, "events %" PRIu64 " to %" PRIu64, first,
                 last);
    else
        snprintf(events, sizeof events, "all events from %" PRIu64 " on",
                 first);
    return fail(failure, FAILURE_DATA,
                "%s/%s: the segment is missing, and %s with it: " LOG_ADVICE,
                log->path, name, events);
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
        return log_fail_missing(log, stream, LOG_CONTINUES(&last.end), 0,
                                failure);
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
        if (!before->ended)
            return fail(failure, FAILURE_DATA,
                        "%s: ends before event %" PRIu64 ", with which the "
                        "next segment begins: " LOG_ADVICE,
                        before->path, here->first_seq);
    } else {
        result = log_segment_header(here, &header, &begin, NULL, failure);
        tape_header_free(&header);
        if (result != 0 || here->first_seq == begin)
            return result;
        next = begin;
    }
    return log_fail_missing(log, stream, next, here->first_seq - 1, failure);
}
