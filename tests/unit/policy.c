#include "archive/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "tap.h"

static const char head[] = "tier hot .\ntier warm /w\ntier cold ../c\n";

/* Parses the three tiers and a text: whether it is taken, or refused with that
 * message. */
static int
parses(const char *text, const char *message)
{
    struct failure failure = {0};
    struct policy policy;
    char whole[2000];
    int result;

    snprintf(whole, sizeof whole, "%s%s", head, text);
    result = policy_parse(&policy, "p", whole, strlen(whole), &failure);
    policy_free(&policy);
    if (message && (result == 0 || !strstr(failure.text, message)))
        tap_note("%s: %s", text, failure.text);
    return message ? result == -1 && failure.kind == FAILURE_USAGE &&
                         strstr(failure.text, message) != NULL
                   : result == 0;
}

static int64_t
day(int year, int month, int of_month)
{
    return days_from_civil(year, month, of_month);
}

static int64_t
end(const char *text, int64_t from)
{
    struct age age;

    return age_parse(text, strlen(text), &age) ? age_end(&age, from) : -1;
}

static void
check_ages(void)
{
    static const char *const wrong[] = {"",    "7",    "y",        "0d",
                                        "7 d", "-1d",  "7Y",       "1d1h",
                                        "7yy", "201y", "99999999d"};
    struct age age;
    int taken = 0;

    OK("an age is full when all its days have passed",
       end("7d", day(2026, 1, 1)) == day(2026, 1, 8) &&
           end("2w", day(2026, 2, 20)) == day(2026, 3, 6));
    OK("months and years are those of the calendar",
       end("1mo", day(2026, 1, 15)) == day(2026, 2, 15) &&
           end("18mo", day(2026, 12, 1)) == day(2028, 6, 1) &&
           end("7y", day(2026, 1, 8)) == day(2033, 1, 8));
    OK("a day that a month or year does not have ends on the next",
       end("1y", day(2024, 2, 29)) == day(2025, 3, 1) &&
           end("7y", day(2024, 2, 29)) == day(2031, 3, 1) &&
           end("4y", day(2024, 2, 29)) == day(2028, 2, 29) &&
           end("1mo", day(2026, 1, 31)) == day(2026, 3, 1) &&
           end("1y", day(2099, 2, 28)) == day(2100, 2, 28));
    OK("forever never ends", end("forever", 0) == DAY_NEVER);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        taken += age_parse(wrong[i], strlen(wrong[i]), &age);
    OK("anything else is no age", taken == 0);
}

static void
check_lines(void)
{
    OK("comments, blank lines and quotation marks are taken",
       parses("\n# all\n  keep k 7y \"a # b\"  # why\n\trule * hot forever\n",
              NULL));
    OK("what is wrong is reported with file and line",
       parses("\nrule trades hot 7d expire",
              "p:5: \"trades\" is not an event type") &&
           parses("rule trade hot 7d", "p:4: and then?") &&
           parses("rule trade hot forever expire", "forever cannot expire") &&
           parses("rule trade warm 1y hot 30d expire", "longer than") &&
           parses("rule trade hot forever warm 1y expire", "longer than") &&
           parses("rule trade hot 30d warm 1mo expire", "longer than") &&
           parses("rule trade hot 30d warm 30d expire", "p:4: ages count") &&
           parses("rule trade hot 1mo warm 31d expire", "longer than") &&
           parses("rule trade hot 7d warm 1y hot 2y expire",
                  "p:4: tier hot is in the rule twice") &&
           parses("rule trade nvme 7d expire", "\"nvme\" is not a tier") &&
           parses("rule trade hot 7x expire", "\"7x\" is not an age") &&
           parses("rule trade hot 7d expire class k", "\"k\" is not a class") &&
           parses("rule trade expire", "want: rule") &&
           parses("rule", "want: rule") &&
           parses("tier warm /x", "there twice") &&
           parses("tier Big /x", "cannot be a tier's name") &&
           parses("tier x .", "own directory") &&
           parses("tier s3 s3://x/y", "is a directory") &&
           parses("keep k 7y", "want: keep") &&
           parses("keep k 7y a\nkeep k 8y b", "there twice") &&
           parses("keep k \"7y", "quotation mark") &&
           parses("drill", "want: drill AGE") &&
           parses("drill forever", "is not an age") &&
           parses("drill 30d\ndrill 90d", "there twice") &&
           parses("delete all", "want tier, keep, drill or rule"));
    OK("no rule keeps shorter than its class has to be kept",
       parses("keep k 7y law\nrule trade hot 6y expire class k",
              "6y is less than the 7y of class k") &&
           parses("keep k 7y law\nrule trade hot 2556d expire class k",
                  "2556d is less than the 7y") &&
           parses("keep k 7y law\nrule trade hot 2557d expire class k", NULL) &&
           parses("keep k 7y law\nrule trade hot 84mo expire class k", NULL) &&
           parses("keep k 7y law\nrule trade hot forever class k", NULL) &&
           parses("keep k forever law\nrule trade hot 99y expire class k",
                  "99y is less than the forever"));
}

