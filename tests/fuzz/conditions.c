/* Fuzzes condition files: any bytes are refused with a line, or say which
 * parts trades count for. */
#include "bars/conditions.h"

#include <assert.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *text, size_t size)
{
    static const char *const words[] = {"auction", "hidden", "odd_lot", NULL};
    struct conditions conditions = {0};
    struct failure failure = {0};

    if (conditions_read(&conditions, "f", (const char *)text, size, words,
                        &failure) != 0) {
        assert(failure.kind == FAILURE_USAGE && failure.text[0] == 'f');
        assert(!strchr(failure.text, '\n'));
    } else {
        for (int64_t day = -100; day < 100; day++)
            assert(conditions_without(&conditions, (uint8_t)day,
                                      day * INT64_C(20000000000000000)) <=
                   SUM_ALL);
    }
    conditions_free(&conditions);
    return 0;
}
