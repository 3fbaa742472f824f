/* The verbs of xarchive that go by a policy: plan and sweep. */
#include <assert.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/archive_job.h"
#include "archive/sweep.h"
#include "base/clock.h"
#include "base/count.h"

int64_t
archive_time(int64_t given)
{
    struct timespec time;

    if (given != TIME_NULL)
        return given;
    clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec * NS_PER_SECOND + time.tv_nsec;
}

int64_t
archive_now(const struct archive_job *job)
{
    return archive_time(job->now);
}

const char *
archive_who(char room[WHO_MAX])
{
    const struct passwd *user = getpwuid(getuid());
    const char *sudo = getenv("SUDO_USER");

    if (user && sudo)
        snprintf(room, WHO_MAX, "%s (%s)", user->pw_name, sudo);
    else if (user)
        snprintf(room, WHO_MAX, "%s", user->pw_name);
    else
        snprintf(room, WHO_MAX, "uid %u", (unsigned)getuid());
    return room;
}

/* The policy in the archive's directory, if its tiers are fit. */
static int
read_policy(const struct archive_job *job, struct policy *policy,
            struct failure *failure)
{
    int there = depots_policy(policy, &job->archive, failure);

    if (there == 0)
        return fail(failure, FAILURE_USAGE,
                    "%s/" POLICY_NAME ": there is no policy, see "
                    "xtape-policy(5)",
                    job->archive.directory);
    return there > 0 ? depots_check(&job->archive.depots, failure) : -1;
}

/* ---- plan ---------------------------------------------------------------- */

static const char *const action_words[] = {
    [PLAN_STAY] = "stay", [PLAN_MOVE] = "move", [PLAN_REMOVE] = "remove"};

/* What changes for a part by another policy; NULL: there is none. */
static const char *
change_word(const struct plan_part *part, const struct plan_list *before)
{
    const struct plan_part *old =
        before->count ? plan_find(before, &part->part.name) : NULL;

    if (!old)
        return NULL;
    if (part->verdict.expires == old->verdict.expires)
        return "same";
    return part->verdict.expires < old->verdict.expires ? "shorter" : "longer";
}

/* The word for what comes next. */
static const char *
action_word(const struct plan_part *part)
{
    return part->held ? "held" : action_words[part->next];
}

static void
when_text(const struct plan_part *part, char text[DAY_TEXT_MAX])
{
    if (part->action != PLAN_STAY || part->held)
        snprintf(text, DAY_TEXT_MAX, "due");
    else if (part->when == DAY_NEVER)
        snprintf(text, DAY_TEXT_MAX, "never");
    else
        day_format(part->when, text);
}

static int
print_part(struct run *run, const struct plan_part *part, const char *change)
{
    char when[DAY_TEXT_MAX], rule[16] = "-", path[PART_PATH_MAX];
    const char *to = part->next == PLAN_MOVE ? part->target : "-";

    assert(part->action == PLAN_STAY || part->verdict.rule);

    when_text(part, when);
    part_name_path(&part->part.name, path);
    if (part->verdict.rule)
        snprintf(rule, sizeof rule, "%u", part->verdict.rule->line);
    return run_print(run, "%s\t%s\t%s\t%s\t%" PRIu64 "\t%s\t%s%s%s\n", when,
                     action_word(part), part_tier(&part->part),
                     part->next == PLAN_MOVE && !to[0] ? TIER_HOT : to,
                     part->part.size, rule, path, change ? "\t" : "",
                     change ? change : "");
}

static void
json_part(struct json *json, const struct plan_part *part, const char *change)
{
    char text[PART_PATH_MAX];

    json_open(json, '{');
    part_name_path(&part->part.name, text);
    json_key(json, "path");
    json_text(json, text);
    json_key(json, "action");
    json_text(json, action_word(part));
    json_key(json, "due");
    json_bool(json, part->action != PLAN_STAY);
    json_key(json, "when");
    day_format(part->when == DAY_NEVER ? 0 : part->when, text);
    json_text(json, part->when == DAY_NEVER ? NULL : text);
    json_key(json, "expires");
    day_format(part->verdict.expires == DAY_NEVER ? 0 : part->verdict.expires,
               text);
    json_text(json, part->verdict.expires == DAY_NEVER ? NULL : text);
    json_key(json, "tier");
    json_text(json, part_tier(&part->part));
    json_key(json, "to");
    if (part->next != PLAN_MOVE)
        json_null(json);
    else
        json_text(json, part->target[0] ? part->target : TIER_HOT);
    json_key(json, "bytes");
    json_unsigned(json, part->part.size);
    json_key(json, "rows");
    json_unsigned(json, part->part.rows);
    json_key(json, "line");
    if (part->verdict.rule)
        json_unsigned(json, part->verdict.rule->line);
    else
        json_null(json);
    if (change) {
        json_key(json, "change");
        json_text(json, change);
    }
    json_close(json, '}');
}

