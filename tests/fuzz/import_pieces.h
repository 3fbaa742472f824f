/* import_pieces.h - the import of a format of bytes: any bytes are refused with
 * a reason or read, and in pieces they give the same. */
#ifndef TESTS_FUZZ_IMPORT_PIECES_H
#define TESTS_FUZZ_IMPORT_PIECES_H

#include <assert.h>
#include <stdint.h>

#include "../text_events.h"

static void
import_pieces(const struct import_format *format, const uint8_t *data,
              size_t size)
{
    static const struct import_options options = {.midnight = 0};
    struct failure failure = {0}, after = {0};
    struct tape tape =
        read_as(format, &options, (const char *)data, size, size + 1, &failure);
    struct tape pieces = read_as(format, &options, (const char *)data, size,
                                 1 + size % 31, &after);

    assert(failure.kind == FAILURE_NONE || failure.kind == FAILURE_DATA);
    assert(failure.kind == FAILURE_NONE || *failure.text);
    assert(strcmp(failure.text, after.text) == 0);
    assert(same(&tape.events, &pieces.events));
    bytes_free(&tape.events);
    bytes_free(&pieces.events);
}

#endif
