/* table_columns.h - which columns a person wants to see of a type.
 */
#ifndef FORMAT_TABLE_COLUMNS_H
#define FORMAT_TABLE_COLUMNS_H

/* Names with commas; NULL: every column of the type. */
const char *table_default_columns(unsigned type);

#endif
