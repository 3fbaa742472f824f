/* csv.h - events of one type from CSV.
 *
 *      csv_import_init
 *      for each file: csv_import_push ... csv_import_end
 *      csv_import_free
 *
 * The header names the fields; maps say which column a field is in when it is
 * called otherwise, or by number when there is no header.  An empty cell is
 * the field's default or else null.
 */
#ifndef FORMAT_CSV_H
#define FORMAT_CSV_H

#include <stdbool.h>

#include "format/importer.h"
#include "format/rows.h"

struct csv_options {
    struct cell type;  /* a name, or the number of a type of the user's own */
    char delimiter;    /* 0: a comma */
    bool no_header;    /* maps are by number, from 1 */
    bool ignore_extra; /* columns that are no field do not count */
};

struct csv_import {
    struct csv_options options;
    const struct schema_type *type;

    /* private */
    struct schema_type user;
    struct importer *importer;
    struct rows rows;
    struct cell maps[SLOTS_MAX];         /* the column of a slot, if told */
    struct cell defaults[SLOTS_MAX + 1]; /* its text where no cell has one */
    struct cell *ignored;                /* columns that do not count; owned */
    size_t ignored_count;
    uint64_t told; /* slots that have a default, a bit each */
    struct cell cells[SLOTS_MAX + 1]; /* of the row in hand, by slot; those
                                       * of no slot fall into the last */
    bool mapped;                      /* the columns of this file are known */
    size_t column_count;              /* of this file */
    uint8_t *slots;              /* by column: its slot or SLOT_NONE; owned */
    uint32_t columns[SLOTS_MAX]; /* by slot: its column, from 1, or 0 */
    char *header;     /* the names of the columns, NUL after each; owned */
    uint32_t *titles; /* by column: its name in header; owned */
};

/* 0, or -1 with a failure of class usage: no such type. The cells that
 * options hold must outlive the import. */
int csv_import_init(struct csv_import *csv, const struct csv_options *options,
                    struct importer *importer, struct failure *failure);
void csv_import_free(struct csv_import *csv);

/* "FIELD=COLUMN", "FIELD=VALUE", "COLUMN": more options.  The text must
 * outlive the import. */
int csv_import_map(struct csv_import *csv, struct cell map,
                   struct failure *failure);
int csv_import_default(struct csv_import *csv, struct cell value,
                       struct failure *failure);
int csv_import_ignore(struct csv_import *csv, struct cell column,
                      struct failure *failure);

/* Bytes of a file, and its end: an empty file is an error unless there is no
 * header.  Failures name line and column. */
int csv_import_push(struct csv_import *csv, const char *bytes, size_t size,
                    struct failure *failure);
int csv_import_end(struct csv_import *csv, struct failure *failure);

#endif
