/* part_reader.h - reads the events of a part. */
#ifndef ARCHIVE_PART_READER_H
#define ARCHIVE_PART_READER_H

#include "archive/part.h"
#include "archive/part_group.h"

struct part_reader {
    struct parquet_reader file;
    struct part_filter filter;
    char *path; /* owned */
    struct pool *ahead;
    struct part_group *groups;        /* loaded in turn; owned */
    uint32_t slots, ready;            /* how many; how many of them ever used */
    uint32_t next_group;              /* of the file, to be loaded */
    uint64_t given, taken;            /* jobs */
    struct part_group *group;         /* current; NULL: none */
    struct bytes batch;               /* events built */
    uint32_t batch_first, batch_left; /* of them: first, how many */
    const struct event *event;        /* current */
    uint64_t seq;
    uint64_t groups_read, groups_skipped;

    /* private, of part_reader_hash */
    const struct archive *archive;
    struct pool_job job;
    struct part_bytes bytes;
    struct failure hash_failure;
    int hashed; /* as part_hash returns */
    bool hashes;
};

/* Reads an open file, which is taken over in any case; path is its name,
 * copied.  Row groups are loaded by the threads of ahead, before their turn;
 * NULL: by the caller's. */
int part_reader_open(struct part_reader *reader, struct input *input,
                     const char *path, const struct part_filter *filter,
                     struct pool *ahead, struct failure *failure);
void part_reader_close(struct part_reader *reader);

/* 0 when it is that part, as far as its size and its footer say; else -1. */
int part_reader_check(const struct part_reader *reader, const struct part *part,
                      struct failure *failure);

/* Begins to hash the whole file, by the threads of ahead or at the end.  Then,
 * once: whether it is what the archive says: 0, also when stopped before; -1.
 */
void part_reader_hash(struct part_reader *reader,
                      const struct archive *archive);
int part_reader_hashed(struct part_reader *reader, const struct part *part,
                       struct failure *failure);

/* Goes on to the next event: 1; 0 after the last; -1.  Some may come that the
 * filter's selection does not want: not all that it asks for can be seen in
 * columns. */
int part_reader_next(struct part_reader *reader, struct failure *failure);

/* Builds the next events, one after the other in reader->batch: 1; 0 after the
 * last; -1.  Not mixed with part_reader_next. */
int part_reader_batch(struct part_reader *reader, struct failure *failure);

/* Goes on to the last of the events that follow the current one with the next
 * sequence numbers, as far as they are built: at most max, the current one
 * included, and none above last.  How many; *end is after them. */
uint32_t part_reader_run(struct part_reader *reader, uint32_t max,
                         uint64_t last, const struct event **end);

#endif
