#include "format/mapping.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* ---- the text of options ------------------------------------------------- */

bool
list_next(const char **list, char end, struct cell *item, char *ended)
{
    const char *at = *list;

    if (!at)
        return false;
    if (*at == '"' && strchr(at + 1, '"')) {
        const char *quote = strchr(at + 1, '"');

        *item = (struct cell){at + 1, (size_t)(quote - at - 1)};
        at = quote + 1;
    } else {
        *item = (struct cell){at, 0};
        while (*at && *at != ',' && (*at != end || end == 0))
            at++;
        item->size = (size_t)(at - item->bytes);
    }
    *ended = *at;
    *list = *at ? at + 1 : NULL;
    return true;
}

unsigned
column_number(struct cell text)
{
    unsigned number = 0;

    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9' || i > 4)
            return 0;
        number = number * 10 + (unsigned)(text.bytes[i] - '0');
    }
    return number <= 4096 ? number : 0;
}

int
field_parse(const struct schema_type *type, struct cell text,
            const char *option, unsigned *slot, struct cell *rest,
            struct failure *failure)
{
    const char *equals = memchr(text.bytes, '=', text.size);
    struct cell name = text;

    if (!equals)
        return fail(failure, FAILURE_USAGE, "%s: \"%.*s\" must be FIELD=...%s",
                    option, (int)text.size, text.bytes,
                    strcmp(option, "-m") == 0
                        ? " (a name with a comma is given in quotes or by its "
                          "number: FIELD=4)"
                        : "");
    name.size = (size_t)(equals - text.bytes);
    *rest = (struct cell){equals + 1, text.size - name.size - 1};
    *slot = slot_find(type, name);
    if (*slot != SLOT_NONE)
        return 0;
    field_unknown(type, name, failure);
    return fail_at(failure, "%s", option);
}

/* ---- -m ------------------------------------------------------------------ */

/* The columns of a field, from the text after its '='; *list moves on after
 * the last. */
static int
take_parts(const struct mapping *mapping, unsigned slot,
           struct field_source *source, const char **list,
           struct failure *failure)
{
    char ended = '+';

    *source = (struct field_source){0};
    while (ended == '+') {
        if (source->count == MAPPING_PARTS)
            return fail(failure, FAILURE_USAGE,
                        "-m: %s of more than %d columns",
                        slot_name(mapping->type, slot), MAPPING_PARTS);
        if (!list_next(list, '+', &source->parts[source->count++], &ended))
            return fail(failure, FAILURE_USAGE, "-m: %s of no column",
                        slot_name(mapping->type, slot));
    }
    assert(source->count >= 1 && source->count <= MAPPING_PARTS);
    if (ended && ended != ',')
        return fail(failure, FAILURE_USAGE,
                    "-m: after \"%.*s\" there must be a comma",
                    (int)source->parts[source->count - 1].size,
                    source->parts[source->count - 1].bytes);
    return 0;
}

/* One list of -m.  weak: a field that is mapped already stays so. */
static int
take_maps(struct mapping *mapping, const char *list, bool weak,
          struct failure *failure)
{
    struct field_source source;
    struct cell rest;
    unsigned slot;

    while (list) {
        struct cell item = {list, strcspn(list, ",")};

        if (field_parse(mapping->type, item, "-m", &slot, &rest, failure) != 0)
            return -1;
        list = rest.bytes;
        if (take_parts(mapping, slot, &source, &list, failure) != 0)
            return -1;
        if (mapping->sources[slot].count && !weak)
            return fail(failure, FAILURE_USAGE, "-m: %s is mapped twice",
                        slot_name(mapping->type, slot));
        if (mapping->sources[slot].count == 0)
            mapping->sources[slot] = source;
    }
    return 0;
}

/* ---- -D, -x, --where ----------------------------------------------------- */

static int
take_default(struct mapping *mapping, struct cell text, bool weak,
             struct failure *failure)
{
    struct cell value;
    unsigned slot;

    if (field_parse(mapping->type, text, "-D", &slot, &value, failure) != 0)
        return -1;
    if (mapping->defaults[slot].bytes && !weak)
        return fail(failure, FAILURE_USAGE, "-D: %s is given twice",
                    slot_name(mapping->type, slot));
    if (mapping->defaults[slot].bytes)
        return 0;
    mapping->defaults[slot] = value;
    if (value.size)
        mapping->given |= UINT64_C(1) << slot;
    return 0;
}

