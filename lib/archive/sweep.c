#include "archive/sweep.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive_private.h"
#include "archive/commit.h"
#include "archive/drill.h"
#include "archive/sweep_change.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/count.h"
#include "base/json_flat.h"

#define BATCH_MAX 256 /* changes that are committed together */

/* ---- the policy in force ------------------------------------------------- */

/* Whether a line of the journal says what. */
static bool
says(const char *line, size_t size, const char *what, struct bytes *room)
{
    return json_flat_get(line, size, "what", room) &&
           strcmp((const char *)room->bytes, what) == 0;
}

/* The text of the policy that the journal has last; false: of none. */
static bool
last_policy(const struct journal *journal, struct bytes *text)
{
    struct bytes what = {0};
    const char *line, *last = NULL;
    size_t at = 0, size, last_size = 0;

    while (journal_next(journal, &at, &line, &size))
        if (says(line, size, "policy", &what)) {
            last = line;
            last_size = size;
        }
    bytes_free(&what);
    return last && json_flat_get(last, last_size, "text", text);
}

/* How many parts that are there now the new policy keeps shorter.  One that
 * cannot be read any more kept everything. */
static int
count_shortened(const struct sweep *sweep, const struct bytes *old,
                uint64_t *count, struct failure *failure)
{
    struct failure ignored = {0};
    struct plan_list before = {0};
    struct policy policy;
    int result = 0;

    *count = 0;
    if (policy_parse(&policy, "", (const char *)old->bytes, old->size,
                     &ignored) != 0)
        policy.rule_count = 0;
    before.parts =
        allocate(failure, sweep->plan.count + 1, sizeof *before.parts);
    if (!before.parts)
        result = -1;
    for (size_t i = 0; result == 0 && i < sweep->plan.count; i++)
        before.parts[before.count++] = sweep->plan.parts[i];
    if (result == 0)
        plan_judge(&before, &policy, day_of(sweep->now));
    for (size_t i = 0; result == 0 && i < before.count; i++)
        *count += sweep->plan.parts[i].verdict.expires <
                  before.parts[i].verdict.expires;
    plan_free(&before);
    policy_free(&policy);
    return result;
}

static int
note_policy(struct sweep *sweep, uint64_t shortened, struct failure *failure)
{
    struct json *json = journal_begin(sweep->journal, "policy");

    json_key(json, "sha256");
    json_text(json, sweep->policy->sha256);
    if (shortened > 0) {
        json_key(json, "shortened_parts");
        json_unsigned(json, shortened);
        json_key(json, "shorten");
        json_text(json, sweep->shorten);
    }
    json_key(json, "text");
    json_string(json, sweep->policy->text, sweep->policy->size);
    if (journal_end(sweep->journal, failure) != 0)
        return -1;
    return journal_commit(sweep->journal, failure);
}

/* The journal has every policy that was in force; one that keeps what is there
 * shorter has to be given a reason. */
static int
check_policy(struct sweep *sweep, struct failure *failure)
{
    struct bytes old = {0};
    uint64_t shortened = 0;
    int result = 0;
    bool known = last_policy(sweep->journal, &old);

    if (known && old.size == sweep->policy->size &&
        (old.size == 0 ||
         memcmp(old.bytes, sweep->policy->text, old.size) == 0)) {
        bytes_free(&old);
        return 0;
    }
    if (known)
        result = count_shortened(sweep, &old, &shortened, failure);
    bytes_free(&old);
    if (result == 0 && shortened > 0 && !sweep->shorten)
        return fail(failure, FAILURE_USAGE,
                    "%s/" POLICY_NAME ": it keeps " COUNT_FORMAT
                    " shorter than the policy before it: if that is "
                    "meant, say why with --shorten REASON",
                    sweep->archive->directory, COUNT(shortened, "part"));
    return result == 0 ? note_policy(sweep, shortened, failure) : -1;
}

/* ---- the clock ----------------------------------------------------------- */

