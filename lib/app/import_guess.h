/* import_guess.h - which command line reads a file: ximport --guess.
 *
 * The beginning of the file is read by every dialect, and as CSV or JSON of
 * our own; what reads it without a failure fits.  A capture of several kinds of
 * messages fits a dialect of each.  Of those that fit, the one
 * that sets the most fields is taken for it.
 */
#ifndef APP_IMPORT_GUESS_H
#define APP_IMPORT_GUESS_H

#include "app/import_job.h"

/* Prints the command line, the first events that it gives, and what else fits.
 * 0; -1 with a failure of class data when nothing does. */
int import_guess(struct run *run, const char *path);

#endif
