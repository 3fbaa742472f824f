#include "app/statement.h"

#include <assert.h>
#include <stdlib.h>

#include "base/array.h"
#include "format/rows.h"
#include "io/input.h"
#include "tape/names.h"
#include "tape/schema.h"

#define STATEMENT_BYTES_MAX (1 << 30)
#define LABEL_BYTES_MAX     1024

enum column {
    COLUMN_ACCOUNT,
    COLUMN_INSTRUMENT,
    COLUMN_CURRENCY,
    COLUMN_QUANTITY,
    COLUMN_COST,
    COLUMNS,
};
static const char *const column_names[COLUMNS] = {
    "account", "instrument", "currency", "quantity", "cost"};

struct reading {
    struct statement_file *file;
    const struct instruments *instruments;
    struct cell names[COLUMNS]; /* of columns */
    size_t columns[COLUMNS];    /* SIZE_MAX: there is none */
    bool begun;                 /* the header was read */
    struct rows rows;
};

/* ---- columns ------------------------------------------------------------- */

static int
map_field(struct reading *reading, const char *text, size_t size,
          struct failure *failure)
{
    const char *equals = memchr(text, '=', size);
    struct cell name = {text, equals ? (size_t)(equals - text) : size};

    for (int i = 0; i < COLUMNS && equals; i++)
        if (cell_is(name, column_names[i])) {
            reading->names[i] = (struct cell){equals + 1, size - name.size - 1};
            return 0;
        }
    return fail(failure, FAILURE_USAGE,
                "--map: \"%.*s\" is not FIELD=COLUMN with a field account, "
                "instrument, currency, quantity or cost",
                (int)size, text);
}

static int
map_fields(struct reading *reading, const struct option_list *maps,
           struct failure *failure)
{
    for (int i = 0; i < COLUMNS; i++)
        reading->names[i] = cell_of(column_names[i]);
    for (unsigned i = 0; i < maps->count; i++) {
        const char *at = maps->items[i];

        for (;;) {
            size_t size = strcspn(at, ",");

            if (map_field(reading, at, size, failure) != 0)
                return -1;
            if (!at[size])
                break;
            at += size + 1;
        }
    }
    return 0;
}

static int
take_header(struct reading *reading, const struct cell *cells, size_t count,
            struct failure *failure)
{
    static const enum column needed[] = {COLUMN_ACCOUNT, COLUMN_QUANTITY};

    for (int i = 0; i < COLUMNS; i++) {
        reading->columns[i] = SIZE_MAX;
        for (size_t j = 0; j < count; j++)
            if (cells[j].size == reading->names[i].size &&
                strncasecmp(cells[j].bytes, reading->names[i].bytes,
                            cells[j].size) == 0)
                reading->columns[i] = j;
    }
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (reading->columns[needed[i]] == SIZE_MAX)
            return fail(failure, FAILURE_USAGE,
                        "it has no column \"%.*s\" (name the one that is "
                        "meant: -m %s=COLUMN)",
                        (int)reading->names[needed[i]].size,
                        reading->names[needed[i]].bytes,
                        column_names[needed[i]]);
    if (reading->columns[COLUMN_INSTRUMENT] == SIZE_MAX &&
        reading->columns[COLUMN_CURRENCY] == SIZE_MAX)
        return fail(failure, FAILURE_USAGE,
                    "it has neither a column \"instrument\" nor \"currency\" "
                    "(name the one that is meant: -m instrument=COLUMN)");
    reading->begun = true;
    return 0;
}

/* ---- lines --------------------------------------------------------------- */

static int
fail_field(enum column field, struct cell cell, const char *complaint,
           struct failure *failure)
{
    int size = cell.size > 80 ? 80 : (int)cell.size;

    return fail(failure, FAILURE_DATA, "%s: \"%.*s\" %s", column_names[field],
                size, cell.bytes, complaint);
}

static struct cell
cell_at(const struct reading *reading, enum column field,
        const struct cell *cells, size_t count)
{
    size_t column = reading->columns[field];

    return column < count ? cells[column] : (struct cell){"", 0};
}

static int
read_amount(enum column field, struct cell cell, i128 *amount,
            struct failure *failure)
{
    enum decimal_result result = amount_parse(cell.bytes, cell.size, amount);

    if (result == DECIMAL_OK)
        return 0;
    return fail_field(field, cell, decimal_complaint(result), failure);
}

static uint32_t
find_instrument(const struct instruments *instruments, struct cell text)
{
    const char *colon = memchr(text.bytes, ':', text.size);
    size_t exchange = colon ? (size_t)(colon - text.bytes) : 0;
    size_t skip = colon ? exchange + 1 : 0;

    assert(skip <= text.size);
    return instruments_find_identity(instruments, text.bytes, exchange,
                                     text.bytes + skip, text.size - skip);
}

