/* rows.h - rows of tables, by what their columns are: statements, values read
 * and written, and a digest of each table all follow from one description.
 *
 *      struct sql_value row[] = {sql_integer(7), sql_amount(amount), ...};
 *
 *      sql_rows_open(&rows, database, &table);
 *      sql_rows_append(&rows, row, failure) ...   many, in large statements
 *      sql_rows_flush(&rows, failure)             before the commit
 *
 * The digest of a table is the number of its rows and the sum of their hashes
 * (XXH3-64) modulo 2^64: it does not depend on their order and can be kept up
 * to date row by row.  It guards against chance and against changes by hand,
 * not against somebody who computes it anew.
 */
#ifndef SQL_ROWS_H
#define SQL_ROWS_H

#include "sql/database.h"

#define SQL_COLUMNS_MAX 12
#define SQL_PENDING     64 /* rows that wait to be appended together */

enum sql_kind {
    SQL_NULL, /* of a value */
    SQL_INTEGER,
    SQL_TEXT,
    SQL_AMOUNT,
    SQL_BYTES,
};

/* Text of up to 8 bytes that is kept in the value itself. */
struct sql_value {
    enum sql_kind kind;
    uint32_t size; /* of text and bytes */
    union {
        int64_t integer;
        i128 amount;
        const void *bytes; /* lent; until the row is written */
        char word[8];      /* where bytes would be lost: is_word */
    };
    bool is_word;
};

enum sql_role {
    SQL_PLAIN,
    SQL_KEY,   /* part of the primary key */
    SQL_GUARD, /* an update must find the value that was written last */
    SQL_TAG,   /* who wrote the row first; never updated.  It is hashed last,
                * so that the same row under another tag is cheap to hash */
};

struct sql_column {
    const char *name;
    enum sql_kind kind;
    enum sql_role role;
};

struct sql_table {
    const char *name;
    unsigned count;
    struct sql_column columns[SQL_COLUMNS_MAX];
};

struct sql_digest {
    uint64_t rows, sum;
};

/* One table of one connection.  Zeroed, it is closed. */
struct sql_rows {
    struct database *database;
    const struct sql_table *table;
    struct sql_digest digest; /* the caller sets it when it opens a table */
    struct statement *insert, *insert_many, *update; /* made when needed */
    unsigned pending_count;
    struct sql_value (*pending)[SQL_COLUMNS_MAX]; /* owned */
};

/* ---- values -------------------------------------------------------------- */

struct sql_value sql_null(void);
struct sql_value sql_integer(int64_t value);
struct sql_value sql_amount(i128 value); /* AMOUNT_NULL: null */
struct sql_value sql_text(const char *text, size_t size); /* NULL: null */
struct sql_value sql_word(const char *text, size_t size); /* at most 8 bytes */
struct sql_value sql_bytes(const void *bytes, size_t size);

/* What a value holds; 0, or NULL and size 0, when it is null. */
int64_t sql_get_integer(const struct sql_value *value);
const char *sql_get_text(const struct sql_value *value, size_t *size);

/* The hash of a row but for its tag, and the hash of that with the tag. */
uint64_t sql_row_hash(const struct sql_table *table,
                      const struct sql_value *row);
uint64_t sql_tagged_hash(uint64_t hash, int64_t tag);

/* ---- writing ------------------------------------------------------------- */

void sql_rows_open(struct sql_rows *rows, struct database *database,
                   const struct sql_table *table);
void sql_rows_close(struct sql_rows *rows);

/* Adds a row; text and bytes are lent until it is flushed.  0 or -1. */
int sql_rows_append(struct sql_rows *rows, const struct sql_value *row,
                    struct failure *failure);

/* Writes what waits to be appended.  0 or -1. */
int sql_rows_flush(struct sql_rows *rows, struct failure *failure);

/* Changes the one row that has the key, and in its guard column the value
 * guard; old is its hash without the tag.  1; 0 when there is no such row;
 * -1. */
int sql_rows_update(struct sql_rows *rows, const struct sql_value *row,
                    int64_t guard, uint64_t old, struct failure *failure);

/* Counts a row that was written in another way; hash is without the tag. */
void sql_rows_count(struct sql_rows *rows, uint64_t hash, int64_t tag);

/* ---- reading ------------------------------------------------------------- */

/* Reads rows of a table, all columns in order.  where is what follows the
 * table's name, which is aliased r, or NULL; its parameters are $1 and $2.
 * take is called for each row, whose texts last until it returns.  0; -1, also
 * when take returned -1. */
struct sql_query {
    const char *where;
    int64_t parameters[2];
    int (*take)(void *owner, const struct sql_value *row,
                struct failure *failure);
    void *owner;
};
int sql_rows_read(struct database *database, const struct sql_table *table,
                  const struct sql_query *query, struct failure *failure);

/* The same one row at a time: sql_cursor_next returns 1, 0 after the last, and
 * -1; the row lasts until the next call. */
struct sql_cursor {
    const struct sql_table *table;
    struct statement *statement; /* owned */
    struct sql_value row[SQL_COLUMNS_MAX];
};
int sql_cursor_open(struct sql_cursor *cursor, struct database *database,
                    const struct sql_table *table, const char *where,
                    const int64_t parameters[2], struct failure *failure);
int sql_cursor_next(struct sql_cursor *cursor, struct failure *failure);
void sql_cursor_close(struct sql_cursor *cursor); /* fine when not open */

/* The digest of all rows that a table has now.  0 or -1. */
int sql_rows_digest(struct database *database, const struct sql_table *table,
                    struct sql_digest *digest, struct failure *failure);

/* Adds a row to a digest; a row of a table without a tag has tag 0. */
void sql_digest_add(struct sql_digest *digest, const struct sql_table *table,
                    const struct sql_value *row);

#endif
