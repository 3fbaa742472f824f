#include "archive/drill.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/json_flat.h"

/* ---- what the journal says ----------------------------------------------- */

static struct drill_times *
times_of(struct drills *drills, const struct bytes *path,
         struct failure *failure)
{
    bool added;
    uint32_t place = strtab_add(&drills->paths, (const char *)path->bytes,
                                path->size, &added);
    struct drill_times *times;

    if (place == STRTAB_NONE)
        return fail_memory(failure), NULL;
    times = array_grow(drills->times, &drills->capacity, place + 1UL,
                       sizeof *times, failure);
    if (!times)
        return NULL;
    drills->times = times;
    if (added)
        times[place] = (struct drill_times){TIME_NULL, TIME_NULL, TIME_NULL};
    assert(drills->paths.count <= drills->capacity);
    return &times[place];
}

/* Takes a line "drill" or "moved", whose path is in path. */
static int
take_line(struct drills *drills, const char *line, size_t size, bool is_drill,
          struct bytes *path, struct failure *failure)
{
    struct bytes value = {0};
    struct drill_times *times = times_of(drills, path, failure);
    int64_t time = TIME_NULL;

    if (times && json_flat_get(line, size, "time", &value) &&
        time_parse((const char *)value.bytes, value.size, &time)) {
        times->here = TIME_NULL;
        if (!is_drill)
            times->moved = time;
        else if (json_flat_get(line, size, "result", &value) &&
                 strcmp((const char *)value.bytes, "ok") == 0)
            times->passed = times->here = time;
    }
    bytes_free(&value);
    return times ? 0 : -1;
}

int
drills_read(struct drills *drills, const struct journal *journal,
            struct failure *failure)
{
    struct bytes value = {0}, path = {0};
    const char *line;
    size_t at = 0, size;
    int result = 0;

    *drills = (struct drills){0};
    while (result == 0 && journal_next(journal, &at, &line, &size)) {
        bool is_drill;

        if (!json_flat_get(line, size, "what", &value))
            continue;
        is_drill = strcmp((const char *)value.bytes, "drill") == 0;
        if ((is_drill || strcmp((const char *)value.bytes, "moved") == 0) &&
            json_flat_get(line, size, "path", &path))
            result = take_line(drills, line, size, is_drill, &path, failure);
    }
    bytes_free(&value);
    bytes_free(&path);
    return result;
}

void
drills_free(struct drills *drills)
{
    strtab_free(&drills->paths);
    free(drills->times);
    *drills = (struct drills){0};
}

/* ---- rules --------------------------------------------------------------- */

/* The rule that a part is kept by; NULL: none. */
static const struct policy_rule *
rule_of(const struct policy *policy, const struct part_name *name)
{
    struct verdict verdict;
    char type[PART_PATH_MAX];

    part_name_type(name, type);
    policy_judge(policy, type, name->day, 0, &verdict);
    return verdict.rule;
}

int64_t *
drills_of_rules(const struct drills *drills, const struct policy *policy,
                struct failure *failure)
{
    int64_t *passed =
        allocate(failure, policy->rule_count + 1UL, sizeof *passed);

    for (unsigned i = 0; passed && i < policy->rule_count; i++)
        passed[i] = TIME_NULL;
    for (uint32_t i = 0; passed && i < drills->paths.count; i++) {
        const struct policy_rule *rule = NULL;
        struct part_name name;

        if (part_name_parse(&name, drills->paths.entries[i].bytes, NULL))
            rule = rule_of(policy, &name);
        if (rule && drills->times[i].passed > passed[rule - policy->rules])
            passed[rule - policy->rules] = drills->times[i].passed;
    }
    return passed;
}

bool
drill_is_stale(const struct policy *policy, int64_t passed, int64_t today)
{
    return policy->drills &&
           (passed == TIME_NULL ||
            today > age_end(&policy->drill_age, day_of(passed)));
}

/* ---- choosing ------------------------------------------------------------ */

struct candidate {
    const struct part *part;
    const struct policy_rule *rule; /* NULL: none */
    int64_t of_rule; /* its last drill; INT64_MAX: nothing expires by it */
    int64_t here, moved;
    bool first; /* of its rule, by which something expires */
};

static int
compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int
by_risk(const struct candidate *a, const struct candidate *b)
{
    int order = compare(a->here, b->here);

    if (order == 0)
        order = compare(!a->part->tier[0], !b->part->tier[0]);
    if (order == 0)
        order = compare(b->moved, a->moved);
    if (order == 0)
        order = compare(a->part->name.day, b->part->name.day);
    return order ? order : part_compare(a->part, b->part);
}

