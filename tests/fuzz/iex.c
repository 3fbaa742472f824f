/* Fuzzes the import of captures of IEX: any bytes are refused with a reason or
 * read, and in pieces they give the same. */
#include <assert.h>
#include <stdint.h>

#include "../text_events.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct import_options options = {.midnight = 0};
    struct failure failure = {0}, after = {0};
    struct tape tape = read_as(&iex_import, &options, (const char *)data, size,
                               size + 1, &failure);
    struct tape pieces = read_as(&iex_import, &options, (const char *)data,
                                 size, 1 + size % 31, &after);

    assert(failure.kind == FAILURE_NONE || failure.kind == FAILURE_DATA);
    assert(failure.kind == FAILURE_NONE || *failure.text);
    assert(strcmp(failure.text, after.text) == 0);
    assert(same(&tape.events, &pieces.events));
    bytes_free(&tape.events);
    bytes_free(&pieces.events);
    return 0;
}
