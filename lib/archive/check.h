/* check.h - whether an archive holds what its manifests say, and no more. */
#ifndef ARCHIVE_CHECK_H
#define ARCHIVE_CHECK_H

#include "archive/stream.h"
#include "base/strtab.h"

/* Something that is told, with a path from the archive's directory or, of the
 * first two, the name of a stream. */
enum finding_kind {
    FINDING_GAP,     /* a hole between the spans of a stream */
    FINDING_TWICE,   /* seqs that are there twice */
    FINDING_STRAY,   /* a hidden part that a killed put or compact has left */
    FINDING_ORPHAN,  /* a part that no manifest names, and no such leftover */
    FINDING_MISSING, /* a file that the archive or the catalog tells of */
    FINDING_FOREIGN, /* a name among the parts that is none of ours */
    FINDING_KINDS
};
struct finding {
    enum finding_kind kind;
    const char *name;
    uint64_t first, last; /* seqs, of a gap or twice */
};

/* Takes a finding; -1 with the failure of its owner set. */
typedef int take_finding(void *owner, const struct finding *finding);

/* Goes over the spans of a stream. */
int check_stream(const struct stream *stream, take_finding *take, void *owner);

/* Goes over the directories of parts: strays, orphans and what is foreign.
 * Parts are published only after their manifest is durable and hidden until
 * then, so that of what no manifest names only the hidden can be a leftover;
 * and not if the catalog knows it: known has the paths of all its parts.
 * Without the lock others may be at work: a stray is then nothing to speak of.
 */
int check_files(const struct archive *archive, const struct strtab *known,
                take_finding *take, void *owner, struct failure *failure);

/* Goes over the manifests for parts that are missing. */
int check_parts(const struct archive *archive, take_finding *take, void *owner,
                struct failure *failure);

#endif
