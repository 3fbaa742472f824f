#include "base/json.h"

#include <string.h>

#include "base/clock.h"
#include "tap.h"

/* Whether that was written; frees it. */
static int
wrote(struct bytes *out, const char *text)
{
    int holds = !out->failed && out->size == strlen(text) &&
                memcmp(out->bytes, text, out->size) == 0;

    if (!holds)
        tap_note("%.*s", (int)out->size, (const char *)out->bytes);
    bytes_free(out);
    return holds;
}

static int
nests(void)
{
    struct bytes out = {0};
    struct json json = {.out = &out};

    for (int line = 0; line < 2; line++) {
        json_open(&json, '{');
        json_key(&json, "a");
        json_open(&json, '[');
        json_unsigned(&json, 1);
        json_open(&json, '[');
        json_close(&json, ']');
        json_open(&json, '{');
        json_close(&json, '}');
        json_bool(&json, false);
        json_close(&json, ']');
        json_key(&json, "b");
        json_null(&json);
        json_key(&json, "c");
        json_text(&json, "x");
        json_close(&json, '}');
        json_newline(&json);
    }
    return wrote(&out, "{\"a\":[1,[],{},false],\"b\":null,\"c\":\"x\"}\n"
                       "{\"a\":[1,[],{},false],\"b\":null,\"c\":\"x\"}\n");
}

static int
keeps_numbers(void)
{
    struct bytes out = {0};
    struct json json = {.out = &out};

    json_open(&json, '[');
    json_unsigned(&json, 9007199254740991);
    json_unsigned(&json, 9007199254740992);
    json_signed(&json, -5);
    json_signed(&json, INT64_MIN);
    json_decimal(&json, 15025000000);
    json_decimal(&json, DECIMAL_NULL);
    json_amount(&json, AMOUNT_MAX);
    json_amount(&json, AMOUNT_NULL);
    json_time(&json, 500000000);
    json_time(&json, TIME_NULL);
    json_hex(&json, 0xab);
    json_close(&json, ']');
    return wrote(&out, "[9007199254740991,\"9007199254740992\",-5,"
                       "\"-9223372036854775808\",\"150.25\",null,"
                       "\"999999999999999999999999999999.99999999\",null,"
                       "\"1970-01-01T00:00:00.5Z\",null,\"00000000000000ab\"]");
}

/* RFC 8259, section 7: what must be escaped, and nothing else. */
static int
escapes(void)
{
    struct bytes out = {0};
    struct json json = {.out = &out};

    json_string(&json, "\"\\/\b\f\n\r\t\0\v\x1f\x7f\xc3\xa9", 14);
    return wrote(&out, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u000b\\u001f\x7f"
                       "\xc3\xa9\"");
}

static int
stays_utf8(void)
{
    struct bytes out = {0};
    struct json json = {.out = &out};

    json_text(&json, "a\xff\xc3(\xe2\x82");
    return wrote(&out, "\"a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd"
                       "\"");
}

int
main(void)
{
    OK("objects and arrays nest, with commas where they belong", nests());
    OK("numbers that a reader could round are strings, nulls are null",
       keeps_numbers());
    OK("strings are escaped as RFC 8259 says", escapes());
    OK("bytes that are no UTF-8 are replaced, for JSON is UTF-8", stays_utf8());
    return tap_done();
}
