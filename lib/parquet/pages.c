/* A chunk of a Parquet file: its pages, uncompressed, checked and read. */
#include "parquet/reader.h"

#include <assert.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "parquet/cursor.h"
#include "parquet/values.h"

#define PAGE_MAX       (256 * 1024 * 1024) /* bytes of a page, uncompressed */
#define PAGE_HEAD_ROOM 128 /* bytes, more than the head of our own pages */

_Static_assert(PARQUET_GROUP_ROWS <= PARQUET_READ_ROWS,
               "row groups that we write can be read");

/* ---- compression --------------------------------------------------------- */

/* All members of a gzip stream, one after the other; some writers make it one
 * of zlib. */
static bool
gunzip(const unsigned char *bytes, size_t length, unsigned char *out,
       size_t size)
{
    struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
    bool good = inflater && length > 0, gzip = good && bytes[0] == 0x1f;

    while (good && length > 0) {
        size_t took = 0, gave = 0;
        enum libdeflate_result result =
            gzip ? libdeflate_gzip_decompress_ex(inflater, bytes, length, out,
                                                 size, &took, &gave)
                 : libdeflate_zlib_decompress_ex(inflater, bytes, length, out,
                                                 size, &took, &gave);

        good = result == LIBDEFLATE_SUCCESS;
        bytes += took;
        length -= took;
        out += gave;
        size -= gave;
    }
    libdeflate_free_decompressor(inflater);
    return good && size == 0;
}

static const char *const codec_names[] = {
    "nothing", "Snappy", "gzip", "LZO", "Brotli", "LZ4", "zstd", "LZ4_RAW",
};
#define CODECS (sizeof codec_names / sizeof *codec_names)

/* Uncompresses to exactly size bytes at out. */
static int
uncompress_page(struct parquet_reader *reader, enum parquet_codec codec,
                const unsigned char *bytes, size_t length, unsigned char *out,
                size_t size, struct failure *failure)
{
    bool good = false;

    if (size == 0) /* some writers compress nothing to something */
        return 0;
    switch (codec) {
    case PARQUET_UNCOMPRESSED:
        good = length == size;
        if (good && size)
            memcpy(out, bytes, size);
        break;
    case PARQUET_ZSTD:
        good =
            ZSTD_decompressDCtx(reader->zstd, out, size, bytes, length) == size;
        break;
    case PARQUET_GZIP: good = gunzip(bytes, length, out, size); break;
    case PARQUET_LZ4_RAW: good = decode_lz4(bytes, length, out, size); break;
    case PARQUET_SNAPPY: good = decode_snappy(bytes, length, out, size); break;
    default:
        return fail(failure, FAILURE_DATA,
                    "compressed with %s, which this program cannot read",
                    (size_t)codec < CODECS ? codec_names[codec]
                                           : "something unknown");
    }
    return good ? 0
                : fail(failure, FAILURE_DATA,
                       "its compressed bytes are damaged");
}

/* ---- pages --------------------------------------------------------------- */

struct page_reader {
    struct parquet_reader *file;
    struct chunk_reader chunk;
    enum parquet_codec codec;
    uint32_t rows, done;
    struct parquet_cursor *cursor; /* to keep the page; NULL: none */
    bool kept;                     /* the cursor reads the page */
    struct failure *failure;
};

static int
damaged(struct page_reader *page, const char *what)
{
    return fail(page->failure, FAILURE_DATA, "%s: the file is damaged", what);
}

/* Where data pages go uncompressed. */
static struct bytes *
plain_of(struct page_reader *page)
{
    return page->cursor ? &page->cursor->page : &page->file->page;
}

/* The body uncompressed; the first lead bytes are not compressed. */
static int
open_page(struct page_reader *page, const struct parquet_page_head *head,
          const unsigned char *body, size_t lead, struct bytes *to)
{
    enum parquet_codec codec =
        head->compressed ? page->codec : PARQUET_UNCOMPRESSED;
    unsigned char *room;
    size_t plain = (size_t)head->plain_size, size = (size_t)head->size;

    if (plain > PAGE_MAX || lead > plain || lead > size)
        return damaged(page, "a page's head has impossible sizes");
    bytes_clear(to);
    room = bytes_room(to, plain + 8);
    if (!room)
        return fail_memory(page->failure);
    if (lead)
        memcpy(room, body, lead);
    to->size = plain;
    return uncompress_page(page->file, codec, body + lead, size - lead,
                           room + lead, plain - lead, page->failure);
}