static int
check_clock(struct sweep *sweep, struct failure *failure)
{
    const struct journal *journal = sweep->journal;
    char text[TIME_TEXT_MAX + 1];

    if (journal->time == TIME_NULL)
        return 0;
    text[time_format(journal->time, text)] = '\0';
    if (sweep->now < journal->time)
        return fail(failure, FAILURE_ENVIRONMENT,
                    "the clock is before the last line of the journal, which "
                    "is of %s: nothing was done",
                    text);
    if (sweep->now - journal->time > SWEEP_PAUSE_MAX && !sweep->now_given)
        return fail(failure, FAILURE_ENVIRONMENT,
                    "the clock is far ahead of the last line of the journal, "
                    "which is of %s: nothing was done; if the clock is right, "
                    "say so once with --now",
                    text);
    return 0;
}

/* ---- changes ------------------------------------------------------------- */

static int
add_change(struct sweep *sweep, const struct part *part,
           const struct plan_part *planned, struct failure *failure)
{
    struct sweep_change *changes =
        array_grow(sweep->changes, &sweep->change_capacity,
                   sweep->change_count + 1, sizeof *changes, failure);
    struct sweep_change *change;

    if (!changes)
        return -1;
    sweep->changes = changes;
    change = &changes[sweep->change_count++];
    *change = (struct sweep_change){.part = *part,
                                    .removes = planned->action == PLAN_REMOVE,
                                    .line = planned->verdict.rule->line,
                                    .holds = sweep->holds->count};
    memcpy(change->target, planned->target, strlen(planned->target) + 1);
    memcpy(change->policy, sweep->policy->sha256, sizeof change->policy);
    return 0;
}

/* Adds a part to the manifest that is to come, as it will be: copied already,
 * gone, or as it is. */
static int
take_part(struct sweep *sweep, struct manifest *next, const struct part *part,
          const struct plan_part *planned, struct failure *failure)
{
    struct failure reason = {0};
    struct part moved = *part;

    assert(planned);
    if (planned->action == PLAN_STAY ||
        (planned->action == PLAN_REMOVE && sweep->clock_behind))
        return manifest_add_part(next, part, failure);
    if (planned->action == PLAN_MOVE &&
        depot_copy(sweep->archive, part, planned->target, &reason) < 0) {
        if (reason.kind != FAILURE_DATA)
            return *failure = reason, -1;
        if (sweep->damaged.kind == FAILURE_NONE) /* the others go on */
            sweep->damaged = reason;
        return manifest_add_part(next, part, failure);
    }
    if (add_change(sweep, part, planned, failure) != 0)
        return -1;
    if (planned->action == PLAN_REMOVE)
        return manifest_add_gone(next, part, failure);
    memcpy(moved.tier, planned->target, strlen(planned->target) + 1);
    return manifest_add_part(next, &moved, failure);
}

/* Whether something is due of a manifest's parts. */
static bool
is_due(const struct sweep *sweep, const struct manifest *manifest,
       const struct plan_list *plan)
{
    for (uint32_t i = 0; i < manifest->part_count; i++) {
        const struct plan_part *planned =
            plan_find(plan, &manifest->parts[i].name);

        if (planned && planned->action != PLAN_STAY &&
            !(planned->action == PLAN_REMOVE && sweep->clock_behind))
            return true;
    }
    return false;
}

static int
take_manifest(struct sweep *sweep, const struct manifest *old,
              const struct plan_list *plan, struct failure *failure)
{
    struct manifest *grown =
        array_grow(sweep->next, &sweep->next_capacity, sweep->next_count + 1UL,
                   sizeof *grown, failure);
    size_t changes = sweep->change_count;
    struct manifest *next;
    int result;

    if (!grown)
        return -1;
    sweep->next = grown;
    next = &grown[sweep->next_count++];
    result = manifest_begin_next(next, old, failure);
    for (uint32_t i = 0; result == 0 && i < old->part_count; i++)
        result = take_part(sweep, next, &old->parts[i],
                           plan_find(plan, &old->parts[i].name), failure);
    if (result == 0 && sweep->change_count == changes)
        manifest_free(&sweep->next[--sweep->next_count]);
    return result;
}

