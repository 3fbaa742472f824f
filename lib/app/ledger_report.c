#include "app/ledger_report.h"

#include <assert.h>
#include <string.h>

#include "app/ledger_rows.h"
#include "base/digits.h"
#include "base/json.h"
#include "tape/schema.h"

#define TEXT_MAX (2 * INSTRUMENT_TEXT_MAX + 2) /* of a cell but an account */

_Static_assert(TEXT_MAX >= AMOUNT_TEXT_MAX, "a cell holds an amount");
_Static_assert(TEXT_MAX >= DIGITS_MAX, "a cell holds a count");

const char *const ledger_report_words[] = {
    [LEDGER_REPORT_BALANCES] = "balances",
    [LEDGER_REPORT_POSITIONS] = "positions",
    [LEDGER_REPORT_TRIAL] = "trial-balance",
    [LEDGER_REPORT_LOTS] = "lots",
    NULL,
};

/* ---- names --------------------------------------------------------------- */

void
ledger_report_account(const struct names *names, uint64_t id, struct bytes *out)
{
    char digits[DIGITS_MAX];
    size_t size;
    const char *known = names_find(names, ID_ACCOUNT, id, &size);

    if (known)
        bytes_put(out, known, size);
    else
        bytes_put(out, digits, digits_format(id, digits));
}

/* Appends the text of a cell. */
static void
put_text(const struct report *report, const struct ledger_cell *cell,
         struct bytes *out)
{
    char text[TEXT_MAX];

    switch (cell->kind) {
    case CELL_EMPTY: break;
    case CELL_ACCOUNT:
        ledger_report_account(report->source->names, cell->count, out);
        break;
    case CELL_INSTRUMENT:
        instruments_name(report->source->instruments, (uint32_t)cell->count,
                         text, sizeof text);
        bytes_put(out, text, strlen(text));
        break;
    case CELL_CODE: bytes_put(out, text, code_to_text(cell->code, text)); break;
    case CELL_AMOUNT:
        bytes_put(out, text, amount_format(cell->amount, text));
        break;
    case CELL_COUNT:
        bytes_put(out, text, digits_format(cell->count, text));
        break;
    case CELL_TEXT: bytes_put(out, cell->text, strlen(cell->text)); break;
    }
}

/* ---- table --------------------------------------------------------------- */

static void
put_row(const struct report *report, struct table *table, struct bytes *text)
{
    for (unsigned i = 0; i < report->layout->count; i++) {
        bytes_clear(text);
        put_text(report, &report->cells[i], text);
        table_put_bytes(table, (const char *)text->bytes, text->size);
    }
}

static int
write_table(struct report *report, struct bytes *out, struct failure *failure)
{
    struct table table = {.columns = report->layout->columns,
                          .column_count = report->layout->count};
    struct bytes text = {0};
    int result = 0;

    for (size_t i = 0; i < report->line_count && result == 0; i++) {
        result = report_fill(report, &report->lines[i], failure);
        put_row(report, &table, &text);
        if (result == 0 && report_ends_asset(report, i)) {
            assert(report->total_count > 0);
            report_fill_total(report, &report->totals[report->total_count - 1]);
            put_row(report, &table, &text);
        }
    }
    if (report->line_count > 0 && !report->trial)
        table_put_rule(&table);
    for (size_t i = 0; i < report->total_count && !report->trial; i++) {
        report_fill_total(report, &report->totals[i]);
        put_row(report, &table, &text);
    }
    table_write(&table, out);
    out->failed |= text.failed;
    table_free(&table);
    bytes_free(&text);
    return result;
}

/* ---- CSV ----------------------------------------------------------------- */

/* RFC 4180: quoted where it must be. */
static void
put_csv(const struct bytes *text, struct bytes *out)
{
    bool quoted = false;

    for (size_t i = 0; i < text->size; i++)
        quoted |= strchr(",\"\r\n", text->bytes[i]) != NULL;
    if (quoted)
        bytes_put_byte(out, '"');
    for (size_t i = 0; i < text->size; i++) {
        if (text->bytes[i] == '"')
            bytes_put_byte(out, '"');
        bytes_put_byte(out, text->bytes[i]);
    }
    if (quoted)
        bytes_put_byte(out, '"');
}

