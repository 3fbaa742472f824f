/* json.h - JSON (RFC 8259), written as it comes: no tree, no blanks.
 *
 *      json_open(&json, '{');
 *      json_key(&json, "events");
 *      json_unsigned(&json, 2620);
 *      json_close(&json, '}');
 *      json_newline(&json);               {"events":2620}
 *
 * Commas are put by themselves.  Decimals, amounts and times are strings; whole
 * numbers are strings too from 2^53 on, since many readers of JSON hold numbers
 * as floating point.  Nulls are null.
 *
 * Being out of memory is sticky in the bytes written to (base/bytes.h).
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/decimal.h"

#define JSON_DEPTH_MAX  32
#define JSON_ESCAPE_MAX 6                   /* bytes that a byte may become */
#define JSON_EXACT_MAX  (UINT64_C(1) << 53) /* whole numbers are exact below */

/* Zeroed, but for out. */
struct json {
    struct bytes *out; /* lent */
    unsigned depth;    /* of what is open */
    char closes[JSON_DEPTH_MAX];
    bool filled[JSON_DEPTH_MAX + 1]; /* something stands there: a comma next */
    bool keyed;                      /* a key stands: its value is next */
};

/* Objects '{' '}' and arrays '[' ']', one within the other. */
void json_open(struct json *json, char bracket);
void json_close(struct json *json, char bracket);

/* The key of the member that comes next, in an object. */
void json_key(struct json *json, const char *key);

/* Values.  Text that is not UTF-8 gets U+FFFD for each wrong byte. */
void json_string(struct json *json, const char *text, size_t size);
void json_text(struct json *json, const char *text); /* NULL: null */
void json_unsigned(struct json *json, uint64_t number);
void json_signed(struct json *json, int64_t number);
void json_bool(struct json *json, bool value);
void json_null(struct json *json);
void json_decimal(struct json *json, int64_t value);
void json_amount(struct json *json, i128 value);
void json_time(struct json *json, int64_t ns);
void json_hex(struct json *json, uint64_t number); /* 16 digits, a string */

/* Ends a line of JSON lines; everything is closed. */
void json_newline(struct json *json);

/* The escaped form of UTF-8 text, without quotes, at at; returns its end.
 * There is room for JSON_ESCAPE_MAX bytes for each of size. */
char *json_escape(char *at, const char *text, size_t size);

#endif