static int
take_dictionary(struct page_reader *page, const struct parquet_page_head *head,
                const unsigned char *body)
{
    struct bytes *plain = &page->file->page;

    if (head->encoding != PARQUET_PLAIN &&
        head->encoding != PARQUET_PLAIN_DICTIONARY)
        return damaged(page, "a dictionary in an encoding without meaning");
    if (open_page(page, head, body, 0, plain) != 0)
        return -1;
    return chunk_reader_dictionary(&page->chunk, plain->bytes,
                                   plain->bytes + plain->size,
                                   (uint32_t)head->values, page->failure);
}

/* Marks which of the page's rows are null, from levels at [*at, end), unless
 * all are or none is; how many are not, or -1. */
static int64_t
take_levels(struct page_reader *page, uint32_t count, const unsigned char **at,
            const unsigned char *end)
{
    uint8_t *valid = page->chunk.out->valid.bytes + page->done;
    struct bytes *scratch = &page->file->levels;
    uint32_t *levels;
    int64_t found = 0;
    uint32_t all;

    assert(count <= page->chunk.out->values.count - page->done);
    if (decode_run(at, end, 1, &all, count)) {
        if (all > 1)
            return damaged(page, "a definition level above 1");
        return all ? count : 0;
    }
    bytes_clear(scratch);
    levels = (void *)bytes_room(scratch, count * 4UL + 4);
    if (!levels)
        return fail_memory(page->failure);
    if (!decode_hybrid(at, end, 1, levels, count))
        return damaged(page, "its definition levels are too few");
    for (uint32_t i = 0; i < count; i++) {
        valid[i] = levels[i] & 1;
        found += valid[i];
    }
    return found;
}

/* Spreads count values over the rows of the page that are not null. */
static void
spread(uint64_t *words, const uint8_t *valid, uint32_t rows, uint32_t count)
{
    for (uint32_t i = rows; i-- > 0 && count < i + 1;)
        words[i] = valid[i] ? words[--count] : 0;
}

/* Leaves the values in the page, if they can be decoded from there piece by
 * piece. */
static bool
keep_page(struct page_reader *page, enum parquet_encoding encoding,
          const unsigned char *at, const unsigned char *end)
{
    page->kept =
        page->cursor && parquet_cursor_begin(page->cursor, &page->chunk,
                                             encoding, at, end, page->rows);
    return page->kept;
}

static int
take_values(struct page_reader *page, const struct parquet_page_head *head,
            const unsigned char *at, const unsigned char *end, int64_t found)
{
    struct parquet_chunk_values *out = page->chunk.out;
    uint64_t *words = (uint64_t *)(void *)out->words.bytes + page->done;
    uint8_t *valid = out->valid.bytes + page->done;
    uint32_t rows = (uint32_t)head->values;

    if (found < 0)
        return -1;
    assert(rows <= out->values.count - page->done && found <= rows);
    out->values.nulls += rows - (uint32_t)found;
    page->done += rows;
    if (found == page->rows && keep_page(page, head->encoding, at, end))
        return 0;
    if (found == 0 || found == rows)
        memset(valid, found > 0, rows);
    if (found == 0 && rows == page->rows) /* words are not looked at */
        return 0;
    if (chunk_reader_values(&page->chunk, head->encoding, at, end, words,
                            (uint32_t)found, page->failure) != 0)
        return -1;
    if (found < rows)
        spread(words, valid, rows, (uint32_t)found);
    return 0;
}

static int
take_v1(struct page_reader *page, const struct parquet_page_head *head,
        const unsigned char *body)
{
    struct bytes *plain = plain_of(page);
    const unsigned char *at, *end, *values;
    int64_t found = head->values;
    uint32_t size;

    if (open_page(page, head, body, 0, plain) != 0)
        return -1;
    at = plain->bytes;
    end = at + plain->size;
    if (page->chunk.column->optional) {
        if (head->packed_levels)
            return fail(page->failure, FAILURE_DATA,
                        "levels in an encoding that this program cannot "
                        "read");
        if (end - at < 4)
            return damaged(page, "its definition levels are missing");
        memcpy(&size, at, 4);
        at += 4;
        if (size > (size_t)(end - at))
            return damaged(page, "its definition levels are cut off");
        values = at + size;
        found = take_levels(page, (uint32_t)head->values, &at, values);
        at = values;
    }
    return take_values(page, head, at, end, found);
}

