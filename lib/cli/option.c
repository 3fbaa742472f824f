#include "cli/option.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/digits.h"
#include "tape/header.h"

#define COMMON_MAX 8

/* The options of a program and those that every program has, in one list. */
struct table {
    const struct program *program;
    struct option_spec common[COMMON_MAX];
    bool help, version;
};

static bool
letter_taken(const struct program *program, char letter)
{
    const struct option_spec *spec = program->options;

    for (; spec && spec->kind != OPTION_END; spec++)
        if (spec->letter == letter)
            return true;
    return false;
}

static char
free_letter(const struct program *program, char letter)
{
    return letter_taken(program, letter) ? '\0' : letter;
}

static struct option_spec
flag(const struct program *program, char letter, const char *name, bool *value,
     const char *help)
{
    return (struct option_spec){.letter = free_letter(program, letter),
                                .name = name,
                                .kind = OPTION_FLAG,
                                .value = value,
                                .help = help};
}

static void
make_table(struct table *table, const struct program *program,
           struct common_options *common)
{
    struct option_spec *spec = table->common;

    memset(table, 0, sizeof *table);
    table->program = program;
    if (!program->no_output)
        *spec++ = (struct option_spec){
            .letter = free_letter(program, 'o'),
            .name = "output",
            .kind = OPTION_TEXT,
            .value = &common->output,
            .argument = "FILE",
            .help = "write to FILE, which appears when it is complete"};
    *spec++ = flag(program, 'v', "verbose", &common->verbose,
                   "tell at the end what was done");
    *spec++ = flag(program, 'q', "quiet", &common->quiet,
                   "no progress and no remarks");
    *spec++ = flag(program, 'h', "help", &table->help, "print this");
    *spec =
        flag(program, '\0', "version", &table->version, "print the version");
}

/* The n-th option of the table; NULL after the last. */
static const struct option_spec *
nth(const struct table *table, unsigned n)
{
    const struct option_spec *spec = table->program->options;

    for (; spec && spec->kind != OPTION_END; spec++)
        if (n-- == 0)
            return spec;
    return n < COMMON_MAX && table->common[n].kind != OPTION_END
               ? &table->common[n]
               : NULL;
}

static const struct option_spec *
find_letter(const struct table *table, char letter)
{
    const struct option_spec *spec;

    for (unsigned i = 0; (spec = nth(table, i)); i++)
        if (letter && spec->letter == letter)
            return spec;
    return NULL;
}

static const struct option_spec *
find_name(const struct table *table, const char *name, size_t size)
{
    const struct option_spec *spec;

    for (unsigned i = 0; (spec = nth(table, i)); i++)
        if (strlen(spec->name) == size && memcmp(spec->name, name, size) == 0)
            return spec;
    return NULL;
}

/* Appends to a text of size bytes, cutting what does not fit; its length. */
static size_t
append(char *text, size_t used, size_t size, const char *more)
{
    int count = snprintf(text + used, size - used, "%s", more);

    return used + (size_t)count < size ? used + (size_t)count : size - 1;
}

/* ---- values -------------------------------------------------------------- */

/* None means anything when empty; a shell variable that is not set gives it. */
static int
take_text(const struct option_spec *spec, const char *text,
          struct failure *failure)
{
    if (!*text)
        return fail(failure, FAILURE_USAGE, "--%s: \"\" is no %s", spec->name,
                    spec->argument ? spec->argument : "VALUE");
    *(const char **)spec->value = text;
    return 0;
}

static int
take_stream(const struct option_spec *spec, const char *text,
            struct failure *failure)
{
    if (*text && !tape_stream_is_name(text, strlen(text)))
        return fail(failure, FAILURE_USAGE,
                    "--%s: a name is 1 to %d bytes of UTF-8 without control "
                    "characters",
                    spec->name, TAPE_STREAM_MAX);
    return take_text(spec, text, failure);
}

static int
take_count(const struct option_spec *spec, const char *text,
           struct failure *failure)
{
    uint64_t number;
    uint64_t max = spec->max ? spec->max : UINT64_MAX;

