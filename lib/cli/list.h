/* list.h - --list WHAT: the words that a program knows, one a line, the word
 * first.
 *
 *      types      event types, and what they mean
 *      fields     fields of the types that -t names, or of all types
 *      verbs      verbs, and what they do
 *      zones      time zones
 *      options    options for the completions of shells, tab-separated: name,
 *                 letter, kind of value, words, verbs, help
 *      NAME       the words that the option --NAME takes, also in the plural
 *
 * and what the program has in .lists.
 *
 * Completions and the checks of the man pages read it; so may people.
 */
#ifndef CLI_LIST_H
#define CLI_LIST_H

#include "cli/specs.h"

/* Prints what specs->list names to stdout; 0, or -1 with the failure set. */
int list_print(const struct specs *specs, struct failure *failure);

#endif
