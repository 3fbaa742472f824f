#include "archive/policy.h"

#include <assert.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "io/input.h"
#include "tape/schema.h"

/* ---- words --------------------------------------------------------------- */

/* The words of a line, which is changed: between blanks, or between quotation
 * marks.  How many; -1 with a failure. */
static int
split(char *line, char *words[POLICY_WORDS_MAX], struct failure *failure)
{
    int count = 0;

    for (;;) {
        bool quoted;

        line += strspn(line, " \t\r");
        if (*line == '\0' || *line == '#')
            return count;
        if (count == POLICY_WORDS_MAX)
            return fail(failure, FAILURE_USAGE, "too many words");
        quoted = *line == '"';
        line += quoted;
        words[count++] = line;
        line += strcspn(line, quoted ? "\"" : " \t\r");
        if (quoted && *line != '"')
            return fail(failure, FAILURE_USAGE,
                        "a quotation mark without another one");
        if (*line)
            *line++ = '\0';
    }
}

static int
find_tier(const struct policy *policy, const char *name)
{
    for (unsigned i = 0; i < policy->tier_count; i++)
        if (strcmp(policy->tiers[i].name, name) == 0)
            return (int)i;
    return -1;
}

static const struct policy_class *
find_class(const struct policy *policy, const char *name)
{
    for (unsigned i = 0; i < policy->class_count; i++)
        if (strcmp(policy->classes[i].name, name) == 0)
            return &policy->classes[i];
    return NULL;
}

/* ---- statements ---------------------------------------------------------- */

static bool
is_tier_name(const char *name)
{
    size_t size = strlen(name);

    return size > 0 && size < TIER_MAX && strcmp(name, "expire") != 0 &&
           strcmp(name, "class") != 0 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == size;
}

/* "tier NAME DIRECTORY" */
static int
take_tier(struct policy *policy, char **words, int count,
          struct failure *failure)
{
    bool hot = count > 1 && strcmp(words[1], TIER_HOT) == 0;

    if (count != 3)
        return fail(failure, FAILURE_USAGE, "want: tier NAME DIRECTORY");
    if (!is_tier_name(words[1]))
        return fail(failure, FAILURE_USAGE,
                    "\"%s\" cannot be a tier's name: at most %d of a-z 0-9 _ -",
                    words[1], TIER_MAX - 1);
    if (find_tier(policy, words[1]) >= 0)
        return fail(failure, FAILURE_USAGE, "tier %s is there twice", words[1]);
    if (hot != (strcmp(words[2], ".") == 0))
        return fail(failure, FAILURE_USAGE,
                    "the archive's own directory, \".\", is tier " TIER_HOT
                    ", and no other");
    if (strstr(words[2], "://"))
        return fail(failure, FAILURE_USAGE, "%s: a tier is a directory",
                    words[2]);
    if (policy->tier_count == POLICY_TIERS_MAX)
        return fail(failure, FAILURE_USAGE, "more than %d tiers",
                    POLICY_TIERS_MAX);
    policy->tiers[policy->tier_count++] =
        (struct policy_tier){words[1], words[2]};
    return 0;
}

/* "keep CLASS AGE REASON" */
static int
take_keep(struct policy *policy, char **words, int count,
          struct failure *failure)
{
    struct policy_class class = {0};

    if (count != 4)
        return fail(failure, FAILURE_USAGE, "want: keep CLASS AGE \"REASON\"");
    class.name = words[1];
    class.reason = words[3];
    if (!age_parse(words[2], strlen(words[2]), &class.age))
        return fail(failure, FAILURE_USAGE,
                    "\"%s\" is not an age, such as 30d, 6mo, 7y or forever",
                    words[2]);
    if (find_class(policy, class.name))
        return fail(failure, FAILURE_USAGE, "class %s is there twice",
                    class.name);
    if (policy->class_count == POLICY_CLASSES_MAX)
        return fail(failure, FAILURE_USAGE, "more than %d classes",
                    POLICY_CLASSES_MAX);
    policy->classes[policy->class_count++] = class;
    return 0;
}

/* "drill AGE" */
static int
take_drill(struct policy *policy, char **words, int count,
           struct failure *failure)
{
    if (count != 2)
        return fail(failure, FAILURE_USAGE, "want: drill AGE");
    if (!age_parse(words[1], strlen(words[1]), &policy->drill_age) ||
        policy->drill_age.forever)
        return fail(failure, FAILURE_USAGE,
                    "\"%s\" is not an age, such as 30d, 6mo or 1y", words[1]);
    if (policy->drills)
        return fail(failure, FAILURE_USAGE, "drill is there twice");
    policy->drills = true;
    return 0;
}

/* Whether a pattern can fit a type at all: a name of no type would keep or
 * remove nothing in silence. */
