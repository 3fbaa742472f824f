/* writer.h - writes a tape.
 *
 *      tape_writer_init     with an open output
 *      tape_writer_begin    a HEADER
 *      tape_writer_put ...  events, filled in place
 *      tape_writer_end      END; another tape_writer_begin may follow
 *      tape_writer_free
 *
 * Into a regular file every block but the last of a tape is a whole chunk
 * (digest.h), so equal events give equal bytes.  tape_writer_flush sends an
 * unfinished block on and is meant for pipes.
 *
 * Errors are sticky and land in output->failure: tape_writer_put then hands
 * out room that goes nowhere, so callers need not check each event; begin,
 * flush and end report.
 */
#ifndef TAPE_WRITER_H
#define TAPE_WRITER_H

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "io/output.h"
#include "tape/digest.h"
#include "tape/event.h"
#include "tape/header.h"

struct tape_reader;

#define ROOM_EVENT_MAX 1024 /* bytes of one in the room of tape_writer_room */
_Static_assert(CHUNK_SIZE + ROOM_EVENT_MAX <= BLOCK_BODY_MAX,
               "the last one fits a block");

struct tape_writer {
    struct output *output;
    char *block;          /* the block being filled, in the output's buffer */
    char *scratch;        /* FRAME_MAX bytes, for when that cannot be; owned */
    size_t used;          /* bytes of its body */
    uint32_t count;       /* events in it */
    uint64_t block_seq;   /* seq of its first event */
    uint64_t total;       /* events since begin, those in the block included */
    struct digest digest; /* of the blocks sent */
    bool begun;
    bool lent; /* tape_writer_room was called: nothing else may write */
};

int tape_writer_init(struct tape_writer *writer, struct output *output,
                     struct failure *failure);
void tape_writer_free(struct tape_writer *writer);

/* Writes a HEADER; seq starts at header->first_seq. */
int tape_writer_begin(struct tape_writer *writer,
                      const struct tape_header *header);

/* Sends the block that is being filled, if any, to the output's buffer. */
int tape_writer_send(struct tape_writer *writer);

/* Room for an event of at most size bytes, up to EVENT_MAX.  Not zeroed. It
 * becomes an event with tape_writer_advance. */
static inline void *
tape_writer_reserve(struct tape_writer *writer, size_t size)
{
    assert(!writer->lent);
    if (__builtin_expect(writer->used >= CHUNK_SIZE ||
                             writer->used + size > BLOCK_BODY_MAX,
                         0)) {
        assert(size <= EVENT_MAX);
        tape_writer_send(writer);
    }
    return writer->block + FRAME_HEAD + writer->used;
}

/* The event in the room reserved has this size, a multiple of 8 from 16. */
static inline void
tape_writer_advance(struct tape_writer *writer, size_t size)
{
    assert(writer->used + size <= BLOCK_BODY_MAX);
    writer->used += size;
    writer->count++;
    writer->total++;
}

/* Room for an event of size bytes, a multiple of 8 from 16 to EVENT_MAX.  Not
 * zeroed.  The caller fills all of it before the next call. */
static inline void *
tape_writer_put(struct tape_writer *writer, size_t size)
{
    void *room = tape_writer_reserve(writer, size);

    writer->used += size;
    writer->count++;
    writer->total++;
    return room;
}

/* Lends the rest of the block: events of up to ROOM_EVENT_MAX bytes may be
 * written there, one after the other, each beginning before *end.  Until
 * tape_writer_filled takes it back nothing else may be written. */
static inline char *
tape_writer_room(struct tape_writer *writer, char **end)
{
    char *body;

    tape_writer_reserve(writer, ROOM_EVENT_MAX);
    writer->lent = true;
    body = writer->block + FRAME_HEAD;
    *end = body + CHUNK_SIZE;
    return body + writer->used;
}

/* count events were written in the room, up to at. */
static inline void
tape_writer_filled(struct tape_writer *writer, const char *at, uint64_t count)
{
    size_t used = (size_t)(at - (writer->block + FRAME_HEAD));

    assert(writer->lent);
    assert(used >= writer->used && used <= CHUNK_SIZE + ROOM_EVENT_MAX);
    writer->lent = false;
    writer->used = used;
    writer->count += (uint32_t)count;
    writer->total += count;
}

/* The seq that the next event will have. */
static inline uint64_t
tape_writer_next_seq(const struct tape_writer *writer)
{
    assert(!writer->lent);
    return writer->block_seq + writer->count;
}

/* Appends an event as it is. */
static inline void
tape_writer_copy(struct tape_writer *writer, const struct event *event)
{
    size_t size = (size_t)event->words * 8;

    memcpy(tape_writer_put(writer, size), event, size);
}

/* Appends count events that lie one after the other, from first up to end. */
void tape_writer_copy_run(struct tape_writer *writer, const struct event *first,
                          const struct event *end, uint32_t count);

/* The same for events that a reader handed out.  Where its block becomes one
 * as it is, its bytes are not gone over again. */
void tape_writer_copy_block(struct tape_writer *writer,
                            const struct tape_reader *reader,
                            const struct event *first, const struct event *end,
                            uint32_t count);

/* Sends everything on to the kernel, an unfinished block too.  Does nothing
 * when the output is a regular file. */
int tape_writer_flush(struct tape_writer *writer);

/* The digest of all events since begin. */
uint64_t tape_writer_digest(const struct tape_writer *writer);

/* Writes END and flushes the output (but does not commit it).  exit_class is
 * 0 unless status is TAPE_FAILED. */
int tape_writer_end(struct tape_writer *writer, enum tape_status status,
                    int exit_class);

#endif
