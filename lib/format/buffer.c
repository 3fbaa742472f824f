#include "format/buffer.h"

char *
buffer_grow(struct buffer *buffer, size_t size, struct failure *failure)
{
    size_t wanted = buffer->capacity ? buffer->capacity : 4096;
    char *larger;

    while (wanted - buffer->used < size)
        wanted *= 2;
    larger = realloc(buffer->bytes, wanted);
    if (!larger) {
        fail_memory(failure);
        return NULL;
    }
    buffer->bytes = larger;
    buffer->capacity = wanted;
    return buffer->bytes + buffer->used;
}
