/* Parquet as others write it: the examples of Encodings.md, byte by byte, in
 * pages of both versions, put into files by hand. */
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "parquet/bloom.h"
#include "parquet/cursor.h"
#include "parquet/decode.h"
#include "parquet/encode.h"
#include "parquet/reader.h"
#include "parquet/thrift.h"
#include "tap.h"

static char path[] = "/tmp/xtape-foreign-XXXXXX";

/* The bytes of a page before compression, and how it is to be read. */
struct foreign {
    enum parquet_physical physical;
    enum parquet_encoding encoding;
    enum parquet_codec codec;
    unsigned rows, nulls;
    const char *levels; /* NULL: a required column */
    size_t levels_size;
    const char *values;
    size_t size;
    bool packed; /* the page says itself that it is compressed */
};

#define BYTES(text)  .values = (text), .size = sizeof(text) - 1
#define LEVELS(text) .levels = (text), .levels_size = sizeof(text) - 1

static void
put_head_v2(struct bytes *out, const struct foreign *page, size_t plain,
            size_t size)
{
    struct thrift_writer writer = {.out = out};

    thrift_open(&writer);
    thrift_put_i32(&writer, 1, PARQUET_DATA_PAGE_V2);
    thrift_put_i32(&writer, 2, (int32_t)plain);
    thrift_put_i32(&writer, 3, (int32_t)size);
    thrift_put_struct(&writer, 8);
    thrift_put_i32(&writer, 1, (int32_t)page->rows);
    thrift_put_i32(&writer, 2, (int32_t)page->nulls);
    thrift_put_i32(&writer, 3, (int32_t)page->rows);
    thrift_put_i32(&writer, 4, (int32_t)page->encoding);
    thrift_put_i32(&writer, 5, (int32_t)page->levels_size);
    thrift_put_i32(&writer, 6, 0);
    thrift_put_bool(&writer, 7, page->packed);
    thrift_close(&writer);
    thrift_close(&writer);
}

static void
put_packed(struct bytes *out, const struct foreign *page, const void *bytes,
           size_t size)
{
    char room[256];

    if (page->codec != PARQUET_ZSTD || !page->packed)
        bytes_put(out, bytes, size);
    else
        bytes_put(out, room, ZSTD_compress(room, sizeof room, bytes, size, 1));
}

/* A page of version 2: its levels are never compressed. */
static void
put_v2(struct bytes *out, const struct foreign *page)
{
    struct bytes body = {0};

    bytes_put(&body, page->levels ? page->levels : "", page->levels_size);
    put_packed(&body, page, page->values, page->size);
    put_head_v2(out, page, page->levels_size + page->size, body.size);
    bytes_put(out, body.bytes, body.size);
    bytes_free(&body);
}

/* One of version 1: the length of the levels, levels and values in one. */
static void
put_v1(struct bytes *out, const struct foreign *page)
{
    struct bytes plain = {0}, body = {0};
    uint32_t size = (uint32_t)page->levels_size;
    struct parquet_page_head head = {.kind = PARQUET_DATA_PAGE,
                                     .values = (int32_t)page->rows,
                                     .encoding = page->encoding};

    if (page->levels) {
        bytes_put(&plain, &size, 4);
        bytes_put(&plain, page->levels, page->levels_size);
    }
    bytes_put(&plain, page->values, page->size);
    put_packed(&body, page, plain.bytes, plain.size);
    head.plain_size = (int32_t)plain.size;
    head.size = (int32_t)body.size;
    head.check = libdeflate_crc32(0, body.bytes, body.size);
    parquet_page_format(&head, out);
    bytes_put(out, body.bytes, body.size);
    bytes_free(&plain);
    bytes_free(&body);
}

static void
write_file(const struct foreign *page, unsigned version)
{
    struct bytes out = {0};
    struct parquet_column column = {.name = "c",
                                    .physical = page->physical,
                                    .optional = page->levels != NULL};
    struct parquet_chunk chunk = {.codec = page->codec,
                                  .values = page->rows,
                                  .data_offset = 4,
                                  .encoding = page->encoding};
    struct parquet_group group = {.rows = page->rows, .chunks = &chunk};
    struct parquet_footer footer = {.columns = &column,
                                    .column_count = 1,
                                    .rows = page->rows,
                                    .groups = &group,
                                    .group_count = 1,
                                    .created_by = (char[]){"others"}};
    FILE *file;
    uint32_t size;

    unlink(path); /* file systems hurry to write one that is cut to nothing */
    file = fopen(path, "w");
    bytes_put(&out, PARQUET_MAGIC, 4);
    if (version == 1)
        put_v1(&out, page);
    else
        put_v2(&out, page);
    size = (uint32_t)out.size;
    chunk.size = chunk.plain_size = (int64_t)out.size - 4;
    parquet_footer_format(&footer, &out);
    size = (uint32_t)out.size - size;
    bytes_put(&out, &size, 4);
    bytes_put(&out, PARQUET_MAGIC, 4);
    if (!file || fwrite(out.bytes, 1, out.size, file) != out.size ||
        fclose(file) != 0)
        abort();
    bytes_free(&out);
}

