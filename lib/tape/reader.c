#include "tape/reader.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tape/rules.h"

#define READ_SIZE   (1024 * 1024)
#define BUFFER_SIZE (READ_SIZE + FRAME_MAX)
#define SLACK       64 /* tape_rule_broken may look past the last event */
_Static_assert(SLACK >= sizeof(uint64_t), "a word after the shortest event");

int
tape_reader_init(struct tape_reader *reader, struct input *input,
                 struct failure *failure)
{
    memset(reader, 0, sizeof *reader);
    reader->input = input;
    reader->buffer = aligned_alloc(64, BUFFER_SIZE + SLACK);
    reader->rules = allocate(failure, 1, sizeof *reader->rules);
    if (!reader->buffer || !reader->rules || digest_reset(&reader->digest) != 0)
        return fail_memory(failure);
    return 0;
}

void
tape_reader_free(struct tape_reader *reader)
{
    tape_header_free(&reader->header);
    digest_free(&reader->digest);
    free(reader->rules);
    free(reader->buffer);
    free(reader->completed);
    memset(reader, 0, sizeof *reader);
}

/* Puts the place before a failure: the next frame's. */
static int
fail_here(struct tape_reader *reader, struct failure *failure)
{
    if (reader->in_tape)
        return fail_at(failure, "%s: event %" PRIu64 " (byte %" PRIu64 ")",
                       input_name(reader->input), reader->next_seq,
                       reader->position);
    return fail_at(failure, "%s: byte %" PRIu64, input_name(reader->input),
                   reader->position);
}

static int
damaged(struct tape_reader *reader, struct failure *failure, const char *what)
{
    fail(failure, FAILURE_DATA, "%s: the tape is damaged", what);
    return fail_here(reader, failure);
}

/* Whether the input, as far as it is there, begins as a tape does. */
static bool
looks_like_tape(const struct tape_reader *reader)
{
    const uint32_t kind = FRAME_HEADER;
    size_t have = reader->tail - reader->head;

    return reader->position > 0 ||
           memcmp(reader->buffer + reader->head, &kind,
                  have < sizeof kind ? have : sizeof kind) == 0;
}

/* What else is often named by mistake, and what reads it. */
static const struct {
    const char *magic, *advice;
} others[] = {
    {"SQLite format 3",
     "an SQLite database, no tape; xledger -d reads ledgers"},
    {"PAR1", "a Parquet file, no tape; ximport -f parquet reads it, or "
             "xrestore -d a whole archive"},
    {"\x1f\x8b", "compressed by gzip: gzip -dc FILE | gives what is in it"},
    {"\x28\xb5\x2f\xfd", "compressed by zstd: zstd -dc FILE | gives what is in "
                         "it"},
    {"", "not a tape; text is read with ximport"},
};

static int
not_a_tape(struct tape_reader *reader, struct failure *failure)
{
    const char *bytes = reader->buffer + reader->head;
    size_t have = reader->tail - reader->head, i = 0;

    while (have < strlen(others[i].magic) ||
           memcmp(bytes, others[i].magic, strlen(others[i].magic)) != 0)
        i++;
    assert(i < sizeof others / sizeof *others);
    fail(failure, FAILURE_DATA, "%s", others[i].advice);
    return fail_here(reader, failure);
}

/* The input ended where it must not.  Of a file that is damage; on a pipe
 * somebody upstream died, and running it again may help. */
static int
ended_early(struct tape_reader *reader, struct failure *failure)
{
    if (!looks_like_tape(reader))
        return not_a_tape(reader, failure);
    if (reader->input->regular)
        fail(failure, FAILURE_DATA,
             "the file ends without END: it was cut off");
    else if (reader->position == 0 && reader->tail == reader->head)
        fail(failure, FAILURE_ENVIRONMENT,
             "no input: the program upstream died (run it again), or there is "
             "none (name an input file)");
    else
        fail(failure, FAILURE_ENVIRONMENT,
             "the tape ends without END: the program upstream died; "
             "run it again");
    return fail_here(reader, failure);
}

/* Has at least size bytes in the buffer at head: 1; 0 when the input ended or
 * was stopped before; -1 on failure. */
static int
want(struct tape_reader *reader, size_t size, struct failure *failure)
{
    assert(size <= FRAME_MAX && reader->head <= reader->tail);
    while (reader->tail - reader->head < size) {
        size_t have = reader->tail - reader->head;
        ssize_t count;

        if (reader->head > 0)
            memmove(reader->buffer, reader->buffer + reader->head, have);
        reader->head = 0;
        reader->tail = have;
        count = input_read(reader->input, reader->buffer + reader->tail,
                           BUFFER_SIZE - reader->tail, failure);
        if (count <= 0)
            return (int)count;
        reader->tail += (size_t)count;
        assert(reader->tail <= BUFFER_SIZE);
    }
    return 1;
}

