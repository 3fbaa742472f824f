#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST 256

void
bytes_free(struct bytes *growing)
{
    free(growing->bytes);
    memset(growing, 0, sizeof *growing);
}

void
bytes_clear(struct bytes *growing)
{
    growing->size = 0;
    if (growing->failed) /* bytes_room must go on answering NULL */
        growing->capacity = 0;
}

static unsigned char *
give_up(struct bytes *growing)
{
    growing->failed = true;
    growing->capacity = growing->size;
    return NULL;
}

unsigned char *
bytes_grow(struct bytes *growing, size_t size)
{
    size_t capacity = growing->capacity ? growing->capacity : FIRST;
    unsigned char *bytes;

    assert(growing->size <= growing->capacity);
    if (growing->failed || size > SIZE_MAX / 4 - growing->size)
        return give_up(growing);
    while (capacity - growing->size < size)
        capacity *= 2;
    bytes = realloc(growing->bytes, capacity);
    if (!bytes)
        return give_up(growing);
    growing->bytes = bytes;
    growing->capacity = capacity;
    return bytes + growing->size;
}

void
bytes_put_format(struct bytes *growing, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    int size;

    va_start(args, format);
    size = vasprintf(&text, format, args);
    va_end(args);
    if (size < 0) {
        growing->failed = true;
        return;
    }
    bytes_put(growing, text, (size_t)size);
    free(text);
}

int
bytes_ok(const struct bytes *growing, struct failure *failure)
{
    return growing->failed ? fail_memory(failure) : 0;
}