/* Whether a row is what it should be: "" is null, or the text, or the number in
 * decimal. */
static bool
is_row(const struct parquet_values *values, unsigned row, const char *want)
{
    const struct parquet_text *text;

    if (!values->valid[row])
        return *want == '\0';
    if (values->table_count == 0)
        return *want && values->words[row] == strtoull(want, NULL, 0);
    text = &values->table[values->words[row]];
    return text->size == strlen(want) &&
           memcmp(text->bytes, want, text->size) == 0;
}

/* Reads the one column: 1 when its rows are those in want; 0 when the file is
 * refused as damaged; -1. */
static int
read_file(const char *const *want, unsigned rows)
{
    struct failure failure = {0};
    struct parquet_reader reader = {0};
    struct parquet_chunk_values chunk = {0};
    int result = -1;

    if (parquet_reader_open(&reader, path, &failure) == 0 &&
        parquet_reader_chunk(&reader, 0, 0, &chunk, &failure) == 0) {
        result = chunk.values.count == rows;
        for (unsigned i = 0; result == 1 && i < rows; i++)
            if (!is_row(&chunk.values, i, want[i]))
                result = -1;
    } else if (failure.kind == FAILURE_DATA) {
        result = 0;
    }
    if (result < 0)
        tap_note("%s", failure.text);
    parquet_chunk_values_free(&chunk);
    parquet_reader_close(&reader);
    return result;
}

/* In a page of version 1, and in one of version 2, packed and not. */
static bool
reads(struct foreign page, const char *const *want)
{
    bool good = true;

    for (unsigned version = 1; version <= 2; version++) {
        for (unsigned packed = 0; packed < 2; packed++) {
            /* what version 1 packs only the chunk knows */
            page.packed = packed;
            page.codec =
                packed || version == 2 ? PARQUET_ZSTD : PARQUET_UNCOMPRESSED;
            write_file(&page, version);
            good &= read_file(want, page.rows) == 1;
        }
    }
    return good;
}

/* ---- the examples of Encodings.md ---------------------------------------- */

#define LIST(...) ((const char *const[]){__VA_ARGS__})

static void
test_numbers(void)
{
    /* 8 values, the first 7; least difference -2, of the rest 2 bits each */
    OK("DELTA_BINARY_PACKED is read as its example says",
       reads((struct foreign){PARQUET_INT64, PARQUET_DELTA, .rows = 8,
                              BYTES("\x80\x01\x04\x08\x0e\x03\x02\0\0\0"
                                    "\xc0\x3f\0\0\0\0\0\0")},
             LIST("7", "5", "3", "1", "2", "3", "4", "5")));
    OK("BYTE_STREAM_SPLIT has the first bytes first",
       reads((struct foreign){PARQUET_FLOAT, PARQUET_SPLIT, .rows = 3,
                              BYTES("\xaa\x00\xa3\xbb\x11\xb4"
                                    "\xcc\x22\xc5\xdd\x33\xd6")},
             LIST("0xddccbbaa", "0x33221100", "0xd6c5b4a3")));
    OK("booleans are bits, or runs",
       reads((struct foreign){PARQUET_BOOLEAN, PARQUET_PLAIN, .rows = 9,
                              BYTES("\x8d\x01")},
             LIST("1", "0", "1", "1", "0", "0", "0", "1", "1")) &&
           reads((struct foreign){PARQUET_BOOLEAN, PARQUET_RLE, .rows = 4,
                                  BYTES("\x04\0\0\0\x06\x01\x02\x00")},
                 LIST("1", "1", "1", "0")));
    OK("nulls are where the levels say",
       reads((struct foreign){PARQUET_INT32, PARQUET_PLAIN, .rows = 5,
                              .nulls = 3, LEVELS("\x03\x12"),
                              BYTES("\x2a\0\0\0\x07\0\0\0")},
             LIST("", "42", "", "", "7")));
}

static void
test_texts(void)
{
    OK("DELTA_LENGTH_BYTE_ARRAY is read as its example says",
       reads((struct foreign){PARQUET_BYTE_ARRAY, PARQUET_DELTA_LENGTH,
                              .rows = 4,
                              BYTES("\x80\x01\x04\x04\x0a\0\x01\0\0\0"
                                    "\x02\0\0\0"
                                    "HelloWorldFoobarABCDEF")},
             LIST("Hello", "World", "Foobar", "ABCDEF")));
    /* prefixes 0 2 0 3: differences 2 -2 3 from -2 on: 4 0 5, 3 bits each;
     * suffixes 4 2 6 5: -2 4 -1 from -2 on: 0 6 1 */
    OK("DELTA_BYTE_ARRAY is read as its example says",
       reads((struct foreign){PARQUET_BYTE_ARRAY, PARQUET_DELTA_BYTES,
                              .rows = 4,
                              BYTES("\x80\x01\x04\x04\0\x03\x03\0\0\0"
                                    "\x44\x01\0\0\0\0\0\0\0\0\0\0"
                                    "\x80\x01\x04\x04\x08\x03\x03\0\0\0"
                                    "\x70\0\0\0\0\0\0\0\0\0\0\0"
                                    "axislebabbleyhood")},
             LIST("axis", "axle", "babble", "babyhood")));
    OK("a prefix longer than the text before it is damage",
       (write_file(&(struct foreign){PARQUET_BYTE_ARRAY, PARQUET_DELTA_BYTES,
                                     .rows = 1,
                                     BYTES("\x80\x01\x04\x01\x02"
                                           "\x80\x01\x04\x01\x02x")},
                   2),
        read_file(NULL, 1) == 0));
}

