#include "store/parquet_writer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "store/encode.h"
#include "store/parquet_bounds.h"

#define TRIAL_EVERY 32 /* row groups */
#define LEVEL_FAST  1
#define LEVEL_SLOW  3
#define SLOW_WORTH  98 /* per cent of the size that the fast level gives */

/* Texts in a dictionary are read so much faster that it may be larger by a
 * 64th and so many bytes. */
#define DICTIONARY_GIFT 128

/* Ways to encode a chunk, in the order in which they are tried. */
enum way {
    WAY_PLAIN,
    WAY_DELTA,
    WAY_DICTIONARY, /* indices as narrow as can be */
    WAY_ALIGNED,    /* indices of whole bytes: zstd sees them as symbols */
    WAY_COUNT,
    WAY_UNKNOWN = WAY_COUNT,
};

/* ---- scratch ------------------------------------------------------------- */

int
parquet_scratch_init(struct parquet_scratch *scratch, struct failure *failure)
{
    memset(scratch, 0, sizeof *scratch);
    scratch->words =
        allocate(failure, PARQUET_GROUP_ROWS, sizeof *scratch->words);
    scratch->levels =
        allocate(failure, PARQUET_GROUP_ROWS, sizeof *scratch->levels);
    scratch->zstd = ZSTD_createCCtx();
    if (!scratch->zstd)
        fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    return dictionary_init(&scratch->dictionary, PARQUET_GROUP_ROWS, failure);
}

void
parquet_scratch_free(struct parquet_scratch *scratch)
{
    dictionary_free(&scratch->dictionary);
    free(scratch->words);
    free(scratch->levels);
    for (int i = 0; i < 2; i++) {
        growing_free(&scratch->pages[i]);
        growing_free(&scratch->trial[i]);
    }
    growing_free(&scratch->plain);
    growing_free(&scratch->packed);
    ZSTD_freeCCtx(scratch->zstd);
    memset(scratch, 0, sizeof *scratch);
}

/* ---- one chunk ----------------------------------------------------------- */

struct chunk_job {
    const struct parquet_column *column;
    const struct parquet_values *values;
    struct parquet_scratch *scratch;
    struct failure *failure;
    const uint64_t *words; /* without nulls */
    size_t count;
    bool has_dictionary;
};

/* The levels of the chunk and its words without nulls. */
static void
drop_nulls(struct chunk_job *job)
{
    const struct parquet_values *values = job->values;
    uint64_t *words = job->scratch->words;
    size_t count = 0;

    job->words = values->words;
    job->count = values->count;
    if (values->nulls == 0)
        return;
    for (uint32_t i = 0; i < values->count; i++) {
        words[count] = values->words[i];
        count += values->valid[i];
    }
    job->words = words;
    job->count = count;
}

static void
put_levels(const struct chunk_job *job, struct growing *out)
{
    uint32_t *levels = job->scratch->levels;
    size_t start = out->size;
    uint32_t size;

    if (!job->column->optional)
        return;
    growing_put(out, "\0\0\0", 4);
    if (job->values->nulls == 0 || job->values->nulls == job->values->count) {
        encode_run(job->values->nulls == 0, job->values->count, 1, out);
    } else {
        for (uint32_t i = 0; i < job->values->count; i++)
            levels[i] = job->values->valid[i];
        encode_hybrid(levels, job->values->count, 1, out);
    }
    if (out->failed)
        return;
    size = (uint32_t)(out->size - start - 4);
    memcpy(out->bytes + start, &size, 4);
}

static void
put_plain(const struct chunk_job *job, const uint64_t *words, size_t count,
          struct growing *out)
{
    const struct parquet_text *table = job->values->table;
    unsigned char *room;