static int
label_line(struct reading *reading, struct statement_line *line,
           struct cell account, struct cell asset, struct failure *failure)
{
    char label[LABEL_BYTES_MAX];
    size_t size = account.size + 1 + asset.size;
    bool added = false;

    if (size > sizeof label)
        return fail_field(COLUMN_ACCOUNT, account, "is too long", failure);
    memcpy(label, account.bytes, account.size);
    label[account.size] = '\0';
    memcpy(label + account.size + 1, asset.bytes, asset.size);
    line->label = strtab_add(&reading->file->labels, label, size, &added);
    if (line->label == STRTAB_NONE)
        return fail_memory(failure);
    line->again = !added;
    return 0;
}

/* Fills a line but for its label. */
static int
read_line(struct reading *reading, const struct cell given[COLUMNS],
          struct statement_line *line, struct failure *failure)
{
    struct cell currency = given[COLUMN_CURRENCY];

    *line = (struct statement_line){
        .number = reading->rows.line,
        .account =
            name_id(given[COLUMN_ACCOUNT].bytes, given[COLUMN_ACCOUNT].size),
        .instrument = INSTRUMENT_NONE,
        .security = given[COLUMN_INSTRUMENT].size > 0,
        .cost = AMOUNT_NULL,
    };
    if (given[COLUMN_ACCOUNT].size == 0)
        return fail(failure, FAILURE_DATA, "no account");
    if (!line->security && currency.size == 0)
        return fail(failure, FAILURE_DATA,
                    "neither an instrument nor a currency");
    if (line->security)
        line->instrument =
            find_instrument(reading->instruments, given[COLUMN_INSTRUMENT]);
    line->currency = code_from_text(currency.bytes, currency.size);
    if (currency.size && !line->currency.word)
        return fail_field(COLUMN_CURRENCY, currency,
                          "is not a currency code of 1 to 8 letters", failure);
    if (given[COLUMN_COST].size &&
        read_amount(COLUMN_COST, given[COLUMN_COST], &line->cost, failure) != 0)
        return -1;
    return read_amount(COLUMN_QUANTITY, given[COLUMN_QUANTITY], &line->quantity,
                       failure);
}

static int
take_row(void *owner, const struct cell *cells, size_t count,
         struct failure *failure)
{
    struct reading *reading = owner;
    struct statement_file *file = reading->file;
    struct cell given[COLUMNS];
    struct statement_line *lines;

    if (!reading->begun)
        return take_header(reading, cells, count, failure);
    for (int i = 0; i < COLUMNS; i++)
        given[i] = cell_at(reading, (enum column)i, cells, count);
    lines = array_grow(file->lines, &file->capacity, file->count + 1,
                       sizeof *lines, failure);
    if (!lines)
        return -1;
    file->lines = lines;
    if (read_line(reading, given, &lines[file->count], failure) != 0 ||
        label_line(reading, &lines[file->count], given[COLUMN_ACCOUNT],
                   given[lines[file->count].security ? COLUMN_INSTRUMENT
                                                     : COLUMN_CURRENCY],
                   failure) != 0)
        return -1;
    file->count++;
    return 0;
}

/* ---- the file ------------------------------------------------------------ */

int
statement_read(struct statement_file *file, const char *path,
               const struct option_list *maps,
               const struct instruments *instruments, struct failure *failure)
{
    struct reading reading = {
        .file = file,
        .instruments = instruments,
        .rows = {.row = take_row, .owner = &reading, .delimiter = ','},
    };
    size_t size;
    char *text;
    int result;

    if (map_fields(&reading, maps, failure) != 0)
        return -1;
    text = input_read_file(path, STATEMENT_BYTES_MAX, &size, failure);
    if (!text)
        return -1;
    result = rows_init(&reading.rows, failure);
    if (result == 0)
        result = rows_push(&reading.rows, text, size, failure);
    if (result == 0)
        result = rows_end(&reading.rows, failure);
    rows_free(&reading.rows);
    free(text);
    if (result != 0)
        return fail_at(failure, "%s", path);
    if (file->count == 0)
        return fail(failure, FAILURE_DATA, "%s: no rows", path);
    return 0;
}

void
statement_file_free(struct statement_file *file)
{
    free(file->lines);
    strtab_free(&file->labels);
    *file = (struct statement_file){0};
}

const char *
statement_account(const struct statement_file *file,
                  const struct statement_line *line)
{
    assert(line->label < file->labels.count);
    return file->labels.entries[line->label].bytes;
}

const char *
statement_asset(const struct statement_file *file,
                const struct statement_line *line)
{
    const char *account = statement_account(file, line);

    return account + strlen(account) + 1;
}
