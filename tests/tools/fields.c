/* fields - prints the event tables of tape(5) from the schema, as mdoc. */
#include <stdio.h>

#include "tape/schema.h"

static const char *const kind_names[] = {
    [FIELD_PRICE] = "price",       [FIELD_QUANTITY] = "quantity",
    [FIELD_RATIO] = "ratio",       [FIELD_AMOUNT] = "amount",
    [FIELD_TIME] = "time",         [FIELD_DURATION] = "duration",
    [FIELD_INTERVAL] = "interval", [FIELD_ID] = "id",
    [FIELD_COUNT] = "count",       [FIELD_ENUM] = "enum",
    [FIELD_FLAGS] = "flags",       [FIELD_TEXT] = "text",
    [FIELD_CODE] = "code",         [FIELD_INSTRUMENT] = "instrument",
};

static void
print_field(const struct schema_field *field)
{
    printf(".It %u Ta %u Ta %s Ta %s Ta %s\n", field->offset, field->size,
           kind_names[field->kind], field->name, field->meaning);
}

static void
print_words(const struct schema_field *field)
{
    const char *const *word = field->words;

    if (!word)
        return;
    printf(".Pp\n.Va %s :\n", field->name);
    for (unsigned i = 0; word[i]; i++)
        printf("%s %u%s\n", word[i],
               field->kind == FIELD_FLAGS ? 1U << i : i + 1,
               word[i + 1] ? "," : ".");
}

int
main(void)
{
    for (size_t i = 0; i < schema_type_count; i++) {
        const struct schema_type *type = &schema_types[i];

        printf(".Ss %s (%u)\n", type->name, type->type);
        if (type->meaning[0])
            printf("%c%s.\n", type->meaning[0] - ('a' - 'A'),
                   type->meaning + 1);
        printf("Fixed part: %u bytes.\n", type->size);
        if (type->field_count == 0)
            continue;
        printf(".Bl -column \"offset\" \"bytes\" \"instrument\" "
               "\"remaining_quantity\" \"meaning\"\n");
        for (unsigned f = 0; f < type->field_count; f++)
            print_field(&type->fields[f]);
        printf(".El\n");
        for (unsigned f = 0; f < type->field_count; f++)
            print_words(&type->fields[f]);
    }
    return 0;
}