    switch (job->column->physical) {
    case PARQUET_INT64: growing_put(out, words, count * 8); return;
    case PARQUET_INT32:
        room = growing_room(out, count * 4);
        for (size_t i = 0; room && i < count; i++)
            memcpy(room + i * 4, &words[i], 4);
        out->size += count * 4;
        return;
    case PARQUET_BYTE_ARRAY:
    case PARQUET_FIXED:
        for (size_t i = 0; i < count; i++) {
            const struct parquet_text *text = &table[words[i]];

            if (job->column->physical == PARQUET_BYTE_ARRAY)
                growing_put(out, &text->size, 4);
            growing_put(out, text->bytes, text->size);
        }
        return;
    case PARQUET_BOOLEAN:
    case PARQUET_INT96:
    case PARQUET_FLOAT:
    case PARQUET_DOUBLE: break;
    }
}

static bool
is_text(const struct parquet_column *column)
{
    return column->physical == PARQUET_BYTE_ARRAY ||
           column->physical == PARQUET_FIXED;
}

static bool
possible(const struct chunk_job *job, enum way way)
{
    switch (way) {
    case WAY_PLAIN: return true;
    case WAY_DELTA:
        return job->column->physical == PARQUET_INT32 ||
               job->column->physical == PARQUET_INT64;
    case WAY_DICTIONARY: return job->has_dictionary;
    case WAY_ALIGNED:
        return job->has_dictionary &&
               bit_width(job->scratch->dictionary.count - 1) % 8;
    case WAY_COUNT: break;
    }
    return false;
}

static unsigned
index_width(const struct chunk_job *job, enum way way)
{
    unsigned width = bit_width(job->scratch->dictionary.count - 1);

    if (width == 0)
        width = 1;
    return way == WAY_ALIGNED ? (width + 7) / 8 * 8 : width;
}

/* The body of the data page, not compressed. */
static void
put_body(const struct chunk_job *job, enum way way, struct growing *out)
{
    put_levels(job, out);
    if (way == WAY_PLAIN) {
        put_plain(job, job->words, job->count, out);
    } else if (way == WAY_DELTA) {
        encode_delta(job->words, job->count,
                     job->column->physical == PARQUET_INT32 ? 32 : 64, out);
    } else {
        unsigned width = index_width(job, way);

        growing_put_byte(out, width);
        encode_hybrid(job->scratch->dictionary.indices, job->count, width, out);
    }
}

/* Appends a page: head and the compressed body.  0 or -1. */
static int
put_page(const struct chunk_job *job, struct parquet_page_head *head,
         const struct growing *body, unsigned level, struct growing *out)
{
    struct growing *packed = &job->scratch->packed;
    size_t bound = ZSTD_compressBound(body->size);
    size_t size;

    growing_clear(packed);
    if (growing_ok(body, job->failure) != 0 || !growing_room(packed, bound))
        return fail(job->failure, FAILURE_ENVIRONMENT, "out of memory");
    size = ZSTD_compressCCtx(job->scratch->zstd, packed->bytes, bound,
                             body->bytes, body->size, (int)level);
    if (ZSTD_isError(size))
        return fail(job->failure, FAILURE_ENVIRONMENT, "zstd: %s",
                    ZSTD_getErrorName(size));
    head->plain_size = (int32_t)body->size;
    head->size = (int32_t)size;
    head->check = (uint32_t)crc32_z(0, packed->bytes, size);
    parquet_page_format(head, out);
    growing_put(out, packed->bytes, size);
    return growing_ok(out, job->failure);
}

/* Encodes the chunk one way: pages[0] becomes the dictionary page, empty
 * without one, pages[1] the data page; *plain the size uncompressed. */
static int
encode_chunk(const struct chunk_job *job, enum way way, unsigned level,
             struct growing pages[2], int64_t *plain)
{
    const struct dictionary *dictionary = &job->scratch->dictionary;
    struct growing *body = &job->scratch->plain;
    struct parquet_page_head head = {.values = (int32_t)job->values->count};

    growing_clear(&pages[0]);
    growing_clear(&pages[1]);
    *plain = 0;
    head.encoding = way == WAY_DELTA ? PARQUET_DELTA : PARQUET_PLAIN;
    if (way >= WAY_DICTIONARY) {
        struct parquet_page_head first = {.kind = PARQUET_DICTIONARY_PAGE,
                                          .values = (int32_t)dictionary->count};

        growing_clear(body);
        put_plain(job, dictionary->values, dictionary->count, body);
        if (put_page(job, &first, body, level, &pages[0]) != 0)
            return -1;
        *plain = (int64_t)pages[0].size - first.size + first.plain_size;
        head.encoding = PARQUET_RLE_DICTIONARY;
    }
    growing_clear(body);
    put_body(job, way, body);
    if (put_page(job, &head, body, level, &pages[1]) != 0)
        return -1;
    *plain += (int64_t)pages[1].size - head.size + head.plain_size;
    return 0;
}

