#include "archive/catalog_rows.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parquet/reader.h"

/* A number as SQLite has it: in 64 bits with a sign. */
static const char *
number(struct catalog_row *row, unsigned place, uint64_t value)
{
    assert(place < sizeof row->room / sizeof *row->room);
    snprintf(row->room[place], sizeof row->room[place], "%" PRId64,
             (int64_t)value);
    return row->room[place];
}

static const char *
time_text(struct catalog_row *row, unsigned place, int64_t time)
{
    char text[TIME_TEXT_MAX];
    size_t size;

    if (time == INT64_MAX || time == INT64_MIN)
        return NULL;
    size = time_format(time, text);
    assert(size < sizeof row->room[place]);
    snprintf(row->room[place], sizeof row->room[place], "%.*s", (int)size,
             text);
    return row->room[place];
}

/* Widens a range of times to those of parts. */
static void
widen_times(const struct part *parts, uint32_t count, int64_t *from,
            int64_t *to)
{
    for (uint32_t i = 0; i < count; i++) {
        if (parts[i].time_min < *from)
            *from = parts[i].time_min;
        if (parts[i].time_max > *to)
            *to = parts[i].time_max;
    }
}

void
tape_row(const struct manifest *manifest, struct catalog_row *row)
{
    static const char *const words[] = {
        [TAPE_COMPLETE] = "complete",
        [TAPE_LIMITED] = "limited",
        [TAPE_STOPPED] = "stopped",
    };
    int64_t from = INT64_MAX, to = INT64_MIN;
    uint64_t events = 0;

    /* no manifest is written for a tape that failed */
    assert(manifest->status < sizeof words / sizeof *words);
    for (uint32_t i = 0; i < manifest->part_count; i++)
        events += manifest->parts[i].rows;
    widen_times(manifest->parts, manifest->part_count, &from, &to);
    widen_times(manifest->gone, manifest->gone_count, &from, &to);
    row->cells[0] = manifest->name;
    row->cells[1] = manifest->header.stream;
    row->cells[2] = words[manifest->status];
    row->cells[3] = number(row, 0, manifest->tape_last);
    row->cells[4] = number(row, 1, events);
    row->cells[5] = time_text(row, 2, from);
    row->cells[6] = time_text(row, 3, to);
    row->cells[7] = manifest->link.sha256;
}

uint64_t
tape_row_hash(const char *const cells[TAPE_CELLS], struct bytes *room)
{
    bytes_clear(room);
    for (int i = 0; i < TAPE_CELLS; i++) {
        if (cells[i])
            bytes_put(room, cells[i], strlen(cells[i]));
        bytes_put_byte(room, cells[i] ? '\t' : '\v');
    }
    return room->failed ? 0 : quick_hash_of(room->bytes, room->size);
}

void
tape_row_read(struct statement *statement, const char *cells[TAPE_CELLS],
              struct bytes *room)
{
    size_t ends[TAPE_CELLS];

    bytes_clear(room);
    for (int i = 0; i < TAPE_CELLS; i++) {
        size_t size = 0;
        const char *text = column_is_null(statement, i)
                               ? NULL
                               : column_text(statement, i, &size);

        cells[i] = text ? "" : NULL;
        if (text)
            bytes_put(room, text, size);
        bytes_put_byte(room, 0);
        ends[i] = room->size;
    }
    for (int i = 0; !room->failed && i < TAPE_CELLS; i++)
        if (cells[i])
            cells[i] = (const char *)room->bytes + (i > 0 ? ends[i - 1] : 0);
}

void
part_row(const struct manifest *manifest, const struct part *part,
         struct catalog_row *row)
{
    part_name_path(&part->name, row->path);
    part_name_type(&part->name, row->type);
    day_format(part->name.day, row->date);
    row->cells[0] = row->path;
    row->cells[1] = manifest->name;
    row->cells[2] = row->type;
    row->cells[3] = part->name.day == DAY_NONE ? NULL : row->date;
    row->cells[4] = part_tier(part);
    row->cells[5] = number(row, 0, part->rows);
    row->cells[6] = number(row, 1, part->size);
    row->cells[7] = number(row, 2, part->name.first);
    row->cells[8] = number(row, 3, part->name.last);
    row->cells[9] = time_text(row, 4, part->time_min);
    row->cells[10] = time_text(row, 5, part->time_max);
    row->cells[11] = part->sha256;
}

