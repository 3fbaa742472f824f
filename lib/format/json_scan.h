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
#include "format/json_lex.h"

#define JSON_MEMBERS_MAX 64

struct json_member {
    struct cell key, value; /* strings without quotes and escapes */
    enum json_kind kind;
};

/* Scans an object and nothing but white space around it.  Strings with
 * escapes are written to scratch, which is as long as the text.  The number
 * of members, or -1 with a failure that names the byte, from 1. */
int json_scan(const char *text, size_t size, char *scratch,
              struct json_member members[JSON_MEMBERS_MAX],
              struct failure *failure);

#endif