/* Whether a part is among those asked for. */
static bool
is_within(const struct archive_job *job, const struct plan_part *part)
{
    return job->within == 0 ||
           (part->when != DAY_NEVER &&
            part->when <= day_of(archive_now(job) + job->within));
}

static int
print_text(struct archive_job *job, struct run *run,
           const struct plan_list *plan, const struct plan_list *before)
{
    int result = run_print(run, "when\taction\ttier\tto\tbytes\tline\tpath%s\n",
                           before->count ? "\tchange" : "");

    for (size_t i = 0; result == 0 && i < plan->count; i++)
        if (is_within(job, &plan->parts[i]))
            result = print_part(run, &plan->parts[i],
                                change_word(&plan->parts[i], before));
    return result;
}

static int
print_json(struct archive_job *job, struct run *run,
           const struct plan_list *plan, const struct plan_list *before)
{
    struct bytes text = {0};
    struct json json = {.out = &text};
    uint64_t due[PLAN_REMOVE + 1][2] = {{0}};

    json_open(&json, '{');
    json_key(&json, "parts");
    json_open(&json, '[');
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_part *part = &plan->parts[i];

        if (!is_within(job, part))
            continue;
        json_part(&json, part, change_word(part, before));
        due[part->next][0]++;
        due[part->next][1] += part->part.size;
    }
    json_close(&json, ']');
    for (int i = PLAN_STAY; i <= PLAN_REMOVE; i++) {
        json_key(&json, action_words[i]);
        json_open(&json, '{');
        json_key(&json, "parts");
        json_unsigned(&json, due[i][0]);
        json_key(&json, "bytes");
        json_unsigned(&json, due[i][1]);
        json_close(&json, '}');
    }
    json_close(&json, '}');
    json_newline(&json);
    return run_put_bytes(run, &text);
}

/* The plan by the policy of the archive, to compare with; empty without one. */
static int
plan_before(struct archive_job *job, struct plan_list *plan,
            struct policy *policy, struct failure *failure)
{
    struct failure ignored = {0};

    assert(!job->archive.writes); /* it looks only */
    *plan = (struct plan_list){0};
    *policy = (struct policy){0};
    if (!job->policy || read_policy(job, policy, &ignored) != 0)
        return 0;
    if (plan_open(plan, &job->archive, failure) != 0)
        return -1;
    plan_judge(plan, policy, day_of(archive_now(job)));
    return 0;
}

struct plan_holds {
    const struct archive_job *job;
    struct holds holds;
    struct failure *failure;
};

static int
is_held(void *owner, const struct part *part)
{
    const struct plan_holds *held = owner;
    const struct legal_hold *by;

    return holds_part(&held->holds, &held->job->archive, part, NULL, &by,
                      held->failure);
}

/* Marks what holds keep. */
static int
plan_holds(struct archive_job *job, struct run *run, struct plan_list *plan)
{
    struct failure *failure = &run->failure;
    struct plan_holds held = {.job = job, .failure = failure};
    struct journal journal;
    int result =
        journal_open(&journal, &job->archive, "", archive_now(job), failure);

    if (result == 0)
        result = holds_read(&held.holds, &journal, failure);
    if (result == 0)
        result = plan_hold(plan, is_held, &held);
    if (result == 0)
        archive_remark_torn(run, &journal);
    holds_free(&held.holds);
    journal_close(&journal);
    return result;
}

