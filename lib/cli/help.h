/* help.h - --help: usage, verbs, options and examples, within 80 columns. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/specs.h"

/* Prints it to stdout. */
void help_print(const struct specs *specs);

#endif
