#include "base/json_flat.h"

#include <assert.h>
#include <string.h>

#include "base/hex.h"

/* What is left of an object. */
struct json_rest {
    const char *at, *end;
};

static bool
take(struct json_rest *text, char wanted)
{
    if (text->at == text->end || *text->at != wanted)
        return false;
    text->at++;
    return true;
}

/* A character of the Basic Multilingual Plane, as UTF-8. */
static void
put_character(struct bytes *value, unsigned code)
{
    assert(code <= 0xFFFF);
    if (code >= 0x800) {
        bytes_put_byte(value, (unsigned char)(0xE0 | code >> 12));
        bytes_put_byte(value, (unsigned char)(0x80 | (code >> 6 & 0x3F)));
    } else if (code >= 0x80) {
        bytes_put_byte(value, (unsigned char)(0xC0 | code >> 6));
    }
    bytes_put_byte(value,
                   (unsigned char)(code < 0x80 ? code : 0x80 | (code & 0x3F)));
}

/* After a backslash. */
static bool
take_escape(struct json_rest *text, struct bytes *value)
{
    static const char escapes[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    const char *found;
    unsigned code = 0;

    if (text->at == text->end)
        return false;
    found = strchr(escapes, *text->at);
    if (*text->at && found) {
        bytes_put_byte(value, (unsigned char)means[found - escapes]);
        text->at++;
        return true;
    }
    if (!take(text, 'u') || text->end - text->at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(*text->at++);

        if (digit < 0)
            return false;
        code = code << 4 | (unsigned)digit;
    }
    put_character(value, code);
    return true;
}

static bool
take_string(struct json_rest *text, struct bytes *value)
{
    bytes_clear(value);
    if (!take(text, '"'))
        return false;
    while (text->at < text->end && *text->at != '"')
        if (take(text, '\\')) {
            if (!take_escape(text, value))
                return false;
        } else {
            bytes_put_byte(value, (unsigned char)*text->at++);
        }
    return take(text, '"');
}

/* A string, a number or a word. */
static bool
take_value(struct json_rest *text, struct bytes *value, bool *null)
{
    const char *from = text->at;

    *null = false;
    if (text->at < text->end && *text->at == '"')
        return take_string(text, value);
    while (text->at < text->end && !strchr(",}[]{\"", *text->at))
        text->at++;
    bytes_clear(value);
    bytes_put(value, from, (size_t)(text->at - from));
    *null = text->at - from == 4 && memcmp(from, "null", 4) == 0;
    return text->at > from;
}

bool
json_flat_get(const char *object, size_t size, const char *key,
              struct bytes *value)
{
    struct json_rest text = {object, object + size};
    bool null, found;

    if (!take(&text, '{'))
        return false;
    do {
        if (!take_string(&text, value) || !take(&text, ':'))
            return false;
        found =
            value->size == strlen(key) &&
            (value->size == 0 || memcmp(value->bytes, key, value->size) == 0);
        if (!take_value(&text, value, &null))
            return false;
        if (found) {
            bytes_put_byte(value, 0);
            if (value->failed)
                return false;
            value->size--;
            return !null;
        }
    } while (take(&text, ','));
    return false;
}
