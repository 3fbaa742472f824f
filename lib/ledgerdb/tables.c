#include "ledgerdb/tables.h"

#include <assert.h>
#include <string.h>

#include "tape/schema.h"

#define KEY   SQL_KEY
#define GUARD SQL_GUARD
#define TAG   SQL_TAG

const struct sql_table ledgerdb_tables[LEDGERDB_TABLES] = {
    [TABLE_INSTRUMENTS] = {"instruments",
                           6,
                           {{"instrument_id", SQL_INTEGER, KEY},
                            {"exchange", SQL_TEXT},
                            {"symbol", SQL_TEXT},
                            {"kind", SQL_TEXT},
                            {"currency", SQL_TEXT},
                            {"multiplier", SQL_AMOUNT}}},
    [TABLE_ACCOUNTS] = {"accounts",
                        6,
                        {{"account_id", SQL_INTEGER, KEY},
                         {"name", SQL_TEXT},
                         {"user_id", SQL_INTEGER},
                         {"account_type", SQL_TEXT},
                         {"status", SQL_TEXT},
                         {"first_stream", SQL_INTEGER, TAG}}},
    [TABLE_BALANCES] = {"balances",
                        5,
                        {{"account_id", SQL_INTEGER, KEY},
                         {"currency", SQL_TEXT, KEY},
                         {"balance", SQL_AMOUNT},
                         {"version", SQL_INTEGER, GUARD},
                         {"first_stream", SQL_INTEGER, TAG}}},
    [TABLE_POSITIONS] = {"positions",
                         9,
                         {{"account_id", SQL_INTEGER, KEY},
                          {"instrument_id", SQL_INTEGER, KEY},
                          {"currency", SQL_TEXT},
                          {"quantity", SQL_AMOUNT},
                          {"cost", SQL_AMOUNT},
                          {"realized_pnl", SQL_AMOUNT},
                          {"fees", SQL_AMOUNT},
                          {"version", SQL_INTEGER, GUARD},
                          {"first_stream", SQL_INTEGER, TAG}}},
    [TABLE_WATERMARKS] = {"watermarks",
                          10,
                          {{"stream_id", SQL_INTEGER, KEY},
                           {"stream", SQL_TEXT},
                           {"rules", SQL_TEXT},
                           {"first_seq", SQL_INTEGER},
                           {"first_transaction", SQL_INTEGER},
                           {"first_posting", SQL_INTEGER},
                           {"in_seq", SQL_INTEGER, GUARD},
                           {"digest", SQL_TEXT},
                           {"last_transaction", SQL_INTEGER},
                           {"last_posting", SQL_INTEGER}}},
    [TABLE_ENDINGS] = {"endings",
                       3,
                       {{"stream_id", SQL_INTEGER, KEY},
                        {"in_seq", SQL_INTEGER, GUARD},
                        {"status", SQL_TEXT}}},
    [TABLE_COMMITS] = {"commits",
                       3,
                       {{"stream_id", SQL_INTEGER, KEY},
                        {"in_seq", SQL_INTEGER, KEY},
                        {"prints", SQL_BYTES}}},
    [TABLE_TRANSACTIONS] = {"transactions",
                            6,
                            {{"transaction_id", SQL_INTEGER, KEY},
                             {"stream_id", SQL_INTEGER},
                             {"seq", SQL_INTEGER},
                             {"time", SQL_INTEGER},
                             {"cause", SQL_TEXT},
                             {"instrument_id", SQL_INTEGER}}},
    [TABLE_POSTINGS] = {"postings",
                        8,
                        {{"posting_id", SQL_INTEGER, KEY},
                         {"transaction_id", SQL_INTEGER},
                         {"account_id", SQL_INTEGER},
                         {"instrument_id", SQL_INTEGER},
                         {"currency", SQL_TEXT},
                         {"kind", SQL_TEXT},
                         {"amount", SQL_AMOUNT},
                         {"balance_after", SQL_AMOUNT}}},
    [TABLE_ACCOUNT_STARTS] = {"account_starts",
                              5,
                              {{"stream_id", SQL_INTEGER, TAG},
                               {"account_id", SQL_INTEGER, KEY},
                               {"user_id", SQL_INTEGER},
                               {"account_type", SQL_TEXT},
                               {"status", SQL_TEXT}}},
    [TABLE_BALANCE_STARTS] = {"balance_starts",
                              5,
                              {{"stream_id", SQL_INTEGER, TAG},
                               {"account_id", SQL_INTEGER, KEY},
                               {"currency", SQL_TEXT, KEY},
                               {"balance", SQL_AMOUNT},
                               {"version", SQL_INTEGER}}},
    [TABLE_POSITION_STARTS] = {"position_starts",
                               9,
                               {{"stream_id", SQL_INTEGER, TAG},
                                {"account_id", SQL_INTEGER, KEY},
                                {"instrument_id", SQL_INTEGER, KEY},
                                {"currency", SQL_TEXT},
                                {"quantity", SQL_AMOUNT},
                                {"cost", SQL_AMOUNT},
                                {"realized_pnl", SQL_AMOUNT},
                                {"fees", SQL_AMOUNT},
                                {"version", SQL_INTEGER}}},
    [TABLE_TRADE_PRINTS] = {"trade_prints",
                            3,
                            {{"stream_id", SQL_INTEGER, KEY},
                             {"in_seq", SQL_INTEGER, KEY},
                             {"prints", SQL_BYTES}}},
    [TABLE_BASES] = {"bases",
                     3,
                     {{"account_id", SQL_INTEGER, KEY},
                      {"basis", SQL_TEXT},
                      {"first_stream", SQL_INTEGER, TAG}}},
    [TABLE_LOTS] = {"lots",
                    7,
                    {{"account_id", SQL_INTEGER, KEY},
                     {"instrument_id", SQL_INTEGER, KEY},
                     {"lot", SQL_INTEGER, KEY},
                     {"transaction_id", SQL_INTEGER},
                     {"quantity", SQL_AMOUNT},
                     {"cost", SQL_AMOUNT},
                     {"first_stream", SQL_INTEGER, TAG}}},
    [TABLE_LOT_STARTS] = {"lot_starts",
                          7,
                          {{"stream_id", SQL_INTEGER, TAG},
                           {"account_id", SQL_INTEGER, KEY},
                           {"instrument_id", SQL_INTEGER, KEY},
                           {"lot", SQL_INTEGER, KEY},
                           {"transaction_id", SQL_INTEGER},
                           {"quantity", SQL_AMOUNT},
                           {"cost", SQL_AMOUNT}}},
};

