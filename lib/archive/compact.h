/* compact.h - merges the parts of a stream, type and day into one. */
#ifndef ARCHIVE_COMPACT_H
#define ARCHIVE_COMPACT_H

#include "archive/part_writer.h"

/* Rewrites what lies in more than one part, one type and day after the other;
 * parts that are alone stay as they are.  One manifest then stands for all
 * that the stream had.  All manifests are loaded.  What is read is compared
 * with its SHA-256.  *done says whether there was anything to do; adds the
 * events written to *events.
 * Memory: one open part, and what is merged into it. */
int compact_stream(struct archive *archive, const char *stream,
                   const struct strtab *blooms, bool *done, uint64_t *events,
                   struct failure *failure);

#endif
