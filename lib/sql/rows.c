#include "sql/rows.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define SQL_MANY      16   /* rows of one large statement */
#define SQL_BYTES_MAX 8192 /* of a statement's text */

/* ---- values -------------------------------------------------------------- */

struct sql_value
sql_null(void)
{
    return (struct sql_value){.kind = SQL_NULL};
}

struct sql_value
sql_integer(int64_t value)
{
    return (struct sql_value){.kind = SQL_INTEGER, .integer = value};
}

struct sql_value
sql_amount(i128 value)
{
    if (value == AMOUNT_NULL)
        return sql_null();
    return (struct sql_value){.kind = SQL_AMOUNT, .amount = value};
}

struct sql_value
sql_text(const char *text, size_t size)
{
    if (!text)
        return sql_null();
    assert(size <= UINT32_MAX);
    return (struct sql_value){
        .kind = SQL_TEXT, .size = (uint32_t)size, .bytes = text};
}

struct sql_value
sql_word(const char *text, size_t size)
{
    struct sql_value value = {
        .kind = SQL_TEXT, .size = (uint32_t)size, .is_word = true};

    assert(size <= sizeof value.word);
    memcpy(value.word, text, size);
    return value;
}

struct sql_value
sql_bytes(const void *bytes, size_t size)
{
    assert(size <= UINT32_MAX);
    return (struct sql_value){
        .kind = SQL_BYTES, .size = (uint32_t)size, .bytes = bytes};
}

int64_t
sql_get_integer(const struct sql_value *value)
{
    assert(value->kind == SQL_INTEGER || value->kind == SQL_NULL);
    return value->kind == SQL_INTEGER ? value->integer : 0;
}

const char *
sql_get_text(const struct sql_value *value, size_t *size)
{
    *size = 0;
    if (value->kind != SQL_TEXT && value->kind != SQL_BYTES)
        return NULL;
    *size = value->size;
    return value->is_word ? value->word : value->bytes;
}

/* ---- hashes -------------------------------------------------------------- */

static unsigned
tag_of(const struct sql_table *table)
{
    for (unsigned i = 0; i < table->count; i++)
        if (table->columns[i].role == SQL_TAG)
            return i;
    return table->count;
}

/* What a value adds to the bytes that are hashed; text and bytes follow. */
struct hashed {
    uint64_t kind_and_size;
    uint64_t words[2];
};

uint64_t
sql_row_hash(const struct sql_table *table, const struct sql_value *row)
{
    struct hashed words[SQL_COLUMNS_MAX];
    unsigned tag = tag_of(table), count = 0;

    for (unsigned i = 0; i < table->count; i++) {
        struct hashed *word = &words[count];
        size_t size;
        const char *text;

        if (i == tag)
            continue;
        count++;
        *word = (struct hashed){row[i].kind, {0, 0}};
        if (row[i].kind == SQL_INTEGER) {
            word->words[0] = (uint64_t)row[i].integer;
        } else if (row[i].kind == SQL_AMOUNT) {
            word->words[0] = (uint64_t)row[i].amount;
            word->words[1] = (uint64_t)(row[i].amount >> 64);
        } else if (row[i].kind != SQL_NULL) {
            text = sql_get_text(&row[i], &size);
            word->kind_and_size |= (uint64_t)size << 8;
            if (size <= 16)
                memcpy(word->words, text, size);
            else
                word->words[0] = quick_hash_of(text, size);
        }
    }
    return quick_hash_of(words, count * sizeof *words);
}

uint64_t
sql_tagged_hash(uint64_t hash, int64_t tag)
{
    uint64_t words[2] = {hash, (uint64_t)tag};

    return quick_hash_of(words, sizeof words);
}

void
sql_digest_add(struct sql_digest *digest, const struct sql_table *table,
               const struct sql_value *row)
{
    unsigned tag = tag_of(table);

    digest->rows++;
    digest->sum +=
        sql_tagged_hash(sql_row_hash(table, row),
                        tag < table->count ? sql_get_integer(&row[tag]) : 0);
}

void
sql_rows_count(struct sql_rows *rows, uint64_t hash, int64_t tag)
{
    rows->digest.rows++;
    rows->digest.sum += sql_tagged_hash(hash, tag);
}

/* ---- statements ---------------------------------------------------------- */

/* Text of a statement that is put together; too long is a programming error. */
struct sql {
    char text[SQL_BYTES_MAX];
    size_t size;
};

