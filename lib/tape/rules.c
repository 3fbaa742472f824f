#include "tape/rules.h"

#include <assert.h>
#include <string.h>

#include "tape/frame.h"

static unsigned
largest(const struct schema_field *field)
{
    unsigned count = 0;

    while (field->words[count])
        count++;
    return field->kind == FIELD_FLAGS ? (1U << count) - 1 : count;
}

static void
add_field(struct tape_rule *rule, const struct schema_field *field)
{
    unsigned shift = (field->offset - 16U) * 8;

    if (field->kind == FIELD_TEXT)
        rule->has_texts = true;
    if (field->kind != FIELD_ENUM && field->kind != FIELD_FLAGS)
        return;
    assert(field->size == 1 && field->offset >= 16 && field->offset < 24);
    assert(largest(field) < 128);
    rule->bias |= (uint64_t)(127 - largest(field)) << shift;
    rule->checked |= UINT64_C(0x80) << shift;
}

void
tape_rules_make(struct tape_rules *rules, const struct tape_header *header)
{
    memset(rules, 0, sizeof *rules);
    for (unsigned type = 0; type < EVENT_TYPES; type++) {
        uint16_t words = (uint16_t)(header->sizes[type] / 8);

        rules->written[type].words = words > 2 ? words : 2;
        rules->known[type] = rules->written[type];
    }
    for (size_t i = 0; i < schema_type_count; i++) {
        const struct schema_type *schema = &schema_types[i];
        struct tape_rule *known = &rules->known[schema->type];

        if (header->sizes[schema->type] == 0)
            rules->written[schema->type].words = (uint16_t)(schema->size / 8);
        else if (header->sizes[schema->type] < schema->size)
            rules->short_types = true;
        rules->written[schema->type].schema = schema;
        known->schema = schema;
        if (known->words * 8 < schema->size)
            known->words = (uint16_t)(schema->size / 8);
        for (unsigned f = 0; f < schema->field_count; f++)
            add_field(known, &schema->fields[f]);
    }
}

bool
tape_texts_inside(const struct schema_type *schema, const struct event *event)
{
    for (unsigned i = 0; i < schema->field_count; i++) {
        const struct schema_field *field = &schema->fields[i];
        struct text text;

        if (field->kind != FIELD_TEXT)
            continue;
        memcpy(&text, (const char *)event + field->offset, sizeof text);
        if (text.length && (text.offset < schema->size ||
                            text.offset + text.length > event->words * 8))
            return false;
    }
    return true;
}

int
tape_rule_explain(const struct tape_rule *rule, const struct event *event,
                  struct failure *failure)
{
    assert(rule->schema); /* events of unknown types break no rule */
    for (unsigned i = 0; i < rule->schema->field_count; i++) {
        const struct schema_field *field = &rule->schema->fields[i];
        bool small = field->kind == FIELD_ENUM || field->kind == FIELD_FLAGS;

        if (small && field_unsigned(event, field) > largest(field))
            return fail(failure, FAILURE_DATA,
                        "%s.%s is %u, an unknown value (a newer version of "
                        "this program may know it)",
                        rule->schema->name, field->name,
                        (unsigned)field_unsigned(event, field));
    }
    return fail(failure, FAILURE_DATA, "a text of %s lies outside the event",
                rule->schema->name);
}

size_t
tape_complete(const struct schema_type *schema, size_t written,
              const struct event *event, void *at, struct failure *failure)
{
    size_t grown = schema->size - written;
    size_t tail = (size_t)event->words * 8 - written;
    char *to = at;

    assert(written >= sizeof *event && written < schema->size);
    assert(written <= (size_t)event->words * 8);
    assert(grown <= EVENT_FIXED_MAX); /* the room that at has beyond it */
    if (schema->size + tail > EVENT_MAX) {
        fail(failure, FAILURE_DATA,
             "%u bytes, and %zu with the fields that an older version did not "
             "have: more than the %d that an event may have",
             event->words * 8U, schema->size + tail, EVENT_MAX);
        return 0;
    }
    event_init(at, schema->type);
    memcpy(to, event, written);
    memcpy(to + schema->size, (const char *)event + written, tail);
    ((struct event *)at)->words = (uint16_t)((schema->size + tail) / 8);
    for (unsigned i = 0; i < schema->field_count; i++) {
        const struct schema_field *field = &schema->fields[i];
        struct text *text = (struct text *)(void *)(to + field->offset);

        if (field->kind == FIELD_TEXT && text->length)
            text->offset = (uint16_t)(text->offset + grown);
    }
    return schema->size + tail;
}
