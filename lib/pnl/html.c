/* The report as one HTML file that needs nothing else: tables, and curves of
 * equity and of what it is below its peak, as SVG. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "pnl/rows.h"

#define WIDTH  720
#define HEIGHT 180

static void
put_escaped(struct bytes *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '<': bytes_put_text(out, "&lt;"); break;
        case '>': bytes_put_text(out, "&gt;"); break;
        case '&': bytes_put_text(out, "&amp;"); break;
        case '"': bytes_put_text(out, "&quot;"); break;
        default: bytes_put_byte(out, (unsigned char)*text);
        }
}

/* ---- curves -------------------------------------------------------------- */

/* Where a value stands between two others, in a thousandth of size. */
static int64_t
scale(i128 value, i128 least, i128 most, int64_t size)
{
    i128 place = 0;

    assert(value >= least && value <= most);
    if (most > least &&
        !amount_mul_div(value - least, size * 1000, most - least, &place))
        place = 0;
    return (int64_t)place;
}

static i128
value_of(const struct pnl_account *account, uint32_t point, bool below,
         i128 *peak)
{
    i128 equity = account->points[point].equity;

    assert(point < account->point_count);
    if (point == 0 || equity > *peak)
        *peak = equity;
    return below ? equity - *peak : equity;
}

/* One curve: equity, or how far it is below its peak. */
static void
put_curve(const struct pnl_account *account, const char *title, bool below,
          struct bytes *out)
{
    i128 least = 0, most = 0, peak = 0;
    int64_t from, to;
    char low[AMOUNT_TEXT_MAX], high[AMOUNT_TEXT_MAX];

    if (account->point_count < 2)
        return;
    from = account->points[0].time;
    to = account->points[account->point_count - 1].time;
    for (uint32_t i = 0; i < account->point_count; i++) {
        i128 value = value_of(account, i, below, &peak);

        least = i == 0 || value < least ? value : least;
        most = i == 0 || value > most ? value : most;
    }
    low[amount_format(least, low)] = '\0';
    high[amount_format(most, high)] = '\0';
    bytes_put_format(out,
                     "<figure><figcaption>%s</figcaption>\n<svg viewBox=\"0 0 "
                     "%d %d\" role=\"img\"><text x=\"0\" y=\"12\">%s</text>"
                     "<text x=\"0\" y=\"%d\">%s</text>\n<polyline points=\"",
                     title, WIDTH, HEIGHT + 30, high, HEIGHT + 28, low);
    for (uint32_t i = 0; i < account->point_count; i++) {
        i128 value = value_of(account, i, below, &peak);
        int64_t x = scale(account->points[i].time, from, to, WIDTH);
        int64_t y = (HEIGHT + 15) * 1000 - scale(value, least, most, HEIGHT);

        bytes_put_format(out, "%" PRId64 ".%03d,%" PRId64 ".%03d ", x / 1000,
                         (int)(x % 1000), y / 1000, (int)(y % 1000));
    }
    bytes_put_text(out, "\"/></svg></figure>\n");
}

/* ---- tables -------------------------------------------------------------- */

static void
put_account(const struct pnl *pnl, const struct pnl_account *account,
            struct bytes *out)
{
    struct pnl_row rows[PNL_ROWS_MAX];
    unsigned count = pnl_rows(pnl, account, rows);
    char text[600];

    pnl_account_name(pnl, account, text);
    bytes_put_text(out, "<h2>account ");
    put_escaped(out, text);
    bytes_put_text(out, "</h2>\n");
    put_curve(account, "equity", false, out);
    put_curve(account, "below its peak", true, out);
    bytes_put_text(out, "<table>\n");
    for (unsigned i = 0; i < count; i++) {
        pnl_row_text(&rows[i], text);
        bytes_put_format(out, "<tr><th>%s</th><td>%s</td></tr>\n", rows[i].name,
                         text);
    }
    bytes_put_text(out, "</table>\n");
}

static void
put_group(const struct pnl *pnl, const struct pnl_group *group,
          struct bytes *out)
{
    struct pnl_row row[PNL_COLUMNS];
    char text[600];

    pnl_account_name(pnl, &pnl->accounts[group->account], text);
    bytes_put_text(out, "<tr><th>");
    assert(group->by < PNL_BY);
    put_escaped(out, text);
    bytes_put_text(out, "</th><th>");
    pnl_key(pnl, group, text);
    put_escaped(out, text);
    bytes_put_text(out, "</th>");
    pnl_columns(&group->sums, row);
    for (unsigned i = 0; i < PNL_COLUMNS; i++) {
        pnl_row_text(&row[i], text);
        bytes_put_format(out, "<td>%s</td>", text);
    }
    bytes_put_text(out, "</tr>\n");
}

static void
put_groups(const struct pnl *pnl, enum pnl_by by, struct bytes *out)
{
    static const struct pnl_sums none;
    struct pnl_row row[PNL_COLUMNS];

    bytes_put_format(out,
                     "<h2>by %s</h2>\n<table><tr><th>account</th><th>%s"
                     "</th>",
                     pnl_by_words[by], pnl_by_words[by]);
    pnl_columns(&none, row);
    for (unsigned i = 0; i < PNL_COLUMNS; i++)
        bytes_put_format(out, "<th>%s</th>", row[i].name);
    bytes_put_text(out, "</tr>\n");
    for (uint32_t i = 0; i < pnl->group_count; i++)
        if (pnl->groups[i].by == by &&
            pnl_reports(pnl, &pnl->accounts[pnl->groups[i].account]))
            put_group(pnl, &pnl->groups[i], out);
    bytes_put_text(out, "</table>\n");
}

static void
put_source(const struct pnl_source *source, struct bytes *out)
{
    const struct tape_header *header = source->header;

    bytes_put_text(out, "<footer><p>stream ");
    put_escaped(out, header->stream);
    bytes_put_format(out, ", digest %016" PRIx64 "</p>\n<pre>", source->digest);
    for (unsigned i = 0; i < header->program_count; i++) {
        put_escaped(out, header->programs[i].name);
        bytes_put_text(out, " ");
        put_escaped(out, header->programs[i].version);
        bytes_put_text(out, " ");
        put_escaped(out, header->programs[i].options);
        bytes_put_text(out, "\n");
    }
    bytes_put_text(out, "</pre></footer>\n");
}

void
pnl_html(const struct pnl *pnl, const struct pnl_source *source,
         struct bytes *out)
{
    bytes_put_text(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<title>xreport</title>\n<style>\n"
        "body{font:15px/1.4 sans-serif;max-width:60em;margin:2em auto;"
        "padding:0 1em}\n"
        "table{border-collapse:collapse}td{text-align:right;"
        "font-variant-numeric:tabular-nums}\n"
        "th{text-align:left;font-weight:normal;color:#555}"
        "td,th{padding:.15em .7em;border-bottom:1px solid #ddd}\n"
        "svg{width:100%}polyline{fill:none;stroke:#06c;stroke-width:1.2}"
        "text{font-size:11px;fill:#555}figure{margin:1em 0}\n"
        "</style></head><body>\n<h1>xreport</h1>\n");
    for (uint32_t i = 0; i < pnl->account_count; i++)
        if (pnl_reports(pnl, &pnl->accounts[i]))
            put_account(pnl, &pnl->accounts[i], out);
    for (enum pnl_by by = PNL_STRATEGY; by < PNL_BY; by++)
        if (by != PNL_STRATEGY || pnl->strategy_count > 1)
            put_groups(pnl, by, out);
    put_source(source, out);
    bytes_put_text(out, "</body></html>\n");
}
