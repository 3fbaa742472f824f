/* part_name.h - what the path of a part says: type, day, stream and range.
 *
 *      type=trade/date=2026-01-08/part-9f0c...-1-2620.parquet
 *
 * Paths that come from a manifest or a catalog are parsed into this and built
 * again from it, so that no text from outside ever reaches a system call.
 */
#ifndef ARCHIVE_PART_NAME_H
#define ARCHIVE_PART_NAME_H

#include <stdbool.h>
#include <stdint.h>

#define PART_PATH_MAX                                                          \
    192 /* bytes of a path below the archive, with the NUL                     \
         */

struct part_name {
    uint16_t type;
    bool numbered;        /* the type is written as a number: it had no name */
    int64_t day;          /* since 1970-01-01; DAY_NONE: events without time */
    uint64_t stream;      /* manifest_stream_hash */
    uint64_t first, last; /* sequence numbers, both included */
    unsigned generation;  /* of a compaction; 0: none */
};

/* The day of a time, and of no time. */
#define DAY_NONE INT64_MIN
int64_t day_of(int64_t time);

/* "2026-01-08", or Hive's name for null. */
#define DAY_TEXT_MAX 32
void day_format(int64_t day, char text[DAY_TEXT_MAX]);

/* The type as paths have it: its name, or its number. */
void part_name_type(const struct part_name *name, char text[PART_PATH_MAX]);

/* "type=TYPE/date=DATE". */
void part_name_directory(const struct part_name *name,
                         char path[PART_PATH_MAX]);

/* The path of the part, and of the hidden name it has until it is published:
 * ".NAME.new" in the same directory. */
void part_name_path(const struct part_name *name, char path[PART_PATH_MAX]);
void part_name_hidden(const struct part_name *name, char path[PART_PATH_MAX]);

/* Takes a path apart; false unless it is exactly what part_name_path or, with
 * *hidden then set, part_name_hidden builds. hidden may be NULL. */
bool part_name_parse(struct part_name *name, const char *path, bool *hidden);

/* By type, day, stream, range and generation: below, equal, above 0. */
int part_name_compare(const struct part_name *a, const struct part_name *b);

#endif
