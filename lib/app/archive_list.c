#include <inttypes.h>
#include <stdio.h>

#include "app/archive_job.h"
#include "archive/column_sizes.h"
#include "base/clock.h"

static size_t
print_time(int64_t time, char text[TIME_TEXT_MAX])
{
    size_t size = 1;

    if (time == INT64_MAX || time == INT64_MIN)
        text[0] = '-';
    else
        size = time_format(time, text);
    text[size] = '\0';
    return size;
}

int
archive_list(void *state, struct run *run)
{
    struct archive_job *job = state;
    run_print(run, "rows\tbytes\tfirst_seq\tlast_seq\tfirst_time\tlast_time\t"
                   "stream\tpath\n");
    for (uint32_t i = 0; i < job->archive.count; i++) {
        const struct manifest *manifest = &job->archive.manifests[i];

        for (uint32_t k = 0; k < manifest->part_count; k++) {
            const struct part_facts *part = &manifest->parts[k];
            char first[TIME_TEXT_MAX + 1], last[TIME_TEXT_MAX + 1];

            print_time(part->time_min, first);
            print_time(part->time_max, last);
            if (run_print(run,
                          "%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
                          "\t%s\t%s\t%s\t%s\n",
                          part->rows, part->size, part->first_seq,
                          part->last_seq, first, last, manifest->header.stream,
                          part->path) != 0)
                return -1;
        }
    }
    return 0;
}

/* The names of encodings that are in use, with commas. */
static void
print_encodings(uint32_t encodings, char text[80])
{
    static const struct {
        enum parquet_encoding encoding;
        const char *name;
    } names[] = {
        {PARQUET_PLAIN, "PLAIN"},
        {PARQUET_RLE, "RLE"},
        {PARQUET_DELTA, "DELTA_BINARY_PACKED"},
        {PARQUET_RLE_DICTIONARY, "RLE_DICTIONARY"},
    };
    size_t size = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (encodings >> names[i].encoding & 1)
            size += (size_t)snprintf(text + size, 80 - size, "%s%s",
                                     size ? "," : "", names[i].name);
}

/* What the columns of each type take. */
int
archive_columns(void *state, struct run *run)
{
    struct archive_job *job = state;
    struct bytes sizes = {0};
    int result = column_sizes_find(&job->archive, &sizes, &run->failure);
    const struct column_size *list = (const void *)sizes.bytes;

    run_print(run, "type\tcolumn\trows\tnulls\tbytes\tbytes_a_row\t"
                   "bloom_bytes\tencodings\n");
    for (size_t i = 0; result == 0 && i < sizes.size / sizeof *list; i++) {
        const struct column_size *size = &list[i];
        uint64_t milli = size->rows ? size->size * 1000 / size->rows : 0;
        char encodings[80];

        print_encodings(size->encodings, encodings);
        result = run_print(run,
                           "%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
                           "\t%" PRIu64 ".%03" PRIu64 "\t%" PRIu64 "\t%s\n",
                           size->type, size->column.name, size->rows,
                           size->nulls, size->size, milli / 1000, milli % 1000,
                           size->blooms, encodings);
    }
    bytes_free(&sizes);
    return result;
}
