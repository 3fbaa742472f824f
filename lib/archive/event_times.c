#include "archive/event_times.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"

void
event_times_put(const struct event_columns *columns, unsigned char *events,
                uint32_t count, size_t offset, unsigned column)
{
    const uint32_t *starts = columns->starts;
    const uint64_t *words = columns->pieces[column].words;
    unsigned char *at = events + offset;

    assert(layout_is_split(&columns->layout, column));
    for (uint32_t i = 0; i < count; i++) {
        uint64_t time = words[i];

        if (time != (uint64_t)TIME_NULL)
            time *= NANOS_IN_MICRO;
        memcpy(at + starts[i], &time, sizeof time);
    }
}

int
event_times_add(const struct event_columns *columns, unsigned char *events,
                uint32_t count, unsigned column, struct failure *failure)
{
    const struct schema_field *field = columns->layout.fields[column];
    const struct parquet_piece *piece = &columns->pieces[column];
    const uint32_t *starts = columns->starts;
    unsigned char *at =
        events + (field ? field->offset : offsetof(struct event, time));

    assert(layout_is_split(&columns->layout, column - 1));
    for (uint32_t i = 0; i < count; i++) {
        uint64_t nanos = piece->words[i], time;

        if (nanos == 0 || (piece->valid && !piece->valid[i]))
            continue;
        memcpy(&time, at + starts[i], sizeof time);
        if (nanos >= NANOS_IN_MICRO || time == (uint64_t)TIME_NULL)
            return fail(failure, FAILURE_DATA,
                        "column '%s': %" PRId64 " is not the rest of a time",
                        columns->layout.columns[column].name, (int64_t)nanos);
        time += nanos;
        memcpy(at + starts[i], &time, sizeof time);
    }
    return 0;
}
