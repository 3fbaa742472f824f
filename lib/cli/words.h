/* words.h - what a run says on stderr while all is well: how far it is,
 * remarks (run.h), and with --verbose what was done.
 */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include "cli/run.h"

/* The clock starts.  0, or -1 without memory; the caller frees
 * run->progress. */
int words_begin(struct run *run, bool wanted);

/* Whether what takes time is shown: on a terminal, unless --quiet. */
bool words_are_shown(const struct run *run);

/* Shows that the run waits for an input, or, as long as it is not to be stopped
 * (true), for a lock; for input.tick and patience.stopped. */
void words_waiting(void *run, const struct input *input, int64_t ns);
bool words_waiting_for_lock(void *run);

/* Takes the line of progress away, if one stands, for other words. */
void words_clear(struct run *run);

/* The same before text leaves for what may be the same terminal: for
 * output.before_write. */
int words_clear_before(void *run, struct failure *failure);

/* The lines of --verbose: a general one, and the program's own. */
void words_summary(struct run *run, void *state,
                   void (*summary)(void *, struct run *, FILE *));

#endif
