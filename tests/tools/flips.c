/* flips FILE [FIELD=ID] - reads every one-bit change of a part of an archive,
 * and every shorter length of it, in this process: all of it, or what has the
 * id.  Each must be refused, with the name
 * of the file and the place, or give the events of the whole one; prints which
 * did not and ends with 1, else prints how many were refused and how many
 * made no difference. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "archive/part_reader.h"
#include "tape/frame.h"

static char bytes[1 << 20], path[64];
static size_t size;
static int file;
static struct selection selection;
static struct part_filter filter;

/* The sum of the events of what is in the file; 0 with a failure. */
static uint64_t
read_events(struct failure *failure)
{
    struct part_reader reader = {0};
    struct input input;
    int result = input_open(&input, path, failure);
    uint64_t sum = 1;

    if (result == 0)
        result =
            part_reader_open(&reader, &input, path, &filter, NULL, failure);

    while (result >= 0 && (result = part_reader_next(&reader, failure)) > 0)
        sum = sum * 31 + frame_hash(reader.event, reader.event->words * 8UL) +
              reader.seq;
    part_reader_close(&reader);
    return result < 0 ? 0 : sum;
}

/* Whether a failure is of the data and names file and place. */
static bool
tells_place(const struct failure *failure)
{
    static const char *const places[] = {"byte ", "row group ", "row ",
                                         "footer", "column "};

    if (failure->kind != FAILURE_DATA || !strstr(failure->text, path))
        return false;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strstr(failure->text, places[i]))
            return true;
    return false;
}

/* Reads so many of the bytes: 1 when refused as it should be, 0 when they
 * make no difference, -1 and a line. */
static int
try(uint64_t whole, size_t count, size_t bit)
{
    struct failure failure = {0};
    uint64_t sum;

    if (ftruncate(file, 0) != 0 ||
        pwrite(file, bytes, count, 0) != (ssize_t)count)
        abort();
    sum = read_events(&failure);
    if (sum ? sum == whole : tells_place(&failure))
        return sum == 0;
    printf("%zu bytes, bit %zu: %s\n", count, bit,
           sum ? "other events" : failure.text);
    return -1;
}

int
main(int argc, char **argv)
{
    struct failure failure = {0};
    size_t refused = 0, same = 0, bad = 0;
    uint64_t whole;
    FILE *from = argc > 1 ? fopen(argv[1], "rb") : NULL;

    if (!from)
        return 2;
    filter = PART_FILTER_ALL;
    if (argc == 3) {
        selection_init(&selection);
        if (selection_add_ids(&selection, argv[2], &failure) != 0)
            return 2;
        filter.selection = &selection;
    }
    size = fread(bytes, 1, sizeof bytes, from);
    fclose(from);
    file = memfd_create("part", 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (pwrite(file, bytes, size, 0) != (ssize_t)size)
        return 2;
    whole = read_events(&failure);
    if (whole == 0)
        return 2;
    for (size_t i = 0; i < size * 9 && bad < 10; i++) {
        bool cut = i >= size * 8;
        int result;

        if (!cut)
            bytes[i / 8] ^= (char)(1 << i % 8);
        result = try(whole, cut ? i - size * 8 : size, i);
        if (!cut)
            bytes[i / 8] ^= (char)(1 << i % 8);
        refused += result == 1;
        same += result == 0;
        bad += result < 0;
    }
    printf("%zu refused, %zu the same, %zu bad\n", refused, same, bad);
    if (argc == 3)
        selection_free(&selection);
    return bad != 0;
}
