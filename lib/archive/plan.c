#include "archive/plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "archive/catalog.h"
#include "archive/catalog_rows.h"
#include "base/array.h"

static int
add(struct plan_list *plan, const struct part *part, struct failure *failure)
{
    struct plan_part *parts = array_grow(
        plan->parts, &plan->capacity, plan->count + 1, sizeof *parts, failure);

    if (!parts)
        return -1;
    plan->parts = parts;
    parts[plan->count++] = (struct plan_part){.part = *part};
    return 0;
}

int
plan_of_manifests(struct plan_list *plan, const struct archive *archive,
                  const uint64_t *hash, struct failure *failure)
{
    *plan = (struct plan_list){.newest = INT64_MIN};
    for (uint32_t i = 0; i < archive->count; i++) {
        const struct manifest *manifest = &archive->manifests[i];

        if (hash && manifest_stream_hash(manifest->header.stream) != *hash)
            continue;
        for (uint32_t k = 0; k < manifest->part_count; k++) {
            const struct part *part = &manifest->parts[k];

            if (add(plan, part, failure) != 0)
                return -1;
            if (part->time_max > plan->newest)
                plan->newest = part->time_max;
        }
    }
    return 0;
}

void
plan_free(struct plan_list *plan)
{
    free(plan->parts);
    *plan = (struct plan_list){0};
}

/* ---- from the catalog ---------------------------------------------------- */

/* A row: path, tier, rows, bytes. 0; 1 when it cannot be of ours; -1. */
static int
take_row(struct plan_list *plan, struct statement *row, struct failure *failure)
{
    struct part part = {0};
    char path[PART_PATH_MAX];
    size_t size = 0;
    const char *text = column_text(row, 0, &size);

    if (!text || size >= sizeof path)
        return 1;
    memcpy(path, text, size);
    path[size] = '\0';
    text = column_text(row, 1, &size);
    if (!part_name_parse(&part.name, path, NULL) || !text ||
        size >= sizeof part.tier)
        return 1;
    if (size != strlen(TIER_HOT) || memcmp(text, TIER_HOT, size) != 0)
        memcpy(part.tier, text, size);
    part.time_min = INT64_MAX;
    part.time_max = INT64_MIN;
    if (part.name.day > INT64_MIN / NS_PER_DAY &&
        part.name.day < INT64_MAX / NS_PER_DAY) {
        part.time_min = part.name.day * NS_PER_DAY;
        part.time_max = part.time_min + NS_PER_DAY - 1;
    }
    part.rows = (uint64_t)column_integer(row, 2);
    part.size = (uint64_t)column_integer(row, 3);
    return add(plan, &part, failure);
}

/* 0; 1 when the catalog says what cannot be; -1. */
static int
read_rows(struct plan_list *plan, struct database *database,
          struct failure *failure)
{
    struct statement *row = database_prepare(
        database, "SELECT path, tier, rows, bytes FROM part", failure);
    int step = -1, result = row ? 0 : -1;

    while (result == 0 && (step = statement_step(row, failure)) > 0)
        result = take_row(plan, row, failure);
    statement_free(row);
    return result == 0 && step < 0 ? -1 : result;
}

/* The time of the newest event. */
static int
read_newest(struct plan_list *plan, struct database *database,
            struct failure *failure)
{
    struct statement *row = database_prepare(
        database,
        "SELECT time_max FROM part WHERE date >= (SELECT max(date) FROM part)"
        " ORDER BY time_max DESC LIMIT 1",
        failure);
    int step = row ? statement_step(row, failure) : -1;
    size_t size = 0;
    const char *text = step > 0 ? column_text(row, 0, &size) : NULL;

    if (text && !time_parse(text, size, &plan->newest))
        step = 1;
    else if (step > 0)
        step = 0;
    statement_free(row);
    return step;
}

int
plan_open(struct plan_list *plan, struct archive *archive,
          struct failure *failure)
{
    struct failure ignored = {0};
    struct database *database = NULL;
    struct link head;
    char *path = NULL;
    int there = catalog_head(archive, &head, &ignored);

    *plan = (struct plan_list){.newest = INT64_MIN};
    if (there > 0)
        there = catalog_open(archive, CATALOG_NAME, DATABASE_READ, &path,
                             &database, &ignored);
    if (there > 0 && (read_rows(plan, database, &ignored) != 0 ||
                      read_newest(plan, database, &ignored) != 0))
        there = 0;
    database_close(database);
    free(path);
    if (there > 0)
        return 0;
    plan_free(plan); /* by the manifests, then */
    if (archive_load(archive, NULL, failure) != 0)
        return -1;
    return plan_of_manifests(plan, archive, NULL, failure);
}

/* ---- judging ------------------------------------------------------------- */

static bool
is_definition(const struct plan_part *part)
{
    return part->part.name.type == EVENT_INSTRUMENT ||
           part->part.name.type == EVENT_NAME;
}