/* ---- against a plain model ----------------------------------------------- */

struct model_rule {
    const char *types;
    unsigned days[3]; /* on hot, warm, cold; the last 0: forever */
    bool expires;
};

/* What the page says, said again: of a type and age in days, the tier (0 to
 * 2), or 3 when it is to be removed, or -1 without a rule. */
static int
model(const struct model_rule *rules, int count, const char *type, unsigned age)
{
    const struct model_rule *best = NULL;
    bool best_named = false;

    for (int i = 0; i < count; i++) {
        bool named = strcmp(rules[i].types, "*") != 0;
        unsigned keeps = rules[i].expires ? rules[i].days[2] : UINT32_MAX;

        if (named && strcmp(rules[i].types, type) != 0 &&
            !(strcmp(rules[i].types, "book_*") == 0 &&
              strncmp(type, "book_", 5) == 0))
            continue;
        if (best && best_named && !named)
            continue;
        if (best && best_named == named &&
            keeps <= (best->expires ? best->days[2] : UINT32_MAX))
            continue;
        best = &rules[i];
        best_named = named;
    }
    if (!best)
        return -1;
    for (int tier = 0; tier < 3; tier++)
        if (age < best->days[tier] || (tier == 2 && !best->expires))
            return tier;
    return 3;
}

static int
same_as_model(struct random *random)
{
    static const char *const names[] = {"trade", "order", "book_add", "book_*",
                                        "*"};
    struct model_rule rules[4];
    int count = (int)(random_next(random) % 5);
    char text[1000];
    size_t size = (size_t)snprintf(text, sizeof text, "%s", head);
    struct failure failure = {0};
    struct policy policy;
    int wrong = 0;

    for (int i = 0; i < count; i++) {
        struct model_rule *rule = &rules[i];

        rule->types = names[random_next(random) % 5];
        rule->days[0] = 1 + (unsigned)(random_next(random) % 20);
        rule->days[1] =
            rule->days[0] + 1 + (unsigned)(random_next(random) % 20);
        rule->days[2] =
            rule->days[1] + 1 + (unsigned)(random_next(random) % 20);
        rule->expires = random_next(random) % 4 != 0;
        size += (size_t)snprintf(text + size, sizeof text - size,
                                 "rule %s hot %ud warm %ud cold ", rule->types,
                                 rule->days[0], rule->days[1]);
        size += (size_t)snprintf(text + size, sizeof text - size,
                                 rule->expires ? "%ud expire\n" : "forever\n",
                                 rule->days[2]);
    }
    if (policy_parse(&policy, "p", text, size, &failure) != 0)
        wrong++;
    for (int i = 0; wrong == 0 && i < 20; i++) {
        const char *type = names[random_next(random) % 3];
        int64_t from = (int64_t)(random_next(random) % 40000);
        unsigned age = (unsigned)(random_next(random) % 70);
        int want = model(rules, count, type, age), got = -1;
        struct verdict verdict;

        policy_judge(&policy, type, from, from + age, &verdict);
        if (verdict.rule)
            got = from + age >= verdict.expires
                      ? 3
                      : (int)verdict.rule->steps[verdict.step].tier;
        wrong += want != got;
    }
    if (wrong)
        tap_note("%s%s", text, failure.text);
    policy_free(&policy);
    return wrong == 0;
}

int
main(void)
{
    struct random random = {.state = 14};
    int same = 0, count = getenv("XTAPE_LONG") ? 100000 : 5000;

    check_ages();
    check_lines();
    for (int i = 0; i < count; i++)
        same += same_as_model(&random);
    OK("the right tier or removal at any age, as a plain model has it",
       same == count);
    return tap_done();
}