static void add(struct sql *sql, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
add(struct sql *sql, const char *format, ...)
{
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(sql->text + sql->size, sizeof sql->text - sql->size,
                     format, args);
    va_end(args);
    assert(size >= 0 && (size_t)size < sizeof sql->text - sql->size);
    sql->size += (size_t)size;
}

static void
add_columns(struct sql *sql, const struct sql_table *table)
{
    for (unsigned i = 0; i < table->count; i++)
        add(sql, "%s%s", i ? ", " : "", table->columns[i].name);
}

static struct statement *
prepare_insert(struct sql_rows *rows, unsigned count, struct failure *failure)
{
    const struct sql_table *table = rows->table;
    struct sql sql = {.size = 0};
    unsigned parameter = 0;

    add(&sql, "INSERT INTO %s (", table->name);
    add_columns(&sql, table);
    add(&sql, ") VALUES ");
    for (unsigned i = 0; i < count; i++) {
        add(&sql, i ? ", (" : "(");
        for (unsigned j = 0; j < table->count; j++)
            add(&sql, "%s$%u", j ? ", " : "", ++parameter);
        add(&sql, ")");
    }
    return database_prepare(rows->database, sql.text, failure);
}

/* The columns that an update sets, then those that it is found by, in the
 * order of their parameters: $1, $2, ... */
static unsigned
update_order(const struct sql_table *table, unsigned order[SQL_COLUMNS_MAX])
{
    unsigned count = 0;

    for (unsigned i = 0; i < table->count; i++)
        if (table->columns[i].role == SQL_PLAIN ||
            table->columns[i].role == SQL_GUARD)
            order[count++] = i;
    for (unsigned i = 0; i < table->count; i++)
        if (table->columns[i].role == SQL_KEY)
            order[count++] = i;
    return count;
}

/* The guard is found by the parameter after those. */
static struct statement *
prepare_update(struct sql_rows *rows, struct failure *failure)
{
    const struct sql_table *table = rows->table;
    unsigned order[SQL_COLUMNS_MAX], count = update_order(table, order);
    struct sql sql = {.size = 0};
    const char *before = " SET ";

    add(&sql, "UPDATE %s", table->name);
    for (unsigned i = 0; i < count; i++) {
        const struct sql_column *column = &table->columns[order[i]];
        bool key = column->role == SQL_KEY;

        if (key && strcmp(before, ", ") == 0)
            before = " WHERE ";
        add(&sql, "%s%s = $%u", before, column->name, i + 1);
        before = key ? " AND " : ", ";
    }
    for (unsigned i = 0; i < table->count; i++)
        if (table->columns[i].role == SQL_GUARD)
            add(&sql, "%s%s = $%u", before, table->columns[i].name, count + 1);
    return database_prepare(rows->database, sql.text, failure);
}

static void
bind(struct statement *statement, int parameter, const struct sql_value *value)
{
    size_t size;
    const char *text;

    switch (value->kind) {
    case SQL_NULL: bind_null(statement, parameter); break;
    case SQL_INTEGER: bind_integer(statement, parameter, value->integer); break;
    case SQL_AMOUNT: bind_amount(statement, parameter, value->amount); break;
    case SQL_TEXT:
        text = sql_get_text(value, &size);
        bind_text(statement, parameter, text, size);
        break;
    case SQL_BYTES:
        bind_blob(statement, parameter, value->bytes, value->size);
        break;
    }
}

/* ---- writing ------------------------------------------------------------- */

void
sql_rows_open(struct sql_rows *rows, struct database *database,
              const struct sql_table *table)
{
    assert(table->count <= SQL_COLUMNS_MAX);
    *rows = (struct sql_rows){.database = database, .table = table};
}

void
sql_rows_close(struct sql_rows *rows)
{
    statement_free(rows->insert);
    statement_free(rows->insert_many);
    statement_free(rows->update);
    free(rows->pending);
    memset(rows, 0, sizeof *rows);
}

int
sql_rows_append(struct sql_rows *rows, const struct sql_value *row,
                struct failure *failure)
{
    if (!rows->pending) {
        rows->pending = allocate(failure, SQL_PENDING, sizeof *rows->pending);
        if (!rows->pending)
            return -1;
    }
    if (rows->pending_count == SQL_PENDING &&
        sql_rows_flush(rows, failure) != 0)
        return -1;
    memcpy(rows->pending[rows->pending_count++], row,
           rows->table->count * sizeof *row);
    sql_digest_add(&rows->digest, rows->table, row);
    return 0;
}

/* Writes count pending rows, from first on, by one statement. */
static int
write_pending(struct sql_rows *rows, struct statement **statement,
              unsigned first, unsigned count, struct failure *failure)
{
    unsigned columns = rows->table->count;

    assert(first + count <= rows->pending_count);

    if (!*statement)
        *statement = prepare_insert(rows, count, failure);
    if (!*statement)
        return -1;
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = 0; j < columns; j++)
            bind(*statement, (int)(i * columns + j + 1),
                 &rows->pending[first + i][j]);
    return statement_run(*statement, failure) == (int64_t)count ? 0 : -1;
}

