/* reconcile_report.c - breaks in words: sentences, a table, JSON. */
#include <assert.h>

#include "app/reconcile.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/table.h"
#include "tape/schema.h"

const char *const break_kind_words[BREAK_KINDS] = {
    [BREAK_MISSING_HERE] = "missing_here",
    [BREAK_MISSING_THERE] = "missing_there",
    [BREAK_QUANTITY] = "quantity",
    [BREAK_SIGN] = "sign",
    [BREAK_SPLIT] = "split",
    [BREAK_NAME] = "name",
    [BREAK_CURRENCY] = "currency",
    [BREAK_COST] = "cost",
    [BREAK_ROUNDING] = "rounding",
    [BREAK_DUPLICATE] = "duplicate",
};

const char *const break_cause_words[BREAK_CAUSES] = {
    [CAUSE_UNKNOWN] = "unknown",
    [CAUSE_LACKS] = "not_booked_there",
    [CAUSE_DOUBLED] = "booked_twice_there",
    [CAUSE_REVERSED] = "reversed_there",
    [CAUSE_REPEATED] = "booked_twice_here",
    [CAUSE_EARLIER] = "earlier_statement",
    [CAUSE_SIGN] = "sign",
    [CAUSE_RATIO] = "split_not_booked_here",
    [CAUSE_UNIT] = "unit",
    [CAUSE_FRACTION] = "fraction",
    [CAUSE_ACCOUNT] = "other_account",
    [CAUSE_TRADE] = "trade_not_booked_here",
    [CAUSE_NO_ACCOUNT] = "unknown_account",
    [CAUSE_NO_INSTRUMENT] = "unknown_instrument",
    [CAUSE_RENAMED] = "renamed",
    [CAUSE_CURRENCY] = "currency",
    [CAUSE_ROUNDING] = "rounding",
    [CAUSE_FEES] = "fees",
    [CAUSE_PER_UNIT] = "cost_of_one",
    [CAUSE_BASIS] = "basis",
    [CAUSE_SECOND] = "second_line",
};

/* What each cause means; a detail may follow. */
static const char *const sentences[BREAK_CAUSES] = {
    [CAUSE_UNKNOWN] = "no single cause was found",
    [CAUSE_LACKS] = "not booked there:",
    [CAUSE_DOUBLED] = "booked twice there:",
    [CAUSE_REVERSED] = "booked there with the other sign:",
    [CAUSE_REPEATED] = "booked twice here:",
    [CAUSE_EARLIER] = "the statement is from before",
    [CAUSE_SIGN] = "all of it has the other sign there",
    [CAUSE_RATIO] = "a split that is not booked here:",
    [CAUSE_UNIT] = "another unit or multiplier there:",
    [CAUSE_FRACTION] = "only whole units are kept there",
    [CAUSE_ACCOUNT] = "the opposite difference is in account",
    [CAUSE_TRADE] = "a trade that is not booked here; see",
    [CAUSE_NO_ACCOUNT] = "the account is not in the ledger",
    [CAUSE_NO_INSTRUMENT] = "the instrument is not in the ledger",
    [CAUSE_RENAMED] = "the ledger has the same quantity of",
    [CAUSE_CURRENCY] = "the ledger has it in",
    [CAUSE_ROUNDING] = "at most a cent: rounding",
    [CAUSE_FEES] = "fees are in the other of the two",
    [CAUSE_PER_UNIT] = "the cost there is that of one unit",
    [CAUSE_BASIS] = "sales are costed in another way there",
    [CAUSE_SECOND] = "the statement has this account and asset before",
};

static void
put_code(struct code code, struct bytes *out)
{
    char text[8];

    bytes_put(out, text, code_to_text(code, text));
}

static void
put_amount(i128 amount, struct bytes *out)
{
    char text[AMOUNT_TEXT_MAX];

    bytes_put(out, text, amount_format(amount, text));
}

void
reconcile_account(const struct reconciliation *all,
                  const struct ledger_break *found, struct bytes *out)
{
    if (found->line)
        bytes_put_text(out, statement_account(all->file, found->line));
    else
        ledger_report_account(all->source->names,
                              all->source->ledger->accounts[found->account].id,
                              out);
}

void
reconcile_asset(const struct reconciliation *all,
                const struct ledger_break *found, struct bytes *out)
{
    const struct ledger *ledger = all->source->ledger;
    char text[2 * INSTRUMENT_TEXT_MAX + 2];

    if (found->line) {
        bytes_put_text(out, statement_asset(all->file, found->line));
    } else if (!found->security) {
        put_code(ledger->currencies[ledger->balances[found->row].currency],
                 out);
    } else {
        instruments_name(all->source->instruments,
                         ledger->positions[found->row].instrument, text,
                         sizeof text);
        bytes_put_text(out, text);
    }
}

/* ---- sentences ----------------------------------------------------------- */

static void
put_movement(const struct break_movement *movement, struct bytes *out)
{
    static const char field[] = "kind";
    const char *const *words =
        schema_field(schema_find(EVENT_POSTING), field, sizeof field - 1)
            ->words;
    char time[TIME_TEXT_MAX];

    bytes_put_format(out, " transaction %llu",
                     (unsigned long long)movement->transaction_id);
    if (movement->kind)
        bytes_put_format(out, ", %s ", words[movement->kind - 1]);
    put_amount(movement->net, out);
    if (movement->time == TIME_NULL)
        return;
    bytes_put_text(out, " at ");
    bytes_put(out, time, time_format(movement->time, time));
}

