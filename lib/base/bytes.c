#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
}

unsigned char *
bytes_room(struct bytes *growing, size_t size)
{
    size_t capacity = growing->capacity ? growing->capacity : FIRST;
    unsigned char *bytes;

    if (growing->failed || size > SIZE_MAX / 4 - growing->size)
        return growing->failed = true, NULL;
    if (growing->capacity - growing->size >= size && growing->bytes)
        return growing->bytes + growing->size;
    while (capacity - growing->size < size)
        capacity *= 2;
    bytes = realloc(growing->bytes, capacity);
    if (!bytes)
        return growing->failed = true, NULL;
    growing->bytes = bytes;
    growing->capacity = capacity;
    return bytes + growing->size;
}

void
bytes_put(struct bytes *growing, const void *bytes, size_t size)
{
    unsigned char *room = bytes_room(growing, size);

    if (!room || size == 0)
        return;
    memcpy(room, bytes, size);
    growing->size += size;
}

void
bytes_put_byte(struct bytes *growing, unsigned byte)
{
    unsigned char one = (unsigned char)byte;

    bytes_put(growing, &one, 1);
}

void
bytes_put_text(struct bytes *growing, const char *text)
{
    bytes_put(growing, text, strlen(text));
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
