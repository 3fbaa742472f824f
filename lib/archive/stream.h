/* stream.h - the streams of an archive, each made of what puts have stored of
 * it.
 */
#ifndef ARCHIVE_STREAM_H
#define ARCHIVE_STREAM_H

#include "archive/archive.h"

/* A run of sequence numbers that one put has stored. */
struct span {
    struct seq_range range;
    const struct manifest *manifest;
};

/* It points into the archive, which must not change. */
struct stream {
    const char *name;
    struct span *spans; /* by seq; owned */
    size_t count;
    const struct manifest *first; /* of the spans; without any, a put of none */
    uint64_t last;                /* sequence number; 0 without any */
    enum tape_status status;      /* how it ends */
};

/* Finds the spans of the stream that a manifest is of.  Free it in either
 * case. */
int stream_open(struct stream *stream, const struct archive *archive,
                const struct manifest *manifest, struct failure *failure);
void stream_free(struct stream *stream);

/* A manifest of each stream, by the time of its first event, for the caller to
 * free; NULL on failure. */
const struct manifest **streams_by_time(const struct archive *archive,
                                        uint32_t *count,
                                        struct failure *failure);

#endif
