#include "cli/help.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS   80
#define TEXT      30               /* the column where explanations begin */
#define LEFT_SIZE (TEXT - 2 - 2)   /* of what is explained */
#define TEXT_SIZE (COLUMNS - TEXT) /* of the explanation */
#define HELP_SIZE 320

_Static_assert(TEXT_SIZE >= COLUMNS / 2, "explanations have room");

/* Prints words in lines that begin at the column TEXT, the first of them where
 * the cursor is. */
static void
print_words(const char *text)
{
    size_t used = 0;

    while (*text) {
        size_t word = strcspn(text, " ");

        if (used && used + 1 + word > TEXT_SIZE) {
            printf("\n%*s", TEXT, "");
            used = 0;
        }
        printf("%s%.*s", used ? " " : "", (int)word, text);
        used += word + (used > 0);
        text += word + strspn(text + word, " ");
    }
    printf("\n");
}

/* One line or more: what is explained, and its explanation. */
static void
print_entry(const char *left, const char *text)
{
    if (strlen(left) > LEFT_SIZE)
        printf("  %s\n%*s", left, TEXT, "");
    else
        printf("  %-*s  ", LEFT_SIZE, left);
    print_words(text);
}

static void
print_verbs(const struct program *program)
{
    const struct verb *verb = program->verbs;

    for (; verb && verb->name; verb++) {
        char left[64];
        int size;

        if (!verb->name[0])
            continue;
        size = snprintf(left, sizeof left, "%s%s%s", verb->name,
                        verb->operands[0] ? " " : "", verb->operands);
        assert((size_t)size < sizeof left && verb->help);
        print_entry(left, verb->help);
    }
    if (program->verbs)
        printf("\n");
}

/* "help (put, compact)": what an option does, and the verbs that have it. */
static void
describe(const struct option_spec *spec, char text[HELP_SIZE])
{
    const char *verbs = spec->verbs ? spec->verbs : "";
    int size =
        snprintf(text, HELP_SIZE, "%s%s", spec->help, verbs[0] ? " (" : "");

    for (; *verbs; verbs++)
        size += snprintf(text + size, HELP_SIZE - (size_t)size, "%s%c%s",
                         *verbs == ' ' ? "," : "", *verbs, verbs[1] ? "" : ")");
    assert(size < HELP_SIZE);
}

static void
print_option(const struct option_spec *spec)
{
    char left[64], text[HELP_SIZE];
    int left_size;

    assert(spec->help);
    left_size = snprintf(
        left, sizeof left, "%c%c%s --%s%s%s", spec->letter ? '-' : ' ',
        spec->letter ? spec->letter : ' ', spec->letter ? "," : " ", spec->name,
        spec->argument ? " " : "", spec->argument ? spec->argument : "");
    assert((size_t)left_size < sizeof left);
    describe(spec, text);
    print_entry(left, text);
}

void
help_print(const struct specs *specs)
{
    const struct program *program = specs->program;
    const struct option_spec *spec;

    printf("%s - %s\n\nusage: %s [options]%s%s\n\n", program->name,
           program->summary, program->name, program->operands[0] ? " " : "",
           program->operands);
    print_verbs(program);
    for (unsigned i = 0; (spec = specs_nth(specs, i)); i++)
        print_option(spec);
    if (program->examples)
        printf("\nexamples:\n");
    for (unsigned i = 0; program->examples && program->examples[i]; i++)
        printf("  %s\n", program->examples[i]);
    printf("\nSee %s(1).\n", program->name);
}
