#include "format/rows.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int
hand_out(struct rows *rows, struct failure *failure)
{
    size_t count = rows->count;

    rows->count = 0;
    if (rows->row(rows->owner, rows->cells, count, failure) == 0)
        return 0;
    return fail_at(failure, "line %" PRIu64, rows->line);
}

static int
too_many_cells(struct rows *rows, struct failure *failure)
{
    return fail(failure, FAILURE_DATA, "line %" PRIu64 ": more than %d columns",
                rows->line, ROW_CELLS_MAX);
}

/* ---- through libcsv ------------------------------------------------------ */

static void
take_cell(void *bytes, size_t size, void *owner)
{
    struct rows *rows = owner;

    if (rows->failure->kind != FAILURE_NONE)
        return;
    if (rows->count == ROW_CELLS_MAX) {
        too_many_cells(rows, rows->failure);
        return;
    }
    assert(rows->used + size <= rows->fed && rows->fed <= ROW_BYTES_MAX);
    memcpy(rows->bytes + rows->used, bytes, size);
    rows->cells[rows->count++] = (struct cell){rows->bytes + rows->used, size};
    rows->used += size;
}

static void
take_row(int terminator, void *owner)
{
    struct rows *rows = owner;

    (void)terminator;
    rows->used = 0;
    if (rows->failure->kind == FAILURE_NONE)
        hand_out(rows, rows->failure);
}

static int
complain(struct rows *rows, struct failure *failure)
{
    return fail(failure, FAILURE_DATA,
                "line %" PRIu64 ": a quote is out of place (quote the whole "
                "cell, and double the quotes inside)",
                rows->lines.number);
}

static int
feed(struct rows *rows, const char *bytes, size_t size, struct failure *failure)
{
    if (rows->parser.pstate == rows->between) {
        rows->line = rows->lines.number;
        rows->fed = 0;
        rows->used = 0;
    }
    rows->fed += size;
    if (rows->fed > ROW_BYTES_MAX)
        return fail(failure, FAILURE_DATA,
                    "line %" PRIu64 ": a row of more than %d bytes (is a "
                    "quote not closed?)",
                    rows->line, ROW_BYTES_MAX);
    if (!rows->bytes)
        rows->bytes = allocate(failure, ROW_BYTES_MAX, 1);
    if (!rows->bytes)
        return -1;
    rows->failure = failure;
    if (csv_parse(&rows->parser, bytes, size, take_cell, take_row, rows) !=
        size) {
        if (csv_error(&rows->parser) != CSV_EPARSE)
            return fail_memory(failure);
        return complain(rows, failure);
    }
    return failure->kind == FAILURE_NONE ? 0 : -1;
}

/* ---- without quotes ------------------------------------------------------ */

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (unsigned char)(byte))

/* The top bit of each byte that is below limit, which is 128 at most. */
static inline uint64_t
bytes_below(uint64_t word, unsigned limit)
{
    return ~(((word | EACH_BYTE(0x80)) - EACH_BYTE(limit)) | word) &
           EACH_BYTE(0x80);
}

static inline bool
is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* Spaces around cells do not count. */
static void
trim(struct cell *cell, const struct cell *end)
{
    for (; cell < end; cell++) {
        while (cell->size && is_space(*cell->bytes)) {
            cell->bytes++;
            cell->size--;
        }
        while (cell->size && is_space(cell->bytes[cell->size - 1]))
            cell->size--;
    }
}

/* Delimiters, quotes, CR and spaces are all below limit, and little else is:
 * digits and letters are above it unless the delimiter is. */
bool
row_split(const char *line, const char *end, char delimiter,
          struct cell cells[ROW_CELLS_MAX], size_t *count)
{
    const unsigned limit =
        (unsigned)(delimiter > CSV_QUOTE ? delimiter : CSV_QUOTE) + 1;
    const char *start = line, *at = line;
    struct cell *cell = cells, *last = cell + ROW_CELLS_MAX - 9;
    bool spaces = false;

