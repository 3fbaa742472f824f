/* What xcheck remembers: keys that were there before, the median of the last
 * prices. */
#include <stdlib.h>
#include <string.h>

#include "quality/median.h"
#include "quality/seen.h"
#include "tap.h"

static struct print
print_of(int64_t time, uint64_t id, int64_t price)
{
    struct print print;

    event_init(&print, EVENT_PRINT);
    print.event.instrument = 3;
    print.event.time = time;
    print.trade_id = id;
    print.price = price;
    return print;
}

static int
see(struct seen *seen, const void *event)
{
    struct failure failure = {0};

    return seen_add(seen, event, &failure);
}

static void
test_numbers(void)
{
    struct failure failure = {0};
    struct seen seen;
    struct print a = print_of(1, 7, 10), later = print_of(2, 7, 10),
                 other = print_of(1, 7, 11), none = print_of(1, 0, 10);
    struct quote quote;

    event_init(&quote, EVENT_QUOTE);
    OK("an event is the same by its key, and in conflict if it says else",
       seen_init(&seen, "trade_id", &failure) == 0 &&
           see(&seen, &a) == SEEN_NEW && see(&seen, &a) == SEEN_SAME &&
           see(&seen, &later) == SEEN_OTHER &&
           see(&seen, &other) == SEEN_OTHER);
    OK("without one, or of a type without one, it is always new",
       see(&seen, &none) == SEEN_NEW && see(&seen, &none) == SEEN_NEW &&
           see(&seen, &quote) == SEEN_NEW && see(&seen, &quote) == SEEN_NEW);
    seen_begin(&seen);
    OK("at a HEADER all is forgotten", see(&seen, &a) == SEEN_NEW);
    seen_free(&seen);
    OK("the time may be of the key",
       seen_init(&seen, "time,trade_id", &failure) == 0 &&
           see(&seen, &a) == SEEN_NEW && see(&seen, &later) == SEEN_NEW &&
           see(&seen, &other) == SEEN_OTHER && see(&seen, &a) == SEEN_SAME);
    a.event.instrument = 4;
    OK("the instrument always is", see(&seen, &a) == SEEN_NEW);
    seen_free(&seen);
    OK("or all of the event may be",
       seen_init(&seen, "event", &failure) == 0 && see(&seen, &a) == SEEN_NEW &&
           see(&seen, &later) == SEEN_NEW && see(&seen, &a) == SEEN_SAME);
    seen_free(&seen);
    OK("a field that no type has is none",
       seen_init(&seen, "trade_id,nothing", &failure) == -1 &&
           failure.kind == FAILURE_USAGE);
    seen_free(&seen);
}

struct noted {
    struct audit audit;
    char text[16];
};

/* An audit whose document, behind some bytes of its name, is a text. */
static struct noted
noted_of(const char *name, const char *document)
{
    struct noted noted = {0};
    uint32_t used = (uint32_t)strlen(name), size = (uint32_t)strlen(document);

    event_init(&noted.audit, EVENT_AUDIT);
    noted.audit.event.words = sizeof noted / 8;
    memcpy(noted.text, name, used);
    memcpy(noted.text + used, document, size);
    noted.audit.name =
        (struct text){.offset = sizeof noted.audit, .length = (uint16_t)used};
    noted.audit.document =
        (struct text){.offset = (uint16_t)(sizeof noted.audit + used),
                      .length = (uint16_t)size};
    return noted;
}

static void
test_texts(void)
{
    struct failure failure = {0};
    struct seen seen;
    struct noted a = noted_of("x", "same"), b = noted_of("long", "same"),
                 c = noted_of("x", "else");

    OK("a text counts by what it says, wherever it is",
       seen_init(&seen, "document", &failure) == 0 &&
           see(&seen, &a) == SEEN_NEW && see(&seen, &b) == SEEN_OTHER &&
           see(&seen, &c) == SEEN_NEW && see(&seen, &a) == SEEN_SAME);
    seen_free(&seen);
}

static int
by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* The lower middle of the last count prices, and of the distances from it. */
static bool
is_median(const struct median *median, const int64_t *prices, size_t count)
{
    int64_t sorted[MEDIAN_LENGTH], value;

    memcpy(sorted, prices, count * sizeof *prices);
    qsort(sorted, count, sizeof *sorted, by_size);
    value = sorted[(count - 1) / 2];
    for (size_t i = 0; i < count; i++)
        sorted[i] = llabs(prices[i] - value);
    qsort(sorted, count, sizeof *sorted, by_size);
    return median_value(median) == value &&
           median_deviation(median) == sorted[(count - 1) / 2];
}

static void
test_median(void)
{
    static int64_t prices[1000];
    struct median median = {0};
    uint64_t state = 1;
    bool same = true;

    for (size_t i = 0; i < 1000; i++) {
        size_t from = i < MEDIAN_LENGTH ? 0 : i + 1 - MEDIAN_LENGTH;

        state = state * 6364136223846793005 + 1442695040888963407;
        prices[i] = (int64_t)(state >> 33) % 40;
        median_add(&median, prices[i]);
        same &= is_median(&median, prices + from, i + 1 - from);
    }
    OK("the median of the last prices is who is in the middle of them", same);
}

int
main(void)
{
    test_numbers();
    test_texts();
    test_median();
    return tap_done();
}
