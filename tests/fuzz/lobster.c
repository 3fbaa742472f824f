/* Fuzzes the import of LOBSTER: messages and seed, cut at the first byte that
 * is a '~', are refused with a reason or give events that JSON can tell. */
#include <assert.h>
#include <stdint.h>

#include "../text_events.h"
#include "format/lobster.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    const char *cut = size ? memchr(bytes, '~', size) : NULL;
    size_t seed = cut ? (size_t)(cut - bytes) : 0;
    struct failure failure = {0}, after = {0};
    struct tape tape = {{NULL, 0, 0}}, back;
    struct importer importer = {.sink = collect, .owner = &tape};
    struct lobster_import lobster = {.importer = &importer,
                                     .symbol = cell_of("AAPL"),
                                     .midnight = INT64_C(1340251200000000000)};
    struct buffer text;
    int result = importer_init(&importer, &failure);

    if (result == 0)
        result = lobster_import_init(&lobster, &failure);
    if (result == 0 && cut)
        result = lobster_import_seed(&lobster, bytes, seed, &failure);
    if (result == 0)
        result = lobster_import_push(&lobster, cut ? cut + 1 : bytes,
                                     size - seed - (cut != NULL), &failure);
    if (result == 0)
        result = lobster_import_end(&lobster, &failure);
    assert(result == 0 ? failure.kind == FAILURE_NONE
                       : failure.kind == FAILURE_DATA && *failure.text);
    lobster_import_free(&lobster);
    importer_free(&importer);
    text = print(&tape, NULL, false, &after);
    if (text.used > 0) {
        back = read_json(text.bytes, text.used, &after);
        assert(after.kind == FAILURE_NONE && same(&tape.events, &back.events));
        buffer_free(&back.events);
    }
    buffer_free(&text);
    buffer_free(&tape.events);
    return 0;
}