    if (!digits_parse(text, strlen(text), &number) || number < spec->min ||
        number > max)
        return fail(failure, FAILURE_USAGE,
                    "--%s: \"%s\" is not a whole number from %llu to %llu",
                    spec->name, text, (unsigned long long)spec->min,
                    (unsigned long long)max);
    *(uint64_t *)spec->value = number;
    return 0;
}

static int
take_choice(const struct option_spec *spec, const char *text,
            struct failure *failure)
{
    char list[200] = "";
    size_t used = 0;

    for (int i = 0; spec->words[i]; i++) {
        if (strcmp(spec->words[i], text) == 0) {
            *(int *)spec->value = i;
            return 0;
        }
        used = append(list, used, sizeof list, i ? ", " : "");
        used = append(list, used, sizeof list, spec->words[i]);
    }
    return fail(failure, FAILURE_USAGE, "--%s: \"%s\" is none of: %s",
                spec->name, text, list);
}

static int
take_item(const struct option_spec *spec, const char *text,
          struct failure *failure)
{
    struct option_list *list = spec->value;

    if (list->count == OPTION_LIST_MAX)
        return fail(failure, FAILURE_USAGE, "--%s: more than %d of them",
                    spec->name, OPTION_LIST_MAX);
    list->items[list->count++] = text;
    return 0;
}

static int
take_value(const struct option_spec *spec, const char *text,
           struct failure *failure)
{
    enum decimal_result result;

    switch (spec->kind) {
    case OPTION_FLAG: *(bool *)spec->value = true; return 0;
    case OPTION_TEXT: return take_text(spec, text, failure);
    case OPTION_STREAM: return take_stream(spec, text, failure);
    case OPTION_COUNT: return take_count(spec, text, failure);
    case OPTION_CHOICE: return take_choice(spec, text, failure);
    case OPTION_LIST: return take_item(spec, text, failure);
    case OPTION_TIME:
        if (time_parse(text, strlen(text), spec->value))
            return 0;
        return fail(failure, FAILURE_USAGE,
                    "--%s: \"%s\" is not a time such as 2026-01-08 or "
                    "2026-01-08T09:30:00Z, of the years 1678 to 2261",
                    spec->name, text);
    case OPTION_DURATION:
        if (duration_parse(text, strlen(text), spec->value))
            return 0;
        return fail(failure, FAILURE_USAGE,
                    "--%s: \"%s\" is not a duration such as 500ms, 1m, 1h30m",
                    spec->name, text);
    case OPTION_DECIMAL:
        result = decimal_parse(text, strlen(text), spec->value);
        if (result == DECIMAL_OK)
            return 0;
        return fail(failure, FAILURE_USAGE, "--%s: \"%s\" %s", spec->name, text,
                    decimal_complaint(result));
    case OPTION_END: break;
    }
    return -1;
}

/* ---- help ---------------------------------------------------------------- */

static void
print_option(const struct option_spec *spec)
{
    const char *verbs = spec->verbs ? spec->verbs : "";
    const char *colon = verbs[0] ? ": " : "";
    char left[64];

    snprintf(left, sizeof left, "%c%c%s --%s%s%s", spec->letter ? '-' : ' ',
             spec->letter ? spec->letter : ' ', spec->letter ? "," : " ",
             spec->name, spec->argument ? " " : "",
             spec->argument ? spec->argument : "");
    if (strlen(left) > 26)
        printf("  %s\n  %-26s  %s%s%s\n", left, "", verbs, colon, spec->help);
    else
        printf("  %-26s  %s%s%s\n", left, verbs, colon, spec->help);
}

static void
print_help(const struct table *table)
{
    const struct program *program = table->program;
    const struct option_spec *spec;

    printf("%s - %s\n\nusage: %s [options]%s%s\n\n", program->name,
           program->summary, program->name, program->operands[0] ? " " : "",
           program->operands);
    verb_print_help(program);
    for (unsigned i = 0; (spec = nth(table, i)); i++)
        print_option(spec);
    if (program->examples) {
        printf("\nexamples:\n");
        for (unsigned i = 0; program->examples[i]; i++)
            printf("  %s\n", program->examples[i]);
    }
    printf("\nman %s tells all.\n", program->name);
}

