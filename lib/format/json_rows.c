#include "format/json_rows.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/utf8.h"
#include "format/json_lex.h"
#include "format/json_split.h"
#include "format/mapping.h"

#define DEPTH_MAX  32
#define PATH_MAX_  512 /* bytes of a path */
#define JOINED_MAX 1024
#define LEAVES_MAX (SLOTS_MAX * MAPPING_PARTS)

_Static_assert(WHERES_MAX < 64, "each --where is a bit of a uint64_t");
_Static_assert(DEPTH_MAX == 32, "the message names it");

/* A path of -m, and the slot that it feeds. */
struct leaf {
    struct cell path;
    unsigned slot, part;
};

/* The texts of a row so far. */
struct row {
    struct cell parts[SLOTS_MAX][MAPPING_PARTS];
    uint64_t given;  /* slots */
    uint64_t wheres; /* of --where, those that hold */
};

struct json_rows {
    struct mapping mapping;
    struct importer *importer;
    struct json_split split;
    struct leaf leaves[LEAVES_MAX];
    unsigned leaf_count;
    const char *each; /* NULL: the record is the row */
    struct bytes scratch;
    uint64_t left_out;
    bool any; /* the file had a record */

    /* of the record being read */
    struct json_lex lex;
    char path[PATH_MAX_];
    size_t path_size, path_start; /* rows begin at path_start */
    unsigned depth;
    bool in_row, common_pass;
    struct row common, row;
};

/* ---- paths --------------------------------------------------------------- */

static struct cell
current_path(const struct json_rows *rows)
{
    return (struct cell){rows->path + rows->path_start,
                         rows->path_size - rows->path_start};
}

/* Appends to the path; a path that is too long is no path of -m. */
static void
path_put(struct json_rows *rows, const char *text, size_t size)
{
    size_t room = PATH_MAX_ - rows->path_size;

    if (size > room)
        size = room;
    memcpy(rows->path + rows->path_size, text, size);
    rows->path_size += size;
}

static void
path_key(struct json_rows *rows, struct cell key)
{
    if (rows->path_size > rows->path_start)
        path_put(rows, ".", 1);
    path_put(rows, key.bytes, key.size);
}

static void
path_index(struct json_rows *rows, unsigned index)
{
    char text[16];

    path_put(rows, text, (size_t)snprintf(text, sizeof text, "[%u]", index));
}

/* Whether a pattern, in which [] is any index, is that path. */
static bool
path_is(const char *pattern, struct cell path)
{
    size_t at = 0;

    for (; *pattern; pattern++) {
        if (at == path.size || *pattern != path.bytes[at])
            return false;
        at++;
        if (*pattern == '[' && pattern[1] == ']')
            while (at < path.size && path.bytes[at] != ']')
                at++;
    }
    return at == path.size;
}

/* Whether -x names a path, or something that it lies in. */
static bool
is_ignored(const struct mapping *mapping, struct cell path)
{
    for (size_t size = path.size; size > 0; size--) {
        bool ends = size == path.size || path.bytes[size] == '.' ||
                    path.bytes[size] == '[';

        if (ends &&
            mapping_ignores(mapping, (struct cell){path.bytes, size}, 0))
            return true;
    }
    return false;
}

/* ---- leaves -------------------------------------------------------------- */

static int
refuse_key(const struct json_rows *rows, struct cell path,
           struct failure *failure)
{
    const struct schema_type *type = rows->mapping.type;
    struct nearest near = nearest_to(path.bytes, path.size);
    int size = path.size > 60 ? 60 : (int)path.size;

    for (unsigned slot = 0; slot < slot_count(type); slot++)
        nearest_try(&near, slot_name(type, slot));
    return fail(
        failure, FAILURE_DATA,
        "key \"%.*s\" is not a field of %s%s%s%s (-m FIELD=%.*s says which "
        "it is, -x %.*s or '*' leaves it out)",
        size, path.bytes, type_known(type) ? type->name : "this type",
        near.word ? "; did you mean \"" : "", near.word ? near.word : "",
        near.word ? "\"?" : "", size, path.bytes, size, path.bytes);
}

static void
feed(const struct json_rows *rows, struct row *row, unsigned slot,
     unsigned part, struct cell text)
{
    if (value_is_null(&rows->importer->rules, text))
        text.size = 0;
    row->parts[slot][part] = text;
    if (text.size)
        row->given |= UINT64_C(1) << slot;
}

