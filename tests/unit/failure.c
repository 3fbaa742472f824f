#include "base/failure.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

/* The sanitizer, where there is one, asks here: an absurd size is tested. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static int
first_is_kept(void)
{
    struct failure failure = {0};

    return fail(&failure, FAILURE_DATA, "line %d: no", 7) == -1 &&
           fail(&failure, FAILURE_USAGE, "later") == -1 &&
           fail_errno(&failure, "later") == -1 &&
           failure.kind == FAILURE_DATA &&
           strcmp(failure.text, "line 7: no") == 0;
}

static int
place_goes_before(void)
{
    struct failure failure = {0};

    fail(&failure, FAILURE_DATA, "no");
    return fail_at(&failure, "event %d", 3) == -1 &&
           fail_at(&failure, "day.tape") == -1 &&
           strcmp(failure.text, "day.tape: event 3: no") == 0;
}

static int
system_reason_follows(void)
{
    struct failure failure = {0};

    errno = ENOSPC;
    return fail_errno(&failure, "cannot write %s", "x.tape") == -1 &&
           failure.kind == FAILURE_ENVIRONMENT &&
           strcmp(failure.text,
                  "cannot write x.tape: No space left on device") == 0;
}

static int
is_one_line(const struct failure *failure)
{
    return strlen(failure->text) < sizeof failure->text &&
           !strpbrk(failure->text, "\n\r\t\033\177");
}

/* Names from outside with line breaks, escapes, and far too long. */
static int
stays_one_line(void)
{
    char name[2000];
    int holds = 1;

    for (size_t size = 0; size < sizeof name; size++) {
        struct failure failure = {0};

        memset(name, size % 2 ? '\n' : '\033', size);
        name[size] = '\0';
        errno = EIO;
        fail_errno(&failure, "%s", name);
        holds = holds && is_one_line(&failure);
        fail_at(&failure, "%s", name);
        fail_at(&failure, "day.tape");
        holds = holds && is_one_line(&failure);
    }
    return holds;
}

static int
allocates(void)
{
    struct failure failure = {0};
    char *memory = allocate(&failure, 10, 3), *none = allocate(&failure, 0, 8);
    int holds = memory && none && failure.kind == FAILURE_NONE;

    for (int i = 0; holds && i < 30; i++)
        holds = memory[i] == 0;
    free(memory);
    free(none);
    return holds && !allocate(&failure, ULONG_MAX / 2, 3) &&
           failure.kind == FAILURE_ENVIRONMENT;
}

int
main(void)
{
    OK("the first failure is kept, later ones are its consequences",
       first_is_kept());
    OK("the place goes before the reason", place_goes_before());
    OK("the system's reason follows", system_reason_follows());
    OK("a reason is one line without control characters, however long and "
       "hostile a name in it",
       stays_one_line());
    OK("memory is zeroed, and a size that overflows is out of memory",
       allocates());
    return tap_done();
}