/* ---- instruments --------------------------------------------------------- */

/* The lines of "xtape.instruments": id, exchange, symbol. */
static int
take_lines(const char *line, const char *path, take_instrument *take,
           void *owner, struct failure *failure)
{
    while (line && *line) {
        const char *exchange = strchr(line, '\t');
        const char *symbol = exchange ? strchr(exchange + 1, '\t') : NULL;
        const char *end = symbol ? strchr(symbol + 1, '\n') : NULL;

        if (!end)
            return fail(failure, FAILURE_DATA,
                        "%s: its list of instruments is damaged", path);
        if (take(owner, exchange + 1, (size_t)(symbol - exchange - 1),
                 symbol + 1, (size_t)(end - symbol - 1)) != 0)
            return -1;
        line = end + 1;
    }
    return 0;
}

/* The symbol and exchange of a row, unless they were. */
static int
take_pair(const struct parquet_values *symbols,
          const struct parquet_values *exchanges, uint32_t row,
          struct strtab *taken, struct bytes *key, take_instrument *take,
          void *owner)
{
    const struct parquet_text none = {(const unsigned char *)"", 0}, *symbol,
                              *exchange = &none;
    bool added = false;

    if (symbols->nulls == symbols->count || !symbols->valid[row])
        return 0;
    symbol = &symbols->table[symbols->words[row]];
    if (exchanges->nulls < exchanges->count && exchanges->valid[row])
        exchange = &exchanges->table[exchanges->words[row]];
    bytes_clear(key);
    bytes_put(key, exchange->bytes, exchange->size);
    bytes_put_byte(key, 0);
    bytes_put(key, symbol->bytes, symbol->size);
    if (key->failed)
        return -1;
    if (strtab_add(taken, (const char *)key->bytes, key->size, &added) ==
        STRTAB_NONE) {
        key->failed = true;
        return -1;
    }
    return added ? take(owner, (const char *)exchange->bytes, exchange->size,
                        (const char *)symbol->bytes, symbol->size)
                 : 0;
}

/* The pairs that the columns have, each once. */
static int
take_columns(struct parquet_reader *reader, take_instrument *take, void *owner,
             struct failure *failure)
{
    int symbol = parquet_footer_column(&reader->footer, "symbol");
    int exchange = parquet_footer_column(&reader->footer, "exchange");
    struct parquet_chunk_values symbols = {0}, exchanges = {0};
    struct strtab taken = {0};
    struct bytes key = {0};
    int result = 0;

    if (symbol < 0 || exchange < 0)
        return fail(failure, FAILURE_DATA, "%s: it has no instruments",
                    reader->input.name);
    for (uint32_t g = 0; result == 0 && g < reader->footer.group_count; g++) {
        if (parquet_reader_chunk(reader, g, (unsigned)symbol, &symbols,
                                 failure) != 0 ||
            parquet_reader_chunk(reader, g, (unsigned)exchange, &exchanges,
                                 failure) != 0)
            result = -1;
        for (uint32_t i = 0; result == 0 && i < symbols.values.count; i++)
            result = take_pair(&symbols.values, &exchanges.values, i, &taken,
                               &key, take, owner);
        if (bytes_ok(&key, failure) != 0)
            result = -1;
    }
    strtab_free(&taken);
    bytes_free(&key);
    parquet_chunk_values_free(&symbols);
    parquet_chunk_values_free(&exchanges);
    return result;
}

