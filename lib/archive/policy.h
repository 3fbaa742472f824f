/* policy.h - how long the events of each type are kept, and on which tier.
 *
 * Reads policy.conf; xtape-policy(5) is the authority.  Failures are of class
 * usage and name the file and the line.
 *
 * Of two rules that fit a type the one that keeps a part longer holds; a rule
 * for "*" holds only for types that no other rule fits.
 */
#ifndef ARCHIVE_POLICY_H
#define ARCHIVE_POLICY_H

#include "archive/age.h"
#include "archive/part.h"
#include "base/failure.h"

#define POLICY_NAME        "policy.conf" /* in the archive's directory */
#define POLICY_SIZE_MAX    (1024 * 1024) /* bytes */
#define POLICY_TIERS_MAX   16
#define POLICY_CLASSES_MAX 32
#define POLICY_STEPS_MAX   POLICY_TIERS_MAX
#define POLICY_WORDS_MAX   (2 * POLICY_STEPS_MAX + 8)

struct policy_tier {
    const char *name;     /* "hot" is the archive's own directory */
    const char *location; /* a directory; relative: to the archive's */
};

struct policy_class {
    const char *name, *reason;
    struct age age;
};

/* On that tier until that age is full. */
struct policy_step {
    unsigned tier; /* index */
    struct age age;
};

struct policy_rule {
    unsigned line;
    const char *types; /* names or patterns, with commas */
    struct policy_step steps[POLICY_STEPS_MAX];
    unsigned step_count;
    bool expires;                     /* after the last step */
    const struct policy_class *class; /* NULL: none */
};

struct policy {
    /* Others point into it: it is not to be moved. */
    char *text;  /* as it was read, for the journal; owned */
    char *words; /* what the rest points into; owned */
    size_t size;
    char sha256[SHA256_TEXT];
    struct policy_tier tiers[POLICY_TIERS_MAX];
    struct policy_class classes[POLICY_CLASSES_MAX];
    unsigned tier_count, class_count;
    bool drills; /* nothing is removed unless the last drill is no older */
    struct age drill_age;
    struct policy_rule *rules; /* owned */
    unsigned rule_count;
    size_t rule_capacity;
};

/* Parses size bytes; name is for messages.  Free it in either case. */
int policy_parse(struct policy *policy, const char *name, const char *text,
                 size_t size, struct failure *failure);

/* The same of a file. */
int policy_read(struct policy *policy, const char *path,
                struct failure *failure);
void policy_free(struct policy *policy);

/* What a policy says of events of a type and day, on a day. */
struct verdict {
    const struct policy_rule *rule; /* NULL: none fits; they stay */
    unsigned step;                  /* of it: where they belong */
    int64_t until;                  /* the day on which that changes */
    int64_t expires; /* the day from which they are not kept; DAY_NEVER */
};

/* type: as paths have it.  day: DAY_NONE is never moved or removed. */
void policy_judge(const struct policy *policy, const char *type, int64_t day,
                  int64_t today, struct verdict *verdict);

#endif