/* Commits what was gathered: noted before, committed, noted after. */
static int
commit(struct sweep *sweep, struct failure *failure)
{
    uint32_t count = sweep->next_count;
    struct sync sync = {0};
    int result = 0;

    for (size_t i = 0; result == 0 && i < sweep->change_count; i++)
        result =
            sweep_change_begin(sweep->journal, &sweep->changes[i], failure);
    if (result == 0)
        result = journal_commit(sweep->journal, failure);
    if (result == 0 && count > 0) {
        sweep->next_count = 0; /* taken over */
        result =
            archive_commit(sweep->archive, sweep->next, count, &sync, failure);
    }
    for (size_t i = 0; result == 0 && i < sweep->change_count; i++) {
        const struct sweep_change *change = &sweep->changes[i];

        result = sweep_change_end(sweep->journal, change, failure);
        sweep->moved += !change->removes;
        sweep->moved_bytes += change->removes ? 0 : change->part.size;
        sweep->removed += change->removes;
        sweep->removed_bytes += change->removes ? change->part.size : 0;
    }
    sweep->change_count = 0;
    return result == 0 ? journal_commit(sweep->journal, failure) : -1;
}

struct stale_search {
    struct sweep *sweep;
    const struct plan_list *plan;
};

struct hold_search {
    const struct sweep *sweep;
    struct failure *failure;
};

/* Asks the holds of a part, which a loaded manifest has. */
static int
is_held(void *owner, const struct part *part)
{
    const struct hold_search *search = owner;
    const struct archive *archive = search->sweep->archive;
    const struct legal_hold *by;

    for (uint32_t i = 0; i < archive->count; i++) {
        const struct manifest *manifest = &archive->manifests[i];

        for (uint32_t k = 0; k < manifest->part_count; k++)
            if (part_compare(&manifest->parts[k], part) == 0)
                return holds_part(search->sweep->holds, archive, part,
                                  &manifest->header, &by, search->failure);
    }
    assert(false); /* it was taken from one of them */
    return -1;
}

/* Whether the last drill of the part's rule is too old. */
static int
is_undrilled(void *owner, const struct part *part)
{
    struct stale_search *search = owner;
    struct sweep *sweep = search->sweep;
    const struct policy *policy = sweep->policy;
    const struct policy_rule *rule =
        plan_find(search->plan, &part->name)->verdict.rule;

    assert(rule >= policy->rules && rule < policy->rules + policy->rule_count);
    if (!drill_is_stale(policy, sweep->drilled[rule - policy->rules],
                        day_of(sweep->now)))
        return 0;
    if (!sweep->stale || rule->line < sweep->stale->line)
        sweep->stale = rule;
    return 1;
}

/* Parts that stay, of those that a plan would have removed. */
static uint64_t
count_held(struct plan_list *plan)
{
    uint64_t count = 0;

    for (size_t i = 0; i < plan->count; i++) {
        count += plan->parts[i].held;
        plan->parts[i].held = false;
    }
    return count;
}

/* Lets stay what must not be removed: by holds, then for want of a drill. */
static int
keep(struct sweep *sweep, struct plan_list *plan, struct failure *failure)
{
    struct hold_search search = {sweep, failure};
    int result = plan_hold(plan, is_held, &search);

    sweep->held += count_held(plan);
    if (result != 0 || !sweep->policy->drills)
        return result;
    result = plan_hold(plan, is_undrilled, &(struct stale_search){sweep, plan});
    sweep->undrilled += count_held(plan);
    return result;
}

/* Gathers what is due of a stream, by its manifests. */
static int
take_stream(struct sweep *sweep, uint64_t hash, struct failure *failure)
{
    struct archive *archive = sweep->archive;
    struct plan_list plan = {0};
    int result = archive_load_hash(archive, &hash, failure);

    if (result == 0)
        result = plan_of_manifests(&plan, archive, &hash, failure);
    if (result == 0) {
        plan_judge(&plan, sweep->policy, day_of(sweep->now));
        result = keep(sweep, &plan, failure);
    }
    for (uint32_t i = 0; result == 0 && i < archive->count; i++) {
        const struct manifest *manifest = &archive->manifests[i];

        if (manifest_stream_hash(manifest->header.stream) == hash &&
            is_due(sweep, manifest, &plan))
            result = take_manifest(sweep, manifest, &plan, failure);
    }
    plan_free(&plan);
    return result;
}

