/* postgres_rows.c - rows wait as one array for each column, and are sent as
 * one statement for each table and operation:
 *
 *      INSERT INTO t (a, b) SELECT * FROM unnest($1, $2)
 *      UPDATE t SET b = u.b FROM unnest($1, $2) AS u (a, b) WHERE t.a = u.a
 *
 * Copies go first, of rows as they are before the batch, then new rows, then
 * updates. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sql/postgres.h"
#include "sql/rows.h"

#define WAITING_MAX (16 << 20) /* bytes that wait before they are sent */

static struct postgres_rows *
rows_of(struct postgres *postgres, enum postgres_operation operation,
        const struct sql_table *table, struct failure *failure)
{
    struct postgres_rows *rows;

    for (unsigned i = 0; i < postgres->table_count; i++)
        if (postgres->tables[i]->operation == operation &&
            postgres->tables[i]->table == table)
            return postgres->tables[i];
    assert(postgres->table_count < POSTGRES_TABLES);
    rows = allocate(failure, 1, sizeof *rows);
    if (!rows)
        return NULL;
    rows->operation = operation;
    rows->table = table;
    postgres->tables[postgres->table_count++] = rows;
    return rows;
}

static void
clear(struct postgres_rows *rows)
{
    rows->count = 0;
    for (unsigned i = 0; i <= SQL_COLUMNS_MAX; i++)
        bytes_clear(&rows->columns[i]);
}

void
postgres_drop_rows(struct postgres *postgres)
{
    for (unsigned i = 0; i < postgres->table_count; i++)
        clear(postgres->tables[i]);
    postgres->waiting = 0;
}

static void
put_value(struct postgres *postgres, struct bytes *column,
          const struct sql_value *value)
{
    static const unsigned char head[POSTGRES_ARRAY_HEAD];

    if (column->size == 0)
        bytes_put(column, head, sizeof head);
    postgres_put_value(column, value);
    postgres->waiting += 16;
}

/* A row is whole: what waits is sent when it is much. */
static int
end_row(struct postgres *postgres, struct postgres_rows *rows,
        struct failure *failure)
{
    rows->count++;
    if (postgres->waiting < WAITING_MAX)
        return 0;
    return postgres_flush(&postgres->base, failure);
}

int
postgres_put_rows(struct database *database, const struct sql_table *table,
                  const struct sql_value (*rows)[SQL_COLUMNS_MAX],
                  unsigned count, struct failure *failure)
{
    struct postgres *postgres = (struct postgres *)database;
    struct postgres_rows *to = rows_of(postgres, POSTGRES_PUT, table, failure);

    if (!to)
        return -1;
    assert(count > 0 && postgres->transaction >= POSTGRES_WANTED);
    for (unsigned i = 0; i < count; i++) {
        for (unsigned j = 0; j < table->count; j++)
            put_value(postgres, &to->columns[j], &rows[i][j]);
        if (end_row(postgres, to, failure) != 0)
            return -1;
    }
    return 0;
}

int
postgres_update_row(struct database *database, const struct sql_table *table,
                    const struct sql_value *row, int64_t guard,
                    struct failure *failure)
{
    struct postgres *postgres = (struct postgres *)database;
    struct postgres_rows *to =
        rows_of(postgres, POSTGRES_UPDATE, table, failure);
    const struct sql_value old = sql_integer(guard);

    if (!to)
        return -1;
    assert(postgres->transaction >= POSTGRES_WANTED);
    for (unsigned j = 0; j < table->count; j++)
        put_value(postgres, &to->columns[j], &row[j]);
    put_value(postgres, &to->columns[table->count], &old);
    return end_row(postgres, to, failure);
}

int
postgres_copy_row(struct database *database, const struct sql_copy *copy,
                  const struct sql_value *row, struct failure *failure)
{
    struct postgres *postgres = (struct postgres *)database;
    struct postgres_rows *to =
        rows_of(postgres, POSTGRES_COPY, copy->to, failure);

    if (!to)
        return -1;
    assert(to->count == 0 || to->copy.tag == copy->tag);
    to->copy = *copy;
    for (unsigned j = 0; j < copy->from->count; j++)
        if (copy->from->columns[j].role == SQL_KEY)
            put_value(postgres, &to->columns[j], &row[j]);
    return end_row(postgres, to, failure);
}

