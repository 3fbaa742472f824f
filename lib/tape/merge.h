/* merge.h - several sources as one, in order of time.
 *
 * The next event is that of the input with the smallest place, where an
 * input's place is the latest time that it has had, and of two with equal
 * places the input named first.  So each input keeps its own order, even where
 * its time steps back, and what comes out depends on the events alone, not on
 * when they arrive: an input that has nothing at the moment stays at the place
 * it had, lets the others come up to it, and is then waited for.
 *
 * Events must be complete (not raw): instruments get new ids.  The HEADER is
 * that of join.h, END the worst of the inputs'; a tape that failed is a
 * failure at once.
 */
#ifndef TAPE_MERGE_H
#define TAPE_MERGE_H

#include "base/tournament.h"
#include "tape/join.h"
#include "tape/remap.h"
#include "tape/source.h"

struct merge_input; /* a source, and where it is */

struct tape_merge {
    struct tape_source source;
    const char *stream;       /* its name; NULL: after the inputs */
    struct tape_program self; /* the last of the provenance */
    uint64_t taken;           /* events of all inputs */

    /* private */
    struct merge_input *inputs; /* owned */
    struct tournament turns;    /* whose turn it is */
    unsigned count;
    struct tape_join join; /* of the inputs' headers */
    struct remap remap;
    char *events; /* those merged and not yet handed out; owned */
    size_t used;
    bool begun, ended;
};

/* Merges count sources, which outlive it; 0, or -1 without memory.  stream and
 * self, which stays the caller's, are set afterwards. */
int tape_merge_init(struct tape_merge *merge,
                    struct tape_source *const *sources, unsigned count,
                    struct failure *failure);
/* Fine on one that is zeroed. */
void tape_merge_free(struct tape_merge *merge);

#endif
