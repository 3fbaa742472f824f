/* The report as text that fits 80 columns, and as CSV. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/table.h"
#include "pnl/rows.h"

/* ---- text ---------------------------------------------------------------- */

/* A name without underscores. */
static void
plain(const char *name, char text[32])
{
    snprintf(text, 32, "%s", name);
    for (; *text; text++)
        if (*text == '_')
            *text = ' ';
}

static void
write_account(const struct pnl *pnl, const struct pnl_account *account,
              struct bytes *out)
{
    static const struct table_column columns[] = {{"", TABLE_LEFT, 0},
                                                  {"", TABLE_POINT, 0}};
    struct table table = {
        .columns = columns, .column_count = 2, .indent = 2, .untitled = true};
    struct pnl_row rows[PNL_ROWS_MAX];
    unsigned count = pnl_rows(pnl, account, rows);
    char text[600];

    pnl_account_name(pnl, account, text);
    bytes_put_format(out, "account %s, %.8s\n", text,
                     (const char *)&pnl->currency);
    for (unsigned i = 0; i < count; i++) {
        char name[32], value[AMOUNT_TEXT_MAX];

        plain(rows[i].name, name);
        pnl_row_text(&rows[i], value);
        table_put_text(&table, name);
        table_put_text(&table, value);
    }
    table_write(&table, out);
    table_free(&table);
    bytes_put_text(out, "\n");
}

/* Accounts, of which there are several. */
static unsigned
count_reported(const struct pnl *pnl)
{
    unsigned count = 0;

    for (uint32_t i = 0; i < pnl->account_count; i++)
        count += pnl_reports(pnl, &pnl->accounts[i]);
    return count;
}

/* The sums by one thing: as many columns as fit. */
static void
write_groups(const struct pnl *pnl, enum pnl_by by, bool several,
             struct bytes *out)
{
    const struct table_column columns[] = {
        {"account", TABLE_LEFT, 0},   {pnl_by_words[by], TABLE_LEFT, 0},
        {"fills", TABLE_RIGHT, 0},    {"quantity", TABLE_POINT, 0},
        {"turnover", TABLE_POINT, 0}, {"realized", TABLE_POINT, 0},
        {"fees", TABLE_POINT, 0},     {"net", TABLE_POINT, 0},
        {"maker %", TABLE_POINT, 0},  {"hit %", TABLE_POINT, 0},
    };
    /* what goes first where there is no room */
    static const unsigned spare[] = {3, 8, 9, 4, 6};
    struct table table = {.columns = columns,
                          .column_count = 2 + PNL_COLUMNS,
                          .hidden = {[0] = !several},
                          .indent = 2};

    for (uint32_t i = 0; i < pnl->group_count; i++) {
        const struct pnl_group *group = &pnl->groups[i];
        struct pnl_row row[PNL_COLUMNS];
        char text[600];

        if (group->by != by ||
            !pnl_reports(pnl, &pnl->accounts[group->account]))
            continue;
        pnl_account_name(pnl, &pnl->accounts[group->account], text);
        table_put_text(&table, text);
        pnl_key(pnl, group, text);
        table_put_text(&table, text);
        pnl_columns(&group->sums, row);
        for (unsigned column = 0; column < PNL_COLUMNS; column++) {
            pnl_row_text(&row[column], text);
            table_put_text(&table, text);
        }
    }
    for (size_t i = 0; i < sizeof spare / sizeof *spare; i++)
        if (table_width(&table) > 80)
            table.hidden[spare[i]] = true;
    table_write(&table, out);
    table_free(&table);
    bytes_put_text(out, "\n");
}

/* Words after a line of so many columns, and on lines of their own. */
static void
put_wrapped(struct bytes *out, size_t column, const char *words)
{
    while (*words) {
        size_t size = strcspn(words, " ");

        if (column + 1 + size > 80) {
            bytes_put_text(out, "\n   ");
            column = 3;
        }
        bytes_put_text(out, " ");
        bytes_put(out, words, size);
        column += 1 + size;
        words += size + strspn(words + size, " ");
    }
    bytes_put_text(out, "\n");
}

/* Run this, get this. */
static void
write_source(const struct pnl_source *source, struct bytes *out)
{
    const struct tape_header *header = source->header;

    bytes_put_format(out, "stream %s, digest %016" PRIx64 "\n", header->stream,
                     source->digest);
    for (unsigned i = 0; i < header->program_count; i++) {
        const struct tape_program *program = &header->programs[i];

        bytes_put_format(out, "  %s %s", program->name, program->version);
        put_wrapped(out,
                    2 + strlen(program->name) + 1 + strlen(program->version),
                    program->options);
    }
}

void
pnl_text(const struct pnl *pnl, const struct pnl_source *source,
         struct bytes *out)
{
    bool several = count_reported(pnl) > 1;

    for (uint32_t i = 0; i < pnl->account_count; i++)
        if (pnl_reports(pnl, &pnl->accounts[i]))
            write_account(pnl, &pnl->accounts[i], out);
    for (enum pnl_by by = PNL_STRATEGY; by < PNL_BY; by++)
        if (by != PNL_STRATEGY || pnl->strategy_count > 1)
            write_groups(pnl, by, several, out);
    write_source(source, out);
}

/* ---- CSV ----------------------------------------------------------------- */

/* A name as a cell: quoted when it must be. */
static void
put_cell(struct bytes *out, const char *text)
{
    if (!strpbrk(text, ",\"\n\r")) {
        bytes_put_text(out, text);
        return;
    }
    bytes_put_byte(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            bytes_put_byte(out, '"');
        bytes_put_byte(out, (unsigned char)*text);
    }
    bytes_put_byte(out, '"');
}

void
pnl_csv(const struct pnl *pnl, struct bytes *out)
{
    static const struct pnl_sums none;
    struct pnl_row row[PNL_COLUMNS];
    char text[600];

    bytes_put_text(out, "account,by,key");
    pnl_columns(&none, row);
    for (unsigned i = 0; i < PNL_COLUMNS; i++)
        bytes_put_format(out, ",%s", row[i].name);
    bytes_put_text(out, "\n");
    for (uint32_t i = 0; i < pnl->group_count; i++) {
        const struct pnl_group *group = &pnl->groups[i];
        const struct pnl_account *account = &pnl->accounts[group->account];

        assert(group->account < pnl->account_count);
        if (!pnl_reports(pnl, account))
            continue;
        bytes_put_format(out, "%" PRIu64 ",%s,", account->id,
                         pnl_by_words[group->by]);
        pnl_key(pnl, group, text);
        put_cell(out, text);
        pnl_columns(&group->sums, row);
        for (unsigned column = 0; column < PNL_COLUMNS; column++) {
            pnl_row_text(&row[column], text);
            bytes_put_format(out, ",%s", row[column].null ? "" : text);
        }
        bytes_put_text(out, "\n");
    }
}
