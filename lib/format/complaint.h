/* complaint.h - what is wrong with a piece of text from outside.
 */
#ifndef FORMAT_COMPLAINT_H
#define FORMAT_COMPLAINT_H

#include "base/failure.h"
#include "format/cell.h"

/* Fails with class data: "TEXT" COMPLAINT.  A long text is cut. */
int refuse(struct failure *failure, struct cell text, const char *complaint);

/* The same, with a complaint as of printf. */
int refuse_format(struct failure *failure, struct cell text, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));

#endif
