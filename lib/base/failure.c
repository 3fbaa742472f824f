#include "base/failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* Texts hold names and values from outside: a control character in one must
 * not move the terminal's cursor or break the line. */
static void
make_one_line(char *text)
{
    size_t width, size = strlen(text);

    text[utf8_plain(text, size, text, &width)] = '\0';
}

int
fail(struct failure *failure, enum failure_class kind, const char *format, ...)
{
    va_list args;

    if (failure->kind != FAILURE_NONE)
        return -1;
    failure->kind = kind;
    failure->advised = false;
    va_start(args, format);
    vsnprintf(failure->text, sizeof failure->text, format, args);
    va_end(args);
    make_one_line(failure->text);
    return -1;
}

int
fail_errno(struct failure *failure, const char *format, ...)
{
    int error = errno;
    size_t used;
    va_list args;

    if (failure->kind != FAILURE_NONE)
        return -1;
    failure->kind = FAILURE_ENVIRONMENT;
    failure->advised = false;
    va_start(args, format);
    vsnprintf(failure->text, sizeof failure->text, format, args);
    va_end(args);
    used = strlen(failure->text);
    snprintf(failure->text + used, sizeof failure->text - used, ": %s",
             strerror(error));
    make_one_line(failure->text);
    return -1;
}

int
fail_memory(struct failure *failure)
{
    return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
}

int
fail_at(struct failure *failure, const char *format, ...)
{
    char text[sizeof failure->text];
    int used;
    va_list args;

    va_start(args, format);
    used = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (used < 0 || (size_t)used >= sizeof text)
        return -1;
    snprintf(text + used, sizeof text - (size_t)used, ": %.*s",
             (int)(sizeof text - (size_t)used - 3), failure->text);
    memcpy(failure->text, text, sizeof text);
    make_one_line(failure->text);
    return -1;
}

int
fail_hint(struct failure *failure, const char *advice)
{
    size_t size = strlen(failure->text), room = strlen(advice) + sizeof " ()";

    if (failure->kind != FAILURE_DATA || failure->advised ||
        room >= sizeof failure->text)
        return -1;
    if (size > sizeof failure->text - room)
        size = sizeof failure->text - room;
    snprintf(failure->text + size, sizeof failure->text - size, " (%s)",
             advice);
    failure->advised = true;
    return -1;
}

void *
allocate(struct failure *failure, unsigned long count, unsigned long each)
{
    void *memory = calloc(count ? count : 1, each ? each : 1);

    if (!memory)
        fail(failure, FAILURE_ENVIRONMENT,
             "out of memory (%lu times %lu bytes wanted)", count, each);
    return memory;
}