static int
by_hash(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* The streams of which something is due, each once; the caller frees. */
static uint64_t *
due_streams(const struct sweep *sweep, size_t *count, struct failure *failure)
{
    const struct plan_list *plan = &sweep->plan;
    uint64_t *list = allocate(failure, plan->count + 1, sizeof *list);
    size_t kept = 0;

    *count = 0;
    for (size_t i = 0; list && i < plan->count; i++)
        if (plan->parts[i].action != PLAN_STAY)
            list[(*count)++] = plan->parts[i].part.name.stream;
    if (list && *count > 0)
        qsort(list, *count, sizeof *list, by_hash);
    for (size_t i = 0; list && i < *count; i++)
        if (kept == 0 || list[kept - 1] != list[i])
            list[kept++] = list[i];
    *count = kept;
    return list;
}

/* An empty mount point is not taken for a tier that has lost everything. */
static int
check_tiers(const struct sweep *sweep, struct failure *failure)
{
    const char *last = "";

    for (size_t i = 0; i < sweep->plan.count; i++) {
        const char *tier = sweep->plan.parts[i].part.tier;

        if (strcmp(tier, last) != 0 &&
            depot_check(sweep->archive, tier, failure) != 0)
            return -1;
        last = tier;
    }
    return 0;
}

static int
do_what_is_due(struct sweep *sweep, struct failure *failure)
{
    size_t count;
    uint64_t *streams = due_streams(sweep, &count, failure);
    int result = streams ? 0 : -1;

    for (size_t i = 0; result == 0 && i < count; i++) {
        if (archive_is_stopped(sweep->archive))
            break;
        result = take_stream(sweep, streams[i], failure);
        if (result == 0 && sweep->change_count >= BATCH_MAX)
            result = commit(sweep, failure);
    }
    free(streams);
    return result == 0 ? commit(sweep, failure) : -1;
}

static int
note_sweep(struct sweep *sweep, struct failure *failure)
{
    struct json *json = journal_begin(sweep->journal, "sweep");

    json_key(json, "policy");
    json_text(json, sweep->policy->sha256);
    json_key(json, "moved");
    json_unsigned(json, sweep->moved);
    json_key(json, "removed");
    json_unsigned(json, sweep->removed);
    json_key(json, "held");
    json_unsigned(json, sweep->held);
    if (journal_end(sweep->journal, failure) != 0)
        return -1;
    return journal_commit(sweep->journal, failure);
}

/* When each rule was last tested, if the policy asks for that. */
static int
read_drills(struct sweep *sweep, struct failure *failure)
{
    struct drills drills = {0};

    if (!sweep->policy->drills)
        return 0;
    if (drills_read(&drills, sweep->journal, failure) == 0)
        sweep->drilled = drills_of_rules(&drills, sweep->policy, failure);
    drills_free(&drills);
    return sweep->drilled ? 0 : -1;
}

int
sweep_run(struct sweep *sweep, struct failure *failure)
{
    assert(sweep->archive->writes);
    if (check_clock(sweep, failure) != 0 || read_drills(sweep, failure) != 0 ||
        journal_mend(sweep->journal, failure) != 0 ||
        depots_claim(sweep->archive, failure) != 0 ||
        archive_resume(sweep->archive, failure) != 0 ||
        sweep_changes_resume(sweep->journal, sweep->archive, failure) != 0 ||
        plan_open(&sweep->plan, sweep->archive, failure) != 0)
        return -1;
    plan_judge(&sweep->plan, sweep->policy, day_of(sweep->now));
    sweep->clock_behind = sweep->plan.newest > sweep->now;
    if (check_tiers(sweep, failure) != 0 || check_policy(sweep, failure) != 0 ||
        do_what_is_due(sweep, failure) != 0)
        return -1;
    if (note_sweep(sweep, failure) != 0)
        return -1;
    if (sweep->damaged.kind != FAILURE_NONE)
        return *failure = sweep->damaged, -1;
    return 0;
}

void
sweep_free(struct sweep *sweep)
{
    for (uint32_t i = 0; i < sweep->next_count; i++)
        manifest_free(&sweep->next[i]);
    free(sweep->next);
    free(sweep->changes);
    free(sweep->drilled);
    plan_free(&sweep->plan);
}
