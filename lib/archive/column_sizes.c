#include "archive/column_sizes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "parquet/reader.h"

/* The entry of a column, new or old, or NULL without memory. Entries of a type
 * lie together, since parts come by type. */
static struct column_size *
entry_of(struct bytes *sizes, const char *type,
         const struct parquet_column *column)
{
    struct column_size entry = {.column = *column};
    struct column_size *list = (void *)sizes->bytes;
    size_t count = sizes->size / sizeof *list;

    assert(sizes->size % sizeof *list == 0);
    assert(strlen(type) < sizeof entry.type); /* else none is found again */
    for (size_t i = count; i-- > 0;)
        if (strcmp(list[i].type, type) == 0 &&
            strcmp(list[i].column.name, column->name) == 0)
            return &list[i];
    memcpy(entry.type, type, strlen(type) + 1);
    bytes_put(sizes, &entry, sizeof entry);
    return sizes->failed ? NULL
                         : (struct column_size *)(void *)sizes->bytes + count;
}

static int
add_footer(struct bytes *sizes, const struct parquet_footer *footer,
           const char *type, struct failure *failure)
{
    for (unsigned c = 0; c < footer->column_count; c++) {
        struct column_size *entry = entry_of(sizes, type, &footer->columns[c]);

        if (!entry)
            return fail_memory(failure);
        for (uint32_t g = 0; g < footer->group_count; g++) {
            const struct parquet_chunk *chunk = &footer->groups[g].chunks[c];

            entry->rows += (uint64_t)footer->groups[g].rows;
            entry->nulls += (uint64_t)chunk->stats.nulls;
            entry->size += (uint64_t)chunk->size;
            entry->blooms += (uint64_t)chunk->bloom_size;
            entry->encodings |= chunk->encodings;
        }
    }
    return 0;
}

static int
add_part(struct bytes *sizes, const struct archive *archive,
         const struct part *part, struct failure *failure)
{
    struct parquet_reader reader = {0};
    char type[PART_PATH_MAX], *path;
    struct input input;
    int result = archive_open_part(archive, part, &input, &path, failure);

    if (result == 0)
        result = fail(failure, FAILURE_DATA,
                      "%s: the part is missing (see xarchive verify)", path);
    if (result > 0) {
        part_name_type(&part->name, type);
        result = parquet_reader_take(&reader, &input, failure);
        if (result == 0)
            result = add_footer(sizes, &reader.footer, type, failure);
        parquet_reader_close(&reader);
    }
    free(path);
    return result;
}

int
column_sizes_find(const struct archive *archive, struct bytes *sizes,
                  struct failure *failure)
{
    for (uint32_t i = 0; i < archive->count; i++)
        for (uint32_t k = 0; k < archive->manifests[i].part_count; k++)
            if (add_part(sizes, archive, &archive->manifests[i].parts[k],
                         failure) != 0)
                return -1;
    return 0;
}
