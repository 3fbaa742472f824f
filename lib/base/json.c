#include "base/json.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/digits.h"
#include "base/utf8.h"

/* ---- escapes ------------------------------------------------------------- */

/* What follows the backslash: a letter, or 'u' for four hexadecimal digits; 0:
 * the byte stands for itself. */
static char
escape_of(unsigned char byte)
{
    static const char control[] = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu";

    _Static_assert(sizeof control == ' ' + 1, "one for each byte before blank");
    if (byte < ' ')
        return control[byte];
    return byte == '"' || byte == '\\' ? (char)byte : '\0';
}

char *
json_escape(char *at, const char *text, size_t size)
{
    static const char digits[] = "0123456789abcdef";

    for (const char *end = text + size; text < end; text++) {
        unsigned char byte = (unsigned char)*text;
        char escape = escape_of(byte);

        if (!escape) {
            *at++ = (char)byte;
            continue;
        }
        *at++ = '\\';
        *at++ = escape;
        if (escape != 'u')
            continue;
        memcpy(at, "00", 2);
        at[2] = digits[byte >> 4];
        at[3] = digits[byte & 15];
        at += 4;
    }
    return at;
}

/* ---- structure ----------------------------------------------------------- */

static void
put(struct json *json, const char *text)
{
    bytes_put(json->out, text, strlen(text));
}

/* What goes before a value: a comma, unless it is the first or has a key. */
static void
begin_value(struct json *json)
{
    bool in_object = json->depth && json->closes[json->depth - 1] == '}';

    assert(json->keyed == in_object);
    if (json->filled[json->depth] && !json->keyed && json->depth)
        bytes_put_byte(json->out, ',');
    json->filled[json->depth] = true;
    json->keyed = false;
}

void
json_open(struct json *json, char bracket)
{
    assert(bracket == '{' || bracket == '[');
    assert(json->depth < JSON_DEPTH_MAX);
    begin_value(json);
    bytes_put_byte(json->out, (unsigned char)bracket);
    json->closes[json->depth++] = bracket == '{' ? '}' : ']';
    json->filled[json->depth] = false;
}

void
json_close(struct json *json, char bracket)
{
    assert(json->depth > 0 && json->closes[json->depth - 1] == bracket);
    assert(!json->keyed);
    json->depth--;
    bytes_put_byte(json->out, (unsigned char)bracket);
}

void
json_newline(struct json *json)
{
    assert(json->depth == 0);
    bytes_put_byte(json->out, '\n');
}

static void
put_string(struct json *json, const char *text, size_t size)
{
    bytes_put_byte(json->out, '"');
    while (size > 0) {
        size_t good = utf8_span(text, size);
        unsigned char *room =
            bytes_room(json->out, good * JSON_ESCAPE_MAX + JSON_ESCAPE_MAX);
        char *at = (char *)room;

        if (!room)
            return;
        at = json_escape(at, text, good);
        if (good < size) {
            at += utf8_put(at, 0xfffd);
            good++;
        }
        json->out->size += (size_t)(at - (char *)room);
        text += good;
        size -= good;
    }
    bytes_put_byte(json->out, '"');
}

void
json_key(struct json *json, const char *key)
{
    assert(json->depth > 0 && json->closes[json->depth - 1] == '}');
    assert(!json->keyed);
    if (json->filled[json->depth])
        bytes_put_byte(json->out, ',');
    put_string(json, key, strlen(key));
    bytes_put_byte(json->out, ':');
    json->keyed = true;
}

/* ---- values -------------------------------------------------------------- */

void
json_string(struct json *json, const char *text, size_t size)
{
    begin_value(json);
    put_string(json, text, size);
}

void
json_text(struct json *json, const char *text)
{
    if (text)
        json_string(json, text, strlen(text));
    else
        json_null(json);
}

void
json_null(struct json *json)
{
    begin_value(json);
    put(json, "null");
}

void
json_bool(struct json *json, bool value)
{
    begin_value(json);
    put(json, value ? "true" : "false");
}

static void
put_number(struct json *json, bool negative, uint64_t magnitude)
{
    char text[DIGITS_MAX + 1] = "-";
    size_t size = negative + digits_format(magnitude, text + negative);

    if (magnitude >= JSON_EXACT_MAX) {
        json_string(json, text, size);
        return;
    }
    begin_value(json);
    bytes_put(json->out, text, size);
}

void
json_unsigned(struct json *json, uint64_t number)
{
    put_number(json, false, number);
}

void
json_signed(struct json *json, int64_t number)
{
    put_number(json, number < 0,
               number < 0 ? -(uint64_t)number : (uint64_t)number);
}

void
json_decimal(struct json *json, int64_t value)
{
    char text[DECIMAL_TEXT_MAX];

    if (value == DECIMAL_NULL)
        json_null(json);
    else
        json_string(json, text, decimal_format(value, text));
}

void
json_amount(struct json *json, i128 value)
{
    char text[AMOUNT_TEXT_MAX];

    if (value == AMOUNT_NULL)
        json_null(json);
    else
        json_string(json, text, amount_format(value, text));
}

void
json_time(struct json *json, int64_t ns)
{
    char text[TIME_TEXT_MAX];

    if (ns == TIME_NULL)
        json_null(json);
    else
        json_string(json, text, time_format(ns, text));
}

void
json_hex(struct json *json, uint64_t number)
{
    char text[16];

    for (int i = 15; i >= 0; i--, number >>= 4)
        text[i] = "0123456789abcdef"[number & 15];
    json_string(json, text, sizeof text);
}
