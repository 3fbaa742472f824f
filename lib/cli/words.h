/* words.h - what a run says on stderr while all is well: how far it is,
 * remarks (run.h), and with --verbose what was done.
 */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include "cli/run.h"

/* The clock starts.  0, or -1 without memory; the caller frees
 * run->progress. */
int words_begin(struct run *run, bool wanted);

/* Takes the line of progress away, if one stands, for other words. */
void words_clear(struct run *run);

/* The same before text leaves for what may be the same terminal: for
 * output.before_write. */
int words_clear_before(void *run, struct failure *failure);

/* The lines of --verbose: a general one, and the program's own. */
void words_summary(struct run *run, void *state,
                   void (*summary)(void *, struct run *, FILE *));

#endif