/* ---- parsing ------------------------------------------------------------- */

struct scan {
    int argc;
    char **argv;
    int at; /* the argument being read */
    struct failure *failure;
    const struct program *program;
    uint64_t given; /* which of the program's own options, as bits */
};

/* The bit of an option; 0 for one that every program has. */
static uint64_t
bit_of(const struct program *program, const struct option_spec *spec)
{
    const struct option_spec *own = program->options;

    for (uint64_t bit = 1; own && own->kind != OPTION_END; own++, bit <<= 1)
        if (own == spec)
            return bit;
    return 0;
}

/* The argument of an option: what is glued to it, or the next word. */
static const char *
argument_of(struct scan *scan, const struct option_spec *spec,
            const char *glued)
{
    if (glued)
        return glued;
    if (scan->at + 1 < scan->argc)
        return scan->argv[++scan->at];
    fail(scan->failure, FAILURE_USAGE, "--%s wants an argument: %s", spec->name,
         spec->argument ? spec->argument : "VALUE");
    return NULL;
}

static int
take_option(struct scan *scan, const struct option_spec *spec,
            const char *glued)
{
    const char *text = "";

    scan->given |= bit_of(scan->program, spec);
    if (spec->kind == OPTION_FLAG && glued)
        return fail(scan->failure, FAILURE_USAGE, "--%s takes no argument",
                    spec->name);
    if (spec->kind != OPTION_FLAG)
        text = argument_of(scan, spec, glued);
    return text ? take_value(spec, text, scan->failure) : -1;
}

static int
take_long(struct scan *scan, const struct table *table, const char *word)
{
    const char *equals = strchr(word, '=');
    size_t size = equals ? (size_t)(equals - word) : strlen(word);
    const struct option_spec *spec = find_name(table, word, size);

    if (!spec)
        return fail(scan->failure, FAILURE_USAGE,
                    "unknown option --%.*s; --help lists them", (int)size,
                    word);
    return take_option(scan, spec, equals ? equals + 1 : NULL);
}

static int
take_letters(struct scan *scan, const struct table *table, const char *letters)
{
    for (; *letters; letters++) {
        const struct option_spec *spec = find_letter(table, *letters);

        if (!spec)
            return fail(scan->failure, FAILURE_USAGE,
                        "unknown option -%c; --help lists them", *letters);
        if (spec->kind != OPTION_FLAG)
            return take_option(scan, spec, letters[1] ? letters + 1 : NULL);
        if (take_option(scan, spec, NULL) != 0)
            return -1;
    }
    return 0;
}

/* The name of the verb, or of what a choice says in its place; NULL: none. */
static const char *
verb_name(const struct program *program, const struct verb *verb)
{
    const struct option_spec *spec = program->options;

    if (verb)
        return verb->name;
    for (; spec && spec->kind != OPTION_END; spec++)
        if (spec->names_verb && *(int *)spec->value >= 0)
            return spec->words[*(int *)spec->value];
    return NULL;
}

/* What is required is given, and nothing that the verb does not take. */
static int
check_given(const struct scan *scan, const char *verb)
{
    const struct option_spec *spec = scan->program->options;

    for (; spec && spec->kind != OPTION_END; spec++) {
        bool given = scan->given & bit_of(scan->program, spec);

        if (spec->required && !given)
            return fail(scan->failure, FAILURE_USAGE,
                        "needs -%c %s (%s); --help tells more", spec->letter,
                        spec->argument, spec->help);
        if (given && verb && !verb_takes_option(verb, spec))
            return fail(scan->failure, FAILURE_USAGE, "%s takes no --%s",
                        verb[0] ? verb : scan->program->name, spec->name);
    }
    return 0;
}

/* ---- provenance ---------------------------------------------------------- */

