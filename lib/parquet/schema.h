/* schema.h - the columns of a Parquet file, read from its footer.
 *
 * Every leaf of the schema is a column.  One below a group, or that is
 * repeated, is nested, and has the name of the field of the root that it is
 * part of.
 */
#ifndef PARQUET_SCHEMA_H
#define PARQUET_SCHEMA_H

#include "parquet/parquet.h"
#include "parquet/thrift.h"

/* Reads the list of SchemaElement; 0, or -1 with a failure of class data.  What
 * the reader finds bad is left to the caller. */
int parquet_schema_parse(struct thrift_reader *reader,
                         struct parquet_footer *footer,
                         struct failure *failure);

#endif