static int
take_v2(struct page_reader *page, const struct parquet_page_head *head,
        const unsigned char *body)
{
    struct bytes *plain = plain_of(page);
    size_t lead = (size_t)head->levels_size + (size_t)head->repetition_size;
    const unsigned char *at, *end;
    int64_t found = head->values;

    if (open_page(page, head, body, lead, plain) != 0)
        return -1;
    at = plain->bytes + head->repetition_size;
    end = plain->bytes + plain->size;
    if (page->chunk.column->optional)
        found =
            take_levels(page, (uint32_t)head->values, &at, plain->bytes + lead);
    return take_values(page, head, plain->bytes + lead, end, found);
}

/* One page at *at; moves past it. */
static int
take_page(struct page_reader *page, const unsigned char **at,
          const unsigned char *end)
{
    struct parquet_page_head head;
    long length =
        parquet_page_parse(&head, *at, (size_t)(end - *at), page->failure);
    const unsigned char *body = *at + length;

    if (length < 0)
        return -1;
    if ((size_t)head.size > (size_t)(end - body))
        return damaged(page, "a page is longer than its column");
    *at = body + head.size;
    if (head.has_check &&
        head.check != libdeflate_crc32(0, body, (size_t)head.size))
        return damaged(page, "a page does not fit its CRC-32");
    if (head.kind == PARQUET_DICTIONARY_PAGE)
        return take_dictionary(page, &head, body);
    if (head.kind != PARQUET_DATA_PAGE && head.kind != PARQUET_DATA_PAGE_V2)
        return 0;
    if ((uint32_t)head.values > page->rows - page->done)
        return damaged(page, "more values than rows");
    return head.kind == PARQUET_DATA_PAGE ? take_v1(page, &head, body)
                                          : take_v2(page, &head, body);
}

static int
take_pages(struct page_reader *page, uint64_t start)
{
    const struct bytes *raw = &page->file->raw;
    const unsigned char *at = raw->bytes, *end = at + raw->size;

    while (page->done < page->rows) {
        const unsigned char *here = at;

        if (at == end)
            return damaged(page, "fewer values than rows");
        if (take_page(page, &at, end) != 0)
            return fail_at(page->failure, "page at byte %" PRIu64,
                           start + (uint64_t)(here - raw->bytes));
    }
    return 0;
}

/* ---- a chunk ------------------------------------------------------------- */

static int
make_room(struct parquet_chunk_values *out, uint32_t rows,
          struct failure *failure)
{
    bytes_clear(&out->words);
    bytes_clear(&out->valid);
    bytes_clear(&out->table);
    bytes_clear(&out->bytes);
    memset(&out->values, 0, sizeof out->values);
    if (!bytes_room(&out->words, rows * 8UL + 8) ||
        !bytes_room(&out->valid, rows + 8UL))
        return fail_memory(failure);
    out->values.words = (void *)out->words.bytes;
    out->values.valid = out->valid.bytes;
    out->values.count = rows;
    return 0;
}

static int
read_chunk(struct page_reader *page, const struct parquet_chunk *chunk)
{
    uint64_t start = (uint64_t)parquet_chunk_start(chunk);

    if (page->chunk.column->nested)
        return fail(page->failure, FAILURE_DATA,
                    "it is nested, which this program cannot read");
    if (page->rows > PARQUET_READ_ROWS)
        return fail(page->failure, FAILURE_DATA,
                    "a row group of %u rows; this program reads at most %d",
                    page->rows, PARQUET_READ_ROWS);
    if (make_room(page->chunk.out, page->rows, page->failure) != 0)
        return -1;
    if (page->rows == 0)
        return 0;
    if (parquet_reader_at(page->file, start, (size_t)chunk->size,
                          &page->file->raw, page->failure) != 0)
        return -1;
    return take_pages(page, start);
}

static struct page_reader
page_reader_of(struct parquet_reader *reader, uint32_t group, unsigned column,
               struct parquet_chunk_values *out, struct failure *failure)
{
    const struct parquet_group *rows = &reader->footer.groups[group];