/* Finds the way and the level that give the fewest bytes. */
static int
try_all(const struct chunk_job *job, struct parquet_choice *choice)
{
    struct growing *pages = job->scratch->trial;
    size_t least = SIZE_MAX, size;
    int64_t plain;

    for (enum way way = WAY_PLAIN; way < WAY_COUNT; way++) {
        if (!possible(job, way))
            continue;
        if (encode_chunk(job, way, LEVEL_FAST, pages, &plain) != 0)
            return -1;
        size = pages[0].size + pages[1].size;
        if (size < least || (way == WAY_DICTIONARY && is_text(job->column) &&
                             size - least < least / 64 + DICTIONARY_GIFT)) {
            least = size;
            *choice = (struct parquet_choice){(uint8_t)way, LEVEL_FAST};
        }
    }
    if (encode_chunk(job, (enum way)choice->way, LEVEL_SLOW, pages, &plain) !=
        0)
        return -1;
    if ((pages[0].size + pages[1].size) * 100 < least * SLOW_WORTH)
        choice->level = LEVEL_SLOW;
    return 0;
}

/* ---- the file ------------------------------------------------------------ */

static int
put_file(struct parquet_writer *writer, const void *bytes, size_t size)
{
    sha256_add(&writer->hash, bytes, size);
    writer->size += size;
    return output_put(writer->output, bytes, size);
}

int
parquet_writer_init(struct parquet_writer *writer, struct output *output,
                    struct parquet_scratch *scratch,
                    const struct parquet_column *columns, unsigned count,
                    struct failure *failure)
{
    assert(count > 0 && count <= PARQUET_COLUMNS_MAX);
    for (unsigned i = 0; i < count; i++)
        assert(columns[i].physical == PARQUET_INT32 ||
               columns[i].physical == PARQUET_INT64 ||
               columns[i].physical == PARQUET_BYTE_ARRAY ||
               columns[i].physical == PARQUET_FIXED);
    memset(writer, 0, sizeof *writer);
    writer->output = output;
    writer->scratch = scratch;
    memcpy(writer->footer.columns, columns, count * sizeof *columns);
    writer->footer.column_count = count;
    writer->footer.created_by = strdup("xtape version " XTAPE_VERSION);
    if (!writer->footer.created_by)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    if (sha256_begin(&writer->hash, failure) != 0)
        return -1;
    return put_file(writer, PARQUET_MAGIC, 4);
}

void
parquet_writer_free(struct parquet_writer *writer)
{
    parquet_footer_free(&writer->footer);
    sha256_free(&writer->hash);
}

static int
write_chunk(struct parquet_writer *writer, unsigned number,
            const struct parquet_values *values, struct failure *failure)
{
    uint32_t group = writer->footer.group_count - 1;
    struct parquet_chunk *chunk = &writer->footer.groups[group].chunks[number];
    struct parquet_choice *choice = &writer->choices[number];
    struct parquet_scratch *scratch = writer->scratch;
    struct growing *pages = scratch->pages;
    struct chunk_job job = {.column = &writer->footer.columns[number],
                            .values = values,
                            .scratch = scratch,
                            .failure = failure};
    bool trial = group % TRIAL_EVERY == 0;

    drop_nulls(&job);
    if (job.count > 0 && (trial || choice->way >= WAY_DICTIONARY))
        job.has_dictionary =
            dictionary_build(&scratch->dictionary, job.words, job.count);
    if ((trial || !possible(&job, (enum way)choice->way)) &&
        try_all(&job, choice) != 0)
        return -1;
    *chunk =
        (struct parquet_chunk){.codec = PARQUET_ZSTD, .values = values->count};
    if (encode_chunk(&job, (enum way)choice->way, choice->level, pages,
                     &chunk->plain_size) != 0)
        return -1;
    parquet_bounds(job.column, values, job.words, job.count, &chunk->stats);
    chunk->encoding = choice->way == WAY_DELTA        ? PARQUET_DELTA
                      : choice->way >= WAY_DICTIONARY ? PARQUET_RLE_DICTIONARY
                                                      : PARQUET_PLAIN;
    chunk->size = (int64_t)(pages[0].size + pages[1].size);
    if (pages[0].size)
        chunk->dictionary_offset = (int64_t)writer->size;
    chunk->data_offset = (int64_t)(writer->size + pages[0].size);
    if (put_file(writer, pages[0].bytes, pages[0].size) != 0)
        return -1;
    return put_file(writer, pages[1].bytes, pages[1].size);
}