/* How many instruments a file has. */
static uint64_t
count_instruments(const struct parquet_footer *footer)
{
    const char *line = parquet_footer_get(footer, "xtape.instruments");
    const char *unlisted = parquet_footer_get(footer, "xtape.unlisted");
    uint64_t count = unlisted ? strtoull(unlisted, NULL, 10) : 0;

    for (; line && (line = strchr(line, '\n')); line++)
        count++;
    return count;
}

/* Those of an open file; most: no more, else the one that stands for all. */
static int
take_all(struct parquet_reader *reader, uint64_t most, take_instrument *take,
         void *owner, struct failure *failure)
{
    const struct parquet_footer *footer = &reader->footer;

    if (count_instruments(footer) > most)
        return take(owner, "", 0, "*", 1);
    if (parquet_footer_get(footer, "xtape.unlisted"))
        return take_columns(reader, take, owner, failure);
    return take_lines(parquet_footer_get(footer, "xtape.instruments"),
                      reader->input.name, take, owner, failure);
}

static int
take_part(const struct archive *archive, const struct part *part, uint64_t most,
          take_instrument *take, void *owner, struct failure *failure)
{
    struct parquet_reader reader = {0};
    struct input input;
    char *path = NULL;
    int there = archive_open_part(archive, part, &input, &path, failure);

    if (there > 0) {
        if (parquet_reader_take(&reader, &input, failure) != 0 ||
            take_all(&reader, most, take, owner, failure) != 0)
            there = -1;
        parquet_reader_close(&reader);
    }
    free(path);
    return there;
}

int
part_instruments(const struct archive *archive, const struct part *part,
                 take_instrument *take, void *owner, struct failure *failure)
{
    return take_part(archive, part, UINT64_MAX, take, owner, failure);
}

int
part_symbols(const struct archive *archive, const struct part *part,
             take_instrument *take, void *owner, struct failure *failure)
{
    uint64_t most = part->size / SYMBOL_BYTES;

    return take_part(archive, part,
                     most > SYMBOLS_ALWAYS ? most : SYMBOLS_ALWAYS, take, owner,
                     failure);
}

/* ---- the database -------------------------------------------------------- */

int
catalog_open(const struct archive *archive, const char *name,
             enum database_mode mode, char **path, struct database **database,
             struct failure *failure)
{
    int fd = -1, there = -1;

    *database = NULL;
    *path = archive_path(archive, name, failure);
    if (*path) /* a regular file, or none */
        there = root_open_file(&archive->root, *path, O_RDONLY, &fd, failure);
    if (fd >= 0)
        close(fd);
    if (there < 0 || (there == 0 && mode == DATABASE_READ))
        return there;
    /* what a killed program began can be undone by the holder of the lock */
    *database =
        database_open(*path, archive->writes ? DATABASE_WRITE : mode, failure);
    return *database ? 1 : -1;
}

/* Text of a cell into room; whether it fits. */
static bool
copy_cell(struct statement *row, int column, char *room, size_t most)
{
    size_t size = 0;
    const char *text = column_text(row, column, &size);

    if (!text || size >= most)
        return false;
    memcpy(room, text, size);
    room[size] = '\0';
    return true;
}

int
catalog_read_head(struct database *database, struct catalog_head *head,
                  struct failure *failure)
{
    struct statement *row = NULL;
    int has = database_has(database, CATALOG_HEAD, failure);
    char tapes[17] = "";

    *head = (struct catalog_head){0};
    if (has > 0) {
        row = database_prepare(
            database, "SELECT number, name, sha256, tapes FROM " CATALOG_HEAD,
            failure);
        has = row ? statement_step(row, failure) : -1;
    }
    if (has > 0) {
        struct link *link = &head->link;

        link->number = (uint64_t)column_integer(row, 0);
        has = copy_cell(row, 1, link->name, sizeof link->name) &&
              copy_cell(row, 2, link->sha256, sizeof link->sha256) &&
              copy_cell(row, 3, tapes, sizeof tapes);
        head->tapes = strtoull(tapes, NULL, 16);
    }
    statement_free(row);
    return has;
}
