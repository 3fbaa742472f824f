#include "app/export_parquet.h"

#include <assert.h>

int
export_parquet_begin(struct export_parquet *file, struct output *output,
                     const struct schema_type *type, struct failure *failure)
{
    const struct layout *layout = &file->rows.layout;

    assert(!file->begun && type->size >= sizeof(struct event));
    file->begun = true;
    if (event_rows_scratch_init(&file->events, failure) != 0 ||
        parquet_scratch_init(&file->chunks, failure) != 0 ||
        event_rows_init(&file->rows, type->type, type->size, &file->identities,
                        &file->events, failure) != 0)
        return -1;
    return parquet_writer_init(&file->writer, output, &file->chunks,
                               layout->columns, layout->column_count, failure);
}

void
export_parquet_free(struct export_parquet *file)
{
    if (!file->begun)
        return;
    parquet_writer_free(&file->writer);
    event_rows_free(&file->rows);
    parquet_scratch_free(&file->chunks);
    event_rows_scratch_free(&file->events);
    identities_free(&file->identities);
    *file = (struct export_parquet){0};
}

void
export_parquet_tape(struct export_parquet *file)
{
    assert(file->begun);
    identities_begin(&file->identities);
}

int
export_parquet_define(struct export_parquet *file, const struct event *event,
                      struct failure *failure)
{
    assert(file->begun && event->type == EVENT_INSTRUMENT);
    return identities_define(&file->identities, event, failure);
}

/* What was gathered becomes a row group. */
static int
flush(struct export_parquet *file, struct failure *failure)
{
    uint32_t count = file->rows.count;

    if (count == 0)
        return 0;
    if (event_rows_settle(&file->rows, failure) != 0 ||
        parquet_writer_group(&file->writer, count, event_rows_fill, &file->rows,
                             failure) != 0)
        return -1;
    event_rows_clear(&file->rows);
    return 0;
}

int
export_parquet_add(struct export_parquet *file, const struct event *event,
                   uint64_t seq, struct failure *failure)
{
    assert(file->begun && event->type == file->rows.layout.type);
    if (event_rows_full(&file->rows, 0, 0, event) && flush(file, failure) != 0)
        return -1;
    return event_rows_add(&file->rows, event, 1, seq, failure);
}

int
export_parquet_end(struct export_parquet *file, struct failure *failure)
{
    struct quick_value written;

    assert(file->begun);
    if (flush(file, failure) != 0 ||
        parquet_footer_add(&file->writer.footer, PARQUET_CHECK,
                           PARQUET_NO_CHECK, failure) != 0)
        return -1;
    return parquet_writer_end(&file->writer, &written, failure);
}
