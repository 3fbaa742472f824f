#include "app/import_symbol.h"

#include <assert.h>
#include <string.h>

#define MARK "{}"

int
symbol_pattern_check(const char *pattern, struct failure *failure)
{
    const char *mark = strstr(pattern, MARK);

    if (mark && !strstr(mark + 1, MARK))
        return 0;
    return fail(failure, FAILURE_USAGE,
                "--symbol-from-name \"%s\" needs one {}, where the symbol is",
                pattern);
}

/* Whether all of name is as the pattern says.  In *steps at most, so that a
 * pattern of many stars comes to an end. */
static bool
fits(const char *pattern, const char *name, struct cell *symbol,
     unsigned *steps)
{
    bool mark = strncmp(pattern, MARK, 2) == 0;

    if (*steps == 0)
        return false;
    --*steps;
    if (*pattern == '\0')
        return *name == '\0';
    if (!mark && *pattern != '*')
        return *pattern == *name && fits(pattern + 1, name + 1, symbol, steps);
    for (size_t size = mark; size <= strlen(name); size++) {
        if (!fits(pattern + 1 + mark, name + size, symbol, steps))
            continue;
        if (mark)
            *symbol = (struct cell){name, size};
        return true;
    }
    return false;
}

int
symbol_from_name(const char *pattern, const char *path, struct cell *symbol,
                 struct failure *failure)
{
    const char *slash = strrchr(path, '/');
    unsigned steps = 1000000;

    assert(strstr(pattern, MARK));
    if (fits(pattern, slash ? slash + 1 : path, symbol, &steps))
        return 0;
    return fail(failure, FAILURE_USAGE,
                "%s: its name does not fit --symbol-from-name \"%s\"", path,
                pattern);
}
