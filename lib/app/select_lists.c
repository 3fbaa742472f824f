#include "app/select_lists.h"

int
select_lists_add(const struct select_lists *lists, struct selection *selection,
                 struct failure *failure)
{
    const struct {
        const struct option_list *list;
        int (*add)(struct selection *, const char *, struct failure *);
    } kinds[] = {
        {&lists->types, selection_add_types},
        {&lists->symbols, selection_add_symbols},
        {&lists->accounts, selection_add_accounts},
        {&lists->ids, selection_add_ids},
    };
    int count = 0;

    for (unsigned k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (unsigned i = 0; i < kinds[k].list->count; i++, count++)
            if (kinds[k].add(selection, kinds[k].list->items[i], failure) != 0)
                return -1;
    return count;
}
