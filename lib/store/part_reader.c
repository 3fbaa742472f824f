#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/part.h"
#include "tape/frame.h"

#define BATCH 1024 /* events built at a time */

int
part_reader_open(struct part_reader *reader, const char *path,
                 const struct part_filter *filter, struct failure *failure)
{
    memset(reader, 0, sizeof *reader);
    reader->filter = *filter;
    reader->path = strdup(path);
    if (!reader->path)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    if (parquet_reader_open(&reader->file, reader->path, failure) != 0)
        return -1;
    return event_columns_init(&reader->columns, &reader->file, failure);
}

void
part_reader_close(struct part_reader *reader)
{
    event_columns_free(&reader->columns);
    parquet_reader_close(&reader->file);
    growing_free(&reader->batch);
    free(reader->path);
    memset(reader, 0, sizeof *reader);
}

/* ---- passing over row groups --------------------------------------------- */

/* True when the bounds of a column of eight bytes say that no value lies in
 * [from, to). */
static bool
outside(const struct parquet_stats *stats, int64_t from, int64_t to)
{
    int64_t min, max;

    if (!stats->has_bounds || stats->min_size != 8 || stats->max_size != 8)
        return false;
    memcpy(&min, stats->min, 8);
    memcpy(&max, stats->max, 8);
    return max < from || min >= to;
}

/* Definitions are wanted of any time: what comes later needs them. */
static bool
is_definition(const struct part_reader *reader)
{
    uint16_t type = reader->columns.layout.type;

    return type == EVENT_INSTRUMENT || type == EVENT_NAME;
}

/* Whether events of the type name instruments in fields too. */
static bool
names_others(const struct layout *layout)
{
    for (unsigned i = 0; i < layout->column_count; i++)
        if (layout->fields[i] && layout->fields[i]->kind == FIELD_INSTRUMENT)
            return true;
    return false;
}

static bool
outside_filter(const struct part_reader *reader,
               const struct parquet_group *group)
{
    const struct part_filter *filter = &reader->filter;
    int time = layout_find(&reader->columns.layout, COLUMN_TIME);
    int64_t to =
        filter->to_seq > INT64_MAX ? INT64_MAX : (int64_t)filter->to_seq;

    if (outside(&group->chunks[0].stats, (int64_t)filter->from_seq, to))
        return true;
    return filter->by_time && !is_definition(reader) &&
           outside(&group->chunks[time].stats, filter->from, filter->to);
}

/* Whether some row of the group is of a wanted instrument: 1, 0, -1. Rows
 * without a symbol are left to the caller to judge. */
static int
has_wanted(struct part_reader *reader, uint32_t group, struct failure *failure)
{
    static const struct parquet_text none = {(const void *)"", 0};
    const struct part_filter *filter = &reader->filter;
    int symbol = layout_find(&reader->columns.layout, COLUMN_SYMBOL);
    int exchange = layout_find(&reader->columns.layout, COLUMN_EXCHANGE);
    const struct parquet_values *symbols, *exchanges;
    uint64_t last_symbol = UINT64_MAX, last_exchange = UINT64_MAX;

    if (!filter->wants || symbol < 0 || names_others(&reader->columns.layout))
        return 1;
    if (event_columns_load(&reader->columns, group, (unsigned)symbol,
                           failure) != 0 ||
        event_columns_load(&reader->columns, group, (unsigned)exchange,
                           failure) != 0)
        return -1;
    symbols = &reader->columns.chunks[symbol].values;
    exchanges = &reader->columns.chunks[exchange].values;
    if (symbols->nulls > 0)
        return 1;
    for (uint32_t i = 0; i < symbols->count; i++) {
        uint64_t place =
            exchanges->valid[i] ? exchanges->words[i] : UINT64_MAX - 1;

        if (symbols->words[i] == last_symbol && place == last_exchange)
            continue;
        last_symbol = symbols->words[i];
        last_exchange = place;
        if (filter->wants(filter->owner,
                          exchanges->valid[i]
                              ? &exchanges->table[exchanges->words[i]]
                              : &none,
                          &symbols->table[symbols->words[i]]))
            return 1;
    }
    return 0;
}

/* Loads the next row group that may hold something wanted: 1; 0 after the
 * last; -1. */
