#include "wire/binary.h"

#include <assert.h>
#include <inttypes.h>

/* Names the byte where the current record begins. */
static int
fail_at_byte(const struct binary *binary, struct failure *failure)
{
    return fail_at(failure, "byte %" PRIu64, binary->offset);
}

/* Takes what whole records there are in size bytes; *used is their size. */
static int
take(struct binary *binary, const unsigned char *at, size_t size, size_t *used,
     struct failure *failure)
{
    for (*used = 0; *used < size;) {
        ssize_t taken = binary->record(binary->owner, at + *used, size - *used,
                                       &binary->wanted, failure);

        if (taken < 0)
            return fail_at_byte(binary, failure);
        if (taken == 0)
            break;
        assert((size_t)taken <= size - *used);
        *used += (size_t)taken;
        binary->offset += (uint64_t)taken;
    }
    return 0;
}

/* Goes on with a record that was cut; *size bytes more are at hand, of which
 * it takes what it needs. */
static int
join(struct binary *binary, const char **bytes, size_t *size,
     struct failure *failure)
{
    while (binary->carry.size > 0 && *size > 0) {
        size_t more = binary->wanted - binary->carry.size, used;

        assert(binary->wanted > binary->carry.size);
        assert(binary->wanted <= binary->max);
        if (more > *size)
            more = *size;
        bytes_put(&binary->carry, *bytes, more);
        *bytes += more;
        *size -= more;
        if (bytes_ok(&binary->carry, failure) != 0)
            return -1;
        if (binary->carry.size < binary->wanted)
            return 0;
        if (take(binary, binary->carry.bytes, binary->carry.size, &used,
                 failure) != 0)
            return -1;
        binary->carry.size -= used;
        memmove(binary->carry.bytes, binary->carry.bytes + used,
                binary->carry.size);
    }
    return 0;
}

int
binary_push(struct binary *binary, const char *bytes, size_t size,
            struct failure *failure)
{
    size_t used;

    assert(binary->record && binary->max > 0);
    if (join(binary, &bytes, &size, failure) != 0)
        return -1;
    if (size == 0)
        return 0;
    if (take(binary, (const unsigned char *)bytes, size, &used, failure) != 0)
        return -1;
    bytes_put(&binary->carry, bytes + used, size - used);
    return bytes_ok(&binary->carry, failure);
}

int
binary_end(struct binary *binary, struct failure *failure)
{
    if (binary->carry.size > 0) {
        fail(failure, FAILURE_DATA,
             "the file ends within a record (%zu of %zu bytes)",
             binary->carry.size, binary->wanted);
        return fail_at_byte(binary, failure);
    }
    binary->offset = 0;
    return 0;
}

void
binary_free(struct binary *binary)
{
    bytes_free(&binary->carry);
}