static bool
fits_any(const char *pattern)
{
    char text[PART_PATH_MAX];

    for (unsigned type = 1; type < EVENT_TYPES; type++) {
        struct part_name name = {.type = (uint16_t)type};

        if (!schema_find(name.type))
            continue;
        part_name_type(&name, text);
        if (fnmatch(pattern, text, 0) == 0)
            return true;
    }
    return strspn(pattern, "0123456789") == strlen(pattern);
}

/* The next pattern of a list with commas into room; false at its end. */
static bool
next_pattern(const char **list, char room[PART_PATH_MAX])
{
    size_t size = strcspn(*list, ",");

    if (**list == '\0' || size >= PART_PATH_MAX)
        return false;
    memcpy(room, *list, size);
    room[size] = '\0';
    *list += size + ((*list)[size] == ',');
    return true;
}

static int
check_types(const char *list, struct failure *failure)
{
    char pattern[PART_PATH_MAX];
    const char *rest = list;

    while (next_pattern(&rest, pattern))
        if (!pattern[0] || !fits_any(pattern))
            return fail(failure, FAILURE_USAGE,
                        "\"%s\" is not an event type; tape(5) lists them",
                        pattern);
    return *rest ? fail(failure, FAILURE_USAGE, "too long a type") : 0;
}

/* Each step is longer than the one before it, on any day. */
static int
check_steps(const struct policy_rule *rule, struct failure *failure)
{
    const struct policy_step *last = &rule->steps[rule->step_count - 1];
    int64_t before = 0;

    for (unsigned i = 0; i < rule->step_count; i++) {
        int64_t least, most;

        age_bounds(&rule->steps[i].age, &least, &most);
        if (i > 0 && (least <= before || rule->steps[i - 1].age.forever))
            return fail(failure, FAILURE_USAGE,
                        "ages count from the day of the events: each has to be "
                        "longer than the one before");
        before = most;
    }
    if (rule->expires && last->age.forever)
        return fail(failure, FAILURE_USAGE, "what stays forever cannot expire");
    if (!rule->expires && !last->age.forever)
        return fail(failure, FAILURE_USAGE,
                    "and then? end it with \"expire\", or let the last age be "
                    "\"forever\"");
    return 0;
}

/* A class is a floor: no rule of it may keep events shorter. */
static int
check_class(const struct policy_rule *rule, struct failure *failure)
{
    const struct policy_step *last = &rule->steps[rule->step_count - 1];
    int64_t least, most, floor_least, floor_most;
    char kept[AGE_TEXT_MAX], floor[AGE_TEXT_MAX];

    if (!rule->class)
        return 0;
    age_bounds(&last->age, &least, &most);
    age_bounds(&rule->class->age, &floor_least, &floor_most);
    if (last->age.forever ||
        (last->age.months && last->age.months >= rule->class->age.months &&
         rule->class->age.months) ||
        least >= floor_most)
        return 0;
    age_format(&last->age, kept);
    age_format(&rule->class->age, floor);
    return fail(failure, FAILURE_USAGE,
                "%s is less than the %s of class %s (\"%s\")", kept, floor,
                rule->class->name, rule->class->reason);
}

static int
take_steps(struct policy *policy, struct policy_rule *rule, char **words,
           int count, struct failure *failure)
{
    int at = 2;

    while (at + 1 < count && strcmp(words[at], "expire") != 0 &&
           strcmp(words[at], "class") != 0) {
        struct policy_step *step = &rule->steps[rule->step_count];
        int tier = find_tier(policy, words[at]);

        if (tier < 0)
            return fail(failure, FAILURE_USAGE,
                        "\"%s\" is not a tier of a line above", words[at]);
        if (!age_parse(words[at + 1], strlen(words[at + 1]), &step->age))
            return fail(failure, FAILURE_USAGE,
                        "\"%s\" is not an age, such as 30d, 6mo, 7y or forever",
                        words[at + 1]);
        for (unsigned i = 0; i < rule->step_count; i++)
            if (rule->steps[i].tier == (unsigned)tier)
                return fail(failure, FAILURE_USAGE,
                            "tier %s is in the rule twice", words[at]);
        step->tier = (unsigned)tier;
        if (++rule->step_count == POLICY_STEPS_MAX)
            break;
        at += 2;
    }
    if (at < count && strcmp(words[at], "expire") == 0)
        rule->expires = true, at++;
    if (at + 1 < count && strcmp(words[at], "class") == 0) {
        rule->class = find_class(policy, words[at + 1]);
        if (!rule->class)
            return fail(failure, FAILURE_USAGE,
                        "\"%s\" is not a class of a line above", words[at + 1]);
        at += 2;
    }
    if (at != count || rule->step_count == 0)
        return fail(failure, FAILURE_USAGE,
                    "want: rule TYPES TIER AGE ... [expire] [class CLASS]");
    return 0;
}

/* "rule TYPES TIER AGE ... [expire] [class CLASS]" */
static int
take_rule(struct policy *policy, char **words, int count, unsigned line,
          struct failure *failure)
{
    struct policy_rule *rules =
        array_grow(policy->rules, &policy->rule_capacity,
                   policy->rule_count + 1UL, sizeof *rules, failure);
    struct policy_rule *rule;

