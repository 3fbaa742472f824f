/* part.h - one Parquet file of an archive, a part: events of one type, of one
 * day, of one stream.
 *
 * The metadata of the file says the rest, see xtape-archive(5): what the
 * archive needs to be made again from its files alone.
 */
#ifndef ARCHIVE_PART_H
#define ARCHIVE_PART_H

#include "archive/part_name.h"
#include "base/hash.h"
#include "io/input.h"

struct archive;

/* The tiers of an archive: each a directory, of which the archive's own is the
 * first and is called hot.  policy.conf says where the others are. */
#define TIER_HOT "hot"
#define TIER_MAX 16 /* bytes of a name, with the NUL */

/* What a manifest says of a part. */
struct part {
    struct part_name name;
    char tier[TIER_MAX]; /* where it lies; "": hot */
    char sha256[SHA256_TEXT];
    uint64_t size, rows;
    int64_t time_min, time_max; /* of events with a time; min > max: none */
    uint64_t digest;            /* of its events, as tape(5) makes it */
};

static inline const char *
part_tier(const struct part *part)
{
    return part->tier[0] ? part->tier : TIER_HOT;
}

/* By name, then by where they lie: below, equal, above 0. */
int part_compare(const struct part *a, const struct part *b);

/* ---- verifying ----------------------------------------------------------- */

/* What the bytes of a file are, whatever they mean. */
struct part_bytes {
    uint64_t size;
    struct quick_value quick;
    char sha256[SHA256_TEXT];
};

/* Reads an open file from its beginning, by pread, so that others may read it
 * meanwhile.  1; 0 when archive->stopped said so before the end; -1. archive
 * NULL: never stopped. */
int part_hash(const struct archive *archive, const struct input *input,
              struct part_bytes *bytes, struct failure *failure);

/* Whether those bytes are the part's: 0 or -1 of class data. */
int part_fits(const struct part_bytes *bytes, const struct part *part,
              const char *path, struct failure *failure);

/* Reads a whole part and compares SHA-256, size, rows, sequence numbers and
 * digest with what the archive says of it.  1; 0 when stopped before its end;
 * -1, and *missing says whether that is because there is none (failure is
 * then not set).  path is for messages and the caller's to free. */
int part_verify(const struct archive *archive, const struct part *part,
                bool *missing, struct failure *failure);

/* The same for one just written under its hidden name, by the hash of what was
 * written; sets its SHA-256.  0 or -1. */
int part_read_back(const struct archive *archive, struct part *part,
                   struct quick_value written, struct failure *failure);

#endif