static int
take_ignored(struct mapping *mapping, const char *list, struct failure *failure)
{
    struct cell item;
    char ended;

    while (list_next(&list, 0, &item, &ended)) {
        struct cell *larger =
            array_grow(mapping->ignored, &mapping->ignored_capacity,
                       mapping->ignored_count + 1, sizeof *larger, failure);

        if (!larger)
            return -1;
        mapping->ignored = larger;
        larger[mapping->ignored_count++] = item;
        mapping->ignore_extra |= cell_equal(item, cell_of("*"));
    }
    return 0;
}

static int
take_where(struct mapping *mapping, struct cell text, struct failure *failure)
{
    const char *equals = memchr(text.bytes, '=', text.size);
    struct where *larger =
        array_grow(mapping->wheres, &mapping->where_capacity,
                   mapping->where_count + 1, sizeof *larger, failure);
    struct where where;

    if (!larger)
        return -1;
    mapping->wheres = larger;
    if (mapping->where_count == WHERES_MAX)
        return fail(failure, FAILURE_USAGE, "more than %d --where", WHERES_MAX);
    if (!equals)
        return fail(failure, FAILURE_USAGE,
                    "--where: \"%.*s\" must be COLUMN=TEXT or COLUMN!=TEXT",
                    (int)text.size, text.bytes);
    where.differs = equals > text.bytes && equals[-1] == '!';
    where.column = (struct cell){text.bytes,
                                 (size_t)(equals - text.bytes) - where.differs};
    where.text = cell_of(equals + 1);
    mapping->unwanted |= (uint64_t)where.differs << mapping->where_count;
    larger[mapping->where_count++] = where;
    return 0;
}

bool
mapping_ignores(const struct mapping *mapping, struct cell name, size_t number)
{
    for (size_t i = 0; i < mapping->ignored_count; i++)
        if (cell_equal(mapping->ignored[i], name) ||
            (number && column_number(mapping->ignored[i]) == number))
            return true;
    return false;
}

/* ---- all of it ----------------------------------------------------------- */

static int
take_options(struct mapping *mapping, const struct import_options *options,
             bool weak, struct failure *failure)
{
    for (unsigned i = 0; i < options->maps.count; i++)
        if (take_maps(mapping, options->maps.items[i], weak, failure) != 0)
            return -1;
    for (unsigned i = 0; i < options->defaults.count; i++)
        if (take_default(mapping, cell_of(options->defaults.items[i]), weak,
                         failure) != 0)
            return -1;
    for (unsigned i = 0; i < options->ignored.count; i++)
        if (take_ignored(mapping, options->ignored.items[i], failure) != 0)
            return -1;
    for (unsigned i = 0; i < options->wheres.count; i++)
        if (take_where(mapping, cell_of(options->wheres.items[i]), failure) !=
            0)
            return -1;
    return 0;
}

/* A column cannot be both. */
static int
check_ignored(const struct mapping *mapping, struct failure *failure)
{
    for (unsigned slot = 0; slot < SLOTS_MAX; slot++)
        for (unsigned i = 0; i < mapping->sources[slot].count; i++) {
            struct cell part = mapping->sources[slot].parts[i];

            if (mapping_ignores(mapping, part, 0))
                return fail(failure, FAILURE_USAGE,
                            "column \"%.*s\" is left out by -x, but -m reads "
                            "%s from it",
                            (int)part.size, part.bytes,
                            slot_name(mapping->type, slot));
        }
    return 0;
}

int
mapping_init(struct mapping *mapping, const struct import_options *options,
             struct failure *failure)
{
    assert(options->type);
    *mapping = (struct mapping){0};
    mapping->type = type_from_text(cell_of(options->type), &mapping->user);
    if (!mapping->type) {
        type_unknown(cell_of(options->type), failure);
        return fail_at(failure, "-t");
    }
    if (take_options(mapping, options, false, failure) != 0)
        return -1;
    if (options->fallback &&
        take_options(mapping, options->fallback, true, failure) != 0)
        return -1;
    assert(mapping->where_count <= WHERES_MAX);
    return check_ignored(mapping, failure);
}

void
mapping_free(struct mapping *mapping)
{
    free(mapping->ignored);
    free(mapping->wheres);
    mapping->ignored = NULL;
    mapping->wheres = NULL;
    mapping->ignored_count = mapping->where_count = 0;
}
