/* Fuzzes the import of LOBSTER: messages and seed, cut at the first byte that
 * is a '~', are refused with a reason or give events that JSON can hold. */
#include <assert.h>
#include <stdint.h>

#include "../text_events.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    const char *cut = size ? memchr(bytes, '~', size) : NULL;
    size_t seed = cut ? (size_t)(cut - bytes) : 0;
    const struct import_options options = {
        .symbol = "AAPL",
        .midnight = INT64_C(1340251200000000000),
        .seed = cut ? bytes : NULL,
        .seed_size = seed,
        .seed_path = "seed",
    };
    struct failure failure = {0}, after = {0};
    struct tape tape, back;
    struct bytes text;

    if (cut)
        size -= seed + 1;
    tape = read_as(&lobster_import, &options, cut ? cut + 1 : bytes, size,
                   size + 1, &failure);
    assert(failure.kind == FAILURE_NONE ||
           (failure.kind == FAILURE_DATA && *failure.text));
    text = print(&tape, NULL, false, &after);
    if (text.size > 0) {
        back = read_json((const char *)text.bytes, text.size, &after);
        assert(after.kind == FAILURE_NONE && same(&tape.events, &back.events));
        bytes_free(&back.events);
    }
    bytes_free(&text);
    bytes_free(&tape.events);
    return 0;
}
