/* manifest.h - what a put has added to an archive, as a file of text.
 *
 * The manifest's appearance under its final name is the moment at which a put
 * happened: before, none of its parts are of the archive, after, all are.
 * Catalogs are made from manifests.  xtape-archive(5) is the authority.
 */
#ifndef ARCHIVE_MANIFEST_H
#define ARCHIVE_MANIFEST_H

#include "archive/part.h"
#include "tape/header.h"

#define MANIFEST_DIRECTORY "_tapes"

struct seq_range {
    uint64_t first, last; /* both included */
};

struct manifest {
    char *name;                /* of the file, in MANIFEST_DIRECTORY; owned */
    struct tape_header header; /* of the tape that was put */
    enum tape_status status;   /* how that tape ended */
    uint64_t tape_last;        /* its last seq; 0: it had no event */
    struct seq_range *ranges;  /* what of it is here; owned, ascending */
    uint32_t range_count;
    struct part_facts *parts; /* owned */
    uint32_t part_count;
    char **replaces; /* names of manifests that this one stands for; owned */
    uint32_t replaces_count;
};

void manifest_free(struct manifest *manifest);

/* The hash in the names of a stream's files. */
uint64_t manifest_stream_hash(const char *stream);

/* 0, or -1 without memory. Texts are copied; facts are taken over.  Seqs that
 * follow those of the last range lengthen it. */
int manifest_add_seqs(struct manifest *manifest, struct seq_range seqs,
                      struct failure *failure);
int manifest_add_part(struct manifest *manifest, struct part_facts *facts,
                      struct failure *failure);
int manifest_add_replaced(struct manifest *manifest, const char *name,
                          struct failure *failure);

/* Sets the name from stream and ranges, and the generation of a compaction
 * unless that is 0. */
int manifest_set_name(struct manifest *manifest, unsigned generation,
                      struct failure *failure);

/* Whether a file of that name can be a manifest. */
bool manifest_is_name(const char *name);

/* The generation that a manifest's name tells; 0: it is no compaction's. */
unsigned manifest_generation(const struct manifest *manifest);

int manifest_add_range(struct manifest *manifest, struct seq_range range,
                       struct failure *failure);

/* Writes it into the archive at directory: under its name once it is durable
 * and reads back as what it is.  The archive's lock is held. */
int manifest_write(const struct manifest *manifest, const char *directory,
                   struct failure *failure);

/* Reads the one of that name; -1 with a failure that names file and line. */
int manifest_read(struct manifest *manifest, const char *directory,
                  const char *name, struct failure *failure);

#endif
