/* Fuzzes the import of CSV.  The few lines that cut rows without quotes must
 * give what libcsv gives, and what is imported must survive going out as CSV
 * and in again. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>

#include "../text_events.h"
#include "format/rows.h"

/* ---- rows ---------------------------------------------------------------- */

static int
log_row(void *owner, const struct cell *cells, size_t count,
        struct failure *failure)
{
    struct bytes *log = owner;

    for (size_t i = 0; i < count; i++) {
        bytes_put(log, &cells[i].size, sizeof cells[i].size);
        bytes_put(log, cells[i].bytes, cells[i].size);
    }
    bytes_put_byte(log, '\n');
    return bytes_ok(log, failure);
}

static struct bytes
log_rows(const char *bytes, size_t size, size_t piece, bool careful,
         char delimiter)
{
    struct bytes log = {0};
    struct rows rows = {.row = log_row,
                        .owner = &log,
                        .careful = careful,
                        .delimiter = delimiter};
    struct failure failure = {0};
    int result = rows_init(&rows, &failure);

    for (size_t at = 0; result == 0 && at < size; at += piece)
        result = rows_push(&rows, bytes + at,
                           size - at < piece ? size - at : piece, &failure);
    if (result == 0)
        result = rows_end(&rows, &failure);
    rows_free(&rows);
    assert(result == 0 || failure.kind == FAILURE_DATA);
    bytes_put_text(&log, failure.text);
    return log;
}

static void
compare_rows(const char *bytes, size_t size, unsigned choice)
{
    static const char delimiters[] = ",;\t|";
    char delimiter = delimiters[choice % 4];
    struct bytes wanted = log_rows(bytes, size, size + 1, true, delimiter);
    struct bytes log =
        log_rows(bytes, size, 1 + choice / 4 % 8, false, delimiter);

    assert(same(&wanted, &log));
    bytes_free(&wanted);
    bytes_free(&log);
}

/* ---- events -------------------------------------------------------------- */

static void
there_and_back(const struct tape *tape, const char *name)
{
    struct schema_type user;
    const struct schema_type *type = type_from_text(cell_of(name), &user);
    struct failure failure = {0};
    struct bytes csv = print(tape, type, true, &failure);
    struct bytes before = print(tape, type, false, &failure);
    struct tape back =
        read_csv((const char *)csv.bytes, csv.size, name, &failure);
    struct bytes after = print(&back, type, false, &failure);

    assert(failure.kind == FAILURE_NONE);
    assert(same(&before, &after));
    bytes_free(&csv);
    bytes_free(&before);
    bytes_free(&back.events);
    bytes_free(&after);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data + 2;
    struct failure failure = {0};
    const char *name = "40000";
    struct tape tape;

    if (size < 2)
        return 0;
    size -= 2;
    compare_rows(bytes, size, data[0]);
    if (data[1] % 64 < schema_type_count)
        name = schema_types[data[1] % 64].name;
    tape = read_csv(bytes, size, name, &failure);
    assert(failure.kind == FAILURE_NONE || failure.kind == FAILURE_DATA);
    if (failure.kind == FAILURE_NONE)
        there_and_back(&tape, name);
    bytes_free(&tape.events);
    return 0;
}
