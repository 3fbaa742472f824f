#include "format/complaint.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#define EXCERPT_MAX 60 /* bytes of a bad value that a message shows */

int
refuse(struct failure *failure, struct cell text, const char *complaint)
{
    bool cut = text.size > EXCERPT_MAX;

    assert(text.bytes || text.size == 0);
    return fail(failure, FAILURE_DATA, "\"%.*s%s\" %s",
                (int)(cut ? EXCERPT_MAX : text.size), text.bytes,
                cut ? "..." : "", complaint);
}

int
refuse_format(struct failure *failure, struct cell text, const char *format,
              ...)
{
    char complaint[400];
    va_list args;

    va_start(args, format);
    vsnprintf(complaint, sizeof complaint, format, args);
    va_end(args);
    return refuse(failure, text, complaint);
}
