/* stage.h - the stages of a run that filters and sources have in common: the
 * command line, the output, the end.
 */
#ifndef CLI_STAGE_H
#define CLI_STAGE_H

#include "cli/run.h"

/* Zeroes the run and takes the command line: 0; 1 when help was printed, then
 * stage_end_help is next; -1 with the failure set, then stage_end. */
int stage_begin(struct run *run, const struct program *program, int argc,
                char **argv);
int stage_end_help(struct run *run);

/* Opens the output that run->kind wants. 0 or -1. */
int stage_open_output(struct run *run);

/* Gives up what a confined program does not need: io/sandbox.h. */
void stage_confine(const struct run *run);

/* Refuses operands that cannot be read, before any is: 0 or -1. */
int stage_check_operands(struct run *run);

/* Writes END, if a tape is open. */
void stage_end_tape(struct run *run, enum tape_status status, int exit_class);

/* Publishes the output, or sends what is whole and an END that says what went
 * wrong; prints the line of an error; frees everything.  Returns the exit
 * status, or does not when a signal ended the run. */
int stage_end(struct run *run, int result);

#endif
