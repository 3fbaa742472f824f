#include "format/lines.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BOM "\xef\xbb\xbf" /* spreadsheets put it before UTF-8 */

static int
hand_out(struct lines *lines, const char *bytes, size_t size,
         struct failure *failure)
{
    assert(size > 0); /* a line has its end, the last one a byte at least */
    lines->number++;
    if (lines->number == 1 && size >= 3 && memcmp(bytes, BOM, 3) == 0) {
        bytes += 3;
        size -= 3;
    }
    return lines->line(lines->owner, bytes, size, failure);
}

/* Keeps the beginning of a line until the rest arrives. */
static int
carry(struct lines *lines, const char *bytes, size_t size,
      struct failure *failure)
{
    assert(lines->carried <= LINE_BYTES_MAX);
    if (lines->carried + size > LINE_BYTES_MAX)
        return fail(failure, FAILURE_DATA,
                    "line %" PRIu64 ": longer than %d bytes", lines->number + 1,
                    LINE_BYTES_MAX);
    if (!lines->carry)
        lines->carry = allocate(failure, LINE_BYTES_MAX, 1);
    if (!lines->carry)
        return -1;
    memcpy(lines->carry + lines->carried, bytes, size);
    lines->carried += size;
    return 0;
}

/* The rest of the line that is carried; *used bytes of it. */
static int
complete(struct lines *lines, const char *bytes, size_t size, size_t *used,
         struct failure *failure)
{
    const char *newline = memchr(bytes, '\n', size);

    assert(lines->carried > 0 && size > 0);
    *used = newline ? (size_t)(newline - bytes) + 1 : size;
    if (carry(lines, bytes, *used, failure) != 0)
        return -1;
    if (!newline)
        return 0;
    size = lines->carried;
    lines->carried = 0;
    return hand_out(lines, lines->carry, size, failure);
}

int
lines_push(struct lines *lines, const char *bytes, size_t size,
           struct failure *failure)
{
    const char *end = bytes + size;
    size_t used = 0;

    if (size && lines->carried &&
        complete(lines, bytes, size, &used, failure) != 0)
        return -1;
    bytes += used;
    while (bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));

        if (!newline)
            return carry(lines, bytes, (size_t)(end - bytes), failure);
        if (newline - bytes >= LINE_BYTES_MAX)
            return carry(lines, bytes, (size_t)(newline - bytes) + 1, failure);
        if (hand_out(lines, bytes, (size_t)(newline + 1 - bytes), failure) != 0)
            return -1;
        bytes = newline + 1;
    }
    return 0;
}

int
lines_end(struct lines *lines, struct failure *failure)
{
    size_t size = lines->carried;

    lines->carried = 0;
    return size ? hand_out(lines, lines->carry, size, failure) : 0;
}

void
lines_restart(struct lines *lines)
{
    lines->number = 0;
    lines->carried = 0;
}

void
lines_free(struct lines *lines)
{
    free(lines->carry);
    lines->carry = NULL;
}
