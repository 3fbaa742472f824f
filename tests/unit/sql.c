/* What all drivers share: SQL in a dialect, rows as hashes and digests. */
#include <string.h>

#include "base/bytes.h"
#include "sql/dialect.h"
#include "sql/value.h"
#include "tap.h"

/* ---- dialects ------------------------------------------------------------ */

static bool
becomes(const char *sql, const char *want)
{
    static const struct sql_dialect dialect = {{
        {"amount", "TEXT", "", ""},
        {"sum", "decimal_sum(", "", ")"},
        {"less", "cmp(", ", ", ") < 0"},
        {NULL},
    }};
    struct bytes out = {0};
    bool same;

    sql_translate(&dialect, sql, &out);
    same = out.bytes && strcmp((const char *)out.bytes, want) == 0;
    if (!same)
        tap_note("%s", (const char *)out.bytes);
    bytes_free(&out);
    return same;
}

static void
test_dialects(void)
{
    OK("what has no words stays",
       becomes("SELECT 1 WHERE a | b", "SELECT 1 WHERE a | b"));
    OK("a word becomes what the dialect has for it",
       becomes("x {amount} NOT NULL", "x TEXT NOT NULL"));
    OK("with its arguments, which may have words",
       becomes("{sum:l.x}, {less:a|{sum:b}}",
               "decimal_sum(l.x), cmp(a, decimal_sum(b)) < 0"));
}

/* ---- rows ---------------------------------------------------------------- */

static const struct sql_table table = {"t",
                                       4,
                                       {{"id", SQL_INTEGER, SQL_KEY},
                                        {"name", SQL_TEXT, SQL_PLAIN},
                                        {"amount", SQL_AMOUNT, SQL_PLAIN},
                                        {"tag", SQL_INTEGER, SQL_TAG}}};

struct row {
    struct sql_value values[4];
};

static struct row
row_of(int64_t id, const char *name, i128 amount, int64_t tag)
{
    return (struct row){{sql_integer(id),
                         sql_text(name, name ? strlen(name) : 0),
                         sql_amount(amount), sql_integer(tag)}};
}

static void
test_rows(void)
{
    const i128 large = (i128)1 << 70;
    const struct row rows[] = {
        row_of(1, "a", 5, 1),
        row_of(2, "a", 5, 1),
        row_of(1, "b", 5, 1),
        row_of(1, "a\0", 6, 1),
        row_of(1, "a", 5 + large, 1),
        row_of(1, "", 5, 1),
        row_of(1, NULL, 5, 1),
        row_of(1, "a name of many more bytes than 16", 5, 1),
        row_of(1, "a name of many more bytes than 17", 5, 1),
        row_of(1, "a", AMOUNT_NULL, 1),
    };
    const struct row tagged = row_of(1, "a", 5, 2);
    struct sql_digest forth = {0}, back = {0}, other = {0};
    bool differ = true;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t k = 0; k < i; k++)
            differ &= sql_row_hash(&table, rows[i].values) !=
                      sql_row_hash(&table, rows[k].values);
    OK("rows that differ in any column have other hashes", differ);
    OK("a text counts by its bytes, wherever it is",
       sql_row_hash(&table, row_of(1, (char[]){"a"}, 5, 1).values) ==
           sql_row_hash(&table, rows[0].values));
    OK("but for the tag, which is hashed last",
       sql_row_hash(&table, rows[0].values) ==
               sql_row_hash(&table, tagged.values) &&
           sql_tagged_hash(7, 1) != sql_tagged_hash(7, 2));
    for (size_t i = 0; i < 5; i++) {
        sql_digest_add(&forth, &table, rows[i].values);
        sql_digest_add(&back, &table, rows[4 - i].values);
        sql_digest_add(&other, &table, i ? rows[i].values : tagged.values);
    }
    OK("a digest does not depend on their order",
       forth.rows == 5 && back.rows == 5 && forth.sum == back.sum);
    OK("but on the tag", other.rows == 5 && other.sum != forth.sum);
}

int
main(void)
{
    test_dialects();
    test_rows();
    return tap_done();
}
