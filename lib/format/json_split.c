#include "format/json_split.h"

#include <assert.h>
#include <inttypes.h>

static int
fail_at_line(const struct json_split *split, struct failure *failure)
{
    return fail_at(failure, "line %" PRIu64, split->line);
}

static int
finish_record(struct json_split *split, struct failure *failure)
{
    size_t size = split->text.size;

    assert(size > 0 && split->depth == 0);
    if (bytes_ok(&split->text, failure) != 0)
        return -1;
    bytes_clear(&split->text);
    if (split->record(split->owner, (const char *)split->text.bytes, size,
                      failure) != 0)
        return fail_at_line(split, failure);
    return 0;
}

static int
keep(struct json_split *split, char c, struct failure *failure)
{
    if (split->text.size == 0)
        split->line = split->lines + 1;
    if (split->text.size == JSON_RECORD_MAX) {
        fail(failure, FAILURE_DATA, "a record of more than %d bytes",
             JSON_RECORD_MAX);
        return fail_at_line(split, failure);
    }
    bytes_put_byte(&split->text, (unsigned char)c);
    return 0;
}

/* A character inside of a record. */
static int
take_inside(struct json_split *split, char c, struct failure *failure)
{
    if (keep(split, c, failure) != 0)
        return -1;
    if (split->in_string) {
        if (c == '"' && !split->escaped)
            split->in_string = false;
        split->escaped = c == '\\' && !split->escaped;
        return 0;
    }
    if (c == '"')
        split->in_string = true;
    else if (c == '[' || c == '{')
        split->depth++;
    else if ((c == ']' || c == '}') && --split->depth == 0)
        return finish_record(split, failure);
    return 0;
}

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A character between records, or of what stands before one on its line. */
static int
take_between(struct json_split *split, char c, struct failure *failure)
{
    if (split->bracket && !is_space(c)) {
        split->bracket = false;
        if (c == '[' || c == '{')
            split->in_array = true;
        else if (take_inside(split, '[', failure) != 0)
            return -1;
        else
            return take_inside(split, c, failure);
    }
    if (c == '[' && !split->whole && !split->in_array &&
        split->text.size == 0) {
        split->bracket = true;
        return 0;
    }
    if (c == '[' || c == '{')
        return take_inside(split, c, failure);
    if (split->in_array && split->text.size == 0 && (c == ',' || c == ']')) {
        split->in_array = c == ',';
        return 0;
    }
    if (c == '\n' && split->text.size)
        return finish_record(split, failure); /* it is no object */
    if (is_space(c) && split->text.size == 0)
        return 0;
    return keep(split, c, failure);
}

int
json_split_push(struct json_split *split, const char *bytes, size_t size,
                struct failure *failure)
{
    for (size_t i = 0; i < size; i++) {
        if (split->depth ? take_inside(split, bytes[i], failure) != 0
                         : take_between(split, bytes[i], failure) != 0)
            return -1;
        split->lines += bytes[i] == '\n';
    }
    return 0;
}

int
json_split_end(struct json_split *split, struct failure *failure)
{
    bool open = split->depth || split->bracket || split->in_array;

    if (open) {
        split->line = split->lines + 1;
        fail(failure, FAILURE_DATA, "the file ends within a record");
        return fail_at_line(split, failure);
    }
    if (split->text.size && finish_record(split, failure) != 0)
        return -1;
    assert(split->text.size == 0 && !split->in_string);
    split->lines = 0;
    return 0;
}

void
json_split_free(struct json_split *split)
{
    bytes_free(&split->text);
}
