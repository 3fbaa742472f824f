/* json.h - events from JSON lines: one flat object a line, as xexport writes
 * them.
 *
 * "type" is the name of the type, or the number of one that is not ours; the
 * other keys are the columns of fields.h.  null and missing are the same.
 * Decimals may be strings or numbers, ids and counts too; texts, words and
 * codes are strings; flags are an array of words.
 */
#ifndef FORMAT_JSON_H
#define FORMAT_JSON_H

#include "format/buffer.h"
#include "format/importer.h"
#include "format/json_scan.h"
#include "format/lines.h"

struct json_import {
    /* private */
    struct importer *importer;
    struct lines lines;
    struct json_member *members; /* JSON_MEMBERS_MAX; owned */
    struct buffer scratch;       /* strings without their escapes */
    struct cell *names;          /* of slots, SLOTS_MAX for each type; owned */
    bool any;                    /* the file had an object */
};

/* 0, or -1 with the failure set; failures of push and end name line and
 * key. */
int json_import_init(struct json_import *json, struct importer *importer,
                     struct failure *failure);
void json_import_free(struct json_import *json);
int json_import_push(struct json_import *json, const char *bytes, size_t size,
                     struct failure *failure);

/* The file is over; one without any object is an error. */
int json_import_end(struct json_import *json, struct failure *failure);

#endif
