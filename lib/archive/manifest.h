/* manifest.h - what a put has added to an archive, as a file of text.
 *
 * The manifest's appearance under its final name is the moment at which a put
 * happened: before, none of its parts belong to the archive, after, all do.
 * Catalogs are made from manifests.  xtape-archive(5) is the authority.
 *
 * Each manifest names the one written before it, with its SHA-256: a chain
 * (archive/chain.h).  Those that compaction takes away leave their link in the
 * manifest that stands for them.
 */
#ifndef ARCHIVE_MANIFEST_H
#define ARCHIVE_MANIFEST_H

#include "archive/part.h"
#include "base/bytes.h"
#include "tape/header.h"

#define MANIFEST_DIRECTORY "_tapes"
#define MANIFEST_NAME_MAX  96 /* bytes, with the NUL */

struct seq_range {
    uint64_t first, last; /* both included */
};

/* A place in the chain. */
struct link {
    uint64_t number; /* from 1; 0: of an archive before there was a chain */
    char name[MANIFEST_NAME_MAX];
    char sha256[SHA256_TEXT];   /* of the manifest of that name */
    char previous[SHA256_TEXT]; /* of the one before; "-" for number 0 */
};

/* What a manifest's file name says. */
struct manifest_name {
    uint64_t stream;      /* manifest_stream_hash */
    uint64_t first, last; /* of its ranges; 0, 0 without any */
    unsigned generation;  /* of a compaction; 0: none */
};

struct manifest {
    char name[MANIFEST_NAME_MAX]; /* of the file, in MANIFEST_DIRECTORY */
    struct tape_header header;    /* of the tape that was put */
    enum tape_status status;      /* how that tape ended */
    uint64_t tape_last;           /* its last sequence number; 0: no event */
    struct link link;             /* its own place in the chain */
    struct seq_range *ranges;     /* what of it is here; owned, ascending */
    struct part *parts;           /* owned */
    struct part *gone;            /* that a policy has removed; owned */
    struct link *past;            /* of manifests that it stands for; owned */
    char (*replaces)[MANIFEST_NAME_MAX]; /* their names; owned */
    uint32_t range_count, part_count, gone_count, past_count, replaces_count;
    size_t range_capacity, part_capacity, gone_capacity, past_capacity,
        replaces_capacity;
};

void manifest_free(struct manifest *manifest);

/* The hash in the names of a stream's files. */
uint64_t manifest_stream_hash(const char *stream);

/* 0, or -1 if out of memory.  A range that follows the last one lengthens
 * it. */
int manifest_add_range(struct manifest *manifest, struct seq_range range,
                       struct failure *failure);
int manifest_add_part(struct manifest *manifest, const struct part *part,
                      struct failure *failure);
int manifest_add_gone(struct manifest *manifest, const struct part *part,
                      struct failure *failure);
int manifest_add_past(struct manifest *manifest, const struct link *link,
                      struct failure *failure);
int manifest_add_replaced(struct manifest *manifest, const char *name,
                          struct failure *failure);

/* Makes it stand for another one: replaced, with its links and what is gone. */
int manifest_stand_for(struct manifest *manifest, const struct manifest *old,
                       struct failure *failure);

/* Begins one that stands for another, of the same tape and ranges, with its
 * next name: only the parts are to be added. */
int manifest_begin_next(struct manifest *manifest, const struct manifest *old,
                        struct failure *failure);

/* Sets the name from stream and ranges, and the generation unless that is 0. */
void manifest_set_name(struct manifest *manifest, unsigned generation);

/* Takes a file name apart; false unless it can be a manifest's. */
bool manifest_name_parse(struct manifest_name *parsed, const char *name);

/* The generation in a manifest's name. */
unsigned manifest_generation(const struct manifest *manifest);

/* The text of the file, appended to out; and back, from size bytes at text,
 * which are changed: -1 with a failure that names the line.  manifest->name is
 * set before, and has to fit what the text says. */
int manifest_format(const struct manifest *manifest, struct bytes *out,
                    struct failure *failure);
int manifest_parse(struct manifest *manifest, char *text, size_t size,
                   struct failure *failure);

#endif