static void
put_currency(const struct reconciliation *all, const struct ledger_break *found,
             struct bytes *out)
{
    bytes_put_byte(out, ' ');
    if (found->other != BREAK_NONE)
        reconcile_asset(all, &all->breaks[found->other], out);
    else
        put_code(all->source->ledger->positions[found->row].currency, out);
}

void
reconcile_describe(const struct reconciliation *all,
                   const struct ledger_break *found, struct bytes *out)
{
    assert(found->cause < BREAK_CAUSES && sentences[found->cause]);
    bytes_put_text(out, sentences[found->cause]);
    if (found->movement != BREAK_NONE)
        put_movement(&all->movements[found->movement], out);
    if (found->cause == CAUSE_CURRENCY) {
        put_currency(all, found, out);
    } else if (found->cause == CAUSE_ACCOUNT) {
        bytes_put_byte(out, ' ');
        reconcile_account(all, &all->breaks[found->other], out);
    } else if (found->other != BREAK_NONE) {
        bytes_put_byte(out, ' ');
        reconcile_asset(all, &all->breaks[found->other], out);
    }
    if (!found->ratio[0] ||
        (found->cause != CAUSE_RATIO && found->cause != CAUSE_UNIT))
        return;
    bytes_put_byte(out, ' ');
    put_amount(found->ratio[0] * DECIMAL_ONE, out);
    bytes_put_byte(out, ':');
    put_amount(found->ratio[1] * DECIMAL_ONE, out);
}

/* ---- table --------------------------------------------------------------- */

static void
put_cell(struct table *table, struct bytes *text)
{
    table_put_bytes(table, (const char *)text->bytes, text->size);
    bytes_clear(text);
}

static void
write_table(const struct reconciliation *all, struct bytes *out)
{
    static const struct table_column columns[] = {
        {"account"},
        {"asset"},
        {"break"},
        {"ledger", TABLE_POINT},
        {"statement", TABLE_POINT},
        {"cause"},
    };
    struct table table = {.columns = columns,
                          .column_count = sizeof columns / sizeof *columns};
    struct bytes text = {0};

    for (size_t i = 0; i < all->count; i++) {
        const struct ledger_break *found = &all->breaks[i];

        if (found->folded)
            continue;
        reconcile_account(all, found, &text);
        put_cell(&table, &text);
        reconcile_asset(all, found, &text);
        put_cell(&table, &text);
        table_put_text(&table, break_kind_words[found->kind]);
        table_put_amount(&table, found->here);
        table_put_amount(&table, found->there);
        reconcile_describe(all, found, &text);
        put_cell(&table, &text);
    }
    if (all->count)
        table_write(&table, out);
    out->failed |= text.failed;
    table_free(&table);
    bytes_free(&text);
}

/* ---- JSON ---------------------------------------------------------------- */

static void
put_string(struct json *json, const char *key, struct bytes *text)
{
    json_key(json, key);
    json_string(json, (const char *)text->bytes, text->size);
    bytes_clear(text);
}

static void
put_break(const struct reconciliation *all, const struct ledger_break *found,
          struct json *json, struct bytes *text)
{
    json_open(json, '{');
    reconcile_account(all, found, text);
    put_string(json, "account", text);
    reconcile_asset(all, found, text);
    put_string(json, found->security ? "instrument" : "currency", text);
    json_key(json, "break");
    json_text(json, break_kind_words[found->kind]);
    json_key(json, "ledger");
    json_amount(json, found->here);
    json_key(json, "statement");
    json_amount(json, found->there);
    json_key(json, "cause");
    json_text(json, break_cause_words[found->cause]);
    if (found->movement != BREAK_NONE) {
        const struct break_movement *movement =
            &all->movements[found->movement];

        json_key(json, "transaction_id");
        json_unsigned(json, movement->transaction_id);
        json_key(json, "time");
        json_time(json, movement->time);
    }
    if (found->line) {
        json_key(json, "line");
        json_unsigned(json, found->line->number);
    }
    reconcile_describe(all, found, text);
    put_string(json, "explanation", text);
    json_close(json, '}');
}

static void
write_json(const struct reconciliation *all, struct bytes *out)
{
    struct json json = {.out = out};
    struct bytes text = {0};

    json_open(&json, '{');
    json_key(&json, "breaks");
    json_open(&json, '[');
    for (size_t i = 0; i < all->count; i++)
        if (!all->breaks[i].folded)
            put_break(all, &all->breaks[i], &json, &text);
    json_close(&json, ']');
    json_key(&json, "positions");
    json_unsigned(&json, all->positions);
    json_key(&json, "balances");
    json_unsigned(&json, all->balances);
    json_close(&json, '}');
    json_newline(&json);
    out->failed |= text.failed;
    bytes_free(&text);
}

int
reconcile_write(const struct reconciliation *all, bool json, struct bytes *out,
                struct failure *failure)
{
    (json ? write_json : write_table)(all, out);
    return bytes_ok(out, failure);
}