/* Puts a value where -m, --where or its name says. */
static int
take_leaf(struct json_rows *rows, struct cell text)
{
    const struct mapping *mapping = &rows->mapping;
    struct row *row = rows->in_row ? &rows->row : &rows->common;
    struct cell path = current_path(rows);
    bool used = false;
    unsigned slot;

    for (unsigned i = 0; i < rows->leaf_count; i++)
        if (cell_equal(rows->leaves[i].path, path)) {
            feed(rows, row, rows->leaves[i].slot, rows->leaves[i].part, text);
            used = true;
        }
    for (size_t i = 0; i < mapping->where_count; i++)
        if (cell_equal(mapping->wheres[i].column, path)) {
            if (cell_equal(mapping->wheres[i].text, text))
                row->wheres |= UINT64_C(1) << i;
            used = true;
        }
    if (used || is_ignored(mapping, path))
        return 0;
    slot = slot_find(mapping->type, path);
    if (slot != SLOT_NONE && mapping->sources[slot].count == 0) {
        if (row->given >> slot & 1)
            return fail(rows->lex.failure, FAILURE_DATA,
                        "key \"%.*s\" appears twice", (int)path.size,
                        path.bytes);
        feed(rows, row, slot, 0, text);
        return 0;
    }
    return mapping->ignore_extra ? 0
                                 : refuse_key(rows, path, rows->lex.failure);
}

/* ---- rows ---------------------------------------------------------------- */

/* The text of a slot: that of its parts, joined in room. */
static struct cell
join(const struct json_rows *rows, unsigned slot, char *room, size_t *used)
{
    struct cell text = {room + *used, 0};
    unsigned count = rows->mapping.sources[slot].count;

    if (count <= 1)
        return rows->row.parts[slot][0];
    for (unsigned i = 0; i < count; i++) {
        struct cell part = rows->row.parts[slot][i];

        if (part.size == 0 || part.size + 1 > JOINED_MAX - *used)
            continue;
        if (text.size)
            room[(*used)++] = ' ';
        memcpy(room + *used, part.bytes, part.size);
        *used += part.size;
        text.size = (size_t)(room + *used - text.bytes);
    }
    assert(*used <= JOINED_MAX);
    return text;
}

/* The path that a slot is read from, for messages. */
static struct cell
source_of(const struct json_rows *rows, unsigned slot)
{
    const struct mapping *mapping = &rows->mapping;
    const char *name = slot_name(mapping->type, slot);

    if (mapping->sources[slot].count)
        return mapping->sources[slot].parts[0];
    return cell_of(name ? name : "");
}

static int
finish_row(struct json_rows *rows)
{
    const struct mapping *mapping = &rows->mapping;
    uint64_t all = (UINT64_C(1) << mapping->where_count) - 1;
    struct cell cells[SLOTS_MAX], source;
    char joined[JOINED_MAX];
    size_t used = 0;
    unsigned slot;

    rows->any = true;
    if (((rows->row.wheres | rows->common.wheres) & all) != all) {
        rows->left_out++;
        return 0;
    }
    for (slot = 0; slot < slot_count(mapping->type); slot++) {
        cells[slot] = mapping->defaults[slot];
        if (rows->row.given >> slot & 1)
            cells[slot] = join(rows, slot, joined, &used);
    }
    if (import_record(rows->importer, mapping->type,
                      rows->row.given | mapping->given, cells, &slot) == 0)
        return 0;
    source = source_of(rows, slot == SLOT_NONE ? SLOT_DATA : slot);
    if (slot == SLOT_NONE || source.size == 0)
        return -1;
    return fail_at(rows->lex.failure, "key \"%.*s\"", (int)source.size,
                   source.bytes);
}

/* ---- walking ------------------------------------------------------------- */

static int walk(struct json_rows *rows);

static int
walk_object(struct json_rows *rows)
{
    size_t size = rows->path_size;
    struct cell key;

    if (json_lex_accept(&rows->lex, '}'))
        return 0;
    do {
        if (json_lex_expect(&rows->lex, '"', "expected a key in quotes") != 0 ||
            json_lex_string(&rows->lex, false, &key) != 0 ||
            json_lex_expect(&rows->lex, ':', "expected ':' after a key") != 0)
            return -1;
        path_key(rows, key);
        if (walk(rows) != 0)
            return -1;
        rows->path_size = size;
    } while (json_lex_accept(&rows->lex, ','));
    return json_lex_expect(&rows->lex, '}', "expected ',' or '}'");
}

static int
walk_array(struct json_rows *rows)
{
    size_t size = rows->path_size;
    unsigned index = 0;

    if (json_lex_accept(&rows->lex, ']'))
        return 0;
    do {
        path_index(rows, index++);
        if (walk(rows) != 0)
            return -1;
        rows->path_size = size;
    } while (json_lex_accept(&rows->lex, ','));
    return json_lex_expect(&rows->lex, ']', "expected ',' or ']'");
}

static int
walk_scalar(struct json_rows *rows)
{
    enum json_kind kind = JSON_STRING;
    struct cell text;

    if (json_lex_accept(&rows->lex, '"')) {
        if (json_lex_string(&rows->lex, false, &text) != 0)
            return -1;
    } else if (json_lex_scalar(&rows->lex, &kind, &text) != 0) {
        return -1;
    }
    if (kind == JSON_NULL)
        text.size = 0;
    if (rows->in_row == rows->common_pass) /* not of this pass */
        return 0;
    return take_leaf(rows, text);
}

/* A value, which may be a container, below the current path. */
static int
walk_value(struct json_rows *rows)
{
    int result;

    if (rows->depth == DEPTH_MAX)
        return json_lex_refuse(&rows->lex, "more than 32 levels of nesting");
    rows->depth++;
    if (json_lex_accept(&rows->lex, '{'))
        result = walk_object(rows);
    else if (json_lex_accept(&rows->lex, '['))
        result = walk_array(rows);
    else
        result = walk_scalar(rows);
    rows->depth--;
    return result;
}

