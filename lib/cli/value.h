/* value.h - the value of an option: from its text, and back to text for the
 * provenance.
 */
#ifndef CLI_VALUE_H
#define CLI_VALUE_H

#include "cli/option.h"

#define VALUE_TEXT_MAX 512 /* bytes of a value's text, with its NUL */

/* Reads the text of a value; 0, or -1 with a failure of class usage. */
int value_take(const struct option_spec *spec, const char *text,
               struct failure *failure);

/* Whether the option has a value that says something. */
bool value_is_set(const struct option_spec *spec);

/* The value as text, canonical where there is a choice; of one that is set.
 * What does not fit is cut. */
void value_text(const struct option_spec *spec, char text[VALUE_TEXT_MAX]);

#endif
