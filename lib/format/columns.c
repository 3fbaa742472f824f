#include "format/columns.h"

#include <assert.h>
#include <string.h>

static void
add(struct columns *columns, unsigned slot)
{
    assert(columns->count <= SLOTS_MAX);
    columns->slots[columns->count++] = slot;
}

static int
add_named(struct columns *columns, struct cell name, struct failure *failure)
{
    unsigned slot = slot_find(columns->type, name);

    if (cell_is(name, "seq"))
        slot = COLUMN_SEQ;
    if (slot == SLOT_NONE || slot == SLOT_EXCHANGE) {
        field_unknown(columns->type, name, failure);
        return fail_at(failure, "-c");
    }
    for (unsigned i = 0; i < columns->count; i++)
        if (columns->slots[i] == slot)
            return fail(failure, FAILURE_USAGE, "-c: column \"%.*s\" twice",
                        (int)name.size, name.bytes);
    add(columns, slot);
    return 0;
}

int
columns_set(struct columns *columns, const struct schema_type *type,
            const char *list, struct failure *failure)
{
    memset(columns, 0, sizeof *columns);
    columns->type = type;
    for (unsigned slot = 0; !list && slot < slot_count(type); slot++)
        if (slot != SLOT_EXCHANGE && slot_name(type, slot))
            add(columns, slot);
    while (list) {
        struct cell name = {list, strcspn(list, ",")};

        if (add_named(columns, name, failure) != 0)
            return -1;
        list = list[name.size] ? list + name.size + 1 : NULL;
    }
    return 0;
}

const char *
columns_title(const struct columns *columns, unsigned column)
{
    unsigned slot = columns->slots[column];

    assert(column < columns->count);
    return slot == COLUMN_SEQ ? "seq" : slot_name(columns->type, slot);
}
