/* import_format.h - the formats that ximport reads, as one table.
 *
 * A new one is a file with a struct import_format, and a row of IMPORT_FORMATS.
 */
#ifndef FORMAT_IMPORT_FORMAT_H
#define FORMAT_IMPORT_FORMAT_H

#include "calendar/calendar.h"
#include "format/importer.h"
#include "io/input.h"

/* Texts as of an option that may be given more than once. */
struct text_list {
    unsigned count;
    const char *const *items; /* lent */
};

enum header { HEADER_YES, HEADER_NO, HEADER_AUTO };

/* What the command line asks for; all lent. */
struct import_options {
    const char *type;                      /* NULL: not given */
    struct text_list maps;                 /* FIELD=COLUMN,... */
    struct text_list defaults;             /* FIELD=VALUE */
    struct text_list ignored;              /* COLUMN,... */
    struct text_list wheres;               /* COLUMN=TEXT */
    struct text_list eaches;               /* PATH:FIELD=VALUE,... */
    const struct import_options *fallback; /* of a dialect: for what is not
                                            * mentioned here */
    char delimiter;
    enum header header;
    uint64_t skip;       /* lines at the beginning of each file */
    const char *comment; /* lines that begin so do not count; NULL */
    unsigned threads;    /* besides the one that calls; 0: none */

    const char *symbol; /* LOBSTER; NULL: not given */
    int64_t midnight;   /* of its day; TIME_NULL: not given */
    const char *seed;   /* a row of an order book; NULL */
    size_t seed_size;
    const char *seed_path; /* of it, for messages */

    const struct calendar_zones *zones; /* where calendars find theirs */
};

/* All functions return 0, or -1 with the failure set. */
struct import_format {
    const char *name;
    const char *summary;
    const char *zone;  /* of its times, unless --tz says another; NULL: UTC */
    size_t state_size; /* zeroed before init */

    /* options and the importer, which is initialised, outlive the state.
     * Failures are of class usage. */
    int (*init)(void *state, const struct import_options *options,
                struct importer *importer, struct failure *failure);
    /* Bytes of a file, in pieces of any size.  Failures name the line. */
    int (*push)(void *state, const char *bytes, size_t size,
                struct failure *failure);
    /* Or the whole of a regular file, which is the format's to close, not in
     * order; group is called now and then, and no more is read when it returns
     * false.  Then there is no push and no end. */
    int (*file)(void *state, struct input *input, bool (*group)(void *owner),
                void *owner, struct failure *failure);
    /* The file is over, and another may begin. */
    int (*end)(void *state, struct failure *failure);
    /* How many records were left out by wheres; may be NULL. */
    uint64_t (*left_out)(const void *state);
    /* What to know about an import that went well: writes the text of a
     * number from 0, "" if there is nothing to say; false: there are no more.
     * May be NULL. */
    bool (*remark)(const void *state, unsigned number, char *text, size_t size);
    void (*free)(void *state);
};

/* Each NAME is the word of -f, and NAME_import is in a file of its own, here or
 * in wire. */
#define IMPORT_FORMATS(FORMAT)                                                 \
    FORMAT(csv)                                                                \
    FORMAT(json)                                                               \
    FORMAT(lobster)                                                            \
    FORMAT(calendar)                                                           \
    FORMAT(parquet)                                                            \
    FORMAT(itch)                                                               \
    FORMAT(dbn)                                                                \
    FORMAT(iex)

#define IMPORT_FORMAT(name) extern const struct import_format name##_import;
IMPORT_FORMATS(IMPORT_FORMAT)
#undef IMPORT_FORMAT

#endif
