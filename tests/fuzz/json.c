/* Fuzzes the import of JSON lines: any bytes are refused with a reason or
 * read, and what is read comes back as the same events. */
#include <assert.h>
#include <stdint.h>

#include "../text_events.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct failure failure = {0}, after = {0};
    struct tape tape = read_json((const char *)data, size, &failure);
    struct bytes text = print(&tape, NULL, false, &after);
    struct tape back;

    assert(failure.kind == FAILURE_NONE || failure.kind == FAILURE_DATA);
    assert(failure.kind == FAILURE_NONE || *failure.text);
    assert(after.kind == FAILURE_NONE);
    if (text.size > 0) {
        back = read_json((const char *)text.bytes, text.size, &after);
        assert(after.kind == FAILURE_NONE);
        assert(same(&tape.events, &back.events));
        bytes_free(&back.events);
    }
    bytes_free(&text);
    bytes_free(&tape.events);
    return 0;
}
