#include "format/json_rows.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/utf8.h"
#include "format/each.h"
#include "format/json_lex.h"
#include "format/json_path.h"
#include "format/json_split.h"

#define DEPTH_MAX  32
#define JOINED_MAX 1024
#define LEAVES_MAX (SLOTS_MAX * MAPPING_PARTS)

_Static_assert(WHERES_MAX < 64, "each --where is a bit of a uint64_t");
_Static_assert(DEPTH_MAX == 32, "the message names it");

/* A path of -m, and the slot that it feeds. */
struct leaf {
    struct cell path;
    unsigned slot, part;
    bool top; /* it began with a '$': it is never in a row of --each */
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
    struct each_list eaches; /* none: the record is the row */
    const char *comment;     /* records that begin so do not count; NULL */
    struct bytes scratch;
    uint64_t left_out;
    bool any; /* the file had a record */

    /* of the record being read */
    struct json_lex lex;
    struct json_path path;
    unsigned depth;
    bool in_row, common_pass;
    const struct each *each; /* that the row is of */
    unsigned index;          /* of its element */
    struct row common, row;
};

/* ---- leaves -------------------------------------------------------------- */

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

/* Puts a value where --each says that it belongs in its rows. */
static bool
take_placed(struct json_rows *rows, struct cell path, struct cell text)
{
    uint64_t left = rows->in_row && rows->each ? rows->each->placed : 0;
    bool used = false;

    for (; left; left &= left - 1) {
        unsigned slot = (unsigned)__builtin_ctzll(left);

        if (!cell_equal(rows->each->values[slot], path))
            continue;
        feed(rows, &rows->row, slot, 0, text);
        used = true;
    }
    return used;
}

/* Puts a value where -m or --where says. */
static bool
take_mapped(struct json_rows *rows, struct row *row, struct cell path,
            struct cell text)
{
    const struct mapping *mapping = &rows->mapping;
    bool used = take_placed(rows, path, text);

    for (unsigned i = 0; i < rows->leaf_count; i++)
        if (cell_equal(rows->leaves[i].path, path) &&
            !(rows->leaves[i].top && rows->each)) {
            feed(rows, row, rows->leaves[i].slot, rows->leaves[i].part, text);
            used = true;
        }
    for (size_t i = 0; i < mapping->where_count; i++)
        if (cell_equal(mapping->wheres[i].column, path)) {
            if (cell_equal(mapping->wheres[i].text, text))
                row->wheres |= UINT64_C(1) << i;
            used = true;
        }
    return used;
}

/* Puts a value where -m, --where or its name says; last: of an array, whose
 * last element has the place [-1], too. */