int
sql_rows_flush(struct sql_rows *rows, struct failure *failure)
{
    unsigned done = 0;
    int result = 0;

    assert(rows->pending_count <= SQL_PENDING);

    for (; result == 0 && rows->pending_count - done >= SQL_MANY;
         done += SQL_MANY)
        result =
            write_pending(rows, &rows->insert_many, done, SQL_MANY, failure);
    for (; result == 0 && done < rows->pending_count; done++)
        result = write_pending(rows, &rows->insert, done, 1, failure);
    rows->pending_count = 0;
    return result;
}

int
sql_rows_update(struct sql_rows *rows, const struct sql_value *row,
                int64_t guard, uint64_t old, struct failure *failure)
{
    const struct sql_table *table = rows->table;
    unsigned tag = tag_of(table);
    int64_t tag_value = tag < table->count ? sql_get_integer(&row[tag]) : 0;
    int64_t changed;
    unsigned order[SQL_COLUMNS_MAX], count;
    bool guarded = false;

    if (!rows->update)
        rows->update = prepare_update(rows, failure);
    if (!rows->update)
        return -1;
    count = update_order(table, order);
    for (unsigned i = 0; i < count; i++) {
        guarded |= table->columns[order[i]].role == SQL_GUARD;
        bind(rows->update, (int)i + 1, &row[order[i]]);
    }
    if (guarded)
        bind_integer(rows->update, (int)count + 1, guard);
    changed = statement_run(rows->update, failure);
    if (changed < 0)
        return -1;
    rows->digest.sum += sql_tagged_hash(sql_row_hash(table, row), tag_value) -
                        sql_tagged_hash(old, tag_value);
    return changed == 1;
}

/* ---- reading ------------------------------------------------------------- */

int
sql_cursor_open(struct sql_cursor *cursor, struct database *database,
                const struct sql_table *table, const char *where,
                const int64_t parameters[2], struct failure *failure)
{
    struct sql sql = {.size = 0};

    assert(!cursor->statement);
    assert(table->count > 0 && table->count <= SQL_COLUMNS_MAX);
    cursor->table = table;
    add(&sql, "SELECT ");
    add_columns(&sql, table);
    add(&sql, " FROM %s AS r %s", table->name, where ? where : "");
    cursor->statement = database_prepare(database, sql.text, failure);
    if (!cursor->statement)
        return -1;
    for (int i = 0; i < 2; i++)
        if (where && strstr(where, i == 0 ? "$1" : "$2"))
            bind_integer(cursor->statement, i + 1, parameters[i]);
    return 0;
}

void
sql_cursor_close(struct sql_cursor *cursor)
{
    statement_free(cursor->statement);
    cursor->statement = NULL;
}

static int
read_column(struct statement *statement, int column, enum sql_kind kind,
            struct sql_value *value, struct failure *failure)
{
    size_t size;
    const void *bytes;

    *value = sql_null();
    if (column_is_null(statement, column))
        return 0;
    switch (kind) {
    case SQL_NULL: break;
    case SQL_INTEGER:
        *value = sql_integer(column_integer(statement, column));
        break;
    case SQL_TEXT:
        bytes = column_text(statement, column, &size);
        *value = sql_text(bytes, size);
        break;
    case SQL_BYTES:
        bytes = column_blob(statement, column, &size);
        *value = sql_bytes(bytes, size);
        break;
    case SQL_AMOUNT:
        value->kind = SQL_AMOUNT;
        return column_amount(statement, column, &value->amount, failure);
    }
    return 0;
}

int
sql_cursor_next(struct sql_cursor *cursor, struct failure *failure)
{
    int result = statement_step(cursor->statement, failure);

    for (unsigned i = 0; i < cursor->table->count && result == 1; i++)
        if (read_column(cursor->statement, (int)i,
                        cursor->table->columns[i].kind, &cursor->row[i],
                        failure) != 0)
            result = -1;
    return result;
}

int
sql_rows_read(struct database *database, const struct sql_table *table,
              const struct sql_query *query, struct failure *failure)
{
    struct sql_cursor cursor = {.statement = NULL};
    int result = sql_cursor_open(&cursor, database, table, query->where,
                                 query->parameters, failure);

    if (result == 0)
        result = sql_cursor_next(&cursor, failure);
    while (result == 1) {
        result = query->take(query->owner, cursor.row, failure);
        if (result == 0)
            result = sql_cursor_next(&cursor, failure);
    }
    sql_cursor_close(&cursor);
    return result;
}

static int
digest_row(void *owner, const struct sql_value *row, struct failure *failure)
{
    struct sql_rows *rows = owner;

    (void)failure;
    sql_digest_add(&rows->digest, rows->table, row);
    return 0;
}

int
sql_rows_digest(struct database *database, const struct sql_table *table,
                struct sql_digest *digest, struct failure *failure)
{
    struct sql_rows rows = {.table = table};
    const struct sql_query query = {.take = digest_row, .owner = &rows};

    if (sql_rows_read(database, table, &query, failure) != 0)
        return -1;
    *digest = rows.digest;
    return 0;
}