    assert(group < reader->footer.group_count);
    assert(column < reader->footer.column_count);
    return (struct page_reader){
        .file = reader,
        .chunk = {.column = &reader->footer.columns[column], .out = out},
        .codec = rows->chunks[column].codec,
        .rows = (uint32_t)rows->rows,
        .failure = failure,
    };
}

static int
end_chunk(struct page_reader *page, uint32_t group, int result)
{
    free(page->chunk.dictionary);
    if (result < 0)
        return fail_at(page->failure, "%s: row group %u, column '%s'",
                       page->file->input.name, group, page->chunk.column->name);
    chunk_reader_finish(&page->chunk);
    return result;
}

int
parquet_reader_chunk(struct parquet_reader *reader, uint32_t group,
                     unsigned column, struct parquet_chunk_values *out,
                     struct failure *failure)
{
    const struct parquet_chunk *chunk =
        &reader->footer.groups[group].chunks[column];
    struct page_reader page =
        page_reader_of(reader, group, column, out, failure);

    return end_chunk(&page, group, read_chunk(&page, chunk));
}

int
parquet_cursor_open(struct parquet_cursor *cursor,
                    struct parquet_reader *reader, uint32_t group,
                    unsigned column, struct failure *failure)
{
    const struct parquet_chunk *chunk =
        &reader->footer.groups[group].chunks[column];
    const struct parquet_values *values = &cursor->chunk.values;
    struct page_reader page =
        page_reader_of(reader, group, column, &cursor->chunk, failure);
    int result;

    page.cursor = cursor;
    result = read_chunk(&page, chunk);
    free((void *)(uintptr_t)cursor->table.words);
    cursor->table = (struct hybrid_table){page.chunk.dictionary,
                                          page.chunk.dictionary_count, 0};
    page.chunk.dictionary = NULL;
    if (!page.kept)
        cursor->way = values->nulls == values->count ? PARQUET_CURSOR_NULL
                                                     : PARQUET_CURSOR_WORDS;
    if (end_chunk(&page, group, result) != 0)
        return -1;
    parquet_cursor_rewind(cursor);
    return 0;
}

/* The dictionary page, when the one page after it has all rows as indices to
 * it: 1; 0 when not; -1. */
static int
read_dictionary(struct page_reader *page, const struct parquet_chunk *chunk)
{
    int64_t start = chunk->dictionary_offset;
    const unsigned char *at, *end;
    struct parquet_page_head head;
    struct failure ignored = {0};
    uint64_t size;

    if (make_room(page->chunk.out, 0, page->failure) != 0)
        return -1;
    if (start == 0 || chunk->data_offset <= start ||
        chunk->data_offset - start > chunk->size)
        return 0;
    size = (uint64_t)(chunk->data_offset - start) + PAGE_HEAD_ROOM;
    if (size > (uint64_t)chunk->size)
        size = (uint64_t)chunk->size;
    if (parquet_reader_at(page->file, (uint64_t)start, size, &page->file->raw,
                          page->failure) != 0)
        return -1;
    at = page->file->raw.bytes;
    end = at + size;
    if (parquet_page_parse(&head, at, (size_t)(chunk->data_offset - start),
                           &ignored) > 0 &&
        head.kind != PARQUET_DICTIONARY_PAGE)
        return 0; /* nor is there room for the values of another page */
    if (take_page(page, &at, at + (chunk->data_offset - start)) != 0)
        return fail_at(page->failure, "page at byte %" PRId64, start);
    return page->chunk.has_dictionary &&
           parquet_page_parse(&head, at, (size_t)(end - at), &ignored) > 0 &&
           head.kind == PARQUET_DATA_PAGE &&
           head.encoding == PARQUET_RLE_DICTIONARY &&
           (uint32_t)head.values == page->rows;
}

int
parquet_reader_dictionary(struct parquet_reader *reader, uint32_t group,
                          unsigned column, struct parquet_chunk_values *out,
                          struct failure *failure)
{
    const struct parquet_chunk *chunk =
        &reader->footer.groups[group].chunks[column];
    struct page_reader page =
        page_reader_of(reader, group, column, out, failure);

    return end_chunk(&page, group, read_dictionary(&page, chunk));
}
