/* chain.h - the chain of an archive's manifests: each names the one written
 * before it, with its SHA-256, so that none can be changed or taken away
 * without a trace.
 *
 * The first names the SHA-256 of a line "NAME SHA256" for each manifest of an
 * archive that was made before there was a chain, in order of their names; "-"
 * when there was none.  A copy of the head kept elsewhere proves later that
 * nothing before it was changed.  Without one, the loss of the end of the
 * chain together with the catalog goes unnoticed.
 */
#ifndef ARCHIVE_CHAIN_H
#define ARCHIVE_CHAIN_H

#include "archive/archive.h"

/* The last link of the loaded manifests, which are all; number 0 when there is
 * none yet, and previous is then what the first has to name. */
int chain_end(const struct archive *archive, struct link *end,
              struct failure *failure);

/* Whether a manifest of that SHA-256 is in the chain: 0, or -1 of class
 * data. */
int chain_has(const struct archive *archive, const char *sha256,
              struct failure *failure);

/* Goes over the links of all manifests: takes each break, with the name of the
 * manifest whose predecessor is missing or is not what it was.  head: one more
 * that has to be in the chain, NULL: none. */
typedef int chain_break(void *owner, const char *name);
int chain_check(const struct archive *archive, const struct link *head,
                chain_break *take, void *owner, struct failure *failure);

#endif
