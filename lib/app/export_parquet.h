/* export_parquet.h - events of one type as one Parquet file: xexport -f
 * parquet.
 *
 * The columns are those of an archive's part, xtape-archive(5).  Memory: that
 * of event_rows.h, and the footer.
 */
#ifndef APP_EXPORT_PARQUET_H
#define APP_EXPORT_PARQUET_H

#include "archive/event_rows.h"
#include "parquet/writer.h"
#include "tape/schema.h"

struct export_parquet {
    struct identities identities;
    struct event_rows_scratch events;
    struct parquet_scratch chunks;
    struct event_rows rows;
    struct parquet_writer writer;
    bool begun;
};

/* Begins the file of a type of the schema in an open output, once. */
int export_parquet_begin(struct export_parquet *file, struct output *output,
                         const struct schema_type *type,
                         struct failure *failure);
/* Fine on one that is zeroed. */
void export_parquet_free(struct export_parquet *file);

/* At each HEADER, after that. */
void export_parquet_tape(struct export_parquet *file);

/* Takes an instrument event, and one that is to be a row; events are complete
 * (not raw). */
int export_parquet_define(struct export_parquet *file,
                          const struct event *event, struct failure *failure);
int export_parquet_add(struct export_parquet *file, const struct event *event,
                       uint64_t seq, struct failure *failure);

/* Writes the last row group and the footer. */
int export_parquet_end(struct export_parquet *file, struct failure *failure);

#endif
