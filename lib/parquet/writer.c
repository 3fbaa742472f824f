#include "parquet/writer.h"

#include <assert.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "parquet/bloom.h"
#include "parquet/bounds.h"

#define TRIAL_EVERY 32 /* row groups */

static int
put_file(struct parquet_writer *writer, const void *bytes, size_t size)
{
    quick_hash_add(&writer->hash, bytes, size);
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
    writer->footer.columns = allocate(failure, count, sizeof *columns);
    if (!writer->footer.columns)
        return -1;
    memcpy(writer->footer.columns, columns, count * sizeof *columns);
    writer->footer.column_count = count;
    writer->footer.created_by = strdup("xtape version " XTAPE_VERSION);
    if (!writer->footer.created_by)
        return fail_memory(failure);
    if (quick_hash_begin(&writer->hash, failure) != 0)
        return -1;
    return put_file(writer, PARQUET_MAGIC, 4);
}

void
parquet_writer_free(struct parquet_writer *writer)
{
    parquet_footer_free(&writer->footer);
    quick_hash_free(&writer->hash);
}

/* ---- one chunk ----------------------------------------------------------- */

/* Writes what is in scratch->plain as a page. */
static int
put_page(struct parquet_writer *writer, const struct parquet_source *source,
         struct parquet_page_head *head, struct parquet_chunk *chunk,
         enum parquet_search search)
{
    const struct bytes *packed = &source->scratch->packed;
    struct bytes *plain = &source->scratch->plain;
    uint64_t start = writer->size;

    if (parquet_pack(source, search) != 0)
        return -1;
    if (plain->size > INT32_MAX || packed->size > INT32_MAX)
        return fail(source->failure, FAILURE_DATA,
                    "a page of a column is larger than 2 GiB");
    head->plain_size = (int32_t)plain->size;
    head->size = (int32_t)packed->size;
    head->check = libdeflate_crc32(0, packed->bytes, packed->size);
    bytes_clear(plain);
    parquet_page_format(head, plain);
    if (bytes_ok(plain, source->failure) != 0 ||
        put_file(writer, plain->bytes, plain->size) != 0 ||
        put_file(writer, packed->bytes, packed->size) != 0)
        return -1;
    bytes_clear(plain);
    chunk->size += (int64_t)(writer->size - start);
    chunk->plain_size +=
        (int64_t)(writer->size - start) - head->size + head->plain_size;
    return 0;
}

static int
put_pages(struct parquet_writer *writer, const struct parquet_source *source,
          struct parquet_choice choice, struct parquet_chunk *chunk)
{
    struct bytes *plain = &source->scratch->plain;
    struct parquet_page_head data = {
        .kind = PARQUET_DATA_PAGE,
        .values = (int32_t)source->cells->rows,
        .encoding = parquet_way_encoding(choice.way),
    };
    struct parquet_page_head dictionary = {
        .kind = PARQUET_DICTIONARY_PAGE,
        .values = (int32_t)source->scratch->dictionary.count,
    };

    bytes_clear(plain);
    if (parquet_way_has_dictionary(choice.way)) {
        chunk->dictionary_offset = (int64_t)writer->size;
        parquet_put_dictionary(source, plain);
        if (put_page(writer, source, &dictionary, chunk,
                     choice.dictionary_search) != 0)
            return -1;
    }
    chunk->data_offset = (int64_t)writer->size;
    parquet_put_levels(source, plain);
    parquet_put_values(source, choice.way, 0, source->cells->count, plain);
    return put_page(writer, source, &data, chunk, choice.search);
}

/* How to encode the chunk: as what went before where that is possible. */
static int
decide(const struct parquet_source *source, bool trial,
       struct parquet_choice *choice, struct parquet_choice *decision)
{
    *decision = (struct parquet_choice){.way = PARQUET_WAY_PLAIN};
    if (source->cells->count == 0)
        return 0;
    if (source->same) {
        decision->way = PARQUET_WAY_DICTIONARY;
        return 0;
    }
    if ((trial || !choice->is_chosen ||
         !parquet_way_possible(source, choice->way)) &&
        parquet_choose(source, choice) != 0)
        return -1;
    *decision = *choice;
    return 0;
}

static int
write_chunk(struct parquet_writer *writer, unsigned number,
            const struct parquet_cells *cells, struct failure *failure)
{
    uint32_t group = writer->footer.group_count - 1;
    struct parquet_chunk *chunk = &writer->footer.groups[group].chunks[number];
    struct parquet_choice *choice = &writer->choices[number], decision;
    struct parquet_source source;
    bool trial = group % TRIAL_EVERY == 0;

    parquet_source_init(&source, &writer->footer.columns[number], cells,
                        trial || !choice->is_chosen ||
                            parquet_way_has_dictionary(choice->way),
                        writer->scratch, failure);
    if (decide(&source, trial, choice, &decision) != 0)
        return -1;
    *chunk = (struct parquet_chunk){
        .codec = PARQUET_ZSTD,
        .values = cells->rows,
        .encoding = parquet_way_encoding(decision.way),
    };
    parquet_bounds(&source, &chunk->stats);
    if (source.column->bloom && cells->count > 0) {
        struct bytes *blooms = &writer->scratch->blooms;

        chunk->bloom_offset = (int64_t)blooms->size; /* so far */
        parquet_bloom_format(&source, blooms);
        chunk->bloom_size = (int64_t)blooms->size - chunk->bloom_offset;
        if (bytes_ok(blooms, writer->output->failure) != 0)
            return -1;
        chunk->bloom_check = XXH3_64bits(blooms->bytes + chunk->bloom_offset,
                                         (size_t)chunk->bloom_size);
    }
    return put_pages(writer, &source, decision, chunk);
}

