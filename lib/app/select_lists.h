/* select_lists.h - the options by which programs select events: -t, -s, -a and
 * -i, each a list that may be given several times. */
#ifndef APP_SELECT_LISTS_H
#define APP_SELECT_LISTS_H

#include "cli/option.h"
#include "tape/select.h"

struct select_lists {
    struct option_list types, symbols, accounts, ids;
};

/* Adds what was given to a selection.  How many items, or -1 with a failure of
 * class usage. */
int select_lists_add(const struct select_lists *lists,
                     struct selection *selection, struct failure *failure);

#endif
