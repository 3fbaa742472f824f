/* PageHeader, ColumnIndex and OffsetIndex, to and from Thrift. */
#include "parquet/parquet.h"

#include <assert.h>
#include <string.h>

#include "parquet/thrift.h"

#define PAGE_HEAD_MAX 65536 /* bytes, with statistics of others */

static void
put_levels(struct thrift_writer *writer)
{
    thrift_put_i32(writer, 3, PARQUET_RLE); /* definition levels */
    thrift_put_i32(writer, 4, PARQUET_RLE); /* repetition levels */
}

void
parquet_page_format(const struct parquet_page_head *head, struct bytes *out)
{
    struct thrift_writer writer = {.out = out};
    bool dictionary = head->kind == PARQUET_DICTIONARY_PAGE;

    assert(dictionary || head->kind == PARQUET_DATA_PAGE);
    assert(head->plain_size >= 0 && head->size >= 0 && head->values >= 0);
    thrift_open(&writer);
    thrift_put_i32(&writer, 1, (int32_t)head->kind);
    thrift_put_i32(&writer, 2, head->plain_size);
    thrift_put_i32(&writer, 3, head->size);
    thrift_put_i32(&writer, 4, (int32_t)head->check);
    thrift_put_struct(&writer, dictionary ? 7 : 5);
    thrift_put_i32(&writer, 1, head->values);
    thrift_put_i32(&writer, 2, (int32_t)head->encoding);
    if (!dictionary)
        put_levels(&writer);
    thrift_close(&writer);
    thrift_close(&writer);
}

/* Fields that must be there, a bit for each id: those up to the last. */
#define UP_TO(id)        ((2U << (id)) - 2)
#define NEEDS_HEAD       UP_TO(3)
#define NEEDS_DICTIONARY UP_TO(2)
#define NEEDS_V1         UP_TO(4)
#define NEEDS_V2         UP_TO(6)

static void
note_field(const struct thrift_reader *reader, unsigned *found)
{
    if (reader->id > 0 && reader->id < 32)
        *found |= 1U << reader->id;
}

static void
check_fields(struct thrift_reader *reader, unsigned found, unsigned needs)
{
    if ((found & needs) != needs)
        reader->bad = true;
}

static void
get_v1(struct thrift_reader *reader, struct parquet_page_head *head)
{
    unsigned found = 0;

    thrift_enter(reader);
    while (thrift_next(reader)) {
        note_field(reader, &found);
        switch (reader->id) {
        case 1:
            head->values = (int32_t)thrift_int_in(reader, 0, INT32_MAX);
            break;
        case 2:
            head->encoding =
                (enum parquet_encoding)thrift_int_in(reader, 0, 255);
            break;
        case 3: /* of a dictionary: is_sorted */
            if (head->kind == PARQUET_DATA_PAGE)
                head->packed_levels = thrift_int(reader) != PARQUET_RLE;
            else
                thrift_skip(reader);
            break;
        default: thrift_skip(reader);
        }
    }
    check_fields(reader, found,
                 head->kind == PARQUET_DICTIONARY_PAGE ? NEEDS_DICTIONARY
                                                       : NEEDS_V1);
}

static void
get_v2(struct thrift_reader *reader, struct parquet_page_head *head)
{
    unsigned found = 0;

    thrift_enter(reader);
    while (thrift_next(reader)) {
        note_field(reader, &found);
        switch (reader->id) {
        case 1:
            head->values = (int32_t)thrift_int_in(reader, 0, INT32_MAX);
            break;
        case 2:
            head->nulls = (int32_t)thrift_int_in(reader, 0, INT32_MAX);
            break;
        case 3:
            head->rows = (int32_t)thrift_int_in(reader, 0, INT32_MAX);
            break;
        case 4:
            head->encoding =
                (enum parquet_encoding)thrift_int_in(reader, 0, 255);
            break;
        case 5:
            head->levels_size = (int32_t)thrift_int_in(reader, 0, INT32_MAX);
            break;
        case 6:
            head->repetition_size =
                (int32_t)thrift_int_in(reader, 0, INT32_MAX);
            break;
        case 7: head->compressed = thrift_bool(reader); break;
        default: thrift_skip(reader);
        }
    }
    check_fields(reader, found, NEEDS_V2);
}

static void
get_field(struct thrift_reader *reader, struct parquet_page_head *head,
          unsigned *found)
{
    note_field(reader, found);
    switch (reader->id) {
    case 1: head->kind = (enum parquet_page)thrift_int_in(reader, 0, 3); return;
    case 2:
        head->plain_size = (int32_t)thrift_int_in(reader, 0, INT32_MAX);
        return;
    case 3: head->size = (int32_t)thrift_int_in(reader, 0, INT32_MAX); return;
    case 4:
        head->check = (uint32_t)thrift_int_in(reader, INT32_MIN, INT32_MAX);
        head->has_check = true;
        return;
    case 5:
    case 7:
    case 8:
        if (reader->type != THRIFT_STRUCT)
            break;
        if (reader->id == 8)
            get_v2(reader, head);
        else
            get_v1(reader, head);
        return;
    default: break;
    }
    thrift_skip(reader);
}

long
parquet_page_parse(struct parquet_page_head *head, const void *bytes,
                   size_t size, struct failure *failure)
{
    static const unsigned needs[] = {
        [PARQUET_DATA_PAGE] = NEEDS_HEAD | 1U << 5,
        [PARQUET_INDEX_PAGE] = NEEDS_HEAD,
        [PARQUET_DICTIONARY_PAGE] = NEEDS_HEAD | 1U << 7,
        [PARQUET_DATA_PAGE_V2] = NEEDS_HEAD | 1U << 8,
    };
    struct thrift_reader reader;
    unsigned found = 0;

    memset(head, 0, sizeof *head);
    head->compressed = true;
    thrift_reader_init(&reader, bytes,
                       size < PAGE_HEAD_MAX ? size : PAGE_HEAD_MAX);
    thrift_enter(&reader);
    while (thrift_next(&reader))
        get_field(&reader, head, &found);
    assert(head->kind < sizeof needs / sizeof *needs);
    check_fields(&reader, found, needs[head->kind]);
    if (reader.bad)
        return fail(failure, FAILURE_DATA, "a page's head is damaged");
    return (long)(reader.at - reader.start);
}

void
parquet_column_index_format(const struct parquet_stats *stats,
                            struct bytes *out)
{
    struct thrift_writer writer = {.out = out};

    assert(stats->has_bounds);
    thrift_open(&writer);
    thrift_put_list(&writer, 1, THRIFT_TRUE, 1);
    thrift_element_bool(&writer, false); /* not all null */
    thrift_put_list(&writer, 2, THRIFT_BINARY, 1);
    thrift_element_binary(&writer, stats->min, stats->min_size);
    thrift_put_list(&writer, 3, THRIFT_BINARY, 1);
    thrift_element_binary(&writer, stats->max, stats->max_size);
    thrift_put_i32(&writer, 4, 1); /* ascending */
    thrift_put_list(&writer, 5, THRIFT_I64, 1);
    thrift_element_int(&writer, stats->nulls);
    thrift_close(&writer);
}

void
parquet_offset_index_format(int64_t offset, int32_t size, struct bytes *out)
{
    struct thrift_writer writer = {.out = out};

    thrift_open(&writer);
    thrift_put_list(&writer, 1, THRIFT_STRUCT, 1);
    thrift_open(&writer);
    thrift_put_i64(&writer, 1, offset);
    thrift_put_i32(&writer, 2, size);
    thrift_put_i64(&writer, 3, 0);
    thrift_close(&writer);
    thrift_close(&writer);
}
