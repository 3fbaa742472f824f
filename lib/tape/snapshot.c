#include "tape/snapshot.h"

#include <assert.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/digits.h"
#include "io/directory.h"

#define DIGITS 16
#define ENDING ".tape"

/* What a killed program leaves of one that was being written. */
#define LEFTOVER ".*" ENDING ".*.tmp"

/* ---- the directory ------------------------------------------------------- */

/* The number that a name stands for, or 0: it is not ours. */
static uint64_t
number_of(const char *name)
{
    uint64_t number = 0;

    if (strlen(name) != DIGITS + strlen(ENDING) ||
        strcmp(name + DIGITS, ENDING) != 0 ||
        !digits_parse(name, DIGITS, &number))
        return 0;
    return number;
}

static char *
path_of(const struct snapshots *snapshots, uint64_t number,
        struct failure *failure)
{
    char *path = NULL;

    if (asprintf(&path, "%s/%0*" PRIu64 ENDING, snapshots->path, DIGITS,
                 number) < 0) {
        fail_memory(failure);
        return NULL;
    }
    return path;
}

static int
add_number(struct snapshots *snapshots, uint64_t number,
           struct failure *failure)
{
    uint64_t *numbers =
        array_grow(snapshots->numbers, &snapshots->capacity,
                   snapshots->count + 1, sizeof *numbers, failure);

    if (!numbers)
        return -1;
    snapshots->numbers = numbers;
    snapshots->numbers[snapshots->count++] = number;
    return 0;
}

static int
take_lock(struct snapshots *snapshots, struct failure *failure)
{
    char *path = NULL;
    bool taken;

    if (asprintf(&path, "%s/lock", snapshots->path) < 0)
        return fail_memory(failure);
    snapshots->lock = directory_lock(path, &taken, failure);
    free(path);
    if (snapshots->lock >= 0)
        return 0;
    if (taken) {
        failure->kind = FAILURE_NONE;
        fail(failure, FAILURE_ENVIRONMENT,
             "%s: another program keeps its snapshots here: wait until it has "
             "finished, or name another directory",
             snapshots->path);
    }
    return -1;
}

/* Lists what there is, and the first name that is not ours: NULL without one;
 * the caller frees it. 0 or -1. */
static int
list(struct snapshots *snapshots, char **foreign, struct failure *failure)
{
    struct directory directory;
    int result = 0;

    *foreign = NULL;
    snapshots->count = 0;
    if (directory_list(&directory, snapshots->path, failure) != 1)
        return -1;
    for (size_t i = 0; result == 0 && i < directory.count; i++) {
        const char *name = directory.names[i];

        if (number_of(name))
            result = add_number(snapshots, number_of(name), failure);
        else if (!*foreign && strcmp(name, "lock") != 0 &&
                 fnmatch(LEFTOVER, name, 0) != 0)
            *foreign = strdup(name);
    }
    directory_free(&directory);
    return result;
}

/* Nothing is put, not even the lock, where other things are. */
static int
check_ours(struct snapshots *snapshots, struct failure *failure)
{
    char *foreign;
    int result = list(snapshots, &foreign, failure);

    if (result == 0 && snapshots->count == 0 && foreign)
        result =
            fail(failure, FAILURE_USAGE,
                 "%s: not a directory of snapshots, it holds %s: name a new "
                 "or empty directory",
                 snapshots->path, foreign);
    free(foreign);
    return result;
}

int
snapshots_open(struct snapshots *snapshots, const char *path,
               struct failure *failure)
{
    char *foreign;
    int result;

    memset(snapshots, 0, sizeof *snapshots);
    snapshots->path = path;
    snapshots->output.fd = snapshots->lock = -1;
    if (directory_make(path, failure) != 0 ||
        check_ours(snapshots, failure) != 0 ||
        take_lock(snapshots, failure) != 0 ||
        directory_sweep(path, LEFTOVER, failure) != 0)
        return -1;
    result = list(snapshots, &foreign, failure);
    free(foreign);
    return result;
}

void
snapshots_close(struct snapshots *snapshots)
{
    if (!snapshots->path)
        return;
    snapshot_abandon(snapshots);
    free(snapshots->numbers);
    directory_unlock(snapshots->lock);
    memset(snapshots, 0, sizeof *snapshots);
}

/* ---- tapes --------------------------------------------------------------- */