/* ---- frames -------------------------------------------------------------- */

static bool
plausible(const struct frame *frame)
{
    if (frame->size % 8 || frame->size > FRAME_MAX)
        return false;
    switch (frame->kind) {
    case FRAME_HEADER: return frame->size >= FRAME_HEAD;
    case FRAME_BLOCK: return frame->size > FRAME_HEAD;
    case FRAME_END: return frame->size == FRAME_HEAD;
    default: return false;
    }
}

/* The next frame, whole and with its hashes checked; NULL at the end of the
 * input (*result 0) or on failure (*result -1). */
static const struct frame *
next_frame(struct tape_reader *reader, int *result, struct failure *failure)
{
    const struct frame *frame;

    *result = want(reader, FRAME_HEAD, failure);
    if (*result == 0 && reader->tail == reader->head && !reader->in_tape &&
        reader->position > 0)
        return NULL; /* where an input may end */
    if (*result <= 0) {
        if (*result == 0 && !reader->input->stopped)
            *result = ended_early(reader, failure);
        return NULL;
    }
    frame = (const struct frame *)(void *)(reader->buffer + reader->head);
    *result = -1;
    if (frame->check != frame_hash(frame, offsetof(struct frame, check)) ||
        !plausible(frame)) {
        if (!looks_like_tape(reader))
            not_a_tape(reader, failure);
        else
            damaged(reader, failure,
                    "the check of a frame's head does not match");
        return NULL;
    }
    *result = want(reader, frame->size, failure);
    if (*result <= 0) {
        if (*result == 0 && !reader->input->stopped)
            *result = ended_early(reader, failure);
        return NULL;
    }
    frame = (const struct frame *)(void *)(reader->buffer + reader->head);
    if (frame->body != frame_hash(frame + 1, frame->size - FRAME_HEAD)) {
        *result =
            damaged(reader, failure, "the hash of a frame does not match");
        return NULL;
    }
    return frame;
}

/* ---- header -------------------------------------------------------------- */

/* After a wrong command a HEADER and an END of class usage are written at once:
 * nobody should begin a tape for that.  (If they arrive one by one after all,
 * the END has the same effect.) */
static int
check_command(struct tape_reader *reader, const struct frame *header,
              struct failure *failure)
{
    const struct frame *end =
        (const void *)((const char *)header + header->size);
    size_t have = reader->tail - reader->head;

    assert(have >= header->size); /* next_frame read all of it */
    if (have < header->size + sizeof *end || end->kind != FRAME_END ||
        end->u.end.status != TAPE_FAILED ||
        end->u.end.exit_class != FAILURE_USAGE ||
        end->check != frame_hash(end, offsetof(struct frame, check)))
        return 0;
    reader->in_tape = false;
    tape_fail_upstream(FAILURE_USAGE, failure);
    failure->reported &= !reader->input->regular;
    return fail_at(failure, "%s", input_name(reader->input));
}

static int
take_header(struct tape_reader *reader, const struct frame *frame,
            struct failure *failure)
{
    if (reader->in_tape)
        return damaged(reader, failure, "a HEADER without an END before it");
    if (frame->u.header.version != TAPE_VERSION) {
        fail(failure, FAILURE_DATA,
             "a tape of format %u; this program reads format %d",
             frame->u.header.version, TAPE_VERSION);
        fail_hint(failure, "use a newer program");
        return fail_here(reader, failure);
    }
    tape_header_free(&reader->header);
    if (tape_header_parse(&reader->header, frame, failure) != 0)
        return fail_here(reader, failure);
    if (digest_reset(&reader->digest) != 0)
        return fail_memory(failure);
    tape_rules_make(reader->rules, &reader->header);
    reader->short_types = reader->rules->short_types && !reader->raw;
    reader->in_tape = true;
    reader->skipped = false;
    reader->next_seq = reader->header.first_seq;
    reader->total = 0;
    return check_command(reader, frame, failure) == 0 ? TAPE_HEADER : -1;
}

/* ---- blocks -------------------------------------------------------------- */

static int
bad_event(struct tape_reader *reader, const struct event *event, uint32_t index,
          struct failure *failure)
{
    return fail_at(failure, "%s: event %" PRIu64 " (byte %" PRIu64 ")",
                   input_name(reader->input), reader->next_seq + index,
                   tape_reader_position(reader, event));
}

