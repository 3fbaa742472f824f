#include "archive/layout.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define DECIMAL_PRECISION 18
#define AMOUNT_PRECISION  38
#define DECIMAL_SCALE     8

static struct parquet_column *
add(struct layout *layout, enum column_role role, const char *name,
    enum parquet_physical physical, enum parquet_logical logical)
{
    struct parquet_column *column = &layout->columns[layout->column_count];

    assert(layout->column_count < PARQUET_COLUMNS_MAX);
    assert(strlen(name) < sizeof column->name);
    *column = (struct parquet_column){
        .physical = physical, .logical = logical, .optional = true};
    snprintf(column->name, sizeof column->name, "%s", name);
    layout->roles[layout->column_count++] = role;
    return column;
}

/* The rest of the times in the column before. */
static void
add_nanos(struct layout *layout)
{
    unsigned time = layout->column_count - 1;
    char name[sizeof layout->columns[0].name];
    int size =
        snprintf(name, sizeof name, "%.200s_nanos", layout->columns[time].name);

    assert(size > 0 && (size_t)size < sizeof name);
    layout->fields[layout->column_count] = layout->fields[time];
    add(layout, COLUMN_NANOS, name, PARQUET_INT32, PARQUET_PLAIN_VALUE);
}

static void
add_field(struct layout *layout, const struct schema_field *field,
          enum parquet_logical times)
{
    static const struct {
        enum parquet_physical physical;
        enum parquet_logical logical;
        uint8_t precision;
    } types[] = {
        [FIELD_PRICE] = {PARQUET_INT64, PARQUET_DECIMAL, DECIMAL_PRECISION},
        [FIELD_QUANTITY] = {PARQUET_INT64, PARQUET_DECIMAL, DECIMAL_PRECISION},
        [FIELD_RATIO] = {PARQUET_INT64, PARQUET_DECIMAL, DECIMAL_PRECISION},
        [FIELD_AMOUNT] = {PARQUET_FIXED, PARQUET_DECIMAL, AMOUNT_PRECISION},
        [FIELD_TIME] = {PARQUET_INT64, PARQUET_TIME_NANOS, 0},
        [FIELD_DURATION] = {PARQUET_INT64, PARQUET_PLAIN_VALUE, 0},
        [FIELD_INTERVAL] = {PARQUET_INT64, PARQUET_PLAIN_VALUE, 0},
        [FIELD_ID] = {PARQUET_INT64, PARQUET_UNSIGNED, 0},
        [FIELD_COUNT] = {PARQUET_INT64, PARQUET_UNSIGNED, 0},
        [FIELD_ENUM] = {PARQUET_BYTE_ARRAY, PARQUET_STRING, 0},
        [FIELD_FLAGS] = {PARQUET_BYTE_ARRAY, PARQUET_STRING, 0},
        [FIELD_TEXT] = {PARQUET_BYTE_ARRAY, PARQUET_STRING, 0},
        [FIELD_CODE] = {PARQUET_BYTE_ARRAY, PARQUET_STRING, 0},
        [FIELD_INSTRUMENT] = {PARQUET_INT32, PARQUET_UNSIGNED, 0},
    };
    enum parquet_physical physical;
    struct parquet_column *column;

    assert(field->kind < sizeof types / sizeof *types);
    physical = types[field->kind].physical;
    if (field->kind == FIELD_COUNT && field->size == 4)
        physical = PARQUET_INT32;
    layout->fields[layout->column_count] = field;
    column = add(layout, COLUMN_FIELD, field->name, physical,
                 types[field->kind].logical);
    column->precision = types[field->kind].precision;
    if (field->kind == FIELD_TIME)
        column->logical = times;
    if (field->kind == FIELD_TIME && times == PARQUET_TIME_MICROS)
        add_nanos(layout);
    if (column->precision)
        column->scale = DECIMAL_SCALE;
    if (physical == PARQUET_FIXED)
        column->length = sizeof(struct amount);
    if (field->kind == FIELD_TEXT)
        layout->has_texts = true;
}

