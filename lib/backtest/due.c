#include "backtest/due.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

void
due_free(struct due_list *list)
{
    for (size_t i = list->head; i < list->tail; i++)
        if (list->items[i].kind == DUE_NOTE)
            free(list->items[i].u.note);
    free(list->items);
    memset(list, 0, sizeof *list);
}

/* Whether a happens after b. */
static bool
comes_after(const struct due *a, const struct due *b)
{
    assert(a != b);
    if (a->time != b->time)
        return a->time > b->time;
    if (a->turn != b->turn)
        return a->turn > b->turn;
    return a->strategy > b->strategy;
}

int
due_add(struct due_list *list, const struct due *due, struct failure *failure)
{
    struct due *items;
    size_t at;

    if (list->head > 64 && list->head > list->tail / 2) {
        memmove(list->items, list->items + list->head,
                (list->tail - list->head) * sizeof *items);
        list->tail -= list->head;
        list->head = 0;
    }
    items = array_grow(list->items, &list->capacity, list->tail + 1,
                       sizeof *items, failure);
    if (!items) {
        if (due->kind == DUE_NOTE)
            free(due->u.note);
        return -1;
    }
    list->items = items;
    /* nearly always it is the last: the same delay after a later turn */
    for (at = list->tail++; at > list->head; at--) {
        if (!comes_after(&items[at - 1], due))
            break;
        items[at] = items[at - 1];
    }
    items[at] = *due;
    assert(at >= list->head && at < list->tail);
    return 0;
}
