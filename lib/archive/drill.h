/* drill.h - parts that are read whole from where they lie, to see whether a
 * restore would succeed; what the journal says of that, and which are next.
 *
 * A line "drill" of the journal is one part that was read.
 */
#ifndef ARCHIVE_DRILL_H
#define ARCHIVE_DRILL_H

#include "archive/journal.h"
#include "archive/policy.h"
#include "base/strtab.h"

/* Of a part, times of lines of the journal; TIME_NULL: there is none. */
struct drill_times {
    int64_t passed; /* it was last read, and was whole */
    int64_t here;   /* the same, where it is now, and not damaged since */
    int64_t moved;  /* it came to where it is */
};

struct drills {
    struct strtab paths;       /* of parts */
    struct drill_times *times; /* by number in paths; owned */
    size_t capacity;
};

/* What a journal says, to which nothing was written yet.  Free it in either
 * case. */
int drills_read(struct drills *drills, const struct journal *journal,
                struct failure *failure);
void drills_free(struct drills *drills);

/* When a part of each rule of the policy, by number, last passed; for the
 * caller to free.  NULL if out of memory. */
int64_t *drills_of_rules(const struct drills *drills,
                         const struct policy *policy, struct failure *failure);

/* Whether a drill of that time is too old on a day: nothing may be removed. */
bool drill_is_stale(const struct policy *policy, int64_t passed, int64_t today);

/* At most *count of the parts of the loaded manifests, by risk, which sets
 * *count; for the caller to free.  First one of each rule that lets parts
 * expire, the rule that was tested longest ago first, then the others.  Risk:
 * never tested where it is, then tested longest ago; not hot; moved last; the
 * oldest.  policy NULL: no rules.  NULL if out of memory. */
const struct part **drills_choose(const struct drills *drills,
                                  const struct archive *archive,
                                  const struct policy *policy, size_t *count,
                                  struct failure *failure);

/* Adds the line: result is "ok", or "damaged" or "missing" for that reason. ns:
 * how long it took; below 0: not known. */
int drill_note(struct journal *journal, const struct part *part,
               const char *result, const char *reason, int64_t ns,
               struct failure *failure);

#endif
