#include "sql/value.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"

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

unsigned
sql_tag_column(const struct sql_table *table)
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
    unsigned tag = sql_tag_column(table), count = 0;

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
    unsigned tag = sql_tag_column(table);

    assert(table->count <= SQL_COLUMNS_MAX);
    digest->rows++;
    digest->sum +=
        sql_tagged_hash(sql_row_hash(table, row),
                        tag < table->count ? sql_get_integer(&row[tag]) : 0);
}
