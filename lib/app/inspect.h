/* inspect.h - what xstat does: reports what is on a tape, and whether it is
 * whole.
 *
 * One paragraph, or one JSON object, or one digest for each tape.  A damaged
 * tape is reported up to its last whole block; then comes the error, and exit
 * 1.  The functions are those of a struct source, whose state a struct inspect
 * is.
 */
#ifndef APP_INSPECT_H
#define APP_INSPECT_H

#include "cli/run.h"
#include "tape/stats.h"

struct inspect {
    bool digest, json; /* what the options say */

    bool begun; /* a paragraph was printed */
    struct tape_stats stats;
};

int inspect_prepare(void *state, struct run *run);
int inspect_produce(void *state, struct run *run);
void inspect_destroy(void *state);

#endif
