/* option.h - a program's options, as one table.
 *
 * Parsing, --help, the options in the provenance, shell completions and the
 * check of the man page all come from the table.  Every program also has
 * --help, --version, --list, --verbose (-v unless taken), --quiet (-q) and,
 * unless it writes nothing, --output (-o).
 *
 * Grammar as getopt_long: -i 1m, -i1m, --interval 1m, --interval=1m, "--"
 * ends options; operands and options may mix.
 */
#ifndef CLI_OPTION_H
#define CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "cli/verb.h"

enum option_kind {
    OPTION_END = 0,
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* const char *, points into argv */
    OPTION_STREAM,   /* the same, and can be a stream's name: tape(5) */
    OPTION_COUNT,    /* uint64_t, between min and max (0: no limit) */
    OPTION_TIME,     /* int64_t, RFC 3339 */
    OPTION_DURATION, /* int64_t, nanoseconds: 500ms, 1m, 1h30m, 1d */
    OPTION_DECIMAL,  /* int64_t in 10^-8; min 1: above 0 */
    OPTION_CHOICE,   /* int: index into words; below 0: not given */
    OPTION_LIST,     /* struct option_list *: each use appends */
};

#define OPTION_LIST_MAX 64
struct option_list {
    unsigned count;
    const char *items[OPTION_LIST_MAX];
};

struct option_spec {
    char letter;      /* 0: long only */
    const char *name; /* long name */
    enum option_kind kind;
    void *value;          /* where it goes; its default is there already */
    const char *argument; /* name of the argument: "FILE"; or NULL.  Shells
                           * complete FILE, DIR, TYPES, FIELDS, ZONE */
    const char *help;     /* one line */
    bool shapes;          /* it shapes the output: goes into the provenance */
    uint64_t min, max; /* of a count, or a decimal; below min: it is not set */
    const char *const *words; /* of a choice, NULL-terminated */
    bool required;            /* of a text */
    bool none;                /* of a duration: 0 is taken, and is none */
    bool prints;              /* with it, the output is text and no tape */
    const char *verbs; /* those that take it: "put fsck"; "": what is done
                        * without a verb; NULL: all */
    bool names_verb;   /* of a choice: what others have in verbs are its words,
                        * as in a program without verbs */
};

/* Rows for what several programs have, with the same name and words. */
#define OPTION_JSON(flag, of_verbs)                                            \
    {                                                                          \
        .name = "json", .kind = OPTION_FLAG, .value = (flag),                  \
        .help = "print JSON instead of text", .verbs = (of_verbs)              \
    }
/* Then call run_no_output (cli/run.h) in .prepare. */
#define OPTION_NO_OUTPUT(flag, of_verbs)                                       \
    {                                                                          \
        .name = "no-output", .kind = OPTION_FLAG, .value = (flag),             \
        .help = "write no tape: the end of a pipeline", .verbs = (of_verbs)    \
    }
/* For run_patience (cli/run.h). */
#define OPTION_WAIT(ns, of_verbs)                                              \
    {                                                                          \
        .name = "wait", .kind = OPTION_DURATION, .value = (ns),                \
        .argument = "DURATION",                                                \
        .help = "wait up to DURATION for another program to finish",           \
        .verbs = (of_verbs)                                                    \
    }

/* What --list NAME lists beside what every program does: a row of three
 * cells for each word: the word, what it means, and one more. */
struct table;
struct program_list {
    const char *name; /* NULL ends the table */
    void (*fill)(struct table *table);
};

struct program {
    const char *name;            /* "xgrep" */
    const char *summary;         /* one line: "select events from a tape" */
    const char *operands;        /* "[FILE ...]"; "": it takes none */
    const char *const *examples; /* command lines for --help, NULL-ended */
    const struct option_spec *options; /* ends with {.kind = OPTION_END} */
    const struct verb *verbs;          /* ends with {0}; NULL: it has none */
    const struct program_list *lists;  /* NULL: none */
    enum run_output output; /* what it writes, unless a verb says otherwise */
    bool confined; /* after .prepare it opens nothing but its operands, nor
                    * starts anything, so that all else is forbidden to it
                    * unless it has -o; see run.unconfined */
};

/* What every program has. */
struct common_options {
    const char *output; /* NULL: standard output */
    bool verbose, quiet;
    bool prints;             /* an option with .prints was given */
    const struct verb *verb; /* NULL: the program has none */
    int plain;               /* operands before "--"; -1: it was not given */
    uint64_t given; /* the program's own options, as bits: option_given */
};

/* Parses argv.  Operands are moved to the front of argv[1...], without the
 * verb that the first may be; *operand_count is their number.  The options
 * that shape the output are written to shaped in the order of the table, for
 * the provenance. Returns 0; 1 when --help, --version or --list was printed and
 * the program is to exit 0; -1 with a failure of class usage. */
int options_parse(const struct program *program, int argc, char **argv,
                  struct common_options *common, int *operand_count,
                  char *shaped, size_t shaped_size, struct failure *failure);

/* Whether that option, one of the program's own, is on the command line. */
bool option_given(const struct program *program,
                  const struct common_options *common, const char *name);

#endif
