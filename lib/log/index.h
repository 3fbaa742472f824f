/* index.h - where the events of one segment are.
 *
 * For each block its place, first sequence number and times; and the
 * definitions (instrument, name) among its events, so that a replay that starts
 * later need not read the segment to know them.  An index is made from its
 * segment alone.  The file that keeps it is believed only when its hashes fit,
 * and when it names the END of the very segment.
 *
 * Memory: 32 bytes a block, and the definitions.
 */
#ifndef LOG_INDEX_H
#define LOG_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "io/root.h"
#include "tape/event.h"

struct log_entry {
    uint64_t offset; /* of the block's frame in the segment */
    uint64_t seq;    /* of its first event */
    int64_t time_min, time_max;
};
_Static_assert(sizeof(struct log_entry) == 32, "size in the file");

struct log_index {
    uint64_t first_seq, next_seq; /* the segment's events: [first, next) */
    uint64_t size;                /* bytes up to the end of its last block */
    int64_t time_min, time_max;   /* of all events; max < min: there is none */
    struct log_entry *entries;    /* owned */
    size_t entry_count, entry_capacity;
    char *definitions; /* each a u64 seq and the event; owned */
    size_t definition_bytes, definition_capacity;
};

/* Starts the index of a segment: its first sequence number, and the bytes of
 * its HEADER. */
void log_index_init(struct log_index *index, uint64_t first_seq, uint64_t size);
void log_index_free(struct log_index *index);

/* Adds a block that follows all others: bytes is the size of its frame. */
int log_index_block(struct log_index *index, const struct log_entry *entry,
                    uint64_t next_seq, uint64_t bytes, struct failure *failure);

/* Adds an event if it is a definition. */
int log_index_event(struct log_index *index, uint64_t seq,
                    const struct event *event, struct failure *failure);

/* The definitions one after the other: NULL is before the first, and NULL is
 * returned after the last. */
const struct event *log_index_definition(const struct log_index *index,
                                         const struct event *before);
/* The sequence number of one of them. */
uint64_t log_index_definition_seq(const struct event *definition);

/* The last block whose first sequence number is not after seq; entry_count > 0.
 */
size_t log_index_find(const struct log_index *index, uint64_t seq);

/* Keeps it in a file, durably.  end is the check of the segment's END. */
int log_index_save(const struct log_index *index, const struct root *root,
                   const char *path, uint64_t end, struct failure *failure);

enum log_index_part { LOG_INDEX_SUMMARY, LOG_INDEX_DEFINITIONS, LOG_INDEX_ALL };

/* Reads it back: the numbers; the definitions too; or all. 1; 0 when the file
 * is missing or does not fit; -1 if out of memory, when it cannot be read, or
 * is no regular file. */
int log_index_load(struct log_index *index, enum log_index_part part,
                   const struct root *root, const char *path, uint64_t end,
                   struct failure *failure);

#endif