static int
write_csv(struct report *report, struct bytes *out, struct failure *failure)
{
    const struct report_layout *layout = report->layout;
    struct bytes text = {0};
    int result = 0;

    for (unsigned i = 0; i < layout->count; i++) {
        const char *title = layout->columns[i].title;

        bytes_put(out, title, strlen(title));
        bytes_put_byte(out, i + 1 < layout->count ? ',' : '\n');
    }
    for (size_t i = 0; i < report->line_count && result == 0; i++) {
        result = report_fill(report, &report->lines[i], failure);
        for (unsigned j = 0; j < layout->count; j++) {
            bytes_clear(&text);
            put_text(report, &report->cells[j], &text);
            put_csv(&text, out);
            bytes_put_byte(out, j + 1 < layout->count ? ',' : '\n');
        }
    }
    out->failed |= text.failed;
    bytes_free(&text);
    return result;
}

/* ---- JSON ---------------------------------------------------------------- */

static void
put_json(const struct report *report, const struct ledger_cell *cell,
         struct json *json, struct bytes *text)
{
    size_t size;

    if (cell->kind == CELL_EMPTY) {
        json_null(json);
    } else if (cell->kind == CELL_COUNT ||
               (cell->kind == CELL_ACCOUNT &&
                !names_find(report->source->names, ID_ACCOUNT, cell->count,
                            &size))) {
        json_unsigned(json, cell->count);
    } else {
        bytes_clear(text);
        put_text(report, cell, text);
        json_string(json, (const char *)text->bytes, text->size);
    }
}

static void
put_members(const struct report *report, bool total, struct json *json,
            struct bytes *text)
{
    const struct report_layout *layout = report->layout;

    json_open(json, '{');
    for (unsigned i = 0; i < layout->count; i++) {
        if (total && report->cells[i].kind != CELL_AMOUNT && i != layout->asset)
            continue;
        json_key(json, layout->columns[i].title);
        put_json(report, &report->cells[i], json, text);
    }
    json_close(json, '}');
}

static int
write_json(struct report *report, struct bytes *out, struct failure *failure)
{
    struct json json = {.out = out};
    struct bytes text = {0};
    int result = 0;

    json_open(&json, '{');
    json_key(&json, report->layout->name);
    json_open(&json, '[');
    for (size_t i = 0; i < report->line_count && result == 0; i++) {
        result = report_fill(report, &report->lines[i], failure);
        put_members(report, false, &json, &text);
    }
    json_close(&json, ']');
    json_key(&json, "totals");
    json_open(&json, '[');
    for (size_t i = 0; i < report->total_count && result == 0; i++) {
        report_fill_total(report, &report->totals[i]);
        put_members(report, true, &json, &text);
    }
    json_close(&json, ']');
    json_close(&json, '}');
    json_newline(&json);
    out->failed |= text.failed;
    bytes_free(&text);
    return result;
}

/* ---- reports ------------------------------------------------------------- */

int
ledger_report_write(const struct ledger_report_source *source,
                    enum ledger_report_kind kind,
                    enum ledger_report_format format, struct bytes *out,
                    struct failure *failure)
{
    static int (*const writers[])(struct report *, struct bytes *,
                                  struct failure *) = {
        [LEDGER_REPORT_TABLE] = write_table,
        [LEDGER_REPORT_CSV] = write_csv,
        [LEDGER_REPORT_JSON] = write_json,
    };
    struct report report;
    int result;

    assert(format < sizeof writers / sizeof *writers);
    result = report_collect(&report, source, kind, failure);
    if (result == 0)
        result = writers[format](&report, out, failure);
    report_free(&report);
    return result == 0 ? bytes_ok(out, failure) : -1;
}

void
ledger_report_finding(const struct ledger_report_source *source,
                      const struct ledger_finding *finding, struct bytes *out)
{
    const struct report report = {.source = source};
    struct ledger_cell asset = {.kind = CELL_EMPTY};
    const char *texts[] = {finding->invariant, ": ", finding->text, ":"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        bytes_put(out, texts[i], strlen(texts[i]));
    if (finding->account != LEDGER_NONE) {
        bytes_put(out, " account ", 9);
        ledger_report_account(
            source->names, source->ledger->accounts[finding->account].id, out);
    }
    if (finding->asset == LEDGER_NONE)
        return;
    asset = finding->security
                ? report_instrument(finding->asset)
                : report_code(source->ledger->currencies[finding->asset]);
    bytes_put_byte(out, ' ');
    put_text(&report, &asset, out);
}
