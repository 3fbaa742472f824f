#include "format/csv_wide.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"

/* The slot that a name after a group means. */
static unsigned
slot_of(const struct each *each, const struct schema_type *type,
        struct cell name)
{
    for (unsigned slot = 0; slot < slot_count(type); slot++)
        if (each->placed >> slot & 1 && cell_equal(each->values[slot], name))
            return slot;
    return slot_find(type, name);
}

int
csv_wide_take(struct csv_wide *wide, const struct schema_type *type,
              struct cell name, uint32_t column, struct failure *failure)
{
    for (unsigned i = 0; i < wide->eaches.count; i++) {
        const struct each *each = &wide->eaches.items[i];
        struct wide_column taken = {.each = i, .column = column};
        struct wide_column *larger;
        struct cell rest = name;
        size_t size;

        if (!each_begins(each->path, name, &size, &taken.index))
            continue;
        size += size < name.size && name.bytes[size] == '.';
        rest = (struct cell){name.bytes + size, name.size - size};
        taken.slot = slot_of(each, type, rest);
        if (taken.slot == SLOT_NONE)
            continue;
        larger = array_grow(wide->columns, &wide->capacity, wide->count + 1,
                            sizeof *larger, failure);
        if (!larger)
            return -1;
        wide->columns = larger;
        larger[wide->count++] = taken;
        return 1;
    }
    return 0;
}

static int
compare(const void *a, const void *b)
{
    const struct wide_column *one = a, *two = b;

    if (one->each != two->each)
        return one->each < two->each ? -1 : 1;
    if (one->index != two->index)
        return one->index < two->index ? -1 : 1;
    return (one->slot > two->slot) - (one->slot < two->slot);
}

int
csv_wide_settle(struct csv_wide *wide, struct failure *failure)
{
    if (wide->eaches.count && wide->count == 0)
        return fail(failure, FAILURE_DATA, "no column is one of --each %.*s",
                    (int)wide->eaches.items[0].path.size,
                    wide->eaches.items[0].path.bytes);
    if (wide->count)
        qsort(wide->columns, wide->count, sizeof *wide->columns, compare);
    return 0;
}

void
csv_wide_restart(struct csv_wide *wide)
{
    wide->count = 0;
}

void
csv_wide_free(struct csv_wide *wide)
{
    each_list_free(&wide->eaches);
    free(wide->columns);
    *wide = (struct csv_wide){0};
}

size_t
csv_wide_group(const struct csv_wide *wide, size_t at, const struct cell *row,
               struct cell *slots, uint64_t *given, char number[16], bool *any)
{
    const struct wide_column first = wide->columns[at];
    const struct each *each = &wide->eaches.items[first.each];

    assert(at < wide->count && first.each < wide->eaches.count);
    for (uint64_t left = each->given | each->numbered; left; left &= left - 1) {
        unsigned slot = (unsigned)__builtin_ctzll(left);

        slots[slot] = each->values[slot];
        if (each->numbered >> slot & 1)
            slots[slot] = (struct cell){
                number, (size_t)snprintf(number, 16, "%u", first.index + 1)};
    }
    *given |= each->given | each->numbered;
    *any = false;
    for (; at < wide->count && wide->columns[at].each == first.each &&
           wide->columns[at].index == first.index;
         at++) {
        struct cell cell = row[wide->columns[at].column];

        slots[wide->columns[at].slot] = cell;
        *given |= UINT64_C(1) << wide->columns[at].slot;
        *any = *any || cell.size;
    }
    return at;
}
