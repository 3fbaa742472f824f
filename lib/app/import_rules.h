/* import_rules.h - the options of ximport that say how texts become values.
 */
#ifndef APP_IMPORT_RULES_H
#define APP_IMPORT_RULES_H

#include "app/import_job.h"

/* Sets job->importer.rules.  0, or -1 with a failure of class usage. */
int import_rules_set(struct import_job *job, struct failure *failure);

#endif
