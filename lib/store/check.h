/* check.h - whether an archive holds what its manifests say, and no more. */
#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include "store/stream.h"

/* Something that is told: a hole between the spans of a stream, or seqs that
 * are there twice, or a part of no tape, by its path from the folder. */
enum finding_kind { FINDING_GAP, FINDING_TWICE, FINDING_STRAY };
struct finding {
    enum finding_kind kind;
    const char *name; /* of the stream; the path of a part */
    uint64_t first, last;
};

/* Takes a finding; -1 with the failure of its owner set. */
typedef int take_finding(void *owner, const struct finding *finding);

/* Goes over the spans of a stream. */
int check_stream(const struct stream *stream, take_finding *take, void *owner);

/* Goes over the folders of the archive for parts that a killed put has left.
 */
int check_strays(const struct archive *archive, take_finding *take, void *owner,
                 struct failure *failure);

#endif