static int
take_leaf(struct json_rows *rows, struct cell text, bool last)
{
    const struct mapping *mapping = &rows->mapping;
    struct row *row = rows->in_row ? &rows->row : &rows->common;
    struct cell path = json_path(&rows->path);
    bool used = take_mapped(rows, row, path, text);
    unsigned slot;

    if (last) {
        size_t size = rows->path.size;

        while (rows->path.text[rows->path.size - 1] != '[')
            rows->path.size--;
        json_path_put(&rows->path, "-1]", 3);
        used |= take_mapped(rows, row, json_path(&rows->path), text);
        rows->path.size = size;
        path = json_path(&rows->path);
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

/* Which element of its array the row is, from 1. */
static struct cell
number_of(const struct json_rows *rows, char room[16])
{
    int size = snprintf(room, 16, "%u", rows->index + 1);

    return (struct cell){room, (size_t)size};
}

static int
finish_row(struct json_rows *rows)
{
    const struct mapping *mapping = &rows->mapping;
    uint64_t all = (UINT64_C(1) << mapping->where_count) - 1;
    uint64_t given = rows->row.given | mapping->given;
    struct cell cells[SLOTS_MAX], source;
    char joined[JOINED_MAX], number[16];
    size_t used = 0;
    unsigned slot;

    rows->any = true;
    if ((((rows->row.wheres | rows->common.wheres) ^ mapping->unwanted) &
         all) != all) {
        rows->left_out++;
        return 0;
    }
    for (slot = 0; slot < slot_count(mapping->type); slot++) {
        cells[slot] = mapping->defaults[slot];
        if (rows->each && rows->each->given >> slot & 1)
            cells[slot] = rows->each->values[slot];
        if (rows->each && rows->each->numbered >> slot & 1)
            cells[slot] = number_of(rows, number);
        if (rows->row.given >> slot & 1)
            cells[slot] = join(rows, slot, joined, &used);
    }
    if (rows->each)
        given |= rows->each->given | rows->each->numbered;
    if (import_record(rows->importer, mapping->type, given, cells, &slot) == 0)
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
    size_t size = rows->path.size;
    struct cell key;

    if (json_lex_accept(&rows->lex, '}'))
        return 0;
    do {
        if (json_lex_expect(&rows->lex, '"', "expected a key in quotes") != 0 ||
            json_lex_string(&rows->lex, false, &key) != 0 ||
            json_lex_expect(&rows->lex, ':', "expected ':' after a key") != 0)
            return -1;
        json_path_key(&rows->path, key);
        if (walk(rows) != 0)
            return -1;
        rows->path.size = size;
    } while (json_lex_accept(&rows->lex, ','));
    return json_lex_expect(&rows->lex, '}', "expected ',' or '}'");
}

static int
walk_array(struct json_rows *rows)
{
    size_t size = rows->path.size;
    unsigned index = 0;

    if (json_lex_accept(&rows->lex, ']'))
        return 0;
    do {
        json_path_index(&rows->path, index++);
        if (walk(rows) != 0)
            return -1;
        rows->path.size = size;
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
    json_lex_space(&rows->lex);
    return take_leaf(rows, text,
                     rows->path.size > rows->path.start &&
                         rows->path.text[rows->path.size - 1] == ']' &&
                         rows->lex.at < rows->lex.end && *rows->lex.at == ']');
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
    size_t start = rows->path.start;
    int result;

    if (rows->in_row || rows->eaches.count == 0)
        return walk_value(rows);
    rows->each = each_find(&rows->eaches, json_path(&rows->path), &rows->index);
    if (!rows->each)
        return walk_value(rows);
    rows->in_row = true;
    rows->path.start = rows->path.size;
    assert(rows->path.start <= JSON_PATH_MAX);
    rows->row = rows->common;
    result = walk_value(rows);
    if (result == 0 && !rows->common_pass)
        result = finish_row(rows);
    rows->in_row = false;
    rows->each = NULL;
    rows->path.start = start;
    return result;
}

/* The words of what stands before the value on its line: @[0], @[1]. */
static void
take_words(struct json_rows *rows, struct cell text)
{
    unsigned index = 0;

    while (text.size) {
        const char *blank = memchr(text.bytes, ' ', text.size);
        struct cell word = {text.bytes,
                            blank ? (size_t)(blank - text.bytes) : text.size};

        text.bytes += word.size + (blank != NULL);
        text.size -= word.size + (blank != NULL);
        if (word.size == 0)
            continue;
        rows->path.size = 0;
        json_path_put(&rows->path, "@", 1);
        json_path_index(&rows->path, index++);
        take_mapped(rows, rows->in_row ? &rows->row : &rows->common,
                    json_path(&rows->path), word);
    }
    rows->path.size = 0;
}

/* What stands before the value on its line. */
static int
take_prefix(struct json_rows *rows)
{
    struct cell text;

    json_lex_space(&rows->lex);
    text.bytes = rows->lex.at;
    while (rows->lex.at < rows->lex.end && *rows->lex.at != '{' &&
           *rows->lex.at != '[')
        rows->lex.at++;
    if (rows->lex.at == rows->lex.end)
        return fail(rows->lex.failure, FAILURE_DATA,
                    "a record must be an object or an array");
    text.size = (size_t)(rows->lex.at - text.bytes);
    while (text.size && memchr(" :", text.bytes[text.size - 1], 2))
        text.size--;
    if (text.size == 0 || rows->in_row == rows->common_pass)
        return 0;
    take_words(rows, text);
    json_path_put(&rows->path, "@", 1);
    if (take_leaf(rows, text, false) != 0)
        return -1;
    rows->path.size = 0;
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
    rows->path.size = rows->path.start = 0;
    rows->depth = 0;
    rows->common_pass = common;
    rows->each = NULL;
    rows->in_row = rows->eaches.count == 0;
    if (take_prefix(rows) != 0 || walk(rows) != 0)
        return -1;
    assert(rows->depth == 0);
    json_lex_space(&rows->lex);
    if (rows->lex.at < rows->lex.end)
        return json_lex_refuse(&rows->lex, "something follows the record");
    return 0;
}

/* The events of a record. */
static int
read_record(struct json_rows *rows, const char *text, size_t size,
            struct failure *failure)
{
    size_t valid = utf8_span(text, size);

    if (valid < size)
        return fail(failure, FAILURE_DATA, "byte %zu: not UTF-8", valid + 1);
    rows->common = rows->row = (struct row){0};
    rows->any = true;
    if (rows->eaches.count && pass(rows, text, size, true, failure) != 0)
        return -1;
    if (pass(rows, text, size, false, failure) != 0)
        return -1;
    return rows->eaches.count ? 0 : finish_row(rows);
}

static int
take_record(void *owner, const char *text, size_t size, struct failure *failure)
{
    struct json_rows *rows = owner;
    size_t comment = rows->comment ? strlen(rows->comment) : 0;

    if (comment && size >= comment && memcmp(text, rows->comment, comment) == 0)
        return 0;
    if (import_message_begin(rows->importer) != 0)
        return -1;
    read_record(rows, text, size, failure);
    return import_message_end(rows->importer);
}

/* ---- beginning and end --------------------------------------------------- */

static void
add_leaf(struct json_rows *rows, struct cell path, unsigned slot, unsigned part)
{
    bool top = path.size > 1 && *path.bytes == '$';

    if (top) {
        size_t mark = path.bytes[1] == '.' ? 2 : 1;

        path = (struct cell){path.bytes + mark, path.size - mark};
    }
    assert(rows->leaf_count < LEAVES_MAX);
    rows->leaves[rows->leaf_count++] = (struct leaf){path, slot, part, top};
}

struct json_rows *
json_rows_new(const struct import_options *options, struct importer *importer,
              struct failure *failure)
{
    struct json_rows *rows = allocate(failure, 1, sizeof *rows);

    if (!rows)
        return NULL;
    rows->importer = importer;
    rows->comment = options->comment;
    rows->split = (struct json_split){.record = take_record, .owner = rows};
    if (mapping_init(&rows->mapping, options, failure) != 0 ||
        each_list_init(&rows->eaches, options, rows->mapping.type, failure) !=
            0) {
        json_rows_free(rows);
        return NULL;
    }
    for (unsigned i = 0; i < rows->eaches.count; i++)
        rows->split.whole |= rows->eaches.items[i].path.size > 0 &&
                             *rows->eaches.items[i].path.bytes == '[';
    importer->groups = messages_of(rows->mapping.type->type);
    assert(rows->mapping.where_count <= WHERES_MAX);
    importer->rules.one_type = true;
    value_rules_settle(&importer->rules, rows->mapping.type);
    for (unsigned slot = 0; slot < SLOTS_MAX; slot++)
        for (unsigned i = 0; i < rows->mapping.sources[slot].count; i++)
            add_leaf(rows, rows->mapping.sources[slot].parts[i], slot, i);
    return rows;
}

void
json_rows_free(struct json_rows *rows)
{
    if (!rows)
        return;
    mapping_free(&rows->mapping);
    each_list_free(&rows->eaches);
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
