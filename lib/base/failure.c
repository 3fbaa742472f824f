#include "base/failure.h"

#include <assert.h>
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

/* Records a failure, with the reason of an error of the system if error is not
 * 0. */
__attribute__((format(printf, 4, 0))) static int
record(struct failure *failure, enum failure_class kind, int error,
       const char *format, va_list args)
{
    size_t used;

    assert(kind != FAILURE_NONE);
    if (failure->kind != FAILURE_NONE)
        return -1;
    failure->kind = kind;
    failure->advised = failure->reported = failure->stopped = false;
    vsnprintf(failure->text, sizeof failure->text, format, args);
    used = strlen(failure->text);
    if (error)
        snprintf(failure->text + used, sizeof failure->text - used, ": %s",
                 strerror(error));
    make_one_line(failure->text);
    return -1;
}

int
fail(struct failure *failure, enum failure_class kind, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    record(failure, kind, 0, format, args);
    va_end(args);
    return -1;
}

int
fail_stopped(struct failure *failure)
{
    bool first = failure->kind == FAILURE_NONE;

    fail(failure, FAILURE_ENVIRONMENT, "stopped by a signal");
    failure->stopped |= first;
    return -1;
}

int
fail_errno(struct failure *failure, const char *format, ...)
{
    int error = errno;
    va_list args;

    va_start(args, format);
    record(failure, FAILURE_ENVIRONMENT, error, format, args);
    va_end(args);
    return -1;
}

/* Whether an error says that a path is not what it was taken for. */
static bool
is_wrong_path(int error)
{
    static const int wrong[] = {ENOENT, ENOTDIR, EISDIR,       ELOOP, EACCES,
                                EPERM,  EROFS,   ENAMETOOLONG, EBADF, ENXIO};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (error == wrong[i])
            return true;
    return false;
}

int
fail_path(struct failure *failure, const char *format, ...)
{
    int error = errno;
    va_list args;

    va_start(args, format);
    record(failure, is_wrong_path(error) ? FAILURE_USAGE : FAILURE_ENVIRONMENT,
           error, format, args);
    va_end(args);
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