/* The same, where it may be a row of --each. */
static int
walk(struct json_rows *rows)
{
    size_t start = rows->path_start;
    int result;

    if (rows->in_row || !rows->each || !path_is(rows->each, current_path(rows)))
        return walk_value(rows);
    rows->in_row = true;
    rows->path_start = rows->path_size;
    assert(rows->path_start <= PATH_MAX_);
    rows->row = rows->common;
    result = walk_value(rows);
    if (result == 0 && !rows->common_pass)
        result = finish_row(rows);
    rows->in_row = false;
    rows->path_start = start;
    return result;
}

/* What stands before the value on its line. */
static int
take_prefix(struct json_rows *rows)
{
    const char *start;

    json_lex_space(&rows->lex);
    start = rows->lex.at;
    while (rows->lex.at < rows->lex.end && *rows->lex.at != '{' &&
           *rows->lex.at != '[')
        rows->lex.at++;
    if (rows->lex.at == rows->lex.end)
        return fail(rows->lex.failure, FAILURE_DATA,
                    "a record must be an object or an array");
    if (rows->lex.at == start || rows->in_row == rows->common_pass)
        return 0;
    path_put(rows, "@", 1);
    while (rows->lex.at > start && rows->lex.at[-1] == ' ')
        rows->lex.at--;
    if (take_leaf(rows, (struct cell){start, (size_t)(rows->lex.at - start)}) !=
        0)
        return -1;
    rows->path_size = 0;
    json_lex_space(&rows->lex);
    return 0;
}

/* Reads the text of a record once. */
static int
pass(struct json_rows *rows, const char *text, size_t size, bool common,
     struct failure *failure)
{
    char *scratch = bytes_text_room(&rows->scratch, size * 2);

    if (!scratch)
        return fail_memory(failure);
    /* the strings of the first pass are still needed in the second */
    if (!common)
        scratch += size;
    rows->lex = (struct json_lex){text, text, text + size, scratch, failure};
    rows->path_size = rows->path_start = 0;
    rows->depth = 0;
    rows->common_pass = common;
    rows->in_row = !rows->each;
    if (take_prefix(rows) != 0 || walk(rows) != 0)
        return -1;
    assert(rows->depth == 0);
    json_lex_space(&rows->lex);
    if (rows->lex.at < rows->lex.end)
        return json_lex_refuse(&rows->lex, "something follows the record");
    return 0;
}

static int
take_record(void *owner, const char *text, size_t size, struct failure *failure)
{
    struct json_rows *rows = owner;
    size_t valid = utf8_span(text, size);

    if (valid < size)
        return fail(failure, FAILURE_DATA, "byte %zu: not UTF-8", valid + 1);
    rows->common = rows->row = (struct row){0};
    rows->any = true;
    if (rows->each && pass(rows, text, size, true, failure) != 0)
        return -1;
    if (pass(rows, text, size, false, failure) != 0)
        return -1;
    return rows->each ? 0 : finish_row(rows);
}

/* ---- beginning and end --------------------------------------------------- */

struct json_rows *
json_rows_new(const struct import_options *options, struct importer *importer,
              struct failure *failure)
{
    struct json_rows *rows = allocate(failure, 1, sizeof *rows);

    if (!rows)
        return NULL;
    rows->importer = importer;
    rows->each = options->each;
    rows->split = (struct json_split){
        .record = take_record,
        .owner = rows,
        .whole = options->each && *options->each == '[',
    };
    if (mapping_init(&rows->mapping, options, failure) != 0) {
        json_rows_free(rows);
        return NULL;
    }
    assert(rows->mapping.where_count <= WHERES_MAX);
    importer->rules.one_type = true;
    value_rules_settle(&importer->rules, rows->mapping.type);
    for (unsigned slot = 0; slot < SLOTS_MAX; slot++)
        for (unsigned i = 0; i < rows->mapping.sources[slot].count; i++)
            rows->leaves[rows->leaf_count++] =
                (struct leaf){rows->mapping.sources[slot].parts[i], slot, i};
    return rows;
}

void
json_rows_free(struct json_rows *rows)
{
    if (!rows)
        return;
    mapping_free(&rows->mapping);
    json_split_free(&rows->split);
    bytes_free(&rows->scratch);
    free(rows);
}

int
json_rows_push(struct json_rows *rows, const char *bytes, size_t size,
               struct failure *failure)
{
    return json_split_push(&rows->split, bytes, size, failure);
}

int
json_rows_end(struct json_rows *rows, struct failure *failure)
{
    if (json_split_end(&rows->split, failure) != 0)
        return -1;
    if (!rows->any)
        return fail(failure, FAILURE_DATA,
                    "line 1: no record (the file is empty)");
    rows->any = false;
    return 0;
}

uint64_t
json_rows_left_out(const struct json_rows *rows)
{
    return rows->left_out;
}
