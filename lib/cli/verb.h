/* verb.h - what a program with several tasks can do: one row of a table each.
 *
 *      xarchive -d DIR put day.tape      the first operand names the verb
 *      xstore -d DIR day.tape            a row without name needs no word
 *
 * Dispatch, --help, the operands and options that a verb takes and the check
 * of the man page all come from the table.
 */
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include <stdbool.h>

#include "base/failure.h"

struct program;
struct common_options;
struct option_spec;
struct run;

enum run_output {
    RUN_TAPE = 0, /* a tape; never to a terminal */
    RUN_TEXT,     /* text through run->output */
    RUN_SILENT,   /* nothing */
};

struct verb {
    const char *name;     /* "ls"; "": without a verb; NULL ends the table */
    const char *operands; /* "[FILE ...]"; "": it takes none */
    const char *help;     /* one line */
    enum run_output kind; /* prepare may change it */
    int mode;             /* the program's own */
    /* Does it, in place of reading tapes; NULL: tapes are read. */
    int (*run)(void *state, struct run *run);
};

/* Finds the verb that the operands name, takes its word out of them, and
 * leaves it in common->verb; NULL in a program without verbs.  Checks that it
 * takes operands, when there are any left, and -o. */
int verb_take(const struct program *program, char **operands,
              int *operand_count, struct common_options *common,
              struct failure *failure);

/* The verb of the program that is nearest to a word, or NULL. */
const char *verb_nearest(const struct program *program, const char *word);

/* Whether an option is for the verb of that name, or for all. */
bool verb_takes_option(const char *name, const struct option_spec *spec);

#endif
