#include "base/table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/digits.h"
#include "base/utf8.h"

#define GAP 2 /* blanks between columns */

enum cell_kind { CELL_TEXT, CELL_EMPTY, CELL_RULE };

struct table_cell {
    uint32_t size;  /* bytes of text */
    uint16_t whole; /* width before the point */
    uint8_t part;   /* and from it on */
    uint8_t kind;
};

void
table_free(struct table *table)
{
    bytes_free(&table->text);
    free(table->cells);
    table->cells = NULL;
    table->cell_count = table->cell_capacity = 0;
}

/* ---- cells --------------------------------------------------------------- */

static unsigned
next_column(const struct table *table)
{
    assert(table->column_count > 0);
    assert(table->column_count <= TABLE_COLUMNS_MAX);
    return (unsigned)(table->cell_count % table->column_count);
}

/* Makes room for another cell; apart, since it is seldom needed. */
static bool
grow_cells(struct table *table)
{
    struct failure lost = {0};
    struct table_cell *cells =
        array_grow(table->cells, &table->cell_capacity, table->cell_count + 1,
                   sizeof *cells, &lost);

    if (!cells) {
        table->text.failed = true;
        return false;
    }
    table->cells = cells;
    return true;
}

static inline void
add_cell(struct table *table, struct table_cell cell)
{
    if (table->cell_count < table->cell_capacity || grow_cells(table))
        table->cells[table->cell_count++] = cell;
}

static void
widen(size_t *width, size_t wanted)
{
    if (wanted > *width && wanted <= TABLE_WIDTH_MAX)
        *width = wanted;
}

/* A cell of text that is made plain and stands at the end of table->text. */
static void
end_cell(struct table *table, size_t size, size_t width, enum cell_kind kind)
{
    unsigned column = next_column(table);
    const char *text = (const char *)table->text.bytes + table->text.size;
    const char *point = table->columns[column].align == TABLE_POINT && size
                            ? memchr(text, '.', size)
                            : NULL;
    size_t part = point ? size - (size_t)(point - text) : 0;

    part = part < width ? part : 0;
    part = part < UINT8_MAX ? part : 0;
    width = width < UINT16_MAX ? width : UINT16_MAX;
    table->text.size += size;
    widen(&table->whole[column], width - part);
    widen(&table->part[column], part);
    table->filled[column] |= kind == CELL_TEXT;
    add_cell(table,
             (struct table_cell){(uint32_t)size, (uint16_t)(width - part),
                                 (uint8_t)part, (uint8_t)kind});
}

/* Whether text is printable ASCII, which is shown as it is. */
static bool
is_plain(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] < ' ' || text[i] > '~')
            return false;
    return true;
}

static void
put_cell(struct table *table, const char *text, size_t size,
         enum cell_kind kind)
{
    unsigned char *room = bytes_room(&table->text, size + 1);
    size_t width = 0;

    if (!room || size > UINT32_MAX) {
        table->text.failed = true;
        return;
    }
    if (is_plain(text, size))
        memcpy(room, text, width = size);
    else
        size = utf8_plain(text, size, (char *)room, &width);
    end_cell(table, size, width, kind);
}

void
table_put_empty(struct table *table)
{
    const char *text = table->empty ? table->empty : "";

    put_cell(table, text, strlen(text), CELL_EMPTY);
}

void
table_put_bytes(struct table *table, const char *text, size_t size)
{
    if (size)
        put_cell(table, text, size, CELL_TEXT);
    else
        table_put_empty(table);
}

void
table_put_text(struct table *table, const char *text)
{
    table_put_bytes(table, text, strlen(text));
}

void
table_put_format(struct table *table, const char *format, ...)
{
    char text[512];
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (size < 0)
        size = 0;
    else if ((size_t)size >= sizeof text)
        size = sizeof text - 1;
    table_put_bytes(table, text, (size_t)size);
}

void
table_put_unsigned(struct table *table, uint64_t number)
{
    char text[DIGITS_MAX];

    put_cell(table, text, digits_format(number, text), CELL_TEXT);
}

void
table_put_decimal(struct table *table, int64_t value)
{
    char text[DECIMAL_TEXT_MAX];

    if (value == DECIMAL_NULL)
        table_put_empty(table);
    else
        put_cell(table, text, decimal_format(value, text), CELL_TEXT);
}

void
table_put_amount(struct table *table, i128 value)
{
    char text[AMOUNT_TEXT_MAX];

    if (value == AMOUNT_NULL)
        table_put_empty(table);
    else
        put_cell(table, text, amount_format(value, text), CELL_TEXT);
}

void
table_put_time(struct table *table, int64_t ns)
{
    char text[TIME_TEXT_MAX];

    if (ns == TIME_NULL)
        table_put_empty(table);
    else
        put_cell(table, text, time_format(ns, text), CELL_TEXT);
}

