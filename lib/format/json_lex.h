/* json_lex.h - the tokens of JSON (RFC 8259), strictly.
 *
 * Numbers stay as they are written: no value ever passes through floating
 * point.
 */
#ifndef FORMAT_JSON_LEX_H
#define FORMAT_JSON_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/failure.h"
#include "format/cell.h"

enum json_kind {
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
    JSON_ARRAY, /* of json_scan.h: its strings, joined with '|' */
};

/* Where a reader is in a text of UTF-8. */
struct json_lex {
    const char *start, *at, *end;
    char *scratch; /* where the next decoded string goes; as long as the text */
    struct failure *failure;
};

/* Fails with class data and the byte, from 1.  -1. */
int json_lex_refuse(struct json_lex *lex, const char *complaint);

void json_lex_space(struct json_lex *lex);

/* Takes one character after white space; 0 or -1. */
int json_lex_expect(struct json_lex *lex, char c, const char *complaint);

/* Takes one character, if it is there after white space. */
bool json_lex_accept(struct json_lex *lex, char c);

/* A string after its opening quote: where it lies, or without its escapes in
 * scratch; copied: in scratch in any case. */
int json_lex_string(struct json_lex *lex, bool copied, struct cell *string);

/* A number, true, false or null. */
int json_lex_scalar(struct json_lex *lex, enum json_kind *kind,
                    struct cell *value);

#endif
