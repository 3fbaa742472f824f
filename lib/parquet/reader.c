#include "parquet/reader.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>
#include <zstd.h>

#include "parquet/bloom.h"

#define TAIL       8 /* length of the footer, magic */
#define FOOTER_MAX (256 * 1024 * 1024)

_Static_assert(TAIL == sizeof(uint32_t) + sizeof PARQUET_MAGIC - 1,
               "the length and the magic");

int
parquet_reader_at(struct parquet_reader *reader, uint64_t offset, size_t size,
                  struct bytes *to, struct failure *failure)
{
    unsigned char *room;

    bytes_clear(to);
    room = bytes_room(to, size);
    if (!room)
        return fail_memory(failure);
    while (to->size < size) {
        ssize_t count = pread(reader->input.fd, room + to->size,
                              size - to->size, (off_t)(offset + to->size));

        if (count < 0)
            return fail_errno(failure, "cannot read it");
        if (count == 0)
            return fail(failure, FAILURE_DATA,
                        "it ends at byte %" PRIu64 ", while being read",
                        offset + to->size);
        to->size += (size_t)count;
    }
    return 0;
}

static int
read_footer(struct parquet_reader *reader, struct failure *failure)
{
    uint64_t size = reader->input.size;
    struct bytes *raw = &reader->raw;
    uint32_t length;

    if (!reader->input.regular || size < 4 + TAIL)
        return fail(failure, FAILURE_DATA,
                    "byte %" PRIu64 ": it ends: it is no Parquet file, or is "
                    "cut off",
                    size);
    if (parquet_reader_at(reader, 0, 4, raw, failure) != 0)
        return -1;
    if (memcmp(raw->bytes, "PARE", 4) == 0)
        return fail(failure, FAILURE_DATA,
                    "its footer is encrypted, which this program cannot read");
    if (memcmp(raw->bytes, PARQUET_MAGIC, 4) != 0)
        return fail(failure, FAILURE_DATA,
                    "byte 0: it is no Parquet file, or is damaged");
    if (parquet_reader_at(reader, size - TAIL, TAIL, raw, failure) != 0)
        return -1;
    memcpy(&length, raw->bytes, 4);
    if (memcmp(raw->bytes + 4, PARQUET_MAGIC, 4) != 0)
        return fail(failure, FAILURE_DATA,
                    "byte %" PRIu64 ": it does not end as a Parquet file "
                    "does: it is cut off or damaged",
                    size - 4);
    if (length > size - 4 - TAIL || length > FOOTER_MAX)
        return fail(failure, FAILURE_DATA,
                    "byte %" PRIu64 ": its footer is longer than the file: it "
                    "is damaged",
                    size - TAIL);
    if (parquet_reader_at(reader, size - TAIL - length, length, raw, failure) !=
        0)
        return -1;
    if (!parquet_footer_fits(raw->bytes, length))
        return fail(failure, FAILURE_DATA,
                    "byte %" PRIu64 ": the footer does not fit its check: it "
                    "is damaged",
                    size - TAIL - length);
    if (parquet_footer_parse(&reader->footer, raw->bytes, length,
                             size - TAIL - length, failure) != 0)
        return fail_at(failure, "byte %" PRIu64, size - TAIL - length);
    return 0;
}

int
parquet_reader_take(struct parquet_reader *reader, struct input *input,
                    struct failure *failure)
{
    memset(reader, 0, sizeof *reader);
    reader->input = *input;
    reader->zstd = ZSTD_createDCtx();
    if (!reader->zstd)
        return fail_memory(failure);
    if (read_footer(reader, failure) != 0)
        return fail_at(failure, "%s", input->name);
    return 0;
}

int
parquet_reader_open(struct parquet_reader *reader, const char *path,
                    struct failure *failure)
{
    struct input input;

    memset(reader, 0, sizeof *reader);
    if (input_open(&input, path, failure) != 0)
        return -1;
    return parquet_reader_take(reader, &input, failure);
}

int
parquet_reader_share(struct parquet_reader *reader,
                     const struct parquet_reader *first,
                     struct failure *failure)
{
    *reader = (struct parquet_reader){.input = first->input,
                                      .footer = first->footer,
                                      .zstd = ZSTD_createDCtx(),
                                      .shares = true};
    return reader->zstd ? 0 : fail_memory(failure);
}

void
parquet_reader_close(struct parquet_reader *reader)
{
    if (reader->input.name && !reader->shares)
        input_close(&reader->input);
    if (!reader->shares)
        parquet_footer_free(&reader->footer);
    bytes_free(&reader->raw);
    bytes_free(&reader->page);
    bytes_free(&reader->levels);
    ZSTD_freeDCtx(reader->zstd);
    memset(reader, 0, sizeof *reader);
}

void
parquet_chunk_values_free(struct parquet_chunk_values *chunk)
{
    bytes_free(&chunk->words);
    bytes_free(&chunk->valid);
    bytes_free(&chunk->table);
    bytes_free(&chunk->bytes);
    memset(chunk, 0, sizeof *chunk);
}

int
parquet_reader_may_have(struct parquet_reader *reader, uint32_t group,
                        unsigned column, uint64_t value,
                        struct failure *failure)
{
    const struct parquet_chunk *chunk =
        &reader->footer.groups[group].chunks[column];
    uint64_t start = (uint64_t)chunk->bloom_offset, hash = bloom_hash(value);
    struct bytes *raw = &reader->raw;
    uint32_t size;
    long head;

    assert(group < reader->footer.group_count);
    assert(column < reader->footer.column_count);
    if (chunk->bloom_offset <= 0 || chunk->bloom_size <= BLOOM_HEAD_MAX / 2 ||
        start + (uint64_t)chunk->bloom_size > reader->input.size)
        return 1;
    if (parquet_reader_at(reader, start, (uint64_t)chunk->bloom_size, raw,
                          failure) != 0)
        return fail_at(failure, "%s", reader->input.name);
    head = parquet_bloom_parse(raw->bytes, raw->size, &size);
    if (head < 0 || (uint64_t)head + size != (uint64_t)chunk->bloom_size ||
        (chunk->bloom_check &&
         chunk->bloom_check != XXH3_64bits(raw->bytes, raw->size)))
        return fail(failure, FAILURE_DATA,
                    "%s: byte %" PRIu64 ": a Bloom filter is damaged",
                    reader->input.name, start);
    return bloom_has(raw->bytes + head + bloom_block(hash, size), hash);
}
