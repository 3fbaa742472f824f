/* json_scan.h - a strict scanner (RFC 8259) for one flat JSON object.
 *
 * Values are strings, numbers, true, false, null, and arrays of strings;
 * what lies deeper is refused.  Numbers stay as they are written: no value
 * ever passes through floating point.
 */
#ifndef FORMAT_JSON_SCAN_H
#define FORMAT_JSON_SCAN_H

#include <stddef.h>

#include "base/failure.h"
#include "format/cell.h"

#define JSON_MEMBERS_MAX 64

enum json_kind {
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
    JSON_ARRAY, /* its strings, joined with '|' */
};

struct json_member {
    struct cell key, value; /* strings without quotes and escapes */
    enum json_kind kind;
};

/* Scans an object and nothing but white space around it.  Strings with
 * escapes are written to scratch, which is as long as the text.  The number
 * of members, or -1 with a failure that tells the byte, from 1. */
int json_scan(const char *text, size_t size, char *scratch,
              struct json_member members[JSON_MEMBERS_MAX],
              struct failure *failure);

#endif