void
table_end_row(struct table *table)
{
    while (next_column(table) != 0 && !table->text.failed)
        add_cell(table, (struct table_cell){.kind = CELL_EMPTY});
}

void
table_put_rule(struct table *table)
{
    assert(next_column(table) == 0 || table->text.failed);
    for (unsigned i = 0; i < table->column_count; i++)
        add_cell(table, (struct table_cell){.kind = CELL_RULE});
}

/* ---- columns ------------------------------------------------------------- */

void
table_hide_empty(struct table *table)
{
    for (unsigned i = 0; i < table->column_count; i++)
        table->hidden[i] |= !table->filled[i];
}

/* How wide the title is; 0 where there are none. */
static size_t
title_width(const struct table *table, unsigned column)
{
    const char *title = table->columns[column].title;

    return table->untitled || !title ? 0 : strlen(title);
}

/* Columns are as wide as their titles and as they were asked to be.  The extra
 * width is before the point. */
static size_t
whole_width(const struct table *table, unsigned column)
{
    size_t whole = table->whole[column], part = table->part[column];
    size_t least = table->columns[column].width;

    if (whole < title_width(table, column))
        whole = title_width(table, column);
    return whole + part < least ? least - part : whole;
}

size_t
table_width(const struct table *table)
{
    size_t width = table->indent;
    bool any = false;

    for (unsigned i = 0; i < table->column_count; i++) {
        if (table->hidden[i])
            continue;
        width += whole_width(table, i) + table->part[i] + (any ? GAP : 0);
        any = true;
    }
    return width;
}

/* ---- writing ------------------------------------------------------------- */

/* A line being written: blanks wait until something follows them. */
struct line {
    struct bytes *out;
    size_t blanks;
};

static void
put_text(struct line *line, const char *text, size_t size)
{
    unsigned char *room;

    if (size == 0)
        return;
    room = bytes_room(line->out, line->blanks + size);
    if (!room)
        return;
    memset(room, ' ', line->blanks);
    memcpy(room + line->blanks, text, size);
    line->out->size += line->blanks + size;
    line->blanks = 0;
}

/* A text of a width before and from the point, in its column. */
static void
put_aligned(struct line *line, const struct table *table, unsigned column,
            size_t whole, const char *text, const struct table_cell *cell)
{
    size_t part = table->part[column];
    size_t used = (size_t)cell->whole + cell->part, before = 0;

    switch (table->columns[column].align) {
    case TABLE_LEFT: break;
    case TABLE_RIGHT:
        before = whole + part > used ? whole + part - used : 0;
        break;
    case TABLE_POINT:
        before = whole > cell->whole ? whole - cell->whole : 0;
        break;
    }
    line->blanks += before;
    put_text(line, text, cell->size);
    line->blanks +=
        before + used < whole + part ? whole + part - before - used : 0;
    line->blanks += GAP;
}

static void
put_rule(struct line *line, const struct table *table, unsigned column)
{
    size_t width = whole_width(table, column) + table->part[column];

    if (table->columns[column].align == TABLE_LEFT) {
        line->blanks += width + GAP;
        return;
    }
    for (size_t i = 0; i < width; i++)
        put_text(line, "-", 1);
    line->blanks += GAP;
}

static void
write_titles(struct table *table, struct bytes *out)
{
    struct line line = {out, table->indent};

    table->begun = true;
    if (table->untitled)
        return;
    for (unsigned i = 0; i < table->column_count; i++) {
        const char *title = table->columns[i].title;
        size_t size = title_width(table, i);
        struct table_cell cell = {(uint32_t)size, (uint16_t)size, 0, CELL_TEXT};

        if (!table->hidden[i])
            put_aligned(&line, table, i, whole_width(table, i), title, &cell);
    }
    bytes_put_byte(out, '\n');
}

void
table_write(struct table *table, struct bytes *out)
{
    const char *text = (const char *)table->text.bytes;
    struct line line = {out, table->indent};
    size_t wholes[TABLE_COLUMNS_MAX];

    table_end_row(table);
    assert(next_column(table) == 0 || table->text.failed);
    for (unsigned i = 0; i < table->column_count; i++)
        wholes[i] = whole_width(table, i);
    if (table->text.failed)
        out->failed = true;
    if (!table->begun)
        write_titles(table, out);
    for (size_t i = 0; i < table->cell_count; i++) {
        unsigned column = (unsigned)(i % table->column_count);
        const struct table_cell *cell = &table->cells[i];

        if (table->hidden[column])
            ;
        else if (cell->kind == CELL_RULE)
            put_rule(&line, table, column);
        else
            put_aligned(&line, table, column, wholes[column], text, cell);
        text += cell->size;
        if (column + 1 == table->column_count) {
            bytes_put_byte(out, '\n');
            line.blanks = table->indent;
        }
    }
    table->cell_count = 0;
    bytes_clear(&table->text);
}
