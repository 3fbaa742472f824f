/* specs.h - the options of a program and those that every program has, as one
 * list: what parsing, --help and --list go through.
 */
#ifndef CLI_SPECS_H
#define CLI_SPECS_H

#include "cli/option.h"

#define SPECS_COMMON_MAX 8

struct specs {
    const struct program *program;               /* lent */
    struct option_spec common[SPECS_COMMON_MAX]; /* ends with OPTION_END */
    bool help, version;
    const char *list; /* what to list; NULL: nothing */
};

/* A common option has no letter where the program's own has it. */
void specs_make(struct specs *specs, const struct program *program,
                struct common_options *common);

/* The n-th, the program's own first; NULL after the last. */
const struct option_spec *specs_nth(const struct specs *specs, unsigned n);

/* The one of that letter or that long name; NULL when there is none. */
const struct option_spec *specs_letter(const struct specs *specs, char letter);
const struct option_spec *specs_name(const struct specs *specs,
                                     const char *name, size_t size);

#endif
