#include "cli/option.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "cli/help.h"
#include "cli/list.h"
#include "cli/specs.h"
#include "cli/value.h"
#include "io/sandbox.h"

/* ---- parsing ------------------------------------------------------------- */

struct scan {
    int argc;
    char **argv;
    int at; /* the argument being read */
    struct failure *failure;
    const struct program *program;
    struct common_options *common;
};

/* The bit of an option; 0 for one that every program has. */
static uint64_t
bit_of(const struct program *program, const struct option_spec *spec)
{
    const struct option_spec *own = program->options;

    for (uint64_t bit = 1; own && own->kind != OPTION_END; own++, bit <<= 1) {
        assert(bit != 0); /* at most 64 options */
        if (own == spec)
            return bit;
    }
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
    fail(scan->failure, FAILURE_USAGE, "--%s needs an argument: %s", spec->name,
         spec->argument ? spec->argument : "VALUE");
    return NULL;
}

static int
take_option(struct scan *scan, const struct option_spec *spec,
            const char *glued)
{
    const char *text = "";

    scan->common->given |= bit_of(scan->program, spec);
    scan->common->prints |= spec->prints;
    if (spec->kind == OPTION_FLAG && glued)
        return fail(scan->failure, FAILURE_USAGE, "--%s takes no argument",
                    spec->name);
    if (spec->kind != OPTION_FLAG)
        text = argument_of(scan, spec, glued);
    return text ? value_take(spec, text, scan->failure) : -1;
}

static int
fail_unknown(const struct specs *specs, const char *name, size_t size,
             struct failure *failure)
{
    struct nearest near = nearest_to(name, size);
    const struct option_spec *spec;

    for (unsigned i = 0; (spec = specs_nth(specs, i)); i++)
        nearest_try(&near, spec->name);
    return fail(failure, FAILURE_USAGE, "unknown option --%.*s%s%s%s",
                (int)size, name,
                near.word ? "; did you mean --" : "; --help lists them",
                near.word ? near.word : "", near.word ? "?" : "");
}

static int
take_long(struct scan *scan, const struct specs *specs, const char *word)
{
    const char *equals = strchr(word, '=');
    size_t size = equals ? (size_t)(equals - word) : strlen(word);
    const struct option_spec *spec = specs_name(specs, word, size);

    if (!spec)
        return fail_unknown(specs, word, size, scan->failure);
    return take_option(scan, spec, equals ? equals + 1 : NULL);
}

static int
take_letters(struct scan *scan, const struct specs *specs, const char *letters)
{
    for (; *letters; letters++) {
        const struct option_spec *spec = specs_letter(specs, *letters);

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
        bool given = scan->common->given & bit_of(scan->program, spec);

        assert(!spec->required || (spec->letter && spec->argument));
        if (spec->required && !given)
            return fail(scan->failure, FAILURE_USAGE,
                        "needs -%c %s (%s); see --help", spec->letter,
                        spec->argument, spec->help);
        if (given && verb && !verb_takes_option(verb, spec))
            return fail(scan->failure, FAILURE_USAGE, "%s takes no --%s",
                        verb[0] ? verb : scan->program->name, spec->name);
    }
    return 0;
}

/* ---- provenance ---------------------------------------------------------- */

/* The options that shape the output, as far as they fit. */
static void
write_shape(const struct program *program, const char *verb, char *text,
            size_t size)
{
    const struct option_spec *spec = program->options;
    size_t used = 0;
    char value[VALUE_TEXT_MAX];

    assert(size > 0);
    text[0] = '\0';
    for (; spec && spec->kind != OPTION_END && used < size; spec++) {
        if (!spec->shapes || !value_is_set(spec) ||
            (verb && !verb_takes_option(verb, spec)))
            continue;
        value_text(spec, value);
        used += (size_t)snprintf(text + used, size - used, "%s--%s%s%s",
                                 used ? " " : "", spec->name,
                                 value[0] ? " " : "", value);
    }
}

/* The version, and what becomes of a program that a hostile input got hold of:
 * io/sandbox.h. */
static int
print_version(const struct program *program)
{
    printf("%s %s\n", program->name, XTAPE_VERSION);
    if (program->confined)
        printf("sandbox: %s\n", sandbox_kind());
    return 1;
}

/* ---- all of it ----------------------------------------------------------- */

/* Takes the words of the command line in turn, and moves the operands to the
 * front of argv[1...].  0, 1 when help or the version was printed, or -1. */
static int
take_words(struct scan *scan, struct specs *specs, int *operands)
{
    bool only_operands = false;
    int result = 0;

    for (; result == 0 && scan->at < scan->argc; scan->at++) {
        char *word = scan->argv[scan->at];

        assert(*operands < scan->at); /* none is overwritten unread */
        if (only_operands || word[0] != '-' || !word[1])
            scan->argv[1 + (*operands)++] = word;
        else if (strcmp(word, "--") == 0)
            only_operands = true, scan->common->plain = *operands;
        else if (word[1] == '-')
            result = take_long(scan, specs, word + 2);
        else
            result = take_letters(scan, specs, word + 1);
        if (specs->help)
            return help_print(specs), 1;
        if (specs->version)
            return print_version(specs->program);
    }
    return result;
}

int
options_parse(const struct program *program, int argc, char **argv,
              struct common_options *common, int *operand_count, char *shaped,
              size_t shaped_size, struct failure *failure)
{
    struct scan scan = {argc, argv, 1, failure, program, common};
    struct specs specs;
    const char *verb;
    int operands = 0, result;

    specs_make(&specs, program, common);
    common->plain = -1;
    common->given = 0;
    result = take_words(&scan, &specs, &operands);
    if (result == 0 && specs.list)
        result = list_print(&specs, failure) == 0 ? 1 : -1;
    if (result != 0)
        return result;
    if (verb_take(program, argv + 1, &operands, common, failure) != 0)
        return -1;
    verb = verb_name(program, common->verb);
    if (check_given(&scan, verb) != 0)
        return -1;
    *operand_count = operands;
    write_shape(program, verb, shaped, shaped_size);
    return 0;
}

bool
option_given(const struct program *program, const struct common_options *common,
             const char *name)
{
    const struct option_spec *spec = program->options;

    while (spec->kind != OPTION_END && strcmp(spec->name, name) != 0)
        spec++;
    assert(spec->kind != OPTION_END);
    return common->given & bit_of(program, spec);
}
