/* header.h - what a tape states about itself before its events.
 *
 * The stream's name, the first seq, the fixed length of each event type as
 * the writer knew it, and the provenance: one entry for each program that
 * shaped the events, oldest first.  See tape(5).
 */
#ifndef TAPE_HEADER_H
#define TAPE_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "tape/event.h"
#include "tape/frame.h"

#define TAPE_STREAM_MAX   255 /* bytes of a stream's name */
#define TAPE_PROGRAMS_MAX 64

/* The highest sequence number, so that signed columns of databases and files
 * hold every one.  A tape that would go beyond is refused where it is read. */
#define TAPE_SEQ_MAX ((uint64_t)INT64_MAX)

struct tape_program {
    char *name, *version, *options; /* owned */
};

struct tape_header {
    char stream[TAPE_STREAM_MAX + 1];
    uint64_t first_seq;
    uint16_t sizes[EVENT_TYPES]; /* bytes of the fixed part; 0: unknown */
    unsigned program_count;
    struct tape_program programs[TAPE_PROGRAMS_MAX];
};

/* Whether bytes can be a stream's name: 1 to TAPE_STREAM_MAX of UTF-8 without
 * control characters.  A HEADER that breaks this is neither written nor
 * read. */
bool tape_stream_is_name(const char *bytes, size_t size);

/* The end of a name that is longer than max bytes, in whole characters: it
 * distinguishes more than the beginning. */
const char *tape_stream_end(const char *name, size_t max);

/* Sets an empty header: stream name, first seq 1, our own sizes.  A name
 * longer than TAPE_STREAM_MAX is cut at the front. */
void tape_header_init(struct tape_header *header, const char *stream);
void tape_header_free(struct tape_header *header);
int tape_header_copy(struct tape_header *to, const struct tape_header *from,
                     struct failure *failure);

/* Makes the header of what a program derives from a tape: renames it, and
 * raises the sizes to our own where those are longer. */
void tape_header_derive(struct tape_header *header, const char *suffix);

/* Appends "/suffix" to the stream's name, where it fits, and restarts seq at
 * 1: the header of a selection whose events stay as they were written. */
void tape_header_rename(struct tape_header *header, const char *suffix);

/* Appends a provenance entry. */
int tape_header_add_program(struct tape_header *header, const char *name,
                            const char *version, const char *options,
                            struct failure *failure);

/* Reads the body of a header frame whose head is checked; -1 with a failure
 * of class data when it is not well formed. */
int tape_header_parse(struct tape_header *header, const struct frame *frame,
                      struct failure *failure);

/* Writes the frame into bytes[FRAME_MAX]; its size, or -1 when too large. */
long tape_header_format(const struct tape_header *header, void *bytes,
                        struct failure *failure);

#endif