int
archive_plan(void *state, struct run *run)
{
    struct archive_job *job = state;
    struct failure *failure = &run->failure;
    struct policy policy = {0}, old = {0};
    struct plan_list plan = {0}, before = {0};
    int result = job->policy ? policy_read(&policy, job->policy, failure)
                             : read_policy(job, &policy, failure);

    if (result == 0)
        result = plan_open(&plan, &job->archive, failure);
    if (result == 0) {
        plan_judge(&plan, &policy, day_of(archive_now(job)));
        result = plan_holds(job, run, &plan);
    }
    if (result == 0) {
        result = plan_before(job, &before, &old, failure);
    }
    if (result == 0)
        result = job->json ? print_json(job, run, &plan, &before)
                           : print_text(job, run, &plan, &before);
    plan_free(&plan);
    plan_free(&before);
    policy_free(&policy);
    policy_free(&old);
    return result;
}

/* ---- sweep --------------------------------------------------------------- */

/* The file for node_exporter's textfile collector; it appears whole. */
static int
write_metrics(const struct archive_job *job, int64_t now, bool done,
              struct failure *failure)
{
    const struct {
        const char *name;
        uint64_t value;
    } values[] = {
        {"xarchive_sweep_timestamp_seconds", (uint64_t)(now / NS_PER_SECOND)},
        {"xarchive_sweep_success", done},
        {"xarchive_sweep_moved_parts", job->moved},
        {"xarchive_sweep_moved_bytes", job->moved_bytes},
        {"xarchive_sweep_removed_parts", job->removed},
        {"xarchive_sweep_removed_bytes", job->removed_bytes},
    };
    struct output output;
    char line[128];

    if (output_open(&output, job->metrics, failure) != 0)
        return -1;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        int size =
            snprintf(line, sizeof line, "# TYPE %s gauge\n%s %" PRIu64 "\n",
                     values[i].name, values[i].name, values[i].value);

        assert(size > 0 && (size_t)size < sizeof line);
        if (output_put(&output, line, (size_t)size) != 0)
            break;
    }
    if (failure->kind != FAILURE_NONE)
        return output_abandon(&output), -1;
    return output_commit(&output);
}

int
archive_sweep(void *state, struct run *run)
{
    struct archive_job *job = state;
    struct failure *failure = &run->failure;
    char who[WHO_MAX];
    int64_t now = archive_now(job);
    struct journal journal = {.file = {.fd = -1}};
    struct policy policy = {0};
    struct holds holds = {0};
    struct sweep sweep = {.archive = &job->archive,
                          .policy = &policy,
                          .journal = &journal,
                          .holds = &holds,
                          .now = now,
                          .now_given = job->now != TIME_NULL,
                          .shorten = job->shorten};
    int result = read_policy(job, &policy, failure);

    if (result == 0)
        result = journal_open(&journal, &job->archive, archive_who(who), now,
                              failure);
    if (result == 0)
        result = holds_read(&holds, &journal, failure);
    if (result == 0)
        archive_remark_torn(run, &journal);
    if (result == 0)
        result = sweep_run(&sweep, failure);
    assert(result == 0 || failure->kind != FAILURE_NONE);
    if (result == 0 && sweep.clock_behind)
        result = fail(failure, FAILURE_ENVIRONMENT,
                      "the archive has events of a later time than the clock: "
                      "nothing was removed");
    if (result == 0 && sweep.undrilled > 0)
        result = fail(
            failure, FAILURE_DATA,
            "%s/" POLICY_NAME ":%u: " COUNT_FORMAT " not removed, since the "
            "last drill is too old: run xrestore -d %s --test --sample %u",
            job->directory, sweep.stale->line, COUNT(sweep.undrilled, "part"),
            job->directory, policy.rule_count);
    job->moved = sweep.moved;
    job->moved_bytes = sweep.moved_bytes;
    job->removed = sweep.removed;
    job->removed_bytes = sweep.removed_bytes;
    sweep_free(&sweep);
    holds_free(&holds);
    journal_close(&journal);
    policy_free(&policy);
    if (job->metrics) {
        struct failure reason = {0};

        if (write_metrics(job, now, result == 0, &reason) != 0 && result == 0)
            *failure = reason, result = -1;
    }
    return result;
}

void
archive_sweep_summary(const struct archive_job *job, struct run *run,
                      FILE *stream)
{
    fprintf(stream,
            "%s: " COUNT_FORMAT " moved (" COUNT_FORMAT "), %" PRIu64
            " removed (" COUNT_FORMAT ")\n",
            run->program->name, COUNT(job->moved, "part"),
            COUNT(job->moved_bytes, "byte"), job->removed,
            COUNT(job->removed_bytes, "byte"));
}
