/* hold.h - legal holds: events that are not removed, whatever a policy says.
 *
 * A hold is of what events are: their times, types, instruments and accounts,
 * and not of files, so that it outlives compaction and moves.  The lines "hold"
 * and "release" of the journal are all there is of it.
 */
#ifndef ARCHIVE_HOLD_H
#define ARCHIVE_HOLD_H

#include "archive/journal.h"
#include "tape/select.h"

#define HOLD_ID_MAX 64 /* bytes, with the NUL */

/* As it is given and noted; lists with commas, NULL: all. */
struct hold_terms {
    const char *id, *reason, *by;
    const char *types, *symbols, *accounts;
    int64_t from, to, until; /* TIME_NULL: no bound */
};

struct legal_hold {
    char id[HOLD_ID_MAX];
    const char *line; /* of the journal */
    size_t size;
    int64_t until;
    struct selection selection; /* without accounts */
    struct selection accounts;  /* with them */
    bool by_symbol, by_account;
};

struct holds {
    struct legal_hold *list; /* those that hold at the journal's now; owned */
    unsigned count;
    size_t capacity;
};

/* Finds them in a journal, which must outlive them.  Free it in either case. */
int holds_read(struct holds *holds, const struct journal *journal,
               struct failure *failure);
void holds_free(struct holds *holds);
const struct legal_hold *holds_find(const struct holds *holds, const char *id);

/* Writes the line of a hold, after the terms were found sound; or of a
 * release.  Both are durable when this returns. */
int hold_place(struct journal *journal, const struct holds *holds,
               const struct hold_terms *terms, struct failure *failure);
int hold_release(struct journal *journal, const struct holds *holds,
                 const struct hold_terms *terms, struct failure *failure);

/* Whether a part has an event that some hold is of: 1 with *by the first; 0;
 * -1.  header: of its tape; NULL: accounts are not looked at, and all are taken
 * for those of the hold. */
int holds_part(const struct holds *holds, const struct archive *archive,
               const struct part *part, const struct tape_header *header,
               const struct legal_hold **by, struct failure *failure);

#endif
