/* tap.h - the little that a unit test needs: numbered sentences that hold or
 * do not, in the Test Anything Protocol.
 *
 *      OK("a sentence of behaviour", condition);
 *      return tap_done();
 */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdarg.h>
#include <stdio.h>

static int tap_count, tap_failed;

#define OK(sentence, condition) tap_ok((condition), (sentence), #condition)

__attribute__((unused)) static int
tap_ok(int holds, const char *sentence, const char *condition)
{
    tap_count++;
    printf("%sok %d - %s\n", holds ? "" : "not ", tap_count, sentence);
    if (!holds) {
        tap_failed++;
        printf("# does not hold: %s\n", condition);
    }
    return holds;
}

/* A line of explanation, usually after a sentence that does not hold. */
__attribute__((unused, format(printf, 1, 2))) static void
tap_note(const char *format, ...)
{
    va_list args;

    printf("# ");
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
}

__attribute__((unused)) static void
tap_skip(const char *sentence, const char *why)
{
    tap_count++;
    printf("ok %d - %s # SKIP %s\n", tap_count, sentence, why);
}

static int
tap_done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failed ? 1 : 0;
}

#endif