const struct sql_table ledgerdb_digests = {"digests",
                                           3,
                                           {{"table_name", SQL_TEXT, KEY},
                                            {"row_count", SQL_INTEGER},
                                            {"digest", SQL_TEXT}}};

/* ---- values -------------------------------------------------------------- */

static const char *const *
words_of(enum event_type type, const char *field)
{
    const struct schema_field *found =
        schema_field(schema_find(type), field, strlen(field));

    assert(found && found->words);
    return found->words;
}

struct sql_value
ledgerdb_label(const char *word)
{
    size_t size = word ? strlen(word) : 0;

    return word && size <= 8 ? sql_word(word, size) : sql_text(word, size);
}

struct sql_value
ledgerdb_word(enum event_type type, const char *field, unsigned value)
{
    return ledgerdb_label(value ? words_of(type, field)[value - 1] : NULL);
}

uint8_t
ledgerdb_value(enum event_type type, const char *field,
               const struct sql_value *word)
{
    const char *const *words = words_of(type, field);
    size_t size;
    const char *text = sql_get_text(word, &size);

    for (unsigned i = 0; text && words[i]; i++)
        if (strlen(words[i]) == size && memcmp(words[i], text, size) == 0)
            return (uint8_t)(i + 1);
    return 0;
}

struct sql_value
ledgerdb_code(struct code code)
{
    char text[8];

    _Static_assert(sizeof text == sizeof code, "a code fills its text");
    if (!code.word)
        return sql_null();
    return sql_word(text, (size_t)code_to_text(code, text));
}

struct code
ledgerdb_code_of(const struct sql_value *value)
{
    size_t size;
    const char *text = sql_get_text(value, &size);

    return text ? code_from_text(text, size) : (struct code){0};
}

struct sql_value
ledgerdb_id(uint64_t id)
{
    return id ? sql_integer((int64_t)id) : sql_null();
}
