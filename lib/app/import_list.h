/* import_list.h - what ximport --list prints.
 */
#ifndef APP_IMPORT_LIST_H
#define APP_IMPORT_LIST_H

#include "app/import_job.h"

/* 0, or -1 with a failure of class usage: there is no such list. */
int import_list_check(const struct import_job *job, struct failure *failure);
int import_list_print(struct import_job *job, struct run *run);

#endif
