#include "base/table.h"

#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "tap.h"

#define BALANCES 3
static const struct table_column balances[BALANCES] = {
    {"account", TABLE_LEFT, 0},
    {"balance", TABLE_POINT, 0},
    {"n", TABLE_RIGHT, 0},
};

/* Writes the table; whether that is the text.  Frees both. */
static int
shows(struct table *table, const char *text)
{
    struct bytes out = {0};
    int holds;

    table_write(table, &out);
    holds = !out.failed && out.size == strlen(text) &&
            memcmp(out.bytes, text, out.size) == 0;
    if (!holds)
        tap_note("%.*s", (int)out.size, (const char *)out.bytes);
    bytes_free(&out);
    return holds;
}

static int
aligns(void)
{
    struct table table = {.columns = balances, .column_count = BALANCES};
    int holds;

    table_put_text(&table, "U1234567");
    table_put_decimal(&table, 150 * DECIMAL_ONE + DECIMAL_ONE / 4);
    table_put_unsigned(&table, 7);
    table_put_text(&table, "2");
    table_put_amount(&table, -(i128)1000 * DECIMAL_ONE);
    table_put_unsigned(&table, 100);
    holds = shows(&table, "account   balance       n\n"
                          "U1234567      150.25    7\n"
                          "2           -1000     100\n");
    table_free(&table);
    return holds;
}

/* Where numbers end, not where their points are. */
static int
aligns_to_the_right(void)
{
    static const struct table_column columns[] = {{"n", TABLE_RIGHT, 0}};
    struct table table = {.columns = columns, .column_count = 1};
    int holds;

    table_put_decimal(&table, DECIMAL_ONE / 4);
    table_put_decimal(&table, 150 * DECIMAL_ONE);
    table_put_decimal(&table, 3 * DECIMAL_ONE / 2);
    holds = shows(&table, "   n\n0.25\n 150\n 1.5\n");
    table_free(&table);
    return holds;
}

static int
ends_lines(void)
{
    struct table table = {.columns = balances, .column_count = BALANCES};
    int holds;

    table_put_text(&table, "a");
    table_end_row(&table);
    table_put_text(&table, "b");
    table_put_decimal(&table, DECIMAL_NULL);
    holds = shows(&table, "account  balance  n\na\nb\n");
    table_free(&table);
    return holds;
}

static int
totals(void)
{
    struct table table = {.columns = balances, .column_count = BALANCES};
    int holds;

    table_put_text(&table, "a");
    table_put_decimal(&table, 12345678 * DECIMAL_ONE);
    table_put_unsigned(&table, 1);
    table_put_rule(&table);
    table_put_text(&table, "total");
    table_put_decimal(&table, 12345678 * DECIMAL_ONE);
    table_put_unsigned(&table, 1);
    holds = shows(&table, "account   balance  n\n"
                          "a        12345678  1\n"
                          "         --------  -\n"
                          "total    12345678  1\n");
    table_free(&table);
    return holds;
}

static int
goes_on(void)
{
    struct table table = {.columns = balances,
                          .column_count = BALANCES,
                          .indent = 2,
                          .empty = "-"};
    int holds;

    table_put_text(&table, "long-account");
    table_end_row(&table);
    holds = shows(&table, "  account       balance  n\n"
                          "  long-account\n");
    table_put_text(&table, "b");
    table_put_empty(&table);
    table_put_unsigned(&table, 1);
    holds = holds && shows(&table, "  b                   -  1\n") &&
            table_width(&table) == 2 + 12 + 2 + 7 + 2 + 1;
    table_free(&table);
    return holds;
}

static int
hides(void)
{
    struct table table = {
        .columns = balances, .column_count = BALANCES, .empty = "-"};
    int holds;

    table_put_text(&table, "a");
    table_put_empty(&table);
    table_put_unsigned(&table, 1);
    table_hide_empty(&table);
    holds = table_width(&table) == 7 + 2 + 1 &&
            shows(&table, "account  n\na        1\n");
    table_free(&table);
    return holds;
}

static int
measures_characters(void)
{
    static const struct table_column columns[] = {{"a"}, {"b"}};
    struct table table = {
        .columns = columns, .column_count = 2, .untitled = true};
    int holds;

    table_put_text(&table, "\xe6\x97\xa5\xe6\x9c\xac"); /* two, wide */
    table_put_text(&table, "1");
    table_put_text(&table, "e\xcc\x81\xc3\xa9"); /* e with a mark, e acute */
    table_put_text(&table, "2");
    table_put_text(&table, "abcd");
    table_put_text(&table, "3");
    holds = shows(&table, "\xe6\x97\xa5\xe6\x9c\xac  1\n"
                          "e\xcc\x81\xc3\xa9    2\n"
                          "abcd  3\n");
    table_free(&table);
    return holds;
}

static int
stays_in_line(void)
{
    static const struct table_column columns[] = {{"a"}, {"b"}};
    char long_text[200];
    struct table table = {
        .columns = columns, .column_count = 2, .untitled = true};
    struct bytes out = {0};
    int holds;

    memset(long_text, 'x', sizeof long_text);
    table_put_bytes(&table, long_text, sizeof long_text);
    table_put_text(&table, "1");
    table_put_text(&table, "\033[2J\n");
    table_put_text(&table, "2");
    table_write(&table, &out);
    holds = out.size == 200 + 4 + sizeof "?[2J?  2\n" - 1 &&
            memcmp(out.bytes + 204, "?[2J?  2\n", 9) == 0;
    bytes_free(&out);
    table_free(&table);
    return holds;
}

/* The text made plain, and how wide it says it is. */
static int
is_plain(const char *text, const char *wanted, size_t wanted_width)
{
    char out[64];
    size_t width, size = utf8_plain(text, strlen(text), out, &width);

    return size == strlen(wanted) && memcmp(out, wanted, size) == 0 &&
           width == wanted_width;
}

static int
makes_plain(void)
{
    return is_plain("day.tape", "day.tape", 8) && is_plain("", "", 0) &&
           is_plain("a\tb\x7f", "a?b?", 4) && /* controls */
           is_plain("\xc2\x9b"
                    "1m",
                    "?1m", 3) && /* C1: CSI */
           is_plain("\xe2\x80\xae"
                    "a",
                    "?a", 2) &&                  /* right to left */
           is_plain("\xff\xc3", "??", 2) &&      /* no UTF-8 */
           is_plain("\xed\xa0\x80", "???", 3) && /* a surrogate */
           is_plain("\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", 2);
}

int
main(void)
{
    OK("columns are as wide as their widest cell, numbers stand with their "
       "points below each other",
       aligns());
    OK("to the right, where they end", aligns_to_the_right());
    OK("an empty cell is empty, and no line ends in blanks", ends_lines());
    OK("totals stand below a rule under the numbers", totals());
    OK("a table written in pieces has its titles once and keeps its columns",
       goes_on());
    OK("columns without a filled cell can be left out", hides());
    OK("wide characters take two columns, combining marks none",
       measures_characters());
    OK("a cell far too long, or one with control characters, does not disturb "
       "other lines",
       stays_in_line());
    OK("plain text is UTF-8 that steers no terminal", makes_plain());
    return tap_done();
}