/* The usual block: events of one type and length, without texts.  True when all
 * is well with them and with what the block's head states, and *last is
 * set; false proves nothing, check_events then explains.  To find the next
 * event nothing waits for the length of this one: half the time, on every
 * block. */
static bool
all_alike(const struct tape_reader *reader, const struct tape_rule *rules,
          const struct event **last)
{
    const struct event *first = reader->first;
    const char *end = (const char *)reader->end;
    const struct tape_rule rule = rules[first->type % EVENT_TYPES];
    int64_t time_min = INT64_MAX, time_max = INT64_MIN;
    size_t size = first->words * 8UL;
    uint64_t wrong = 0;

    if (size * reader->count != (size_t)(end - (const char *)first) ||
        first->type >= EVENT_TYPES || first->words < rule.words ||
        rule.has_texts)
        return false;
    for (const char *at = (const char *)first; at < end; at += size) {
        const struct event *event = (const struct event *)(const void *)at;

        wrong |= (uint64_t)(event->words ^ first->words);
        wrong |= (uint64_t)(event->type ^ first->type);
        wrong |= tape_rule_broken(&rule, event);
        time_min = event->time < time_min ? event->time : time_min;
        time_max = event->time > time_max ? event->time : time_max;
    }
    *last = (const struct event *)(const void *)(end - size);
    return wrong == 0 && time_min == reader->time_min &&
           time_max == reader->time_max;
}

/* Walks the events of [reader->first, reader->end) and checks each by its
 * rule; finds the last one. */
static int
check_events(struct tape_reader *reader, const struct tape_rule *rules,
             const struct event **last, struct failure *failure)
{
    int64_t time_min = INT64_MAX, time_max = INT64_MIN;
    const struct event *event = reader->first;
    uint32_t index = 0;

    if (all_alike(reader, rules, last))
        return 0;
    for (; event < reader->end; event = event_next(event), index++) {
        size_t left = (size_t)((const char *)reader->end - (const char *)event);
        const struct tape_rule *rule;

        if (event->words < 2 || event->words * 8UL > left) {
            fail(failure, FAILURE_DATA, "its length, %u bytes, is impossible",
                 event->words * 8);
            return bad_event(reader, event, index, failure);
        }
        *last = event;
        time_min = event->time < time_min ? event->time : time_min;
        time_max = event->time > time_max ? event->time : time_max;
        if (event->type >= EVENT_TYPES)
            continue;
        rule = &rules[event->type];
        if (event->words < rule->words) {
            fail(failure, FAILURE_DATA,
                 "%u bytes are too few for an event of type %u",
                 event->words * 8, event->type);
            return bad_event(reader, event, index, failure);
        }
        if (tape_rule_broken(rule, event) ||
            (rule->has_texts && !tape_texts_inside(rule->schema, event))) {
            tape_rule_explain(rule, event, failure);
            return bad_event(reader, event, index, failure);
        }
    }
    if (index != reader->count || time_min != reader->time_min ||
        time_max != reader->time_max)
        return damaged(reader, failure,
                       "the head of a block contradicts its events");
    return 0;
}

/* Points first and end to a copy of the block in which the events that an
 * older program wrote have all the fields that this one knows. */
static int
complete_events(struct tape_reader *reader, struct failure *failure)
{
    size_t size = BLOCK_BODY_MAX + (size_t)reader->count * EVENT_FIXED_MAX;
    uint32_t index = 0;
    char *at;

    if (reader->completed_size < size) {
        free(reader->completed);
        reader->completed = allocate(failure, 1, size + SLACK);
        reader->completed_size = reader->completed ? size : 0;
        if (!reader->completed)
            return -1;
    }
    at = reader->completed;
    for (const struct event *event = reader->first; event < reader->end;
         event = event_next(event), index++) {
        const struct schema_type *schema =
            event->type < EVENT_TYPES ? reader->rules->known[event->type].schema
                                      : NULL;
        size_t written = schema ? reader->header.sizes[event->type] : 0;

        size_t now = event->words * 8UL;

        if (!written || written >= schema->size)
            memcpy(at, event, now);
        else if ((now = tape_complete(schema, written, event, at, failure)) ==
                 0)
            return bad_event(reader, event, index, failure);
        at += now;
        assert(at <= reader->completed + size);
    }
    reader->first = (const struct event *)(void *)reader->completed;
    reader->end = (const struct event *)(void *)at;
    return 0;
}

static int
take_block(struct tape_reader *reader, const struct frame *frame,
           struct failure *failure)
{
    bool lengths_only = reader->raw || reader->short_types;
    const void *end = (const char *)frame + frame->size;
    const struct event *last;

