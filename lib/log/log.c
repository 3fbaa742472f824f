#include "log/log.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "io/directory.h"
#include "io/input.h"

#define STREAM_DIGITS 6
#define SEQ_DIGITS    12
#define NAME_SIZE     64

/* ---- names --------------------------------------------------------------- */

/* Reads a number of at least min decimal digits, without zeros before more of
 * them; NULL when there is none. */
static const char *
take_number(const char *text, size_t min, uint64_t *value)
{
    size_t digits = strspn(text, "0123456789");

    if (digits < min || (digits > min && *text == '0'))
        return NULL;
    errno = 0;
    *value = strtoull(text, NULL, 10);
    return *value && errno == 0 ? text + digits : NULL;
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

/* The path of a file in the store, in memory that the caller frees. */
static char *
path_to(const struct log *log, const char *name, struct failure *failure)
{
    char *path = NULL;

    if (asprintf(&path, "%s/%s", log->root.path, name) < 0) {
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

static void
forget_leftovers(struct log *log)
{
    for (size_t i = 0; i < log->leftover_count; i++)
        free(log->leftover[i]);
    free(log->leftover);
    log->leftover = NULL;
    log->leftover_count = log->leftover_capacity = 0;
}

/* Forgets all that is listed. */
static void
clear(struct log *log)
{
    for (size_t i = 0; i < log->segment_count; i++)
        log_segment_free(&log->segments[i]);
    forget_leftovers(log);
    free(log->segments);
    free(log->streams);
    free(log->foreign);
    *log = (struct log){.root = log->root, .lenient = log->lenient};
}

void
log_free(struct log *log)
{
    if (!log->root.path)
        return;
    clear(log);
    root_close(&log->root);
    *log = (struct log){0};
}

/* The stream with that ordinal, or a new one, which is put in its place. */
static struct log_stream *
find_place(struct log *log, unsigned ordinal, struct failure *failure)
{
    struct log_stream *streams = log->streams;
    size_t place = log->stream_count;

    while (place > 0 && streams[place - 1].ordinal > ordinal)
        place--;
    if (place > 0 && streams[place - 1].ordinal == ordinal)
        return &streams[place - 1];
    streams = array_grow(streams, &log->stream_capacity, log->stream_count + 1,
                         sizeof *streams, failure);
    if (!streams)
        return NULL;
    log->streams = streams;
    memmove(&streams[place + 1], &streams[place],
            (log->stream_count++ - place) * sizeof *streams);
    assert(place < log->stream_count);
    streams[place] = (struct log_stream){.ordinal = ordinal};
    if (place > 0)
        streams[place].first =
            streams[place - 1].first + streams[place - 1].count;
    return &streams[place];
}

struct log_segment *
log_add_segment(struct log *log, unsigned ordinal, uint64_t first_seq,
                struct failure *failure)
{
    struct log_stream *stream = find_place(log, ordinal, failure);
    struct log_segment *segment = NULL;
    char name[NAME_SIZE];
    size_t place;

    if (stream)
        segment = array_grow(log->segments, &log->segment_capacity,
                             log->segment_count + 1, sizeof *segment, failure);
    if (!segment)
        return NULL;
    log->segments = segment;
    place = stream->first + stream->count;
    while (place > stream->first &&
           log->segments[place - 1].first_seq > first_seq)
        place--;
    assert(place <= log->segment_count);
    segment = &log->segments[place];
    memmove(segment + 1, segment,
            (log->segment_count++ - place) * sizeof *segment);
    stream->count++;
    while (++stream < log->streams + log->stream_count)
        stream->first++;
    *segment = (struct log_segment){.stream = ordinal, .first_seq = first_seq};
    name_file(name, ordinal, first_seq, ".seg");
    segment->path = path_to(log, name, failure);
    name_file(name, ordinal, first_seq, ".idx");
    segment->index_path = path_to(log, name, failure);
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
        char **paths =
            array_grow(log->leftover, &log->leftover_capacity,
                       log->leftover_count + 1, sizeof *paths, failure);

        if (!paths)
            return -1;
        log->leftover = paths;
        paths[log->leftover_count] = path_to(log, name, failure);
        return paths[log->leftover_count++] ? 0 : -1;
    }
    if (!log->foreign)
        log->foreign = strdup(name);
    return 0;
}

/* Whether a segment is listed; most likely it would be one of the last. */
static bool
is_listed(const struct log *log, unsigned ordinal, uint64_t first_seq)
{
    size_t i = log->segment_count;

    while (i > 0 && (log->segments[i - 1].stream > ordinal ||
                     (log->segments[i - 1].stream == ordinal &&
                      log->segments[i - 1].first_seq > first_seq)))
        i--;
    return i > 0 && log->segments[i - 1].stream == ordinal &&
           log->segments[i - 1].first_seq == first_seq;
}

/* A name in the directory.  An index says that there is a segment, too. */
static int
take_file(struct log *log, const char *name, struct failure *failure)
{
    unsigned stream;
    uint64_t seq;

    if (!take_name(name, ".seg", &stream, &seq) &&
        !take_name(name, ".idx", &stream, &seq))
        return take_other(log, name, failure);
    if (is_listed(log, stream, seq))
        return 0;
    return log_add_segment(log, stream, seq, failure) ? 0 : -1;
}

static int
list(struct log *log, struct failure *failure)
{
    struct directory directory;
    int result = root_list(&log->root, log->root.path, &directory, failure);

    if (result == 0)
        result = fail(failure, FAILURE_ENVIRONMENT, "%s: it has disappeared",
                      log->root.path);
    forget_leftovers(log);
    /* names come in order: nearly that of streams and events */
    for (size_t i = 0; result > 0 && i < directory.count; i++)
        if (take_file(log, directory.names[i], failure) != 0)
            result = -1;
    directory_free(&directory);
    return result > 0 ? 0 : -1;
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
log_refresh(struct log *log, struct failure *failure)
{
    unsigned hole = 0;
    int result = list(log, failure);

    /* A directory that is written to may be listed with a later stream and
     * without an earlier one.  What is missing is so when looked for again. */
    while (result == 0 && first_hole(log) != hole) {
        hole = first_hole(log);
        result = list(log, failure);
    }
    return result;
}

int
log_open(struct log *log, const char *path, struct failure *failure)
{
    int result;

    *log = (struct log){0};
    result = root_open(&log->root, path, failure);
    if (result > 0 && log_refresh(log, failure) != 0) {
        log_free(log);
        return -1;
    }
    return result;
}

int
log_load(struct log *log, struct log_segment *segment, enum log_index_part part,
         struct failure *failure)
{
    if (log_segment_load(&log->root, segment, part, failure) == 0)
        return 0;
    if (!log->lenient || failure->kind != FAILURE_DATA)
        return -1;
    assert(!segment->fault); /* loading began with none */
    segment->fault = malloc(sizeof *failure);
    if (!segment->fault)
        return -1;
    *segment->fault = *failure;
    *failure = (struct failure){0};
    if (segment->index.size == 0)
        log_index_init(&segment->index, segment->first_seq, 0);
    segment->loaded = true;
    segment->part = LOG_INDEX_ALL;
    return 0;
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
    result = log_segment_header(&log->root, log_segment_of(log, stream, 0),
                                &header, NULL, failure);
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

    assert(i < log->stream_count);
    if (log->streams[i].ordinal == wanted)
        return 0;
    return fail(failure, FAILURE_DATA,
                "%s/%06u-*.seg: the segments of stream %u are missing: restore "
                "them from a copy",
                log->root.path, wanted, wanted);
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
                "%s/%s: the segment is missing, and with it %s: " LOG_ADVICE,
                log->root.path, name, events);
}

int
log_check_begun(const struct log *log, const struct log_stream *stream,
                uint64_t first, struct failure *failure)
{
    char name[NAME_SIZE], *path;
    struct input input;
    int result;

    name_file(name, stream->ordinal, first, ".seg");
    path = path_to(log, name, failure);
    if (!path)
        return -1;
    result = input_open_below(&input, &log->root, path, failure);
    input_close(&input);
    free(path);
    if (result == 0)
        return log_fail_missing(log, stream, first, 0, failure);
    return result < 0 ? -1 : 0;
}

int
log_status(struct log *log, const struct log_stream *stream,
           enum tape_status *status, int *exit_class, struct failure *failure)
{
    struct log_segment *last = log_last_segment(log, stream);

    if (log_segment_look(&log->root, last, failure) != 0)
        return -1;
    if (last->ended && log_continues(&last->end) != 0)
        return log_fail_missing(log, stream, log_continues(&last->end), 0,
                                failure);
    return log_segment_status(last, status, exit_class, failure);
}

/* ---- what belongs together ----------------------------------------------- */

/* It is a segment of this store, not a copy of another's. */
static int
check_store(struct log *log, const struct log_segment *here,
            struct failure *failure)
{
    if (log->id == 0)
        log->id = here->identity.store;
    if (here->identity.store == 0 || here->identity.store == log->id)
        return 0;
    return fail(
        failure, FAILURE_DATA,
        "%s: a segment of another store: restore this store's from a copy",
        here->path);
}

/* What precedes it is what preceded it when it was begun.  Of a segment without
 * END that is not known yet, of one from before there were chains never. */
static int
check_chain(const struct log_segment *before, const struct log_segment *here,
            struct failure *failure)
{
    const struct frame *end = &before->end;

    if (here->identity.store == 0 && before->identity.store == 0)
        return 0;
    /* cut off within its HEADER: who reads it says so, and where */
    if (here->file_size < FRAME_HEAD)
        return 0;
    if (!before->ended ||
        (here->identity.store != 0 &&
         here->identity.chain == log_chain_next(&before->identity,
                                                end->u.end.count,
                                                end->u.end.digest)))
        return 0;
    return fail(
        failure, FAILURE_DATA,
        "%s: does not follow the events of %s: one of them is of "
        "another day or another copy of the store; restore the right one",
        here->path, before->path);
}

/* Its events follow those of the one before it, or 0: of the stream's begin. */
static int
check_events(const struct log *log, const struct log_stream *stream,
             const struct log_segment *before, const struct log_segment *here,
             struct failure *failure)
{
    uint64_t next = before ? before->index.next_seq : here->identity.begin;

    if (here->first_seq == next)
        return 0;
    if (before && here->first_seq < next)
        return fail(failure, FAILURE_DATA,
                    "%s: begins inside of the segment before it, which ends "
                    "with event %" PRIu64 ": one of them does not belong here",
                    here->path, next - 1);
    if (here->first_seq < next)
        return fail(failure, FAILURE_DATA,
                    "%s: begins before its stream does, with event %" PRIu64
                    ": it does not belong here, or restore its name",
                    here->path, next);
    if (before && !before->ended)
        return fail(failure, FAILURE_DATA,
                    "%s: ends before event %" PRIu64 ", with which the next "
                    "segment begins: " LOG_ADVICE,
                    before->path, here->first_seq);
    return log_fail_missing(log, stream, next, here->first_seq - 1, failure);
}

/* The first segment of a stream is what its name and its HEADER say. */
static int
check_first(const struct log *log, const struct log_segment *here,
            struct failure *failure)
{
    const struct log_identity *identity = &here->identity;
    struct tape_header header;
    int result = log_segment_header(&log->root, here, &header, NULL, failure);

    tape_header_free(&header);
    if (result != 0 || identity->store == 0 ||
        here->first_seq != identity->begin ||
        identity->chain ==
            log_chain_first(identity->store, here->stream, identity->begin))
        return result;
    return fail(
        failure, FAILURE_DATA,
        "%s: the beginning of another stream of this store: restore its name",
        here->path);
}

int
log_check_follows(struct log *log, const struct log_stream *stream,
                  size_t segment, struct failure *failure)
{
    struct log_segment *here = log_segment_of(log, stream, segment);
    const struct log_segment *before = segment ? here - 1 : NULL;

    assert(segment < stream->count);
    if (before && before->fault) {
        *failure = *before->fault;
        return -1;
    }
    if (!here->looked && log_segment_look(&log->root, here, failure) != 0)
        return -1;
    if (check_store(log, here, failure) != 0)
        return -1;
    if (!before && check_first(log, here, failure) != 0)
        return -1;
    if (check_events(log, stream, before, here, failure) != 0)
        return -1;
    return before ? check_chain(before, here, failure) : 0;
}