/* Lines of rules, in their order in the policy. */
static int
by_rule(const void *x, const void *y)
{
    const struct candidate *a = x, *b = y;
    int64_t of_a = a->rule ? a->rule->line : 0;
    int64_t of_b = b->rule ? b->rule->line : 0;
    int order = compare(of_a, of_b);

    return order ? order : by_risk(a, b);
}

static int
in_order(const void *x, const void *y)
{
    const struct candidate *a = x, *b = y;
    int order = compare(!a->first, !b->first);

    if (order == 0 && a->first)
        order = compare(a->of_rule, b->of_rule);
    return order ? order : by_risk(a, b);
}

static void
put_in_order(struct candidate *list, size_t count)
{
    if (count == 0)
        return;
    qsort(list, count, sizeof *list, by_rule);
    for (size_t i = 0; i < count; i++)
        list[i].first = list[i].of_rule != INT64_MAX &&
                        (i == 0 || list[i].rule != list[i - 1].rule);
    qsort(list, count, sizeof *list, in_order);
}

static struct candidate
candidate_of(const struct drills *drills, const struct part *part,
             const struct policy *policy, const int64_t *of_rules)
{
    struct candidate one = {part, NULL, INT64_MAX, TIME_NULL, TIME_NULL, false};
    char path[PART_PATH_MAX];
    uint32_t place;

    part_name_path(&part->name, path);
    place = strtab_find(&drills->paths, path, strlen(path));
    if (place != STRTAB_NONE) {
        one.here = drills->times[place].here;
        one.moved = drills->times[place].moved;
    }
    if (policy)
        one.rule = rule_of(policy, &part->name);
    if (one.rule && one.rule->expires)
        one.of_rule = of_rules[one.rule - policy->rules];
    return one;
}

/* All parts as candidates; for the caller to free. */
static struct candidate *
all_candidates(const struct drills *drills, const struct archive *archive,
               const struct policy *policy, size_t *count,
               struct failure *failure)
{
    int64_t *of_rules =
        policy ? drills_of_rules(drills, policy, failure) : NULL;
    struct candidate *list = NULL;
    size_t total = 0;

    *count = 0;
    for (uint32_t i = 0; i < archive->count; i++)
        total += archive->manifests[i].part_count;
    if (of_rules || !policy)
        list = allocate(failure, total + 1, sizeof *list);
    for (uint32_t i = 0; list && i < archive->count; i++)
        for (uint32_t k = 0; k < archive->manifests[i].part_count; k++)
            list[(*count)++] = candidate_of(
                drills, &archive->manifests[i].parts[k], policy, of_rules);
    assert(!list || *count == total);
    free(of_rules);
    return list;
}

const struct part **
drills_choose(const struct drills *drills, const struct archive *archive,
              const struct policy *policy, size_t *count,
              struct failure *failure)
{
    size_t total;
    struct candidate *list =
        all_candidates(drills, archive, policy, &total, failure);
    const struct part **chosen = NULL;

    if (list) {
        put_in_order(list, total);
        if (*count > total)
            *count = total;
        chosen = allocate(failure, *count + 1, sizeof *chosen);
    }
    for (size_t i = 0; chosen && i < *count; i++)
        chosen[i] = list[i].part;
    free(list);
    return chosen;
}

/* ---- noting -------------------------------------------------------------- */

int
drill_note(struct journal *journal, const struct part *part, const char *result,
           const char *reason, int64_t ns, struct failure *failure)
{
    struct json *json = journal_begin(journal, "drill");
    char path[PART_PATH_MAX];

    assert((strcmp(result, "ok") == 0) == !reason);
    part_name_path(&part->name, path);
    json_key(json, "path");
    json_text(json, path);
    json_key(json, "sha256");
    json_text(json, part->sha256);
    json_key(json, "tier");
    json_text(json, part_tier(part));
    json_key(json, "bytes");
    json_unsigned(json, part->size);
    json_key(json, "rows");
    json_unsigned(json, part->rows);
    json_key(json, "result");
    json_text(json, result);
    if (reason) {
        json_key(json, "reason");
        json_text(json, reason);
    }
    if (ns >= 0) {
        json_key(json, "milliseconds");
        json_unsigned(json, (uint64_t)ns / 1000000);
    }
    return journal_end(journal, failure);
}
