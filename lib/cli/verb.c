#include "cli/verb.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "cli/option.h"
#include "cli/value.h"

static const struct verb *
find(const struct verb *verbs, const char *name)
{
    for (; verbs->name; verbs++)
        if (strcmp(verbs->name, name) == 0)
            return verbs;
    return NULL;
}

/* Says that there are no operands; a word without -d is mostly that of -d. */
static int
fail_operand(const struct program *program, const char *taker, const char *word,
             struct failure *failure)
{
    const struct option_spec *spec = program->options;

    while (spec->kind != OPTION_END && strcmp(spec->name, "dir") != 0)
        spec++;
    return fail(failure, FAILURE_USAGE, "\"%s\": %s takes no operands%s", word,
                taker,
                spec->kind != OPTION_END && !value_is_set(spec)
                    ? "; the directory is given with -d"
                    : "");
}

/* Says which verbs there are; word is none of them. */
static int
fail_unknown(const struct verb *verb, const char *word, struct failure *failure)
{
    struct nearest near = nearest_to(word, word ? strlen(word) : 0);
    char list[240] = "";
    size_t used = 0;

    for (; verb->name && used < sizeof list; verb++) {
        nearest_try(&near, verb->name);
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                 used ? ", " : "", verb->name);
    }
    if (!word)
        return fail(failure, FAILURE_USAGE,
                    "a verb is required: %s (see --help)", list);
    return fail(failure, FAILURE_USAGE, "\"%s\" is not one of: %s%s%s%s", word,
                list, near.word ? "; did you mean \"" : " (see --help)",
                near.word ? near.word : "", near.word ? "\"?" : "");
}

const char *
verb_nearest(const struct program *program, const char *word)
{
    struct nearest near = nearest_to(word, strlen(word));
    const struct verb *verb = program->verbs;

    for (; verb && verb->name; verb++)
        if (verb->name[0])
            nearest_try(&near, verb->name);
    return near.word;
}

int
verb_take(const struct program *program, char **operands, int *operand_count,
          struct common_options *common, struct failure *failure)
{
    const char *takes = program->operands;
    const char *word = *operand_count ? operands[0] : NULL;

    if (program->verbs) {
        common->verb = find(program->verbs, word ? word : "");
        if (common->verb && word) {
            --*operand_count;
            memmove(operands, operands + 1,
                    (size_t)*operand_count * sizeof *operands);
        }
        if (!common->verb)
            common->verb = find(program->verbs, "");
        if (!common->verb)
            return fail_unknown(program->verbs, word, failure);
        takes = common->verb->operands;
        if (common->verb->kind == RUN_SILENT && common->output)
            return fail(failure, FAILURE_USAGE,
                        "%s writes nothing: drop --output", common->verb->name);
    }
    if (*operand_count == 0 || takes[0])
        return 0;
    return fail_operand(program,
                        common->verb ? common->verb->name : program->name,
                        operands[0], failure);
}

bool
verb_takes_option(const char *name, const struct option_spec *spec)
{
    const char *word = spec->verbs;
    size_t size = strlen(name);

    if (!word || strcmp(word, name) == 0)
        return true;
    for (; *word; word += strspn(word, " ")) {
        size_t here = strcspn(word, " ");

        if (here == size && memcmp(word, name, size) == 0)
            return true;
        word += here;
    }
    return false;
}