    assert(limit <= 128 && line <= end);
    for (; end - at >= 8 && cell < last; at += 8) {
        uint64_t word, found;

        memcpy(&word, at, sizeof word);
        for (found = bytes_below(word, limit); found; found &= found - 1) {
            const char *here = at + __builtin_ctzll(found) / 8;

            if (*here == delimiter) {
                *cell++ = (struct cell){start, (size_t)(here - start)};
                start = here + 1;
            } else if (*here == CSV_QUOTE || *here == CSV_CR) {
                return false;
            } else {
                spaces |= is_space(*here);
            }
        }
    }
    for (; at < end && cell < last + 8; at++) {
        if (*at == delimiter) {
            *cell++ = (struct cell){start, (size_t)(at - start)};
            start = at + 1;
        } else if (*at == CSV_QUOTE || *at == CSV_CR) {
            return false;
        } else {
            spaces |= is_space(*at);
        }
    }
    *cell++ = (struct cell){start, (size_t)(end - start)};
    if (spaces)
        trim(cells, cell);
    *count = (size_t)(cell - cells);
    assert(*count <= ROW_CELLS_MAX);
    return at == end;
}

static bool
is_comment(const struct rows *rows, const char *bytes, size_t size)
{
    size_t prefix = rows->comment ? strlen(rows->comment) : 0;

    return prefix && size >= prefix &&
           memcmp(bytes, rows->comment, prefix) == 0;
}

static int
take_line(void *owner, const char *bytes, size_t size, struct failure *failure)
{
    struct rows *rows = owner;
    const char *end = bytes + size;

    if (rows->parser.pstate == rows->between &&
        (rows->lines.number <= rows->skip || is_comment(rows, bytes, size)))
        return 0;
    if (rows->parser.pstate != rows->between || rows->careful)
        return feed(rows, bytes, size, failure);
    if (end > bytes && end[-1] == '\n')
        end--;
    if (end > bytes && end[-1] == '\r')
        end--;
    if (!row_split(bytes, end, rows->delimiter, rows->cells, &rows->count))
        return feed(rows, bytes, size, failure);
    if (rows->count == 1 && rows->cells[0].size == 0) {
        rows->count = 0;
        return 0; /* blank */
    }
    rows->line = rows->lines.number;
    return hand_out(rows, failure);
}

/* ---- files --------------------------------------------------------------- */

int
rows_init(struct rows *rows, struct failure *failure)
{
    rows->lines.line = take_line;
    rows->lines.owner = rows;
    rows->cells = allocate(failure, ROW_CELLS_MAX, sizeof *rows->cells);
    if (!rows->cells)
        return -1;
    if (csv_init(&rows->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return fail(failure, FAILURE_ENVIRONMENT, "libcsv cannot begin");
    rows->ready = true;
    rows->between = rows->parser.pstate;
    csv_set_blk_size(&rows->parser, 4096);
    csv_set_delim(&rows->parser, (unsigned char)rows->delimiter);
    return 0;
}

int
rows_push(struct rows *rows, const char *bytes, size_t size,
          struct failure *failure)
{
    return lines_push(&rows->lines, bytes, size, failure);
}

bool
rows_between(const struct rows *rows)
{
    return rows->lines.carried == 0 && rows->lines.number >= rows->skip &&
           rows->parser.pstate == rows->between && !rows->careful;
}

int
rows_end(struct rows *rows, struct failure *failure)
{
    if (lines_end(&rows->lines, failure) != 0)
        return -1;
    rows->failure = failure;
    if (csv_fini(&rows->parser, take_cell, take_row, rows) != 0)
        return fail(failure, FAILURE_DATA,
                    "line %" PRIu64 ": a quote is not closed", rows->line);
    lines_restart(&rows->lines);
    return failure->kind == FAILURE_NONE ? 0 : -1;
}

void
rows_free(struct rows *rows)
{
    if (rows->ready)
        csv_free(&rows->parser);
    rows->ready = false;
    lines_free(&rows->lines);
    free(rows->cells);
    free(rows->bytes);
    rows->cells = NULL;
    rows->bytes = NULL;
}