void
snapshot_tapes_free(struct snapshot_tapes *tapes)
{
    free(tapes->all);
    *tapes = (struct snapshot_tapes){0};
}

struct snapshot_tape *
snapshot_tapes_add(struct snapshot_tapes *tapes, struct failure *failure)
{
    struct snapshot_tape *tape = array_grow(
        tapes->all, &tapes->capacity, tapes->count + 1, sizeof *tape, failure);

    if (!tape)
        return NULL;
    tapes->all = tape;
    tape = &tapes->all[tapes->count++];
    memset(tape, 0, sizeof *tape);
    return tape;
}

void
snapshot_content_free(struct snapshot_content *content)
{
    tape_header_free(&content->header);
    snapshot_tapes_free(&content->tapes);
}

/* ---- reading ------------------------------------------------------------- */

static int
get_stream(char stream[TAPE_STREAM_MAX + 1], const struct event *event,
           struct text text, struct failure *failure)
{
    if (text.length > TAPE_STREAM_MAX)
        return fail(failure, FAILURE_DATA, "the name of a stream is too long");
    assert(text.length == 0 || text.offset + text.length <= event->words * 8UL);
    memcpy(stream, event_text(event, text), text.length);
    stream[text.length] = '\0';
    return 0;
}

static int
get_checkpoint(struct snapshot_content *content, const struct event *event,
               struct failure *failure)
{
    const struct checkpoint *checkpoint = (const void *)event;
    struct snapshot_tape *tape = snapshot_tapes_add(&content->tapes, failure);

    if (!tape)
        return -1;
    tape->input_seq = checkpoint->input_seq;
    tape->input_digest = checkpoint->input_digest;
    tape->output_seq = checkpoint->output_seq;
    tape->output_digest = checkpoint->output_digest;
    if (get_stream(tape->input_stream, event, checkpoint->input_stream,
                   failure) != 0)
        return -1;
    return get_stream(tape->output_stream, event, checkpoint->output_stream,
                      failure);
}

struct reading {
    struct snapshot_content *content;
    int (*take)(void *owner, const struct event *event,
                struct failure *failure);
    void *owner;
    bool enough; /* what content needs is read, and no more is wanted */
};

static int
get_block(struct reading *reading, const struct tape_reader *reader,
          struct failure *failure)
{
    const struct event *event = reader->first;
    uint64_t seq = reader->first_seq;
    int result = 0;

    for (; event < reader->end && !reading->enough;
         event = event_next(event), seq++) {
        if (event->type == EVENT_CHECKPOINT)
            result = get_checkpoint(reading->content, event, failure);
        else if (reading->take)
            result = reading->take(reading->owner, event, failure);
        else
            reading->enough = true;
        if (result != 0)
            return fail_at(failure, "%s: event %" PRIu64,
                           input_name(reader->input), seq);
    }
    return 0;
}

/* Without a checkpoint nobody knows of which input it is. */
static int
check_place(const struct snapshot_content *content,
            const struct tape_reader *reader, struct failure *failure)
{
    if (content->tapes.count > 0)
        return 0;
    return fail(failure, FAILURE_DATA, "%s: a tape, but no snapshot",
                input_name(reader->input));
}

/* What a whole snapshot must have. */
static int
check_end(const struct snapshot_content *content,
          const struct tape_reader *reader, struct failure *failure)
{
    if (reader->status != TAPE_COMPLETE)
        return fail(failure, FAILURE_DATA, "%s: it is not complete",
                    input_name(reader->input));
    return check_place(content, reader, failure);
}

static int
read_tape(struct reading *reading, struct tape_reader *reader,
          struct failure *failure)
{
    int item = 1, result = 0;

    while (result == 0 && item > 0 && item != TAPE_END && !reading->enough) {
        item = tape_reader_next(reader, failure);
        switch (item) {
        case TAPE_HEADER:
            result = tape_header_copy(&reading->content->header,
                                      &reader->header, failure);
            break;
        case TAPE_BLOCK: result = get_block(reading, reader, failure); break;
        case TAPE_END:
            result = check_end(reading->content, reader, failure);
            break;
        case TAPE_NOTHING:
            result = fail(failure, FAILURE_DATA, "%s: it is empty",
                          input_name(reader->input));
            break;
        default: result = -1; break;
        }
    }
    if (result == 0 && reading->enough)
        result = check_place(reading->content, reader, failure);
    return result;
}

