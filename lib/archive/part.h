/* part.h - one Parquet file of an archive: events of one type, of one day, of
 * one stream.
 *
 * The metadata of the file tells the rest, see xtape-archive(5): what the
 * archive needs to be made again from its files alone.
 */
#ifndef ARCHIVE_PART_H
#define ARCHIVE_PART_H

#include "archive/event_rows.h"
#include "archive/part_group.h"
#include "base/hash.h"
#include "parquet/writer.h"
#include "tape/digest.h"

struct part_facts {
    char *path; /* from the archive's directory; owned */
    char sha256[SHA256_TEXT];
    uint64_t size, rows, first_seq, last_seq;
    int64_t time_min, time_max; /* of events with a time; min > max: none */
    uint64_t digest;            /* of its events, as tape(5) makes it */
};

/* ---- writing ------------------------------------------------------------ */

/* What all parts of a put share. */
struct part_shared {
    const char *archive; /* the directory */
    const char *stream;
    uint64_t stream_hash;
    unsigned generation;         /* of a compaction, in the names; 0: none */
    const struct strtab *blooms; /* names of columns to have Bloom filters */
    struct identities identities;
    struct event_rows_scratch rows;
    struct parquet_scratch parquet;
    uint64_t opened; /* parts so far: for names that nobody else has */
};

int part_shared_init(struct part_shared *shared, const char *archive,
                     struct failure *failure);
void part_shared_free(struct part_shared *shared);

struct part_writer {
    struct part_shared *shared;
    struct event_rows rows;
    struct parquet_writer parquet;
    struct output output;
    char *temporary; /* what the output was opened with; owned */
    struct part_facts facts;
    int64_t day;
    int64_t from, to; /* the times of the day; of DAY_NONE none */
};

/* The day of a time since 1970, and of no time. */
#define DAY_NONE INT64_MIN
int64_t day_of(int64_t time);

/* Whether an event is of the type and day of the part. */
static inline bool
part_writer_takes(const struct part_writer *part, const struct event *event)
{
    return event->type == part->rows.layout.type &&
           (event->time >= part->from && event->time < part->to);
}

/* Begins a part; the directories are made when missing.  written: bytes of the
 * type's fixed part by the tape's HEADER. */
int part_writer_open(struct part_writer *part, struct part_shared *shared,
                     uint16_t type, int64_t day, uint16_t written,
                     struct failure *failure);

/* Adds the events from *event, which belongs into the part, up to end or the
 * first that does not; *seq is that of the first, they have those that follow.
 * Moves both on. */
int part_writer_add(struct part_writer *part, const struct event **event,
                    const struct event *end, uint64_t *seq,
                    struct failure *failure);

/* Ends the part under a hidden name (part_hidden), durable and read back, and
 * hands over its facts. */
int part_writer_end(struct part_writer *part, struct part_facts *facts,
                    struct failure *failure);

/* Frees it; what was not ended leaves nothing behind. */
void part_writer_free(struct part_writer *part);

/* The name of a part until it is published: ".name.new" beside it. NULL
 * without memory; the caller frees. */
char *part_hidden(const char *path);

/* "DIR/path", for the caller to free; NULL without memory. */
char *path_join(const char *directory, const char *path);

/* ---- reading ------------------------------------------------------------ */

struct part_reader {
    struct parquet_reader file;
    struct part_filter filter;
    char *path; /* owned */
    struct pool *ahead;
    struct part_group *groups;        /* loaded in turn; owned */
    uint32_t slots, ready;            /* how many; how many of them ever used */
    uint32_t next_group;              /* of the file, to be loaded */
    uint64_t given, taken;            /* jobs */
    struct part_group *group;         /* in hand; NULL: none */
    struct bytes batch;               /* events built */
    uint32_t batch_first, batch_left; /* of them: first, how many */
    const struct event *event;        /* in hand */
    uint64_t seq;
    uint64_t groups_read, groups_skipped;
};

/* Opens the file at path (copied).  Row groups are loaded by the threads of
 * ahead, before their turn; NULL: by the caller's. */
int part_reader_open(struct part_reader *reader, const char *path,
                     const struct part_filter *filter, struct pool *ahead,
                     struct failure *failure);
void part_reader_close(struct part_reader *reader);

/* 0 when it is the part with those facts, as far as its size and its footer
 * tell; else -1. */
int part_reader_check(const struct part_reader *reader,
                      const struct part_facts *facts, struct failure *failure);

/* Takes the next event in hand: 1; 0 after the last; -1.  Some may come that
 * the filter's selection does not want: not all that it asks for can be told
 * from columns. */
int part_reader_next(struct part_reader *reader, struct failure *failure);

/* Goes on to the last of the events that follow the one in hand with the next
 * seqs, as far as they are built: at most max, the one in hand included, and
 * none above last.  How many; *end is behind them. */
uint32_t part_reader_run(struct part_reader *reader, uint32_t max,
                         uint64_t last, const struct event **end);

/* Reads a whole part and compares hash, size, rows, seqs and digest with the
 * facts.  path: where it lies now. */
int part_verify(const char *path, const struct part_facts *facts,
                struct failure *failure);

/* The same for one just written, by the hash of what was; tells the SHA-256 of
 * what was read. */
int part_read_back(const char *path, struct part_facts *facts,
                   struct quick_value written, struct failure *failure);

#endif
