/* rules.h - what a reader checks of each event, one entry a type.
 *
 * The byte-sized fields of a type share the word at offset 16: adding bias
 * to it sets the top bit of each byte that is above its largest value.
 */
#ifndef TAPE_RULES_H
#define TAPE_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "tape/header.h"
#include "tape/schema.h"

struct tape_rule {
    uint16_t words; /* the shortest that it may be */
    bool has_texts;
    uint64_t bias;    /* 127 - largest value, in each checked byte */
    uint64_t checked; /* 0x80 in each checked byte */
    const struct schema_type *schema; /* NULL: not known */
};

struct tape_rules {
    struct tape_rule written[EVENT_TYPES]; /* as the writer knew them */
    struct tape_rule known[EVENT_TYPES];   /* as this program knows them */
    bool short_types; /* the writer knew some shorter than this program */
};

/* The rules for a tape with this header. */
void tape_rules_make(struct tape_rules *rules,
                     const struct tape_header *header);

/* A bit for each byte-sized field of the event that holds a value without
 * meaning. The eight bytes at offset 16 are readable even of a shorter event.
 */
static inline uint64_t
tape_rule_broken(const struct tape_rule *rule, const struct event *event)
{
    uint64_t word = ((const uint64_t *)(const void *)event)[2];
    uint64_t low = word & UINT64_C(0x7f7f7f7f7f7f7f7f);

    return ((low + rule->bias) | word) & rule->checked;
}

/* True when every text lies between the fixed part and the event's end. */
bool tape_texts_inside(const struct schema_type *schema,
                       const struct event *event);

/* Fails and names the field of an event that is broken.  -1. */
int tape_rule_explain(const struct tape_rule *rule, const struct event *event,
                      struct failure *failure);

/* Copies an event, of whose fixed part the tape has only written bytes, to at:
 * completed with nulls to the length in schema, its texts after that.  Returns
 * its new size, or 0 with a failure of class data when that would exceed
 * EVENT_MAX: this is the one place where an event grows, and what holds one
 * needs no room for more.  at has room for EVENT_FIXED_MAX bytes more than the
 * event has. */
size_t tape_complete(const struct schema_type *schema, size_t written,
                     const struct event *event, void *at,
                     struct failure *failure);

#endif