/* Finds the bytes of the fixed part that no field covers. */
static void
find_gaps(struct layout *layout)
{
    unsigned char free[EVENT_FIXED_MAX];
    uint64_t mask;

    assert(layout->fixed <= EVENT_FIXED_MAX && layout->fixed % 8 == 0);
    memset(free, 0xff, sizeof free);
    memset(free, 0, sizeof(struct event));
    for (unsigned i = 0; layout->schema && i < layout->schema->field_count;
         i++) {
        const struct schema_field *field = &layout->schema->fields[i];
        size_t size = field->kind == FIELD_TEXT
                          ? offsetof(struct text, reserved)
                          : field->size;

        assert(field->offset + size <= sizeof free);
        memset(free + field->offset, 0, size);
    }
    for (unsigned w = 0; w < layout->fixed / 8U; w++) {
        memcpy(&mask, free + w * 8UL, 8);
        if (mask) {
            layout->gap_words[layout->gap_count] = (uint16_t)w;
            layout->gap_masks[layout->gap_count++] = mask;
        }
    }
}

void
layout_init(struct layout *layout, uint16_t type, uint16_t written,
            unsigned version)
{
    enum parquet_logical times =
        version == 1 ? PARQUET_TIME_NANOS : PARQUET_TIME_MICROS;

    assert(version >= 1 && version <= LAYOUT_VERSION);
    memset(layout, 0, sizeof *layout);
    layout->type = type;
    layout->schema = schema_find(type);
    layout->fixed = sizeof(struct event);
    if (layout->schema)
        layout->fixed =
            written >= sizeof(struct event) && written < layout->schema->size
                ? written / 8 * 8
                : layout->schema->size;
    add(layout, COLUMN_SEQ, "seq", PARQUET_INT64, PARQUET_PLAIN_VALUE)
        ->optional = false;
    add(layout, COLUMN_TIME, "time", PARQUET_INT64, times);
    if (times == PARQUET_TIME_MICROS)
        add_nanos(layout);
    if (type != EVENT_INSTRUMENT) { /* which has fields of these names */
        add(layout, COLUMN_SYMBOL, "symbol", PARQUET_BYTE_ARRAY,
            PARQUET_STRING);
        add(layout, COLUMN_EXCHANGE, "exchange", PARQUET_BYTE_ARRAY,
            PARQUET_STRING);
    }
    for (unsigned i = 0; layout->schema && i < layout->schema->field_count; i++)
        add_field(layout, &layout->schema->fields[i], times);
    add(layout, COLUMN_INSTRUMENT, "instrument", PARQUET_INT32,
        PARQUET_UNSIGNED);
    add(layout, COLUMN_RAW, "raw", PARQUET_BYTE_ARRAY, PARQUET_PLAIN_VALUE);
    find_gaps(layout);
    /* events are built from the other columns before raw replaces them */
    assert(layout->roles[layout->column_count - 1] == COLUMN_RAW);
    assert(layout_find(layout, COLUMN_SEQ) == 0);
}

int
layout_find(const struct layout *layout, enum column_role role)
{
    for (unsigned i = 0; i < layout->column_count; i++)
        if (layout->roles[i] == role)
            return (int)i;
    return -1;
}

unsigned
words_count(const char *const *words)
{
    unsigned count = 0;

    while (words[count])
        count++;
    return count;
}

size_t
flags_to_text(const char *const *words, unsigned flags, char *at)
{
    size_t size = 0;

    for (unsigned bit = 0; words[bit]; bit++) {
        size_t length = strlen(words[bit]);

        if (!(flags >> bit & 1) || size + length + 1 > FLAGS_TEXT_MAX)
            continue;
        if (size > 0)
            at[size++] = '|';
        memcpy(at + size, words[bit], length);
        size += length;
    }
    assert(size <= FLAGS_TEXT_MAX);
    return size;
}

bool
flags_of_text(const char *const *words, const unsigned char *text, size_t size,
              uint64_t *flags)
{
    char again[FLAGS_TEXT_MAX];
    size_t at = 0;

    *flags = 0;
    for (unsigned bit = 0; words[bit]; bit++) {
        size_t length = strlen(words[bit]);

        assert(at <= size);
        if (size - at >= length && memcmp(text + at, words[bit], length) == 0 &&
            (at + length == size || text[at + length] == '|')) {
            *flags |= UINT64_C(1) << bit;
            at += length + (at + length < size);
        }
    }
    return flags_to_text(words, (unsigned)*flags, again) == size &&
           memcmp(again, text, size) == 0;
}