/* The value of an option as text, canonical where there is a choice. */
static void
value_text(const struct option_spec *spec, char *text, size_t size)
{
    size_t used = 0;

    switch (spec->kind) {
    case OPTION_TEXT:
    case OPTION_STREAM:
        snprintf(text, size, "%s", *(const char **)spec->value);
        return;
    case OPTION_COUNT:
        snprintf(text, size, "%llu",
                 (unsigned long long)*(uint64_t *)spec->value);
        return;
    case OPTION_TIME: used = time_format(*(int64_t *)spec->value, text); break;
    case OPTION_DURATION:
        used = duration_format(*(int64_t *)spec->value, text);
        break;
    case OPTION_DECIMAL:
        used = decimal_format(*(int64_t *)spec->value, text);
        break;
    case OPTION_CHOICE:
        snprintf(text, size, "%s", spec->words[*(int *)spec->value]);
        return;
    case OPTION_LIST:
        for (unsigned i = 0; i < ((struct option_list *)spec->value)->count;
             i++) {
            used = append(text, used, size, i ? "," : "");
            used = append(text, used, size,
                          ((struct option_list *)spec->value)->items[i]);
        }
        break;
    case OPTION_FLAG:
    case OPTION_END: break;
    }
    text[used] = '\0';
}

/* True when the option has a value that is worth telling. */
static bool
is_set(const struct option_spec *spec)
{
    switch (spec->kind) {
    case OPTION_FLAG: return *(bool *)spec->value;
    case OPTION_TEXT:
    case OPTION_STREAM: return *(const char **)spec->value != NULL;
    case OPTION_LIST: return ((struct option_list *)spec->value)->count > 0;
    case OPTION_TIME: return *(int64_t *)spec->value != TIME_NULL;
    case OPTION_DURATION: return *(int64_t *)spec->value > 0;
    case OPTION_DECIMAL: return *(int64_t *)spec->value != DECIMAL_NULL;
    case OPTION_COUNT: return *(uint64_t *)spec->value >= spec->min;
    case OPTION_CHOICE: return *(int *)spec->value >= 0;
    case OPTION_END: break;
    }
    return false;
}

static void
tell_shape(const struct program *program, const char *verb, char *text,
           size_t size)
{
    const struct option_spec *spec = program->options;
    size_t used = 0;
    char value[512];

    text[0] = '\0';
    for (; spec && spec->kind != OPTION_END; spec++) {
        if (!spec->shapes || !is_set(spec) ||
            (verb && !verb_takes_option(verb, spec)))
            continue;
        value_text(spec, value, sizeof value);
        used = append(text, used, size, used ? " --" : "--");
        used = append(text, used, size, spec->name);
        if (spec->kind != OPTION_FLAG) {
            used = append(text, used, size, " ");
            used = append(text, used, size, value);
        }
    }
}

int
options_parse(const struct program *program, int argc, char **argv,
              struct common_options *common, int *operand_count, char *shaped,
              size_t shaped_size, struct failure *failure)
{
    struct scan scan = {argc, argv, 1, failure, program, 0};
    struct table table;
    bool only_operands = false;
    const char *verb;
    int operands = 0;

    make_table(&table, program, common);
    for (; scan.at < argc; scan.at++) {
        char *word = argv[scan.at];

        if (only_operands || word[0] != '-' || !word[1])
            argv[1 + operands++] = word;
        else if (strcmp(word, "--") == 0)
            only_operands = true;
        else if ((word[1] == '-' ? take_long(&scan, &table, word + 2)
                                 : take_letters(&scan, &table, word + 1)) != 0)
            return -1;
        if (table.help) {
            print_help(&table);
            return 1;
        }
        if (table.version) {
            printf("%s %s\n", program->name, XTAPE_VERSION);
            return 1;
        }
    }
    if (verb_take(program, argv + 1, &operands, common, failure) != 0)
        return -1;
    verb = verb_name(program, common->verb);
    if (check_given(&scan, verb) != 0)
        return -1;
    *operand_count = operands;
    tell_shape(program, verb, shaped, shaped_size);
    return 0;
}