static int
next_group(struct part_reader *reader, struct failure *failure)
{
    const struct parquet_footer *footer = &reader->file.footer;

    while (reader->next_group < footer->group_count) {
        uint32_t group = reader->next_group++;
        int wanted = !outside_filter(reader, &footer->groups[group]);

        if (wanted)
            wanted = has_wanted(reader, group, failure);
        if (wanted < 0)
            return -1;
        reader->groups_skipped += !wanted;
        if (!wanted)
            continue;
        reader->groups_read++;
        reader->row = 0;
        reader->rows = (uint32_t)footer->groups[group].rows;
        if (event_columns_group(&reader->columns, group, failure) != 0)
            return -1;
        return 1;
    }
    return 0;
}

/* ---- events -------------------------------------------------------------- */

/* Builds the next events: 1; 0 after the last; -1. */
static int
next_batch(struct part_reader *reader, struct failure *failure)
{
    uint32_t to;

    if (reader->row == reader->rows) {
        int result = next_group(reader, failure);

        if (result <= 0)
            return result;
    }
    while (reader->row < reader->rows &&
           event_columns_seq(&reader->columns, reader->row) <
               reader->filter.from_seq)
        reader->row++;
    to =
        reader->rows - reader->row < BATCH ? reader->rows : reader->row + BATCH;
    reader->batch_row = reader->row;
    reader->batch_rows = to;
    if (event_columns_build(&reader->columns, reader->row, to, &reader->batch,
                            failure) != 0)
        return -1;
    reader->row = to;
    reader->event = (const void *)reader->batch.bytes;
    return 1;
}

int
part_reader_next(struct part_reader *reader, struct failure *failure)
{
    if (reader->event)
        reader->event = event_next(reader->event);
    if (!reader->event || ++reader->batch_row >= reader->batch_rows) {
        do {
            int result = next_batch(reader, failure);

            if (result <= 0)
                return result;
        } while (reader->batch_row == reader->batch_rows);
    }
    reader->seq = event_columns_seq(&reader->columns, reader->batch_row);
    return reader->seq < reader->filter.to_seq;
}

/* ---- verifying ----------------------------------------------------------- */

static int
check_hash(const char *path, const struct part_facts *facts,
           struct failure *failure)
{
    struct sha256 hash = {0};
    char text[SHA256_TEXT], *buffer = allocate(failure, 1, 1 << 18);
    struct input input;
    ssize_t count = -1;
    uint64_t size = 0;

    if (!buffer || input_open(&input, path, failure) != 0) {
        free(buffer);
        return -1;
    }
    if (sha256_begin(&hash, failure) == 0)
        while ((count = input_read(&input, buffer, 1 << 18, failure)) > 0) {
            sha256_add(&hash, buffer, (size_t)count);
            size += (uint64_t)count;
        }
    input_close(&input);
    free(buffer);
    if (count < 0)
        return sha256_free(&hash), -1;
    sha256_end(&hash, text);
    if (size != facts->size)
        return fail(failure, FAILURE_DATA,
                    "%s: %" PRIu64 " bytes where the archive has noted "
                    "%" PRIu64 ": restore the file from a copy",
                    path, size, facts->size);
    if (memcmp(text, facts->sha256, sizeof text) != 0)
        return fail(failure, FAILURE_DATA,
                    "%s: it does not fit its SHA-256: it is damaged: restore "
                    "the file from a copy",
                    path);
    return 0;
}

static int
check_events(struct part_reader *reader, const struct part_facts *facts,
             struct failure *failure)
{
    struct digest digest = {0};
    uint64_t rows = 0, first = 0, last = 0, value = 0;
    int result = 1;

    if (digest_reset(&digest) != 0)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    while ((result = next_batch(reader, failure)) > 0) {
        if (rows == 0)
            first = event_columns_seq(&reader->columns, reader->batch_row);
        rows += reader->batch_rows - reader->batch_row;
        last = event_columns_seq(&reader->columns, reader->batch_rows - 1);
        digest_events(&digest, reader->event,
                      reader->batch.bytes + reader->batch.size);
    }
    value = digest_value(&digest);
    digest_free(&digest);
    if (result < 0)
        return -1;
    if (rows != facts->rows || first != facts->first_seq ||
        last != facts->last_seq || value != facts->digest)
        return fail(failure, FAILURE_DATA,
                    "%s: its events are not those that the archive has noted",
                    reader->path);
    return 0;
}

int
part_verify(const char *path, const struct part_facts *facts,
            struct failure *failure)
{
    struct part_reader reader = {0};
    int result;

    if (check_hash(path, facts, failure) != 0)
        return -1;
    result = part_reader_open(&reader, path, &PART_FILTER_ALL, failure);
    if (result == 0)
        result = check_events(&reader, facts, failure);
    part_reader_close(&reader);
    return result;
}