    if (!rules)
        return -1;
    policy->rules = rules;
    rule = &rules[policy->rule_count++];
    *rule = (struct policy_rule){.line = line};
    if (count < 2)
        return fail(failure, FAILURE_USAGE,
                    "want: rule TYPES TIER AGE ... [expire] [class CLASS]");
    rule->types = words[1];
    if (check_types(rule->types, failure) != 0 ||
        take_steps(policy, rule, words, count, failure) != 0 ||
        check_steps(rule, failure) != 0)
        return -1;
    return check_class(rule, failure);
}

static int
take_line(struct policy *policy, char *text, unsigned line,
          struct failure *failure)
{
    char *words[POLICY_WORDS_MAX];
    int count = split(text, words, failure);

    if (count <= 0)
        return count;
    if (strcmp(words[0], "tier") == 0)
        return take_tier(policy, words, count, failure);
    if (strcmp(words[0], "keep") == 0)
        return take_keep(policy, words, count, failure);
    if (strcmp(words[0], "rule") == 0)
        return take_rule(policy, words, count, line, failure);
    if (strcmp(words[0], "drill") == 0)
        return take_drill(policy, words, count, failure);
    return fail(failure, FAILURE_USAGE,
                "\"%s\": want tier, keep, drill or rule, see xtape-policy(5)",
                words[0]);
}

int
policy_parse(struct policy *policy, const char *name, const char *text,
             size_t size, struct failure *failure)
{
    struct sha256 sha256 = {0};
    char *rest, *line;

    *policy = (struct policy){.size = size};
    if (memchr(text, '\0', size))
        return fail(failure, FAILURE_USAGE, "%s: not a text file", name);
    policy->text = allocate(failure, size + 1, 1);
    policy->words = allocate(failure, size + 1, 1);
    if (!policy->text || !policy->words || sha256_begin(&sha256, failure) != 0)
        return -1;
    memcpy(policy->text, text, size);
    memcpy(policy->words, text, size);
    sha256_add(&sha256, text, size);
    sha256_end(&sha256, policy->sha256);
    rest = policy->words;
    for (unsigned number = 1; (line = strsep(&rest, "\n")); number++)
        if (take_line(policy, line, number, failure) != 0)
            return fail_at(failure, "%s:%u", name, number);
    assert(policy->tier_count <= POLICY_TIERS_MAX);
    return 0;
}

int
policy_read(struct policy *policy, const char *path, struct failure *failure)
{
    size_t size = 0;
    char *text = input_read_file(path, POLICY_SIZE_MAX, &size, failure);
    int result = -1;

    *policy = (struct policy){0};
    if (!text) /* the user named it */
        failure->kind = FAILURE_USAGE;
    if (text)
        result = policy_parse(policy, path, text, size, failure);
    free(text);
    return result;
}

void
policy_free(struct policy *policy)
{
    free(policy->text);
    free(policy->words);
    free(policy->rules);
    *policy = (struct policy){0};
}

/* ---- judging ------------------------------------------------------------- */

/* How a rule fits a type: 0 not, 1 as "*", 2 by its name or a pattern. */
static int
fit(const struct policy_rule *rule, const char *type)
{
    const char *rest = rule->types;
    char pattern[PART_PATH_MAX];
    int best = 0;

    while (best < 2 && next_pattern(&rest, pattern))
        if (strcmp(pattern, "*") == 0)
            best = 1;
        else if (fnmatch(pattern, type, 0) == 0)
            best = 2;
    return best;
}

static int64_t
expiry(const struct policy_rule *rule, int64_t day)
{
    assert(rule->step_count > 0);
    if (!rule->expires)
        return DAY_NEVER;
    return age_end(&rule->steps[rule->step_count - 1].age, day);
}

void
policy_judge(const struct policy *policy, const char *type, int64_t day,
             int64_t today, struct verdict *verdict)
{
    int best = 0;

    *verdict = (struct verdict){.until = DAY_NEVER, .expires = DAY_NEVER};
    if (day == DAY_NONE)
        return;
    for (unsigned i = 0; i < policy->rule_count; i++) {
        const struct policy_rule *rule = &policy->rules[i];
        int fits = fit(rule, type);
        int64_t expires = fits ? expiry(rule, day) : 0;

        if (fits == 0 || fits < best ||
            (fits == best && expires <= verdict->expires))
            continue;
        best = fits;
        verdict->rule = rule;
        verdict->expires = expires;
    }
    if (!verdict->rule)
        return;
    for (unsigned i = 0; i < verdict->rule->step_count; i++) {
        verdict->step = i;
        verdict->until = age_end(&verdict->rule->steps[i].age, day);
        if (today < verdict->until)
            break;
    }
    assert(verdict->until <= verdict->expires);
}