/* ---- the statements ------------------------------------------------------ */

/* Appends "unnest($1, $2) AS u (a, b)" of the columns that wait, each as a
 * parameter. */
static void
put_source(struct bytes *sql, struct postgres_rows *rows,
           const struct sql_table *table, struct postgres_parameters *p)
{
    unsigned first = p->count > 0 ? (unsigned)p->count : 0;

    bytes_put_text(sql, "unnest(");
    for (unsigned i = 0; i <= table->count; i++) {
        struct bytes *column = &rows->columns[i];
        enum sql_kind kind =
            i < table->count ? table->columns[i].kind : SQL_INTEGER;

        if (column->size == 0)
            continue;
        postgres_fill_head(column->bytes, kind, rows->count);
        p->types[p->count] = postgres_array_type(kind);
        p->values[p->count] = (const char *)column->bytes;
        p->sizes[p->count] = (int)column->size;
        bytes_put_format(sql, "%s$%d", (unsigned)p->count > first ? ", " : "",
                         p->count + 1);
        p->count++;
    }
    bytes_put_text(sql, ") AS u (");
    first = 0;
    for (unsigned i = 0; i <= table->count; i++)
        if (rows->columns[i].size > 0)
            bytes_put_format(sql, "%s%s", first++ ? ", " : "",
                             i < table->count ? table->columns[i].name
                                              : "guard_");
    bytes_put_text(sql, ")");
}

/* Appends "t.a = u.a AND t.b = u.b" for the columns of the key. */
static void
put_match(struct bytes *sql, const struct sql_table *table)
{
    const char *between = "";

    for (unsigned i = 0; i < table->count; i++)
        if (table->columns[i].role == SQL_KEY) {
            bytes_put_format(sql, "%st.%s = u.%s", between,
                             table->columns[i].name, table->columns[i].name);
            between = " AND ";
        }
}

static void
put_insert(struct bytes *sql, struct postgres_rows *rows,
           struct postgres_parameters *parameters)
{
    bytes_put_format(sql, "INSERT INTO %s (", rows->table->name);
    sql_put_columns(sql, rows->table, "");
    bytes_put_text(sql, ") SELECT * FROM ");
    put_source(sql, rows, rows->table, parameters);
}

static void
put_update(struct bytes *sql, struct postgres_rows *rows,
           struct postgres_parameters *parameters)
{
    const struct sql_table *table = rows->table;
    const char *between = "";

    bytes_put_format(sql, "UPDATE %s AS t SET ", table->name);
    for (unsigned i = 0; i < table->count; i++)
        if (table->columns[i].role == SQL_PLAIN ||
            table->columns[i].role == SQL_GUARD) {
            bytes_put_format(sql, "%s%s = u.%s", between,
                             table->columns[i].name, table->columns[i].name);
            between = ", ";
        }
    bytes_put_text(sql, " FROM ");
    put_source(sql, rows, table, parameters);
    bytes_put_text(sql, " WHERE ");
    put_match(sql, table);
    for (unsigned i = 0; i < table->count; i++)
        if (table->columns[i].role == SQL_GUARD)
            bytes_put_format(sql, " AND t.%s = u.guard_",
                             table->columns[i].name);
}

static void
put_copy(struct bytes *sql, struct postgres_rows *rows,
         struct postgres_parameters *parameters)
{
    const struct sql_copy *copy = &rows->copy;

    bytes_put_format(sql, "INSERT INTO %s (", copy->to->name);
    sql_put_columns(sql, copy->to, "");
    bytes_put_text(sql, ") SELECT ");
    for (unsigned i = 0; i < copy->to->count; i++) {
        bytes_put_text(sql, i ? ", " : "");
        if (copy->to->columns[i].role == SQL_TAG)
            bytes_put_format(sql, "%lld", (long long)copy->tag);
        else
            bytes_put_format(sql, "t.%s", copy->to->columns[i].name);
    }
    bytes_put_format(sql, " FROM %s AS t JOIN ", copy->from->name);
    put_source(sql, rows, copy->from, parameters);
    bytes_put_text(sql, " ON ");
    put_match(sql, copy->from);
    bytes_put_text(sql, " ON CONFLICT DO NOTHING RETURNING ");
    sql_put_columns(sql, copy->to, "");
}

