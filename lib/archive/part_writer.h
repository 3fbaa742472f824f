/* part_writer.h - writes the parts of a put. */
#ifndef ARCHIVE_PART_WRITER_H
#define ARCHIVE_PART_WRITER_H

#include "archive/archive.h"
#include "archive/event_rows.h"
#include "io/sync.h"
#include "parquet/writer.h"

/* What all parts of a put share. */
struct part_shared {
    const struct archive *archive;
    uint64_t stream_hash;
    const char *stream;
    const struct strtab *blooms; /* names of columns to have Bloom filters */
    struct identities identities;
    struct event_rows_scratch rows;
    struct parquet_scratch parquet;
    struct strtab directories; /* that were made, or found, and swept */
    struct sync *sync;         /* what is to be durable; not owned */
    uint64_t opened;           /* parts so far: makes temporary names unique */
};

int part_shared_init(struct part_shared *shared, const struct archive *archive,
                     struct sync *sync, struct failure *failure);
void part_shared_free(struct part_shared *shared);

struct part_writer {
    struct part_shared *shared;
    struct event_rows rows;
    struct parquet_writer parquet;
    struct output output;
    char *temporary; /* what the output was opened with; owned */
    struct part part;
    int64_t from, to; /* the times of the day; of DAY_NONE none */
};

/* Whether an event is of the type and day of the part. */
static inline bool
part_writer_takes(const struct part_writer *writer, const struct event *event)
{
    return event->type == writer->rows.layout.type &&
           (event->time >= writer->from && event->time < writer->to);
}

/* Begins a part; the directories are made when missing.  Of name, type, day
 * and generation count.  written: bytes of the type's fixed part by the tape's
 * HEADER. */
int part_writer_open(struct part_writer *writer, struct part_shared *shared,
                     const struct part_name *name, uint16_t written,
                     struct failure *failure);

/* Adds the events from *event, which belongs into the part, up to end or the
 * first that does not; *seq is that of the first, they have those that follow.
 * Moves both on. */
int part_writer_add(struct part_writer *writer, const struct event **event,
                    const struct event *end, uint64_t *seq,
                    struct failure *failure);

/* Ends the part under its hidden name, read back, and says what it is.  It is
 * durable after sync_all. */
int part_writer_end(struct part_writer *writer, struct part *part,
                    struct failure *failure);

/* Frees it; of what was not ended nothing is left. */
void part_writer_free(struct part_writer *writer);

#endif
