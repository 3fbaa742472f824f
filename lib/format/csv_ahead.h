/* csv_ahead.h - rows of CSV made into events by several threads.
 *
 * What was read is cut at ends of lines into pieces.  Threads make the rows of
 * each into events, as far as these need nothing new: a row with quotes, with
 * an instrument or a name that is not defined yet, or one that is refused is
 * left to the one thread that takes the pieces in their order.  So the events,
 * and the first failure, are the same with any number of threads.
 */
#ifndef FORMAT_CSV_AHEAD_H
#define FORMAT_CSV_AHEAD_H

#include "format/csv_columns.h"

struct csv_ahead;

/* Starts this number of threads besides the calling one.  columns and importer,
 * which is initialised, outlive it.  NULL with the failure set. */
struct csv_ahead *csv_ahead_open(const struct csv_columns *columns,
                                 struct importer *importer, char delimiter,
                                 unsigned threads, struct failure *failure);
void csv_ahead_close(struct csv_ahead *ahead);

/* Takes whole lines, which begin at a row.  What is left to others goes to
 * rows, whose lines are counted on.  *left_out grows by the rows that --where
 * leaves out. */
int csv_ahead_push(struct csv_ahead *ahead, struct rows *rows,
                   const char *bytes, size_t size, uint64_t *left_out,
                   struct failure *failure);

#endif