/* The filters lie after the row group, which they are not part of. */
static int
put_blooms(struct parquet_writer *writer, struct parquet_group *group,
           struct failure *failure)
{
    const struct bytes *blooms = &writer->scratch->blooms;

    for (unsigned i = 0; i < writer->footer.column_count; i++)
        if (group->chunks[i].bloom_size)
            group->chunks[i].bloom_offset += (int64_t)writer->size;
    if (bytes_ok(blooms, failure) != 0)
        return -1;
    return put_file(writer, blooms->bytes, blooms->size);
}

int
parquet_writer_group(struct parquet_writer *writer, uint32_t rows,
                     parquet_fill *fill, void *owner, struct failure *failure)
{
    struct parquet_footer *footer = &writer->footer;
    struct parquet_group *groups =
        reallocarray(footer->groups, footer->group_count + 1UL, sizeof *groups);
    struct parquet_group *group;

    assert(rows > 0 && rows <= PARQUET_GROUP_ROWS);
    if (!groups)
        return fail_memory(failure);
    footer->groups = groups;
    group = &groups[footer->group_count];
    group->rows = rows;
    group->chunks =
        allocate(failure, footer->column_count, sizeof *group->chunks);
    if (!group->chunks)
        return -1;
    footer->group_count++;
    footer->rows += rows;
    bytes_clear(&writer->scratch->blooms);
    for (unsigned i = 0; i < footer->column_count; i++) {
        struct parquet_cells cells = {0};

        if (fill(owner, i, &cells, failure) != 0)
            return -1;
        assert(cells.rows == rows && cells.count <= rows);
        if (write_chunk(writer, i, &cells, failure) != 0)
            return -1;
    }
    return put_blooms(writer, group, failure);
}

/* ---- the end ------------------------------------------------------------- */

/* All column indexes, but those of chunks that are null, of which the footer
 * has said all; then all offset indexes, as the specification wants. */
static int
put_indexes(struct parquet_writer *writer, struct bytes *out)
{
    struct parquet_footer *footer = &writer->footer;
    size_t cells = (size_t)footer->group_count * footer->column_count;

    bytes_clear(out);
    for (size_t i = 0; i < 2 * cells; i++) {
        size_t cell = i % cells, start = out->size;
        struct parquet_chunk *chunk = parquet_footer_chunk(footer, cell);

        if (i < cells && chunk->stats.has_bounds) {
            parquet_column_index_format(&chunk->stats, out);
            chunk->column_index_offset = (int64_t)(writer->size + start);
            chunk->column_index_size = (int32_t)(out->size - start);
        } else if (i >= cells) {
            int64_t head = chunk->data_offset - parquet_chunk_start(chunk);

            assert(head >= 0 && head <= chunk->size);
            parquet_offset_index_format(chunk->data_offset,
                                        (int32_t)(chunk->size - head), out);
            chunk->offset_index_offset = (int64_t)(writer->size + start);
            chunk->offset_index_size = (int32_t)(out->size - start);
        }
    }
    if (bytes_ok(out, writer->output->failure) != 0)
        return -1;
    return put_file(writer, out->bytes, out->size);
}

/* Adds the checks of the Bloom filters to the metadata: 16 hexadecimal digits
 * for each, in the order of row groups and columns. */
static int
add_bloom_checks(struct parquet_writer *writer, struct bytes *text,
                 struct failure *failure)
{
    struct parquet_footer *footer = &writer->footer;
    size_t cells = (size_t)footer->group_count * footer->column_count;
    char digits[20];

    bytes_clear(text);
    for (size_t i = 0; i < cells; i++) {
        const struct parquet_chunk *chunk = parquet_footer_chunk(footer, i);

        if (chunk->bloom_size) {
            snprintf(digits, sizeof digits, "%016" PRIx64, chunk->bloom_check);
            bytes_put(text, digits, 16);
        }
    }
    if (text->size == 0)
        return 0;
    bytes_put_byte(text, 0);
    if (bytes_ok(text, failure) != 0)
        return -1;
    return parquet_footer_add(footer, PARQUET_BLOOMS, (char *)text->bytes,
                              failure);
}

int
parquet_writer_end(struct parquet_writer *writer, struct quick_value *hash,
                   struct failure *failure)
{
    struct bytes *out = &writer->scratch->plain;
    uint32_t size;

    if (put_indexes(writer, out) != 0 ||
        add_bloom_checks(writer, out, failure) != 0)
        return -1;
    bytes_clear(out);
    parquet_footer_format(&writer->footer, out);
    if (bytes_ok(out, failure) != 0)
        return -1;
    parquet_footer_seal(out->bytes, out->size);
    size = (uint32_t)out->size;
    bytes_put(out, &size, 4);
    bytes_put(out, PARQUET_MAGIC, 4);
    if (bytes_ok(out, failure) != 0 ||
        put_file(writer, out->bytes, out->size) != 0)
        return -1;
    *hash = quick_hash_end(&writer->hash);
    return 0;
}
