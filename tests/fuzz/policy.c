/* Fuzzes policy.conf: it is refused with its line, or what it says of any
 * type and day follows the order of its steps. */
#include <assert.h>
#include <stdlib.h>

#include "archive/part_name.h"
#include "archive/policy.h"

static void
judge(const struct policy *policy, const char *type, int64_t day, int64_t today)
{
    struct verdict verdict;

    policy_judge(policy, type, day, today, &verdict);
    if (!verdict.rule)
        return;
    assert(verdict.rule->step_count <= POLICY_STEPS_MAX);
    assert(verdict.step <= verdict.rule->step_count);
    if (verdict.step < verdict.rule->step_count)
        assert(verdict.rule->steps[verdict.step].tier < policy->tier_count);
    assert(verdict.until <= verdict.expires);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const types[] = {"trade", "order", "60000", "instrument",
                                        ""};
    static const int64_t days[] = {DAY_NONE, -100000, 0, 20461, 20820, 106751};
    struct failure failure = {0};
    struct policy policy;
    char *copy = malloc(size + 1);

    assert(copy);
    for (size_t i = 0; i < size; i++)
        copy[i] = (char)bytes[i];
    copy[size] = '\0';
    if (policy_parse(&policy, "policy.conf", copy, size, &failure) == 0)
        for (size_t t = 0; t < sizeof types / sizeof *types; t++)
            for (size_t d = 0; d < sizeof days / sizeof *days; d++)
                judge(&policy, types[t], days[d], 20820);
    else
        assert(failure.kind == FAILURE_USAGE);
    policy_free(&policy);
    free(copy);
    return 0;
}