static int
by_stream(const void *a, const void *b)
{
    const struct plan_part *x = a, *y = b;
    uint64_t s = x->part.name.stream, t = y->part.name.stream;

    if (s != t)
        return s < t ? -1 : 1;
    return is_definition(x) - is_definition(y);
}

static int
by_name(const void *a, const void *b)
{
    const struct plan_part *x = a, *y = b;

    return part_name_compare(&x->part.name, &y->part.name);
}

/* Definitions come after the others of their stream, which are judged. */
static void
keep_definitions(struct plan_list *plan)
{
    int64_t floor = INT64_MIN;

    qsort(plan->parts, plan->count, sizeof *plan->parts, by_stream);
    for (size_t i = 0; i < plan->count; i++) {
        struct plan_part *part = &plan->parts[i];
        struct verdict *verdict = &part->verdict;

        if (i == 0 || part->part.name.stream != part[-1].part.name.stream)
            floor = INT64_MIN;
        if (!is_definition(part)) {
            if (verdict->expires > floor)
                floor = verdict->expires;
            continue;
        }
        if (verdict->expires >= floor)
            continue;
        if (verdict->until == verdict->expires)
            verdict->until = floor;
        verdict->expires = floor;
    }
}

/* The tier of a step of a rule, as parts have it. */
static const char *
step_tier(const struct policy *policy, const struct policy_rule *rule,
          unsigned step)
{
    const char *name = policy->tiers[rule->steps[step].tier].name;

    assert(step < rule->step_count);
    return strcmp(name, TIER_HOT) == 0 ? "" : name;
}

/* What is due of a part, or will be. */
static void
decide(struct plan_part *part, const struct policy *policy, int64_t today)
{
    const struct verdict *verdict = &part->verdict;
    const struct policy_rule *rule = verdict->rule;

    part->action = part->next = PLAN_STAY;
    part->when = DAY_NEVER;
    part->target = part->part.tier;
    if (!rule)
        return;
    part->target = step_tier(policy, rule, verdict->step);
    if (today >= verdict->expires)
        part->action = PLAN_REMOVE;
    else if (strcmp(part->target, part->part.tier) != 0)
        part->action = PLAN_MOVE;
    part->next = part->action;
    if (part->action != PLAN_STAY) {
        part->when = today;
    } else if (verdict->until == verdict->expires) {
        part->when = verdict->until;
        part->next = part->when == DAY_NEVER ? PLAN_STAY : PLAN_REMOVE;
    } else if (verdict->until != DAY_NEVER) {
        part->when = verdict->until;
        part->next = PLAN_MOVE;
        part->target = step_tier(policy, rule, verdict->step + 1);
    }
}

void
plan_judge(struct plan_list *plan, const struct policy *policy, int64_t today)
{
    if (plan->count == 0)
        return;
    qsort(plan->parts, plan->count, sizeof *plan->parts, by_name);
    for (size_t i = 0; i < plan->count; i++) {
        struct plan_part *part = &plan->parts[i];
        const struct part_name *name = &part->part.name;
        char type[PART_PATH_MAX];

        part_name_type(name, type);
        if (i > 0 && part[-1].part.name.type == name->type &&
            part[-1].part.name.day == name->day)
            part->verdict = part[-1].verdict; /* of the same type and day */
        else
            policy_judge(policy, type, name->day, today, &part->verdict);
    }
    keep_definitions(plan);
    for (size_t i = 0; i < plan->count; i++)
        decide(&plan->parts[i], policy, today);
    qsort(plan->parts, plan->count, sizeof *plan->parts, by_name);
}

/* The streams of which something other than definitions stays. */
static int
keep_held_definitions(struct plan_list *plan)
{
    bool stays = false;

    qsort(plan->parts, plan->count, sizeof *plan->parts, by_stream);
    for (size_t i = 0; i < plan->count; i++) {
        struct plan_part *part = &plan->parts[i];

        if (i == 0 || part->part.name.stream != part[-1].part.name.stream)
            stays = false;
        stays |= !is_definition(part) && part->action != PLAN_REMOVE;
        if (is_definition(part) && part->action == PLAN_REMOVE && stays) {
            part->action = PLAN_STAY;
            part->held = true;
        }
    }
    qsort(plan->parts, plan->count, sizeof *plan->parts, by_name);
    return 0;
}

int
plan_hold(struct plan_list *plan, plan_is_held *is_held, void *owner)
{
    bool any = false;

    for (size_t i = 0; i < plan->count; i++) {
        struct plan_part *part = &plan->parts[i];
        int held =
            part->action == PLAN_REMOVE ? is_held(owner, &part->part) : 0;

        if (held < 0)
            return -1;
        if (held == 0)
            continue;
        part->action = PLAN_STAY;
        part->held = any = true;
    }
    return any ? keep_held_definitions(plan) : 0;
}

const struct plan_part *
plan_find(const struct plan_list *plan, const struct part_name *name)
{
    struct plan_part key = {.part = {.name = *name}};

    if (plan->count == 0)
        return NULL;
    return bsearch(&key, plan->parts, plan->count, sizeof key, by_name);
}
