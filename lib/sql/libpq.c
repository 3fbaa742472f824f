#include "sql/libpq.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define LIBPQ "libpq.so.5"

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
#define LIBPQ_ENTRY(name) {"PQ" #name, offsetof(struct libpq, name)},
    LIBPQ_FUNCTIONS(LIBPQ_ENTRY)
#undef LIBPQ_ENTRY
};
#define FUNCTIONS (sizeof functions / sizeof *functions)

_Static_assert(FUNCTIONS * sizeof(void *) == sizeof(struct libpq),
               "an address for each");

struct libpq pq;

int
libpq_load(struct failure *failure)
{
    void *library;

    if (pq.clear)
        return 0;
    library = dlopen(LIBPQ, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return fail(failure, FAILURE_USAGE,
                    "PostgreSQL takes libpq, which is not installed: %s",
                    dlerror());
    for (size_t i = FUNCTIONS; i-- > 0;) {
        void *function = dlsym(library, functions[i].name);

        if (!function)
            return fail(failure, FAILURE_USAGE,
                        "%s has no %s: version 14 or later is needed", LIBPQ,
                        functions[i].name);
        memcpy((char *)&pq + functions[i].offset, &function, sizeof function);
    }
    return 0;
}
