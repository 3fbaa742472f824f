/* json_split.h - cuts a file of JSON into records, in pieces of any size.
 *
 * A record is an object or an array: one a line or one after the other, or, if
 * the file or a line is an array of objects or of arrays, each of these.  Bytes
 * that do not separate records are not looked at: whether a record is JSON is
 * for who takes it.
 *
 * Memory: the longest record, JSON_RECORD_MAX at most.
 */
#ifndef FORMAT_JSON_SPLIT_H
#define FORMAT_JSON_SPLIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define JSON_RECORD_MAX (16 * 1024 * 1024)

struct json_split {
    /* Set these, the rest zero. */
    int (*record)(void *owner, const char *text, size_t size,
                  struct failure *failure);
    void *owner;
    bool whole; /* an array of arrays or objects is one record, too */

    uint64_t line; /* where the current record begins, from 1 */

    /* private */
    struct bytes text; /* of the record so far */
    uint64_t lines;    /* so far */
    unsigned depth;    /* of brackets within the record */
    bool in_string, escaped;
    bool bracket;  /* a '[' came: what follows decides whose it is */
    bool in_array; /* records are the elements of an array */
};

/* Return 0, or -1 with the failure set. */
int json_split_push(struct json_split *split, const char *bytes, size_t size,
                    struct failure *failure);

/* The file is over, and another may begin. */
int json_split_end(struct json_split *split, struct failure *failure);
void json_split_free(struct json_split *split);

#endif
