/* import_dialect.h - the options that a dialect stands for (format/dialect.h).
 */
#ifndef APP_IMPORT_DIALECT_H
#define APP_IMPORT_DIALECT_H

#include "app/import_job.h"

/* Fills in the options of job->dialect, if it is given, where the user has
 * given none, and notes its name in the provenance.  0, or -1 with a failure
 * of class usage. */
int import_dialect_set(struct import_job *job, struct run *run);

#endif
