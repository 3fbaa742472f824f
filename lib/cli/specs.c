#include "cli/specs.h"

#include <assert.h>
#include <string.h>

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

void
specs_make(struct specs *specs, const struct program *program,
           struct common_options *common)
{
    struct option_spec *spec = specs->common;

    assert(program->name && program->operands);
    memset(specs, 0, sizeof *specs);
    specs->program = program;
    if (program->output != RUN_SILENT)
        *spec++ = (struct option_spec){
            .letter = free_letter(program, 'o'),
            .name = "output",
            .kind = OPTION_TEXT,
            .value = &common->output,
            .argument = "FILE",
            .help = "write to FILE, which appears when it is complete"};
    *spec++ = flag(program, 'v', "verbose", &common->verbose,
                   "print a summary at the end");
    *spec++ = flag(program, 'q', "quiet", &common->quiet,
                   "print neither progress nor remarks");
    *spec++ = (struct option_spec){.name = "list",
                                   .kind = OPTION_TEXT,
                                   .value = &specs->list,
                                   .argument = "WHAT",
                                   .help = "list types, fields, options, ..."};
    *spec++ = flag(program, 'h', "help", &specs->help, "print this help");
    *spec++ =
        flag(program, '\0', "version", &specs->version, "print the version");
    assert(spec < specs->common + SPECS_COMMON_MAX);
    assert(spec->kind == OPTION_END);
}

const struct option_spec *
specs_nth(const struct specs *specs, unsigned n)
{
    const struct option_spec *spec = specs->program->options;

    for (; spec && spec->kind != OPTION_END; spec++)
        if (n-- == 0)
            return spec;
    for (spec = specs->common; spec->kind != OPTION_END; spec++)
        if (n-- == 0)
            return spec;
    return NULL;
}

const struct option_spec *
specs_letter(const struct specs *specs, char letter)
{
    const struct option_spec *spec;

    assert(letter);
    for (unsigned i = 0; (spec = specs_nth(specs, i)); i++)
        if (spec->letter == letter)
            return spec;
    return NULL;
}

const struct option_spec *
specs_name(const struct specs *specs, const char *name, size_t size)
{
    const struct option_spec *spec;

    for (unsigned i = 0; (spec = specs_nth(specs, i)); i++)
        if (strlen(spec->name) == size && memcmp(spec->name, name, size) == 0)
            return spec;
    return NULL;
}