/* Each text the whole one before it: a small file, texts without end. */
static void
test_swelling(void)
{
    enum { SIZE = 8 << 20, TEXTS = 33 };
    uint64_t prefixes[TEXTS] = {0}, suffixes[TEXTS] = {SIZE};
    struct bytes out = {0};
    char *text = calloc(SIZE, 1);
    struct foreign page = {PARQUET_BYTE_ARRAY, PARQUET_DELTA_BYTES,
                           .rows = TEXTS};

    for (unsigned i = 1; i < TEXTS; i++)
        prefixes[i] = SIZE;
    encode_delta(prefixes, TEXTS, 64, DELTA_BYTES, &out);
    encode_delta(suffixes, TEXTS, 64, DELTA_BYTES, &out);
    bytes_put(&out, text, SIZE);
    page.values = (const char *)out.bytes;
    page.size = out.size;
    write_file(&page, 1);
    OK("texts of more than 256 MiB in a chunk are refused",
       read_file(NULL, TEXTS) == 0);
    bytes_free(&out);
    free(text);
}

/* ---- what pages say ------------------------------------------------------ */

static void
test_pages(void)
{
    struct foreign page = {PARQUET_INT64, PARQUET_PLAIN, .rows = 1,
                           BYTES("\x01\0\0\0\0\0\0\0")};

    page.levels = "";
    page.levels_size = 0;
    write_file(&page, 2);
    OK("levels that are missing are damage", read_file(LIST("1"), 1) == 0);
    page.levels = NULL;
    page.size = 7;
    write_file(&page, 2);
    OK("so are values that are cut off", read_file(LIST("1"), 1) == 0);
}

/* ---- runs ---------------------------------------------------------------- */

/* A packed group that a short run follows, of bits. */
static void
test_runs(void)
{
    static const unsigned char bytes[] = {0x03, 0xaa, 0x04, 0x01, 0x02, 0x00};
    const unsigned char *at = bytes;
    uint32_t values[11], long_run[500];
    struct bytes out = {0};
    bool same = decode_hybrid(&at, bytes + sizeof bytes, 1, values, 11);

    for (uint32_t i = 0; i < 11; i++)
        same &= values[i] == (i < 8 ? i % 2 : i < 10);
    OK("a packed group ends where a run begins", same);
    for (uint32_t i = 0; i < 500; i++)
        long_run[i] = i < 100 ? i : 7;
    encode_hybrid(long_run, 500, 8, &out);
    OK("equal values are written as a run", out.size < 120);
    bytes_free(&out);
}

/* ---- what is ours: the check of a footer, Bloom filters -------------------
 */

static void
test_footer_check(void)
{
    char footer[] = "...\x18\x0bxtape.check\x18\x10----------------..";
    unsigned char *bytes = (unsigned char *)footer;
    size_t size = sizeof footer - 1;
    bool found = true;

    parquet_footer_seal(bytes, size);
    OK("a sealed footer fits",
       !strstr(footer, PARQUET_NO_CHECK) && parquet_footer_fits(bytes, size));
    for (size_t i = 0; i < 3; i++) {
        parquet_footer_seal(bytes, size);
        footer[i] ^= 1;
        found &= !parquet_footer_fits(bytes, size);
    }
    OK("a change of it does not", found);
}

static void
test_bloom_head(void)
{
    uint32_t blocks;

    OK("a Bloom filter of the one kind there is, is read",
       parquet_bloom_parse("\x15\x40\x1c\x1c\0\0\x1c\x1c\0\0\x1c\x1c\0\0\0", 15,
                           &blocks) == 15 &&
           blocks == 32);
    OK("one whose kind is no union is not",
       parquet_bloom_parse("\x15\x40\x11\x11\x11\0", 6, &blocks) < 0);
    OK("nor one of another hash",
       parquet_bloom_parse("\x15\x40\x1c\x1c\0\0\x1c\x2c\0\0\x1c\x1c\0\0\0", 15,
                           &blocks) < 0);
}

int
main(void)
{
    int fd = mkstemp(path);

    if (fd < 0 || close(fd) != 0)
        return 1;
    test_numbers();
    test_texts();
    test_swelling();
    test_pages();
    test_runs();
    test_footer_check();
    test_bloom_head();
    unlink(path);
    return tap_done();
}
