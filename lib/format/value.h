/* value.h - the values of an event, from text, by the rules of an import.
 */
#ifndef FORMAT_VALUE_H
#define FORMAT_VALUE_H

#include <assert.h>

#include "format/fields.h"
#include "format/intern.h"
#include "format/number_text.h"
#include "format/time_text.h"

/* What a word of the input means in a column. */
struct word_rule {
    unsigned slot;
    struct cell theirs, ours; /* ours may be empty: null */
};

struct value_rules {
    bool one_type;      /* the user may add rules for its columns */
    struct cell symbol; /* of records that name no instrument; size 0: none */
    struct time_rules times;
    struct number_rules numbers;
    int8_t scales[SLOTS_MAX]; /* powers of ten */
    const struct word_rule *words;
    size_t word_count;
    const struct cell *nulls; /* texts that stand for no value */
    size_t null_count;
    uint64_t treated; /* slots whose text is rewritten first, a bit each; set
                       * by value_rules_settle */
};

/* An event being made. */
struct values {
    const struct value_rules *rules;
    struct intern *intern;
    struct failure *failure;
    bool ahead;    /* nothing is defined: what is new fails without a message */
    char *event;   /* EVENT_MAX bytes; owned by the caller */
    size_t used;   /* bytes of it: the fixed part and the texts so far */
    char *scratch; /* INTERN_SCRATCH bytes; owned by the caller */
    uint64_t rounded; /* numbers that lost places so far */
};

/* Rules that change nothing. */
struct value_rules value_rules_plain(void);

/* Finds out which columns of a type the rules touch. */
void value_rules_settle(struct value_rules *rules,
                        const struct schema_type *type);

/* What a cell of a slot says: size 0 for the texts that mean null. */
static inline bool
value_is_null(const struct value_rules *rules, struct cell text)
{
    for (size_t i = 0; i < rules->null_count; i++)
        if (cell_equal(rules->nulls[i], text))
            return true;
    return false;
}

/* How value_set sets a field: by its kind, and when rules touch its text. */
extern int (*const value_setters[])(struct values *,
                                    const struct schema_field *, struct cell,
                                    int64_t);
int value_set_treated(struct values *values, unsigned slot,
                      const struct schema_field *field, struct cell text,
                      int64_t time);

/* Sets a field of the event from a text that is not empty; time is the
 * event's.  Decimals may have an exponent as long as they are exact.  Flags
 * are words joined with '|'.  0, or -1 with the failure set. */
static inline int
value_set(struct values *values, unsigned slot,
          const struct schema_field *field, struct cell text, int64_t time)
{
    assert(text.size > 0);
    if (values->rules->treated >> slot & 1)
        return value_set_treated(values, slot, field, text, time);
    return value_setters[field->kind](values, field, text, time);
}

/* A time that is not empty. */
int value_time(struct values *values, struct cell text, int64_t *time);

/* The tail of a type that is not ours, from hexadecimal digits. */
int value_data(struct values *values, struct cell text);

#endif
