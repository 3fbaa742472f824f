/* The report as one JSON object. */
#include <assert.h>

#include "base/json.h"
#include "pnl/rows.h"

static void
put_value(struct json *json, const struct pnl_row *row)
{
    char text[AMOUNT_TEXT_MAX];

    assert(row->name && *row->name);
    json_key(json, row->name);
    pnl_row_text(row, text);
    if (row->null)
        json_null(json);
    else if (row->kind == PNL_COUNT)
        json_unsigned(json, (uint64_t)row->value);
    else
        json_text(json, text);
}

static void
put_groups(struct json *json, const struct pnl *pnl, uint32_t account,
           enum pnl_by by)
{
    assert(account < pnl->account_count);
    json_key(json, pnl_by_words[by]);
    json_open(json, '[');
    for (uint32_t i = 0; i < pnl->group_count; i++) {
        const struct pnl_group *group = &pnl->groups[i];
        struct pnl_row row[PNL_COLUMNS];
        unsigned count = pnl_columns(&group->sums, row);
        char text[600];

        if (group->account != account || group->by != by)
            continue;
        json_open(json, '{');
        pnl_key(pnl, group, text);
        json_key(json, "key");
        json_text(json, text);
        for (unsigned column = 0; column < count; column++)
            put_value(json, &row[column]);
        json_close(json, '}');
    }
    json_close(json, ']');
}

/* Equity at the end of each day. */
static void
put_days(struct json *json, const struct pnl_account *account)
{
    json_key(json, "equity_by_day");
    json_open(json, '[');
    for (uint32_t i = 0; i < account->day_count; i++) {
        json_open(json, '{');
        json_key(json, "day");
        json_time(json, account->days[i].day * INT64_C(86400000000000));
        json_key(json, "equity");
        json_amount(json, account->days[i].equity);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void
put_account(struct json *json, const struct pnl *pnl, uint32_t number)
{
    const struct pnl_account *account = &pnl->accounts[number];
    struct pnl_row rows[PNL_ROWS_MAX];
    unsigned count = pnl_rows(pnl, account, rows);
    char name[600];

    assert(number < pnl->account_count);
    json_open(json, '{');
    json_key(json, "account_id");
    json_unsigned(json, account->id);
    pnl_account_name(pnl, account, name);
    json_key(json, "name");
    json_text(json, name);
    for (unsigned i = 0; i < count; i++)
        put_value(json, &rows[i]);
    json_key(json, "by");
    json_open(json, '{');
    for (enum pnl_by by = PNL_STRATEGY; by < PNL_BY; by++)
        put_groups(json, pnl, number, by);
    json_close(json, '}');
    put_days(json, account);
    json_close(json, '}');
}

static void
put_source(struct json *json, const struct pnl_source *source)
{
    const struct tape_header *header = source->header;

    json_key(json, "stream");
    json_text(json, header->stream);
    json_key(json, "digest");
    json_hex(json, source->digest);
    json_key(json, "programs");
    json_open(json, '[');
    for (unsigned i = 0; i < header->program_count; i++) {
        json_open(json, '{');
        json_key(json, "program");
        json_text(json, header->programs[i].name);
        json_key(json, "version");
        json_text(json, header->programs[i].version);
        json_key(json, "options");
        json_text(json, header->programs[i].options);
        json_close(json, '}');
    }
    json_close(json, ']');
}

void
pnl_json(const struct pnl *pnl, const struct pnl_source *source,
         struct bytes *out)
{
    struct json json = {.out = out};
    char currency[8];
    size_t size = 0;

    while (size < 8 && (char)(pnl->currency.word >> 8 * size))
        currency[size] = (char)(pnl->currency.word >> 8 * size), size++;
    json_open(&json, '{');
    json_key(&json, "currency");
    json_string(&json, currency, size);
    json_key(&json, "from");
    json_time(&json, pnl->first);
    json_key(&json, "to");
    json_time(&json, pnl->last);
    json_key(&json, "accounts");
    json_open(&json, '[');
    for (uint32_t i = 0; i < pnl->account_count; i++)
        if (pnl_reports(pnl, &pnl->accounts[i]))
            put_account(&json, pnl, i);
    json_close(&json, ']');
    put_source(&json, source);
    json_close(&json, '}');
    json_newline(&json);
}