    if (!reader->in_tape)
        return damaged(reader, failure, "events before a HEADER");
    if (frame->u.block.first_seq != reader->next_seq)
        return damaged(reader, failure, "a block is missing or out of order");
    if (frame->u.block.count > TAPE_SEQ_MAX - reader->next_seq + 1) {
        fail(failure, FAILURE_DATA,
             "%u more events would take the sequence numbers beyond %" PRIu64,
             frame->u.block.count, TAPE_SEQ_MAX);
        return fail_here(reader, failure);
    }
    reader->first = (const struct event *)(const void *)(frame + 1);
    reader->end = end;
    reader->first_seq = reader->next_seq;
    reader->count = frame->u.block.count;
    reader->time_min = frame->u.block.time_min;
    reader->time_max = frame->u.block.time_max;
    reader->offset = reader->position + FRAME_HEAD;
    if (check_events(reader,
                     lengths_only ? reader->rules->written
                                  : reader->rules->known,
                     &reader->last, failure) != 0)
        return -1;
    assert(reader->first <= reader->last && reader->last < reader->end);
    reader->body = frame->body;
    digest_block(&reader->digest, reader->first, reader->last, end,
                 frame->body);
    if (reader->short_types) {
        reader->last = NULL;
        if (complete_events(reader, failure) != 0 ||
            check_events(reader, reader->rules->known, &last, failure) != 0)
            return -1;
    }
    reader->next_seq += reader->count;
    reader->total += reader->count;
    return TAPE_BLOCK;
}

/* ---- end ----------------------------------------------------------------- */

static int
take_end(struct tape_reader *reader, const struct frame *frame,
         struct failure *failure)
{
    if (!reader->in_tape)
        return damaged(reader, failure, "an END without a HEADER before it");
    if (!reader->skipped && frame->u.end.count != reader->total)
        return damaged(reader, failure, "END has a wrong number of events");
    if (!reader->skipped &&
        frame->u.end.digest != digest_value(&reader->digest))
        return damaged(reader, failure, "END has a wrong digest");
    if (frame->u.end.status > TAPE_FAILED ||
        (frame->u.end.status == TAPE_FAILED) !=
            (frame->u.end.exit_class == FAILURE_DATA ||
             frame->u.end.exit_class == FAILURE_USAGE ||
             frame->u.end.exit_class == FAILURE_ENVIRONMENT))
        return damaged(reader, failure, "END has an unknown status");
    reader->in_tape = false;
    reader->status = (enum tape_status)frame->u.end.status;
    reader->exit_class = (int)frame->u.end.exit_class;
    reader->digest_at_end = frame->u.end.digest;
    return TAPE_END;
}

int
tape_reader_next(struct tape_reader *reader, struct failure *failure)
{
    const struct frame *frame;
    int result;

    if (reader->input->stopped)
        return TAPE_NOTHING;
    frame = next_frame(reader, &result, failure);
    if (!frame)
        return result;
    switch (frame->kind) {
    case FRAME_HEADER: result = take_header(reader, frame, failure); break;
    case FRAME_BLOCK: result = take_block(reader, frame, failure); break;
    default: result = take_end(reader, frame, failure); break;
    }
    assert(frame->size <= reader->tail - reader->head);
    reader->head += frame->size;
    reader->position += frame->size;
    return result;
}

int
tape_fail_upstream(int exit_class, struct failure *failure)
{
    static const char *const words[] = {
        [FAILURE_DATA] = "its data was bad",
        [FAILURE_USAGE] = "its command was wrong",
        [FAILURE_ENVIRONMENT] = "its environment failed; run it again",
    };
    bool first = failure->kind == FAILURE_NONE;

    assert(exit_class >= FAILURE_DATA && exit_class <= FAILURE_ENVIRONMENT);
    fail(failure, (enum failure_class)exit_class,
         "a program upstream failed: %s", words[exit_class]);
    if (first && exit_class == FAILURE_USAGE)
        failure->reported = true; /* upstream, on the same terminal */
    return -1;
}

int
tape_reader_seek(struct tape_reader *reader, uint64_t position, uint64_t seq,
                 struct failure *failure)
{
    assert(reader->in_tape && reader->input->regular);
    assert(seq >= 1 && seq <= TAPE_SEQ_MAX);
    reader->head = 0;
    reader->tail = 0;
    reader->position = position;
    reader->next_seq = seq;
    reader->skipped = true;
    return input_seek(reader->input, position, failure);
}

uint64_t
tape_reader_position(const struct tape_reader *reader,
                     const struct event *event)
{
    const char *at = (const char *)event;

    if (at < reader->buffer || at > reader->buffer + BUFFER_SIZE)
        return reader->offset;
    return reader->offset + (uint64_t)(at - (const char *)reader->first);
}
