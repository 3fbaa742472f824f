/* lobster.h - order-by-order facts from LOBSTER message files (NASDAQ).
 *
 * Columns: seconds after midnight of the exchange, type, order id, size,
 * price in USD times 10000, direction of the order (1 buy, -1 sell).  The
 * type decides:
 *
 *      1  book_add                 5  print, hidden; its side is the
 *      2  book_reduce                 aggressor's: the other one
 *      3  book_delete              6  print, auction
 *      4  book_execute             7  session: halt (price -1), pre_open (0:
 *                                     quoting resumes), continuous (1)
 *
 * Each message gives one event.  With a seed, the published book after the
 * first message (ask price, ask size, bid price, bid size, of each level),
 * the levels take the place of the first message: a book_add without order
 * id for each, at its time.
 *
 * Source: LOBSTER_SampleFiles_ReadMe.txt, and lobsterdata.com for type 6.
 */
#ifndef FORMAT_LOBSTER_H
#define FORMAT_LOBSTER_H

#include <stdbool.h>

#include "format/importer.h"
#include "format/rows.h"

struct lobster_import {
    struct importer *importer;
    struct cell symbol;
    int64_t midnight; /* of the exchange, on the day of the file */

    /* private */
    struct rows rows;
    uint32_t instrument;     /* 0: not defined yet */
    struct book_order *seed; /* owned */
    size_t seed_count;
    bool any;
};

/* Set the first three members before; 0, or -1 with the failure set. */
int lobster_import_init(struct lobster_import *lobster,
                        struct failure *failure);
void lobster_import_free(struct lobster_import *lobster);

/* The text of a seed: one row. */
int lobster_import_seed(struct lobster_import *lobster, const char *bytes,
                        size_t size, struct failure *failure);

int lobster_import_push(struct lobster_import *lobster, const char *bytes,
                        size_t size, struct failure *failure);

/* The file is over; one without a message is an error. */
int lobster_import_end(struct lobster_import *lobster, struct failure *failure);

#endif