int
snapshot_read(const struct snapshots *snapshots, size_t i,
              struct snapshot_content *content,
              int (*take)(void *owner, const struct event *event,
                          struct failure *failure),
              void *owner, struct failure *failure)
{
    struct reading reading = {content, take, owner, false};
    char *path = path_of(snapshots, snapshots->numbers[i], failure);
    struct tape_reader reader = {0};
    struct input input = {.fd = -1};
    int result = -1;

    assert(i < snapshots->count);
    memset(content, 0, sizeof *content);
    if (path && input_open(&input, path, failure) == 0 &&
        tape_reader_init(&reader, &input, failure) == 0)
        result = read_tape(&reading, &reader, failure);
    tape_reader_free(&reader);
    input_close(&input);
    free(path);
    return result;
}

/* ---- writing ------------------------------------------------------------- */

static void
put_text(struct event *event, struct text *text, const char *stream)
{
    size_t size = strlen(stream), used = event->words * 8UL;

    assert(used % 8 == 0 && size <= TAPE_STREAM_MAX);
    *text = (struct text){(uint16_t)used, (uint16_t)size, 0};
    memcpy((char *)event + used, stream, size);
    memset((char *)event + used + size, 0, -size & 7);
    event->words = (uint16_t)((used + size + 7) / 8);
}

static void
put_checkpoint(struct tape_writer *writer, const struct snapshot_tape *tape,
               int64_t time)
{
    struct checkpoint *event =
        tape_writer_reserve(writer, sizeof *event + 2 * (TAPE_STREAM_MAX + 8));

    *event = (struct checkpoint){
        .event = {sizeof *event / 8, EVENT_CHECKPOINT, 0, time},
        .input_seq = tape->input_seq,
        .input_digest = tape->input_digest,
        .output_seq = tape->output_seq,
        .output_digest = tape->output_digest,
    };
    put_text(&event->event, &event->input_stream, tape->input_stream);
    put_text(&event->event, &event->output_stream, tape->output_stream);
    tape_writer_advance(writer, event->event.words * 8UL);
}

int
snapshot_begin(struct snapshots *snapshots, const struct tape_header *header,
               const struct snapshot_tapes *tapes, int64_t time,
               struct failure *failure)
{
    struct tape_header own;
    int result;

    assert(tapes->count > 0 && !snapshots->name); /* none is being written */
    snapshots->number =
        snapshots->count ? snapshots->numbers[snapshots->count - 1] + 1 : 1;
    snapshots->name = path_of(snapshots, snapshots->number, failure);
    if (!snapshots->name ||
        output_open(&snapshots->output, snapshots->name, failure) != 0 ||
        tape_writer_init(&snapshots->writer, &snapshots->output, failure) !=
            0 ||
        tape_header_copy(&own, header, failure) != 0)
        return -1;
    tape_header_rename(&own, "snapshot");
    result = tape_writer_begin(&snapshots->writer, &own);
    tape_header_free(&own);
    for (size_t i = 0; result == 0 && i < tapes->count; i++)
        put_checkpoint(&snapshots->writer, &tapes->all[i], time);
    return result;
}

static int
remove_oldest(struct snapshots *snapshots, struct failure *failure)
{
    char *path = path_of(snapshots, snapshots->numbers[0], failure);
    int result = path ? directory_remove(path, failure) : -1;

    free(path);
    memmove(snapshots->numbers, snapshots->numbers + 1,
            --snapshots->count * sizeof *snapshots->numbers);
    return result;
}

int
snapshot_commit(struct snapshots *snapshots, struct failure *failure)
{
    int result = tape_writer_end(&snapshots->writer, TAPE_COMPLETE, 0);

    if (result == 0)
        result = output_commit(&snapshots->output);
    if (result == 0)
        result = add_number(snapshots, snapshots->number, failure);
    snapshot_abandon(snapshots);
    while (result == 0 && snapshots->count > SNAPSHOTS_KEPT)
        result = remove_oldest(snapshots, failure);
    return result;
}

void
snapshot_abandon(struct snapshots *snapshots)
{
    output_abandon(&snapshots->output);
    tape_writer_free(&snapshots->writer);
    free(snapshots->name);
    snapshots->name = NULL;
    snapshots->output = (struct output){.fd = -1};
    memset(&snapshots->writer, 0, sizeof snapshots->writer);
}
