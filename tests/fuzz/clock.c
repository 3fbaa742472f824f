/* Fuzzes the text of times and durations: what is read is written and read
 * back as the same. */
#include "base/clock.h"

#include <assert.h>
#include <string.h>

static void
check_time(int64_t ns)
{
    char text[TIME_TEXT_MAX];
    size_t size = time_format(ns, text);
    int64_t again;

    assert(size >= 20 && size <= sizeof text && text[size - 1] == 'Z');
    assert(time_parse(text, size, &again) && again == ns);
}

static void
check_duration(int64_t ns)
{
    char text[DURATION_TEXT_MAX];
    size_t size = duration_format(ns, text);
    int64_t again;

    assert(size <= sizeof text);
    assert(duration_parse(text, size, &again) && again == ns);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    int64_t ns = 42;

    if (time_parse((const char *)bytes, size, &ns))
        check_time(ns);
    else
        assert(ns == 42);
    ns = 42;
    if (duration_parse((const char *)bytes, size, &ns))
        check_duration(ns);
    else
        assert(ns == 42);
    if (size == sizeof ns) {
        memcpy(&ns, bytes, size);
        if (ns != TIME_NULL)
            check_time(ns);
        if (ns > 0)
            check_duration(ns);
    }
    return 0;
}
