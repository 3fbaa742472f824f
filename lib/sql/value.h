/* value.h - values of SQL, and tables by what their columns are.
 *
 * Statements, values read and written, and a digest of each table all follow
 * from one description of it.  The digest is the number of its rows and the
 * sum of their hashes (XXH3-64) modulo 2^64: it does not depend on their order
 * and can be kept up to date row by row.  It guards against chance and against
 * changes by hand, not against somebody who computes it anew.
 */
#ifndef SQL_VALUE_H
#define SQL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/decimal.h"

#define SQL_COLUMNS_MAX 12

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

struct sql_value sql_null(void);
struct sql_value sql_integer(int64_t value);
struct sql_value sql_amount(i128 value); /* AMOUNT_NULL: null */
struct sql_value sql_text(const char *text, size_t size); /* NULL: null */
struct sql_value sql_word(const char *text, size_t size); /* at most 8 bytes */
struct sql_value sql_bytes(const void *bytes, size_t size);

/* What a value holds; 0, or NULL and size 0, when it is null. */
int64_t sql_get_integer(const struct sql_value *value);
const char *sql_get_text(const struct sql_value *value, size_t *size);

/* Which column is the tag; the number of columns when none is. */
unsigned sql_tag_column(const struct sql_table *table);

/* The hash of a row but for its tag, and the hash of that with the tag. */
uint64_t sql_row_hash(const struct sql_table *table,
                      const struct sql_value *row);
uint64_t sql_tagged_hash(uint64_t hash, int64_t tag);

/* Adds a row to a digest; a row of a table without a tag has tag 0. */
void sql_digest_add(struct sql_digest *digest, const struct sql_table *table,
                    const struct sql_value *row);

#endif
