/* export_format.h - the formats that xexport writes, as one table.
 *
 * A new one is a file with a struct export_format, and a row of EXPORT_FORMATS.
 */
#ifndef FORMAT_EXPORT_FORMAT_H
#define FORMAT_EXPORT_FORMAT_H

#include "format/exporter.h"

/* What the command line asks for. */
struct export_options {
    const struct schema_type *type; /* the only one wanted; NULL: more */
    const char *columns;            /* names with commas; NULL: not given */
    bool guard;         /* a text that a spreadsheet takes for a formula gets a
                         * quote mark before it; no longer lossless */
    bool wide;          /* every column, however long the lines are */
    bool colour;        /* the text is for a terminal that has some */
    unsigned line_size; /* columns of the terminal; 0: not one */
};

/* All functions return 0, or -1 with the exporter's failure set. */
struct export_format {
    const char *name;
    const char *summary;
    bool one_type; /* it holds events of one type: options->type is set */
    uint16_t default_type; /* selected where -t is not given; 0: all */
    bool whole;            /* flush is called at the end of a tape alone */
    size_t state_size;     /* zeroed before init */

    /* Failures are of class usage. */
    int (*init)(void *state, struct exporter *exporter,
                const struct export_options *options);
    /* Appends what stands before all events, also if there are none.  May be
     * NULL. */
    int (*begin)(void *state, struct bytes *text);
    int (*event)(void *state, const struct event *event, uint64_t seq,
                 struct bytes *text);
    /* Nothing follows for now: appends what was kept back.  May be NULL. */
    int (*flush)(void *state, struct bytes *text);
    void (*free)(void *state);
};

/* Each NAME is the word of -f, and NAME_export is in a file of its own. */
#define EXPORT_FORMATS(FORMAT)                                                 \
    FORMAT(csv)                                                                \
    FORMAT(json)                                                               \
    FORMAT(table)                                                              \
    FORMAT(candles)                                                            \
    FORMAT(hledger)

#define EXPORT_FORMAT(name) extern const struct export_format name##_export;
EXPORT_FORMATS(EXPORT_FORMAT)
#undef EXPORT_FORMAT

extern const struct export_format *const export_formats[]; /* NULL-ended */

#endif
