/* check.h - whether an archive holds what its manifests say, and no more. */
#ifndef ARCHIVE_CHECK_H
#define ARCHIVE_CHECK_H

#include "archive/stream.h"
#include "base/strtab.h"

/* Something found, with a path below the archive's directory or, of the first
 * two, the name of a stream. */
enum finding_kind {
    FINDING_GAP,     /* a hole between the spans of a stream */
    FINDING_TWICE,   /* sequence numbers that are there twice */
    FINDING_STRAY,   /* a hidden part that a killed put or compact left */
    FINDING_ORPHAN,  /* a part that no manifest names, and no such leftover */
    FINDING_MISSING, /* a file that the archive or the catalog names */
    FINDING_FOREIGN, /* a name among the parts that is not ours */
    FINDING_SUPERSEDED, /* what a killed compact or sweep has not removed */
    FINDING_HIDDEN,     /* a part that a killed put or compact did not name */
    FINDING_BREAK,      /* a manifest whose predecessor is not what it was */
    FINDING_CATALOG,    /* a row of the catalog that differs */
    FINDING_KINDS
};
struct archive_finding {
    enum finding_kind kind;
    const char *name;
    const char *tier;     /* of a file; "" or NULL: hot */
    uint64_t first, last; /* sequence numbers, of a gap or twice */
};

/* The word for a kind in output. */
const char *finding_word(enum finding_kind kind);

/* Takes a finding; -1 with the failure of its owner set. */
typedef int take_finding(void *owner, const struct archive_finding *finding);

/* Goes over the spans of a stream. */
int check_stream(const struct stream *stream, take_finding *take, void *owner);

/* Goes over the directories of parts: strays, orphans, what is superseded and
 * what is foreign.  Parts are published only after their manifest is durable
 * and hidden until then, so that of what no manifest names only the hidden can
 * be a leftover; and not if the catalog knows it: known has the paths of all
 * its parts.  Without the lock others may be at work: a stray is then nothing
 * to speak of. */
int check_files(const struct archive *archive, const struct strtab *known,
                take_finding *take, void *owner, struct failure *failure);

/* Goes over the manifests for parts that are missing. */
int check_parts(const struct archive *archive, take_finding *take, void *owner,
                struct failure *failure);

/* Goes over the chain of the manifests; head: see chain_check. */
int check_chain(const struct archive *archive, const struct link *head,
                take_finding *take, void *owner, struct failure *failure);

#endif