int
parquet_writer_group(struct parquet_writer *writer, uint32_t rows,
                     int (*fill)(void *owner, unsigned column,
                                 struct parquet_values *values,
                                 struct failure *failure),
                     void *owner, struct failure *failure)
{
    struct parquet_footer *footer = &writer->footer;
    struct parquet_group *groups =
        reallocarray(footer->groups, footer->group_count + 1UL, sizeof *groups);
    struct parquet_group *group;

    assert(rows > 0 && rows <= PARQUET_GROUP_ROWS);
    if (!groups)
        return fail(failure, FAILURE_ENVIRONMENT, "out of memory");
    footer->groups = groups;
    group = &groups[footer->group_count];
    group->rows = rows;
    group->chunks =
        allocate(failure, footer->column_count, sizeof *group->chunks);
    if (!group->chunks)
        return -1;
    footer->group_count++;
    footer->rows += rows;
    for (unsigned i = 0; i < footer->column_count; i++) {
        struct parquet_values values = {0};

        if (fill(owner, i, &values, failure) != 0)
            return -1;
        assert(values.count == rows);
        if (write_chunk(writer, i, &values, failure) != 0)
            return -1;
    }
    return 0;
}

/* All column indexes, then all offset indexes, as the specification wants. */
static int
put_indexes(struct parquet_writer *writer, struct growing *out)
{
    struct parquet_footer *footer = &writer->footer;
    size_t cells = (size_t)footer->group_count * footer->column_count;

    growing_clear(out);
    for (size_t i = 0; i < 2 * cells; i++) {
        size_t cell = i % cells, start = out->size;
        struct parquet_chunk *chunk =
            &footer->groups[cell / footer->column_count]
                 .chunks[cell % footer->column_count];
        bool all_null = chunk->stats.nulls == chunk->values;

        if (i < cells && (chunk->stats.has_bounds || all_null)) {
            parquet_column_index_format(&chunk->stats, all_null, out);
            chunk->column_index_offset = (int64_t)(writer->size + start);
            chunk->column_index_size = (int32_t)(out->size - start);
        } else if (i >= cells) {
            int64_t head = chunk->data_offset - parquet_chunk_start(chunk);

            parquet_offset_index_format(chunk->data_offset,
                                        (int32_t)(chunk->size - head), out);
            chunk->offset_index_offset = (int64_t)(writer->size + start);
            chunk->offset_index_size = (int32_t)(out->size - start);
        }
    }
    if (growing_ok(out, writer->output->failure) != 0)
        return -1;
    return put_file(writer, out->bytes, out->size);
}

int
parquet_writer_end(struct parquet_writer *writer, char sha256[SHA256_TEXT],
                   struct failure *failure)
{
    struct growing *out = &writer->scratch->plain;
    uint32_t size;

    if (put_indexes(writer, out) != 0)
        return -1;
    growing_clear(out);
    parquet_footer_format(&writer->footer, out);
    size = (uint32_t)out->size;
    growing_put(out, &size, 4);
    growing_put(out, PARQUET_MAGIC, 4);
    if (growing_ok(out, failure) != 0 ||
        put_file(writer, out->bytes, out->size) != 0)
        return -1;
    sha256_end(&writer->hash, sha256);
    return 0;
}
