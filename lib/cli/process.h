/* process.h - what a process gets from whoever started it: standard
 * descriptors and signals, brought into a known state.
 */
#ifndef CLI_PROCESS_H
#define CLI_PROCESS_H

#include "base/failure.h"

/* A standard descriptor that is closed must not become some file of ours: it
 * is opened in a way that makes every use of it fail. */
void process_open_descriptors(void);

/* From here on SIGTERM and SIGINT stop a run (unless they were ignored, as of
 * background jobs), a pipe that nobody reads kills silently even if the parent
 * ignored that, and a file that may not grow is an error of the write.  A
 * second call does nothing.  0, or -1 with the failure set. */
int process_catch_signals(struct failure *failure);

/* The signal that stopped the run; 0: none. */
int process_signal(void);

/* A descriptor that becomes readable with that signal, so that whoever waits
 * for input waits for it as well; -1 before process_catch_signals. */
int process_wake(void);

/* Ends the process by that signal, so that its parent sees it. */
void process_die(int signal);

#endif
