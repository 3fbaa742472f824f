/* snapshot.h - a directory of snapshots: what a program remembers at places of
 * its input, so that it need not go through all of it again.
 *
 * A snapshot is a tape: first a checkpoint for each tape of input so far, in
 * their order, the last of which is the place; then the program's own events.
 * It appears whole or not at all.  Its name is a number, one up from the one
 * before; the newest SNAPSHOTS_KEPT stay.
 *
 *      snapshots_open
 *      snapshot_read       what one of them holds
 *      snapshot_begin ...  snapshot_commit   or   snapshot_abandon
 *      snapshots_close
 */
#ifndef TAPE_SNAPSHOT_H
#define TAPE_SNAPSHOT_H

#include <stddef.h>

#include "tape/reader.h"
#include "tape/writer.h"

#define SNAPSHOTS_KEPT 3

/* How far a tape of input was read, and what was written of it. */
struct snapshot_tape {
    char input_stream[TAPE_STREAM_MAX + 1];
    char output_stream[TAPE_STREAM_MAX + 1];
    uint64_t input_seq, input_digest;
    uint64_t output_seq, output_digest; /* digest 0: not known */
};

/* Zeroed it is empty. */
struct snapshot_tapes {
    struct snapshot_tape *all; /* owned */
    size_t count, capacity;
};

void snapshot_tapes_free(struct snapshot_tapes *tapes);

/* Adds one, all zero; NULL out of memory. */
struct snapshot_tape *snapshot_tapes_add(struct snapshot_tapes *tapes,
                                         struct failure *failure);

struct snapshots {
    const char *path;  /* as given to snapshots_open; outlives this */
    uint64_t *numbers; /* of those there are, ascending; owned */
    size_t count, capacity;
    int lock;
    /* the one being written */
    uint64_t number;
    char *name; /* its path; owned */
    struct output output;
    struct tape_writer writer;
};

/* Opens a directory, made when missing, for this program alone; one that has
 * other things and no snapshot is refused. */
int snapshots_open(struct snapshots *snapshots, const char *path,
                   struct failure *failure);

/* Fine on one that is zeroed or failed to open. */
void snapshots_close(struct snapshots *snapshots);

/* What is in a snapshot. */
struct snapshot_content {
    struct tape_header header;
    struct snapshot_tapes tapes;
};

void snapshot_content_free(struct snapshot_content *content);

/* Reads the i-th: content, and its further events through take, which may be
 * NULL: then no more is read than content needs.  -1 with a failure that names
 * where; of class data when the snapshot is damaged, or take fails with that.
 */
int snapshot_read(const struct snapshots *snapshots, size_t i,
                  struct snapshot_content *content,
                  int (*take)(void *owner, const struct event *event,
                              struct failure *failure),
                  void *owner, struct failure *failure);

/* Begins a snapshot: its checkpoints, at the latest time seen.  The program's
 * events follow through snapshots->writer. */
int snapshot_begin(struct snapshots *snapshots,
                   const struct tape_header *header,
                   const struct snapshot_tapes *tapes, int64_t time,
                   struct failure *failure);

/* Makes it durable, and removes the oldest. */
int snapshot_commit(struct snapshots *snapshots, struct failure *failure);
void snapshot_abandon(struct snapshots *snapshots);

#endif