/* ---- their results ------------------------------------------------------- */

static int
take_change(struct postgres *postgres, void *owner, PGresult *result,
            struct failure *failure)
{
    const struct postgres_rows *rows = owner;

    if (strtoul(pq.cmdTuples(result), NULL, 10) == rows->count)
        return 0;
    return driver_fail_changed(&postgres->base, failure);
}

static int
take_copies(struct postgres *postgres, void *owner, PGresult *result,
            struct failure *failure)
{
    const struct postgres_rows *rows = owner;
    const struct sql_table *table = rows->copy.to;
    struct sql_value row[SQL_COLUMNS_MAX];

    for (int i = 0; i < pq.ntuples(result); i++) {
        for (unsigned j = 0; j < table->count; j++)
            if (postgres_get_value(postgres, result, i, (int)j,
                                   table->columns[j].kind, &row[j],
                                   failure) != 0)
                return -1;
        sql_digest_add(rows->copy.digest, table, row);
    }
    return 0;
}

/* ---- sending them -------------------------------------------------------- */

static const struct {
    void (*put)(struct bytes *sql, struct postgres_rows *rows,
                struct postgres_parameters *parameters);
    postgres_taker *take;
} operations[] = {
    [POSTGRES_COPY] = {put_copy, take_copies},
    [POSTGRES_PUT] = {put_insert, take_change},
    [POSTGRES_UPDATE] = {put_update, take_change},
};

static int
send_rows(struct postgres *postgres, struct postgres_rows *rows,
          struct failure *failure)
{
    struct postgres_parameters parameters = {.count = 0};
    struct bytes sql = {0};
    int result = 0;

    assert(rows->count > 0);
    for (unsigned i = 0; i <= SQL_COLUMNS_MAX && result == 0; i++)
        result = bytes_ok(&rows->columns[i], failure);
    operations[rows->operation].put(&sql, rows, &parameters);
    bytes_put_byte(&sql, 0);
    if (result == 0)
        result = bytes_ok(&sql, failure);
    if (result == 0)
        result = postgres_send(postgres, (char *)sql.bytes, &parameters,
                               operations[rows->operation].take, rows, failure);
    bytes_free(&sql);
    return result;
}

static int
send_all(struct postgres *postgres, struct failure *failure)
{
    int result = postgres_need_transaction(postgres, failure);

    for (int operation = POSTGRES_COPY; operation <= POSTGRES_UPDATE;
         operation++)
        for (unsigned i = 0; i < postgres->table_count && result == 0; i++)
            if ((int)postgres->tables[i]->operation == operation &&
                postgres->tables[i]->count > 0)
                result = send_rows(postgres, postgres->tables[i], failure);
    return result == 0 ? postgres_sync(postgres, failure) : -1;
}

int
postgres_flush(struct database *database, struct failure *failure)
{
    struct postgres *postgres = (struct postgres *)database;
    bool first = postgres->transaction == POSTGRES_WANTED;
    struct failure trial = {.kind = FAILURE_NONE};
    int result;

    if (postgres->waiting == 0)
        return 0;
    assert(postgres->transaction >= POSTGRES_WANTED);
    result = send_all(postgres, &trial);
    /* A connection that was lost while it was idle: nothing of the transaction
     * has begun. */
    if (result != 0 && first && !postgres->answered &&
        postgres_is_lost(postgres)) {
        result = postgres_reconnect(postgres, failure);
        if (result == 0) {
            postgres->transaction = POSTGRES_WANTED;
            result = send_all(postgres, failure);
        }
    } else if (result != 0) {
        *failure = trial;
    }
    postgres_drop_rows(postgres);
    return result;
}
