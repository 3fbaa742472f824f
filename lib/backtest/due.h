/* due.h - what strategies asked for, in the order in which it happens: by its
 * time, then by the turn that asked, the strategy and the line.
 */
#ifndef BACKTEST_DUE_H
#define BACKTEST_DUE_H

#include <stddef.h>

#include "base/failure.h"
#include "tape/event.h"

enum due_kind {
    DUE_ORDER,
    DUE_MODIFY,
    DUE_CANCEL,
    DUE_REFUSED, /* a request that names no order */
    DUE_TIMER,
    DUE_NOTE,
};

struct due {
    int64_t time;
    uint64_t turn;
    uint16_t strategy;
    uint8_t kind;
    uint8_t reason;     /* why it is refused; 0: nothing known */
    uint8_t request;    /* of DUE_REFUSED */
    uint32_t index;     /* of the instrument, or UINT32_MAX */
    uint64_t client_id; /* of the order meant; 0: none */
    union {
        struct order order;
        struct modify modify;
        struct cancel cancel;
        char *note; /* owned */
    } u;
};

/* Zeroed: empty. */
struct due_list {
    struct due *items; /* [head, tail), in order; owned */
    size_t head, tail, capacity;
};

void due_free(struct due_list *list);

/* 0, or -1 without memory; the note is then freed. */
int due_add(struct due_list *list, const struct due *due,
            struct failure *failure);

/* What happens next; NULL: nothing.  due_drop takes it away, without its
 * note. */
static inline const struct due *
due_first(const struct due_list *list)
{
    return list->head < list->tail ? &list->items[list->head] : NULL;
}

static inline void
due_drop(struct due_list *list)
{
    list->head++;
    if (list->head == list->tail)
        list->head = list->tail = 0;
}

#endif
